"""Freezing the shop: Parquet parts that are written once, and a manifest that names them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase
from mercer.core.table import Table
from mercer.core.tables import TABLES
from mercer.store.blobs import Blobs
from mercer.store.database import told
from mercer.store.frozen import FrozenSnapshot
from mercer.store.reading import read
from mercer.store.schema import snapshot_columns
from mercer.store.sql import STORED

if TYPE_CHECKING:
    from mercer.store.store import Store

PART_ROWS = 1_000_000
"""Rows of one Parquet part: about 50 MB of a wide table, so freezing stays within bounded memory."""

_FREEZING = Phrase("freezing {table}", "冻结 {table}")


class Snapshots:
    """The frozen pasts of a shop. A new freeze writes only the rows that changed since the last one."""

    def __init__(self, store: Store, blobs: Blobs, currency: str) -> None:
        self._store = store
        self._blobs = blobs
        self._currency = currency

    def freeze(self, progress: Progress = silent) -> FrozenSnapshot:
        """Freeze the shop as it is now."""
        manifest = self._manifest()
        for done, table in enumerate(TABLES.values()):
            progress(_FREEZING.format(table=table.name), done, len(TABLES))
            self._freeze_table(table, manifest.setdefault(table.name, {"last": 0, "parts": []}))
        self._blobs.write("manifest.json", json.dumps(manifest).encode())
        return self._open(manifest)

    def latest(self) -> FrozenSnapshot | None:
        """The last frozen past, if there is one."""
        manifest = self._manifest()
        return self._open(manifest) if manifest else None

    def _manifest(self) -> dict[str, Any]:
        return dict(json.loads(self._blobs.read("manifest.json"))) if self._blobs.exists("manifest.json") else {}

    def _freeze_table(self, table: Table, state: dict[str, Any]) -> None:
        names = snapshot_columns(table)
        while True:
            with told(), self._store.engine.connect() as connection:
                rows = read(connection, table, names, [(STORED, ">", state["last"])], PART_ROWS, numbered=True)
            if rows.is_empty():
                return
            state["last"] = int(rows[STORED].to_numpy().max())
            buffer = BytesIO()
            self._pseudonymous(table, rows).write_parquet(buffer, compression="zstd")
            digest = hashlib.sha256(buffer.getvalue()).hexdigest()
            name = f"parts/{table.name}/{len(state['parts']):06d}-{digest[:12]}.parquet"
            self._blobs.write(name, buffer.getvalue())
            state["parts"].append({"name": name, "sha256": digest, "rows": rows.height})

    def _pseudonymous(self, table: Table, rows: pl.DataFrame) -> pl.DataFrame:
        for column in table.columns:
            if column.person in ("customer", "visitor") and column.name in rows.columns:
                ids = rows[column.name].drop_nulls().unique().to_list()
                mapping = self._store.pseudonyms.of(ids, column.person)
                replaced = pl.col(column.name).replace_strict(mapping, default=None, return_dtype=pl.String)
                rows = rows.with_columns(replaced)
        return rows

    def _open(self, manifest: dict[str, Any]) -> FrozenSnapshot:
        frames: dict[str, pl.LazyFrame | pl.DataFrame] = {}
        digest = hashlib.sha256()
        for name, state in sorted(manifest.items()):
            parts = state["parts"]
            if not parts:
                continue
            digest.update("".join(part["sha256"] for part in parts).encode())
            rows = pl.scan_parquet(
                [self._blobs.scan_address(part["name"]) for part in parts],
                storage_options=dict(self._blobs.scan_options or {}) or None,
            )
            table = TABLES[name]
            if len(parts) > 1 and not table.append:  # a later part holds the newer writing of a key
                rows = rows.sort(STORED).unique(list(table.key), keep="last", maintain_order=True)
            frames[name] = rows.drop(STORED)
        return FrozenSnapshot(frames, digest.hexdigest(), datetime.now(UTC), currency=self._currency)
