"""Reading delimited text record by record, so that what is wrong is refused by its line and nothing else is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE, Batch, rejects_of

csv.field_size_limit(1 << 30)  # longer than any file we hold at once: how long a text may be is judged later

_WIDTH = Phrase(
    "{found} fields where the header has {wanted}; quote fields that hold the delimiter",
    "有 {found} 个字段，而表头有 {wanted} 个；含分隔符的字段请加引号",
)
_QUOTE = Phrase("a quote opens here and is not closed", "此处的引号没有闭合")
_OPEN = Phrase(
    "a quote stands where none may stand; double the quotes within a field", "引号位置不对；字段内的引号请写两次"
)
_NUL = Phrase("holds a NUL byte; remove it", "含 NUL 字节；请删除")
_BYTES = Phrase(
    "holds bytes that are not in the file's encoding; save the file as UTF-8",
    "含不属于该文件编码的字节；请将文件存为 UTF-8",
)
_CUT = Phrase("the file ends within this record", "文件在此记录中间结束")


_WINDOW = 4096


@dataclass(slots=True)
class _Found:
    """Records taken so far; ``suspect`` where some cell may hold bytes that are no text."""

    suspect: bool
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[tuple[int, str, str, Phrase]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Text:
    """Lines to take apart, with what is needed for it."""

    lines: list[str]
    columns: Sequence[str]
    delimiter: str
    first_line: int

    def bare(self, place: int) -> str:
        return self.lines[place].strip("\r\n")


def read_slowly(
    held: bytes, columns: Sequence[str], delimiter: str, first_line: int, final: bool, cut: bool, most: int
) -> tuple[Batch, int]:
    """The whole records in ``held`` and how many bytes they took; what is left may go on in the next block.

    ``cut`` says that the file broke off at the end of ``held``; ``most`` is how long one record may be.
    """
    decoded = held.decode("utf-8", "surrogateescape")
    lines = list(io.StringIO(decoded, newline=""))
    left = [lines.pop()] if not final and lines else []  # perhaps half a line, perhaps half of "\r\n"
    found = _Found(suspect="\x00" in decoded or _has_bad_bytes(decoded))
    text = _Text(lines, columns, delimiter, first_line)
    taken = _take(text, final, most, found)
    if cut and found.lines and found.lines[-1] + 1 >= first_line + len(lines):
        found.rows.pop()
        found.faults.append((found.lines.pop(), "", text.bare(-1), _CUT))
    used = len(held) - sum(len(line.encode("utf-8", "surrogateescape")) for line in lines[taken:] + left)
    return Batch(_frame(found, columns), rejects_of(found.faults), len(found.rows) + len(found.faults)), used


def _take(text: _Text, final: bool, most: int, found: _Found) -> int:
    """Take records from the lines until they end; returns how many lines were taken."""
    if not found.suspect and _take_well(text, found):
        return len(text.lines)
    start, window = 0, len(text.lines)
    while start < len(text.lines):
        end = min(start + window, len(text.lines))
        start, trouble = _run(text, start, end, found)
        if trouble is None:
            continue
        if trouble is _QUOTE and end < len(text.lines):
            window *= 8  # the quote may be closed beyond the window
            continue
        if trouble is _QUOTE and not final and sum(map(len, text.lines[start:])) < most:
            return start  # it may be closed in the next block
        if not _leniently(text, start, found):
            # One line is refused, and reading goes on with the next: a stray quote does not swallow what follows it.
            found.faults.append((text.first_line + start, "", text.bare(start), trouble))
        start, window = start + 1, _WINDOW
    return start


def _take_well(text: _Text, found: _Found) -> bool:
    """Take all lines at once where each is one whole record."""
    try:
        rows = list(csv.reader(text.lines, delimiter=text.delimiter, strict=True))
    except csv.Error:
        return False
    if len(rows) != len(text.lines) or set(map(len, rows)) != {len(text.columns)}:
        return False
    found.rows, found.lines = rows, list(range(text.first_line, text.first_line + len(rows)))
    return True


def _run(text: _Text, start: int, end: int, found: _Found) -> tuple[int, Phrase | None]:
    """Take records until the end or until one has trouble with its quotes; returns where it begins, and what it is."""
    width = len(text.columns)
    reader = csv.reader(text.lines[start:end], delimiter=text.delimiter, strict=True)
    begins = start
    try:
        for row in reader:
            if len(row) != width:
                _cut_empty(row, width)
            if len(row) == width:
                _keep(row, text.first_line + begins, text.columns, found)
            elif row and start + reader.line_num - begins > 1:
                return begins, _OPEN
            elif any(cell.strip() for cell in row):  # a line of blanks is none
                reason = _WIDTH.format(found=len(row), wanted=width)
                found.faults.append((text.first_line + begins, "", text.bare(begins), reason))
            begins = start + reader.line_num
    except csv.Error as error:
        return begins, _QUOTE if "unexpected end" in str(error) else _OPEN
    return begins, None


def _leniently(text: _Text, place: int, found: _Found) -> bool:
    """Take a line by itself, whose quotes stand within a field: 5" screen."""
    row = next(csv.reader([text.lines[place]], delimiter=text.delimiter), [])
    if len(row) != len(text.columns) or any("\n" in cell or "\r" in cell for cell in row):
        return False
    _keep(row, text.first_line + place, text.columns, found)
    return True


def _cut_empty(row: list[str], width: int) -> None:
    """Leave out empty cells beyond the header, which spreadsheets write."""
    while len(row) > width and not row[-1].strip():
        row.pop()


def _keep(row: list[str], line: int, columns: Sequence[str], found: _Found) -> None:
    if found.suspect:
        for place, cell in enumerate(row):
            reason = _NUL if "\x00" in cell else _BYTES if _has_bad_bytes(cell) else None
            if reason:
                found.faults.append((line, columns[place], cell, reason))
                return
    found.rows.append(row)
    found.lines.append(line)


def _has_bad_bytes(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False


def _frame(found: _Found, columns: Sequence[str]) -> pl.DataFrame:
    cells = list(zip(*found.rows, strict=True)) if found.rows else [()] * len(columns)
    held = [pl.Series(name, values, dtype=pl.String) for name, values in zip(columns, cells, strict=True)]
    return pl.DataFrame([*held, pl.Series(LINE, found.lines, dtype=pl.Int64)])
