"""What a model is: settings, needs, fit, answer, save, load."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from mercer.core.phrase import Phrase
from mercer.core.record import Record

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot


class Model(ABC):
    """One way to answer a capability's question, learned from the shop's past.

    A model lives in one file of its capability's ``models/`` folder and is found there. ``rung`` is its place on the
    ladder from simple (0, the honest baseline) to heavy: when a heavier model is not clearly better, the lighter one
    is chosen. Saving writes npz, safetensors, ONNX, LightGBM text or JSON into a folder, never pickle.
    """

    name: ClassVar[str]
    about: ClassVar[Phrase]
    rung: ClassVar[int] = 5
    needs: ClassVar[tuple[str, ...]] = ()
    """Tables without which the model cannot be fitted."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Tables it reads where they are there."""
    extras: ClassVar[tuple[str, ...]] = ()
    """Extras that have to be installed: mercer[...]."""
    builds_on: ClassVar[tuple[str, ...]] = ()
    """Names of models of the same capability that this one combines."""

    class Settings(Record):
        """A model's settings: each field bounded, described in both languages, with a default that says why."""

    def __init__(self, settings: Record | None = None) -> None:
        self.settings: Any = settings if settings is not None else type(self).Settings()

    @abstractmethod
    def fit(self, past: Snapshot, seed: int = 0) -> None:
        """Learn from the past; the same past, settings and seed give the same answers."""

    @abstractmethod
    def answer(self, requests: Sequence[Any]) -> Sequence[Any]:
        """Answer a batch of the capability's requests, in order; a batch equals its requests one by one."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write everything ``load`` needs into an empty folder."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Read what ``save`` wrote; afterwards the model answers exactly as before."""

    def facts(self) -> dict[str, Any]:
        """What is worth knowing about the fitted model, for its card: sizes, learned weights, chosen settings."""
        return {}
