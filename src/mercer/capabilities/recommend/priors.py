"""Weights that were set by hand: where learning begins, and what stays where there is nothing to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import QUESTIONS


def weights_of(names: Sequence[str], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The weights of each kind of question, all the same: questions × features; 0 for what is not named.

    >>> weights_of(["a", "b"], {"b": 2.0})[0].tolist()
    [0.0, 2.0]
    """
    return np.tile([weights.get(name, 0.0) for name in names], (len(QUESTIONS), 1))
