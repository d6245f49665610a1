"""When people buy more: festivals, the week, the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mercer.simulate.assortment import Assortment
from mercer.simulate.plan import Plan

# First day of the lunar year, which the sun's calendar does not give; after the last one no Spring Festival is simulated.
SPRING_FESTIVAL = {
    2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6), 2028: date(2028, 1, 26),
    2029: date(2029, 2, 13), 2030: date(2030, 2, 3), 2031: date(2031, 1, 23), 2032: date(2032, 2, 11),
    2033: date(2033, 1, 31), 2034: date(2034, 2, 19), 2035: date(2035, 2, 8),
}  # fmt: skip

WEEK = (0.95, 0.92, 0.92, 0.95, 1.02, 1.12, 1.18)
"""Visits from Monday to Sunday."""


@dataclass(frozen=True, slots=True)
class Festival:
    """Days on which people buy more: from ``first`` to ``last``; ``visits`` and ``gifts`` say how much more."""

    code: str
    first: date
    last: date
    visits: float
    gifts: float
    discount: float


def festivals(first: int, last: int) -> Iterator[Festival]:
    """The festivals of the years from ``first`` to ``last``."""
    for year in range(first, last + 1):
        yield Festival("VALENTINE", date(year, 2, 8), date(year, 2, 14), 1.15, 0.6, 0.0)
        yield Festival("MIDYEAR618", date(year, 6, 16), date(year, 6, 18), 1.8, 0.0, 0.15)
        yield Festival("SINGLES11", date(year, 11, 9), date(year, 11, 11), 2.4, 0.1, 0.2)
        black = thanksgiving(year) + timedelta(days=1)
        yield Festival("BLACKFRIDAY", black, black + timedelta(days=3), 2.2, 0.3, 0.25)
        yield Festival("CHRISTMAS", date(year, 12, 1), date(year, 12, 22), 1.35, 1.2, 0.0)
        if year in SPRING_FESTIVAL:
            new_year = SPRING_FESTIVAL[year]
            yield Festival("SPRING", new_year - timedelta(days=18), new_year - timedelta(days=4), 1.4, 1.0, 0.0)


def thanksgiving(year: int) -> date:
    """The fourth Thursday of November.

    >>> thanksgiving(2026)
    datetime.date(2026, 11, 26)
    """
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


@dataclass(frozen=True, slots=True)
class Seasons:
    """How demand moves over the days.

    ``visits`` (days,) multiplies the number of visits; ``categories`` (categories, days) multiplies the chance that a visit is
    for a category; ``discount`` (days,) is what is taken off that day, with the code in ``codes``.
    """

    visits: np.ndarray
    categories: np.ndarray
    discount: np.ndarray
    codes: tuple[str, ...]


def seasons(plan: Plan, goods: Assortment) -> Seasons:
    """The seasons of every day of the plan."""
    days = [plan.day(index) for index in range(plan.days)]
    visits = np.array([WEEK[day.weekday()] for day in days])
    month = np.array([day.timetuple().tm_yday / 365.25 * 12 for day in days])
    peak, swing, gift = (np.array(goods.numbers(field)) for field in ("peak", "swing", "gift"))
    # A cosine with its crest in the middle of the peak month.
    categories = 1 + swing[:, None] * np.cos(2 * np.pi * (month[None, :] - (peak[:, None] - 0.5)) / 12)
    discount = np.zeros(plan.days)
    codes = [""] * plan.days
    for festival in festivals(days[0].year, days[-1].year):
        within = np.array([festival.first <= day <= festival.last for day in days])
        visits[within] *= festival.visits
        categories[:, within] *= (1 + festival.gifts * gift)[:, None]
        for index in np.flatnonzero(within & (festival.discount > discount)):
            discount[index], codes[index] = festival.discount, festival.code
    return Seasons(visits, categories, discount, tuple(codes))
