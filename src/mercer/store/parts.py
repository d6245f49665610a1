"""Writing the parts of a snapshot, and reading them as one lazy frame for each table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

import polars as pl
from sqlalchemy.engine import Connection

from mercer.core.table import Table
from mercer.store.blobs import Blobs
from mercer.store.forget import KEPT, NAMED_KINDS, blanked, person_columns
from mercer.store.manifest import Frozen, Part
from mercer.store.pseudonyms import Pseudonyms
from mercer.store.reading import read
from mercer.store.schema import frame_schema, snapshot_columns
from mercer.store.sql import STORED

PART_ROWS = 250_000
"""Rows of one part: about 100 MB in memory while a wide table is frozen, and a few MB as a file."""


def write_new(
    connection: Connection,
    table: Table,
    before: Frozen,
    freeze: int,
    blobs: Blobs,
    pseudonyms: Pseudonyms,
    now: datetime,
) -> Frozen:
    """Write the rows stored since the last freeze as new parts; the parts there are stay untouched."""
    parts = list(before.parts)
    mark = before.mark
    for rows in _pages(connection, table, mark):
        mark = int(rows[STORED][-1])
        parts.append(write_part(table, pseudonymous(table, rows, pseudonyms), freeze, blobs, now))
    return Frozen(mark, tuple(parts))


def _pages(connection: Connection, table: Table, mark: int) -> Iterator[pl.DataFrame]:
    while True:
        rows = read(connection, table, snapshot_columns(table), [(STORED, ">", mark)], PART_ROWS, numbered=True)
        if rows.is_empty():
            return
        mark = int(rows[STORED][-1])
        yield rows


def write_part(table: Table, rows: pl.DataFrame, freeze: int, blobs: Blobs, now: datetime) -> Part:
    """Write rows, in the order of their numbers, as one Parquet file named after its content."""
    buffer = BytesIO()
    rows.write_parquet(buffer, compression="zstd")
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    name = f"parts/{table.name}/{int(rows[STORED][0]):012d}-{digest[:16]}.parquet"
    blobs.write(name, content)
    return Part(name, digest, len(content), rows.height, freeze, _newest(table, rows, now))


def _newest(table: Table, rows: pl.DataFrame, now: datetime) -> int | None:
    """The latest time that had come: what lies ahead, such as next month's promotion, does not move a snapshot's end."""
    names = [name for name in dict.fromkeys((table.time, "known_at")) if name]
    past = (pl.col(name).filter(pl.col(name) <= now).max().dt.timestamp("us") for name in names)
    return rows.select(pl.max_horizontal(past)).item()  # type: ignore[no-any-return]


def pseudonymous(table: Table, rows: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Rows with pseudonyms in place of the ids of customers and visitors."""
    for column in table.columns:
        if (column.person == "customer" or column.person == "visitor") and column.name in rows.columns:
            rows = rows.with_columns(pseudonyms.column(rows[column.name], column.person))
    if table.name == "labels":  # a verdict on a person names them in a column that may name anything
        for kind in NAMED_KINDS:
            people = rows.select(pl.when(subject=kind).then("subject_id"))["subject_id"]
            rows = rows.with_columns(subject_id=pseudonyms.column(people, kind).fill_null(rows["subject_id"]))
    return rows


def scan(table: Table, frozen: Frozen, blobs: Blobs, forgotten: Sequence[str]) -> pl.LazyFrame:
    """A table as of the freeze that wrote the last part: of each key the newest row, in the order of storing."""
    base, later = frozen.parts[: frozen.base], frozen.parts[frozen.base :]
    rows = scan_parts(table, base, blobs)
    if later and table.append:  # a log never says the same thing twice
        rows = scan_parts(table, frozen.parts, blobs)
    elif later:
        # The base is only looked through for the keys of the later parts, which compaction keeps smaller than it.
        newer = scan_parts(table, later, blobs).unique(list(table.key), keep="last", maintain_order=True)
        older = rows.join(newer.select(table.key), on=list(table.key), how="anti", maintain_order="left")
        rows = pl.concat([older, newer])
    return without(table, rows, forgotten).drop(STORED)


def scan_parts(table: Table, parts: Sequence[Part], blobs: Blobs) -> pl.LazyFrame:
    """All rows of some parts, one part after the other, with their numbers."""
    options = blobs.scan_options
    return pl.scan_parquet(
        [blobs.scan_address(part.name) for part in parts],
        schema={STORED: pl.Int64(), **frame_schema(table, snapshot_columns(table))}, glob=False, hive_partitioning=False,
        missing_columns="insert", extra_columns="ignore", storage_options=dict(options) if options else None,
    )  # fmt: skip


def without(table: Table, rows: pl.LazyFrame, forgotten: Sequence[str]) -> pl.LazyFrame:
    """The rows as a freeze of everything would write them now that some people are forgotten; see store.forget."""
    names = naming_people(table)
    if not forgotten or not names:
        return rows
    if table.name not in KEPT:
        return rows.filter(~of(names, forgotten))
    told = [name for name in blanked(table) if name in snapshot_columns(table)]
    return rows.with_columns(pl.when(~of(names, forgotten)).then(name).alias(name) for name in told)


def of(names: Sequence[str], people: Sequence[str]) -> pl.Expr:
    """Whether one of these columns names one of these people."""
    some = pl.Series(people, dtype=pl.String).implode()
    return pl.any_horizontal(pl.col(name).is_in(some) for name in names).fill_null(value=False)


def naming_people(table: Table) -> list[str]:
    """The columns of a part in which pseudonyms stand."""
    return person_columns(table) + (["subject_id"] if table.name == "labels" else [])
