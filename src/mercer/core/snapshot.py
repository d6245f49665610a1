"""What a snapshot is: the shop as it was known at one instant, read-only, with an id of its content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl


class Snapshot(Protocol):
    """Read-only frames of a shop's tables as of ``end``.

    Customers and visitors appear as pseudonyms; columns of personal data are left out. ``id`` names the content: the
    same rows cut at the same times have the same id.
    """

    @property
    def id(self) -> str: ...

    @property
    def start(self) -> datetime | None:
        """Time of the earliest row that may be seen; None means from the beginning."""

    @property
    def end(self) -> datetime:
        """Rows that happened, or became known, at or after this instant are not visible."""

    @property
    def currency(self) -> str: ...

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The visible rows of a table. A row is visible when its time lies in [start, end) and it was known before end.

        A row without a time (a product without a date of birth) is always visible.
        """

    def rows(self, table: str) -> int:
        """How many rows of a table are visible."""

    def between(self, start: datetime | None, end: datetime) -> Snapshot:
        """The same shop, seen from ``start`` until ``end``; never wider than this snapshot."""
