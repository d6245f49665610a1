"""A batch: so many records of a file as they stand there, and those that could not even be taken apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.checking import REJECTS, SHOWN

CHUNK = 8 << 20
"""Bytes of a file in one batch: 50,000 to 100,000 records of the usual width."""

LINE = "_line"
"""The column that says on which line of the file, counted from 1, a record begins."""


@dataclass(frozen=True, slots=True)
class Batch:
    """``frame`` has the file's columns in one spelling, and ``_line``; ``records`` counts the refused ones too."""

    frame: pl.DataFrame
    rejects: pl.DataFrame
    records: int


def rejects_of(faults: Iterable[tuple[int, str, str, Phrase]]) -> pl.DataFrame:
    """Refused records as a frame: line, field, what was found, why."""
    rows = [(line, field, shown(found), reason.en, reason.zh) for line, field, found, reason in faults]
    return pl.DataFrame(rows, schema=REJECTS, orient="row")


def shown(found: str) -> str:
    r"""What was found, short, with bytes that are no text made visible.

    >>> print(shown("a" + chr(0) + "b" * 200)[:8])
    a\x00bbb
    """
    text = found[:SHOWN].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\x00", "\\x00")
