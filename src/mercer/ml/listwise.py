"""Weights of features learned so that what was wanted ranks first: a softmax over each row's candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

STEPS = 100


def learn(
    features: NDArray[np.float32], wanted: NDArray[np.bool_], indptr: NDArray, start: NDArray, pull: float
) -> NDArray[np.float64]:
    """The weights w that minimise Σ_rows -mean log softmax(features · w)[wanted] + pull/2 · ‖w - start‖².

    ``features`` is candidates × features; the candidates of row r stand at ``indptr[r]:indptr[r+1]``. Every row needs a
    candidate that is wanted. ListNet with the wanted ones equally likely: Cao et al. (2007), Learning to rank: from
    pairwise approach to listwise approach, ICML. Convex, so the answer does not hang on where it begins.
    """
    begins, lengths = indptr[:-1], np.diff(indptr)
    share = wanted / np.repeat(np.add.reduceat(wanted.astype(np.float64), begins), lengths)
    table = features.astype(np.float64)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = table @ weights
        score -= np.repeat(np.maximum.reduceat(score, begins), lengths)
        raised = np.exp(score)
        total = np.add.reduceat(raised, begins)
        away = weights - start
        value = np.log(total).sum() - share @ score + pull / 2 * (away @ away)
        return float(value), (raised / np.repeat(total, lengths) - share) @ table + pull * away

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x)
