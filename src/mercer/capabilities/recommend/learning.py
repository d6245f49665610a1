"""The weights of a blend, learned on the last slice of the past: first for all questions, then for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import QUESTIONS, Batch
from mercer.ml.listwise import learn
from mercer.ml.topk import top_k

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


def learn_weights(blend: Blend, trial: Trial) -> NDArray[np.float64]:
    """Weights, questions × features, under which what was wanted in the trial ranks first."""
    table, wanted, rows = _candidates(blend, trial)
    weights = blend.prior()
    question = trial.batch.question[rows]
    if not wanted.any():
        return weights
    asked = np.unique(question)
    start = weights[asked].mean(0)
    common = _learned(table, wanted, rows, start, PULL_ALL)
    for kind in range(len(QUESTIONS)):
        mine = question == kind
        if wanted[mine].any():
            weights[kind] = _learned(table[mine], wanted[mine], rows[mine], common, PULL_KIND)
    return weights


def _learned(
    table: NDArray[np.float32],
    wanted: NDArray[np.bool_],
    rows: NDArray[np.int64],
    start: NDArray[np.float64],
    pull: float,
) -> NDArray[np.float64]:
    useful = np.isin(rows, np.unique(rows[wanted]))
    rows = rows[useful]
    indptr = np.append(np.flatnonzero(np.diff(rows, prepend=-1)), len(rows))
    return learn(table[useful], wanted[useful], indptr, start, pull)


def _candidates(blend: Blend, trial: Trial) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.int64]]:
    """Features, whether it was wanted, and the row, of each candidate of each case; rows ascending."""
    products = len(blend.catalogue)
    step = max(1, CELLS // max(1, products))
    tables, flags, owners = [], [], []
    for begin in range(0, len(trial.batch), step):
        block = trial.batch.rows(begin, min(begin + step, len(trial.batch)))
        found = _among_the_best(blend, block)
        features = [dense.ravel()[found] for _, dense in blend.features(block)]
        tables.append(np.stack(features, axis=1))
        rows = begin + found // products
        owners.append(rows)
        flags.append(
            np.isin(rows * products + found % products, trial.wanted.owner() * products + trial.wanted.indices)
        )
    return np.concatenate(tables), np.concatenate(flags), np.concatenate(owners)


def _among_the_best(blend: Blend, block: Batch) -> NDArray[np.int64]:
    """Places (row · products + product) of the products that any feature puts among its best, but for what is barred."""
    products = len(blend.catalogue)
    barred = np.zeros((len(block), products), np.float32) + blend.bounds.offered
    blend.strike_out(barred, block)
    tie = np.float32(1e-3) * blend.floor
    found = []
    for _, dense in blend.features(block):
        best = top_k(np.where(dense > 0, dense + tie, 0) + barred, DEPTH)[0]
        row = np.repeat(np.arange(len(block)), best.shape[1])
        kept = (best.ravel() >= 0) & (dense[row, best.ravel()] > 0)
        found.append((row * products + best.ravel())[kept])
    return np.unique(np.concatenate(found))
