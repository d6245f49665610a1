"""A view of all tables at one instant, in which no writing that is numbered so far is missing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mercer.store.database import told
from mercer.store.writing_postgres import WRITERS_LOCK
from mercer.store.writing_sqlite import last_number

PATIENCE = 1.0
"""Seconds of asking for a moment without writers before queueing for one, which makes new writers wait too."""


@contextmanager
def one_instant(engine: Engine) -> Iterator[Connection]:
    """A connection on which every query sees the database as it was at one instant."""
    if engine.dialect.name == "sqlite":
        # One writer writes at a time, so numbers are committed in their order, and a transaction sees one instant.
        with told(), engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SELECT 1 FROM numbers LIMIT 1").first()
            yield connection
        return
    with told(), engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            with _no_writers(engine):
                # The first query fixes the instant. All numbers up to here are committed or never will be, and whoever
                # writes from now on gets higher ones: see WRITERS_LOCK.
                connection.exec_driver_sql("SELECT 1 FROM numbers LIMIT 1").first()
            yield connection


@contextmanager
def _no_writers(engine: Engine) -> Iterator[None]:
    """A moment in which no transaction that writes is under way."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until = time.monotonic() + PATIENCE
        held = False
        while not held and time.monotonic() < until:
            held = bool(connection.execute(sa.select(sa.func.pg_try_advisory_lock(WRITERS_LOCK))).scalar())
            if not held:
                time.sleep(0.02)
        if not held:
            connection.exec_driver_sql("SET lock_timeout = '120s'")
            connection.execute(sa.select(sa.func.pg_advisory_lock(WRITERS_LOCK)))
            connection.exec_driver_sql("RESET lock_timeout")
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(WRITERS_LOCK)))


def highest_number(connection: Connection, table: str) -> int:
    """The highest ``_stored`` ever given in a table (on PostgreSQL: in any table)."""
    if connection.dialect.name == "sqlite":
        return last_number(connection.connection.driver_connection, table)  # type: ignore[arg-type]
    found = connection.exec_driver_sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM stored_numbers")
    return int(found.scalar_one())
