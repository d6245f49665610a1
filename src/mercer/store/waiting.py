"""Waiting for SQLite's one place to write.

Where another process is writing, SQLite asks again after ever longer pauses, at last ten times a second. An import that puts
in batch after batch leaves gaps of a few milliseconds, which such a waiter nearly always misses: a logged decision would
wait for seconds. Here the pauses stay short.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

BUSY_SECONDS = 30.0
"""How long a writer waits for another one before it gives up."""

_PAUSE = 0.001

Found = TypeVar("Found")


def patiently(act: Callable[[], Found]) -> Found:
    """What ``act`` returns, which is done again as long as the database is busy.

    It has to be one that does nothing when it fails so, and the connection one that does not wait by itself.
    """
    try:
        return act()
    except sqlite3.OperationalError as error:  # the way without waiting is kept free of any clock
        if not _busy(error):
            raise
    until = time.monotonic() + BUSY_SECONDS
    while True:
        time.sleep(_PAUSE)
        try:
            return act()
        except sqlite3.OperationalError as error:
            if not _busy(error) or time.monotonic() > until:
                raise


def _busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # also its kinds, such as "busy with recovery"


def begin_writing(connection: sqlite3.Connection) -> None:
    """Begin a transaction that writes.

    One that starts by reading and writes later could not wait for its turn: SQLite must refuse it when the data moved
    meanwhile. So writers say so at once.
    """
    wait_by_itself(connection, False)
    try:
        patiently(lambda: connection.execute("BEGIN IMMEDIATE"))
    finally:
        wait_by_itself(connection, True)


def wait_by_itself(connection: sqlite3.Connection, wait: bool) -> None:
    """Let SQLite wait when it is busy, which does for readers that meet a recovery; or not at all."""
    connection.execute(f"PRAGMA busy_timeout={round(BUSY_SECONDS * 1000) if wait else 0}")
