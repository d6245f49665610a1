"""What a snapshot is made of: a small JSON file that names its Parquet parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file, never changed once it is written.

    ``freeze`` counts the freezes: rows of a later one take the place of earlier rows with their key. ``newest`` is the
    latest time in it, in microseconds since 1970.
    """

    name: str
    sha256: str
    rows: int
    freeze: int
    newest: int | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A table's parts, and the highest ``_stored`` in them, from which the next freeze goes on."""

    mark: int = 0
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot: whose it is, its end, its parts, and the pseudonyms of people who are forgotten."""

    store: str
    currency: str
    made_at: str = ""
    end: str = ""
    freeze: int = 0
    forgotten: tuple[str, ...] = ()
    tables: Mapping[str, Frozen] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """A hash of what is in it, whenever it was made."""
        digest = hashlib.sha256()
        for name, table in sorted(self.tables.items()):
            digest.update("\n".join([f"#{name}", *(part.sha256 for part in table.parts), ""]).encode())
        digest.update("\n".join(["#forgotten", *sorted(self.forgotten)]).encode())
        return digest.hexdigest()

    def until(self, now: datetime) -> datetime:
        """The instant just after the newest thing known, but not after ``now``; ``now`` where nothing is known."""
        times = [part.newest for table in self.tables.values() for part in table.parts if part.newest is not None]
        newest = _EPOCH + timedelta(microseconds=max(times)) if times else now
        return min(newest, now) + timedelta(microseconds=1)

    def json(self) -> bytes:
        """The manifest as the file that ``read`` reads."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """The manifest that a file holds."""
        values: dict[str, Any] = json.loads(content)
        tables = {
            name: Frozen(table["mark"], tuple(Part(**part) for part in table["parts"]))
            for name, table in values["tables"].items()
        }
        return cls(**{**values, "tables": tables, "forgotten": tuple(values["forgotten"])})
