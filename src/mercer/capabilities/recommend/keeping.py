"""A fitted recommender's arrays on disk: its catalogue, its people, and what is its own."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from mercer.capabilities.recommend.catalogue import Catalogue
from mercer.capabilities.recommend.people import People
from mercer.ml.keep import load, save
from mercer.ml.rows import Rows


def keep_shop(folder: Path, catalogue: Catalogue, people: People, shared: dict[str, Any], own: dict[str, Any]) -> None:
    """Write all into one folder."""
    save(folder / "catalogue", _flat({each.name: getattr(catalogue, each.name) for each in fields(catalogue)}))
    save(folder / "people", {each.name: getattr(people, each.name) for each in fields(people)})
    save(folder / "shared", shared)
    save(folder / "own", _flat(own))


def load_shop(folder: Path) -> tuple[Catalogue, People, dict[str, Any], dict[str, Any]]:
    """Read what :func:`keep_shop` wrote."""
    catalogue: dict[str, Any] = _deep(load(folder / "catalogue"))
    people: dict[str, Any] = load(folder / "people")
    return Catalogue(**catalogue), People(**people), load(folder / "shared"), _deep(load(folder / "own"))


def _flat(things: dict[str, Any]) -> dict[str, Any]:
    """Sparse rows as their three arrays."""
    flat: dict[str, Any] = {}
    for name, thing in things.items():
        parts = thing._asdict() if isinstance(thing, Rows) else {"": thing}
        flat |= {f"{name}.{part}" if part else name: array for part, array in parts.items()}
    return flat


def _deep(flat: dict[str, Any]) -> dict[str, Any]:
    """The three arrays of sparse rows put together again."""
    names = {name.rpartition(".")[0] for name in flat if "." in name}
    whole = {name: thing for name, thing in flat.items() if "." not in name}
    return whole | {name: Rows(*(flat[f"{name}.{part}"] for part in Rows._fields)) for name in names}
