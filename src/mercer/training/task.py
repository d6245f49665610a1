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


@dataclass(frozen=True, slots=True)
class Task:
    """Fit one model and examine it (``cut`` given), or fit it on everything and save it.

    ``capability`` is "module:Class" and ``models_path`` the folders in which its models are looked for: a process that
    starts afresh finds with these what its parent had found.
    """

    capability: str
    models_path: tuple[str, ...]
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    cut: str | None = None
    limit: int = 0

    def save(self, folder: Path) -> None:
        """Write the task into its folder."""
        (folder / TASK).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Task:
        """Read a task from its folder."""
        return cls(**json.loads((folder / TASK).read_text(encoding="utf-8")))

    def make(self) -> tuple[Capability, Model]:
        """The capability, and the model with its settings, still to be fitted."""
        module, _, name = self.capability.partition(":")
        capability: Capability = getattr(importlib.import_module(module), name)()
        package = importlib.import_module(capability.models_package)
        package.__path__ = list(self.models_path)
        kind = capability.model(self.model)
        return capability, kind(kind.Settings(**self.settings))


def task_of(capability: Capability, model: str, **told: Any) -> Task:
    """A task for a model of ``capability``, found again in another process."""
    kind = type(capability)
    package = importlib.import_module(capability.models_package)
    return Task(f"{kind.__module__}:{kind.__qualname__}", tuple(package.__path__), model, **told)


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
