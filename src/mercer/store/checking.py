"""The check at the door: rows that may enter a table, and what is wrong with those that may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.table import Table
from mercer.store.judging import Verdict, judge
from mercer.store.wire import unknown_columns

REJECTS = pl.Schema({
    "line": pl.Int64(), "field": pl.String(), "found": pl.String(), "reason": pl.String(), "reason_zh": pl.String(),
})  # fmt: skip

SHOWN = 80
"""Characters of a refused value that are shown."""

_MISSING = Phrase("missing; every row needs a value here", "缺失；每一行都必须有值")


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows that may be written, with the table's types, and one line for each fault of the others."""

    good: pl.DataFrame
    rejects: pl.DataFrame


def check_rows(table: Table, frame: pl.DataFrame, partial: bool = False) -> Checked:
    """Judge each cell by its column's kind, bounds and choices.

    Columns may be text, as a CSV file brings them, or typed already. Empty text counts as missing. Columns whose name
    starts with "_" travel along; ``_line`` numbers the rows in the rejects, otherwise the first row is 1. ``partial`` rows
    update what is there, so that of the required columns only the key must be among them. Raises Invalid for a column
    that the table does not have.

    >>> from mercer.core.tables import table
    >>> rows = pl.DataFrame({"variant_id": ["a", "b"], "product_id": ["p", "p"], "price_minor": ["1250", "12.50"]})
    >>> checked = check_rows(table("variants"), rows)
    >>> checked.good["price_minor"].to_list(), checked.rejects["found"].to_list()
    ([1250], ['12.50'])
    """
    names = [name for name in frame.columns if not name.startswith("_")]
    unknown = [name for name in names if name not in table]
    if unknown:
        raise unknown_columns(table, unknown)
    verdicts = {name: judge(table[name], frame[name]) for name in names}
    lines = frame["_line"].cast(pl.Int64) if "_line" in frame.columns else _counted(frame.height)
    rejects = [
        *_absent(table, names, lines, partial),
        *(piece for name, verdict in verdicts.items() for piece in _faults(name, frame[name], verdict, lines)),
    ]
    good = frame.with_columns(verdict.values.alias(name) for name, verdict in verdicts.items())
    if not rejects:
        return Checked(good, pl.DataFrame(schema=REJECTS))
    bad = _any_wrong(verdicts.values(), frame.height, len(rejects) > 0 and bool(_missing_names(table, names, partial)))
    return Checked(good.filter(~bad), pl.concat(rejects).sort("line", maintain_order=True))


def _counted(height: int) -> pl.Series:
    return pl.int_range(1, height + 1, eager=True).cast(pl.Int64)


def _missing_names(table: Table, names: list[str], partial: bool) -> list[str]:
    needed = table.key if partial else [column.name for column in table.columns if column.required]
    return [name for name in needed if name not in names]


def _absent(table: Table, names: list[str], lines: pl.Series, partial: bool) -> list[pl.DataFrame]:
    """Where a whole column is missing, every row misses it."""
    if lines.is_empty():
        return []
    return [
        _described(lines, name, pl.repeat("", len(lines), eager=True), _MISSING)
        for name in _missing_names(table, names, partial)
    ]


def _faults(name: str, given: pl.Series, verdict: Verdict, lines: pl.Series) -> Iterable[pl.DataFrame]:
    for mask, reason in verdict.wrong:
        yield _described(lines.filter(mask), name, _shown(given.filter(mask)), reason)


def _described(lines: pl.Series, field: str, found: pl.Series, reason: Phrase) -> pl.DataFrame:
    return pl.DataFrame({"line": lines, "found": found}).select(
        "line", pl.lit(field).alias("field"), pl.col("found").cast(pl.String), pl.lit(reason.en).alias("reason"),
        pl.lit(reason.zh).alias("reason_zh"),
    )  # fmt: skip


def _shown(values: pl.Series) -> pl.Series:
    """The values as text, cut short."""
    if values.dtype.is_nested() or values.dtype in (pl.Object, pl.Binary):
        text = pl.Series(values.name, [None if each is None else str(each) for each in values.to_list()], pl.String)
    else:
        text = values.cast(pl.String, strict=False)
    return text.fill_null("").str.head(SHOWN)


def _any_wrong(verdicts: Iterable[Verdict], height: int, all_of_them: bool) -> pl.Series:
    bad = pl.repeat(all_of_them, height, dtype=pl.Boolean(), eager=True)
    for verdict in verdicts:
        for mask, _ in verdict.wrong:
            bad = bad | mask
    return bad
