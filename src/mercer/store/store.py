"""The store: a shop's live tables and its decision log, in one SQL database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from typing import Any, Self

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mercer.core.table import Table
from mercer.core.tables import table as declared
from mercer.store.database import connect, told
from mercer.store.decisions import DecisionLog
from mercer.store.forget import Forgotten, forget, forgotten_since
from mercer.store.imports import Imports
from mercer.store.job_log import JobLog
from mercer.store.keys import Keys
from mercer.store.migrate import bring_up_to_date
from mercer.store.pseudonyms import Pseudonyms
from mercer.store.reading import read
from mercer.store.sql import SHOP, about_store
from mercer.store.wire import unknown_columns
from mercer.store.writing import Writer, Written, transaction


class Store:
    """A shop's live tables: SQLite in a file, or PostgreSQL by address. It may be used from several threads.

    >>> import polars as pl, tempfile
    >>> store = Store.open(f"sqlite:///{tempfile.mkdtemp()}/shop.db", create=True)
    >>> store.write("products", pl.DataFrame({"product_id": ["kettle"], "title": ["Red kettle"]}))
    Written(added=1, changed=0, unchanged=0)
    >>> store.frame("products", ["title"]).item()
    'Red kettle'
    >>> store.close()
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, address: str, create: bool = False) -> Self:
        """Open the database at ``address`` and bring its tables up to date.

        NotFound where there is none and ``create`` is not set; Unavailable where it does not answer.
        """
        engine = connect(address, create)
        try:
            bring_up_to_date(engine, create)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def transaction(self) -> AbstractContextManager[Writer]:
        """One transaction for several writings: kept when the block ends, undone when it raises."""
        return transaction(self.engine)

    def write(self, table: str, frame: pl.DataFrame) -> Written:
        """Put checked rows into a table, in a transaction of their own; see Writer.write."""
        with self.transaction() as writer:
            return writer.write(table, frame)

    def frame(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> pl.DataFrame:
        """Live rows, with real ids, in the order in which they were stored; ``where`` asks for equal values."""
        declaration = declared(table)
        names = list(declaration.names if columns is None else columns)
        wanted = dict(where or {})
        unknown = [name for name in (*names, *wanted) if name not in declaration]
        if unknown:
            raise unknown_columns(declaration, unknown)
        conditions = [(name, "=", _sql_value(declaration, name, value)) for name, value in wanted.items()]
        with told(), self.engine.connect() as connection:
            return read(connection, declaration, names, conditions, limit, offset)

    def rows(self, table: str) -> int:
        """How many rows a table holds."""
        declared(table)
        with told(), self.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(SHOP[table])).scalar_one())

    @cached_property
    def id(self) -> str:
        """A random name of the database itself, by which snapshots know whose they are."""
        with told(), self.engine.connect() as connection:
            return str(
                connection.execute(sa.select(about_store.c.value).where(about_store.c.name == "id")).scalar_one()
            )

    @cached_property
    def imports(self) -> Imports:
        """Which files were imported, and how far."""
        return Imports(self.engine)

    @cached_property
    def decisions(self) -> DecisionLog:
        """Every answer that was given."""
        return DecisionLog(self.engine)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """What snapshots call people."""
        return Pseudonyms(self.engine)

    @cached_property
    def keys(self) -> Keys:
        """The API keys."""
        return Keys(self.engine)

    @cached_property
    def job_log(self) -> JobLog:
        """The slow jobs that a server runs."""
        return JobLog(self.engine)

    def forget(self, customer_id: str) -> dict[str, int]:
        """Forget a customer; how many rows it touched in each table. What they bought stays, as nobody's."""
        return forget(self.engine, customer_id)

    def forgotten(self, since: datetime | None = None) -> list[Forgotten]:
        """The pseudonyms of people who were forgotten: models trained before may hold them still."""
        return forgotten_since(self.engine, since)

    def close(self) -> None:
        """Let go of the database."""
        for held in (vars(self).get("decisions"), vars(self).get("pseudonyms")):
            if held is not None:
                held.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sql_value(table: Table, name: str, value: Any) -> Any:
    if isinstance(value, datetime) and table[name].kind == "time":
        return int(value.timestamp() * 1_000_000)
    return value
