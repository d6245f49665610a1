"""One training of a shop at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mercer.core.errors import Conflict
from mercer.training.alone import alone


def test_the_second_is_turned_away(tmp_path: Path) -> None:
    """While one works, another is refused, and told which process is at it; afterwards the place is free."""
    with alone(tmp_path / "t") as work:
        (work / "file").write_text("x")
        with pytest.raises(Conflict, match=f"by process {os.getpid()}"), alone(tmp_path / "t"):
            pass
        assert (work / "file").exists()
    assert not work.exists()
    with alone(tmp_path / "t") as again:
        assert list(again.iterdir()) == []


def test_one_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    """A killed training leaves its folder; the next one removes it and works."""
    program = (
        "import sys, time; from pathlib import Path\nfrom mercer.training.alone import alone\n"
        "with alone(Path(sys.argv[1])) as work:\n (work / 'left').write_text('x'); print('in', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "t")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"in\n"
    with pytest.raises(Conflict), alone(tmp_path / "t"):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with alone(tmp_path / "t"):
        assert not list((tmp_path / "t").rglob("left"))
