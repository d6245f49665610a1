"""The calendar: festivals fall on their days, and people buy more on them."""

from __future__ import annotations

from datetime import date

import pytest

from mercer.simulate.assortment import assortment
from mercer.simulate.festivals import festivals, seasons, thanksgiving
from mercer.simulate.plan import START, Plan


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 11, 28)), (2025, date(2025, 11, 27)), (2026, date(2026, 11, 26)), (2029, date(2029, 11, 22))],
)
def test_thanksgiving(year, day):
    """The fourth Thursday of November."""
    assert thanksgiving(year) == day


def test_spring_festival_is_prepared_for():
    """People buy before the lunar new year, not after it."""
    spring = next(each for each in festivals(2026, 2026) if each.code == "SPRING")
    assert spring.last < date(2026, 2, 17)


def test_people_come_on_singles_day():
    """On 11.11 many more visit than a week later, and something is taken off."""
    plan = Plan()
    calendar = seasons(plan, assortment())
    singles = (date(2025, 11, 11) - START).days
    assert calendar.visits[singles] > 2 * calendar.visits[singles + 7]
    assert calendar.codes[singles] == "SINGLES11"
    assert calendar.discount[singles] == pytest.approx(0.2)
    assert calendar.codes[singles + 7] == ""


def test_coats_are_for_winter():
    """A season is highest in its month."""
    plan, goods = Plan(days=365), assortment()
    calendar = seasons(plan, goods)
    coats = next(each.index for each in goods.categories if each.name.en == "Coats")
    november, june = (date(2025, 11, 15) - START).days, (date(2026, 6, 15) - START).days
    assert calendar.categories[coats, november] > 3 * calendar.categories[coats, june]
