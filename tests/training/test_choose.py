"""The choosing rule, on scores made for it."""

from __future__ import annotations

import numpy as np
import pytest

from mercer.core.metric import Metric
from mercer.core.phrase import Phrase, same
from mercer.training.backtest import Scores
from mercer.training.choose import TOLERANCE, choose
from mercer.training.leaderboard import Candidate, leaderboard

UP = Metric("hit", lambda exam: exam, Phrase("hits", "命中"))
DOWN = Metric("cost", lambda exam: exam, Phrase("cost", "成本"), higher_is_better=False)
N = 400


def _noise(seed: int) -> np.ndarray:
    """Scatter around nothing."""
    drawn = np.random.default_rng(seed).normal(0, 0.2, N)
    return drawn - drawn.mean()


NOISE, OTHER = _noise(0), _noise(1)


def board(models: dict[str, tuple[int, np.ndarray]], metric: Metric = UP, newcomers: np.ndarray | None = None):
    """A leaderboard of models given as rung and score per case; the first is the baseline."""
    new = np.zeros(N, bool) if newcomers is None else newcomers
    candidates = [
        Candidate(name, rung, same(name), "finished", scores=Scores(np.arange(N), new, {metric.name: scores}))
        for name, (rung, scores) in models.items()
    ]
    return leaderboard((metric,), next(iter(models)), candidates, seed=0)


def test_a_clearly_better_model_is_chosen() -> None:
    """The heavy model beats the baseline on every case."""
    choice = choose(board({"base": (0, 0.3 + NOISE), "heavy": (5, 0.5 + NOISE)}))
    assert choice is not None
    assert choice.model == choice.best == "heavy"
    assert "clearly behind" in choice.why.en
    assert "明显落后" in choice.why.zh


def test_the_simpler_of_equals_is_kept() -> None:
    """A lead that is small and may be chance does not pay for a heavier model."""
    choice = choose(board({"base": (0, 0.3 + NOISE), "light": (2, 0.500 + NOISE), "heavy": (5, 0.501 + OTHER)}))
    assert choice is not None
    assert choice.best == "heavy"
    assert choice.model == "light"
    assert "may be chance" in choice.why.en
    assert "heavy would be chosen if" in choice.otherwise[0].en
    assert "customers can be examined (now 400)" in choice.otherwise[0].en


def test_a_small_but_certain_lead_counts() -> None:
    """A lead within the tolerance that is there on every case is no chance: the better model is chosen."""
    lead = 0.5 * TOLERANCE * 0.5
    choice = choose(board({"light": (0, 0.5 + NOISE), "heavy": (5, 0.5 + lead + NOISE)}))
    assert choice is not None
    assert choice.model == "heavy"


def test_a_large_uncertain_lead_counts() -> None:
    """With few customers nearly everything may be chance; a large loss is not accepted all the same."""
    rng = np.random.default_rng(2)
    light, heavy = 0.5 + rng.normal(0, 1.5, N), 0.55 + rng.normal(0, 1.5, N)
    found = board({"light": (0, light), "heavy": (5, heavy - heavy.mean() + light.mean() + 0.1)})
    choice = choose(found)
    assert choice is not None
    assert found.lead("heavy", "light").has_zero
    assert choice.model == "heavy"
    assert "may be chance but" in choice.why.en


def test_the_baseline_can_win() -> None:
    """Nothing beats the baseline: it is chosen like any other."""
    choice = choose(board({"base": (0, 0.5 + NOISE), "heavy": (5, 0.4 + NOISE)}))
    assert choice is not None
    assert choice.model == choice.best == "base"
    assert "no model is simpler" in choice.why.en


def test_lower_can_be_better() -> None:
    """A cost is chosen by its lowest mean, and a lead over it is counted the right way round."""
    found = board({"base": (0, 5 + NOISE), "heavy": (5, 3 + NOISE)}, DOWN)
    choice = choose(found)
    assert choice is not None
    assert choice.model == "heavy"
    assert found.lead("heavy", "base").mean == pytest.approx(2, abs=0.1)
    gain = found.scores["heavy"]["known"]["cost"].gain
    assert gain is not None
    assert gain.mean < 0


def test_newcomers_do_not_decide() -> None:
    """A model that is good for newcomers only is not chosen for it; its newcomers are reported apart."""
    new = np.arange(N) < N // 2
    found = board({"base": (0, np.full(N, 0.5) + NOISE), "other": (5, np.where(new, 0.9, 0.4) + NOISE)}, newcomers=new)
    choice = choose(found)
    assert choice is not None
    assert choice.model == "base"
    assert found.scores["other"]["newcomers"]["hit"].value.mean == pytest.approx(0.9, abs=0.05)


def test_newcomers_decide_where_nobody_else_came() -> None:
    """A shop whose every customer is new chooses for newcomers, and says so."""
    new = np.arange(N) < N - 5
    found = board({"base": (0, 0.3 + NOISE), "heavy": (5, 0.5 + NOISE)}, newcomers=new)
    choice = choose(found)
    assert choice is not None
    assert found.deciding == "newcomers"
    assert choice.model == "heavy"
    assert "newcomers" in choice.why.en


def test_who_did_not_finish_is_named() -> None:
    """Models that lack time, data or a library are in the table, with what would help them."""
    scores = Scores(np.arange(N), np.zeros(N, bool), {"hit": 0.5 + NOISE})
    candidates = [
        Candidate("base", 0, same("base"), "finished", scores=scores),
        Candidate("slow", 7, same("slow"), "over_time", Phrase("stopped", "已停止")),
        Candidate("deep", 8, same("deep"), "needs_extra", same("pip install 'mercer[deep]'")),
    ]
    choice = choose(leaderboard((UP,), "base", candidates, 0))
    assert choice is not None
    assert "the only model that finished" in choice.why.en
    said = " ".join(each.en for each in choice.otherwise)
    assert "slow was not done in time" in said
    assert "pip install 'mercer[deep]'" in said


def test_nobody_finished() -> None:
    """Without scores there is no choice."""
    assert choose(leaderboard((UP,), "base", [Candidate("base", 0, same("base"), "failed")], 0)) is None


def test_models_have_to_be_examined_on_the_same_cases() -> None:
    """A difference between other cases would mean nothing."""
    one = Scores(np.arange(3), np.zeros(3, bool), {"hit": np.ones(3)})
    other = Scores(np.arange(4), np.zeros(4, bool), {"hit": np.ones(4)})
    candidates = [Candidate(name, 0, same(name), "finished", scores=held) for name, held in (("a", one), ("b", other))]
    with pytest.raises(ValueError, match="other cases"):
        leaderboard((UP,), "a", candidates, 0)
