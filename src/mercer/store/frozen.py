"""A snapshot held as lazy Polars frames: from Parquet parts, or from frames in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from mercer.core.tables import table as declared
from mercer.store.schema import frame_schema, snapshot_columns

FAR = datetime(9999, 1, 1, tzinfo=UTC)


class FrozenSnapshot:
    """Frames of a shop's tables, cut by time.

    ``frames`` maps table names to lazy frames that have (some of) the table's columns; ``content`` names what they hold.
    A table that is absent reads as empty, with its columns.
    """

    def __init__(
        self,
        frames: Mapping[str, pl.LazyFrame | pl.DataFrame],
        content: str,
        end: datetime,
        start: datetime | None = None,
        currency: str = "EUR",
    ) -> None:
        self._frames = frames
        self._content = content
        self._start = start
        self._end = end
        self._currency = currency

    @property
    def id(self) -> str:
        cut = f"{self._content}|{self._start and self._start.isoformat()}|{self._end.isoformat()}"
        return hashlib.sha256(cut.encode()).hexdigest()[:16]

    @property
    def start(self) -> datetime | None:
        return self._start

    @property
    def end(self) -> datetime:
        return self._end

    @property
    def currency(self) -> str:
        return self._currency

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The visible rows of a table; see core.snapshot.Snapshot."""
        declaration = declared(table)
        schema = frame_schema(declaration, snapshot_columns(declaration))
        held = self._frames.get(table)
        if held is None:
            rows = pl.LazyFrame(schema=schema)
        else:
            rows = held.lazy()
            present = set(rows.collect_schema().names())
            rows = rows.with_columns(
                pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in present
            )
        rows = rows.filter(self._visible(declaration.time))
        return rows.select(list(columns) if columns is not None else list(schema))

    def _visible(self, time: str | None) -> pl.Expr:
        known = pl.col("known_at").is_null() | (pl.col("known_at") < self._end)
        if time is None:
            return known
        happened = pl.col(time).is_null() | (pl.col(time) < self._end)
        if self._start is not None:
            happened = happened & (pl.col(time).is_null() | (pl.col(time) >= self._start))
        return known & happened

    def rows(self, table: str) -> int:
        """How many rows of a table are visible."""
        return int(self.frame(table, ["known_at"]).select(pl.len()).collect().item())

    def between(self, start: datetime | None, end: datetime) -> FrozenSnapshot:
        """The same shop seen from ``start`` until ``end``, never wider than this snapshot."""
        begins = [each for each in (self._start, start) if each is not None]
        return FrozenSnapshot(
            self._frames, self._content, min(end, self._end), max(begins) if begins else None, self._currency
        )
