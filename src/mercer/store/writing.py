"""Writing into the shop's tables: many rows in one transaction, and only what is new or different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mercer.core.table import Table
from mercer.core.tables import table as declared
from mercer.store import imports, writing_postgres, writing_sqlite
from mercer.store.database import told
from mercer.store.wire import to_wire


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the rows handed in; the three add up to their number."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


class Writer:
    """Writes within one transaction: everything is kept, or nothing."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._raw: Any = connection.connection.driver_connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._last: dict[str, int] = {}

    def write(self, table: str, frame: pl.DataFrame, keep: bool = False) -> Written:
        """Put checked rows into a table. Exactly the columns that are present are set.

        A row whose key is known is left alone in an append table, where ``keep`` is set, and where nothing in it differs. Of
        several rows with one key, the first counts where known rows are left alone, and the last elsewhere.
        """
        declaration = declared(table)
        keep = keep or declaration.append
        rows = _once(declaration, to_wire(declaration, frame), keep)
        if rows.is_empty():
            return Written()
        with told():
            added, changed = (
                self._put_sqlite(table, rows, keep)
                if self._sqlite
                else writing_postgres.put(self._raw, table, rows, keep)
            )
        return Written(added, changed, frame.height - added - changed)

    def _put_sqlite(self, table: str, rows: pl.DataFrame, keep: bool) -> tuple[int, int]:
        # Nobody else gives out numbers while this transaction lasts, so they are counted here and noted at its end.
        last = self._last[table] if table in self._last else writing_sqlite.last_number(self._raw, table)
        self._last[table] = last + rows.height
        return writing_sqlite.put(self._raw, table, rows, last, keep)

    def import_progress(self, fingerprint: str, name: str, importer: str, records: int, finished: bool) -> None:
        """Note how far an import has come, in the same transaction as its rows."""
        with told():
            imports.note(self.connection, imports.ImportState(fingerprint, name, importer, records, finished))

    def restamp(self, table: str, numbers: Sequence[int], values: Mapping[str, Any]) -> None:
        """Set values in the rows that have these numbers, and give them new ones, so that the next snapshot sees them."""
        columns = ", ".join(f'"{name}" = :{name}' for name in values)
        if self._sqlite:
            last = self._last[table] if table in self._last else writing_sqlite.last_number(self._raw, table)
            self._last[table] = last + len(numbers)
            fresh = [{"new": last + place, "old": old, **values} for place, old in enumerate(numbers, 1)]
            statement = f'UPDATE "{table}" SET _stored = :new, {columns} WHERE _stored = :old'
        else:
            fresh = [{"old": old, **values} for old in numbers]
            statement = f"UPDATE \"{table}\" SET _stored = nextval('stored_numbers'), {columns} WHERE _stored = :old"
        if fresh:
            self.connection.execute(sa.text(statement), fresh)

    def finish(self) -> None:
        """Note the numbers given out; called by the transaction just before it is kept."""
        for table, last in self._last.items():
            writing_sqlite.keep_number(self._raw, table, last)


def _once(table: Table, rows: pl.DataFrame, keep: bool) -> pl.DataFrame:
    key = list(table.key)
    distinct = rows[key[0]].n_unique() if len(key) == 1 else rows.select(key).n_unique()
    if distinct == rows.height:
        return rows
    return rows.unique(key, keep="first" if keep else "last", maintain_order=True)


@contextmanager
def transaction(engine: Engine) -> Iterator[Writer]:
    """One transaction: kept when the block ends, undone when it raises."""
    with told(), engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin():
            writer = Writer(connection)
            if connection.dialect.name == "postgresql":
                writing_postgres.lock_shared(connection.connection.driver_connection)  # type: ignore[arg-type]
            yield writer
            writer.finish()
