"""Any table that Python's csv module writes is read back as it was, in pieces of any size; any bytes at all end in an answer."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mercer.store.importing.batch import LINE
from mercer.store.importing.csv_rows import read_csv
from mercer.store.importing.looking import Look, look
from mercer.store.importing.sources import Source
from mercer.store.importing.streams import Stream

# Everything but what a table cannot hold: NUL bytes, halves of characters, and other signs that some take for line ends.
CELL = st.text(
    st.characters(exclude_characters="\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", exclude_categories=["Cs"]), max_size=12
)
SPICY = st.text("a,\";\n\r\t' =", max_size=8)
SIZES = st.sampled_from([1, 2, 3, 7, 64, 1 << 20])


def read(content: bytes, seen: Look, size: int) -> tuple[pl.DataFrame, list[int], int]:
    """All records, the lines that were refused, and how many records were counted."""
    batches = list(read_csv(Stream(io.BufferedReader(io.BytesIO(content)), seen.encoding), seen, size))
    frames = [each.frame for each in batches if each.frame.height]
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys([*seen.columns, LINE], pl.String))
    return frame, [line for each in batches for line in each.rejects["line"]], sum(each.records for each in batches)


def written(rows: Sequence[Sequence[str]], delimiter: str, end: str, quoting: int) -> bytes:
    """The rows as the csv module writes them, below a header."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    return file.getvalue().encode()


def cells(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    """The cells of each record; an empty one and one that is missing are the same."""
    return [tuple(cell or "" for cell in row) for row in frame.select("a", "b", "c").iter_rows()]


def looked(delimiter: str = ",") -> Look:
    """What is known of the table before it is read."""
    return Look(Source(Path("table.csv")), "csv", ("a", "b", "c"), "utf-8", delimiter)


@given(
    rows=st.lists(st.tuples(CELL | SPICY, CELL | SPICY, CELL | SPICY), max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    size=SIZES,
)
@settings(max_examples=300, deadline=None)
def test_what_was_written_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, end: str, quoting: int, size: int
) -> None:
    """Cell by cell, with the line on which each record begins, whatever the size of the pieces."""
    # The module itself leaves a lone "\r" without quotes where lines end with "\n", and would read it as a line's end.
    assume(quoting == csv.QUOTE_ALL or not any("\r" in cell for row in rows for cell in row))
    content = written(rows, delimiter, end, quoting)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    frame, refused, records = read(content, looked(delimiter), size)
    found = cells(frame)
    assert [row for row in found if any(cell.strip() for cell in row)] == kept
    assert (refused, records) == ([], frame.height)
    lines = content.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, (first, *_) in zip(frame[LINE], found, strict=True):
        if first.isalnum():
            assert first in lines[number - 1]


@given(content=st.binary(max_size=300) | st.text('a,b"\n\r;', max_size=200).map(str.encode), size=SIZES)
@settings(max_examples=400, deadline=None)
def test_any_bytes_end_in_an_answer(content: bytes, size: int) -> None:
    """Every record is either read or refused, none twice, and the size of the pieces decides nothing."""
    seen = looked()
    header = b"a,b,c\n"
    frame, refused, records = read(header + content, seen, size)
    assert frame.height + len(refused) == records
    lines = [*frame[LINE].to_list(), *refused]
    assert len(set(lines)) == len(lines)
    assert all(line >= 2 for line in lines)
    whole, refused_whole, _ = read(header + content, seen, 1 << 20)
    assert cells(frame) == cells(whole)
    assert refused == refused_whole


@given(content=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=200, deadline=None)
def test_looking_at_any_bytes_gives_columns_or_a_problem(content: bytes) -> None:
    """Never an exception: a file is a table, JSON, XML or nothing that can be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        seen = look(Source(path))
    assert seen.headers or seen.problem or seen.format != "unknown"
    assert len(set(seen.columns)) == len(seen.columns)
