"""Bringing a database's tables up to date.

The steps are in ``migrations/versions``. To add one: change the declaration, run the tests, and write down in a new file
``NNNN_what_it_does.py`` the differences that ``test_migrations`` reports. A step that was released is never changed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from mercer.core.errors import Conflict, NotFound
from mercer.core.phrase import Phrase
from mercer.store.database import told
from mercer.store.sql import metadata

FOLDER = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x4D6967726174
"""PostgreSQL: two servers that start at once bring the tables up to date one after the other."""


@cache
def revisions() -> tuple[str, ...]:
    """The names of all steps, oldest first."""
    found = (re.match(r"(\d{4})_", path.name) for path in (FOLDER / "versions").glob("*.py"))
    return tuple(sorted(match[1] for match in found if match))


def revision(engine: Engine) -> str | None:
    """The step at which a database is; None where it has none of ours."""
    with told(), engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def bring_up_to_date(engine: Engine, create: bool) -> None:
    """Make the tables where ``create`` is set, and run the steps that are missing.

    Raises NotFound where there are no tables, Conflict where a newer Mercer made them, or somebody else did.
    """
    at = revision(engine)
    if at == revisions()[-1]:
        return
    if at is None and not create:
        raise NotFound(
            Phrase("the database holds no shop", "该数据库里没有店铺"),
            Phrase("make one: mercer new", "请先新建一个：mercer new"),
        )
    if at is not None and at not in revisions():
        raise Conflict(
            Phrase(
                "the database was made by a newer version of Mercer (step {at})",
                "该数据库由更新版本的 Mercer 建立（步骤 {at}）",
            ).format(at=at),
            Phrase("upgrade: pip install -U mercer", "请升级：pip install -U mercer"),
        )
    upgrade(engine, revisions()[-1])


def upgrade(engine: Engine, to: str) -> None:
    """Run the steps up to and including ``to``, all in one transaction."""
    with told(), engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        if _revision(connection) is None:
            _refuse_strangers(connection)
        _run(connection, to)


def _refuse_strangers(connection: Connection) -> None:
    taken = sorted(set(sa.inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        raise Conflict(
            Phrase(
                "the database has tables of these names that are not ours: {names}",
                "数据库里已有同名但不属于 Mercer 的表：{names}",
            ).format(names=", ".join(taken)),
            Phrase("give the shop a database of its own", "请为店铺使用单独的数据库"),
        )


def _run(connection: Connection, to: str) -> None:
    # Alembic is loaded only where there is something to do: opening a shop is quick.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
