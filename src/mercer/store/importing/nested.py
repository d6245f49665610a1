"""Nested records as flat columns of text: the leaves of objects by their path, the members of a list as rows."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mercer.store.importing.batch import LINE

ROW = "_row"
"""Which record of the batch a row comes from, as text: several may begin on one line of the file."""


def flat(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The records with each leaf of an object as a column of its own, 'billing.email'; lists stay as they are.

    >>> kind = {"id": pl.String(), "who": pl.Struct({"name": pl.String()})}
    >>> frame = pl.DataFrame({"id": ["7"], "who": [{"name": "Ann"}], "_line": [1]}, schema={**kind, "_line": pl.Int64})
    >>> flat(frame, kind).row(0)
    ('7', 1, '0', 'Ann')
    """
    structs = {name: kind for name, kind in schema.items() if isinstance(kind, pl.Struct)}
    leaves = [
        pl.col(name).struct.field(leaf.name).alias(f"{name}.{leaf.name}") for name, kind in structs.items() for leaf in kind.fields
    ]  # fmt: skip
    rows = pl.int_range(pl.len()).cast(pl.String).alias(ROW)
    return frame.select(*(name for name in schema if name not in structs), LINE, rows, *leaves)


def members(records: pl.DataFrame, name: str) -> pl.DataFrame:
    """The members of a list of objects, one row each, 'line_items.quantity', with the record and the line they come from.

    >>> frame = pl.DataFrame({"items": [[{"id": "a"}, {"id": "b"}], []], "_line": [1, 2], "_row": ["0", "1"]})
    >>> members(frame, "items").rows()
    [('a', 1, '0'), ('b', 1, '0')]
    """
    each = records.select(name, LINE, ROW).explode(name, empty_as_null=False, keep_nulls=False)
    kind = each.schema[name]
    fields = kind.fields if isinstance(kind, pl.Struct) else []
    return each.select(
        *(pl.col(name).struct.field(leaf.name).alias(f"{name}.{leaf.name}") for leaf in fields), LINE, ROW
    )


def in_utc(records: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Times that are in UTC without saying so, with the Z that says it."""
    naive = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$"
    return records.with_columns(
        pl.when(pl.col(name).str.contains(naive)).then(pl.col(name) + "Z").otherwise(name).alias(name) for name in names
    )
