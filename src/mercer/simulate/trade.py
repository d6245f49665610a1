"""The orders of a day: numbered, with their lines, discounts, shipping, cancellations and refunds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mercer.simulate.catalogue import Catalogue
from mercer.simulate.life import PURCHASE, Day
from mercer.simulate.plan import Plan

FIRST_NUMBER = 1001
FREE_SHIPPING_MINOR, SHIPPING_MINOR = 5000, 490

PAID, CANCELLED, REFUNDED = range(3)


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one day, in the order of time, one row each; lines are rows of ``begins[i]`` to ``begins[i + 1]``.

    ``at`` is in microseconds since 1970, amounts in minor units; ``refunded_minor`` is what was given back of the total.
    """

    number: np.ndarray
    visit: np.ndarray
    person: np.ndarray
    at: np.ndarray
    begins: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    subtotal_minor: np.ndarray
    discount_minor: np.ndarray
    shipping_minor: np.ndarray
    fate: np.ndarray
    refunded_minor: np.ndarray
    code: str

    def __len__(self) -> int:
        return len(self.number)

    @property
    def total_minor(self) -> np.ndarray:
        return np.asarray(self.subtotal_minor - self.discount_minor + self.shipping_minor)


def midnight(plan: Plan, day: int) -> int:
    """Microseconds since 1970 of a day's midnight UTC."""
    return int(plan.start.timestamp()) * 1_000_000 + day * 86_400_000_000


def moments(plan: Plan, day: Day) -> np.ndarray:
    """When each action of a day happened, in microseconds since 1970."""
    begins = day.visits.begins[day.actions.visit]
    at: np.ndarray = midnight(plan, day.index) + np.round((begins + day.actions.after) * 1e3).astype(np.int64) * 1000
    return at


def orders(
    plan: Plan, day: Day, products: Catalogue, discount: float, code: str, first_number: int, rng: np.random.Generator
) -> Orders:
    """The orders of one day, numbered from ``first_number``."""
    actions = day.actions
    rows = np.flatnonzero(actions.kind == PURCHASE)
    at = moments(plan, day)[rows]
    rows = rows[np.lexsort((rows, actions.visit[rows], at))]
    visit = actions.visit[rows]
    begins = np.flatnonzero(np.r_[True, visit[1:] != visit[:-1]]) if len(rows) else np.zeros(0, np.int64)
    value = products.price_minor[actions.product[rows]] * actions.quantity[rows]
    subtotal = np.add.reduceat(value, begins) if len(rows) else np.zeros(0, np.int64)
    off = np.round(subtotal * discount).astype(np.int64)
    shipping = np.where(subtotal - off >= FREE_SHIPPING_MINOR, 0, SHIPPING_MINOR)
    fate = rng.choice(3, len(begins), p=[0.955, 0.015, 0.03])
    refunded = np.choose(
        fate,
        [
            np.zeros_like(subtotal),
            subtotal - off + shipping,
            value[begins] * (subtotal - off) // np.maximum(subtotal, 1),
        ],
    )
    return Orders(
        first_number + np.arange(len(begins)),
        visit[begins],
        day.visits.person[visit[begins]],
        np.sort(at)[begins],
        np.r_[begins, len(rows)],
        actions.product[rows],
        actions.quantity[rows],
        subtotal,
        off,
        shipping,
        fate,
        refunded,
        code if discount else "",
    )
