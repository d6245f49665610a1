"""Keeping the parts of a snapshot few: small ones are put together, and rows that later ones replaced are left out.

Every freeze adds a part to each table that something was stored in. Left alone, a year of nightly freezes would be a year
of files to open, and a catalogue whose prices change every night would be there a year's times over. So parts are put
together like the runs of a log-structured merge tree: eight of one size become one of the next, which rewrites each row
about once for every eightfold growth, and parts of an eighth of a full one or more are never touched again. A table that is
updated is rewritten whole once more of its rows are replaced than not, so that reading it never costs more than twice
what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import polars as pl

from mercer.core.table import Table
from mercer.store import parts as writing
from mercer.store.blobs import Blobs
from mercer.store.manifest import Frozen, Part
from mercer.store.parts import naming_people, of, scan_parts, without, write_part
from mercer.store.sql import STORED

TOGETHER = 8
"""So many parts of one size are put together."""


def compacted(
    table: Table, frozen: Frozen, freeze: int, blobs: Blobs, forgotten: Sequence[str], now: datetime
) -> Frozen:
    """The table with its last parts put together where that is due; the old files stay, as older snapshots read them."""
    while (start := due(table, frozen)) < len(frozen.parts):  # eight that became one may be the eighth of their size
        pages = _paged(_newest_rows(table, frozen.parts[start:], blobs, forgotten))
        made = tuple(write_part(table, page, freeze, blobs, now) for page in pages)
        frozen = replace(frozen, parts=frozen.parts[:start] + made)
    return frozen


def cleansed(table: Table, frozen: Frozen, blobs: Blobs, gone: Sequence[str], now: datetime) -> Frozen:
    """The table with those parts written anew in which somebody is who was forgotten since the last freeze."""
    names = naming_people(table)
    if not gone or not names:
        return frozen
    kept = []
    for part in frozen.parts:
        if scan_parts(table, [part], blobs).filter(of(names, gone)).head(1).select(names).collect().is_empty():
            kept.append(part)
            continue
        rows = without(table, scan_parts(table, [part], blobs), gone).collect()
        if rows.height:
            kept.append(write_part(table, rows, part.freeze, blobs, now))
    return replace(frozen, parts=tuple(kept))


def due(table: Table, frozen: Frozen) -> int:
    """The place from which the parts are to be put together; their number where nothing is to be done.

    >>> from mercer.core.tables import table
    >>> small = [Part("", "", 0, rows, freeze, None) for freeze, rows in enumerate([900_000, *[1000] * 8], 1)]
    >>> due(table("events"), Frozen(0, tuple(small)))
    1
    >>> due(table("events"), Frozen(0, tuple(small[:-1]))) == len(small[:-1])
    True
    """
    first = 0 if table.append else frozen.base
    if not table.append and _rows(frozen.parts[first:]) > _rows(frozen.parts[:first]):
        return 0
    for least, most in pairwise(_sizes()):
        start = _run_of_smaller(frozen.parts, first, most)
        if sum(part.rows >= least for part in frozen.parts[start:]) >= TOGETHER:
            return start
    return len(frozen.parts)


def _sizes() -> list[int]:
    """The bounds of the sizes, each eight times the one before; a part of the last or more stays as it is."""
    sizes = [writing.PART_ROWS // TOGETHER]
    while sizes[-1] >= TOGETHER:
        sizes.append(sizes[-1] // TOGETHER)
    return [0, *(size for size in reversed(sizes) if size > 1)]


def _rows(parts: Sequence[Part]) -> int:
    return sum(part.rows for part in parts)


def _run_of_smaller(parts: Sequence[Part], first: int, size: int) -> int:
    """Where the run of parts with fewer rows begins that ends with the last part."""
    start = len(parts)
    while start > first and parts[start - 1].rows < size:
        start -= 1
    return start


def _newest_rows(table: Table, parts: Sequence[Part], blobs: Blobs, forgotten: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The rows of some parts, one part at a time; only the keys are held all at once."""
    newest: pl.Series | None = None
    if not table.append:
        keys = scan_parts(table, parts, blobs).select(STORED, *table.key)
        newest = keys.group_by(table.key).agg(pl.col(STORED).max()).select(STORED).collect()[STORED]
    for part in parts:
        rows = without(table, scan_parts(table, [part], blobs), forgotten)
        if newest is not None:
            rows = rows.filter(pl.col(STORED).is_in(newest.implode()))
        yield rows.collect()


def _paged(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in frames of the size of a part."""
    held: list[pl.DataFrame] = []
    for frame in frames:
        held.append(frame)
        while sum(each.height for each in held) >= writing.PART_ROWS:
            together = pl.concat(held)
            yield together[: writing.PART_ROWS]
            held = [together[writing.PART_ROWS :]]
    if any(each.height for each in held):
        yield pl.concat(held)
