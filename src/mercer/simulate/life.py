"""The days of the simulated shop: who visits, what they look at, put into the cart and buy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mercer.simulate.assortment import Assortment
from mercer.simulate.catalogue import Catalogue
from mercer.simulate.choice import Choice
from mercer.simulate.festivals import Seasons
from mercer.simulate.people import COUNTRIES, People
from mercer.simulate.plan import VISITS, Plan

SEARCH, VIEW, CART, PURCHASE = range(4)
"""Kinds of event."""

LONGEST = 12
"""Products looked at in one visit, at most."""

HOURS = np.array([2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 5, 5, 5, 5, 6, 7, 9, 11, 11, 8, 4], dtype=float)
"""Visits by the hour of the local day."""

KEEN = -2.6
"""Log-odds that a product looked at goes into the cart, before taste is added."""


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of one day, one row each; ``begins`` counts seconds from the day's midnight UTC."""

    person: np.ndarray
    device: np.ndarray
    signed_in: np.ndarray
    begins: np.ndarray
    buys: np.ndarray


@dataclass(frozen=True, slots=True)
class Actions:
    """What was done in the visits of one day, in the order of visits and seconds.

    A purchase is one row per product bought. ``after`` counts seconds from the beginning of the visit; ``product`` is -1 and
    ``category`` what was meant for a search.
    """

    visit: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    category: np.ndarray
    quantity: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop."""

    index: int
    visits: Visits
    actions: Actions


class Life:
    """Lets a shop live through its days.

    What people own is remembered per person and category (the last product, and when), so memory does not grow with days.
    """

    def __init__(self, plan: Plan, goods: Assortment, products: Catalogue, whom: People, calendar: Seasons) -> None:
        self.plan = plan
        self.products = products
        self.whom = whom
        self.calendar = calendar
        self.choice = Choice(products, whom, len(goods.categories))
        self.repeat = np.array(goods.numbers("repeat"))
        self.most = np.array([3 if each.repeat else 1 for each in goods.categories])
        self.owned = np.full((len(whom), len(goods.categories)), -1, np.int32)
        self.bought_on = np.full((len(whom), len(goods.categories)), -10_000, np.int32)
        self.known = np.zeros(len(whom), bool)

    def days(self) -> Iterator[Day]:
        """Every day, in order."""
        for index in range(self.plan.days):
            yield self._day(index, self.plan.rng(VISITS, index))

    def _day(self, day: int, rng: np.random.Generator) -> Day:
        here = (self.whom.arrives <= day) & (day < self.whom.leaves)
        person = np.repeat(np.arange(len(here)), rng.poisson(self.whom.rate * self.calendar.visits[day] * here))
        visit, step, product, category = self._look(rng, person, day)
        carted = self._into_cart(rng, person[visit], product, day) & _first_of(visit, product)
        buys = np.zeros(len(person), bool)
        buys[visit[carted]] = True
        buys &= rng.random(len(person)) < 0.66
        extra_visit, extra = self._extras(rng, visit[carted], product[carted], buys, person, day)
        actions = self._actions(rng, person, (visit, step, product, category, carted), (extra_visit, extra), buys)
        signed_in = buys | (self.known[person] & (rng.random(len(person)) < 0.7))
        self._remember(person, actions, day)
        device = self.whom.devices[person, (rng.random(len(person)) < 0.25).astype(np.int64)]
        return Day(day, Visits(person, device, signed_in, self._clock(rng, person), buys), actions)

    def _look(self, rng: np.random.Generator, person: np.ndarray, day: int) -> tuple[np.ndarray, ...]:
        """What each visit looks at: (visit, step, product, category). It stays near what it looked at, or goes on."""
        length = np.minimum(rng.geometric(0.31, len(person)), LONGEST)
        season = self.calendar.categories[:, day]
        at = np.arange(len(person))
        product = np.full(len(person), -1)
        seen = []
        for step in range(int(length.max(initial=0))):
            at = at[length[at] > step]
            who, last = person[at], product[at]
            whim = rng.random(len(at))
            fresh = self.choice.category(rng, who, season, self._need(who, day))
            category = np.where((step == 0) | (whim > 0.72), fresh, self.products.category[last])
            chosen = self._again(rng, who, category, self.choice.product(rng, who, category, day))
            pair = self.products.complements[last, rng.integers(0, self.products.complements.shape[1], len(at))]
            goes = (step > 0) & (whim > 0.5) & (whim <= 0.72) & (pair >= 0) & (self.products.launch[pair] <= day)
            product[at] = np.where(goes, pair, chosen)
            seen.append((at, np.full(len(at), step), product[at].copy()))
        if not seen:
            return (np.zeros(0, np.int64),) * 4
        visit, steps, products = (np.concatenate(part) for part in zip(*seen, strict=True))
        return visit, steps, products, self.products.category[products]

    def _need(self, who: np.ndarray, day: int) -> np.ndarray:
        """How much each category is needed, given when it was last bought: less right after, more when it is used up."""
        since = day - self.bought_on[who]
        cycle = np.where(self.repeat > 0, self.repeat, 240.0)
        low = np.where(self.repeat > 0, 0.3, 0.2)
        high = np.where(self.repeat > 0, 2.5, 1.0)
        return np.where(since > 5000, 1.0, low + (high - low) * np.minimum(since / cycle, 1.0))

    def _again(self, rng: np.random.Generator, who: np.ndarray, category: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """What is used up is often bought again as it was."""
        before = self.owned[who, category]
        same = (before >= 0) & (self.repeat[category] > 0) & (rng.random(len(who)) < 0.5)
        return np.where(same, before, chosen)

    def _into_cart(self, rng: np.random.Generator, who: np.ndarray, product: np.ndarray, day: int) -> np.ndarray:
        category = self.products.category[product]
        has_it = (self.owned[who, category] == product) & (self.repeat[category] == 0)
        keen = KEEN + 0.5 * self.choice.utility(who, product) + 3 * self.calendar.discount[day]
        wanted: np.ndarray = rng.random(len(who)) < 1 / (1 + np.exp(-keen))
        kept: np.ndarray = wanted & ~has_it
        return kept

    def _extras(
        self,
        rng: np.random.Generator,
        visit: np.ndarray,
        product: np.ndarray,
        buys: np.ndarray,
        person: np.ndarray,
        day: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is bought along with something it goes with: (visit, product)."""
        tempted = buys[visit] & (rng.random(len(visit)) < 0.22)
        visit, product = visit[tempted], product[tempted]
        pair = self.products.complements[product, rng.integers(0, self.products.complements.shape[1], len(product))]
        category = self.products.category[pair]
        has_it = (self.owned[person[visit], category] == pair) & (self.repeat[category] == 0)
        fine = (pair >= 0) & (self.products.launch[pair] <= day) & ~has_it
        return visit[fine], pair[fine]

    def _actions(
        self,
        rng: np.random.Generator,
        person: np.ndarray,
        looks: tuple[np.ndarray, ...],
        extras: tuple[np.ndarray, ...],
        buys: np.ndarray,
    ) -> Actions:
        visit, step, product, category, carted = looks
        extra_visit, extra = extras
        pace = np.cumsum(rng.lognormal(3.5, 0.7, (len(person), LONGEST)) + 5, axis=1)
        when = pace[visit, step]
        longest = pace[:, -1] + 30
        searched = np.flatnonzero((step == 0) & (rng.random(len(step)) < 0.16))
        in_cart = np.flatnonzero(carted)
        paid = in_cart[buys[visit[in_cart]]]
        bought_visit, bought = np.concatenate([visit[paid], extra_visit]), np.concatenate([product[paid], extra])
        # One list of everything: searches, views, carts, then views and carts of what went along, then purchases.
        kinds = np.repeat(
            [SEARCH, VIEW, CART, VIEW, CART, PURCHASE],
            [len(searched), len(visit), len(in_cart), len(extra), len(extra), len(bought)],
        )
        visits = np.concatenate([visit[searched], visit, visit[in_cart], extra_visit, extra_visit, bought_visit])
        goods = np.concatenate([np.full(len(searched), -1), product, product[in_cart], extra, extra, bought])
        after = np.concatenate(
            [
                when[searched] - 4,
                when,
                when[in_cart] + 9,
                longest[extra_visit],
                longest[extra_visit] + 6,
                longest[bought_visit] + 60,
            ]
        )
        meant = np.concatenate([category[searched], self.products.category[goods[len(searched) :]]])
        quantity = np.where(
            kinds == PURCHASE, 1 + (rng.random(len(kinds)) < 0.25) * rng.integers(0, self.most[meant]), 1
        )
        # One product is bought once in a visit, though it may have been chosen and tempted to.
        keep = (kinds != PURCHASE) | _first_of(visits, np.where(kinds == PURCHASE, goods, -2 - np.arange(len(kinds))))
        order = np.lexsort((kinds, after, visits))
        order = order[keep[order]]
        return Actions(visits[order], kinds[order], goods[order], meant[order], quantity[order], after[order])

    def _remember(self, person: np.ndarray, actions: Actions, day: int) -> None:
        bought = actions.kind == PURCHASE
        who, product = person[actions.visit[bought]], actions.product[bought]
        category = self.products.category[product]
        self.owned[who, category] = product
        self.bought_on[who, category] = day
        self.known[who] = True

    def _clock(self, rng: np.random.Generator, person: np.ndarray) -> np.ndarray:
        """Seconds from midnight UTC, for a day as people's own clocks show it."""
        hour = rng.choice(24, len(person), p=HOURS / HOURS.sum())
        ahead = np.array([each.hours_ahead for each in COUNTRIES])[self.whom.country[person]]
        return np.asarray((hour - ahead) * 3600.0 + np.round(rng.random(len(person)) * 3600, 3))


def _first_of(*columns: np.ndarray) -> np.ndarray:
    """True for the first row of each combination of values."""
    first = np.zeros(len(columns[0]), bool)
    if len(first):
        first[np.unique(np.stack(columns), axis=1, return_index=True)[1]] = True
    return first
