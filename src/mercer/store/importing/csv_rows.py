"""Reading delimited text in batches: clean stretches at Polars' speed, all others record by record.

A stretch is clean when every quote in it opens or closes a whole field and every line has the header's number of
fields: then Polars and Python's csv module read the same. Anything else goes through the csv module, which knows where
each record begins, so that a bad record is refused with its line and its neighbours are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.checking import REJECTS
from mercer.store.importing.batch import CHUNK, LINE, Batch, rejects_of
from mercer.store.importing.csv_slow import read_slowly
from mercer.store.importing.looking import Look
from mercer.store.importing.streams import Stream

MOST_IN_ONE_RECORD = 4 << 20
"""Bytes beyond which an open quote counts as a stray one."""

MOST_IN_ONE_LINE = 64 << 20
"""Bytes without a line's end beyond which a file is no table."""

_ENDLESS = Phrase("a line longer than 64 MiB", "一行超过 64 MiB")


def read_csv(stream: Stream, look: Look, chunk: int = CHUNK) -> Iterator[Batch]:
    """The records of a delimited file, batch by batch; the same batches each time."""
    columns, delimiter = look.columns, look.delimiter.encode()
    line, rest = _after_header(stream, look, chunk)
    final = False
    while not final:
        block = stream.read(chunk)
        final = len(block) == 0
        held = rest + block
        if final and held and not held.endswith((b"\n", b"\r")):
            held += b"\n"
        cut = final and stream.broken is not None
        batch, used = (not cut and _clean(held, columns, delimiter, line)) or read_slowly(
            held, columns, look.delimiter, line, final, cut, MOST_IN_ONE_RECORD
        )
        if not used and len(held) > MOST_IN_ONE_LINE:
            batch, used = (
                Batch(pl.DataFrame(), rejects_of([(line, "", held[:200].decode("utf-8", "replace"), _ENDLESS)]), 1),
                len(held),
            )
        line += _lines(held[:used])
        rest = held[used:]
        if batch.records:
            yield batch


def _after_header(stream: Stream, look: Look, chunk: int) -> tuple[int, bytes]:
    """The number of the first line after the header, and the bytes read beyond it."""
    held = b""
    while block := stream.read(chunk):
        held += block
        place = _header_end(held, look)
        if place is not None:
            return 1 + _lines(held[:place]), held[place:]
    return 1 + _lines(held), b""


def _header_end(held: bytes, look: Look) -> int | None:
    """Where the header ends; None while that has not been read yet."""
    place = 0
    for _ in range(look.skip):
        place = _line_end(held, place)
    quotes, total = 0, held.count(b'"')
    while True:
        end = _line_end(held, place)
        if end == len(held):  # the line may go on, or be followed by the other half of "\r\n"
            return None
        quotes += held.count(b'"', place, end)
        place = end
        if quotes % 2 == 0 or quotes == total:
            return place


def _line_end(held: bytes, start: int) -> int:
    """Where the next line begins: after "\\n", "\\r\\n" or a lone "\\r"."""
    feed, back = held.find(b"\n", start), held.find(b"\r", start)
    if back >= 0 and (feed < 0 or back < feed):
        return back + (2 if held[back + 1 : back + 2] == b"\n" else 1)
    return feed + 1 if feed >= 0 else len(held)


def _lines(part: bytes) -> int:
    feeds = part.count(b"\n")
    return feeds + part.count(b"\r") - part.count(b"\r\n") if b"\r" in part else feeds


def _clean(held: bytes, columns: Sequence[str], delimiter: bytes, line: int) -> tuple[Batch, int] | None:
    """A clean stretch, read by Polars, and how many bytes it took; None where there is any doubt."""
    used = held.rfind(b"\n") + 1
    lone = b"\r" in held and held.count(b"\r") != held.count(b"\r\n")  # looking is cheap, counting is not
    if not used or len(columns) < 2 or lone or b"\x00" in held:
        return None
    part = held if used == len(held) else held[:used]
    outside = _outside_quotes(part, delimiter)
    if outside is None:
        return None
    height = part.count(b"\n")
    if outside.count(b"\n") != height or outside.count(delimiter) != height * (len(columns) - 1):
        return None
    try:
        frame = pl.read_csv(
            part, has_header=False, separator=delimiter.decode(), schema=dict.fromkeys(columns, pl.String), infer_schema=False,
            extra_columns="raise", missing_columns="raise",
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    if frame.height != height:
        return None
    numbers = pl.int_range(line, line + height, eager=True, dtype=pl.Int64()).alias(LINE)
    return Batch(frame.with_columns(numbers), pl.DataFrame(schema=REJECTS), height), used


def _outside_quotes(part: bytes, delimiter: bytes) -> bytes | None:
    """What stands outside quoted fields; None where some quote does not open or close a whole field."""
    if b'"' not in part:
        return part
    pieces = part.split(b'"')
    if len(pieces) % 2 == 0:
        return None
    first, last, between = pieces[0], pieces[-1], set(pieces[2:-1:2])
    before, after = (delimiter, b"\n"), (delimiter, b"\n", b"\r\n")
    opens_well = all(not piece or piece.endswith(before) for piece in (first, *between))
    closes_well = all(not piece or piece.startswith(after) for piece in (*between, last))
    return b"".join(pieces[0::2]) if opens_well and closes_well else None
