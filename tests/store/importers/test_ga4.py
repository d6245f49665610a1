"""Google Analytics 4's BigQuery export: one row an item, the same from JSON and Parquet, people and visits told apart."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
from counter import Counter, refused, unchanged

NOON = 1_767_268_800_000_000  # 2026-01-01 12:00 UTC


def event(name: str, second: int = 0, params: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """An event as BigQuery writes it: 64-bit numbers as text, parameters as a list."""
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    listed = [
        {"key": key, "value": {kinds[type(value)]: str(value) if isinstance(value, int) else value}}
        for key, value in (params or {}).items()
    ]
    return {
        "event_date": "20260101", "event_timestamp": str(NOON + second * 1_000_000), "event_name": name, "event_params": listed,
        "user_pseudo_id": "111.222", **fields,
    }  # fmt: skip


CUP = {
    "item_id": "cup", "item_name": "Blue Cup", "item_brand": "Potters", "item_category": "Kitchen", "item_category2": "Cups",
    "item_category3": "(not set)", "price": 4.5, "quantity": "2",
}  # fmt: skip
POT = {"item_id": "pot", "item_name": "Pot", "item_brand": "(not set)", "price": 20.0, "quantity": "1"}
EVENTS = [
    event("page_view", 0, {"ga_session_id": 77, "page_location": "https://shop.example/"}, geo={"country": "Germany"}),
    event("view_search_results", 5, {"ga_session_id": 77, "search_term": "blue cup"}),
    event("view_item", 9, {"ga_session_id": 77, "currency": "GBP", "value": 4.5}, items=[{**CUP, "quantity": None}],
          device={"category": "mobile", "language": "en-gb"}),
    event("purchase", 60, {"ga_session_id": 77, "currency": "GBP", "value": 29.0, "transaction_id": "T-1", "coupon": "NEW"},
          user_id="ann", items=[CUP, POT], ecommerce={"transaction_id": "T-1", "purchase_revenue": 29.0}),
    event("view_item", 90, {"ga_session_id": 77}, user_pseudo_id="333.444", items=[{"item_id": "(not set)", "item_name": "Pan"}]),
]  # fmt: skip


def lines(events: list[dict[str, Any]]) -> str:
    """JSON lines."""
    return "".join(json.dumps(each) + "\n" for each in events)


def test_an_event_with_items_becomes_a_row_for_each(counter: Counter) -> None:
    """Each row has its item and that item's worth, and shares the rest with its neighbours."""
    (outcome,) = counter.bring(events_json=lines(EVENTS))
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == ("ga4/events", 5, 0)
    rows = sorted(counter.rows("events"), key=lambda row: (row["occurred_at"], row.get("product_id", "")))
    shown = [
        (row["event_name"], row.get("product_id"), row.get("quantity"), row.get("value_minor"), row.get("currency"))
        for row in rows
    ]
    assert shown == [
        ("page_view", None, None, None, None), ("search", None, None, None, None), ("view_item", "cup", None, 450, "GBP"),
        ("purchase", "cup", 2, 900, "GBP"), ("purchase", "pot", 1, 2000, "GBP"), ("view_item", "Pan", None, None, None),
    ]  # fmt: skip
    assert rows[0]["occurred_at"] == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert (rows[0]["country"], rows[0]["page_url"]) == ("DE", "https://shop.example/")
    assert rows[1]["query"] == "blue cup"
    assert (rows[2]["language"], json.loads(rows[2]["attributes"])) == ("en-GB", {"device": "mobile"})
    assert {(row["customer_id"], row["order_id"]) for row in rows[3:5]} == {("ann", "T-1")}
    assert json.loads(rows[3]["attributes"]) == {"coupon": "NEW"}


def test_visits_of_different_people_differ(counter: Counter) -> None:
    """Analytics numbers visits for each visitor apart; the id tells them apart without naming the visitor."""
    counter.bring(events_json=lines(EVENTS))
    rows = counter.rows("events", "session_id", "visitor_id")
    by_visitor = {
        row["visitor_id"]: {each["session_id"] for each in rows if each["visitor_id"] == row["visitor_id"]}
        for row in rows
    }
    assert [len(ids) for ids in by_visitor.values()] == [1, 1]
    assert by_visitor["111.222"] != by_visitor["333.444"]
    assert not any("111.222" in row["session_id"] for row in rows)


def test_products_are_known_from_items_where_no_catalogue_names_them(counter: Counter) -> None:
    """Title, brand, category path and price come from the items; what the catalogue says stays."""
    own = "product_id,title\npot,The catalogue's own pot\n"
    counter.bring(products_csv=own, events_json=lines(EVENTS))
    assert counter.rows("products", "product_id", "title", "brand", "categories") == [
        {"product_id": "Pan", "title": "Pan"},
        {"product_id": "cup", "title": "Blue Cup", "brand": "Potters", "categories": ["Kitchen > Cups"]},
        {"product_id": "pot", "title": "The catalogue's own pot"},
    ]
    assert counter.rows("variants", "variant_id", "price_minor", "currency") == [
        {"variant_id": "cup", "price_minor": 450, "currency": "GBP"},
        {"variant_id": "pot", "price_minor": 2000, "currency": "GBP"},
    ]
    assert counter.rows("customers", "customer_id") == [{"customer_id": "ann"}]


def test_items_named_by_sku_are_resolved(counter: Counter) -> None:
    """An item id that is a variant's stock keeping unit names the product and the variant."""
    variants = "variant_id,product_id,sku,price_minor,currency\nv1,mug,cup,450,GBP\n"
    counter.bring(variants_csv=variants, events_json=lines(EVENTS[2:3]))
    (row,) = counter.rows("events", "product_id", "variant_id")
    assert row == {"product_id": "mug", "variant_id": "v1"}
    assert counter.rows("products") == []


def test_parquet_gives_the_same_rows_as_json(counter: Counter) -> None:
    """BigQuery's Parquet holds numbers as numbers; the ids of events are the same, so nothing is added."""
    counter.bring(events_json=lines(EVENTS))
    before = counter.everything()
    buffer = io.BytesIO()
    frame = pl.DataFrame(EVENTS, infer_schema_length=None).with_columns(pl.col("event_timestamp").cast(pl.Int64))
    frame.write_parquet(buffer)
    (outcome,) = counter.bring(export_parquet=buffer.getvalue())
    assert outcome.records == 5
    assert unchanged(outcome)
    assert counter.everything() == before


def test_what_cannot_be_right_is_refused_by_line(counter: Counter) -> None:
    """A time that is none, an event without a name, a price that is none, a line that is no JSON."""
    broken = [event("view_item", items=[{"item_id": "x", "price": "cheap"}]), {**event("page_view"), "event_timestamp": "soon"},
              {**event("page_view"), "event_name": None}]  # fmt: skip
    (outcome,) = counter.bring(events_json=lines([*EVENTS, *broken]) + "{not json\n")
    assert [(line, field, found) for line, field, found, *_ in refused(outcome)] == [
        (6, "items.price", "cheap"), (7, "event_timestamp", "soon"), (8, "event_name", ""), (9, "", "{not json"),
    ]  # fmt: skip
    assert len(counter.rows("events")) == 6


def test_the_same_events_again_change_nothing(counter: Counter) -> None:
    """An export of two days and one of the second day alone hold the same events once."""
    counter.bring(days_json=lines(EVENTS))
    before = counter.everything()
    (part,) = counter.bring(day_json=lines(EVENTS[2:]))
    (again,) = counter.bring(days_json=lines(EVENTS), again=True)
    assert unchanged(part)
    assert unchanged(again)
    assert counter.everything() == before
