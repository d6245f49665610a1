"""What sells now: baskets in which each product was bought lately, over as many days as have foretold best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.interactions import VIEW, Log, goal_of
from mercer.ml.ranking import ndcg

WINDOWS = (1, 3, 7, 14, 28, 56, 112, 224, 100_000)
"""Days; the last is everything."""
SLICE = 0.15
"""The last share of the past's goal actions, on which settings are chosen."""


@dataclass(frozen=True)
class Window:
    """Which rows count: those of a depth of at least ``depth``, from the last ``days`` days."""

    days: int
    depth: int

    def counts(self, log: Log, end: float, products: int) -> NDArray[np.float64]:
        """In how many baskets or visits each product was found."""
        kept = (log.kind >= self.depth) & (log.day >= end - self.days) & (log.day < end)
        pairs = np.unique(log.basket[kept] * products + log.product[kept])
        return np.bincount(pairs % products, minlength=products).astype(np.float64)


def choose_window(log: Log, end: float, products: int) -> Window:
    """The window whose ten best are wanted most in the last slice of the past (mean NDCG@10 over baskets)."""
    goal = goal_of(log.kind, 50)
    days = log.day[log.kind >= goal]
    if len(days) < 20 or days[0] == days[-1]:
        return Window(WINDOWS[-1], goal)
    cut = float(np.quantile(days, 1 - SLICE))
    later = log.where((log.day >= cut) & (log.kind >= goal))
    depths = [goal] if goal == VIEW else [goal, VIEW]
    choices = [Window(length, depth) for depth in depths for length in WINDOWS]
    scores = [_foretold(choice.counts(log, cut, products), later) for choice in choices]
    return choices[int(np.argmax(scores))]


def _foretold(counts: NDArray[np.float64], later: Log) -> float:
    """Mean NDCG@10 over the later baskets of always answering the ten highest counts."""
    ten = np.argsort(-counts, kind="stable")[:10]
    rank = np.full(len(counts), -1)
    rank[ten] = np.arange(len(ten))
    baskets, row = np.unique(later.basket, return_inverse=True)
    pairs = np.unique(np.stack([row, later.product]), axis=1)
    hits = np.zeros((len(baskets), 10), bool)
    found = rank[pairs[1]] >= 0
    hits[pairs[0][found], rank[pairs[1][found]]] = True
    return float(ndcg(hits, np.bincount(pairs[0], minlength=len(baskets))).mean())
