"""The exports: the same seed gives the same bytes, and the ids of one file are those of the others."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from mercer.core.errors import Conflict
from mercer.simulate.generate import simulate
from mercer.simulate.plan import Plan


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "exports" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def events(folder: Path) -> list[dict]:
    found = []
    for path in sorted((folder / "exports").glob("events_*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_two_runs_of_one_seed_are_equal_to_the_byte(small_shop, small_plan, tmp_path):
    """Nothing depends on the clock, the folder or the order of a dictionary."""
    simulate(tmp_path / "again", small_plan)
    assert bytes_of(tmp_path / "again") == bytes_of(small_shop)


def test_another_seed_makes_another_shop(small_shop, small_plan, tmp_path):
    """The seed decides what is in the files."""
    simulate(tmp_path / "other", small_plan.model_copy(update={"seed": 12}))
    other, this = bytes_of(tmp_path / "other"), bytes_of(small_shop)
    assert all(other[name] != this[name] for name in this)


def test_products_of_orders_and_events_are_in_the_catalogue(small_shop):
    """Every SKU ordered is a variant of the catalogue, every item looked at a product of it."""
    catalogue = rows(small_shop, "products_export.csv")
    skus, handles = {row["SKU"] for row in catalogue}, {row["URL handle"] for row in catalogue}
    assert len(skus) == len(catalogue)
    assert {row["Lineitem SKU"] for row in rows(small_shop, "orders_export.csv")} <= skus
    assert {item["item_id"] for event in events(small_shop) for item in event["items"]} <= handles


def test_every_purchase_is_an_order_and_every_order_a_purchase(small_shop):
    """Analytics and the shop tell of the same purchases, with the same buyers and the same pieces."""
    orders: dict[str, Counter] = {}
    buyers = {}
    for row in rows(small_shop, "orders_export.csv"):
        orders.setdefault(row["Name"], Counter())[row["Lineitem name"].split(" - ")[0]] += int(row["Lineitem quantity"])
        buyers[row["Name"]] = row["Email"]
    bought = {
        each["ecommerce"]["transaction_id"]: each for each in events(small_shop) if each["event_name"] == "purchase"
    }
    assert set(bought) == set(orders)
    for name, event in bought.items():
        assert event["user_id"] == buyers[name]
        assert Counter({item["item_name"]: int(item["quantity"]) for item in event["items"]}) == orders[name]


def test_an_order_adds_up(small_shop):
    """Total = lines - discount + shipping, as Shopify writes it; tax is within."""
    goods: Counter = Counter()
    heads = {}
    for row in rows(small_shop, "orders_export.csv"):
        goods[row["Name"]] += round(float(row["Lineitem price"]) * 100) * int(row["Lineitem quantity"])
        if row["Total"]:
            heads[row["Name"]] = row
    assert heads.keys() == goods.keys()
    for name, head in heads.items():
        total, shipping, off = (round(float(head[field]) * 100) for field in ("Total", "Shipping", "Discount Amount"))
        assert total == goods[name] - off + shipping


def test_events_follow_one_another(small_shop):
    """Within a session nothing is put into the cart before it was looked at, and nothing is bought before that."""
    seen: dict[tuple, int] = {}
    for event in sorted(events(small_shop), key=lambda each: int(each["event_timestamp"])):
        session = next(each["value"]["int_value"] for each in event["event_params"] if each["key"] == "ga_session_id")
        for item in event["items"]:
            place = (event["user_pseudo_id"], session, item["item_id"])
            if event["event_name"] == "view_item":
                seen[place] = max(seen.get(place, 0), 1)
            elif event["event_name"] == "add_to_cart":
                assert seen.get(place, 0) >= 1
                seen[place] = 2
            else:
                assert seen.get(place) == 2


def test_both_languages_are_spoken(small_shop):
    """Titles and descriptions hold English and Chinese; searches are in the language of who searches."""
    first = rows(small_shop, "products_export.csv")[0]
    english, _, chinese = first["Title"].partition(" | ")
    assert english.isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert "</p><p>" in first["Description"]
    for event in events(small_shop):
        if event["event_name"] == "search":
            words = next(
                each["value"]["string_value"] for each in event["event_params"] if each["key"] == "search_term"
            )
            assert any("\u4e00" <= letter <= "\u9fff" for letter in words) == (event["device"]["language"] == "zh-cn")


def test_it_leaves_files_of_others_alone(tmp_path):
    """A folder whose exports nobody simulated is not written to."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "mine.csv").write_text("precious")
    with pytest.raises(Conflict):
        simulate(tmp_path, Plan(products=60, customers=20, days=14))
    assert (tmp_path / "exports" / "mine.csv").read_text() == "precious"


def test_no_address_is_anybodys(small_shop):
    """All e-mail addresses are at a domain kept for examples."""
    assert {row["Email"].split("@")[1] for row in rows(small_shop, "orders_export.csv")} == {"example.com"}
