"""How much time and memory a training run may take, and what of it is left."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

MINUTES = 30.0
"""A night's training is rarely worth more, and the light models of a large shop need less."""
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds and megabytes of a run that has begun.

    The memory is that of all training processes together, with their children; what asked for the training is not
    counted.

    >>> budget = Budget.of(minutes=2, memory_mb=500)
    >>> 119 < budget.left() <= 120
    True
    >>> 59 < budget.part(0.5).left() <= 60
    True
    """

    seconds: float
    megabytes: float
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, minutes: float | None = None, memory_mb: float | None = None) -> Budget:
        """A budget that begins now; what is not said is taken from the machine."""
        return cls((MINUTES if minutes is None else minutes) * 60, memory_mb or free_memory() * 0.7)

    def left(self) -> float:
        """Seconds that are left; never below zero."""
        return max(0.0, self.began + self.seconds - time.monotonic())

    def part(self, share: float) -> Budget:
        """A budget that begins now and has this share of the time that is left."""
        return Budget(self.left() * share, self.megabytes)


def free_memory() -> float:
    """Megabytes that this machine, or the container that holds us, can still give away."""
    free = [_megabytes_of_proc(), *_megabytes_of_container()]
    known = [each for each in free if each is not None]
    return max(256.0, min(known)) if known else 2048.0


def _megabytes_of_proc() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        return pages * size / MEGABYTE / 2
    available = [line for line in lines if line.startswith("MemAvailable:")]
    return int(available[0].split()[1]) / 1024 if available else None


def _megabytes_of_container() -> list[float | None]:
    """The limit of the control group less what is used, for both generations of control groups."""
    places = (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    )
    found: list[float | None] = []
    for most, used in places:
        try:
            limit = int(Path(most).read_text(encoding="ascii"))
            found.append((limit - int(Path(used).read_text(encoding="ascii"))) / MEGABYTE)
        except (OSError, ValueError):  # no such file, or the word "max"
            continue
    return found


def cores() -> int:
    """Processor cores this process may use, as its container allows."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        allowed = os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(allowed, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no such file, or the word "max"
        return allowed
