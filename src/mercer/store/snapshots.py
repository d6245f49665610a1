"""Freezing the shop: Parquet parts that are written once, and a manifest that names them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mercer.core.errors import NotFound
from mercer.core.operation import Progress, silent
from mercer.core.phrase import Phrase
from mercer.core.tables import TABLES
from mercer.store.blobs import Blobs
from mercer.store.compaction import cleansed, compacted
from mercer.store.database import told
from mercer.store.frozen import FrozenSnapshot
from mercer.store.manifest import Damaged, Frozen, Manifest
from mercer.store.parts import scan, write_new
from mercer.store.sql import about_store, forgotten
from mercer.store.turns import alone, together
from mercer.store.view import one_instant

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
    """The frozen pasts of a shop. A new freeze writes only the rows that were stored since the last one.

    ``parts/`` holds Parquet files that are never changed, ``manifests/`` one file for each snapshot that names its parts,
    and ``latest.json`` points at the last one. A process that dies on the way leaves parts that nobody names.
    """

    def __init__(self, store: Store, blobs: Blobs, currency: str) -> None:
        self._store = store
        self._blobs = blobs
        self._currency = currency

    def freeze(self, as_of: datetime | None = None, progress: Progress = silent) -> FrozenSnapshot:
        """Freeze the shop.

        The snapshot ends at ``as_of``, or just after the newest thing that has happened in the shop, so that freezing twice
        what did not change gives the same snapshot, with the same id.
        """
        now = datetime.now(UTC)
        with together(self._store.engine):
            before = self._before()
            with one_instant(self._store.engine) as connection:
                if not _knows(connection, before):
                    before = self._nothing()
                gone = _forgotten(connection)
                made = replace(before, forgotten=gone, freeze=before.freeze + 1, currency=self._currency)
                since = sorted(set(gone) - set(before.forgotten))
                made = replace(made, tables=self._write_tables(connection, made, since, now, progress))
            end = as_of or made.until(now)
            made = replace(made, end=end.isoformat(), made_at=now.isoformat(), token=uuid4().hex)
            frozen = self._open(made)
            self._publish(made, f"{now:%Y%m%dT%H%M%S%f}-{made.content[:16]}-{frozen.id}")
        progress(_FREEZING.format(table=""), len(TABLES), len(TABLES))
        return frozen

    def _publish(self, made: Manifest, name: str) -> None:
        """Write the manifest, note it in the database, and only then point at it."""
        place = f"manifests/{name}.json"
        self._blobs.write(place, made.json())
        noted = sa.insert(about_store).values(name=f"snapshot {made.token}", value=name)
        with told(), self._store.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(noted)
        self._blobs.write(_LATEST, json.dumps({"manifest": place}).encode())

    def latest(self) -> FrozenSnapshot | None:
        """The snapshot that was frozen last, if there is one; without the people who were forgotten since."""
        manifest = self._latest()
        return self._open(self._today(manifest)) if manifest else None

    def get(self, snapshot_id: str) -> FrozenSnapshot:
        """A snapshot by its id or by the hash of its content; eight characters are enough.

        People who were forgotten since are left out; what is left then is another content, so that its id differs.
        """
        for each in reversed(self._names()):
            _, content, own = _split(each)
            if len(snapshot_id) >= 8 and (own.startswith(snapshot_id) or content.startswith(snapshot_id[:16])):
                return self._open(self._today(Manifest.read(self._blobs.read(each))))
        raise NotFound(
            Phrase("there is no snapshot '{id}'", "没有快照“{id}”").format(id=snapshot_id),
            Phrase("take one: mercer snapshot", "请先生成快照：mercer snapshot"),
        )

    def list(self) -> list[SnapshotName]:
        """All snapshots, the latest first."""
        found = []
        for name in reversed(self._names()):
            made, content, own = _split(name)
            found.append(SnapshotName(own, content, datetime.strptime(made + "+0000", "%Y%m%dT%H%M%S%f%z")))
        return found

    def prune(self, keep: int) -> int:
        """Delete all snapshots but the latest ``keep``, with the files that only they needed; how many were deleted.

        This is how the last traces of somebody who was forgotten go: a freeze writes the parts anew in which they are, but
        older snapshots still hold the old ones. Waits for freezes that are under way; whoever reads a deleted snapshot finds
        its files gone.
        """
        with alone(self._store.engine):
            latest = self._latest()
            names = list(reversed(self._names()))
            kept = [Manifest.read(self._blobs.read(each)) for each in names[: max(keep, 1)]] + (
                [latest] if latest else []
            )
            needed = {part.name for manifest in kept for part in manifest.parts}
            for name in [*names[max(keep, 1) :], *(each for each in self._blobs.list("parts/") if each not in needed)]:
                self._blobs.delete(name)
        return len(names[max(keep, 1) :])

    def _names(self) -> Sequence[str]:
        return [each for each in self._blobs.list("manifests/") if each.endswith(".json") and each.count("-") == 2]

    def _nothing(self) -> Manifest:
        return Manifest(self._store.id, self._currency)

    def _latest(self) -> Manifest | None:
        if not self._blobs.exists(_LATEST):
            return None
        try:
            name = str(json.loads(self._blobs.read(_LATEST))["manifest"])
        except (ValueError, TypeError, KeyError) as error:
            raise Damaged(f"{_LATEST}: {error}") from None
        return Manifest.read(self._blobs.read(name))

    def _before(self) -> Manifest:
        """What the new freeze goes on from; nothing where the folder holds another shop's past, or a damaged one."""
        try:
            latest = self._latest()
            if latest is None or latest.store != self._store.id:
                return self._nothing()
            self._want_whole(latest)
        except (Damaged, NotFound):
            return self._nothing()
        return latest

    def _today(self, manifest: Manifest) -> Manifest:
        """The manifest with everybody who was forgotten until now."""
        if manifest.store != self._store.id:
            return manifest
        with told(), self._store.engine.connect() as connection:
            return replace(manifest, forgotten=_forgotten(connection))

    def _want_whole(self, manifest: Manifest) -> None:
        """Raise where a part is missing or cut off: a broken copy, a disk that was full, a hand that tidied up."""
        sizes = self._blobs.sizes("parts/")
        for part in manifest.parts:
            if sizes.get(part.name) != part.size:
                raise Damaged(f"{part.name}: {sizes.get(part.name, 0)} / {part.size} bytes")

    def _write_tables(
        self, connection: Connection, made: Manifest, gone: Sequence[str], now: datetime, progress: Progress
    ) -> Mapping[str, Frozen]:
        frozen = {}
        for done, table in enumerate(TABLES.values()):
            progress(_FREEZING.format(table=table.name), done, len(TABLES))
            held = made.tables.get(table.name, Frozen())
            new = write_new(connection, table, held, made.freeze, self._blobs, self._store.pseudonyms, now)
            if new.mark != held.mark:  # what did not change is left as it is, and so keeps its id
                new = compacted(table, new, made.freeze, self._blobs, made.forgotten, now)
            frozen[table.name] = cleansed(table, new, self._blobs, gone, now)
        return frozen

    def _open(self, manifest: Manifest) -> FrozenSnapshot:
        self._want_whole(manifest)
        frames: dict[str, pl.LazyFrame | pl.DataFrame] = {
            name: scan(TABLES[name], table, self._blobs, manifest.forgotten)
            for name, table in manifest.tables.items()
            if table.parts and name in TABLES
        }
        end = datetime.fromisoformat(manifest.end)
        return FrozenSnapshot(frames, manifest.content, end, currency=manifest.currency)


def _split(name: str) -> tuple[str, str, str]:
    """When, content and id, from the name of a manifest."""
    made, content, own = name.rpartition("/")[2].removesuffix(".json").split("-")
    return made, content, own


def _forgotten(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(sa.select(forgotten.c.pseudonym).order_by(forgotten.c.pseudonym)).scalars())


def _knows(connection: Connection, before: Manifest) -> bool:
    """Whether the database remembers its last snapshot; one that was restored from a backup may not."""
    noted = sa.select(about_store.c.name).where(about_store.c.name == f"snapshot {before.token}")
    return connection.execute(noted).first() is not None
