"""Mercer's own table layout: one file a table, named after it or with its columns, as CSV, TSV, JSON lines or Parquet.

Money stands in whole minor units (``price_minor``), times as RFC 3339. Lists are JSON (``["Kitchen > Kettles"]``) or words
with '|' between them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.table import Table
from mercer.core.tables import TABLES
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Field, Rows, ident, text, time
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.looking import Look

_SKIPPED = Phrase("columns that '{table}' does not have were left out: {names}", "已略去“{table}”没有的列：{names}")
_LIST = Phrase("not a list", "不是列表")
_ENOUGH = 0.6


class OwnTable(Translator):
    """Rows of a table as they stand. Only times are read here; the check at the door judges the rest."""

    table: Table

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        known = [name for name in context.look.columns if name in self.table]
        unknown = [name for name in context.look.columns if name not in self.table]
        self._fields = {name: _field(self.table, name) for name in known}
        if unknown:
            context.note(_SKIPPED.format(table=self.table.name, names=", ".join(unknown)))

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The rows of a batch."""
        yield Part(self.table.name, Rows(frame, self.context).take(**self._fields).select(*self._fields, LINE))


def _field(table: Table, name: str) -> Field:
    kind = table[name].kind
    if kind == "time":
        return time(name)
    if kind == "id":
        return ident(name)
    if kind == "words":
        return Field((name,), _read_words)
    return text(name)


def _read_words(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
    plain = raw.str.contains("|", literal=True) & ~raw.str.starts_with("[")
    if not plain.any():
        return raw, _LIST
    split = raw.str.split("|").list.eval(pl.element().str.strip_chars())
    as_json = split.to_frame("w").select(
        pl.struct("w").struct.json_encode().str.strip_prefix('{"w":').str.strip_suffix("}")
    )
    return raw.zip_with(~plain.fill_null(value=False), as_json.to_series()), _LIST


def _is_of(table: Table, look: Look) -> bool:
    """Whether a file is of a table: by its columns, all of which the table has, or by its name and most of its columns."""
    known = sum(name in table for name in look.columns)
    named = look.source.stem == table.name or look.source.stem.rstrip("0123456789-_. ") == table.name
    return known == len(look.columns) or (named and known >= _ENOUGH * len(look.columns))


def _layout(table: Table, place: int) -> Layout:
    required = tuple(column.name for column in table.columns if column.required)
    translator = type(
        f"Own{table.name.title().replace('_', '')}", (OwnTable,), {"table": table, "__doc__": OwnTable.__doc__}
    )
    return Layout(
        f"own/{table.name}", Phrase("Mercer's table '{name}'", "Mercer 的“{name}”表").format(name=table.name), translator, needs=required,
        knows=table.names, place=place, fits=lambda look: _is_of(table, look),
    )  # fmt: skip


# The decision log only grows by answers that were given; nobody brings one in.
layouts = tuple(_layout(table, place // 5) for place, table in enumerate(TABLES.values()) if table.name != "decisions")
