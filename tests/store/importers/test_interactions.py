"""Logs and lists of products, whatever their columns are called, in English and in Chinese."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, refused, unchanged

from mercer.store.importing.context import Options


def events(counter: Counter) -> list[tuple[object, ...]]:
    """Who did what with which product, in the order of time."""
    frame = counter.store.frame("events").sort("occurred_at", "event_id")
    return frame.select("customer_id", "visitor_id", "event_name", "product_id").rows()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("user,item,behaviour,timestamp", "7,kettle,buy,1433222501"),
        ("user_id,item_id,behavior_type,time", "7,kettle,4,2015-06-02 05:21:41"),
        ("timestamp,customerId,event,productId", "1433222501000,7,transaction,kettle"),
        ("用户ID,商品ID,行为类型,时间戳", "7,kettle,购买,1433222501"),
        ("会员编号,商品编号,行为,时间", "7,kettle,下单,2015年6月2日 05:21:41"),
    ],
)
def test_columns_are_found_under_many_names(counter: Counter, header: str, row: str) -> None:
    """Every one of these lines says that customer 7 bought the kettle at the same moment."""
    (outcome,) = counter.bring(log_csv=f"{header}\n{row}\n")
    assert (outcome.layout and outcome.layout.name, outcome.refused) == ("interactions/events", 0)
    assert events(counter) == [("7", None, "purchase", "kettle")]
    assert counter.rows("events", "occurred_at") == [{"occurred_at": datetime(2015, 6, 2, 5, 21, 41, tzinfo=UTC)}]


def test_visitors_are_not_customers(counter: Counter) -> None:
    """A cookie is a visitor; nobody is added to the customers for it."""
    counter.bring(log_csv="timestamp,visitorid,event,itemid,transactionid\n1433222501000,257597,view,355908,\n")
    assert events(counter) == [(None, "257597", "view_item", "355908")]
    assert counter.rows("customers") == []


@pytest.mark.parametrize(
    ("name", "header", "event"),
    [("orders_csv", "user_id,item_id,time", "purchase"), ("log_csv", "user_id,item_id,time,price", "purchase"), ("log_csv", "user_id,item_id,time", "view_item")],
)  # fmt: skip
def test_a_log_without_behaviours_is_what_it_looks_like(counter: Counter, name: str, header: str, event: str) -> None:
    """By its name or by a price it is purchases, otherwise views; it is said, and --event decides."""
    text = f"{header}\n1,2,965779200{',3.50' if 'price' in header else ''}\n"
    (outcome,) = counter.bring(**{name: text})
    assert [row[2] for row in events(counter)] == [event]
    assert any("--event" in note.en for note in outcome.notes)
    counter.bring(options=Options(event="add_to_cart"), **{name: text})
    assert {row[2] for row in events(counter)} == {event, "add_to_cart"}


def test_rows_that_say_the_same_are_several_events(counter: Counter) -> None:
    """Twice in one file is twice; the same file again adds none, and a longer one only what is new."""
    text = "user,item,behaviour,timestamp\n1,a,view,1700000000\n1,a,view,1700000000\n"
    counter.bring(log_csv=text)
    assert len(events(counter)) == 2
    (longer,) = counter.bring(longer_csv=text + "1,b,view,1700000001\n")
    assert (longer.written["events"].added, len(events(counter))) == (1, 3)


def test_behaviours_of_the_shops_own_are_kept_and_said(counter: Counter) -> None:
    """Analytics has no name for spinning a wheel."""
    (outcome,) = counter.bring(log_csv="user,item,behaviour,timestamp\n1,a,spin_wheel,1700000000\n")
    assert events(counter) == [("1", None, "spin_wheel", "a")]
    assert any("spin_wheel" in note.en for note in outcome.notes)


def test_lists_of_products_come_before_logs(counter: Counter) -> None:
    """Known columns are the product's, others its attributes, a price its variant's; the log adds no poorer rows."""
    items = "item_id\tname\tbrand\ti_category\tprice\tcolour\na\tRed cup\tPotters\tCups|Gifts\t4,50\tred\nb\tPot\t\t\t20,00\t\n"
    log, listed = counter.bring(
        log_csv="user,item,behaviour,timestamp,category\n1,a,view,1700000000,Other\n1,c,view,1700000000,Pans\n",
        items_tsv=items,
    )
    assert (log.refused, listed.refused) == (0, 0)
    assert counter.rows("products") == [
        {
            "product_id": "a",
            "title": "Red cup",
            "brand": "Potters",
            "categories": ["Cups", "Gifts"],
            "attributes": '{"colour":"red"}',
        },
        {"product_id": "b", "title": "Pot"},
        {"product_id": "c", "categories": ["Pans"]},
    ]
    assert [(row["variant_id"], row["price_minor"], row["currency"]) for row in counter.rows("variants")] == [
        ("a", 450, "EUR"),
        ("b", 2000, "EUR"),
    ]


def test_lines_without_a_time_or_a_product_are_refused(counter: Counter) -> None:
    """Line, field and what stood there; the file again changes nothing."""
    text = "user,item,behaviour,timestamp\n1,,view,1700000000\n1,a,,1700000000\n1,a,view,\n1,a,view,1700000000\n"
    (outcome,) = counter.bring(log_csv=text)
    assert [each[:3] for each in refused(outcome)] == [(2, "item", ""), (3, "behaviour", ""), (4, "timestamp", "")]
    (again,) = counter.bring(log_csv=text, again=True)
    assert unchanged(again)
