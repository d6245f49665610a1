"""Amazon Personalize's three data sets: interactions with their impressions, items with their own columns, users."""

from __future__ import annotations

import json

from counter import Counter, refused, unchanged

INTERACTIONS = (
    "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,IMPRESSION,RECOMMENDATION_ID,DEVICE\n"
    "ann,cup,1767268800,Click,,cup|pot|pan,r-1,phone\n"
    "ann,cup,1767268900,Purchase,4.5,,r-1,\n"
    "bo,pot,1767269000,AddToCart,,,,tablet\n"
)
ITEMS = (
    "ITEM_ID,CREATION_TIMESTAMP,PRICE,CATEGORY_L1,CATEGORY_L2,PRODUCT_DESCRIPTION,GLAZE\n"
    'cup,1700000000,4.50,Kitchen,Cups,"A cup, blue",matt\npot,,20,Kitchen,,,\n'
)
USERS = "USER_ID,AGE,MEMBERSHIP\nann,34,gold\nbo,,\n"


def test_interactions_become_events_and_impressions_lists(counter: Counter) -> None:
    """Names are those of GA4; every product that was shown has a view_item_list of the same moment."""
    (outcome,) = counter.bring(interactions_csv=INTERACTIONS)
    assert (outcome.layout and outcome.layout.name, outcome.refused) == ("personalize/interactions", 0)
    rows = counter.store.frame("events").sort("occurred_at", "event_name", "product_id").to_dicts()
    shown = [(row["customer_id"], row["event_name"], row["product_id"], row["request_id"]) for row in rows]
    assert shown == [
        ("ann", "view_item", "cup", "r-1"), ("ann", "view_item_list", "cup", "r-1"), ("ann", "view_item_list", "pan", "r-1"),
        ("ann", "view_item_list", "pot", "r-1"), ("ann", "purchase", "cup", "r-1"), ("bo", "add_to_cart", "pot", None),
    ]  # fmt: skip
    assert [row["attributes"] and json.loads(row["attributes"]) for row in rows] == [
        {"DEVICE": "phone"}, None, None, None, {"value": "4.5"}, {"DEVICE": "tablet"},
    ]  # fmt: skip
    assert [row["product_id"] for row in counter.rows("products")] == ["cup", "pan", "pot"]


def test_items_and_users_keep_what_is_the_shops_own(counter: Counter) -> None:
    """Levels become a path, the price a variant in the shop's currency, unknown columns attributes."""
    counter.bring(items_csv=ITEMS, users_csv=USERS)
    cup, pot = counter.rows("products", "product_id", "description", "categories", "attributes")
    assert cup == {
        "product_id": "cup", "description": "A cup, blue", "categories": ["Kitchen > Cups"], "attributes": '{"GLAZE":"matt"}',
    }  # fmt: skip
    assert pot == {"product_id": "pot", "categories": ["Kitchen"]}
    assert counter.rows("variants", "variant_id", "price_minor", "currency") == [
        {"variant_id": "cup", "price_minor": 450, "currency": "EUR"},
        {"variant_id": "pot", "price_minor": 2000, "currency": "EUR"},
    ]
    assert counter.rows("customers", "customer_id", "attributes") == [
        {"customer_id": "ann", "attributes": '{"AGE":"34","MEMBERSHIP":"gold"}'}, {"customer_id": "bo"},
    ]  # fmt: skip


def test_other_logs_are_not_taken_for_it(counter: Counter) -> None:
    """The same columns in small letters are anybody's log."""
    (outcome,) = counter.bring(log_csv=INTERACTIONS.lower())
    assert outcome.layout is not None
    assert outcome.layout.name == "interactions/events"


def test_what_cannot_be_right_is_refused_and_the_rest_again_changes_nothing(counter: Counter) -> None:
    """Line, field and what was found; and the same file once more adds no row."""
    broken = INTERACTIONS + ",cup,1767268800,Click,,,,\nann,,1767268800,Click,,,,\nann,cup,yesterday,Click,,,,\n"
    (outcome,) = counter.bring(interactions_csv=broken)
    assert [(line, field, found) for line, field, found, *_ in refused(outcome)] == [
        (5, "USER_ID", ""), (6, "ITEM_ID", ""), (7, "TIMESTAMP", "yesterday"),
    ]  # fmt: skip
    (again,) = counter.bring(again=True, interactions_csv=broken)
    assert unchanged(again)
