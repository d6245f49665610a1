"""Opening a recognised file as batches of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import Batch
from mercer.store.importing.csv_rows import read_csv
from mercer.store.importing.json_rows import read_json
from mercer.store.importing.layout import Layout
from mercer.store.importing.looking import Look, plain_name, unique
from mercer.store.importing.parquet_rows import read_parquet
from mercer.store.importing.shapes import Schema, conform, widened
from mercer.store.importing.sources import opened
from mercer.store.importing.streams import Stream
from mercer.store.importing.xml_rows import read_xml


@dataclass(frozen=True, slots=True)
class Reading:
    """A file being read: its batches, how many bytes of it are read, and why it ended too early, if it did."""

    batches: Iterator[Batch]
    position: Callable[[], int]
    broken: Callable[[], Phrase | None]


@contextmanager
def read(look: Look, layout: Layout) -> Iterator[Reading]:
    """The records of a file in the columns that its layout knows; the same batches each time."""
    if look.format == "parquet":
        batches = (_shaped(batch, layout.schema) for batch in read_parquet(look, layout.schema is not None))
        size = look.source.size
        yield Reading(batches, lambda: size, lambda: None)
        return
    with opened(look.source) as (raw, position):
        stream = Stream(raw, look.encoding)
        yield Reading(_batches(stream, look, layout), position, lambda: stream.broken)


def _batches(stream: Stream, look: Look, layout: Layout) -> Iterator[Batch]:
    if look.format == "csv":
        return read_csv(stream, look)
    if look.format == "xml":
        return read_xml(stream, look, tuple(dict.fromkeys([*look.columns, *sorted(layout.known)])))
    if layout.schema is not None:
        return (_shaped(batch, layout.schema) for batch in read_json(stream, look, widened(layout.schema)))
    return _flat_json(stream, look)


def _flat_json(stream: Stream, look: Look) -> Iterator[Batch]:
    """Objects whose values become text, in columns named in one spelling."""
    names = dict(zip(look.headers, unique(plain_name(each) for each in look.headers), strict=True))
    for batch in read_json(stream, look, dict.fromkeys(look.headers, pl.String())):
        yield Batch(batch.frame.rename(names), batch.rejects, batch.records)


def _shaped(batch: Batch, schema: Schema | None) -> Batch:
    return batch if schema is None else Batch(conform(batch.frame, schema), batch.rejects, batch.records)


def read_all(look: Look, layout: Layout) -> pl.DataFrame:
    """All records of a file at once, for one that is read beside another."""
    with read(look, layout) as reading:
        frames = [batch.frame for batch in reading.batches]
    return pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(look.columns, pl.String))
