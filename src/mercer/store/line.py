"""A connection that is kept at hand for the short statements of every ask, without an engine's ceremony around them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.engine import Engine

from mercer.store import waiting
from mercer.store.database import set_pragmas, told
from mercer.store.waiting import patiently, wait_by_itself

Rows = list[tuple[Any, ...]]
Found = TypeVar("Found")

# A forked child must not even close a SQLite connection of its parent, so it keeps them here, unused.
_inherited: list[Any] = []


class Line:
    """One raw connection, used by one thread at a time; every statement is a transaction of its own.

    Statements are written with "?" for their values. One that gives out numbers holds WRITERS_LOCK by itself. A connection to PostgreSQL that was lost is made anew once, so
    statements must bear being done twice.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._raw: Any = None
        self._pid = 0

    def fetch(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """What a query finds."""
        return self._with(lambda raw: self._fetch(raw, sql, values))

    def write(self, sql: str, values: Sequence[Any]) -> int:
        """Run one statement; how many rows it touched. It is kept when this returns."""
        return self._with(lambda raw: self._write_one(raw, sql, values))

    def write_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement for each of several rows, all of them or none."""
        return self._with(lambda raw: self._write_all(raw, sql, rows))

    @property
    def _sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _own(self, sql: str) -> str:
        return sql if self._sqlite else sql.replace("?", "%s")

    def _fetch(self, raw: Any, sql: str, values: Sequence[Any]) -> Rows:
        if self._sqlite:
            return patiently(lambda: list(raw.execute(sql, values).fetchall()))
        return list(raw.execute(self._own(sql), values).fetchall())

    def _write_one(self, raw: Any, sql: str, values: Sequence[Any]) -> int:
        if self._sqlite:
            return patiently(lambda: int(raw.execute(sql, values).rowcount))
        return int(raw.execute(self._own(sql), values).rowcount)

    def _write_all(self, raw: Any, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if not self._sqlite:
            with raw.transaction(), raw.cursor() as cursor:
                cursor.executemany(self._own(sql), rows)
                return int(cursor.rowcount)
        patiently(lambda: raw.execute("BEGIN IMMEDIATE"))
        try:
            written = int(raw.executemany(sql, rows).rowcount)
            raw.execute("COMMIT")
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        return written

    def _with(self, use: Callable[[Any], Found]) -> Found:
        with self._lock, told():
            raw = self._held()
            try:
                return use(raw)
            except Exception:
                if self._sqlite or not raw.closed:
                    raise
                self._raw = None
                return use(self._held())

    def _held(self) -> Any:
        if self._pid != os.getpid():
            if self._raw is not None:
                _inherited.append(self._raw)
            self._raw, self._pid = None, os.getpid()
        if self._raw is None:
            self._raw = self._open_sqlite() if self._sqlite else self._open_postgres()
        return self._raw

    def _open_sqlite(self) -> sqlite3.Connection:
        # Threads take turns at it, which Lock sees to.
        raw = sqlite3.connect(str(self._engine.url.database), timeout=waiting.BUSY_SECONDS, check_same_thread=False)
        set_pragmas(raw)
        wait_by_itself(raw, False)
        return raw

    def _open_postgres(self) -> Any:
        import psycopg

        arguments, options = self._engine.dialect.create_connect_args(self._engine.url)
        return psycopg.connect(*arguments, **options, autocommit=True, connect_timeout=10, application_name="mercer")

    def close(self) -> None:
        """Let go of the connection; the next statement would open another."""
        with self._lock:
            if self._raw is not None and self._pid == os.getpid():
                self._raw.close()
                self._raw = None
