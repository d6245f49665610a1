"""One training of a shop at a time, in a folder that is gone when it ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mercer.core.errors import Conflict
from mercer.core.phrase import Phrase

DYING_SECONDS = 5.0
"""So long a lock is waited for whose holder is gone."""


@contextmanager
def alone(place: Path) -> Iterator[Path]:
    """An empty folder to work in, within ``place``, for whoever is the only one there; Conflict for everybody else.

    The operating system holds the lock for as long as the process lives, so a training that was killed locks nobody out;
    what it left behind is removed by the next one.
    """
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("a+", encoding="ascii") as lock:
        _lock(lock)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        for left in place.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        work = place / f"run-{os.getpid()}"
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _lock(lock: TextIO) -> None:
    """Take the lock. That of a killed training may be held for an instant still, by a child it was just starting."""
    until = time.monotonic() + DYING_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            if _lives(holder) or time.monotonic() > until:
                raise _taken(holder or "?") from None
            time.sleep(0.05)
        else:
            return


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):  # the lock is taken before the number is written
        return not process
    except PermissionError:
        return True
    return True


def _taken(process: str) -> Conflict:
    return Conflict(
        Phrase("this shop is being trained already, by process {process}", "该店铺正在训练中（进程 {process}）").format(
            process=process
        ),
        Phrase("wait until it has ended, or end it", "请等它结束，或先将其终止"),
    )
