"""The registry: trained models, one folder per version, and an atomic pointer to the chosen one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from mercer.core.errors import NotFound
from mercer.core.phrase import Phrase
from mercer.store.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Version:
    """One trained model."""

    version: str
    model: str
    chosen: bool


class Registry:
    """Versions of each capability's models.

    ``<capability>/<version>/`` holds model.json, model/, card.md and report.json; ``<capability>/chosen.json`` lists the
    versions chosen so far, the present one last, so that going back is moving it.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def publish(self, capability: str, folder: Path, report: dict[str, Any], card: str, choose: bool = True) -> str:
        """Copy a trained model in, with its report and card; it appears whole. Returns its version."""
        model = json.loads((folder / "model.json").read_text())["model"]
        version = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{model}-{uuid4().hex[:6]}"
        (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
        (folder / "card.md").write_text(card)
        self._blobs.upload(folder, f"{capability}/{version}")
        if choose:
            self.choose(capability, version)
        return version

    def choose(self, capability: str, version: str) -> None:
        """Let this version answer from now on."""
        self.open(capability, version)
        past = [each for each in self._chosen(capability) if each != version]
        self._write(capability, [*past, version])

    def roll_back(self, capability: str) -> str:
        """Let the version chosen before answer again, and return it; NotFound where there is none."""
        past = self._chosen(capability)
        if len(past) < 2:
            raise NotFound(
                Phrase("'{capability}' has no version before this one", "“{capability}”没有更早的版本").format(
                    capability=capability
                ),
                Phrase("mercer models SHOP lists the versions", "mercer models 店铺 可列出各版本"),
            )
        self._write(capability, past[:-1])
        return past[-2]

    def chosen(self, capability: str) -> str | None:
        """The version that answers now."""
        past = self._chosen(capability)
        return past[-1] if past else None

    def versions(self, capability: str) -> list[Version]:
        """All versions, oldest first."""
        now = self.chosen(capability)
        names = [each.split("/")[1] for each in self._blobs.list(f"{capability}/") if each.endswith("/model.json")]
        return [Version(each, self._facts(capability, each)["model"], each == now) for each in names]

    def open(self, capability: str, version: str) -> Path:
        """The folder of a version; NotFound where there is none."""
        folder = self._blobs.path(f"{capability}/{version}")
        if not (folder / "model.json").is_file():
            raise NotFound(
                Phrase("'{capability}' has no version '{version}'", "“{capability}”没有版本“{version}”").format(
                    capability=capability, version=version
                ),
                Phrase("mercer models SHOP lists the versions", "mercer models 店铺 可列出各版本"),
            )
        return folder

    def report(self, capability: str, version: str) -> dict[str, Any]:
        """The report of the run that trained a version."""
        return dict(json.loads((self.open(capability, version) / "report.json").read_text()))

    def card(self, capability: str, version: str) -> str:
        """The model card of a version, in Markdown."""
        return (self.open(capability, version) / "card.md").read_text()

    def _facts(self, capability: str, version: str) -> dict[str, Any]:
        return dict(json.loads(self._blobs.read(f"{capability}/{version}/model.json")))

    def _chosen(self, capability: str) -> list[str]:
        name = f"{capability}/chosen.json"
        return list(json.loads(self._blobs.read(name))) if self._blobs.exists(name) else []

    def _write(self, capability: str, versions: list[str]) -> None:
        self._blobs.write(f"{capability}/chosen.json", json.dumps(versions).encode())
