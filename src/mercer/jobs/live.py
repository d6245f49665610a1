"""Rows that arrive one by one while the shop runs, checked whole and written whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

from mercer.core.errors import Fault, Invalid
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.core.tables import table as declared

if TYPE_CHECKING:
    import polars as pl

    from mercer.store.writing import Writer, Written

MOST = 1000
"""Rows in one call. A larger number belongs into an import, which is made for it."""


class Taken(Record):
    """What became of the rows; the numbers add up to how many were sent."""

    added: Annotated[int, about("rows that were new", "新增的行数")]
    changed: Annotated[int, about("rows that were known and said something else", "已有且内容有变的行数")] = 0
    unchanged: Annotated[int, about("rows that were known as they are", "已有且内容相同的行数")] = 0


def taken(written: Written) -> Taken:
    """What the store did, as an operation tells it."""
    return Taken(added=written.added, changed=written.changed, unchanged=written.unchanged)


def write_rows(writer: Writer, table: str, rows: Sequence[Record], **columns: Any) -> Written:
    """Write rows in the order in which they came, setting exactly the fields that each one names, and ``columns`` too.

    Invalid names every refused row and field, and then nothing was written.
    """
    from mercer.store.writing import Written

    frames = [
        _frame(table, list(group), fields, columns)
        for fields, group in groupby(enumerate(rows), key=lambda each: tuple(sorted(each[1].model_fields_set)))
    ]
    return sum((writer.write(table, frame) for frame in frames), Written())


def _frame(
    table: str, rows: Sequence[tuple[int, Record]], fields: Sequence[str], columns: dict[str, Any]
) -> pl.DataFrame:
    import polars as pl

    from mercer.store.checking import check_rows
    from mercer.store.schema import frame_schema

    declaration = declared(table)
    names = [name for name in fields if name in declaration]
    values: dict[str, list[Any]] = {name: [_plain(getattr(row, name)) for _, row in rows] for name in names}
    values |= {name: [value] * len(rows) for name, value in columns.items()}
    frame = pl.DataFrame(values, schema=frame_schema(declaration, values))
    places = pl.Series("_line", [place for place, _ in rows], dtype=pl.Int64)
    checked = check_rows(declaration, frame.with_columns(places))
    if not checked.rejects.is_empty():
        raise refused(table, checked.rejects)
    return checked.good.drop("_line")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def refused(table: str, rejects: pl.DataFrame) -> Invalid:
    """The refusal of all rows, with what is wrong in each of the first hundred."""
    faults = [
        Fault(row["field"] or table, str(row["found"])[:80], Phrase(row["reason"], row["reason_zh"]), row["line"])
        for row in rejects.head(100).iter_rows(named=True)
    ]
    return Invalid(
        Phrase(
            "{n} of the rows for '{table}' cannot be taken, so none was",
            "“{table}”有 {n} 行无法接收，因此一行也没有写入",
        ).format(n=rejects["line"].n_unique(), table=table),
        Phrase("mend the rows named, and send all of them again", "请改正所指的行，然后全部重新发送"),
        faults,
    )
