"""Shops made of a few rows, for checks that look at tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from mercer.core.tables import table as declared
from mercer.store.schema import frame_schema
from mercer.trust.quality.finding import Finding
from mercer.trust.quality.run import look

NOW = datetime(2026, 6, 1, tzinfo=UTC)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


class Frames:
    """Tables held as frames; columns that the rows do not name are empty."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._frames = {
            name: held
            if isinstance(held, pl.DataFrame)
            else pl.DataFrame(list(held), schema=frame_schema(declared(name)), orient="row")
            if held and not isinstance(held[0], Mapping)
            else _frame(name, held)
            for name, held in rows.items()
        }

    def frame(
        self, table: str, columns: Sequence[str] | None = None, *, limit: int | None = None, offset: int = 0
    ) -> pl.DataFrame:
        held = self._frames.get(table, pl.DataFrame(schema=frame_schema(declared(table))))
        return held.select(columns if columns is not None else held.columns).slice(offset, limit)

    def rows(self, table: str) -> int:
        return self._frames[table].height if table in self._frames else 0


def _frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    schema = frame_schema(declared(table))
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


@pytest.fixture
def frames():
    return Frames


@pytest.fixture
def look_at():
    """What the checks find in a few rows, by code."""

    def at(rows: Rows, now: datetime = NOW, readers: Mapping[str, Sequence[str]] | None = None) -> dict[str, Finding]:
        return {each.code: each for each in look(Frames(rows), now, "EUR", readers or {})[0]}

    return at
