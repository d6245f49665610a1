"""Progress bars on standard error, for slow operations."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from mercer.core.phrase import Phrase


class Bars:
    """One bar a step; a step without a total spins. Nothing is drawn where standard error is not a terminal."""

    def __init__(self, console: Console, language: str) -> None:
        self._language = language
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=False,
        )

    def __call__(self, step: Phrase, done: float, total: float | None = None) -> None:
        if step.en not in self._tasks:
            self._tasks[step.en] = self._bars.add_task(step.say(self._language), total=total)
        self._bars.update(self._tasks[step.en], completed=done, total=total)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
