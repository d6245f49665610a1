"""Connections to the database, and its troubles told in words."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mercer.core.errors import Invalid, MercerError, NotFound, Unavailable, missing_extra
from mercer.core.phrase import Phrase
from mercer.store import waiting
from mercer.store.disk import disk_told
from mercer.store.waiting import begin_writing, wait_by_itself

# SQLite. WAL lets readers go on while one writes. NORMAL leaves out the fsync of every commit: a commit survives the death
# of the process, and only a power cut may take the last ones. The checkpoint, which does fsync, comes every 64 MiB in
# place of 4: between two of them a logged decision costs no disk wait.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY", "PRAGMA wal_autocheckpoint=16384",
)  # fmt: skip


def connect(address: str, create: bool) -> Engine:
    """An engine for ``sqlite:////file`` or ``postgresql://…``; no query has been made yet.

    Raises Invalid for another kind of address, NotFound where a SQLite file is missing and ``create`` is not set.
    """
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError:
        raise _unknown(address) from None
    family = url.get_backend_name()
    if family == "sqlite" and url.database:
        _want_file(Path(url.database), create)
        return _not_inherited(_sqlite(url))
    if family in ("postgresql", "postgres"):
        return _not_inherited(_postgres(url))
    raise _unknown(address)


def _not_inherited(engine: Engine) -> Engine:
    """Let a forked child open connections of its own; using or closing its parent's would harm both."""
    known = weakref.ref(engine)

    def let_go() -> None:
        if (held := known()) is not None:
            held.dispose(close=False)

    os.register_at_fork(after_in_child=let_go)
    return engine


def _want_file(path: Path, create: bool) -> None:
    with disk_told():
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        there = create or path.is_file()
    if not there:
        raise NotFound(
            Phrase("there is no database '{path}'", "没有数据库文件“{path}”").format(path=path),
            Phrase("put the file back, or make a new shop: mercer new", "请放回该文件，或新建店铺：mercer new"),
        )


def _sqlite(url: sa.URL) -> Engine:
    engine = sa.create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": waiting.BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        set_pragmas(connection)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            begin_writing(connection.connection.driver_connection)  # type: ignore[arg-type]
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def set_pragmas(connection: sqlite3.Connection) -> None:
    """Prepare a SQLite connection: waiting for its turn, WAL, caches."""
    connection.isolation_level = None  # we begin and commit ourselves
    wait_by_itself(connection, True)
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _postgres(url: sa.URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise missing_extra("postgres", "PostgreSQL") from None
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": "mercer"},
    )


def _unknown(address: str) -> Invalid:
    return Invalid(
        Phrase("'{address}' is not the address of a database", "“{address}”不是数据库地址").format(
            address=address.split("@")[-1]
        ),
        Phrase(
            "use sqlite:////folder/shop.db or postgresql://user@host/name",
            "请用 sqlite:////文件夹/shop.db 或 postgresql://用户@主机/库名",
        ),
    )


@contextmanager
def overwriting(connection: Connection) -> Iterator[None]:
    """Overwrite with zeros what is deleted from SQLite's file; PostgreSQL clears its pages as its vacuum comes along."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        if sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")


def empty_log(engine: Engine) -> None:
    """Empty SQLite's log of writings, where old pages stand too; what is being read just then stays until later."""
    if engine.dialect.name == "sqlite":
        with told(), engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            wait_by_itself(raw, False)
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            wait_by_itself(raw, True)


@contextmanager
def told() -> Iterator[None]:
    """Turn the troubles of a database driver into errors of ours that say what to do."""
    try:
        yield
    except MercerError:
        raise
    except Exception as error:
        trouble = explain(error)
        if trouble is None:
            raise
        raise trouble from error


def explain(error: Exception) -> MercerError | None:
    """What a driver's exception means for the person at the shop; None where it is a mistake of ours."""
    cause = getattr(error, "orig", None) or error
    words = " ".join(str(cause).split())[:300]
    if isinstance(cause, sqlite3.DatabaseError):
        return _explain_sqlite(cause, words)
    if type(cause).__module__.startswith("psycopg"):
        return _explain_postgres(cause, words)
    if isinstance(cause, sa.exc.TimeoutError):
        return Unavailable(_SILENT.format(words=words), _LATER)
    return None


_SILENT = Phrase("the database does not answer: {words}", "数据库没有回应：{words}")
_LATER = Phrase("try again in a moment", "请稍后再试")
_BUSY = Phrase(
    "the database is busy: another process has been writing for {seconds} seconds",
    "数据库繁忙：另一个进程已写入 {seconds} 秒",
).format(seconds=round(waiting.BUSY_SECONDS))
_FULL = Phrase(
    "the disk of the database is full, nothing of this writing was kept: {words}",
    "数据库所在磁盘已满，本次写入未保留任何内容：{words}",
)
_FREE = Phrase(
    "free some space, then do it again: what was written before is safe", "请腾出空间后重试；此前写入的数据完好"
)
_BROKEN = Phrase("the database file cannot be read: {words}", "数据库文件无法读取：{words}")
_RESTORE = Phrase(
    "restore it from a backup; 'PRAGMA integrity_check' says what is wrong with it",
    "请从备份恢复；可用“PRAGMA integrity_check”查看问题所在",
)
_CLOSED = Phrase("the database file cannot be opened for writing: {words}", "无法以写入方式打开数据库文件：{words}")
_RIGHTS = Phrase(
    "check that this account may write the file and its folder, and that the disk is not read-only",
    "请检查该账号对文件及其所在文件夹有写入权限，且磁盘不是只读的",
)
_REACH = Phrase(
    "check the address, that the server runs, and that this disk or account may be written",
    "请检查地址、服务器是否在运行，以及磁盘或账号是否可写",
)


def _explain_sqlite(cause: sqlite3.DatabaseError, words: str) -> MercerError | None:
    name = getattr(cause, "sqlite_errorname", None) or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Unavailable(_BUSY, _LATER)
    # A limit on the size of files (a quota, ulimit -f) reads as an I/O error of a write.
    if name.startswith(
        (
            "SQLITE_FULL",
            "SQLITE_IOERR_WRITE",
            "SQLITE_IOERR_FSYNC",
            "SQLITE_IOERR_SHMSIZE",
            "SQLITE_IOERR_TRUNCATE",
            "SQLITE_IOERR_SHMMAP",
        )
    ):
        return Unavailable(_FULL.format(words=words), _FREE)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Unavailable(_BROKEN.format(words=words), _RESTORE)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return Unavailable(_CLOSED.format(words=words), _RIGHTS)
    if name.startswith(("SQLITE_IOERR", "SQLITE_NOMEM")):
        return Unavailable(_SILENT.format(words=words), _REACH)
    return None


def _explain_postgres(cause: Exception, words: str) -> MercerError | None:
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith("53"):  # insufficient resources: disk full, out of memory, too many connections
        return Unavailable(
            _FULL.format(words=words) if state == "53100" else _SILENT.format(words=words),
            _FREE if state == "53100" else _LATER,
        )
    if state.startswith(("40", "55P03", "57")):  # deadlock, lock timeout, shutdown
        return Unavailable(_SILENT.format(words=words), _LATER)
    if type(cause).__name__ in ("OperationalError", "ConnectionTimeout") or state.startswith(
        ("08", "28", "3D", "25006")
    ):
        return Unavailable(_SILENT.format(words=words), _REACH)
    return None
