"""What was met earlier in a file, kept on disk, so that memory stays flat however long the file is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import polars as pl


class Ledger:
    """A dictionary from text to text in a temporary database that the system removes by itself.

    >>> ledger = Ledger()
    >>> ledger.first(pl.Series(["a", "b", "a"])).to_list(), ledger.first(pl.Series(["b", "c"])).to_list()
    ([True, True, False], [False, True])
    """

    def __init__(self) -> None:
        # The empty name is a private database that lives in memory and moves to a temporary file when it grows.
        self._books = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._books.execute("CREATE TABLE held (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")

    def get(self, names: Sequence[str]) -> dict[str, str]:
        """What is held under those of the names that are known."""
        found: dict[str, str] = {}
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            marks = ",".join("?" * len(some))
            found |= dict(self._books.execute(f"SELECT name, value FROM held WHERE name IN ({marks})", some).fetchall())
        return found

    def put(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Hold a value under each name, in place of what was there."""
        self._books.execute("BEGIN")
        self._books.executemany("INSERT OR REPLACE INTO held VALUES (?, ?)", pairs)
        self._books.execute("COMMIT")

    def first(self, names: pl.Series) -> pl.Series:
        """For each name whether it is met for the first time; from now on it is known."""
        fresh = names.is_first_distinct() & names.is_not_null()
        asked = names.filter(fresh).to_list()
        known = self.get(asked)
        self.put((name, "") for name in asked if name not in known)
        return fresh & ~names.is_in(list(known)) if known else fresh
