"""Between Polars frames and what the database drivers carry: numbers and text."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mercer.core.errors import Invalid
from mercer.core.phrase import Phrase
from mercer.core.table import Table
from mercer.store.schema import DTYPES, TIME

_CARRIED: dict[str, pl.DataType] = {**DTYPES, "time": pl.Int64(), "words": pl.String()}


def carried_schema(table: Table, names: Sequence[str]) -> dict[str, pl.DataType]:
    """The types in which a table's columns travel: times as microseconds, lists as JSON text."""
    return {name: _CARRIED[table[name].kind] for name in names}


def to_wire(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """A typed frame of some of the table's columns, in the table's order, as the drivers carry it.

    Columns whose name starts with "_" are left out. Raises Invalid where a column is unknown or a key is missing.
    """
    names = _known(table, frame)
    missing = [name for name in table.key if name not in names or frame[name].null_count()]
    if missing:
        raise Invalid(
            Phrase("{table}: a row without its key {key}", "{table}：有的行缺少主键 {key}").format(
                table=table.name, key=", ".join(missing)
            ),
            Phrase("check the rows first with check_rows", "请先用 check_rows 检查"),
        )
    schema = {name: DTYPES[table[name].kind] for name in names}
    if all(frame.schema[name] == kind for name, kind in schema.items()):
        return frame.select(_outward(table, names))
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items()).select(_outward(table, names))


def _known(table: Table, frame: pl.DataFrame) -> list[str]:
    unknown = [name for name in frame.columns if name not in table and not name.startswith("_")]
    if unknown:
        raise unknown_columns(table, unknown)
    present = set(frame.columns)
    return [name for name in table.names if name in present]


def unknown_columns(table: Table, unknown: Sequence[str]) -> Invalid:
    """The refusal of columns that a table does not have."""
    return Invalid(
        Phrase("{table} has no column {names}", "{table} 没有列 {names}").format(
            table=table.name, names=", ".join(unknown)
        ),
        Phrase("its columns: {names}", "可用的列：{names}").format(names=", ".join(table.names)),
    )


def _outward(table: Table, names: Sequence[str]) -> list[pl.Expr]:
    return [_outward_column(name, table[name].kind) for name in names]


def _outward_column(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "time":
        return column.dt.timestamp("us")
    if kind == "words":
        return pl.when(column.is_not_null()).then(words_as_json(column)).alias(name)
    return column


def words_as_json(column: pl.Expr) -> pl.Expr:
    """A list of strings as JSON text; Polars writes objects only, so the list is cut out of one."""
    return pl.struct(column.alias("w")).struct.json_encode().str.strip_prefix('{"w":').str.strip_suffix("}")


def from_wire(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """What the drivers brought, with the types of the table; other columns, such as _stored, stay as they are."""
    return frame.with_columns(
        _inward_column(name, table[name].kind)
        for name in frame.columns
        if name in table and table[name].kind in ("time", "words", "flag")
    )


def _inward_column(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "time":
        return column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(TIME)
    if kind == "words":
        return column.str.json_decode(pl.List(pl.String()))
    return column.cast(pl.Boolean)
