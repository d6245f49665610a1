"""The largest k of each row, fast, and the same whichever other rows stand beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k(scores: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places and values of each row's k largest, best first, equal ones by place; -1 where only -inf is left.

    >>> places, values = top_k(np.array([[1.0, 3.0, -np.inf, 2.0]], np.float32), 4)
    >>> places.tolist()
    [[1, 3, 0, -1]]
    """
    k = min(k, scores.shape[1])
    if k == 0:
        return np.zeros((len(scores), 0), np.int64), np.zeros((len(scores), 0), np.float32)
    rows = np.arange(len(scores))[:, None]
    if k < scores.shape[1]:
        # Equal values at the border are decided by place as well, or answers would hang on how partition works.
        border = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k]
        places = np.array([_at_least(row, edge, k) for row, edge in zip(scores, border, strict=True)], np.int64)
        places = places.reshape(len(scores), k)
    else:
        places = np.broadcast_to(np.arange(k), scores.shape)
    values = scores[rows, places]
    order = np.argsort(-values, axis=1, kind="stable")
    places, values = places[rows, order], values[rows, order]
    places[np.isneginf(values)] = -1
    return places, values


def _at_least(row: NDArray[np.float32], edge: np.float32, k: int) -> NDArray[np.int64]:
    """The k places whose value is at or above the k-th largest, lowest places first among equals, ascending."""
    found = (row >= edge).nonzero()[0]
    if len(found) == k:
        return found
    above = np.flatnonzero(row > edge)
    equal = np.flatnonzero(row == edge)[: k - len(above)]
    return np.sort(np.concatenate([above, equal]))
