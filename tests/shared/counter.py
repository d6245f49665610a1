"""A store to import small files into, and to look at afterwards."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mercer.core.tables import TABLES
from mercer.core.tables import table as declared
from mercer.store.importing.context import Options
from mercer.store.importing.run import Import, Outcome
from mercer.store.store import Store


@dataclass
class Counter:
    """Where files are handed in; ``rows`` shows what the store holds."""

    folder: Path
    store: Store

    def bring(
        self, again: bool = False, layout: str | None = None, options: Options | None = None, **files: str | bytes
    ) -> list[Outcome]:
        """Import files together; ``orders_csv="…"`` is the file orders.csv."""
        paths = []
        for name, content in files.items():
            path = self.folder / ".".join(name.rsplit("_", 1))
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        job = Import(self.store, self.folder / "rejects", options or Options(), layout=layout, again=again)
        return job.run(paths)

    def rows(self, table: str, *columns: str) -> list[dict[str, Any]]:
        """The rows of a table in the order of their keys, without what is null."""
        frame = self.store.frame(table).sort(declared(table).key)
        held = frame.select(columns or [name for name in frame.columns if name != "known_at"])
        return [{name: value for name, value in row.items() if value is not None} for row in held.to_dicts()]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables that have some."""
        return {name: rows for name in TABLES if name != "decisions" and (rows := self.rows(name))}


@contextmanager
def open_counter(folder: Path) -> Iterator[Counter]:
    """A counter with an empty store behind it."""
    store = Store.open(f"sqlite:///{folder}/shop.db", create=True)
    try:
        yield Counter(folder, store)
    finally:
        store.close()


def refused(outcome: Outcome) -> list[tuple[int, str, str, str, str]]:
    """What the file of refused rows says: line, field, what was found, and why in both languages."""
    if outcome.rejects is None:
        return []
    with outcome.rejects.open(encoding="utf-8-sig", newline="") as file:
        return [
            (int(row["line"]), row["field"], row["found"], row["reason"], row["reason_zh"])
            for row in csv.DictReader(file)
        ]


def unchanged(outcome: Outcome) -> bool:
    """Whether an import wrote nothing new."""
    return all(each.added == each.changed == 0 for each in outcome.written.values())
