"""The sealed truth says what the exports show."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from mercer.simulate.assortment import assortment
from mercer.simulate.catalogue import catalogue
from mercer.simulate.choice import Choice
from mercer.simulate.people import people
from mercer.simulate.plan import Plan
from mercer.simulate.truth import Truth


@pytest.fixture(scope="module")
def truth(small_shop: Path) -> Truth:
    return Truth.load(small_shop / "truth")


def test_it_is_read_back_as_it_was(truth, small_plan):
    """Ids, plan and arrays survive saving."""
    assert Plan(**truth.plan) == small_plan
    assert len(truth.products) == small_plan.products
    assert len(truth.customers) == small_plan.customers
    assert truth.planted == {}


def test_preferences_are_chances(truth):
    """For each person the chances of all products add up to one, and none is negative."""
    chances = truth.preference(list(truth.customers[:20]))
    assert chances.shape == (20, len(truth.products))
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()


def test_what_is_not_launched_has_no_chance(truth):
    """On the first day, products of later days cannot be chosen."""
    chances = truth.preference(list(truth.customers[:5]), day=0)
    assert (chances[:, truth.arrays["launch"] > 0] == 0).all()


def test_people_choose_as_the_truth_says():
    """Drawn ten thousand times, choices in one category follow the softmax of the utilities."""
    plan, goods = Plan(products=120, customers=20, days=14), assortment()
    products, whom = catalogue(plan, goods), people(plan, goods)
    choice = Choice(products, whom, len(goods.categories))
    shelf = np.flatnonzero((products.category == 3) & (products.launch <= 0))
    drawn = choice.product(np.random.default_rng(0), np.full(10_000, 7), np.full(10_000, 3), day=10**6)
    weight = np.exp(choice.utility(np.full(len(products), 7), np.arange(len(products))))
    everything = np.flatnonzero(products.category == 3)
    expected = weight[everything] / weight[everything].sum()
    shares = np.array([(drawn == product).mean() for product in everything])
    assert set(shelf) <= set(everything)
    assert np.allclose(shares, expected, atol=0.02)


def test_what_is_looked_at_is_what_is_liked(small_shop, truth):
    """Products that signed-in people look at are far likelier by the truth than the average product, and than what is popular."""
    places = {name: place for place, name in enumerate(truth.products)}
    looks = []
    for path in sorted((small_shop / "exports").glob("events_*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            held = [json.loads(line) for line in file]
        looks += [
            (each["user_id"], places[each["items"][0]["item_id"]])
            for each in held
            if each["event_name"] == "view_item" and "user_id" in each
        ]
    names = sorted({name for name, _ in looks})
    row = {name: index for index, name in enumerate(names)}
    chances = truth.preference(names)
    popular = np.argsort(-np.bincount([product for _, product in looks], minlength=len(places)))[:10]
    liked = np.mean([chances[row[name], product] for name, product in looks])
    assert liked > 3 / len(places)
    assert liked > 1.2 * chances[:, popular].mean()


def test_what_is_bought_together_goes_together(small_shop, truth):
    """Every complement lies in a category that goes with the product's own."""
    goods = assortment()
    for place in range(0, len(truth.products), 17):
        category = goods.categories[truth.arrays["category"][place]]
        for other in truth.arrays["complements"][place]:
            assert other == -1 or truth.arrays["category"][other] in category.goes
