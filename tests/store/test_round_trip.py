"""Whatever is valid comes back as it went in, and whatever is written twice is there once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mercer.core.table import Column
from mercer.core.tables import TABLES, table
from mercer.store import writing_postgres, writing_sqlite
from mercer.store.checking import check_rows
from mercer.store.schema import frame_schema
from mercer.store.store import Store
from mercer.store.writing import Written

QUICK = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
NASTY = [
    r"\.",
    r"\N",
    "NULL",
    '""',
    '"',
    "'",
    ",",
    "a,b",
    '{"w":["a"]}',
    "[]",
    "-",
    "é",
    "e\u0301",
    "上海",
    "🍵",
    "\u2028",
    "%s",
    "?",
    "nan",
]
ONE_LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd"), min_size=1, max_size=8)
WORD = (st.sampled_from(NASTY) | ONE_LINE).filter(str.strip)
TEXT = (st.sampled_from(["\n", "a\r\nb", "\t", *NASTY]) | ONE_LINE).map(lambda each: f"x{each}")
TIME = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))
INNER = st.recursive(
    st.none() | st.booleans() | st.integers() | WORD, lambda each: st.lists(each, max_size=2), max_leaves=3
)
FACTS = st.dictionaries(WORD, INNER, max_size=2).map(lambda each: json.dumps(each, ensure_ascii=False))


def cells(column: Column) -> st.SearchStrategy[Any]:
    """Every value that a column takes."""
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind in ("integer", "money"):
        least = -(2**63) if column.least is None else int(column.least)
        return st.integers(least, 2**63 - 1 if column.most is None else int(column.most))
    if column.kind == "number":
        return st.floats(column.least, column.most, allow_nan=False, allow_infinity=False)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "id": WORD, "word": WORD, "text": TEXT, "facts": FACTS, "flag": st.booleans(), "time": TIME,
        "words": st.lists(WORD, max_size=3),
    }  # fmt: skip
    return kinds[column.kind]


@st.composite
def frames(draw: st.DrawFn, name: str) -> pl.DataFrame:
    """Rows of a table with different keys, in some of its columns, with some cells empty."""
    declaration = table(name)
    others = [column for column in declaration.columns if column.name not in declaration.key]
    chosen = draw(st.lists(st.sampled_from(others), unique_by=lambda each: each.name, max_size=6))
    columns = [*(declaration[name] for name in declaration.key), *chosen]
    cell = {
        column.name: cells(column) if column.required or column in columns[: len(declaration.key)] else st.none() | cells(column)
        for column in columns
    }  # fmt: skip
    key = lambda row: tuple(row[name] for name in declaration.key)  # noqa: E731
    rows = draw(st.lists(st.fixed_dictionaries(cell), max_size=5, unique_by=key))
    return pl.DataFrame(rows, frame_schema(declaration, cell))


@pytest.fixture
def emptied(store: Store) -> Callable[[], Store]:
    """The store, with no rows in it."""

    def empty() -> Store:
        with store.engine.begin() as connection:
            for name in TABLES:
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
        return store

    return empty


@pytest.fixture(params=["few", "many"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows and many rows take different ways into a database; here few take both."""
    if request.param == "many":
        monkeypatch.setattr(writing_postgres, "FEW", 0)
        monkeypatch.setattr(writing_sqlite, "SLICE", 2)


@QUICK
@given(st.data())
def test_any_valid_frame_comes_back_equal(emptied: Callable[[], Store], road: None, data: st.DataObject) -> None:
    """Of every table, in any of its columns, all together and each column by itself."""
    name = data.draw(st.sampled_from(sorted(TABLES)))
    given_frame = data.draw(frames(name))
    checked = check_rows(table(name), given_frame, partial=True)
    assert checked.rejects.is_empty()
    assert checked.good.equals(given_frame)
    store = emptied()
    assert store.write(name, given_frame) == Written(added=given_frame.height)
    assert store.write(name, given_frame) == Written(unchanged=given_frame.height)
    keys, names = list(table(name).key), given_frame.columns
    ordered = given_frame.sort(keys)
    there = store.frame(name, names)
    assert there.schema == given_frame.schema
    assert there.sort(keys).equals(ordered)
    order = there.select(pl.struct(keys).rank("ordinal") - 1).to_series()
    for each in names:
        assert store.frame(name, [each]).to_series().equals(ordered[each].gather(order)), each


BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["search", "view_item"])), max_size=6), max_size=5
)


@QUICK
@given(batches=BATCHES)
@example(batches=[[(0, "search"), (0, "view_item")], [(0, "view_item"), (1, "search")]])
def test_events_are_there_once_in_whatever_batches_they_come(
    emptied: Callable[[], Store], road: None, batches: list[list[tuple[int, str]]]
) -> None:
    """The first sending of an event_id counts; the counts that are returned add up."""
    store, expected = emptied(), dict[str, str]()
    for batch in batches:
        before = len(expected)
        for number, name in batch:
            expected.setdefault(f"e{number}", name)
        new = len(expected) - before
        assert store.write("events", batch_of("events", ("event_id", "event_name"), batch, "e")) == Written(
            new, 0, len(batch) - new
        )
    assert dict(store.frame("events", ["event_id", "event_name"]).rows()) == expected


UPSERTS = st.lists(
    st.tuples(
        st.sampled_from([("title",), ("brand",), ("title", "brand"), ()]),
        st.lists(st.tuples(st.integers(0, 4), st.none() | st.sampled_from("abc"), st.none() | st.sampled_from("abc")), max_size=5),
    ),
    max_size=6,
)  # fmt: skip


@QUICK
@given(upserts=UPSERTS)
def test_upserts_set_what_is_present_and_count_what_they_did(
    emptied: Callable[[], Store], road: None, upserts: list[tuple[tuple[str, ...], list[tuple[Any, ...]]]]
) -> None:
    """Against a dictionary: the last of equal keys counts, other columns stay, and equal values are no change."""
    store, expected = emptied(), dict[str, dict[str, Any]]()
    for names, values in upserts:
        rows = {f"p{number}": dict(zip(names, given_values, strict=False)) for number, *given_values in values}
        added = sum(key not in expected for key in rows)
        changed = sum(key in expected and expected[key] | row != expected[key] for key, row in rows.items())
        for key, row in rows.items():
            expected[key] = expected.get(key, {"title": None, "brand": None}) | row
        batch = batch_of("products", ("product_id", *names), [each[: len(names) + 1] for each in values], "p")
        assert store.write("products", batch) == Written(added, changed, len(values) - added - changed)
    found = {key: {"title": title, "brand": brand} for key, title, brand in
             store.frame("products", ["product_id", "title", "brand"]).rows()}  # fmt: skip
    assert found == expected


def batch_of(name: str, names: tuple[str, ...], rows: list[tuple[Any, ...]], letter: str) -> pl.DataFrame:
    named = [(f"{letter}{number}", *rest) for number, *rest in rows]
    return pl.DataFrame(named, frame_schema(table(name), names), orient="row")


def test_what_ends_a_copy_or_looks_like_an_empty_line_is_data(
    emptied: Callable[[], Store], road: None, rows: Callable[..., pl.DataFrame]
) -> None:
    r"""In frames of one column: "\." ends PostgreSQL's COPY where it stands alone in a line, and a null is an empty line."""
    store = emptied()
    ids = [r"\.", r"\N", "a", ","]
    assert store.write("products", rows("products", product_id=ids)) == Written(added=4)
    assert sorted(store.frame("products", ["product_id"]).to_series()) == sorted(ids)
    assert store.frame("products", ["title"])["title"].to_list() == [None] * 4
    store.write("products", rows("products", product_id=ids, title=["", None, "", None]))
    assert store.frame("products", ["title"])["title"].to_list().count("") == 2
