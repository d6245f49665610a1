"""Where tasks run on a cluster of machines: Ray carries them there, and each machine keeps the budget as it would its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mercer.core.errors import Unavailable, missing_extra
from mercer.core.phrase import Phrase
from mercer.training.budget import Budget
from mercer.training.engine import Done, LocalProcesses
from mercer.training.task import Outcome

Files = dict[str, bytes]
"""A folder on its way to another machine: content by relative name."""

SLACK_SECONDS = 15.0
"""What carrying a task there and back may take on top of its budget."""


class RayCluster:
    """A Ray cluster at ``ray://host:port``; "ray" is the cluster this machine belongs to, or one of its own.

    A task is the same process as on this machine, watched the same way where it runs, so the results are the same. Time is
    that of the whole run; memory is that of each task, which may be alone on its machine.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, tasks: Mapping[str, Path], snapshot: Path, budget: Budget, done: Done) -> dict[str, Outcome]:
        """Run all tasks on the cluster; what has not come back when the time is spent is cancelled and counts as over time."""
        ray = self._connected()
        held = ray.put(pack(snapshot))
        remote = ray.remote(num_cpus=1, max_retries=0)(run_there)
        turns = max(1.0, len(tasks) / max(1.0, ray.cluster_resources().get("CPU", 1.0)))
        limit = budget.left() / turns
        ahead = {
            remote.remote(name, pack(folder), held, limit, budget.megabytes): name for name, folder in tasks.items()
        }
        outcomes: dict[str, Outcome] = {}
        until = time.monotonic() + budget.left() + SLACK_SECONDS
        while ahead and time.monotonic() < until:
            for future in ray.wait(list(ahead), timeout=0.2)[0]:
                name = ahead.pop(future)
                outcomes[name] = _brought(ray, future, tasks[name])
                done(name, outcomes[name])
        for future, name in ahead.items():
            ray.cancel(future, force=True)
            outcomes[name] = Outcome("over_time", tasks[name], budget.seconds, note=_UNFINISHED)
            done(name, outcomes[name])
        return {name: outcomes[name] for name in tasks}

    def _connected(self) -> Any:
        try:
            import ray
        except ImportError:
            raise missing_extra("ray", "engine = ray://…") from None
        if not ray.is_initialized():
            address = self._address if self._address.startswith("ray://") else None
            try:
                ray.init(address=address, log_to_driver=False, configure_logging=False)
            except (ConnectionError, OSError) as error:
                raise Unavailable(
                    Phrase(
                        "no Ray cluster answers at {address}: {error}", "{address} 处没有 Ray 集群应答：{error}"
                    ).format(address=self._address, error=error),
                    Phrase(
                        'start it, or write engine = "local" in mercer.toml',
                        '请启动集群，或在 mercer.toml 中写 engine = "local"',
                    ),
                ) from None
        return ray


def run_there(name: str, task: Files, snapshot: Files, seconds: float, megabytes: float) -> tuple[Outcome, Files]:
    """On a machine of the cluster: unpack a task, run it as this machine runs its own, and pack what it left."""
    with tempfile.TemporaryDirectory(prefix="mercer-") as place:
        folder, data = Path(place, "task"), Path(place, "snapshot")
        unpack(task, folder)
        unpack(snapshot, data)
        engine = LocalProcesses(workers=1, threads=1)
        outcome = engine.run({name: folder}, data, Budget(seconds, megabytes), lambda *_: None)[name]
        return outcome, pack(folder)


def _brought(ray: Any, future: Any, folder: Path) -> Outcome:
    try:
        outcome: Outcome
        outcome, files = ray.get(future)
    except Exception as error:
        lost = Phrase("the cluster lost it: {error}", "集群丢失了该任务：{error}").format(error=type(error).__name__)
        return Outcome("failed", folder, note=lost)
    unpack(files, folder)
    return replace(outcome, folder=folder)


_UNFINISHED = Phrase("the cluster did not finish it in time", "集群未能按时完成")


def pack(folder: Path) -> Files:
    """Every file of a folder."""
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def unpack(files: Files, folder: Path) -> None:
    """Write the files of a packed folder."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
