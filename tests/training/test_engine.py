"""Processes, and the budget they are held to. The models are real and misbehave for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mercer.core.errors import Invalid, MissingExtra
from mercer.training.backtest import Scores
from mercer.training.budget import Budget
from mercer.training.engine import LocalProcesses, engine
from mercer.training.handover import hand_over
from mercer.training.process import family
from mercer.training.task import SCORES, Outcome, task_of

CUT = "2026-03-09T00:00:00+00:00"


@pytest.fixture
def data(tmp_path: Path, snapshot: Any) -> Path:
    hand_over(snapshot, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def examine(tmp_path: Path, data: Path, tiny: Any) -> Any:
    """Examine models by name within a budget; gives their outcomes."""

    def run(*models: str, seconds: float = 120, megabytes: float = 4000, workers: int = 2) -> dict[str, Outcome]:
        folders = {name: tmp_path / name for name in models}
        for name, folder in folders.items():
            folder.mkdir()
            task_of("examine", tiny, name, cut=CUT, limit=1000).save(folder)
        heard: list[str] = []
        outcomes = LocalProcesses(workers).run(
            folders, data, Budget(seconds, megabytes), lambda name, _: heard.append(name)
        )
        assert sorted(heard) == sorted(models)
        return outcomes

    return run


def test_models_are_examined_in_processes_of_their_own(examine: Any) -> None:
    """Both finish with their scores; own is right nine times in ten, the baseline half of the time."""
    outcomes = examine("popular", "own")
    assert [each.state for each in outcomes.values()] == ["finished", "finished"]
    hits = {name: Scores.load(each.folder / SCORES) for name, each in outcomes.items()}
    known = ~hits["own"].newcomers
    assert hits["own"].per_case["hit"][known].mean() == pytest.approx(0.9, abs=0.06)
    assert hits["popular"].per_case["hit"][known].mean() == pytest.approx(0.5, abs=0.1)
    assert hits["own"].same_cases(hits["popular"])
    assert all(each.fit_seconds is not None and 10 < each.peak_mb < 2000 for each in outcomes.values())


def test_a_model_that_sleeps_is_stopped_and_the_others_are_not(examine: Any) -> None:
    """The time of the whole run is kept, and what ran over it is recorded so."""
    began = time.monotonic()
    outcomes = examine("popular", "sleeper", seconds=8)
    assert time.monotonic() - began < 16
    assert outcomes["popular"].state == "finished"
    assert outcomes["sleeper"].state == "over_time"
    assert "stopped after" in str(outcomes["sleeper"].note)


def test_what_had_no_turn_is_recorded(examine: Any) -> None:
    """With no time at all nothing starts, and everything says so."""
    outcomes = examine("popular", "own", seconds=0)
    assert {each.state for each in outcomes.values()} == {"over_time"}
    assert "not started" in str(outcomes["own"].note)


def test_a_model_that_eats_memory_is_stopped(examine: Any) -> None:
    """The memory of the run is kept; the light model beside it finishes, in its turn or alone."""
    outcomes = examine("popular", "eater", megabytes=400)
    assert outcomes["eater"].state == "over_memory"
    assert outcomes["eater"].peak_mb < 700
    assert outcomes["popular"].state == "finished"


def test_the_memory_of_children_counts(examine: Any) -> None:
    """A model cannot hide its memory in a process it starts, and that process ends with it."""
    outcome = examine("parent", megabytes=400)["parent"]
    assert outcome.state == "over_memory"
    eaters = [each for each in Path("/proc").glob("[0-9]*/cmdline") if b"held.append(bytearray" in _read(each)]
    assert eaters == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_what_goes_wrong_is_told(examine: Any) -> None:
    """A crash, a refusal and reading an undeclared table each leave their words, in both languages."""
    outcomes = examine("crasher", "refuser", "nosy")
    assert {each.state for each in outcomes.values()} == {"failed"}
    assert "SIGABRT" in str(outcomes["crasher"].note)
    assert outcomes["refuser"].note is not None
    assert outcomes["refuser"].note.en == "it needs rain (wait for rain)"
    assert outcomes["refuser"].note.zh == "需要下雨 (请等待下雨)"
    assert "reads the table 'reviews', which it does not name" in str(outcomes["nosy"].note)


def test_the_number_of_workers_changes_nothing(tmp_path: Path, data: Path, tiny: Any) -> None:
    """One at a time or two at a time: the same scores."""
    found = []
    for workers in (1, 2):
        folders = {name: tmp_path / f"{workers}-{name}" for name in ("popular", "own")}
        for name, folder in folders.items():
            folder.mkdir()
            task_of("examine", tiny, name, cut=CUT, limit=50, seed=3).save(folder)
        LocalProcesses(workers).run(folders, data, Budget(120, 4000), lambda *_: None)
        found.append([Scores.load(folder / SCORES).per_case["hit"].tolist() for folder in folders.values()])
    assert found[0] == found[1]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")
def test_a_killed_training_leaves_no_process(tmp_path: Path, data: Path, tiny: Any) -> None:
    """When the parent is killed, the sleeping model goes with it."""
    folder = tmp_path / "sleeper"
    folder.mkdir()
    task_of("examine", tiny, "sleeper", cut=CUT, limit=10).save(folder)
    program = (
        "import sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parent / 'tiny')!r})\n"
        "from mercer.training.engine import LocalProcesses\nfrom mercer.training.budget import Budget\n"
        f"LocalProcesses().run({{'s': Path({str(folder)!r})}}, Path({str(data)!r}), Budget(100, 4000), print)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    child = _wait_for(lambda: next((each for each in family(parent.pid) if each != parent.pid), None))
    time.sleep(0.5)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert _wait_for(lambda: not Path(f"/proc/{child}").exists() or _state(child) == "Z")


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def _wait_for(what: Any, seconds: float = 20) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_engines_are_named_by_address() -> None:
    """local and ray:// are engines, anything else is refused with a hint."""
    assert isinstance(engine("local"), LocalProcesses)
    with pytest.raises(Invalid, match="no training engine 'slurm'"):
        engine("slurm")


def test_ray_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library the cluster engine names the extra."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match="ray"):
        engine("ray://head:10001").run({}, tmp_path, Budget(1, 1), lambda *_: None)
