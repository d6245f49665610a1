"""Reading product feeds in XML, RSS or Atom: one record an item, without ever holding the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.parsers import expat

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import CHUNK, LINE, Batch, rejects_of
from mercer.store.importing.looking import Look
from mercer.store.importing.streams import Stream

MANY = "\x1f"
"""Stands between the values of an element that occurs several times in one item."""

ROWS = 20_000
_ITEMS = ("item", "entry")
_BROKEN = Phrase("the XML breaks here: {error}", "XML 在此处出错：{error}")
_DOCTYPE = Phrase(
    "a document type is declared, which a feed has no need of", "声明了文档类型（DOCTYPE），商品数据无需此声明"
)


class _Items:
    """Collects the items of a feed as its parser comes past them."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(encoding="utf-8")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.buffer_text = True
        self.rows: list[dict[str, str]] = []
        self.lines: list[int] = []
        self._path: list[str] = []
        self._row: dict[str, str] | None = None
        self._words: list[str] = []

    def _doctype(self, *_: object) -> None:
        raise ValueError  # entities of one's own are how a small file becomes a huge one

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2].lower()
        if self._row is None:
            if name in _ITEMS:
                self._row = {}
                self.lines.append(self.parser.CurrentLineNumber)
            return
        self._path.append(name)
        self._words = []
        if name == "link" and "href" in attributes:  # Atom
            self._row.setdefault("link", attributes["href"])

    def _text(self, words: str) -> None:
        if self._row is not None:
            self._words.append(words)

    def _end(self, name: str) -> None:
        if self._row is None:
            return
        if not self._path:
            self.rows.append(self._row)
            self._row = None
            return
        value, column = "".join(self._words).strip(), "_".join(self._path)
        self._path.pop()
        self._words = []
        if value:
            held = self._row.get(column)
            self._row[column] = value if held is None else held + MANY + value


def read_xml(stream: Stream, look: Look, columns: tuple[str, ...], chunk: int = CHUNK) -> Iterator[Batch]:
    """The items of a feed, batch by batch, as text in ``columns``; the same batches each time."""
    items = _Items()
    faults: list[tuple[int, str, str, Phrase]] = []
    final = False
    while not final:
        block = stream.read(chunk)
        final = len(block) == 0
        try:
            items.parser.Parse(block, final)
        except expat.ExpatError as error:
            faults.append((items.parser.CurrentLineNumber, "", "", stream.broken or _BROKEN.format(error=error)))
            final = True
        except ValueError:
            faults.append((items.parser.CurrentLineNumber, "", "", _DOCTYPE))
            final = True
        while len(items.rows) >= ROWS or (final and (items.rows or faults)):
            yield _batch(items, columns, faults if len(items.rows) <= ROWS else [])
            if final and not items.rows:
                break


def _batch(items: _Items, columns: tuple[str, ...], faults: list[tuple[int, str, str, Phrase]]) -> Batch:
    rows, lines = items.rows[:ROWS], items.lines[:ROWS]
    del items.rows[:ROWS], items.lines[: len(rows)]
    held = [pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in columns]
    frame = pl.DataFrame([*held, pl.Series(LINE, lines[: len(rows)], dtype=pl.Int64)])
    batch = Batch(frame, rejects_of(faults), len(rows) + len(faults))
    faults.clear()
    return batch
