"""Forgetting a person: their rows, their names in the books, and the only link to what snapshots call them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mercer.core.table import Table
from mercer.core.tables import TABLES
from mercer.store.database import empty_log, overwriting, told
from mercer.store.pseudonyms import PersonKind
from mercer.store.redacting import redact_decisions
from mercer.store.sql import SHOP, STORED, forgotten, pseudonyms
from mercer.store.turns import alone
from mercer.store.writing import Writer, transaction

KEPT = frozenset({"orders", "order_lines", "returns", "reviews", "decisions"})
"""Tables whose rows stay, with nobody's name in them: the shop's accounts, what it published, what it decided. Of all other
tables with a person in them the rows themselves are deleted: a trail of behaviour tells who somebody is without a name."""

NAMED_KINDS: tuple[PersonKind, ...] = ("customer", "visitor")
"""The subjects of labels that are people, whose ids stand in the column ``subject_id``."""

# A street is blanked as a secret already; with these an order is still one household's or one device's, and what a platform
# puts among the attributes nobody knows. Country and region stay for taxes.
_TELLING = ("postcode", "city", "device_id", "attributes")
_AT_ONCE = 500
"""Ids in one statement; SQLite takes some thousands."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody who was forgotten: the pseudonym that snapshots and models of before may still hold."""

    pseudonym: str
    kind: str
    forgotten_at: datetime


def person_columns(table: Table) -> list[str]:
    """The columns that hold a customer's or visitor's id."""
    return [column.name for column in table.columns if column.person in ("customer", "visitor")]


def blanked(table: Table) -> dict[str, None]:
    """What is emptied in a row that is kept: ids of people, secrets, and what tells who they are all the same."""
    names = [column.name for column in table.columns if column.person or column.name in _TELLING]
    return dict.fromkeys(names)


def forget(engine: Engine, customer_id: str) -> dict[str, int]:
    """Forget a customer and the visitors that were only ever them; how many rows it touched in each table."""
    with alone(engine), transaction(engine) as writer, overwriting(writer.connection):
        counts = _forget(writer, customer_id)
    empty_log(engine)
    return {name: count for name, count in counts.items() if count}


def _forget(writer: Writer, customer_id: str) -> Counter[str]:
    visitors = _visitors(writer, customer_id)
    orders = list(
        writer.connection.execute(
            sa.select(_c("orders").order_id).where(_c("orders").customer_id == customer_id)
        ).scalars()
    )
    counts = Counter[str]()
    counts["messages"] = _delete_talk(writer, customer_id)
    counts["labels"] = _delete_labels(writer, "customer", [customer_id]) + _delete_labels(writer, "visitor", visitors)
    for table in TABLES.values():
        condition = _theirs(table, customer_id, visitors)
        if condition is not None:
            act = _blank if table.name in KEPT else _delete
            counts[table.name] += act(writer, table.name, condition)
    for some in _chunks(orders):
        counts["payments"] += _blank(writer, "payments", _c("payments").order_id.in_(some))
        # What is left of the events of an order names nobody, but it may tell the device or the address.
        counts["events"] += _blank(writer, "events", _of_an_order(some))
    ids = {"customer": {customer_id}, "visitor": set(visitors), "order": set(orders)}
    counts["decisions"] += redact_decisions(writer.connection, ids)
    counts["pseudonyms"] = _unlink(writer, [("customer", customer_id), *(("visitor", each) for each in visitors)])
    return counts


def forgotten_since(engine: Engine, since: datetime | None = None) -> list[Forgotten]:
    """Who was forgotten, earliest first; models trained before may hold them still."""
    query = sa.select(forgotten).order_by(forgotten.c.forgotten_at, forgotten.c.pseudonym)
    if since is not None:
        query = query.where(forgotten.c.forgotten_at >= (since - _EPOCH) // timedelta(microseconds=1))
    with told(), engine.connect() as connection:
        return [
            Forgotten(row.pseudonym, row.kind, _EPOCH + timedelta(microseconds=row.forgotten_at))
            for row in connection.execute(query)
        ]


def _c(table: str) -> Any:
    return SHOP[table].c


def _visitors(writer: Writer, customer_id: str) -> list[str]:
    """Visitor ids seen with this customer, but for those that somebody else has used too."""
    names = [table.name for table in TABLES.values() if {"customer_id", "visitor_id"} <= set(table.names)]
    found: set[str] = set()
    for name in names:
        query = (
            sa.select(_c(name).visitor_id)
            .distinct()
            .where(_c(name).customer_id == customer_id, _c(name).visitor_id.is_not(None))
        )
        found.update(writer.connection.execute(query).scalars())
    return sorted(each for each in found if not any(_shared(writer, name, each, customer_id) for name in names))


def _shared(writer: Writer, table: str, visitor: str, customer_id: str) -> bool:
    c = _c(table)
    query = sa.select(c._stored).where(
        c.visitor_id == visitor, c.customer_id.is_not(None), c.customer_id != customer_id
    )
    return writer.connection.execute(query.limit(1)).first() is not None


def _theirs(table: Table, customer_id: str, visitors: Sequence[str]) -> sa.ColumnElement[bool] | None:
    c, ways = _c(table.name), []
    if "customer_id" in table:
        ways.append(c.customer_id == customer_id)
    if "visitor_id" in table and visitors:
        ways += [c.visitor_id.in_(some) for some in _chunks(visitors)]
    return sa.or_(*ways) if ways else None


def _delete(writer: Writer, table: str, condition: sa.ColumnElement[bool]) -> int:
    return writer.connection.execute(sa.delete(SHOP[table]).where(condition)).rowcount


def _blank(writer: Writer, table: str, condition: sa.ColumnElement[bool]) -> int:
    return _empty(writer, table, condition, blanked(TABLES[table]))


def _empty(writer: Writer, table: str, condition: sa.ColumnElement[bool], values: dict[str, None]) -> int:
    if TABLES[table].append:  # a log's rows keep their numbers: snapshots hold each of them once
        return writer.connection.execute(sa.update(SHOP[table]).where(condition).values(**values)).rowcount
    found = list(writer.connection.execute(sa.select(_c(table)[STORED]).where(condition)).scalars())
    writer.restamp(table, found, values)
    return len(found)


def _of_an_order(orders: Sequence[str]) -> sa.ColumnElement[bool]:
    c = _c("events")
    told = [c[name].is_not(None) for name in blanked(TABLES["events"]) if name != "visitor_id"]
    return sa.and_(c.order_id.in_(orders), c.customer_id.is_(None), sa.or_(*told))


def _delete_labels(writer: Writer, subject: str, ids: Sequence[str]) -> int:
    c = _c("labels")
    return sum(
        _delete(writer, "labels", sa.and_(c.subject == subject, c.subject_id.in_(some))) for some in _chunks(ids)
    )


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[place : place + _AT_ONCE] for place in range(0, len(ids), _AT_ONCE))


def _delete_talk(writer: Writer, customer_id: str) -> int:
    talks = sa.select(_c("conversations").conversation_id).where(_c("conversations").customer_id == customer_id)
    return _delete(writer, "messages", _c("messages").conversation_id.in_(talks))


def _unlink(writer: Writer, people: Iterable[tuple[str, str]]) -> int:
    """Delete the links, and note the pseudonyms that now are nobody's."""
    links = 0
    for kind, person_id in people:
        whose = sa.and_(pseudonyms.c.kind == kind, pseudonyms.c.id == person_id)
        pseudonym = writer.connection.execute(sa.select(pseudonyms.c.pseudonym).where(whose)).scalar()
        if pseudonym is not None:
            writer.connection.execute(sa.delete(pseudonyms).where(whose))
            note = {"pseudonym": pseudonym, "kind": kind, "forgotten_at": time.time_ns() // 1000}
            writer.connection.execute(sa.insert(forgotten), note)
            links += 1
    return links
