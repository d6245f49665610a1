"""The decision log: what was asked, what was answered, by which model. It only grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy.engine import Engine

from mercer.store.line import Line
from mercer.store.writing_postgres import WRITERS_LOCK

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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


_NAMES = tuple(each.name for each in fields(Decision))
_COLUMNS = ", ".join(_NAMES)
_SELECT = f"SELECT {_COLUMNS} FROM decisions"
_values_but_time = attrgetter(*_NAMES[:-1])

# SQLite numbers a row by itself with the next higher row number. That is safe here and only here: decisions are never
# deleted, so that the highest number never falls (see writing_sqlite.last_number).
_INSERT_SQLITE = (
    f"INSERT INTO decisions ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))}) ON CONFLICT (decision_id) DO NOTHING"
)
# One statement is one journey to the server and back, in place of four for a transaction around it. It holds the lock of
# all writers before it takes its number: OFFSET 0 keeps PostgreSQL from turning the two around.
_INSERT_POSTGRES = (
    f"INSERT INTO decisions (_stored, {_COLUMNS}) SELECT nextval('stored_numbers'), {', '.join('?' * len(_NAMES))} "
    f"FROM (SELECT pg_advisory_xact_lock_shared({WRITERS_LOCK}) OFFSET 0) AS turn ON CONFLICT (decision_id) DO NOTHING"
)


class DecisionLog:
    """The decisions of a shop, durable when ``record`` returns: they survive the death of the process.

    Reading and writing have a connection each, so that looking something up does not wait while a write waits its turn.
    """

    def __init__(self, engine: Engine) -> None:
        self._insert = _INSERT_SQLITE if engine.dialect.name == "sqlite" else _INSERT_POSTGRES
        self._writes = Line(engine)
        self._reads = Line(engine)

    def record(self, decision: Decision) -> bool:
        """Keep one decision; False where one with its id is there, which then stays as it is."""
        return self._writes.write(self._insert, _row(decision)) == 1

    def record_many(self, decisions: Sequence[Decision]) -> int:
        """Keep several decisions, all or none; how many were new."""
        if len(decisions) == 1:
            return int(self.record(decisions[0]))
        return self._writes.write_many(self._insert, [_row(each) for each in decisions]) if decisions else 0

    def get(self, decision_id: str) -> Decision | None:
        """The decision with this id."""
        return _first(self._reads.fetch(f"{_SELECT} WHERE decision_id = ?", (decision_id,)))

    def find(self, request_id: str, capability: str) -> Decision | None:
        """The first decision that answered this request_id."""
        found = self._reads.fetch(
            f"{_SELECT} WHERE request_id = ? AND capability = ? ORDER BY _stored LIMIT 1", (request_id, capability)
        )
        return _first(found)

    def search(
        self,
        capability: str | None = None,
        customer: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> list[Decision]:
        """Decisions that fit, the latest first.

        ``since`` is included, ``until`` is not. ``after`` is the decision_id that ended the page before this one.
        """
        wanted: list[tuple[str, Any]] = [
            ("capability = ?", capability), ("customer_id = ?", customer),
            ("decided_at >= ?", since and _microseconds(since)), ("decided_at < ?", until and _microseconds(until)),
            ("_stored < (SELECT _stored FROM decisions WHERE decision_id = ?)", after),
        ]  # fmt: skip
        conditions = [(condition, value) for condition, value in wanted if value is not None]
        where = " WHERE " + " AND ".join(condition for condition, _ in conditions) if conditions else ""
        values = [value for _, value in conditions]
        found = self._reads.fetch(f"{_SELECT}{where} ORDER BY _stored DESC LIMIT ?", (*values, limit))
        return [_decision(row) for row in found]

    def close(self) -> None:
        """Let go of the connections."""
        self._writes.close()
        self._reads.close()


def _row(decision: Decision) -> tuple[Any, ...]:
    return (*_values_but_time(decision), _microseconds(decision.decided_at))


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _first(rows: list[tuple[Any, ...]]) -> Decision | None:
    return _decision(rows[0]) if rows else None


def _decision(row: tuple[Any, ...]) -> Decision:
    values = dict(zip(_NAMES, row, strict=True))
    return Decision(**values | {"decided_at": _EPOCH + timedelta(microseconds=values["decided_at"])})
