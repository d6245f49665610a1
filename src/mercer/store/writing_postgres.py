"""Writing rows into PostgreSQL: COPY into a temporary table, then one INSERT … ON CONFLICT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from mercer.core.tables import table as declared
from mercer.store.sql import SHOP

if TYPE_CHECKING:
    import psycopg

# Numbers come from a sequence, and a transaction that took its numbers early may commit late: a freeze that just read up to
# the highest number would miss the rows of transactions under way, for ever. So every writer holds this lock, shared, from
# before its first number until its end; a freeze takes it alone for the moment in which it reads the highest number, and
# then knows that everything up to it is committed or never will be.
WRITERS_LOCK = 0x4D6572636572

FEW = 200
"""Up to so many rows travel as arrays within the statement, which spares the catalogue a temporary table."""


def lock_shared(connection: psycopg.Connection[Any]) -> None:
    """Hold the lock that a freeze waits for, until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (WRITERS_LOCK,))


def put(connection: psycopg.Connection[Any], table: str, frame: pl.DataFrame, keep: bool = False) -> tuple[int, int]:
    """Write rows within the open transaction; returns how many were added and changed. ``keep`` leaves known rows alone."""
    names = frame.columns
    if frame.height <= FEW:
        source, arrays = _arrays(table, names, frame)
        found = connection.execute(_statement(table, names, source, keep), arrays).fetchone()
    else:
        _copy(connection, table, names, frame)
        found = connection.execute(_statement(table, names, '"_incoming"', keep)).fetchone()
        connection.execute('DROP TABLE "_incoming"')
    assert found is not None
    return int(found[0]), int(found[1])


def _arrays(table: str, names: list[str], frame: pl.DataFrame) -> tuple[str, list[Any]]:
    columns = SHOP[table].columns
    casts = ", ".join(f"%s::{columns[name].type.compile(dialect=_DIALECT)}[]" for name in names)
    return f"unnest({casts}) AS n({_quoted(names)})", [frame[name].to_list() for name in names]


def _copy(connection: psycopg.Connection[Any], table: str, names: list[str], frame: pl.DataFrame) -> None:
    connection.execute(
        f'CREATE TEMPORARY TABLE "_incoming" ON COMMIT DROP AS SELECT {_quoted(names)} FROM "{table}" WITH NO DATA'
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "_incoming" ({_quoted(names)}) FROM STDIN (FORMAT csv)') as copy,
    ):
        # CSV tells null (nothing) from the empty string (""), on both sides. A lone column is the key, which has no nulls;
        # it is quoted because \. alone in a line ends the rows for servers before PostgreSQL 18.
        quotes: Literal["always", "necessary"] = "always" if frame.width == 1 else "necessary"
        for piece in frame.iter_slices(50_000):
            copy.write(piece.write_csv(include_header=False, quote_style=quotes))


def _statement(table: str, names: list[str], source: str, keep: bool) -> str:
    declaration = declared(table)
    values = [name for name in names if name not in declaration.key]
    if declaration.append or keep or not values:
        action = "NOTHING"
    else:
        sets = ", ".join(f'"{name}" = excluded."{name}"' for name in ("_stored", *values))
        ours = ", ".join(f'"{table}"."{name}"' for name in values)
        theirs = ", ".join(f'excluded."{name}"' for name in values)
        action = f"UPDATE SET {sets} WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs})"
    # In the order of the key, so that two writers of the same rows wait for each other in place of locking each other out.
    return (
        f'WITH put AS (INSERT INTO "{table}" ("_stored", {_quoted(names)}) '
        f"SELECT nextval('stored_numbers'), {_quoted(names)} FROM {source} ORDER BY {_quoted(declaration.key)} "
        f"ON CONFLICT ({_quoted(declaration.key)}) DO {action} RETURNING (xmax = 0) AS added) "
        "SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM put"
    )


def _quoted(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _dialect() -> Any:
    from sqlalchemy.dialects import postgresql

    make: Any = postgresql.dialect
    return make()


_DIALECT = _dialect()
