"""The examination of one model: fitted on the past, asked about the future, scored case by case."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mercer.core.capability import Capability, Cases
from mercer.core.metric import Metric
from mercer.core.model import Model
from mercer.core.snapshot import Snapshot
from mercer.training.compare import Floats, Resamples
from mercer.training.handover import Declared

WHOLE_TIMES = 200
"""Resamples for a metric of the whole, which is computed anew for each."""
KNOWN, NEWCOMERS = "known", "newcomers"
WHO = (KNOWN, NEWCOMERS)


@dataclass(frozen=True, slots=True)
class Scores:
    """What an examination found. ``wholes`` holds, per metric and who, the value followed by its resampled values."""

    groups: npt.NDArray[np.int64]
    newcomers: npt.NDArray[np.bool_]
    per_case: Mapping[str, Floats]
    wholes: Mapping[tuple[str, str], Floats] = field(default_factory=dict)

    def of(self, who: str) -> npt.NDArray[np.bool_]:
        """Which cases are those of ``who``: customers the past knows, or newcomers."""
        return self.newcomers if who == NEWCOMERS else ~self.newcomers

    def save(self, path: Path) -> None:
        """Write the scores as npz."""
        arrays = {"groups": self.groups, "newcomers": self.newcomers}
        cases = {f"case/{name}": values for name, values in self.per_case.items()}
        wholes = {f"whole/{who}/{name}": values for (name, who), values in self.wholes.items()}
        np.savez(path, **arrays, **cases, **wholes)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Scores:
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as held:
            cases = {key.removeprefix("case/"): held[key] for key in held.files if key.startswith("case/")}
            wholes = {
                (name, who): held[key]
                for key in held.files if key.startswith("whole/")
                for who, name in [key.removeprefix("whole/").split("/", 1)]
            }  # fmt: skip
            return cls(held["groups"], held["newcomers"], cases, wholes)

    def same_cases(self, other: Scores) -> bool:
        """Whether both were examined on the same cases, so that their differences are paired."""
        return np.array_equal(self.groups, other.groups) and np.array_equal(self.newcomers, other.newcomers)


@dataclass(frozen=True, slots=True)
class Examined:
    """Scores, and what it took to get them."""

    scores: Scores
    fit_seconds: float
    answer_seconds: float
    facts: Mapping[str, Any]


def fit(model: Model, past: Snapshot, seed: int) -> float:
    """Let a model learn from the tables it names, and return the seconds that took."""
    began = time.perf_counter()
    model.fit(Declared(past, (*model.needs, *model.uses), model.name), seed)
    return time.perf_counter() - began


def backtest(capability: Capability, model: Model, past: Snapshot, future: Snapshot, limit: int, seed: int) -> Examined:
    """Fit ``model`` on the past and examine it on at most ``limit`` cases of the future."""
    cases = capability.cases(past, future, limit, seed)
    fit_seconds = fit(model, past, seed)
    began = time.perf_counter()
    exam = capability.examine(model, cases)
    answer_seconds = time.perf_counter() - began
    return Examined(_score(capability, cases, exam, seed), fit_seconds, answer_seconds, model.facts())


def _score(capability: Capability, cases: Cases, exam: Any, seed: int) -> Scores:
    scores = Scores(
        np.asarray(cases.groups, dtype=np.int64), np.asarray(cases.newcomers, dtype=np.bool_),
        {each.name: np.asarray(each.of(exam), dtype=np.float64) for each in capability.metrics if each.per_case},
    )  # fmt: skip
    wholes = {
        (metric.name, who): values
        for who in WHO if scores.of(who).any()
        for metric, values in _wholes(capability, scores, who, exam, seed).items()
    }  # fmt: skip
    return Scores(scores.groups, scores.newcomers, scores.per_case, wholes)


def _wholes(capability: Capability, scores: Scores, who: str, exam: Any, seed: int) -> dict[Metric, Floats]:
    """Metrics of the whole, over the cases of ``who``, followed by their values in resamples of the customers.

    An exam without ``take`` cannot be resampled: the metric is then known for all cases together only.
    """
    metrics = [each for each in capability.metrics if not each.per_case]
    if not metrics or not len(scores.groups):
        return {}
    if not hasattr(exam, "take"):
        return {each: np.array([each.of(exam)], dtype=np.float64) for each in metrics} if who == KNOWN else {}
    exam = exam.take(np.flatnonzero(scores.of(who)))
    values = {each: [float(each.of(exam))] for each in metrics}
    for places in Resamples(scores.groups[scores.of(who)], seed, WHOLE_TIMES).cases():
        drawn = exam.take(places)
        for each in metrics:
            values[each].append(float(each.of(drawn)))
    return {each: np.array(found) for each, found in values.items()}
