"""Google's Retail API: events and the catalogue, in both spellings of their fields."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from counter import Counter, refused, unchanged

from mercer.store.importing.shapes import camel

EVENTS = [
    {"event_type": "home-page-view", "visitor_id": "v1", "event_time": "2026-01-01T12:00:00.123456789Z", "uri": "https://shop.example/"},
    {"event_type": "search", "visitor_id": "v1", "event_time": "2026-01-01T12:00:05Z", "search_query": "blue cup",
     "page_categories": ["Kitchen > Cups"], "filter": "price < 9"},
    {"event_type": "detail-page-view", "visitor_id": "v1", "event_time": "2026-01-01T12:00:09Z", "session_id": "s1",
     "product_details": [{"product": {"id": "cup"}}], "attributes": {"theme": {"text": ["dark"]}, "depth": {"numbers": [2, 3]}}},
    {"event_type": "purchase-complete", "visitor_id": "v1", "event_time": "2026-01-01T12:01:00+00:00",
     "product_details": [{"product": {"id": "cup", "price_info": {"price": 4.5}}, "quantity": 2}, {"product": {"id": "pot"}, "quantity": "1"}],
     "purchase_transaction": {"id": "T-1", "revenue": 29.0, "currency_code": "GBP"},
     "user_info": {"user_id": "ann", "ip_address": "192.0.2.1", "user_agent": "Browser/1"}},
    {"event_type": "purchase-complete", "visitor_id": "v2", "event_time": "2026-01-01T13:00:00Z", "product_details": [{"product": {"id": "pot"}}],
     "purchase_transaction": {"id": "T-2", "revenue": 20, "currency_code": "JPY"}},
]  # fmt: skip
CATALOGUE = [
    {"id": "mug", "type": "PRIMARY", "title": "Mug", "brands": ["Potters"], "categories": ["Kitchen > Cups", "Gifts"],
     "description": "<p>A mug &amp; a half</p>", "language_code": "en", "tags": ["new"], "rating": {"rating_count": 12, "average_rating": 4.5},
     "publish_time": "2025-12-01T00:00:00Z", "uri": "https://shop.example/mug", "images": [{"uri": "https://shop.example/1.jpg"},
     {"uri": "https://shop.example/2.jpg"}], "audience": {"genders": ["unisex"], "age_groups": ["adult"]}, "materials": ["clay"],
     "attributes": {"glaze": {"text": ["matt"]}}, "conditions": ["new"]},
    {"id": "mug-blue", "type": "VARIANT", "primary_product_id": "mug", "title": "Mug, blue", "gtin": "4006381333931",
     "price_info": {"currency_code": "GBP", "price": 9.5, "original_price": 12, "cost": 4}, "availability": "IN_STOCK", "available_quantity": 7,
     "color_info": {"color_families": ["Blue"], "colors": ["navy"]}, "sizes": ["EU:cups:0.3 l"]},
    {"name": "projects/1/locations/global/catalogs/c/branches/0/products/pot", "title": "Pot",
     "price_info": {"currency_code": "GBP", "price": "20.00", "original_price": "20.00"}, "availability": "OUT_OF_STOCK"},
    {"id": "set", "type": "COLLECTION", "title": "Set", "collection_member_ids": ["mug", "pot"]},
    {"id": "pan-1", "type": "VARIANT", "primary_product_id": "pan", "title": "Pan"},
]  # fmt: skip


def in_camel(value: Any) -> Any:
    """The same with fields as JavaScript writes them; what the shop itself named stays."""
    if isinstance(value, dict):
        return {camel(name): each if name == "attributes" else in_camel(each) for name, each in value.items()}
    return [in_camel(each) for each in value] if isinstance(value, list) else value


def lines(records: list[dict[str, Any]]) -> str:
    """JSON lines."""
    return "".join(json.dumps(each) + "\n" for each in records)


@pytest.mark.parametrize("records", [EVENTS, in_camel(EVENTS)], ids=["snake", "camel"])
def test_events_become_a_row_for_each_product(counter: Counter, records: list[dict[str, Any]]) -> None:
    """With the names of Analytics, the worth of the product where it is told, and the rest among the attributes."""
    (outcome,) = counter.bring(events_json=lines(records))
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == ("retail-api/events", 5, 0)
    rows = counter.store.frame("events").sort("occurred_at", "product_id").to_dicts()
    shown = [
        tuple(row[name] for name in ("event_name", "product_id", "quantity", "value_minor", "currency", "order_id"))
        for row in rows
    ]
    assert shown == [
        ("view_homepage", None, None, None, None, None), ("search", None, None, None, None, None),
        ("view_item", "cup", None, None, None, None), ("purchase", "cup", 2, 900, "GBP", "T-1"),
        ("purchase", "pot", 1, None, None, "T-1"), ("purchase", "pot", None, 20, "JPY", "T-2"),
    ]  # fmt: skip
    assert rows[0]["occurred_at"] == datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert rows[1]["query"] == "blue cup"
    assert json.loads(rows[1]["attributes"]) == {"category": "Kitchen > Cups", "filter": "price < 9"}
    assert json.loads(rows[2]["attributes"]) == {"theme": "dark", "depth": [2, 3]}
    assert (rows[3]["customer_id"], rows[3]["ip_address"], rows[3]["user_agent"]) == ("ann", "192.0.2.1", "Browser/1")


def test_both_spellings_are_the_same_events(counter: Counter) -> None:
    """An export written by another client adds nothing."""
    counter.bring(snake_json=lines(EVENTS))
    (outcome,) = counter.bring(camel_json=lines(in_camel(EVENTS)))
    assert not outcome.already
    assert unchanged(outcome)


@pytest.mark.parametrize("records", [CATALOGUE, in_camel(CATALOGUE)], ids=["snake", "camel"])
def test_the_catalogue_becomes_products_and_variants(counter: Counter, records: list[dict[str, Any]]) -> None:
    """A product has its variants, or is its own; one that only a variant names is there too; collections are left out."""
    (outcome,) = counter.bring(catalogue_json=lines(records))
    assert (outcome.layout and outcome.layout.name, outcome.refused) == ("retail-api/catalogue", 0)
    assert any("collections" in note.en for note in outcome.notes)
    mug, pan, pot = counter.rows("products")
    assert mug == {
        "product_id": "mug", "title": "Mug", "brand": "Potters", "categories": ["Kitchen > Cups", "Gifts"], "description": "A mug & a half",
        "language": "en", "tags": ["new"], "rating_value": 4.5, "rating_count": 12, "created_at": datetime(2025, 12, 1, tzinfo=UTC),
        "product_url": "https://shop.example/mug", "image_url": "https://shop.example/1.jpg", "gender": "unisex", "age_group": "adult",
        "material": "clay", "attributes": '{"glaze":"matt","condition":"new"}',
    }  # fmt: skip
    assert (pan, pot) == ({"product_id": "pan", "title": "Pan"}, {"product_id": "pot", "title": "Pot"})
    assert counter.rows("variants") == [
        {"variant_id": "mug-blue", "product_id": "mug", "title": "Mug, blue", "gtin": "4006381333931", "price_minor": 950, "currency": "GBP",
         "list_price_minor": 1200, "cost_minor": 400, "availability": "in_stock", "quantity_available": 7, "color": "navy", "size": "0.3 l"},
        {"variant_id": "pan-1", "product_id": "pan", "title": "Pan"},
        {"variant_id": "pot", "product_id": "pot", "price_minor": 2000, "currency": "GBP", "availability": "out_of_stock"},
    ]  # fmt: skip
    assert [row["image_url"][-5:] for row in counter.rows("images")] == ["1.jpg", "2.jpg"]


def test_events_of_variants_find_their_product(counter: Counter) -> None:
    """Where the catalogue comes along, an id that is a variant's names its product too."""
    event = {**EVENTS[2], "product_details": [{"product": {"id": "mug-blue"}}]}
    counter.bring(events_json=lines([event]), catalogue_json=lines(CATALOGUE))
    (row,) = counter.rows("events", "product_id", "variant_id")
    assert row == {"product_id": "mug", "variant_id": "mug-blue"}


def test_what_cannot_be_right_is_refused(counter: Counter) -> None:
    """Line, field and what was found."""
    broken = [{**EVENTS[0], "event_time": "noon"}, {**EVENTS[0], "visitor_id": ""}]
    (events,) = counter.bring(events_json=lines([*EVENTS, *broken]))
    assert [(line, field, found) for line, field, found, *_ in refused(events)] == [
        (6, "event_time", "noon"),
        (7, "visitor_id", ""),
    ]
    odd = [{"id": "a", "title": "A", "type": "BUNDLE", "language_code": "en"}, {"id": "b", "title": "B", "price_info": {"price": "free"}},
           {"id": "c", "title": "C", "availability": "SOON", "language_code": "en"}]  # fmt: skip
    (catalogue,) = counter.bring(catalogue_json=lines([*CATALOGUE, *odd]))
    assert [(line, found) for line, _, found, *_ in refused(catalogue)] == [(6, "BUNDLE"), (7, "free"), (8, "soon")]


def test_the_same_catalogue_again_changes_nothing(counter: Counter) -> None:
    """Nor does it give its products other variants."""
    counter.bring(catalogue_json=lines(CATALOGUE))
    before = counter.everything()
    (again,) = counter.bring(catalogue_json=lines(CATALOGUE), again=True)
    assert unchanged(again)
    assert counter.everything() == before
