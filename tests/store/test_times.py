from datetime import UTC, datetime, timedelta, timezone

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mercer.store.times import read_times

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(TIMES, ZONES, st.sampled_from(["T", " "])), min_size=1, max_size=6))
def test_what_python_writes_is_read_back_in_any_mixture(times: list[tuple[datetime, timezone, str]]) -> None:
    """ISO 8601 with and without fractions and zones, mixed in one column."""
    instants = [at.replace(tzinfo=zone) for at, zone, _ in times]
    written = [each.isoformat(sep=mark) for each, (_, _, mark) in zip(instants, times, strict=True)]
    assert read_times(pl.Series(written)).to_list() == [each.astimezone(UTC) for each in instants]


def test_ways_of_writing_are_mixed_and_the_unreadable_is_null() -> None:
    """Each row stands for a way that some platform writes times."""
    expected = {
        "2010-12-01 08:26:00": (2010, 12, 1, 8, 26),
        "2010-12-01T08:26": (2010, 12, 1, 8, 26),
        "2010-12-01T08:26:00.5Z": (2010, 12, 1, 8, 26, 0, 500_000),
        "2010-12-01 08:26:00 +0200": (2010, 12, 1, 6, 26),
        "2010-12-01 08:26:00 UTC": (2010, 12, 1, 8, 26),
        "2010-12-01": (2010, 12, 1),
        "01/12/2010": None,
        "2010-02-30": None,
        "": None,
    }
    read = read_times(pl.Series(list(expected))).to_list()
    assert read == [each and datetime(*each, tzinfo=UTC) for each in expected.values()]


def test_a_null_stays_null() -> None:
    """Also where there is nothing else."""
    assert read_times(pl.Series([None, None], dtype=pl.String)).to_list() == [None, None]
