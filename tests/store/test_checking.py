from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mercer.core.errors import Invalid
from mercer.core.tables import TABLES, table
from mercer.store.checking import check_rows
from mercer.store.schema import frame_schema

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

ONE_CELL = [
    # table, column, what stands there, what it is read as, remark
    ("variants", "price_minor", "1250", 1250, "text of a number"),
    ("variants", "price_minor", " 1250 ", 1250, "blanks around it"),
    ("variants", "price_minor", "1250.0", 1250, "whole after all"),
    ("variants", "price_minor", 1250.0, 1250, "a float that is whole"),
    ("variants", "price_minor", "", None, "empty is missing, and not required"),
    ("variants", "quantity_available", "-3", -3, "stock below zero happens"),
    ("variants", "weight_grams", "1e3", 1000.0, "floats may be written so"),
    ("variants", "availability", "in_stock", "in_stock", "one of the choices"),
    ("customers", "accepts_marketing", "Yes", True, "a flag in words"),
    ("customers", "accepts_marketing", 0, False, "a flag as a number"),
    ("customers", "name", "Ann\tLee\n", "Ann\tLee\n", "text may have tabs and line ends"),
    ("products", "tags", '["tea", "red"]', ["tea", "red"], "a JSON list"),
    ("products", "tags", "tea", ["tea"], "a bare word"),
    ("products", "tags", "[]", [], "an empty list"),
    ("products", "attributes", '{"a": [1, {"b": null}]}', '{"a": [1, {"b": null}]}', "a JSON object stays as it is"),
    ("products", "attributes", {"a": 1}, '{"a":1}', "a struct becomes JSON"),
    ("products", "created_at", "2026-01-01T20:00:00+08:00", NOON, "a zone is turned into UTC"),
    ("products", "created_at", "2026-01-01 12:00:00", NOON, "no zone means UTC"),
    ("products", "created_at", datetime(2026, 1, 1, 12), NOON, "a naive time means UTC"),
    ("products", "created_at", "2026-01-01 12:00:00 UTC", NOON, "as BigQuery writes it"),
    ("products", "seller_id", 42, "42", "an id that a reader took for a number"),
    ("products", "seller_id", 42.0, "42", "and for a float"),
]


@pytest.mark.parametrize(("name", "column", "found", "expected", "remark"), ONE_CELL)
def test_a_good_cell_is_read_as_its_kind(name: str, column: str, found: Any, expected: Any, remark: str) -> None:
    """Text as a CSV file brings it, or typed already."""
    checked = check_rows(table(name), pl.DataFrame({column: [found]}), partial=True)
    faults = checked.rejects.filter(pl.col("field") == column)
    assert faults.is_empty(), remark
    key = pl.DataFrame({each: ["k"] for each in table(name).key})
    good = check_rows(table(name), key.with_columns(pl.Series(column, [found])), partial=True).good
    assert good[column].to_list() == [expected], remark
    assert good.schema[column] == frame_schema(table(name))[column], remark


BAD_CELLS = [
    # table, column, what stands there, a word of the reason
    ("variants", "price_minor", "12.50", "minor units"),
    ("variants", "price_minor", "-1", "less than 0"),
    ("variants", "price_minor", "1" + "0" * 30, "not a whole number"),
    ("variants", "price_minor", str(10**15 + 1), "more than"),
    ("variants", "price_minor", True, None),
    ("variants", "quantity_available", "many", "whole number"),
    ("variants", "weight_grams", "nan", "finite"),
    ("variants", "weight_grams", "inf", "finite"),
    ("variants", "weight_grams", "-0.5", "less than 0"),
    ("variants", "weight_grams", "1,5", "finite"),
    ("variants", "availability", "maybe", "must be one of"),
    ("variants", "sku", "a\x00b", "control character"),
    ("variants", "sku", "a\nb", "control character"),
    ("variants", "sku", "x" * 201, "longer than 200"),
    ("variants", "title", "caf\ufffd", "encoding"),
    ("variants", "title", "a\x07b", "control character"),
    ("variants", "title", "x" * 100_001, "longer than"),
    ("variants", "title", ["a"], "not text"),
    ("variants", "created_at", "yesterday", "not a time"),
    ("variants", "created_at", "2026-13-01", "not a time"),
    ("variants", "created_at", "1700000000", "not a time"),
    ("variants", "created_at", 1700000000, "not a time"),
    ("variants", "created_at", "1969-12-31", "before 1970"),
    ("variants", "created_at", "2100-01-01", "after 2099"),
    ("variants", "options", "{bad", "JSON object"),
    ("variants", "options", "[1]", "JSON object"),
    ("variants", "options", '{"a": NaN}', "JSON object"),
    ("products", "tags", "[1]", "list of words"),
    ("products", "tags", '["a"', "list of words"),
    ("products", "tags", ["a\x00"], "control character"),
    ("customers", "accepts_marketing", "perhaps", "true or false"),
]


@pytest.mark.parametrize(("name", "column", "found", "reason"), [row for row in BAD_CELLS if row[3]])
def test_a_bad_cell_is_named_with_its_reason(name: str, column: str, found: Any, reason: str) -> None:
    """The row is refused; its neighbour is not."""
    frame = pl.DataFrame({
        **{each: ["k", "m"] for each in table(name).key}, column: pl.Series([found, None]), "_line": [7, 8],
    })  # fmt: skip
    checked = check_rows(table(name), frame, partial=True)
    assert checked.good["_line"].to_list() == [8]
    reject = checked.rejects.row(0, named=True)
    assert (reject["line"], reject["field"]) == (7, column)
    assert reason in reject["reason"]
    assert reject["reason_zh"] != reject["reason"]
    assert len(reject["found"]) <= 80


def test_each_fault_of_a_row_is_listed_once() -> None:
    """Two bad cells in one row are two lines; a cell that is bad in two ways is one."""
    frame = pl.DataFrame({
        "variant_id": ["a", None, "c"], "product_id": ["p", "p", "\x00" * 300], "price_minor": ["x", "-1", "3"],
    })  # fmt: skip
    rejects = check_rows(table("variants"), frame).rejects
    assert rejects.select("line", "field").rows() == [
        (1, "price_minor"), (2, "variant_id"), (2, "price_minor"), (3, "product_id"),
    ]  # fmt: skip


def test_a_required_column_that_is_absent_refuses_every_row_unless_they_are_partial() -> None:
    """A new price of a known variant needs no product."""
    frame = pl.DataFrame({"variant_id": ["a", "b"], "price_minor": [1, 2]})
    assert check_rows(table("variants"), frame).rejects["field"].to_list() == ["product_id", "product_id"]
    assert check_rows(table("variants"), frame).good.is_empty()
    assert check_rows(table("variants"), frame, partial=True).good.height == 2


def test_an_unknown_column_is_the_callers_mistake() -> None:
    """The message lists the columns there are."""
    with pytest.raises(Invalid, match="colour") as caught:
        check_rows(table("variants"), pl.DataFrame({"variant_id": ["a"], "colour": ["red"]}))
    assert "color" in caught.value.hint.en


def test_no_rows_are_good_rows() -> None:
    """An empty frame, with and without its columns."""
    assert check_rows(table("variants"), pl.DataFrame({"variant_id": []})).rejects.is_empty()
    assert check_rows(table("variants"), pl.DataFrame()).good.is_empty()


text = st.text(max_size=30) | st.sampled_from(
    ["2026-01-01", "2026-01-01T00:00:00Z", "12.5", "7", "true", "[]", "{}", '["a"]', "[", "\ud7ff", "1e400", "-0", " "]
)
kinds = [text, st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.binary(max_size=5),
         st.lists(text, max_size=3), st.fixed_dictionaries({"a": st.integers(0, 9)})]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_comes_in_good_rows_have_the_tables_types_and_bounds(data: st.DataObject) -> None:
    """No value crashes the check, every row is either good or refused, and checking good rows again refuses none."""
    declaration = data.draw(st.sampled_from(list(TABLES.values())))
    names = data.draw(st.lists(st.sampled_from(declaration.names), min_size=1, max_size=5, unique=True))
    height = data.draw(st.integers(1, 5))
    cells = {each: st.none() | data.draw(st.sampled_from(kinds)) for each in names}
    frame = pl.DataFrame(
        {each: data.draw(st.lists(cell, min_size=height, max_size=height)) for each, cell in cells.items()}
    )
    checked = check_rows(declaration, frame, partial=True)
    assert checked.good.height + checked.rejects["line"].n_unique() == height
    if not checked.good.is_empty():
        assert dict(checked.good.schema) == frame_schema(declaration, frame.columns)
        again = check_rows(declaration, checked.good, partial=True)
        assert again.good.equals(checked.good)
