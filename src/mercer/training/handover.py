"""Handing a snapshot to another process: one Arrow file a table, read where it lies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from mercer.core.errors import Invalid
from mercer.core.phrase import Phrase
from mercer.core.snapshot import Snapshot
from mercer.core.tables import TABLES
from mercer.store.frozen import FrozenSnapshot

FACTS = "snapshot.json"


def hand_over(snapshot: Snapshot, folder: Path) -> dict[str, int]:
    """Write the snapshot's rows into ``folder`` and return how many each table has; empty tables are left out.

    What costs much when a snapshot is read (gathering the newest writing of every row) is then done once and not once per
    model, and Arrow files are mapped into memory, so that models at work at the same time share them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: count for name in TABLES if (count := snapshot.rows(name))}
    for name in rows:
        snapshot.frame(name).sink_ipc(folder / f"{name}.arrow")
    facts = {
        "id": snapshot.id, "start": snapshot.start and snapshot.start.isoformat(), "end": snapshot.end.isoformat(),
        "currency": snapshot.currency, "rows": rows,
    }  # fmt: skip
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return rows


def take_over(folder: Path) -> FrozenSnapshot:
    """The snapshot that was handed over in ``folder``."""
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    frames = {name: pl.scan_ipc(folder / f"{name}.arrow") for name in facts["rows"]}
    start = datetime.fromisoformat(facts["start"]) if facts["start"] else None
    return FrozenSnapshot(frames, facts["id"], datetime.fromisoformat(facts["end"]), start, facts["currency"])


class Declared:
    """A snapshot that shows a model no table but those it says it reads, in ``needs`` and ``uses``.

    A model that reads more would be offered to shops that lack the table, and its card would be silent about the data it
    learned from.
    """

    def __init__(self, snapshot: Snapshot, tables: Sequence[str], reader: str) -> None:
        self._snapshot = snapshot
        self._tables = tuple(tables)
        self._reader = reader

    @property
    def id(self) -> str:
        return self._snapshot.id

    @property
    def start(self) -> datetime | None:
        return self._snapshot.start

    @property
    def end(self) -> datetime:
        return self._snapshot.end

    @property
    def currency(self) -> str:
        return self._snapshot.currency

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """A table's rows; Invalid for a table that is not declared."""
        self._check(table)
        return self._snapshot.frame(table, columns)

    def rows(self, table: str) -> int:
        """How many rows a declared table has."""
        self._check(table)
        return self._snapshot.rows(table)

    def between(self, start: datetime | None, end: datetime) -> Declared:
        """The same tables, of a part of the time."""
        return Declared(self._snapshot.between(start, end), self._tables, self._reader)

    def _check(self, table: str) -> None:
        if table not in self._tables:
            raise Invalid(
                Phrase("model '{reader}' reads the table '{table}', which it does not name",
                       "模型“{reader}”读取了它没有声明的表“{table}”").format(reader=self._reader, table=table),
                Phrase("name '{table}' in the model's needs or uses", "请在模型的 needs 或 uses 中写上“{table}”").format(
                    table=table),
            )  # fmt: skip
