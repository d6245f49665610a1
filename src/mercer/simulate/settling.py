"""The folder of a demo: used again where it holds the same one, cleared where it holds another, left alone where it holds a shop."""

from __future__ import annotations

import shutil
from pathlib import Path

from mercer.core.errors import Conflict
from mercer.core.phrase import Phrase
from mercer.simulate.plan import Plan
from mercer.simulate.truth import Truth

OURS = (
    "exports", "truth", "snapshots", "models", ".training", "rejects", "data-check.html", "mercer.toml", "shop.db", "shop.db-wal",
    "shop.db-shm",
)  # fmt: skip
"""What a demo leaves in its folder, and so may take away."""


def settle_in(folder: Path, plan: Plan, fresh: bool) -> bool:
    """Make room for the demo; True where the folder holds this very demo already, and it may stay."""
    ours = (folder / "truth" / "truth.json").exists()
    if (folder / "mercer.toml").exists() and not ours:
        raise Conflict(
            Phrase("'{folder}' holds a shop that is no demo", "“{folder}”里是真实店铺，不是演示").format(folder=folder),
            Phrase("choose another folder: mercer demo FOLDER", "请换一个文件夹：mercer demo 文件夹"),
        )
    if not ours:
        return False
    same = Truth.load(folder / "truth").plan == plan.model_dump() and (folder / "mercer.toml").exists()
    if same and not fresh:
        return True
    for name in OURS:
        old = folder / name
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    return False
