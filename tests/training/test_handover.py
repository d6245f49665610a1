"""Handing a snapshot to another process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mercer.core.errors import Invalid
from mercer.training.handover import Declared, hand_over, take_over


def test_what_is_taken_over_is_what_was_handed_over(tmp_path: Path, snapshot: Any) -> None:
    """The same rows, the same cuts, the same times; empty tables stay empty."""
    assert hand_over(snapshot, tmp_path) == {"order_lines": 1110}
    taken = take_over(tmp_path)
    assert taken.frame("order_lines").collect().equals(snapshot.frame("order_lines").collect())
    assert (taken.start, taken.end, taken.currency) == (snapshot.start, snapshot.end, snapshot.currency)
    assert taken.rows("reviews") == 0
    cut = snapshot.end.replace(day=9)
    assert taken.between(None, cut).rows("order_lines") == snapshot.between(None, cut).rows("order_lines") < 1110


def test_a_cut_snapshot_can_be_handed_over(tmp_path: Path, snapshot: Any) -> None:
    """What lies outside the cut is not written at all."""
    past = snapshot.between(None, snapshot.end.replace(day=5))
    rows = hand_over(past, tmp_path)["order_lines"]
    assert rows == past.rows("order_lines") < 1110


def test_a_model_sees_only_the_tables_it_names(snapshot: Any) -> None:
    """Anything else is refused, in cut snapshots too, with what to do."""
    seen = Declared(snapshot, ["order_lines"], "nosy")
    assert seen.rows("order_lines") == 1110
    assert (seen.id, seen.start, seen.end, seen.currency) == (
        snapshot.id, snapshot.start, snapshot.end, snapshot.currency)  # fmt: skip
    for each in (seen, seen.between(None, snapshot.end)):
        with pytest.raises(Invalid, match="'nosy' reads the table 'orders', which it does not name"):
            each.frame("orders")
        with pytest.raises(Invalid):
            each.rows("reviews")
