"""How far each imported file has come, so that an import goes on where it stopped and runs once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mercer.store.database import told
from mercer.store.sql import imports
from mercer.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class ImportState:
    """A file by the fingerprint of its content, who reads it, and how many of its records are in."""

    fingerprint: str
    name: str
    importer: str
    records: int
    finished: bool


def note(connection: Connection, state: ImportState) -> None:
    """Write down how far an import is, in the transaction of its rows."""
    values = {
        "fingerprint": state.fingerprint, "name": state.name, "importer": state.importer, "records": state.records,
        "finished": state.finished, "updated_at": time.time_ns() // 1000,
    }  # fmt: skip
    connection.execute(upsert(connection.dialect.name, imports, ["fingerprint"]), values)


class Imports:
    """The book of imports."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def done(self, fingerprint: str) -> ImportState | None:
        """How far the file with this fingerprint is; None when it was never begun."""
        with told(), self._engine.connect() as connection:
            row = connection.execute(_select().where(imports.c.fingerprint == fingerprint)).first()
        return ImportState(**row._mapping) if row else None

    def list(self) -> list[ImportState]:
        """All imports, the latest first."""
        with told(), self._engine.connect() as connection:
            return [
                ImportState(**row._mapping)
                for row in connection.execute(_select().order_by(imports.c.updated_at.desc()))
            ]


def _select() -> sa.Select[tuple[str, str, str, int, bool]]:
    c = imports.c
    return sa.select(c.fingerprint, c.name, c.importer, c.records, c.finished)
