"""Reading Parquet in batches."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mercer.store.checking import REJECTS
from mercer.store.importing.batch import LINE, Batch
from mercer.store.importing.looking import Look, on_disk, plain_name, unique
from mercer.store.importing.shapes import as_text

ROWS = 65_536


def read_parquet(look: Look, nested: bool, rows: int = ROWS) -> Iterator[Batch]:
    """The rows of a Parquet file, batch by batch. ``nested`` keeps the types; otherwise every cell becomes text."""
    with on_disk(look.source) as path:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        names = unique(plain_name(name) for name in schema)
        columns = [
            (pl.col(old) if nested else as_text(pl.col(old), kind)).alias(old if nested else new)
            for (old, kind), new in zip(schema.items(), names, strict=True)
        ]
        start = 0
        while True:
            frame = scan.slice(start, rows).select(columns).collect()
            if frame.is_empty():
                return
            numbers = pl.int_range(start + 1, start + 1 + frame.height, eager=True, dtype=pl.Int64()).alias(LINE)
            yield Batch(frame.with_columns(numbers), pl.DataFrame(schema=REJECTS), frame.height)
            start += frame.height
