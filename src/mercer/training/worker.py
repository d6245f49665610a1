"""A training process: ``python -m mercer.training.worker TASK_FOLDER SNAPSHOT_FOLDER``.

It reads its task, works, and leaves result.json, with scores.npz (an examination) or version/ (a model to publish). A
process of its own can be stopped when it takes too long or too much, and takes nobody with it when it crashes.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from mercer.core.errors import MercerError
from mercer.core.phrase import Phrase, same
from mercer.core.snapshot import Snapshot
from mercer.training.task import RESULT, SCORES, VERSION, Task

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def work(folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    """Do the task in ``folder``; what comes back is the content of result.json."""
    task = Task.load(folder)
    return {"look": _look, "examine": _examine, "refit": _refit}[task.work](task, folder, snapshot)


def _look(task: Task, folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    from mercer.training.split import split

    times = task.the_capability().span(snapshot)
    cut = split(times)
    return {"facts": {"actions": len(times), "split": cut and cut.plain()}}


def _examine(task: Task, folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    from mercer.training.backtest import backtest

    capability, model = task.make()
    cut = datetime.fromisoformat(task.cut)
    past, future = snapshot.between(None, cut), snapshot.between(cut, snapshot.end)
    examined = backtest(capability, model, past, future, task.limit, task.seed)
    examined.scores.save(folder / SCORES)
    return {
        "fit_seconds": examined.fit_seconds,
        "answer_seconds": examined.answer_seconds,
        "facts": dict(examined.facts),
    }


def _refit(task: Task, folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    """Fit on everything and save; what was saved is loaded once, so that nothing unreadable is published."""
    from mercer.training.backtest import fit

    capability, model = task.make()
    seconds = fit(model, snapshot, task.seed)
    place = folder / VERSION / "model"
    place.mkdir(parents=True)
    model.save(place)
    settings = model.settings.model_dump(mode="json")
    made = {"capability": capability.name, "model": model.name, "settings": settings, "seed": task.seed}
    (folder / VERSION / "model.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    type(model)(type(model).Settings(**settings)).load(place)
    return {"fit_seconds": seconds, "facts": model.facts()}


def main(folder: Path, snapshot_folder: Path) -> int:
    """Do the task and write result.json, whatever happens; the exit status says whether it went well."""
    from mercer.training.handover import take_over

    try:
        result = {"state": "finished", **work(folder, take_over(snapshot_folder))}
    except MercerError as error:
        result = _failed(error.message, error.hint)
    except Exception as error:
        result = _failed(same(f"{type(error).__name__}: {error}"))
        traceback.print_exc()
    result["peak_mb"] = peak_megabytes()
    written = folder / f".{RESULT}"
    written.write_text(json.dumps(result, ensure_ascii=False, default=str), encoding="utf-8")
    written.replace(folder / RESULT)
    return 0 if result["state"] == "finished" else 1


def _failed(message: Phrase, hint: Phrase | None = None) -> dict[str, Any]:
    hint = hint or same("")
    return {"state": "failed", "note": [_line(message.en, hint.en), _line(message.zh, hint.zh)]}


def _line(message: str, hint: str) -> str:
    text = f"{message} ({hint})" if hint else message
    return " ".join(text.split())[:500]


def peak_megabytes() -> float:
    """The most memory this process has held.

    The kernel's own high-water mark; getrusage, elsewhere, also counts what the parent held when it started us.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when ``parent`` is gone, even killed, so that no training is left running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it went before we asked
        os._exit(1)


if __name__ == "__main__":
    die_with_parent(int(os.environ["MERCER_PARENT"]))
    status = main(Path(sys.argv[1]), Path(sys.argv[2]))
    # Nothing is left to be tidied: threads and large arrays of numerical libraries would only take time to take down.
    sys.stdout.flush()
    os._exit(status)
