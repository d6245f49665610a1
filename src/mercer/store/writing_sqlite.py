"""Writing rows into SQLite at nearly the speed of a bare executemany."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice

import polars as pl

from mercer.core.tables import table as declared

SLICE = 50_000
"""Rows turned into Python objects at a time: enough to be fast, few enough to keep memory flat."""

PARAMETERS = 900
"""Values in one statement: several rows at once cost less than one by one, and every SQLite takes 999."""


def last_number(connection: sqlite3.Connection, table: str) -> int:
    """The highest ``_stored`` ever given in a table.

    The highest one there is would not do: it falls when that row is deleted, and a later row with a number that was
    frozen already would be in no snapshot.
    """
    found = connection.execute(
        f'SELECT max(coalesce((SELECT max(_stored) FROM "{table}"), 0), '
        "coalesce((SELECT last FROM numbers WHERE table_name = ?), 0))",
        (table,),
    ).fetchone()
    return int(found[0])


def keep_number(connection: sqlite3.Connection, table: str, last: int) -> None:
    """Note the highest number given out in a table."""
    connection.execute(
        "INSERT INTO numbers VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last", (table, last)
    )


def put(
    connection: sqlite3.Connection, table: str, frame: pl.DataFrame, last: int, keep: bool = False
) -> tuple[int, int]:
    """Write rows numbered from ``last`` + 1 within the open transaction; returns how many were added and changed.

    ``keep`` leaves rows that are there as they are.
    """
    names = tuple(frame.columns)
    added = changed = 0
    for piece in frame.iter_slices(SLICE):
        new = _insert(connection, table, names, piece, last)
        if new < piece.height and not keep and (statement := _updating(table, names)):
            changed += _update(connection, statement, table, piece, last, new)
        added += new
        last += piece.height
    return added, changed


def _insert(connection: sqlite3.Connection, table: str, names: tuple[str, ...], piece: pl.DataFrame, last: int) -> int:
    before, width = connection.total_changes, len(names) + 1
    together = max(1, min(PARAMETERS // width, piece.height))
    rows = _rows(range(last + 1, last + 1 + piece.height), piece)
    whole = piece.height - piece.height % together
    values = chain.from_iterable(islice(rows, whole))
    # The same iterator many times over: zip takes the values of so many rows from it, one after the other.
    several = zip(*[values] * (together * width), strict=True)
    connection.executemany(_inserting(table, names, together) + " DO NOTHING", several)
    connection.executemany(_inserting(table, names) + " DO NOTHING", rows)
    return connection.total_changes - before


def _update(
    connection: sqlite3.Connection, statement: str, table: str, piece: pl.DataFrame, last: int, new: int
) -> int:
    # Rows that were just inserted are told by their numbers; the others were there before.
    numbers = pl.Series(range(last + 1, last + 1 + piece.height), dtype=pl.Int64)
    if new:
        found = connection.execute(f'SELECT _stored FROM "{table}" WHERE _stored > ?', (last,)).fetchall()
        there = ~numbers.is_in(pl.Series([row[0] for row in found], dtype=pl.Int64).implode())
        piece, numbers = piece.filter(there), numbers.filter(there)
    before = connection.total_changes
    connection.executemany(statement, _rows(numbers.to_list(), piece))
    return connection.total_changes - before


def _rows(numbers: Iterable[int], piece: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    return zip(numbers, *(column.to_list() for column in piece.iter_columns()), strict=True)


@lru_cache(maxsize=512)
def _inserting(table: str, names: tuple[str, ...], rows: int = 1) -> str:
    columns = ", ".join(f'"{name}"' for name in ("_stored", *names))
    key = ", ".join(f'"{name}"' for name in declared(table).key)
    marks = ", ".join("?" * (len(names) + 1))
    values = ", ".join([f"({marks})"] * rows)
    return f'INSERT INTO "{table}" ({columns}) VALUES {values} ON CONFLICT ({key})'


@lru_cache(maxsize=512)
def _updating(table: str, names: tuple[str, ...]) -> str:
    """The statement for rows that are there: only what differs is touched. Empty where nothing may change."""
    declaration = declared(table)
    values = [name for name in names if name not in declaration.key]
    if declaration.append or not values:
        return ""
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in ("_stored", *values))
    differs = " OR ".join(f'"{table}"."{name}" IS NOT excluded."{name}"' for name in values)
    return f"{_inserting(table, names)} DO UPDATE SET {sets} WHERE {differs}"
