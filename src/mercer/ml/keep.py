"""Arrays and lists of strings in a folder, one .npy file each: written once, mapped into memory when read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def save(folder: Path, things: Mapping[str, NDArray | list[str]]) -> None:
    """Write each thing as ``<name>.npy``, or ``<name>.txt.npy`` (UTF-8, one string a line) for strings."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, thing in things.items():
        if isinstance(thing, list):
            joined = "".join(f"{text}\n" for text in thing).encode()
            np.save(folder / f"{name}.txt.npy", np.frombuffer(joined, np.uint8))
        else:
            np.save(folder / f"{name}.npy", np.ascontiguousarray(thing))


def load(folder: Path) -> dict[str, NDArray | list[str]]:
    """What :func:`save` wrote. Arrays stay on disk until they are touched; strings are read."""
    things: dict[str, NDArray | list[str]] = {}
    for path in sorted(folder.glob("*.npy")):
        held = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)) if path.stat().st_size else None
        if held is None:
            continue
        if path.name.endswith(".txt.npy"):
            things[path.name.removesuffix(".txt.npy")] = held.tobytes().decode().split("\n")[:-1]
        else:
            things[path.name.removesuffix(".npy")] = held
    return things
