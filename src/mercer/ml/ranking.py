"""Ranking metrics over many cases at once.

``hits`` is cases × n, true where the product at that rank is one that was wanted; ``wanted`` is how many were wanted
in each case. All but the last three give one number a case, between 0 and 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hits = NDArray[np.bool_]
Counts = NDArray[np.int64]


def ndcg(hits: Hits, wanted: Counts) -> NDArray[np.float64]:
    """DCG / ideal DCG, with DCG = Σ_r hit_r / log2(r + 1) and the ideal having min(wanted, n) hits at the top."""
    gains = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate([[0.0], np.cumsum(gains)])[np.minimum(wanted, hits.shape[1])]
    return np.divide(hits @ gains, ideal, out=np.zeros(len(hits)), where=ideal > 0)


def recall(hits: Hits, wanted: Counts) -> NDArray[np.float64]:
    """Hits among the n / products wanted."""
    return np.divide(hits.sum(1), wanted, out=np.zeros(len(hits)), where=wanted > 0)


def precision(hits: Hits) -> NDArray[np.float64]:
    """Hits among the n / n."""
    return hits.sum(1) / max(1, hits.shape[1])


def f1(hits: Hits, wanted: Counts) -> NDArray[np.float64]:
    """2PR / (P + R), the harmonic mean of precision and recall; 0 where both are."""
    p, r = precision(hits), recall(hits, wanted)
    out: NDArray[np.float64] = np.zeros(len(hits))
    np.divide(2 * p * r, p + r, out=out, where=p + r > 0)
    return out


def hit_rate(hits: Hits) -> NDArray[np.float64]:
    """1 where anything wanted is among the n."""
    return np.asarray(hits.any(1), np.float64)


def reciprocal_rank(hits: Hits) -> NDArray[np.float64]:
    """1 / rank of the first hit; 0 where there is none. Its mean is MRR."""
    return np.where(hits.any(1), 1 / (1 + hits.argmax(1)), 0.0)


def novelty(items: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean self-information in bits, -log2(share of people who know the product), over what was answered.

    ``items`` holds products, -1 where there is none; 0 where nothing was answered.
    """
    bits = np.where(items >= 0, -np.log2(share)[items], 0.0)
    answered = (items >= 0).sum(1)
    return np.divide(bits.sum(1), answered, out=np.zeros(len(items)), where=answered > 0)


def coverage(items: NDArray[np.int64], products: int) -> float:
    """Share of all products that were answered to anybody."""
    return len(np.unique(items[items >= 0])) / products if products else 0.0


def gini(items: NDArray[np.int64], products: int) -> float:
    """Inequality of how often products are shown: Σ_i (2i - N - 1) x_i / (N Σ x), x ascending over all N products.

    0 when all are shown equally often, nearly 1 when one takes all.
    """
    shown = np.sort(np.bincount(items[items >= 0], minlength=products)).astype(np.float64)
    if not shown.sum():
        return 0.0
    return float((2 * np.arange(1, products + 1) - products - 1) @ shown / (products * shown.sum()))
