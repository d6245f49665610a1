"""Where tasks run: in processes of this machine, within a budget of time and memory that is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from mercer.core.errors import Invalid
from mercer.core.phrase import Phrase
from mercer.training.budget import Budget, cores
from mercer.training.process import Process
from mercer.training.task import Outcome

LOOK_SECONDS = 0.02
"""Between two looks at a process. One that asks for a gigabyte a second is stopped twenty megabytes over its budget."""

Done = Callable[[str, Outcome], None]


class Engine(Protocol):
    """Runs tasks, each in the folder that describes it, lightest first."""

    def run(self, tasks: Mapping[str, Path], snapshot: Path, budget: Budget, done: Done) -> dict[str, Outcome]:
        """Run all tasks within the budget; ``done`` hears of each one that ends. Every task has an outcome."""


class LocalProcesses:
    """Processes of this machine, as many at a time as there are cores.

    Each task may take an equal share of the time that is left, so that light models leave time to the heavy ones and no
    model that hangs takes the others' turn. When the processes together hold more memory than the budget, the one that
    came last is put back and gets its turn alone; a process that is over the budget by itself is stopped for good.
    """

    def __init__(self, workers: int | None = None, threads: int | None = None) -> None:
        self._workers = workers or cores()
        self._threads = threads

    def run(self, tasks: Mapping[str, Path], snapshot: Path, budget: Budget, done: Done) -> dict[str, Outcome]:
        """Run all tasks on this machine; threads are shared out so that the processes together use each core once."""
        workers = max(1, min(self._workers, len(tasks)))
        threads = self._threads or max(1, cores() // workers)
        return _Run(tasks, snapshot, budget, done, workers, threads).outcomes()


class _Run:
    """One run of the local engine."""

    def __init__(
        self, tasks: Mapping[str, Path], snapshot: Path, budget: Budget, done: Done, workers: int, threads: int
    ) -> None:
        self._tasks = tasks
        self._snapshot = snapshot
        self._budget = budget
        self._done = done
        self._workers = workers
        self._threads = threads
        self._waiting = list(tasks)
        self._alone: set[str] = set()
        self._running: list[Process] = []
        self._outcomes: dict[str, Outcome] = {}

    def outcomes(self) -> dict[str, Outcome]:
        try:
            while self._waiting or self._running:
                while self._may_start():
                    self._start(self._waiting.pop(0))
                time.sleep(LOOK_SECONDS)
                self._look()
        finally:
            for process in self._running:
                process.stop()
        return {name: self._outcomes[name] for name in self._tasks}

    def _may_start(self) -> bool:
        if not self._waiting:
            return False
        if not self._running:
            return True
        lonely = self._waiting[0] in self._alone or any(each.name in self._alone for each in self._running)
        return len(self._running) < self._workers and not lonely

    def _start(self, name: str) -> None:
        left = self._budget.left()
        if left <= 0:
            self._end(name, Outcome("over_time", self._tasks[name], note=_NOT_STARTED))
            return
        turns = len(self._waiting) + len(self._running) + 1
        workers = 1 if self._alone else self._workers
        limit = left * min(1.0, workers / turns)
        self._running.append(Process(name, self._tasks[name], self._snapshot, limit, self._threads))

    def _look(self) -> None:
        for process in list(self._running):
            if not process.running():
                self._finish(process, process.outcome())
            elif process.late:
                process.stop()
                self._finish(process, process.ended("over_time", _slow(process.limit)))
        held = {process: process.megabytes() for process in self._running}
        if sum(held.values()) > self._budget.megabytes:
            self._make_room(held)

    def _make_room(self, held: Mapping[Process, float]) -> None:
        """Stop what is too large by itself; else put back the process that came last."""
        largest = max(held, key=lambda each: held[each])
        if held[largest] > self._budget.megabytes:
            largest.stop()
            self._finish(largest, largest.ended("over_memory", _large(self._budget.megabytes)))
            return
        last = self._running.pop()
        last.stop()
        self._alone.add(last.name)
        self._waiting.append(last.name)

    def _finish(self, process: Process, outcome: Outcome) -> None:
        self._running.remove(process)
        self._end(process.name, outcome)

    def _end(self, name: str, outcome: Outcome) -> None:
        self._outcomes[name] = outcome
        self._done(name, outcome)


_NOT_STARTED = Phrase("not started: the time was spent before its turn", "未开始：轮到它时时间已用完")


def _slow(limit: float) -> Phrase:
    return Phrase("stopped after {limit:.3g} seconds, its share of the time", "运行 {limit:.3g} 秒后被停止（达到其时间份额）").format(
        limit=limit)  # fmt: skip


def _large(megabytes: float) -> Phrase:
    return Phrase("stopped when it held more than {most:,.0f} MB", "占用内存超过 {most:,.0f} MB 时被停止").format(
        most=megabytes
    )


def engine(address: str) -> Engine:
    """The engine that ``engine`` in mercer.toml names: "local", or ray://host:port."""
    if address == "local":
        return LocalProcesses()
    if address == "ray" or address.startswith("ray://"):
        from mercer.training.ray_engine import RayCluster

        return RayCluster(address)
    raise Invalid(
        Phrase("there is no training engine '{address}'", "没有名为“{address}”的训练引擎").format(address=address),
        Phrase("write engine = \"local\" or \"ray://host:port\" in mercer.toml",
               "请在 mercer.toml 中写 engine = \"local\" 或 \"ray://主机:端口\""),
    )  # fmt: skip
