"""The cluster engine, on a cluster of this machine's own. Needs pip install 'mercer[ray]'."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mercer.training.backtest import Scores
from mercer.training.budget import Budget
from mercer.training.engine import LocalProcesses, engine
from mercer.training.handover import hand_over
from mercer.training.task import SCORES, task_of

ray = pytest.importorskip("ray", reason="needs pip install 'mercer[ray]'")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Any:
    path = os.pathsep.join([str(Path(__file__).parent / "tiny"), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    yield engine("ray")
    ray.shutdown()


def test_a_cluster_finds_what_this_machine_finds(cluster: Any, tmp_path: Path, snapshot: Any, tiny: Any) -> None:
    """The same scores from Ray as from local processes, and the same budgets kept."""
    hand_over(snapshot, tmp_path / "data")
    found = []
    for place, runs_on in (("here", LocalProcesses()), ("there", cluster)):
        folders = {name: tmp_path / place / name for name in ("popular", "own", "refuser", "eater")}
        for name, folder in folders.items():
            folder.mkdir(parents=True)
            task_of("examine", tiny, name, cut="2026-03-09T00:00:00+00:00", limit=100).save(folder)
        outcomes = runs_on.run(folders, tmp_path / "data", Budget(200, 600), lambda *_: None)
        states = {name: each.state for name, each in outcomes.items()}
        scores = [Scores.load(folders[name] / SCORES).per_case["hit"].tolist() for name in ("popular", "own")]
        found.append((states, scores))
    assert found[0] == found[1]
    assert found[0][0]["eater"] == "over_memory"
