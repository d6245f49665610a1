"""The cut in time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from mercer.store.frozen import FrozenSnapshot
from mercer.training.split import ENOUGH, as_instants, split

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_fifth_lies_ahead_from_a_midnight_on() -> None:
    """A steady shop is cut at the midnight that leaves a fifth."""
    cut = split([NOON + DAY * day for day in range(1500)])
    assert cut is not None
    assert (cut.before, cut.after) == (1200, 300)
    assert cut.cut == datetime(2029, 4, 15, tzinfo=UTC)
    assert not cut.young


def test_the_share_is_of_actions_and_not_of_days() -> None:
    """A shop that grew tenfold in its last month is cut within that month."""
    slow = [NOON + DAY * day for day in range(300)]
    quick = [NOON + DAY * (300 + day) + timedelta(minutes=minute) for day in range(30) for minute in range(100)]
    cut = split(slow + quick)
    assert cut is not None
    assert cut.cut > NOON + DAY * 300
    assert cut.after / (cut.before + cut.after) == pytest.approx(0.2, abs=0.02)


def test_nothing_is_on_both_sides_and_nothing_is_lost() -> None:
    """Past and future together are the snapshot, and each row is on its own side."""
    times = [NOON + timedelta(hours=7 * hour) for hour in range(400)]
    lines = pl.DataFrame(
        {"order_line_id": [str(place) for place in range(400)], "placed_at": times},
        schema_overrides={"placed_at": pl.Datetime("us", "UTC")},
    )
    snapshot = FrozenSnapshot({"order_lines": lines}, "x", NOON + DAY * 1000)
    cut = split(times)
    assert cut is not None
    past, future = (side.frame("order_lines", ["placed_at"]).collect()["placed_at"] for side in
                    (cut.past(snapshot), cut.future(snapshot)))  # fmt: skip
    assert past.max() < cut.cut <= future.min()  # type: ignore[operator]
    assert (len(past), len(future)) == (cut.before, cut.after)
    assert len(past) + len(future) == 400


def test_what_became_known_later_is_not_in_the_past() -> None:
    """A chargeback of the past that arrived after the cut is not visible in the past."""
    labels = pl.DataFrame({
        "label_id": ["early", "late"], "occurred_at": [NOON, NOON], "known_at": [NOON, NOON + DAY * 1000],
    }, schema_overrides={"occurred_at": pl.Datetime("us", "UTC"), "known_at": pl.Datetime("us", "UTC")})  # fmt: skip
    snapshot = FrozenSnapshot({"labels": labels}, "x", NOON + DAY * 2000)
    cut = split([NOON + DAY * day for day in range(1000)])
    assert cut is not None
    assert cut.past(snapshot).frame("labels").collect()["label_id"].to_list() == ["early"]


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ([], "nothing happened"),
        ([NOON + DAY * day for day in range(19)], "too little happened"),
        ([NOON] * 100, "all at once"),
    ],
)
def test_too_little_cannot_be_cut(times: list[datetime], why: str) -> None:
    """Where nothing can be compared there is no split."""
    assert split(times) is None, why


def test_a_young_shop_says_so() -> None:
    """Fewer than enough to examine on: the cut stands, and its words warn, in both languages."""
    cut = split([NOON + DAY * day for day in range(100)])
    assert cut is not None
    assert cut.after == 20 < ENOUGH
    assert cut.young
    assert "young" in cut.words.en
    assert "店铺尚新" in cut.words.zh


def test_a_single_day_is_cut_within() -> None:
    """One busy day has no midnight in it: the cut falls on an hour."""
    cut = split([datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(minutes=minute) for minute in range(600)])
    assert cut is not None
    assert cut.cut == datetime(2026, 1, 1, 16, tzinfo=UTC)
    assert (cut.before, cut.after) == (480, 120)
    assert "too short for a cut between two days" in cut.words.en


def test_a_single_rush_is_cut_somewhere() -> None:
    """Even a minute's worth has a past and a future."""
    cut = split([NOON + timedelta(seconds=second // 10) for second in range(300)])
    assert cut is not None
    assert cut.before > 0
    assert cut.after > 0
    assert cut.after <= 150


def test_any_sequence_of_times_will_do() -> None:
    """A list of datetimes in any zone, a numpy array and a Polars column say the same."""
    zone = datetime.fromisoformat("2026-01-01T20:00:00+08:00")
    times = [zone + DAY * day for day in range(100)]
    column = pl.Series(times).cast(pl.Datetime("us", "UTC"))
    array = np.array([each.astimezone(UTC).replace(tzinfo=None) for each in times], dtype="datetime64[ms]")
    assert all((one == other).all() for one, other in pairwise(map(as_instants, (times, column, array))))
    assert split(times) == split(column) == split(array)


def test_a_cut_travels_as_plain_data() -> None:
    """What another process found is what it found here."""
    cut = split([NOON + DAY * day for day in range(100)])
    assert cut is not None
    assert type(cut).of(json.loads(json.dumps(cut.plain()))) == cut
