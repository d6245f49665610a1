"""The last slice of the past, asked as the backtest asks: on it a model chooses its own settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import NEWCOMER, Batch
from mercer.capabilities.recommend.cases import make_cases
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.exam import N, assemble
from mercer.capabilities.recommend.interactions import goal_of
from mercer.ml.ranking import ndcg
from mercer.ml.rows import Rows, group

SLICE = 0.2
"""The last share of the past's goal actions, as the future is of the whole."""
FEWEST = 20
"""Fewer cases say nothing."""


@dataclass(frozen=True)
class Trial:
    """What was known before the slice, and what was asked and wanted in it."""

    before: Evidence
    batch: Batch
    wanted: Rows

    def score(self, items: NDArray[np.int64]) -> NDArray[np.float64]:
        """NDCG@10 of each case, for the best ten products of each."""
        products = len(self.before.catalogue)
        row = self.wanted.owner() * products + self.wanted.indices
        asked = np.arange(len(items))[:, None] * products + items
        return ndcg(np.isin(asked, row) & (items >= 0), self.wanted.lengths())

    def mark(self, items: NDArray[np.int64]) -> float:
        """Mean over everybody but newcomers, which is what decides between models."""
        scores, old = self.score(items), self.batch.question != NEWCOMER
        return float(scores[old].mean() if old.any() else scores.mean())


def hold_out(evidence: Evidence, seed: int, limit: int) -> Trial | None:
    """At most ``limit`` cases from the last slice; None where there are too few, or nothing lies before it."""
    log = evidence.log
    days = log.day[log.kind >= goal_of(log.kind, 50)]
    if len(days) < FEWEST or days[0] == days[-1]:
        return None
    cut = float(np.quantile(days, 1 - SLICE))
    before = evidence.before(cut)
    if not len(before.log):
        return None
    known = before.people.known
    cases = make_cases(log.where(log.day >= cut), known[: len(log.persons)], limit, seed)
    if len(cases) < FEWEST:
        return None
    wanted = group(cases.wanted_row, cases.wanted, np.ones(len(cases.wanted)), len(cases))
    return Trial(before, assemble(cases, cases.given, cases.person, known), wanted)


__all__ = ["N", "Trial", "hold_out"]
