"""How much a training may take."""

from __future__ import annotations

from mercer.training.budget import MINUTES, Budget, cores, free_memory


def test_what_is_not_said_is_taken_from_the_machine() -> None:
    """Half an hour, and most of the memory that is free."""
    budget = Budget.of()
    assert budget.seconds == MINUTES * 60
    assert 100 < budget.megabytes < free_memory() + 500
    assert cores() >= 1


def test_time_passes(monkeypatch: object) -> None:
    """What is left shrinks and never falls below zero; a part begins now."""
    budget = Budget(10, 100, began=Budget(0, 0).began - 4)
    assert 5.9 < budget.left() <= 6
    assert 2.9 < budget.part(0.5).left() <= 3
    assert Budget(1, 100, began=Budget(0, 0).began - 4).left() == 0
