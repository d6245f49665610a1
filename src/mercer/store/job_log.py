"""Slow jobs that a server runs: how far they are and how they ended, kept across restarts."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mercer.store.database import told
from mercer.store.sql import job_log

SILENT = timedelta(hours=1)
"""A job of another machine that has said nothing for so long is held for dead; of our own machine we can know."""


@dataclass(frozen=True, slots=True)
class JobState:
    """A job: running, done, failed or interrupted; ``result`` and ``error`` are JSON text."""

    job_id: str
    operation: str
    state: str
    step: str | None
    done: float | None
    total: float | None
    result: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime


class JobLog:
    """The book of slow jobs. A job whose process is gone reads as interrupted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(self, operation: str) -> str:
        """Note a job that this process runs; returns its id."""
        job_id, now = uuid4().hex, _now()
        values = {
            "job_id": job_id,
            "operation": operation,
            "state": "running",
            "owner": _owner(os.getpid()),
            "created_at": now,
            "updated_at": now,
        }
        self._write(sa.insert(job_log).values(values))
        return job_id

    def progress(self, job_id: str, step: str, done: float, total: float | None = None) -> None:
        """Note how far a job is."""
        self._set(job_id, step=step, done=done, total=total)

    def finish(self, job_id: str, result: str) -> None:
        """Note that a job is done, and what came of it."""
        self._set(job_id, state="done", result=result)

    def fail(self, job_id: str, error: str) -> None:
        """Note that a job failed, and why."""
        self._set(job_id, state="failed", error=error)

    def get(self, job_id: str) -> JobState | None:
        """How far a job is."""
        found = self._read(_SELECT.where(job_log.c.job_id == job_id))
        return found[0] if found else None

    def latest(self, limit: int = 100) -> list[JobState]:
        """Jobs, the latest first."""
        return self._read(_SELECT.order_by(job_log.c.created_at.desc(), job_log.c.job_id).limit(limit))

    def _read(self, query: sa.Select[Any]) -> list[JobState]:
        with told(), self._engine.connect() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        for row in rows:
            if row["state"] == "running" and _gone(row["owner"], row["updated_at"]):
                row["state"] = "interrupted"
                self._set(row["job_id"], state="interrupted")
        return [_state(row) for row in rows]

    def _set(self, job_id: str, **values: Any) -> None:
        change = sa.update(job_log).where(job_log.c.job_id == job_id, job_log.c.state == "running")
        self._write(change.values(**values, updated_at=_now()))

    def _write(self, statement: sa.Insert | sa.Update) -> None:
        with told(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(statement)


_SELECT = sa.select(job_log)


def _state(row: dict[str, Any]) -> JobState:
    times = {name: _EPOCH + timedelta(microseconds=row[name]) for name in ("created_at", "updated_at")}
    return JobState(**{name: value for name, value in (row | times).items() if name != "owner"})


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _now() -> int:
    return time.time_ns() // 1000


def _owner(pid: int) -> str:
    return f"{socket.gethostname()} {pid} {_started(pid)}"


def _gone(owner: str | None, updated_at: int) -> bool:
    """Whether the process that ran a job is there no more."""
    host, pid, started = (owner or "? 0 ?").split(" ")
    if host != socket.gethostname():
        return _now() - updated_at > SILENT / timedelta(microseconds=1)
    return started != _started(int(pid))


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine did: process numbers are used again, these pairs are not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "gone" if Path("/proc/self/stat").exists() or not _alive(pid) else "alive"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
