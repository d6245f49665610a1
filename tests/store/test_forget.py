from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mercer.core.tables import TABLES
from mercer.store.decisions import Decision
from mercer.store.store import Store

Rows = Callable[..., pl.DataFrame]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def peopled(store: Store, rows: Rows) -> Iterator[Store]:
    """Ann and Bob in every table that speaks of people; they share the visitor 'till', 'phone' is Ann's alone."""
    both = ["ann", "bob"]
    for name, columns in {
        "customers": {"customer_id": both, "email": ["ann@x.org", "bob@x.org"], "city": "Oslo"},
        "events": {
            "event_id": ["e1", "e2", "e3", "e4", "e5"], "customer_id": ["ann", "bob", None, None, "ann"],
            "visitor_id": ["till", "till", "till", "phone", "phone"], "event_name": "view_item", "occurred_at": NOON,
        },
        "orders": {"order_id": ["o1", "o2"], "customer_id": both, "email": ["ann@x.org", "b"], "postcode": "0150",
                   "country": "NO", "total_minor": 900, "placed_at": NOON},
        "order_lines": {"order_line_id": ["l1", "l2"], "order_id": ["o1", "o2"], "customer_id": both, "product_id": "k",
                        "quantity": 1, "placed_at": NOON},
        "payments": {"payment_id": ["p1", "p2"], "order_id": ["o1", "o2"], "card_id": ["c1", "c2"], "amount_minor": 900},
        "reviews": {"review_id": ["r1", "r2"], "customer_id": both, "rating": 5.0},
        "conversations": {"conversation_id": ["t1", "t2"], "customer_id": both},
        "messages": {"message_id": ["m1", "m2"], "conversation_id": ["t1", "t2"], "body": "hello", "sent_at": NOON},
        "labels": {"label_id": ["x1", "x2", "x3"], "subject": ["customer", "customer", "order"], "label": "fraud",
                   "subject_id": ["ann", "bob", "ann"]},
    }.items():  # fmt: skip
        store.write(name, rows(name, **columns))
    store.decisions.record_many([
        Decision(f"d{place}", None, "recommend_products", "ease", "v1", "rest", who, None, f'{{"customer": "{who}"}}', "{}", 0.1, NOON)
        for place, who in enumerate(both)
    ])  # fmt: skip
    store.pseudonyms.of(both)
    store.pseudonyms.of(["till", "phone"], "visitor")
    return store


def everything(store: Store) -> dict[str, Any]:
    return {name: store.frame(name).rows(named=True) for name in TABLES if store.rows(name)}


def test_a_forgotten_customer_is_nowhere_and_the_accounts_stay(peopled: Store) -> None:
    """Rows of behaviour are gone, orders are nobody's, money is all there, and Bob is untouched."""
    before = everything(peopled)
    counts = peopled.forget("ann")
    after = everything(peopled)
    left = {name: held for name, held in after.items() if name != "labels"}  # x3 speaks of an order called 'ann'
    assert not [each for each in ("'ann'", '"ann"', "ann@") if each in repr(left)]
    assert [each["label_id"] for each in after["labels"]] == ["x2", "x3"]
    assert sum(each["total_minor"] for each in after["orders"]) == 1800
    orders = {each["order_id"]: each for each in after["orders"]}
    assert [orders["o1"][name] for name in ("customer_id", "email", "postcode", "country")] == [None, None, None, "NO"]
    assert {each["card_id"] for each in after["payments"]} == {None, "c2"}
    assert [each["conversation_id"] for each in after["messages"]] == ["t2"]
    for name, held in before.items():
        assert [each for each in held if "bob" in each.values()] == [
            each for each in after[name] if "bob" in each.values()
        ]
    assert counts == {
        "customers": 1, "events": 3, "orders": 1, "order_lines": 1, "payments": 1, "reviews": 1, "conversations": 1,
        "messages": 1, "labels": 1, "decisions": 1, "pseudonyms": 2,
    }  # fmt: skip


def test_a_device_that_others_use_too_is_not_forgotten(peopled: Store) -> None:
    """What nobody signed in for on the shared till stays; on Ann's own phone it goes."""
    peopled.forget("ann")
    assert peopled.frame("events", ["event_id"]).to_series().sort().to_list() == ["e2", "e3"]
    assert peopled.pseudonyms.known("till", "visitor") is not None
    assert peopled.pseudonyms.known("phone", "visitor") is None


def test_the_link_is_deleted_and_the_pseudonym_noted(peopled: Store) -> None:
    """So that models which hold it can be marked; the note does not say who it was."""
    pseudonym = peopled.pseudonyms.known("ann")
    before = datetime.now(UTC)
    peopled.forget("ann")
    assert peopled.pseudonyms.known("ann") is None
    noted = peopled.forgotten(before)
    assert pseudonym in {each.pseudonym for each in noted}
    assert {each.kind for each in noted} == {"customer", "visitor"}
    assert peopled.forgotten(datetime.now(UTC) + timedelta(hours=1)) == []
    assert peopled.pseudonyms.of(["ann"])["ann"] != pseudonym


def test_forgetting_nobody_touches_nothing(peopled: Store) -> None:
    """An unknown id, and the same one twice."""
    before = everything(peopled)
    assert peopled.forget("zoe") == {}
    assert everything(peopled) == before
    peopled.forget("ann")
    assert peopled.forget("ann") == {}


def test_an_order_tells_neither_the_device_nor_what_a_platform_noted(store: Store, rows: Rows) -> None:
    """Of the order, and of events that name it only; another order keeps all of it."""
    for who in ("ann", "bob"):
        told = {"device_id": f"phone of {who}", "attributes": f'{{"gift for": "{who}"}}'}
        store.write("orders", rows("orders", order_id=f"o-{who}", customer_id=who, placed_at=NOON, **told))
        store.write(
            "events",
            rows("events", event_id=who, order_id=f"o-{who}", event_name="purchase", occurred_at=NOON, ip_address="10.0.0.1",
                 **told),
        )  # fmt: skip
    assert store.forget("ann") == {"orders": 1, "events": 1}
    assert "phone of ann" not in repr(everything(store))
    assert "gift for" in repr(everything(store)["events"])
    assert [each["ip_address"] for each in everything(store)["events"]].count(None) == 1
    assert store.forget("ann") == {}


def test_answers_about_others_that_name_them_too_keep_the_others(store: Store) -> None:
    """Ids go where a field says that they are a customer's, a visitor's or an order's; products of that number stay."""
    texts = {
        "list": '{"customers": ["7", "8"], "products": ["7"]}',
        "nested": '{"items": [{"customer_id": "7", "score": 0.5}, {"product_id": "7"}]}',
        "order": '{"order": {"id": "o7", "total": 7}}',
        "escaped": '{"customer": "\\u0061nn"}',
        "other": '{"recent": ["7"], "note": "customer 7"}',
        "text": "7",
    }
    store.decisions.record_many(
        [Decision(name, None, "c", "m", "v", "cli", None, None, "{}", text, 0.1, NOON) for name, text in texts.items()]
    )
    order = pl.DataFrame({"order_id": ["o7"], "customer_id": ["7"], "placed_at": [NOON]})
    store.write("orders", order)
    counts = store.forget("7")
    left = dict(store.frame("decisions", ["decision_id", "response"]).rows())
    assert left == texts | {
        "list": '{"customers": [null, "8"], "products": ["7"]}',
        "nested": '{"items": [{"customer_id": null, "score": 0.5}, {"product_id": "7"}]}',
        "order": '{"order": {"id": null, "total": 7}}',
    }
    assert counts == {"orders": 1, "decisions": 3}


def test_a_visitor_of_theirs_is_forgotten_in_verdicts_too(store: Store, rows: Rows, events: Rows) -> None:
    """Labels may name visitors; snapshots hide those as well."""
    store.write("events", events("a", customer="ann", visitor_id="cookie"))
    store.write("labels", rows("labels", label_id="x", subject="visitor", subject_id="cookie", label="bot"))
    assert store.forget("ann") == {"events": 1, "labels": 1}


def test_the_bytes_are_overwritten_in_the_file(sqlite_template: Path, tmp_path: Path, rows: Rows) -> None:
    """Deleted text does not linger in free pages of the database file."""
    path = tmp_path / "shop.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Store.open(f"sqlite:///{path}") as store:
        store.write("customers", rows("customers", customer_id="ann", address="221b Baker Street"))
        store.write("orders", rows("orders", order_id="o", customer_id="ann", address="221b Baker Street"))
        answer = Decision("d", None, "c", "m", "v", "cli", "ann", None, '{"to": "221b Baker Street"}', "{}", 0.1, NOON)
        store.decisions.record(answer)
        store.forget("ann")
        assert b"221b Baker Street" not in written(tmp_path)  # while the shop is open, too
    assert b"221b Baker Street" not in written(tmp_path)


def written(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())
