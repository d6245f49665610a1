"""Exports that write one thing over several rows: its first row says all, those after it only what is more."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.ledger import Ledger

GROUP, HEAD, PLACE = "_group", "_head", "_place"
"""The columns that say which thing a row belongs to, whether it is its first row, and which of its rows it is, from 1."""

_LEFT_OUT = Phrase(
    "the first row of '{group}' was refused, and this one needs it", "“{group}”的第一行被拒绝，而此行依赖于它"
)


class Groups:
    """Fills rows with what the first row of their group says in the ``carried`` columns.

    A group may go on in the next batch, or stand scattered over the file: what its later rows need is kept on disk.
    """

    def __init__(self, context: Context, key: str, carried: Sequence[str]) -> None:
        self._context = context
        self._key = key
        self._carried = tuple(carried)
        self._ledger = Ledger()

    def fill(self, frame: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
        """The rows with their group, their place in it, and the carried columns filled from above."""
        carried = [name for name in self._carried if name in frame.columns]
        rows = frame.with_columns(groups.alias(GROUP), *(_without_blanks(name) for name in carried))
        rows = rows.join(self._before(groups), on=GROUP, how="left", maintain_order="left")
        place = pl.int_range(1, pl.len() + 1).over(GROUP) + pl.col("_rows").fill_null(0)
        filled = [
            pl.coalesce(pl.col(name).forward_fill().over(GROUP), f"_before_{name}").alias(name) for name in carried
        ]
        return rows.with_columns(*filled, place.alias(PLACE)).with_columns((pl.col(PLACE) == 1).alias(HEAD))

    def settle(self, filled: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
        """Of the rows that could be read, those whose group's first row could be read too; the others are refused."""
        marks = filled.select(LINE, GROUP, HEAD, PLACE, "_spoilt")
        unread = marks.join(taken.select(LINE), on=LINE, how="anti").filter(HEAD)
        spoilt = pl.col(GROUP).is_in(unread[GROUP].implode()) | pl.col("_spoilt").fill_null(value=False)
        rows = taken.join(marks.with_columns(spoilt.alias("_spoilt")), on=LINE, how="left", maintain_order="left")
        self._remember(filled.with_columns(spoilt.alias("_spoilt")))
        for group in rows.filter("_spoilt").partition_by(GROUP, maintain_order=True):
            name = str(group[GROUP][0])
            self._context.refuse(group, self._key, name, _LEFT_OUT.format(group=name))
        return rows.filter(~pl.col("_spoilt")).drop("_spoilt")

    def _before(self, groups: pl.Series) -> pl.DataFrame:
        """What earlier batches told of the groups in this one."""
        known = self._ledger.get(groups.drop_nulls().unique().to_list())
        names = [f"_before_{name}" for name in self._carried]
        schema = {GROUP: pl.String, "_rows": pl.Int64, "_spoilt": pl.Boolean, **dict.fromkeys(names, pl.String)}
        return pl.DataFrame([(group, *json.loads(said)) for group, said in known.items()], schema=schema, orient="row")

    def _remember(self, filled: pl.DataFrame) -> None:
        said = [pl.col(name).first() if name in filled.columns else pl.lit(None) for name in self._carried]
        last = filled.filter(pl.col(GROUP).is_not_null()).group_by(GROUP, maintain_order=True)
        rows = last.agg(pl.col(PLACE).max(), pl.col("_spoilt").first(), *(
            each.alias(f"_said_{place}") for place, each in enumerate(said)
        ))  # fmt: skip
        self._ledger.put((group, json.dumps(rest, ensure_ascii=False)) for group, *rest in rows.iter_rows())


def _without_blanks(name: str) -> pl.Expr:
    bare = pl.col(name).str.strip_chars()
    return pl.when(bare != "").then(bare).alias(name)
