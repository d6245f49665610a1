"""The registry: trained models, one folder per version, and an atomic pointer to the chosen one."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mercer.core.errors import Invalid, NotFound, Unavailable
from mercer.core.phrase import Phrase
from mercer.store.blobs import Blobs
from mercer.store.disk import disk_told

_MARK = "published.json"
"""Written last: a folder without it is an upload that never came to its end."""

_LOOK = Phrase("mercer models SHOP lists the versions", "mercer models 店铺 可列出各版本")


@dataclass(frozen=True, slots=True)
class Version:
    """One trained model: which, when, learned from which snapshot, how good (the report's own ``score``)."""

    version: str
    model: str
    created_at: datetime
    chosen: bool
    snapshot: str | None = None
    score: float | None = None


class Registry:
    """Versions of each capability's models.

    ``<capability>/<version>/`` holds model.json, model/, card.md and report.json; ``<capability>/chosen.json`` names the
    version that answers, and those that did before, so that going back is moving a pointer. Versions in an object store
    are copied to ``cache`` when they are opened.
    """

    def __init__(self, blobs: Blobs, cache: Path | None = None) -> None:
        self._blobs = blobs
        self._cache = cache

    def publish(self, capability: str, folder: Path, report: dict[str, Any], card: str, choose: bool = True) -> str:
        """Copy a trained model in, with its report and card; it is seen only when it is whole. Returns its version."""
        model = _model_name(folder)
        now = datetime.now(UTC)
        version = f"{now:%Y%m%dT%H%M%S}-{re.sub(r'[^A-Za-z0-9_.]', '_', model)}-{secrets.token_hex(3)}"
        place = self._place(capability, version)
        self._blobs.upload(folder, place)
        self._blobs.write(f"{place}/report.json", _json(report))
        self._blobs.write(f"{place}/card.md", card.encode())
        self._blobs.write(f"{place}/{_MARK}", _json(_mark(model, now, report)))
        if choose:
            self.choose(capability, version)
        return version

    def choose(self, capability: str, version: str) -> None:
        """Let this version answer from now on."""
        self._want(capability, version)
        at = datetime.now(UTC).isoformat()

        def move(content: bytes | None) -> bytes:
            now = _Pointer.read(content)
            if now.chosen == version:
                return now.json()
            before = [each for each in (*now.before, now.chosen) if each and each != version]
            return now.moved(version, before, at).json()

        self._blobs.change(self._pointer(capability), move)

    def roll_back(self, capability: str) -> str:
        """Let the version chosen before answer again, and return it; NotFound where there is none."""

        at = datetime.now(UTC).isoformat()

        def move(content: bytes | None) -> bytes:
            now = _Pointer.read(content)
            if now.moves and now.moves[-1][0] == at:
                return now.json()  # an object store moved it, but its answer was lost on the way and it was asked again
            if not now.before:
                raise NotFound(
                    Phrase("'{capability}' has no version before this one", "“{capability}”没有更早的版本").format(
                        capability=capability
                    ),
                    _LOOK,
                )
            return now.moved(now.before[-1], now.before[:-1], at).json()

        return str(_Pointer.read(self._blobs.change(self._pointer(capability), move)).chosen)

    def chosen(self, capability: str) -> str | None:
        """The version that answers now."""
        return self._now(capability).chosen

    def history(self, capability: str) -> list[tuple[datetime, str]]:
        """When which version was chosen or gone back to, earliest first."""
        return [(datetime.fromisoformat(at), version) for at, version in self._now(capability).moves]

    def versions(self, capability: str) -> list[Version]:
        """All versions, oldest first."""
        now = self.chosen(capability)
        marks = [each.split("/") for each in self._blobs.list(f"{_named(capability)}/") if each.endswith(f"/{_MARK}")]
        found = [self._version(capability, parts[1], now) for parts in marks if len(parts) == 3]
        return sorted(found, key=lambda each: (each.created_at, each.version))

    def _version(self, capability: str, version: str, chosen: str | None) -> Version:
        name = f"{self._place(capability, version)}/{_MARK}"
        mark = _parsed(name, self._blobs.read(name), ("model", "created_at", "snapshot", "score"))
        created = datetime.fromisoformat(mark["created_at"])
        return Version(version, mark["model"], created, version == chosen, mark["snapshot"], mark["score"])

    def open(self, capability: str, version: str) -> Path:
        """A local folder with the version's files, to read only; NotFound where there is none."""
        place = self._place(capability, version)
        folder = self._blobs.folder(place)
        if folder is not None:
            self._want(capability, version)
            return folder
        held = (self._cache or _default_cache()) / place  # versions have random names: addresses cannot clash
        if not held.is_dir():
            self._want(capability, version)
            self._fetch(place, held)
        return held

    def _fetch(self, place: str, held: Path) -> None:
        """Download beside, then rename: another process sees the whole version or none."""
        with disk_told():
            held.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=held.parent, prefix=".writing-"))
        try:
            self._blobs.download(place, temporary)
            with disk_told():
                _take_place(temporary, held)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def report(self, capability: str, version: str) -> dict[str, Any]:
        """The report of the run that trained a version."""
        self._want(capability, version)
        name = f"{self._place(capability, version)}/report.json"
        return _parsed(name, self._blobs.read(name))

    def card(self, capability: str, version: str) -> str:
        """The model card of a version, in Markdown."""
        self._want(capability, version)
        return self._blobs.read(f"{self._place(capability, version)}/card.md").decode()

    def _want(self, capability: str, version: str) -> None:
        if not self._blobs.exists(f"{self._place(capability, version)}/{_MARK}"):
            raise _no_version(capability, version)

    def _place(self, capability: str, version: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,200}", version) or version.startswith("."):
            raise _no_version(capability, version)
        return f"{_named(capability)}/{version}"

    def _pointer(self, capability: str) -> str:
        return f"{_named(capability)}/chosen.json"

    def _now(self, capability: str) -> _Pointer:
        pointer = self._pointer(capability)
        try:
            return _Pointer.read(self._blobs.read(pointer))
        except NotFound:
            return _Pointer.read(None)


@dataclass(frozen=True, slots=True)
class _Pointer:
    """What chosen.json says: the version that answers, the ones to go back to (last first), and every move so far."""

    chosen: str | None
    before: list[str]
    moves: list[tuple[str, str]]

    @classmethod
    def read(cls, content: bytes | None) -> _Pointer:
        return (
            cls(**_parsed("chosen.json", content, ("chosen", "before", "moves")))
            if content is not None
            else cls(None, [], [])
        )

    def moved(self, version: str, before: list[str], at: str) -> _Pointer:
        return _Pointer(version, before, [*self.moves, (at, version)])

    def json(self) -> bytes:
        return _json(asdict(self))


def _take_place(temporary: Path, held: Path) -> None:
    try:
        temporary.replace(held)
    except OSError:
        if not held.is_dir():  # where it is, somebody else has downloaded the same at the same time
            raise


def _parsed(name: str, content: bytes, fields: Sequence[str] = ()) -> dict[str, Any]:
    """What a file of the registry says; Unavailable where it is not what was written."""
    try:
        values = dict(json.loads(content))
        return {field: values[field] for field in fields} or values
    except (ValueError, TypeError, KeyError) as error:
        raise Unavailable(
            Phrase("'{name}' of the registry is damaged: {error}", "模型库中的“{name}”已损坏：{error}").format(
                name=name, error=error
            ),
            Phrase("restore it from a backup, or train again: mercer train", "请从备份恢复，或重新训练：mercer train"),
        ) from None


def _model_name(folder: Path) -> str:
    try:
        return str(json.loads((folder / "model.json").read_text(encoding="utf-8"))["model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            Phrase("'{folder}' holds no trained model: {error}", "“{folder}”中没有训练好的模型：{error}").format(
                folder=folder, error=error
            ),
            Phrase('its model.json must say {{"model": name}}', 'model.json 必须写明 {{"model": 名称}}').format(),
        ) from None


def _mark(model: str, now: datetime, report: dict[str, Any]) -> dict[str, Any]:
    score = report.get("score")
    score = float(score) if isinstance(score, (int, float)) else None
    return {"model": model, "created_at": now.isoformat(), "snapshot": report.get("snapshot"), "score": score}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _named(capability: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]{1,100}", capability):
        raise NotFound(
            Phrase("there is no capability '{name}'", "没有名为“{name}”的能力").format(name=capability), _LOOK
        )
    return capability


def _no_version(capability: str, version: str) -> NotFound:
    return NotFound(
        Phrase("'{capability}' has no version '{version}'", "“{capability}”没有版本“{version}”").format(
            capability=capability, version=version
        ),
        _LOOK,
    )


def _default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mercer" / "models"
