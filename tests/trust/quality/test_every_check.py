"""Every check finds what is planted for it, and keeps silent in a shop where nothing is wrong."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from mercer.trust.quality.checks import SEVERITIES, all_checks

_spec = importlib.util.spec_from_file_location("planted_defects", Path(__file__).with_name("planted.py"))
planted = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(planted)


def test_every_check_has_a_defect_planted_for_it():
    """A new check is tested by being listed in planted.py, and none of the listed ones has gone."""
    assert set(planted.PLANTED) == set(all_checks())


@pytest.mark.parametrize("code", list(planted.PLANTED))
def test_it_finds_what_is_planted(look_at, code):
    """The check reports the planted rows, all of them and no others, and names them."""
    defect = planted.PLANTED[code]
    found = look_at(defect.rows, planted.NOW)
    assert code in found, f"found only {sorted(found)}"
    assert found[code].found.count == defect.count
    if defect.ids is not None:
        assert set(found[code].examples) == set(defect.ids[:5])


def test_it_keeps_silent_where_nothing_is_wrong(look_at):
    """A small, whole and recent shop gives no finding at all."""
    orders = [planted.order(n, total_minor=1490, shipping_minor=490, currency="EUR", country="DE") for n in range(30)]
    shop = {
        "products": [planted.product("kettle"), planted.product("pot")],
        "variants": [planted.variant("kettle"), planted.variant("pot")],
        "customers": [{"customer_id": f"c{n}", "email": f"c{n}@example.com"} for n in range(30)],
        "orders": orders,
        "order_lines": [planted.line(n, currency="EUR") for n in range(30)],
        "events": [planted.event(n) for n in range(60)],
        "reviews": [planted.review(n, product_id="kettle") for n in range(10)],
    }
    assert look_at(shop, planted.NOW) == {}


def test_an_empty_shop_gives_no_finding(look_at):
    """Nothing imported yet is not a defect."""
    assert look_at({}, planted.NOW) == {}


@pytest.mark.parametrize("code", list(all_checks()))
def test_it_says_everything_in_both_languages(code):
    """What it says, what it costs and what to do are there in English and Chinese, with the same numbers."""
    check = all_checks()[code]
    for words in (check.says, check.costs, check.repair):
        assert words.en
        assert re.search("[一-鿿]", words.zh), words
    assert set(re.findall(r"\{\w+\}", check.says.en)) >= set(re.findall(r"\{\w+\}", check.says.zh))
    assert check.severity in SEVERITIES
    check.says.format(count="1", rows="2", share="50%")


def test_the_cost_is_measured_in_interactions(look_at):
    """A defect of products costs the share of interactions with these products, and names who reads the table."""
    rows = {
        "products": [planted.product("kettle"), planted.product("pot", title=None)],
        "events": [planted.event(1), planted.event(2), planted.event(3), planted.event(4, product_id="pot")],
    }
    found = look_at(rows, planted.NOW, {"products": ["recommend_products"]})["missing.title"]
    assert found.found.share == 0.5
    assert found.costs.share == 0.25
    assert found.costs.basis == "interactions"
    assert found.costs.capabilities == ("recommend_products",)
    assert "25%" in found.costs.text
    assert "25%" in found.costs.text_zh


def test_a_defect_of_few_interactions_weighs_less(look_at):
    """The same defect is one step milder where hardly anybody is touched by it."""
    loved = {
        "products": [planted.product("kettle"), planted.product("pot", title=None)],
        "events": [planted.event(n) for n in range(99)] + [planted.event(100, product_id="pot")],
    }
    assert look_at(loved, planted.NOW)["missing.title"].severity == "medium"
    unloved = loved | {"products": [planted.product("kettle", title=None), planted.product("pot")]}
    assert look_at(unloved, planted.NOW)["missing.title"].severity == "high"
    forgotten = loved | {"events": [planted.event(n) for n in range(1500)] + [planted.event(2000, product_id="pot")]}
    assert look_at(forgotten, planted.NOW)["missing.title"].severity == "low"


def test_one_line_a_piece_is_no_repetition(look_at):
    """Where the platform writes a line for each piece, three equal lines are three pieces."""
    thrice = [planted.line(n, order_id="o1") for n in range(3)]
    assert "duplicated.line" not in look_at({"order_lines": thrice}, planted.NOW)


def test_dear_things_among_cheap_ones_are_no_slip(look_at):
    """A category in which every price between the cheapest and the dearest is asked has none that is wrong."""
    prices = [*range(500, 3000, 50), *range(3000, 90_000, 4000)]
    shop = {
        "products": [planted.product(f"t{price}") for price in prices],
        "variants": [planted.variant(f"t{price}", price_minor=price) for price in prices],
    }
    assert "ranges.price_outlier" not in look_at(shop, planted.NOW)


def test_a_shop_that_was_only_beginning_has_no_gaps(look_at):
    """Single orders weeks apart before the first busy month are not days that are missing."""
    began = planted.NOW - 200 * planted.DAY
    first = [planted.order(n, placed_at=began + 20 * n * planted.DAY) for n in range(5)]
    busy = [
        planted.order(1000 + 30 * day + n, placed_at=planted.NOW - day * planted.DAY - planted.DAY / 2)
        for day in range(40)
        for n in range(30)
    ]
    assert "stale.gap_in_orders" not in look_at({"orders": [*first, *busy]}, planted.NOW)


def test_nobodys_address_is_printed(look_at):
    """An example id that is an e-mail address is covered."""
    rows = {
        "customers": [{"customer_id": name, "email": "same@example.com"} for name in ("a@example.com", "b@example.com")]
    }
    found = look_at(rows, planted.NOW)["duplicated.customer"]
    assert found.examples == ("b…@…",)
    assert "example.com" not in found.model_dump_json()
