"""The live tables as checks see them: lazy frames that hold the columns the checks read, one table at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import polars as pl

from mercer.core.tables import table as declared

IN_MEMORY = 2_000_000
"""Rows of a table that are held in memory; a larger one is laid out in Parquet pages beside it and read from there."""

PAGE = 500_000

LEARNT_FROM = ("view_item", "select_item", "add_to_cart", "add_to_wishlist", "begin_checkout", "purchase")
"""Events that say something about a product."""


def offered() -> pl.Expr:
    """Products that are not archived: what is in the books only, such as postage, need not be described or priced."""
    return pl.col("status").fill_null("active") != "archived"


class Tables(Protocol):
    """Where the rows come from: a Store, or frames in a test."""

    def frame(
        self, table: str, columns: Sequence[str] | None = None, *, limit: int | None = None, offset: int = 0
    ) -> pl.DataFrame: ...

    def rows(self, table: str) -> int: ...


class View:
    """A shop's live tables at one moment.

    ``now`` is the moment, ``currency`` the shop's own. ``reads`` names the columns that ``frame`` offers of each table.
    """

    def __init__(self, tables: Tables, reads: Mapping[str, Sequence[str]], now: datetime, currency: str) -> None:
        self.now = now
        self.currency = currency
        self._tables = tables
        self._reads = reads
        self._rows: dict[str, int] = {}
        self._frames: dict[str, pl.LazyFrame] = {}
        self._interactions: pl.DataFrame | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="mercer-check-")

    def rows(self, table: str) -> int:
        """How many rows a table holds."""
        if table not in self._rows:
            self._rows[table] = self._tables.rows(table)
        return self._rows[table]

    def frame(self, table: str) -> pl.LazyFrame:
        """A table's rows, with the columns that were asked for at the beginning."""
        if table not in self._frames:
            columns = [name for name in declared(table).names if name in set(self._reads.get(table, ()))]
            self._frames[table] = (
                self._page(table, columns) if self.rows(table) > IN_MEMORY else self._whole(table, columns)
            )
        return self._frames[table]

    def release(self, table: str) -> None:
        """Let go of a table's rows."""
        self._frames.pop(table, None)

    def _whole(self, table: str, columns: list[str]) -> pl.LazyFrame:
        return self._tables.frame(table, columns).lazy()

    def _page(self, table: str, columns: list[str]) -> pl.LazyFrame:
        folder = Path(self._folder.name) / table
        folder.mkdir(exist_ok=True)
        for offset in range(0, self.rows(table), PAGE):
            page = self._tables.frame(table, columns, limit=PAGE, offset=offset)
            page.write_parquet(folder / f"{offset:012d}.parquet", compression="lz4")
        return pl.scan_parquet(folder)

    def on_sale(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of ``frame`` whose product is not archived; the check reads product_id and status of products."""
        archived = self.frame("products").filter(~offered()).select("product_id")
        return frame.join(archived, on="product_id", how="anti", maintain_order="left")

    def interactions(self) -> pl.DataFrame:
        """How often each product was looked at, put into a cart or bought: product_id, interactions."""
        if self._interactions is None:
            events = self.frame("events").filter(pl.col("event_name").is_in(LEARNT_FROM)).select("product_id")
            lines = self.frame("order_lines").filter(pl.col("quantity") > 0).select("product_id")
            both = pl.concat([events, lines]).group_by("product_id").agg(pl.len().cast(pl.Int64).alias("interactions"))
            self._interactions = both.collect()
        return self._interactions

    def interaction_count(self) -> int:
        """How many interactions there are in all."""
        return int(self.interactions()["interactions"].sum())

    def last(self) -> datetime | None:
        """When the last event or order happened, of those that are not in the future."""
        held: list[datetime] = []
        for table, column in (("events", "occurred_at"), ("orders", "placed_at"), ("order_lines", "placed_at")):
            if self.rows(table):
                past = self.frame(table).filter(pl.col(column) <= self.now)
                value = past.select(pl.col(column).max()).collect().item()
                held += [value] if value is not None else []
        return max(held, default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._frames.clear()
        self._folder.cleanup()


INTERACTION_COLUMNS: dict[str, tuple[str, ...]] = {
    "events": ("event_id", "event_name", "product_id", "occurred_at"),
    "orders": ("order_id", "placed_at"),
    "order_lines": ("order_line_id", "order_id", "product_id", "quantity", "placed_at"),
}
"""What ``interactions`` and ``last`` read."""
