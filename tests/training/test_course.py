"""From candidates to a fitted model: the whole course, on the tiny shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mercer.core.errors import NotFound, NotReady
from mercer.core.operation import silent
from mercer.store.frozen import FrozenSnapshot
from mercer.training.budget import Budget
from mercer.training.card import card
from mercer.training.course import Course, Trained, run
from mercer.training.engine import LocalProcesses
from mercer.training.handover import hand_over
from mercer.training.records import examination
from mercer.training.report import report
from mercer.training.task import VERSION

GOOD = ("popular", "own", "heavier")


@pytest.fixture
def train(tmp_path: Path, snapshot: Any, tiny: Any) -> Any:
    """Run a course on the tiny shop; gives the course and how it went."""

    def begin(models: Any = GOOD, seconds: float = 120, held: Any = snapshot, **more: Any) -> tuple[Course, Trained]:
        hand_over(held, tmp_path / "data")
        course = Course(
            tiny, held, tmp_path / "data", tmp_path / "work", LocalProcesses(), Budget(seconds, 2000), models, **more
        )
        return course, run(course, silent)

    return begin


def test_the_right_model_is_chosen_and_fitted_on_everything(train: Any) -> None:
    """The right model beats the baseline; the heavier model, which is as good, is not taken; the fitted model is whole."""
    _, trained = train()
    assert trained.choice.model == "own"
    assert trained.choice.best == "own"
    folder = trained.refit.folder / VERSION
    made = json.loads((folder / "model.json").read_text())
    assert made == {"capability": "next_product", "model": "own", "settings": {}, "seed": 0}
    assert json.loads((folder / "model" / "best.json").read_text())["c0"] == "p2"
    gain = trained.board.scores["own"]["known"]["hit"].gain
    assert gain.low > 0


def test_the_same_seed_trains_the_same(train: Any, tmp_path: Path) -> None:
    """Every number of the leaderboard repeats."""
    found = []
    for place in ("one", "two"):
        _, trained = train(seed=5, publish=False, cases=100)
        found.append(repr(trained.board.scores))
        (tmp_path / "work").rename(tmp_path / place)
    assert found[0] == found[1]


def test_every_model_is_in_the_table(train: Any) -> None:
    """What misbehaves, lacks data or a library, or runs over the budget is listed with its words, in both languages."""
    course, trained = train((*GOOD, "sleeper", "refuser", "reviewer", "exotic"), seconds=20)
    states = {each.model: each.state for each in trained.board.candidates}
    assert states == {
        "popular": "finished", "own": "finished", "heavier": "finished", "sleeper": "over_time",
        "refuser": "failed", "reviewer": "needs_data", "exotic": "needs_extra",
    }  # fmt: skip
    told = examination(report(course, trained, {}), None)
    rows = {row.model: row for row in told.leaderboard}
    assert rows["exotic"].state == "not installed: pip install 'mercer[no-such-extra]'"
    assert rows["reviewer"].state_zh == "缺少数据：需要 reviews"
    assert rows["refuser"].state == "failed: it needs rain (wait for rain)"
    assert rows["own"].chosen == "✓"
    assert [row.model for row in told.leaderboard][:3] == ["own", "heavier", "popular"]


def test_the_baseline_is_always_beside(train: Any) -> None:
    """Whoever asks for one model gets it compared with the baseline."""
    _, trained = train(("own",), publish=False)
    assert {each.model for each in trained.board.candidates} == {"popular", "own"}
    assert trained.refit is None


def test_no_such_model(train: Any) -> None:
    """A model nobody knows is refused, with those there are."""
    with pytest.raises(NotFound, match="has no model 'oracle'"):
        train(("oracle",))


def test_a_model_that_cannot_be_fitted_again_gives_way(train: Any) -> None:
    """The winner sleeps when it sees everything: within the budget the next one is fitted and chosen in its place."""
    _, trained = train(("popular", "slow_to_refit"), seconds=12)
    assert trained.choice.model == "popular"
    note = next(each.note for each in trained.board.candidates if each.model == "slow_to_refit")
    assert "could not be fitted on everything" in note.en


def test_a_shop_without_anything_says_so(train: Any) -> None:
    """Nothing to learn from is an error that says what to do."""
    with pytest.raises(NotReady) as caught:
        train(held=FrozenSnapshot({}, "empty", train_end()))
    assert "mercer import" in caught.value.hint.en


def train_end() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 3, 11, tzinfo=UTC)


def test_a_shop_in_its_first_days_gets_the_baseline(train: Any, snapshot: Any) -> None:
    """Eight purchases compare nothing: the baseline is fitted, unexamined, and the card says so."""
    few = FrozenSnapshot({"order_lines": snapshot.frame("order_lines").collect().head(8)}, "few", snapshot.end)
    course, trained = train(held=few)
    assert trained.choice.model == "popular"
    assert trained.refit is not None
    assert trained.refit.finished
    told = report(course, trained, {"order_lines": 8})
    assert "too young" in told["why"]["en"]
    assert "It was not examined." in card(told)
    assert examination(told, "v").leaderboard[0].score is None


def test_nobody_finishes(train: Any) -> None:
    """Where no model was done within the budget there is an error, and it says what each one ran into."""
    with pytest.raises(NotReady) as caught:
        train(("popular",), seconds=0.01)
    assert "stopped after" in caught.value.hint.en  # popular itself, or the look at the data before it


def test_newcomers_stand_apart(train: Any) -> None:
    """Customers first seen in the future are counted and scored by themselves."""
    course, trained = train(publish=False)
    lines = course.snapshot.frame("order_lines").collect()
    cut = trained.split.cut
    new = set(lines["customer_id"]) - set(lines.filter(pl.col("placed_at") < cut)["customer_id"])
    assert new
    assert trained.board.customers["newcomers"] == len(new)
    assert trained.board.scores["own"]["newcomers"]["hit"].gain.mean == 0  # of them it knows nothing more


def test_metrics_of_the_whole_have_intervals(train: Any) -> None:
    """The right model answers two different products, in the whole and in every resample."""
    _, trained = train(publish=False)
    coverage = trained.board.scores["own"]["known"]["coverage"]
    assert (coverage.value.mean, coverage.value.low, coverage.value.high) == (2, 2, 2)
    assert coverage.gain.mean == 1


def test_the_card_says_what_there_is_to_know(train: Any) -> None:
    """Purpose, scores beside the baseline, newcomers, limits, data, settings: in both languages, from the report alone."""
    course, trained = train((*GOOD, "exotic"))
    told = json.loads(json.dumps(report(course, trained, {"order_lines": 1109})))
    english, chinese = card(told), card(told, "zh-CN")
    for heading in ("What it is for", "Scores beside the baseline", "Newcomers, apart", "Fairness", "Limits", "Data"):
        assert f"## {heading}\n" in english
    for heading in ("用途", "与基准并列的成绩", "新客户（单列）", "公平性", "局限", "数据"):
        assert f"## {heading}\n" in chinese
    assert "| hit | right answers | 0." in english
    assert "| order_lines | 1,109 |" in english
    assert "pip install 'mercer[no-such-extra]'" in english
    assert course.snapshot.id in english
    assert told["score"] == pytest.approx(trained.board.score("own").mean)


def test_progress_is_told_in_both_languages(tmp_path: Path, snapshot: Any, tiny: Any) -> None:
    """Each step is named and ends."""
    heard: list[Any] = []
    hand_over(snapshot, tmp_path / "data")
    course = Course(tiny, snapshot, tmp_path / "data", tmp_path, LocalProcesses(), Budget(120, 2000), GOOD)
    run(course, lambda step, done, total=None: heard.append((step.en, step.zh, done, total)))
    assert heard[0][:1] == ("looking where time can be cut",)
    assert ("examining models: next_product", "检验模型：next_product", 3, 3) in heard
    assert heard[-1] == ("fitting own on everything", "用全部数据拟合 own", 1, 1)
