"""From the tables' declarations to SQL: the shop's tables, and Mercer's own books beside them.

Every table of the shop has a hidden column ``_stored``: the number of the writing that left the row as it is. Numbers only
rise, so "what is new since the last snapshot" is a range of them. It is the primary key, which makes it the order of rows
on disk in SQLite: new rows are appended there, and a freeze reads one contiguous stretch.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
)

from mercer.core.table import Table as Declaration
from mercer.core.tables import TABLES

STORED = "_stored"

# "INTEGER PRIMARY KEY" is SQLite's row id itself; any other spelling would cost a second index.
_ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

# Times are microseconds since 1970 in UTC: exact, the same on both databases, and one cast away from Polars.
# Lists and objects are JSON text: the store never looks into them.
_TYPES: dict[str, Any] = {
    "id": Text, "word": Text, "text": Text, "facts": Text, "words": Text,
    "integer": BigInteger, "money": BigInteger, "time": BigInteger,
    "number": Double, "flag": Boolean,
}  # fmt: skip

# What is looked up by something else than the key: asks by their request id, a person's rows when they are forgotten.
_LOOKUPS: dict[str, tuple[str, ...]] = {
    "decisions": ("request_id", "customer_id", "decided_at"),
    "events": ("customer_id", "visitor_id"),
    "orders": ("customer_id",),
}

metadata = MetaData()

# PostgreSQL only: SQLite, where one writer writes at a time, keeps its numbers in the table ``numbers``.
stored_numbers = Sequence("stored_numbers", metadata=metadata)


def _shop_table(declaration: Declaration) -> Table:
    columns = [
        Column(column.name, _TYPES[column.kind], nullable=column.name not in declaration.key)
        for column in declaration.columns
    ]
    lookups = [Index(f"{declaration.name}_by_{name}", name) for name in _LOOKUPS.get(declaration.name, ())]
    return Table(
        declaration.name,
        metadata,
        Column(STORED, _ROW_NUMBER, primary_key=True, autoincrement=False),
        *columns,
        UniqueConstraint(*declaration.key, name=f"{declaration.name}_key"),
        *lookups,
    )


SHOP: dict[str, Table] = {name: _shop_table(declaration) for name, declaration in TABLES.items()}


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _text(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def _whole(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


about_store = Table("about_store", metadata, _key("name"), _text("value"))
"""Facts of the database itself, such as its own random id."""

numbers = Table("numbers", metadata, _key("table_name"), _whole("last"))
"""SQLite: the highest ``_stored`` ever given in a table, which stays when the row that had it is deleted."""

pseudonyms = Table(
    "pseudonyms",
    metadata,
    _key("kind"),
    _key("id"),
    _text("pseudonym"),
    UniqueConstraint("pseudonym", name="pseudonyms_once"),
)
"""The only link between a person and what snapshots call them."""

forgotten = Table("forgotten", metadata, _key("pseudonym"), _text("kind"), _whole("forgotten_at"))
"""Pseudonyms whose person was forgotten; nothing says who it was."""

imports = Table(
    "imports",
    metadata,
    _key("fingerprint"),
    _text("name"),
    _text("importer"),
    _whole("records"),
    Column("finished", Boolean, nullable=False),
    _whole("updated_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _key("key_id"),
    _text("name"),
    _text("role"),
    Column("digest", LargeBinary, nullable=False),
    _whole("created_at"),
    _whole("revoked_at", nullable=True),
    UniqueConstraint("digest", name="api_keys_digest"),
)

job_log = Table(
    "job_log",
    metadata,
    _key("job_id"),
    _text("operation"),
    _text("state"),
    _text("step", nullable=True),
    Column("done", Double),
    Column("total", Double),
    _text("result", nullable=True),
    _text("error", nullable=True),
    _text("owner", nullable=True),
    _whole("created_at"),
    _whole("updated_at"),
    Index("job_log_by_created_at", "created_at"),
)
