"""What a training process is told, and what it tells back: plain JSON in a folder of its own."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from mercer.core.capability import Capability
from mercer.core.model import Model
from mercer.core.phrase import Phrase

TASK, RESULT, SCORES, VERSION, LOG = "task.json", "result.json", "scores.npz", "version", "log.txt"

State = Literal["finished", "over_time", "over_memory", "failed"]
Work = Literal["look", "examine", "refit"]
"""Look where time can be cut; fit a model on the past and examine it; fit it on everything and save it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work. The data of a large shop is read in such processes only, never in the one that asks for it.

    ``capability`` is "module:Class" and ``models_path`` the folders in which its models are looked for: with these a
    process that starts afresh, perhaps on another machine, finds what its parent had found.
    """

    work: Work
    capability: str
    models_path: tuple[str, ...]
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    cut: str = ""
    limit: int = 0

    def save(self, folder: Path) -> None:
        """Write the task into its folder."""
        (folder / TASK).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Task:
        """Read a task from its folder."""
        return cls(**json.loads((folder / TASK).read_text(encoding="utf-8")))

    def the_capability(self) -> Capability:
        """The capability, made anew."""
        module, _, name = self.capability.partition(":")
        capability: Capability = getattr(importlib.import_module(module), name)()
        return capability

    def make(self) -> tuple[Capability, Model]:
        """The capability, and the model with its settings, still to be fitted."""
        capability = self.the_capability()
        package = importlib.import_module(capability.models_package)
        own = list(package.__path__)
        package.__path__ = own + [each for each in self.models_path if each not in own]
        kind = capability.model(self.model)
        return capability, kind(kind.Settings(**self.settings))


def task_of(work: Work, capability: Capability, model: str = "", **told: Any) -> Task:
    """A task for ``capability`` and one of its models, found again in another process."""
    kind = type(capability)
    package = importlib.import_module(capability.models_package)
    return Task(work, f"{kind.__module__}:{kind.__qualname__}", tuple(package.__path__), model, **told)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task. ``note`` says in words what went wrong; ``folder`` holds what the process wrote."""

    state: State
    folder: Path
    seconds: float = 0.0
    fit_seconds: float | None = None
    answer_seconds: float | None = None
    peak_mb: float = 0.0
    note: Phrase | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        return self.state == "finished"
