"""Calls that come together are answered together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mercer.core.errors import Conflict, Unavailable
from mercer.core.record import Record
from mercer.interfaces import calling
from mercer.interfaces.calling import Gathering


class Number(Record):
    """An input."""

    value: int


def answered(numbers: Sequence[int], answer: Any) -> tuple[list[Any], list[int]]:
    """What concurrent calls get, and the sizes of the batches in which they were answered."""
    sizes: list[int] = []

    def counting(records: list[Record]) -> Sequence[Any]:
        sizes.append(len(records))
        return list(answer(records))

    async def go() -> list[Any]:
        with ThreadPoolExecutor(1) as executor:
            gathering = Gathering(counting, executor)
            calls = [gathering.call(Number(value=number)) for number in numbers]
            return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(go()), sizes


def double(records: list[Any]) -> list[int]:
    """Each number twice as large."""
    return [record.value * 2 for record in records]


def test_each_call_gets_its_own_answer() -> None:
    """Calls of one turn of the loop share a batch, and each gets what belongs to it."""
    assert answered(range(50), double) == ([number * 2 for number in range(50)], [50])


def test_batches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No batch is larger than allowed, so that nobody waits for all."""
    monkeypatch.setattr(calling, "MOST", 20)
    assert answered(range(50), double) == ([number * 2 for number in range(50)], [20, 20, 10])


def test_errors_reach_their_callers_only() -> None:
    """A refused call raises, the others of its batch are answered; a batch that fails raises for all."""
    outputs, _ = answered(range(3), lambda records: [1, Conflict("no"), 3])
    assert (outputs[0], outputs[2]) == (1, 3)
    assert isinstance(outputs[1], Conflict)
    outputs, _ = answered(range(3), lambda records: 1 / 0)
    assert all(isinstance(output, ZeroDivisionError) for output in outputs)


def test_while_one_batch_is_answered_the_next_one_fills() -> None:
    """The loop goes on while a batch is being answered, and those who come meanwhile go together."""
    begun, go_on, sizes = threading.Event(), threading.Event(), list[int]()

    def slow(records: list[Any]) -> list[int]:
        sizes.append(len(records))
        begun.set()
        assert go_on.wait(10)
        return double(records)

    async def go() -> list[Any]:
        with ThreadPoolExecutor(1) as executor:
            gathering = Gathering(slow, executor)
            first = gathering.call(Number(value=1))
            while not begun.is_set():
                await asyncio.sleep(0.001)
            rest = [gathering.call(Number(value=number)) for number in range(2, 9)]
            go_on.set()
            return await asyncio.gather(first, *rest)

    assert asyncio.run(go()) == [2 * number for number in range(1, 9)]
    assert sizes == [1, 7]


def test_a_caller_who_left_does_no_harm() -> None:
    """A cancelled call's answer is dropped; the others get theirs."""

    async def go() -> int:
        with ThreadPoolExecutor(1) as executor:
            gathering = Gathering(double, executor)
            left, stays = gathering.call(Number(value=1)), gathering.call(Number(value=2))
            left.cancel()
            return int(await stays)

    assert asyncio.run(go()) == 4


def test_too_many_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """When too many wait, the next one is told so instead of waiting too."""
    monkeypatch.setattr(calling, "WAITING", 3)
    with pytest.raises(Unavailable):
        answered(range(4), double)
