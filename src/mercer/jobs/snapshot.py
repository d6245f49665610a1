"""Freeze the shop's data, and list what was frozen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime

from mercer.core.operation import Progress, from_function, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about

if TYPE_CHECKING:
    from mercer.shop import Shop


class FrozenData(Record):
    """A snapshot: the shop as it was known at one instant."""

    snapshot: Annotated[
        str, about("id: the same rows cut at the same time have the same", "编号：同样的数据在同一时刻冻结，编号相同")
    ]
    end: Annotated[
        datetime, about("what happened or became known from then on is not in it", "截至时刻；此后发生或得知的不在其中")
    ]
    rows: Annotated[dict[str, int], about("rows by table, of tables that have any", "各表的行数（只列非空的表）")]


class SnapshotRow(Record):
    """One snapshot in the list."""

    snapshot: Annotated[str, about("id", "编号")]
    made_at: Annotated[datetime, about("when it was made", "生成时间")]
    content: Annotated[str, about("hash of its content", "内容散列")]


class SnapshotList(Record):
    """The snapshots, latest first."""

    snapshots: Annotated[tuple[SnapshotRow, ...], about("snapshots", "快照")]


def snapshot(
    shop: Shop,
    as_of: Annotated[
        AwareDatetime | None,
        about(
            "leave out what happened or became known from this instant on; by default nothing is left out",
            "不含此刻起发生或得知的内容；默认全部包含",
        ),
    ] = None,
    progress: Progress = silent,
) -> FrozenData:
    """Freeze the shop: pseudonymous, read-only, and only what is new is written."""
    from mercer.core.tables import TABLES

    frozen = shop.snapshots.freeze(as_of, progress)
    rows = {name: count for name in TABLES if (count := frozen.rows(name))}
    return FrozenData(snapshot=frozen.id, end=frozen.end, rows=rows)


def snapshots(shop: Shop) -> SnapshotList:
    """What was frozen so far."""
    return SnapshotList(
        snapshots=tuple(
            SnapshotRow(snapshot=each.id, made_at=each.made_at, content=each.content[:16])
            for each in shop.snapshots.list()
        )
    )


operations = (
    from_function(
        snapshot, summary=Phrase("Freeze the shop's data for training", "冻结店铺数据以供训练"), slow=True, changes=True
    ),
    from_function(snapshots, summary=Phrase("List the frozen snapshots", "列出已冻结的快照"), audience="staff"),
)
