"""The weights of a blend, learned on the last slice of the past: first for all questions, then for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import QUESTIONS, Batch
from mercer.ml.listwise import learn
from mercer.ml.ranking import ndcg

if TYPE_CHECKING:
    from mercer.capabilities.recommend.blend import Blend
    from mercer.capabilities.recommend.trial import Trial

DEPTH = 40
"""Of each feature, so many products of each case are candidates: among these the weights have to tell apart."""
PULL_ALL, PULL_KIND = 1.0, 3.0
"""How strongly the common weights are drawn to the prior, and those of a kind of question to the common ones: as if so many
cases had been seen for them."""
CELLS = 4_000_000
"""Scores of one feature worked out at once."""
SCALES = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0)
GAIN = 0.005
"""A scale other than 1 has to rank better by at least this part."""
ENOUGH = 100
"""Cases of a kind of question, fewer than which do not set its scales."""
BEST = 10


@dataclass(frozen=True)
class Candidates:
    """Features, whether it was wanted, and the case, of each candidate of each case; cases ascending."""

    table: NDArray[np.float32]
    wanted: NDArray[np.bool_]
    case: NDArray[np.int64]
    counts: NDArray[np.int64]
    """How many products were wanted, of each case: candidates or not."""

    def where(self, kept: NDArray[np.bool_]) -> Candidates:
        """Some candidates."""
        return Candidates(self.table[kept], self.wanted[kept], self.case[kept], self.counts)

    def learned(self, start: NDArray[np.float64], pull: float) -> NDArray[np.float64]:
        """The weights that best foretell what was wanted, over the cases that have it among their candidates."""
        useful = self.where(np.isin(self.case, np.unique(self.case[self.wanted])))
        indptr = np.append(np.flatnonzero(np.diff(useful.case, prepend=-1)), len(useful.case))
        return learn(useful.table, useful.wanted, indptr, start, pull)

    def mark(self, weights: NDArray[np.float64]) -> float:
        """Mean NDCG@10 when ranked by these weights."""
        score = self.table @ weights.astype(np.float32)
        order = np.lexsort((-score, self.case))
        cases, begins = np.unique(self.case, return_index=True)
        rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
        top = rank < BEST
        hits = np.zeros((len(cases), BEST), bool)
        hits[np.searchsorted(cases, self.case[order][top]), rank[top]] = self.wanted[order][top]
        return float(ndcg(hits, self.counts[cases]).mean())


def learn_weights(blend: Blend, trial: Trial) -> NDArray[np.float64]:
    """Weights, questions × features, under which what was wanted in the trial ranks first.

    The softmax learns from the cases whose wanted products are candidates, which are the popular ones rather; so the parts
    (in view, past, own, the shop) are scaled against each other afterwards by what counts, the first ten ranks of all cases.
    """
    weights = blend.prior()
    found = _candidates(blend, trial)
    if not found.wanted.any():
        return weights
    parts = _parts(blend.names)
    kinds = trial.batch.question[found.case]
    common = found.learned(weights[np.unique(kinds)].mean(0), PULL_ALL)
    scaled = _scaled(found, common, parts)
    for kind in range(len(QUESTIONS)):
        mine = found.where(kinds == kind)
        if mine.wanted.any():
            enough = len(np.unique(mine.case)) >= ENOUGH
            weights[kind] = mine.learned(common if enough else scaled, PULL_KIND)
            if enough:
                weights[kind] = _scaled(mine, weights[kind], parts)
    return weights


def _parts(names: list[str]) -> list[NDArray[np.int64]]:
    """The features of each part of a blend: those of the shop, in view, of the past, and the person's own."""
    kinds = [
        "view" if n[:5] == "view:" else "past" if n[:5] == "past:" else "shop" if n[:5] == "base:" else "own"
        for n in names
    ]
    return [np.flatnonzero(np.array(kinds) == part) for part in ("shop", "past", "own")]


def _scaled(found: Candidates, weights: NDArray[np.float64], parts: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """The weights with each part scaled as ranks best, one part after the other."""
    for part in parts:
        marks = {scale: found.mark(_times(weights, part, scale)) for scale in SCALES}
        best = max(marks, key=lambda each: marks[each])
        if marks[best] > marks[1.0] * (1 + GAIN):
            weights = _times(weights, part, best**0.5)  # half way: what ranked best then need not do so tomorrow
    return weights


def _times(weights: NDArray[np.float64], part: NDArray[np.int64], scale: float) -> NDArray[np.float64]:
    scaled = weights.copy()
    scaled[part] *= scale
    return scaled


def _candidates(blend: Blend, trial: Trial) -> Candidates:
    products = len(blend.catalogue)
    step = max(1, CELLS // max(1, products))
    tables, places = [], []
    for begin in range(0, len(trial.batch), step):
        block = trial.batch.rows(begin, min(begin + step, len(trial.batch)))
        found = _among_the_best(blend, block)
        row, product = found // products, found % products
        tables.append(
            np.stack([dense[row if len(dense) > 1 else row * 0, product] for _, dense in blend.features(block)], 1)
        )
        places.append(found + begin * products)
    place = np.concatenate(places)
    wanted = np.isin(place, trial.wanted.owner() * products + trial.wanted.indices)
    return Candidates(np.concatenate(tables), wanted, place // products, trial.wanted.lengths())


def _among_the_best(blend: Blend, block: Batch) -> NDArray[np.int64]:
    """Places (row · products + product) of the products that any feature puts among its best, but for what is barred."""
    products = len(blend.catalogue)
    barred = np.zeros((len(block), products), np.float32) + blend.bounds.offered
    blend.strike_out(barred, block)
    tie = np.float32(1e-3) * blend.floor
    depth = min(DEPTH, products - 1)
    chosen = np.zeros((len(block), products), bool)
    for _, dense in blend.features(block):
        raised = np.where(dense > 0, dense + tie, 0)
        best = np.argpartition(-raised, depth, axis=1)[:, :depth] if depth > 0 else np.zeros((len(dense), 1), int)
        there = np.take_along_axis(raised, best, axis=1) > 0
        if len(dense) == 1:
            chosen[:, best[0][there[0]]] = True
        else:
            chosen[np.nonzero(there)[0], best[there]] = True
    return np.flatnonzero(chosen & np.isfinite(barred))
