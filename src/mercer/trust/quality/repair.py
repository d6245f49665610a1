"""Carry out the repairs that are safe: first as a dry run that shows them, then as real writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from mercer.core.errors import NotFound
from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.trust.quality.checks import Check, all_checks
from mercer.trust.quality.finding import Mended
from mercer.trust.quality.run import EXAMPLES, masked, open_view

if TYPE_CHECKING:
    from mercer.store.store import Store

ALL = "all"


def repairs(codes: Sequence[str]) -> list[Check]:
    """The checks named that can be repaired; 'all' names every one. NotFound lists what there is."""
    known = {code: each for code, each in all_checks().items() if each.mend is not None}
    if ALL in codes:
        return list(known.values())
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise NotFound(
            Phrase("'{code}' is not a defect that Mercer can repair", "“{code}”不是 Mercer 能自动修复的问题").format(
                code=unknown[0]
            ),
            Phrase("it can repair: {codes}, or all", "可自动修复：{codes}，或 all（全部）").format(
                codes=", ".join(sorted(known))
            ),
        )
    return [known[code] for code in dict.fromkeys(codes)]


def repair(store: Store, codes: Sequence[str], write: bool, now: datetime, currency: str) -> list[Mended]:
    """Repair some defects, one transaction each; without ``write`` only say what would change.

    Each repair reads the shop as the one before it left it, so that two that touch one text do not undo each other.
    """
    done = []
    for check in repairs(codes):
        with open_view(store, [check], now, currency) as view:
            assert check.mend is not None
            changes = {table: frame for table, frame in check.mend(view).items() if frame.height}
        if write:
            _write(store, changes)
        done += [_told(check, table, frame, write) for table, frame in changes.items()]
    return done


def _write(store: Store, changes: Mapping[str, pl.DataFrame]) -> None:
    with store.transaction() as writer:
        for table, frame in changes.items():
            writer.write(table, frame.select([name for name in frame.columns if not name.startswith("_")]))


def _told(check: Check, table: str, frame: pl.DataFrame, written: bool) -> Mended:
    key = declared(table).key[0]
    changed = [name for name in frame.columns if name != key and not name.startswith("_")]
    now = pl.col("_now") if "_now" in frame.columns else pl.col(changed[0])
    shown = frame.head(EXAMPLES).select(pl.col(key), pl.col("_was").fill_null(""), now.cast(pl.String).alias("_then"))
    examples = tuple(f"{masked(name)}: {_short(was)} → {_short(then)}" for name, was, then in shown.iter_rows())
    return Mended(code=check.code, table=table, rows=frame.height, examples=examples, written=written)


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
