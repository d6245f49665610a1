"""Freezing the shop: Parquet parts that are written once, and a manifest that names them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy.engine import Connection

from mercer.core.errors import NotFound
from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase
from mercer.core.tables import TABLES
from mercer.store.blobs import Blobs
from mercer.store.frozen import FrozenSnapshot
from mercer.store.manifest import Frozen, Manifest
from mercer.store.parts import scan, write_new
from mercer.store.sql import forgotten
from mercer.store.view import highest_number, one_instant

if TYPE_CHECKING:
    from mercer.store.store import Store

_LATEST = "latest.json"
_FREEZING = Phrase("freezing {table}", "冻结 {table}")


@dataclass(frozen=True, slots=True)
class SnapshotName:
    """A snapshot that was frozen: its id, the hash of its content, and when it was made."""

    id: str
    content: str
    made_at: datetime


class Snapshots:
    """The frozen pasts of a shop. A new freeze writes only the rows that were stored since the last one."""

    def __init__(self, store: Store, blobs: Blobs, currency: str) -> None:
        self._store = store
        self._blobs = blobs
        self._currency = currency

    def freeze(self, as_of: datetime | None = None, progress: Progress = silent) -> FrozenSnapshot:
        """Freeze the shop.

        The snapshot ends at ``as_of``, or just after the newest thing the shop knows of, so that freezing twice what did
        not change gives the same snapshot, with the same id.
        """
        before = self._before()
        with one_instant(self._store.engine) as connection:
            if self._went_back(connection, before):
                before = self._nothing()
            tables = self._write_tables(connection, before, progress)
            gone = tuple(connection.execute(forgotten.select().order_by(forgotten.c.pseudonym)).scalars())
        now = datetime.now(UTC)
        made = replace(before, tables=tables, forgotten=gone, freeze=before.freeze + 1, currency=self._currency)
        end = as_of or made.until(now)
        made = replace(made, end=end.isoformat(), made_at=now.isoformat())
        frozen = self._open(made)
        name = f"manifests/{now:%Y%m%dT%H%M%S%f}-{made.content[:16]}-{frozen.id}.json"
        self._blobs.write(name, made.json())
        self._blobs.write(_LATEST, json.dumps({"manifest": name}).encode())
        progress(_FREEZING.format(table=""), len(TABLES), len(TABLES))
        return frozen

    def latest(self) -> FrozenSnapshot | None:
        """The snapshot that was frozen last, if there is one."""
        manifest = self._latest()
        return self._open(manifest) if manifest else None

    def get(self, snapshot_id: str) -> FrozenSnapshot:
        """A snapshot by its id or by the hash of its content; eight characters are enough."""
        for each in reversed(self._names()):
            _, content, own = each.removesuffix(".json").rsplit("-", 2)
            if len(snapshot_id) >= 8 and (own.startswith(snapshot_id) or content.startswith(snapshot_id[:16])):
                return self._open(Manifest.read(self._blobs.read(each)))
        raise NotFound(
            Phrase("there is no snapshot '{id}'", "没有快照“{id}”").format(id=snapshot_id),
            Phrase("take one: mercer snapshot", "请先生成快照：mercer snapshot"),
        )

    def _names(self) -> Sequence[str]:
        return self._blobs.list("manifests/")

    def list(self) -> list[SnapshotName]:
        """All snapshots, the latest first."""
        found = []
        for name in reversed(self._names()):
            made, content, own = name.rpartition("/")[2].removesuffix(".json").split("-")
            found.append(SnapshotName(own, content, datetime.strptime(made + "+0000", "%Y%m%dT%H%M%S%f%z")))
        return found

    def _nothing(self) -> Manifest:
        return Manifest(self._store.id, self._currency)

    def _latest(self) -> Manifest | None:
        if not self._blobs.exists(_LATEST):
            return None
        return Manifest.read(self._blobs.read(json.loads(self._blobs.read(_LATEST))["manifest"]))

    def _before(self) -> Manifest:
        """What the new freeze goes on from; nothing where the folder holds another shop's past."""
        latest = self._latest()
        return latest if latest and latest.store == self._store.id else self._nothing()

    @staticmethod
    def _went_back(connection: Connection, before: Manifest) -> bool:
        """Whether the database is older than its last snapshot: it was restored from a backup."""
        return any(highest_number(connection, name) < table.mark for name, table in before.tables.items())

    def _write_tables(self, connection: Connection, before: Manifest, progress: Progress) -> Mapping[str, Frozen]:
        frozen = {}
        for done, table in enumerate(TABLES.values()):
            progress(_FREEZING.format(table=table.name), done, len(TABLES))
            held = before.tables.get(table.name, Frozen())
            frozen[table.name] = write_new(
                connection, table, held, before.freeze + 1, self._blobs, self._store.pseudonyms
            )
        return frozen

    def _open(self, manifest: Manifest) -> FrozenSnapshot:
        frames: dict[str, pl.LazyFrame | pl.DataFrame] = {
            name: scan(TABLES[name], table.parts, self._blobs, manifest.forgotten)
            for name, table in manifest.tables.items()
            if table.parts and name in TABLES
        }
        end = datetime.fromisoformat(manifest.end)
        return FrozenSnapshot(frames, manifest.content, end, currency=manifest.currency)
