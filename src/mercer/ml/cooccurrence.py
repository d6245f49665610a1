"""How often things are found together: decayed co-occurrence counts, pruned so that a million things fit in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mercer.ml.rows import Rows, keep_largest, rows_of

WORK = 40_000_000
"""Multiply-adds done, and products held, at once while counting pairs."""


def incidence(basket: NDArray, item: NDArray, items: int, most: int = 1000) -> tuple[sparse.csr_array, NDArray]:
    """Which items each basket holds, as 0 and 1, and the basket of each row. Of fuller baskets the first ``most``.

    Pairs grow with the square of a basket: a wholesaler's order of 3,000 lines says no more about what goes with what
    than one of 300, and would cost a hundred times as much.
    """
    names, row = np.unique(basket, return_inverse=True)
    pairs = np.unique(row.astype(np.int64) * items + item)
    row, item = pairs // items, pairs % items
    starts = np.searchsorted(row, np.arange(len(names)))
    kept = np.arange(len(row)) - starts[row] < most
    shape = (len(names), items)
    return sparse.csr_array((np.ones(int(kept.sum()), np.float32), (row[kept], item[kept])), shape=shape), names


def pairs(left: sparse.csr_array, right: sparse.csr_array, most: int | None = None) -> Rows:
    """leftᵀ · right, of each row the ``most`` largest entries; worked out in blocks of columns of bounded size."""
    turned = sparse.csr_array(left.T)
    work = np.add.reduceat(np.append(np.diff(right.indptr)[turned.indices], 0), turned.indptr[:-1])
    work[np.diff(turned.indptr) == 0] = 0
    parts, begin = [], 0
    reached = np.cumsum(work)
    while begin < turned.shape[0]:
        done = reached[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(reached, done + WORK, side="right")))
        block = rows_of(turned[begin:end] @ right)
        parts.append(block if most is None else keep_largest(block, most))
        begin = end
    return stack(parts)


def stack(parts: list[Rows]) -> Rows:
    """Rows one below the other."""
    offsets = np.cumsum([0] + [part.indptr[-1] for part in parts])
    starts = [part.indptr[:-1] + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
    return Rows(
        np.concatenate([*starts, offsets[-1:]]).astype(np.int64),
        np.concatenate([np.zeros(0, np.int32), *(part.indices for part in parts)]),
        np.concatenate([np.zeros(0, np.float32), *(part.data for part in parts)]),
    )


def followers(basket: NDArray, item: NDArray, weight: NDArray, items: int, reach: int, fade: float) -> sparse.csr_array:
    """Σ over sequences of weight · fade^(distance - 1) for each ordered pair at most ``reach`` places apart.

    Rows must be sorted by basket and, within it, by time. Entry (i, j): how much j follows i.
    """
    total = sparse.csr_array((items, items), dtype=np.float32)
    for distance in range(1, reach + 1):
        near = basket[distance:] == basket[:-distance]
        if not near.any():
            break
        i, j = item[:-distance][near], item[distance:][near]
        value = (weight[:-distance][near] * fade ** (distance - 1)).astype(np.float32)
        differ = i != j
        total = total + sparse.csr_array((value[differ], (i[differ], j[differ])), shape=(items, items))
    return sparse.csr_array(total)


def damp(counts: Rows, given: NDArray, wanted: NDArray, power: float, shrink: float = 0.0) -> Rows:
    """Asymmetric cosine: c_ij / (given_i^power · wanted_j^(1-power) + shrink), without the diagonal.

    ``power`` = 1 is the share of i's baskets that hold j, which favours what is popular anyway; 0.5 is the cosine,
    which does not; ``shrink`` draws rare pairs to 0. Aiolli (2013), Efficient top-n recommendation for very large
    scale binary rated datasets, RecSys.
    """
    owner = counts.owner()
    scale = np.maximum(given[owner], 1e-9) ** power * np.maximum(wanted[counts.indices], 1e-9) ** (1 - power) + shrink
    data = np.where(owner == counts.indices, 0, counts.data / scale)
    return Rows(counts.indptr, counts.indices, data.astype(np.float32))
