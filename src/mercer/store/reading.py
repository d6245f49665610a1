"""Reading rows of the shop's tables as Polars frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl
from sqlalchemy.engine import Connection

from mercer.core.table import Table
from mercer.store.sql import STORED
from mercer.store.wire import carried_schema, from_wire


def read(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    where: Sequence[tuple[str, str, Any]] = (),
    limit: int | None = None,
    offset: int = 0,
    numbered: bool = False,
) -> pl.DataFrame:
    """Some columns of the rows for which each (column, operator, value) holds, in the order in which they were stored.

    ``numbered`` adds the column ``_stored``. Operators: =, >, >=, <, <=, or "is" for null.
    """
    schema = carried_schema(table, names)
    if numbered:
        schema = {STORED: pl.Int64(), **schema}
    if connection.dialect.name == "sqlite":
        frame = _read_sqlite(connection, table.name, schema, where, limit, offset)
    else:
        frame = _read_postgres(connection, table.name, schema, where, limit, offset)
    return from_wire(table, frame)


def _read_sqlite(
    connection: Connection,
    table: str,
    schema: Mapping[str, pl.DataType],
    where: Sequence[tuple[str, str, Any]],
    limit: int | None,
    offset: int,
) -> pl.DataFrame:
    raw: Any = connection.connection.driver_connection
    conditions, values = _conditions(where, "?")
    cursor = raw.execute(
        f'SELECT {_listed(schema)} FROM "{table}"{conditions} ORDER BY _stored LIMIT ? OFFSET ?',
        (*values, -1 if limit is None else limit, offset),
    )
    pieces = []
    while rows := cursor.fetchmany(50_000):
        # Column by column: Polars reads one list at a time far faster than it reads rows. SQLite's flags are 0 and 1.
        columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
        pieces.append(pl.DataFrame([_series(name, kind, values) for (name, kind), values in columns]))
    return pl.concat(pieces) if pieces else pl.DataFrame(schema=dict(schema))


def _series(name: str, kind: pl.DataType, values: Sequence[Any]) -> pl.Series:
    if kind == pl.Boolean():
        return pl.Series(name, values, pl.Int64(), strict=False).cast(pl.Boolean)
    return pl.Series(name, values, kind)


def _read_postgres(
    connection: Connection,
    table: str,
    schema: Mapping[str, pl.DataType],
    where: Sequence[tuple[str, str, Any]],
    limit: int | None,
    offset: int,
) -> pl.DataFrame:
    conditions, values = _conditions(where, "%s")
    # COPY takes no parameters of its own, so the client puts the (quoted) values in.
    selected = ", ".join(f'"{name}"::int' if kind == pl.Boolean() else f'"{name}"' for name, kind in schema.items())
    from psycopg import ClientCursor

    raw: Any = connection.connection.driver_connection
    filled = ClientCursor(raw).mogrify(
        f'SELECT {selected} FROM "{table}"{conditions} ORDER BY _stored LIMIT %s OFFSET %s', (*values, limit, offset)
    )
    buffer = BytesIO()
    with raw.cursor() as cursor, cursor.copy(f"COPY ({filled}) TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=dict(schema))
    buffer.seek(0)
    carried = {name: pl.Int8() if kind == pl.Boolean() else kind for name, kind in schema.items()}
    return pl.read_csv(buffer, has_header=False, schema=carried)


def _conditions(where: Sequence[tuple[str, str, Any]], mark: str) -> tuple[str, list[Any]]:
    parts, values = [], []
    for name, operator, value in where:
        if value is None:
            parts.append(f'"{name}" IS NULL')
        else:
            parts.append(f'"{name}" {operator} {mark}')
            values.append(value)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(f'"{name}"' for name in names)
