"""Freezing the shop by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from mercer.jobs.snapshot import snapshot, snapshots
from mercer.shop import Shop


def test_freezing_twice_what_did_not_change_is_one_snapshot(tiny_shop: Shop) -> None:
    """The same rows have the same id; rows are counted; an earlier instant shows fewer."""
    first = snapshot(tiny_shop)
    assert first.rows == {"order_lines": 1110}
    assert snapshot(tiny_shop).snapshot == first.snapshot
    early = snapshot(tiny_shop, datetime(2026, 3, 5, tzinfo=UTC))
    assert early.rows["order_lines"] < 1110
    listed = snapshots(tiny_shop).snapshots
    assert {each.snapshot for each in listed} == {first.snapshot, early.snapshot}
