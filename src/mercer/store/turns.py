"""Taking turns: a snapshot that is being made and a person who is being forgotten must not meet.

A freeze gives a pseudonym to everybody whose rows it sees. If somebody were forgotten after it had seen the rows, it would
link their id and their rows anew. So freezes hold a lock together, and whoever forgets holds it alone.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine

from mercer.core.errors import Unavailable
from mercer.core.phrase import Phrase
from mercer.store.database import told
from mercer.store.disk import disk_told

PATIENCE = 600.0
"""Seconds of waiting for one's turn."""

_LOCK = 0x4D65726365_02
_PAUSE = 0.02


@contextmanager
def together(engine: Engine) -> Iterator[None]:
    """Hold the lock as a freeze does, beside other freezes."""
    with _turn(engine, alone=False):
        yield


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Hold the lock while no freeze is under way; Unavailable when they do not end."""
    with _turn(engine, alone=True):
        yield


@contextmanager
def _turn(engine: Engine, alone: bool) -> Iterator[None]:
    own = _sqlite if engine.dialect.name == "sqlite" else _postgres
    with own(engine, alone):
        yield


@contextmanager
def _sqlite(engine: Engine, alone: bool) -> Iterator[None]:
    """A lock on a file beside the database, which ends with the process."""
    path = Path(f"{engine.url.database}-turns")
    way = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    with disk_told():
        opened = path.open("w")
    with opened as file:

        def take() -> bool:
            try:
                fcntl.flock(file, way | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        _wait(take)
        yield


@contextmanager
def _postgres(engine: Engine, alone: bool) -> Iterator[None]:
    """An advisory lock, which ends with its connection."""
    take = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    give = "pg_advisory_unlock" if alone else "pg_advisory_unlock_shared"
    with told(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait(lambda: bool(connection.exec_driver_sql(f"SELECT {take}({_LOCK})").scalar()))
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT {give}({_LOCK})")


def _wait(take: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not take():
        if time.monotonic() > until:
            raise Unavailable(
                Phrase(
                    "another process is making a snapshot, or forgetting somebody", "另一个进程正在生成快照或遗忘客户"
                ),
                Phrase("try again when it is done", "请待其完成后重试"),
            )
        time.sleep(_PAUSE)
