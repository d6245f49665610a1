"""One training process: started, watched, stopped with all its children."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from mercer.core.phrase import Phrase
from mercer.training.budget import MEGABYTE
from mercer.training.task import LOG, RESULT, Outcome, State

_THREAD_COUNTS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)  # fmt: skip


class Process:
    """A task at work. ``limit`` is how many seconds it may take."""

    def __init__(self, name: str, folder: Path, snapshot: Path, limit: float, threads: int) -> None:
        self.name = name
        self.folder = folder
        self.limit = limit
        self.peak_mb = 0.0
        self.began = time.monotonic()
        self._log = (folder / LOG).open("wb")
        # A new session, so that one signal reaches the process and whatever it has started.
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "mercer.training.worker", str(folder), str(snapshot)],
            env=_environment(threads), stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def late(self) -> bool:
        return self.seconds > self.limit

    def running(self) -> bool:
        """Whether the process has not yet ended."""
        return self._popen.poll() is None

    def megabytes(self) -> float:
        """What the process and its children hold now."""
        held = sum(resident(each) for each in family(self._popen.pid)) / MEGABYTE
        self.peak_mb = max(self.peak_mb, held)
        return held

    def stop(self) -> None:
        """End the process and its children at once, and wait until they are gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self._log.close()

    def outcome(self) -> Outcome:
        """What a process that ended by itself has left."""
        self.stop()  # a child it has left behind
        try:
            told = json.loads((self.folder / RESULT).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self.ended("failed", _died(self._popen.returncode, self._last_words()))
        note = told.get("note")
        return Outcome(
            told["state"], self.folder, self.seconds, told.get("fit_seconds"), told.get("answer_seconds"),
            max(self.peak_mb, told["peak_mb"]), Phrase(*note) if note else None, told.get("facts", {}),
        )  # fmt: skip

    def ended(self, state: State, note: Phrase) -> Outcome:
        """The outcome of a process that did not come to its end."""
        return Outcome(state, self.folder, self.seconds, peak_mb=self.peak_mb, note=note)

    def _last_words(self) -> str:
        lines = (self.folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""


def _died(status: int, words: str) -> Phrase:
    cause = signal.Signals(-status).name if status < 0 else str(status)
    return Phrase("its process ended early ({cause}) {words}", "其进程意外结束（{cause}）{words}").format(
        cause=cause, words=words)  # fmt: skip


def _environment(threads: int) -> dict[str, str]:
    """What a process is started with: as many threads as it has cores, waiting quietly, and our import path."""
    counts: dict[str, Any] = dict.fromkeys(_THREAD_COUNTS, str(threads))
    path = os.pathsep.join(each for each in sys.path if each)
    return {
        **os.environ, **counts, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": path, "MERCER_PARENT": str(os.getpid()),
    }  # fmt: skip


def resident(process: int) -> int:
    """Bytes of memory a process holds; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return _asked(process) if not Path("/proc/self").exists() else 0


def _asked(process: int) -> int:
    """The same where there is no /proc, at the cost of starting ps."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False).stdout
    return int(told.strip() or 0) * 1024


def family(process: int) -> list[int]:
    """A process and all that descend from it."""
    found, ahead = [process], [process]
    while ahead:
        place = Path(f"/proc/{ahead.pop()}/task")
        with contextlib.suppress(OSError):
            for thread in place.iterdir():
                children = [int(each) for each in (thread / "children").read_text(encoding="ascii").split()]
                found += children
                ahead += children
    return found
