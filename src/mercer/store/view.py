"""A view of all tables at one instant, in which no writing that is numbered so far is missing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mercer.core.errors import Unavailable
from mercer.core.phrase import Phrase
from mercer.store.database import told
from mercer.store.writing_postgres import WRITERS_LOCK

PATIENCE = 120.0
"""Seconds of waiting for the transactions that were writing when a freeze began."""

ASKING = 1.0
"""Seconds of asking for a moment without writers before queueing for one."""

QUEUEING = 0.25
"""Seconds of queueing. New writers wait behind a queue, so a slow transaction must not keep one standing."""


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
    """A moment in which no transaction that writes is under way; Unavailable when none comes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until = time.monotonic() + PATIENCE
        while not (_asked(connection) or _queued(connection)):
            if time.monotonic() > until:
                raise Unavailable(
                    Phrase(
                        "another process has been writing in one transaction for {seconds} seconds",
                        "另一个进程的单个事务已持续写入 {seconds} 秒",
                    ).format(seconds=round(PATIENCE)),
                    Phrase("take the snapshot when it is done", "请待其完成后再生成快照"),
                )
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(WRITERS_LOCK)))


def _asked(connection: Connection) -> bool:
    """Whether a moment without writers came while we asked again and again, which is in nobody's way."""
    until = time.monotonic() + ASKING
    while time.monotonic() < until:
        if connection.execute(sa.select(sa.func.pg_try_advisory_lock(WRITERS_LOCK))).scalar():
            return True
        time.sleep(0.02)
    return False


def _queued(connection: Connection) -> bool:
    """Whether our turn came in a queue, which it does where there are many writers and each is quick."""
    connection.exec_driver_sql(f"SET lock_timeout = {round(QUEUEING * 1000)}")
    try:
        connection.execute(sa.select(sa.func.pg_advisory_lock(WRITERS_LOCK)))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # anything but "not in time"
            raise
        return False
    finally:
        connection.exec_driver_sql("RESET lock_timeout")
    return True
