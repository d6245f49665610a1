"""Repairs are shown first, then really written, and afterwards the check finds nothing any more."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from mercer.core.errors import NotFound
from mercer.core.tables import table as declared
from mercer.store.schema import frame_schema
from mercer.store.store import Store
from mercer.trust.quality.checks import all_checks
from mercer.trust.quality.repair import repair, repairs
from mercer.trust.quality.run import look

NOW = datetime(2026, 6, 1, tzinfo=UTC)

PRODUCTS = [
    {"product_id": "cafe", "title": "CafÃ© <b>set</b>", "categories": ["Kitchen > CafÃ©"]},
    {"product_id": "pot", "title": "²èºø", "brand": "Okto"},
    {"product_id": "POST", "title": "Postage"},
    {"product_id": "mug", "title": " Red  mug ", "description": "Fine\u200b."},
]
VARIANTS = [
    {"variant_id": "mug", "product_id": "mug", "availability": "in_stock", "quantity_available": 0},
    {"variant_id": "pot", "product_id": "pot", "availability": "in_stock", "quantity_available": 2},
]
CUSTOMERS = [
    {"customer_id": "a", "country": "UK"},
    {"customer_id": "b", "country": "de"},
    {"customer_id": "c", "country": "QQ"},
]


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'shop.db'}", create=True) as opened:
        for table, rows in (("products", PRODUCTS), ("variants", VARIANTS), ("customers", CUSTOMERS)):
            names = list(dict.fromkeys(name for row in rows for name in row))
            schema = frame_schema(declared(table), names)
            opened.write(table, pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=schema))
        yield opened


def products(store):
    return {row["product_id"]: row for row in store.frame("products").iter_rows(named=True)}


def test_a_dry_run_changes_nothing(store):
    """Without write, what would change is shown as id, before and after, and nothing is stored."""
    before = store.frame("products")
    (told,) = repair(store, ["services.among_products"], False, NOW, "EUR")
    assert (told.table, told.rows, told.written) == ("products", 1, False)
    assert told.examples == ("POST: Postage → archived",)
    assert store.frame("products").equals(before)


def test_all_repairs_leave_nothing_to_repair(store):
    """Written all at once, the texts are as they were meant, and no check that can repair finds anything more."""
    told = repair(store, ["all"], True, NOW, "EUR")
    assert {each.code for each in told} >= {
        "codes.country_in_customers", "contradictory.availability", "encoding.gbk", "encoding.markup", "encoding.mojibake",
        "services.among_products",
    }  # fmt: skip
    held = products(store)
    assert held["cafe"]["title"] == "Café set"
    assert held["cafe"]["categories"] == ["Kitchen > Café"]
    assert held["pot"]["title"] == "茶壶"
    assert held["pot"]["brand"] == "Okto"
    assert held["POST"]["status"] == "archived"
    assert held["mug"]["title"] == "Red mug"
    assert held["mug"]["description"] == "Fine."
    stock = store.frame("variants", ["variant_id", "availability"]).rows()
    assert sorted(stock) == [("mug", "out_of_stock"), ("pot", "in_stock")]
    assert sorted(store.frame("customers", ["customer_id", "country"]).rows()) == [
        ("a", "GB"),
        ("b", "DE"),
        ("c", "QQ"),
    ]
    automatic = {code for code, check in all_checks().items() if check.mend is not None}
    left = {each.code for each in look(store, NOW, "EUR", {})[0]} & automatic
    assert left == {"codes.country_in_customers"}  # QQ is no country, and nobody knows which was meant


def test_repairing_twice_changes_nothing_more(store):
    """The second time there is nothing to write."""
    repair(store, ["all"], True, NOW, "EUR")
    assert repair(store, ["all"], True, NOW, "EUR") == []


def test_an_unknown_repair_is_refused():
    """The refusal lists what can be repaired."""
    with pytest.raises(NotFound) as caught:
        repairs(["missing.customer"])
    assert "services.among_products" in caught.value.hint.en
