"""What every benchmark shares: the rows it writes, the machine it ran on, the data it read, steps measured apart."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
DATA = ROOT.parent / "shared" / "data"
"""Where the public data sets lie, unless --data says otherwise."""

QUIET = 0.15
"""Where others take more than this share of the processors, seconds are not to be trusted."""

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One number of one system on one data set, with everything needed to judge it.

    ``system`` is 'mercer' for what `mercer train` chose, 'mercer:<model>' for one model, the peer's name otherwise;
    ``metric`` is lower case, a fraction where one fits. Seconds are wall time, ``peak_mb`` is the highest resident
    memory of the process that did it, in MB of a million bytes.
    """

    benchmark: str
    dataset: str
    protocol: str
    system: str
    version: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    fit_seconds: float | None = None
    answer_seconds: float | None = None
    peak_mb: float | None = None
    seeds: tuple[int, ...] = ()
    machine: str = field(default_factory=lambda: machine())
    data_sha256: str = ""
    commit: str = field(default_factory=lambda: commit())
    date: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d"))


def write(name: str, rows: Iterable[Row], replace: bool = True) -> Path:
    """Keep a benchmark's rows as results/<name>.json; ``replace=False`` keeps the rows of other data sets."""
    fresh = [_rounded(asdict(row)) for row in rows]
    path = RESULTS / f"{name}.json"
    kept = [] if replace or not path.exists() else json.loads(path.read_text(encoding="utf-8"))
    again = {row["dataset"] for row in fresh}
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in [r for r in kept if r["dataset"] not in again] + fresh]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    return path


def finish(name: str, rows: Sequence[Row], given: argparse.Namespace) -> None:
    """Print the rows as JSON where the data was the caller's own, keep them as results where it was the public set."""
    if given.data.resolve() != DATA.resolve() or given.print:
        print(json.dumps([_rounded(asdict(row)) for row in rows], ensure_ascii=False, indent=1))
    else:
        print(f"{len(rows)} rows in {write(name, rows).relative_to(ROOT)}", file=sys.stderr)


def arguments(about: str, layouts: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The options every benchmark takes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data; other data is judged, not kept")
    if layouts:
        parser.add_argument("--layout", choices=layouts, help="how the files in --data are laid out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--print", action="store_true", help="print the rows instead of keeping them")
    return parser


def require(data: Path) -> None:
    """Stop, kindly, where the data set is not there; say so where others use the machine."""
    if not data.exists():
        sys.exit(f"{data} is not there.\nhint: see benchmarks/README.md for where each public data set comes from")
    if others() > QUIET:
        print(
            f"this machine is busy ({others():.0%}): its seconds will be too many, and the rows say so", file=sys.stderr
        )


@cache
def machine() -> str:
    """The machine in one line: cores, processor, memory, system, Python, and whether others used it at the start."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{cores} cores {_processor()}, {memory:.0f} GiB, {platform.system()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
        + (f", busy with other work ({others():.0%})" if others() > QUIET else "")
    )


@cache
def others(seconds: float = 1.0) -> float:
    """The share of the processors that is in use while this process waits: what others take. 0 where nobody tells."""
    try:
        before, idle_before = _ticks()
        time.sleep(seconds)
        after, idle_after = _ticks()
    except (OSError, ValueError):
        return 0.0
    return 1 - (idle_after - idle_before) / max(1, after - before)


def _ticks() -> tuple[int, int]:
    """All ticks of the processors, and those in which they were idle or waited for the disk."""
    ticks = [int(each) for each in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].split("@")[0].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


@cache
def commit() -> str:
    """The commit that was measured, with '+' where the package differed from it."""
    try:
        name = _git("rev-parse", "--short=10", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--", "src", "benchmarks/*.py") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def data_sha256(*paths: Path) -> str:
    """One hash for the files, or all files of the folders, that were read."""
    files = sorted(f for p in paths for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file())
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


@dataclass(frozen=True)
class Step:
    """What a step cost: its seconds, its process's peak memory, and what it told."""

    seconds: float
    peak_mb: float
    told: Any


def apart(
    script: Path | str,
    *arguments: str,
    python: Path | str = sys.executable,
    environment: Mapping[str, str] | None = None,
) -> Step:
    """Run a step in a fresh process, so that no step pays for another's imports and memory.

    The script ends by calling :func:`tell`; its seconds are its own, without the start of Python and its imports.
    """
    ran = subprocess.run(
        [str(python), str(script), *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ran.returncode:
        sys.exit(f"{Path(script).name} {' '.join(arguments)} ended with {ran.returncode}\n{ran.stdout[-2000:]}")
    told = json.loads(ran.stdout.splitlines()[-1])
    return Step(told["seconds"], told["peak_mb"], told["told"])


def tell(seconds: float, told: Any = None) -> None:
    """The last line of a script that :func:`apart` runs."""
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "told": told}))


def peak_mb() -> float:
    """The highest resident memory of this process, or of its largest child, so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # ru_maxrss of the process itself would count what its parent held before exec; VmHWM counts only its own.
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        own = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
        return max(own, children) * 1024 / 1e6
    except (OSError, StopIteration):
        unit = 1 if platform.system() == "Darwin" else 1024
        return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, children) * unit / 1e6


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gave, and the wall seconds it took."""
    begun = time.perf_counter()
    given = work()
    return given, time.perf_counter() - begun


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers to six significant digits: more would be noise, and noise in a diff."""
    return {key: float(f"{value:.6g}") if isinstance(value, float) else value for key, value in row.items()}
