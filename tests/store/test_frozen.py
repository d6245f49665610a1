from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mercer.core.tables import table
from mercer.store.frozen import FrozenSnapshot
from mercer.store.schema import frame_schema

BASE = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 20)
ROWS = st.lists(st.tuples(st.none() | HOURS, st.none() | HOURS), max_size=12)


def hour(number: int | None) -> datetime | None:
    return None if number is None else BASE + timedelta(hours=number)


def snapshot(rows: list[tuple[int | None, int | None]], end: int) -> FrozenSnapshot:
    columns = ["return_id", "returned_at", "known_at"]
    frame = pl.DataFrame(
        [(str(place), hour(at), hour(known)) for place, (at, known) in enumerate(rows)],
        schema=frame_schema(table("returns"), columns), orient="row",
    )  # fmt: skip
    return FrozenSnapshot({"returns": frame}, "abc", BASE + timedelta(hours=end))


def visible(frozen: FrozenSnapshot) -> list[str]:
    return frozen.frame("returns", ["return_id"]).collect().to_series().to_list()


@settings(deadline=None, max_examples=80)
@given(ROWS, st.none() | HOURS, HOURS, HOURS)
def test_a_row_is_seen_from_when_it_happened_and_was_known(
    rows: list[tuple[int | None, int | None]], start: int | None, end: int, whole: int
) -> None:
    """start <= time < end and known before end; no time means always; a cut is never wider than what it is cut from."""
    cut = snapshot(rows, whole).between(hour(start), BASE + timedelta(hours=end))
    last = min(end, whole)
    expected = [
        str(place)
        for place, (at, known) in enumerate(rows)
        if (at is None or (at < last and (start is None or at >= start))) and (known is None or known < last)
    ]
    assert visible(cut) == expected
    assert cut.rows("returns") == len(expected)


@settings(deadline=None, max_examples=40)
@given(ROWS, HOURS, HOURS, HOURS)
def test_past_and_future_share_no_row_and_lose_none_that_was_known_in_time(
    rows: list[tuple[int | None, int | None]], begin: int, middle: int, end: int
) -> None:
    """Cutting twice is cutting once at the narrower bounds."""
    frozen = snapshot(rows, 21)
    once = frozen.between(hour(max(begin, middle)), BASE + timedelta(hours=min(end, middle + 1)))
    twice = frozen.between(hour(begin), BASE + timedelta(hours=end)).between(
        hour(middle), BASE + timedelta(hours=middle + 1)
    )
    assert visible(once) == visible(twice)
    assert once.id == twice.id


def test_what_became_known_later_is_not_part_of_the_past() -> None:
    """A return of the first hour that the shop learned of in the fifth."""
    frozen = snapshot([(1, 5), (1, None)], 10)
    assert visible(frozen.between(None, BASE + timedelta(hours=3))) == ["1"]
    assert visible(frozen.between(None, BASE + timedelta(hours=6))) == ["0", "1"]


def test_a_table_that_is_absent_is_empty_and_a_column_too() -> None:
    """Both with their types; secrets are not among them."""
    frozen = snapshot([(1, None)], 10)
    assert frozen.rows("customers") == 0
    assert "email" not in frozen.frame("customers").collect_schema().names()
    assert frozen.frame("returns", ["reason"]).collect()["reason"].to_list() == [None]


def test_the_id_names_content_and_cut() -> None:
    """Other times, another id; the same times, the same."""
    frozen = snapshot([], 10)
    assert frozen.between(None, BASE).id != frozen.id
    assert frozen.between(None, BASE + timedelta(days=9)).id == frozen.id
