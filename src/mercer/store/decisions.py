"""The decision log: what was asked, what was answered, by which model. It only grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mercer.core.tables import table as declared
from mercer.store.database import told
from mercer.store.schema import frame_schema
from mercer.store.sql import SHOP
from mercer.store.writing import Writer


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer; ``request`` and ``response`` are JSON text, ``seconds`` is the time the model took."""

    decision_id: str
    request_id: str | None
    capability: str
    model: str
    model_version: str
    channel: str
    customer_id: str | None
    visitor_id: str | None
    request: str
    response: str
    seconds: float
    decided_at: datetime


class DecisionLog:
    """The decisions of a shop, durable when ``record`` returns."""

    def __init__(self, engine: Engine, transaction: Callable[[], AbstractContextManager[Writer]]) -> None:
        self._engine = engine
        self._transaction = transaction

    def record(self, decision: Decision) -> None:
        """Keep one decision."""
        self.record_many([decision])

    def record_many(self, decisions: Sequence[Decision]) -> None:
        """Keep several decisions in one transaction."""
        names = [each.name for each in fields(Decision)]
        schema = frame_schema(declared("decisions"), names)
        frame = pl.DataFrame([asdict(each) for each in decisions], schema=schema)
        with self._transaction() as writer:
            writer.write("decisions", frame)

    def get(self, decision_id: str) -> Decision | None:
        """The decision with this id."""
        return self._first(SHOP["decisions"].c.decision_id == decision_id)

    def find(self, request_id: str, capability: str) -> Decision | None:
        """The decision that answered this request_id before."""
        c = SHOP["decisions"].c
        return self._first(sa.and_(c.request_id == request_id, c.capability == capability))

    def _first(self, condition: sa.ColumnElement[bool]) -> Decision | None:
        c = SHOP["decisions"].c
        query = sa.select(*(c[each.name] for each in fields(Decision))).where(condition).limit(1)
        with told(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        values: dict[str, Any] = dict(row._mapping)
        values["decided_at"] = datetime.fromtimestamp(values["decided_at"] / 1_000_000, UTC)
        return Decision(**values)
