"""What a snapshot is made of: a small JSON file that names its Parquet parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mercer.core.errors import Unavailable
from mercer.core.phrase import Phrase

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file, never changed once it is written.

    ``freeze`` counts the freezes: rows of a later one take the place of earlier rows with their key, and within one every
    key is there once. ``newest`` is the latest time in it that had come when it was written, in microseconds since 1970.
    """

    name: str
    sha256: str
    size: int
    rows: int
    freeze: int
    newest: int | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A table's parts, and the highest ``_stored`` in them, from which the next freeze goes on."""

    mark: int = 0
    parts: tuple[Part, ...] = ()

    @property
    def base(self) -> int:
        """How many parts, from the beginning, were written by the same freeze as the first."""
        return sum(each.freeze == self.parts[0].freeze for each in self.parts) if self.parts else 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot: whose it is, its end, its parts, and the pseudonyms of people who are forgotten.

    ``token`` is a random name that the database notes too: a database that does not know it was restored from a backup.
    """

    store: str
    currency: str
    token: str = ""
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

    @property
    def parts(self) -> list[Part]:
        """All its parts."""
        return [part for table in self.tables.values() for part in table.parts]

    def until(self, now: datetime) -> datetime:
        """The instant just after the newest thing that had happened or become known; ``now`` where there is nothing."""
        times = [part.newest for part in self.parts if part.newest is not None]
        return _EPOCH + timedelta(microseconds=max(times) + 1) if times else now

    def json(self) -> bytes:
        """The manifest as the file that ``read`` reads."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """The manifest that a file holds; Damaged where it holds something else."""
        try:
            values: dict[str, Any] = json.loads(content)
            tables = {
                name: Frozen(table["mark"], tuple(Part(**part) for part in table["parts"]))
                for name, table in values["tables"].items()
            }
            return cls(**{**values, "tables": tables, "forgotten": tuple(values["forgotten"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Damaged(str(error)) from None


class Damaged(Unavailable):
    """A snapshot's files are not as they were written."""

    def __init__(self, what: str) -> None:
        super().__init__(
            Phrase("the snapshot is damaged: {what}", "快照已损坏：{what}").format(what=what),
            Phrase(
                "take a new one, mercer snapshot: all of its data is still in the store",
                "请重新生成快照：mercer snapshot；数据仍完整保存在数据库中",
            ),
        )
