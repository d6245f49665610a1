"""The chosen model of a capability, kept loaded, and exchanged for a newly published one without anybody waiting."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from mercer.core.capability import Capability
from mercer.core.errors import NotReady
from mercer.core.model import Model
from mercer.core.phrase import Phrase

if TYPE_CHECKING:
    from mercer.store.registry import Registry

LOOK_SECONDS = 1.0
"""How old what we know of the registry's pointer may be; reading it costs a file, or a call to an object store."""

log = logging.getLogger("mercer")


@dataclass(frozen=True, slots=True)
class Serving:
    """A loaded model, and how answers name it: 'ease@20261124T081500-ease-1f3a'."""

    version: str
    name: str
    model: Model

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"


class LiveModel:
    """The chosen model of one capability.

    ``now()`` never waits for the registry once a model is loaded: at most once a second it starts a look in the
    background, and the newly chosen model takes over when it has been loaded whole.
    """

    def __init__(self, capability: Capability, registry: Registry) -> None:
        self._capability = capability
        self._registry = registry
        self._serving: Serving | None = None
        self._looked = 0.0
        self._lock = Lock()

    def now(self) -> Serving:
        """The model that answers now; NotReady where none has been trained yet."""
        serving = self._serving
        if serving is None:
            return self._first()
        at = monotonic()
        if at - self._looked > LOOK_SECONDS:
            self._looked = at
            Thread(target=self._look, daemon=True, name=f"look-{self._capability.name}").start()
        return serving

    @property
    def loaded(self) -> Serving | None:
        """The model that is in memory, if there is one."""
        return self._serving

    def refresh(self) -> None:
        """Take over a newly chosen model at once, where one is in memory; after a job that may have published."""
        if self._serving is not None:
            self._look()

    def _first(self) -> Serving:
        with self._lock:
            if self._serving is None:
                version = self._registry.chosen(self._capability.name)
                if version is None:
                    raise NotReady(
                        Phrase("no model for '{name}' yet", "“{name}”还没有模型").format(name=self._capability.name),
                        Phrase("mercer train SHOP --only {name}", "请先运行 mercer train 店铺 --only {name}").format(
                            name=self._capability.command
                        ),
                    )
                self._serving = self._load(version)
                self._looked = monotonic()
            return self._serving

    def _look(self) -> None:
        """Read the pointer; load what it names when that is another version. A failure leaves the old model serving."""
        with self._lock:
            try:
                version = self._registry.chosen(self._capability.name)
                if version is not None and self._serving is not None and version != self._serving.version:
                    self._serving = self._load(version)
                    log.info("%s: now answering with %s", self._capability.name, self._serving.label)
            except Exception as error:  # whatever a broken file makes a library raise
                log.warning("%s: cannot load the newly chosen model: %s", self._capability.name, error)

    def _load(self, version: str) -> Serving:
        folder = self._registry.open(self._capability.name, version)
        made: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        kind = self._capability.model(made["model"])
        model = kind(kind.Settings(**made.get("settings", {})))
        model.load(folder / "model")
        return Serving(version, made["model"], model)
