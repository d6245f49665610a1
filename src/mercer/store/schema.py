"""From a table's declaration to the schema of its Polars frame."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from mercer.core.table import Column, Table

TIME = pl.Datetime("us", "UTC")

DTYPES: dict[str, pl.DataType] = {
    "id": pl.String(), "word": pl.String(), "text": pl.String(), "facts": pl.String(),
    "integer": pl.Int64(), "money": pl.Int64(), "number": pl.Float64(), "flag": pl.Boolean(),
    "time": TIME, "words": pl.List(pl.String()),
}  # fmt: skip


def frame_schema(table: Table, names: Iterable[str] | None = None) -> dict[str, pl.DataType]:
    """Column names and Polars types of a table's frame; facts travel as JSON text."""
    return {name: DTYPES[table[name].kind] for name in (table.names if names is None else names)}


def snapshot_columns(table: Table) -> list[str]:
    """The columns a snapshot keeps: all but the personal ones."""
    return [column.name for column in table.columns if not is_secret(column)]


def is_secret(column: Column) -> bool:
    """Whether snapshots leave the column out."""
    return column.person == "secret"
