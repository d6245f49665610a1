"""Popularity within groups of people: those of one country, one segment, one language, or of one taste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.attributes import departments
from mercer.capabilities.recommend.batch import Batch
from mercer.capabilities.recommend.context import Memory, either, in_view
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.people import TRAITS
from mercer.capabilities.recommend.popularity import Window
from mercer.ml.rows import Rows

TASTE = len(TRAITS)
"""Beside the traits: the department that most of what a person has in view, or did, is of."""
GROUPINGS = (*TRAITS, "taste")
SMALLEST = 30
"""Baskets that a group needs to be one."""
GROUPS_MOST = 200
"""Groups that are kept, the largest."""


@dataclass(frozen=True)
class Segments:
    """The share of each product among what each group's baskets held lately, drawn to that of the whole shop.

    ``codes`` are the groups' codes: of a trait's value, or of a department; row g of ``shares`` is the g-th of them.
    """

    grouping: int
    codes: NDArray[np.int64]
    shares: NDArray[np.float32]
    department: NDArray[np.int32]

    def of(self, batch: Batch, memory: Memory) -> NDArray[np.int64]:
        """The group (a row of ``shares``) of each row of a batch, -1 where it has none."""
        if self.grouping == TASTE:
            found = favourites(either(in_view(batch), memory.of(batch.person)), self.department)
        else:
            traits = memory.people.traits[:, self.grouping]
            found = np.where(batch.person >= 0, traits[batch.person], -1) if len(traits) else np.full(len(batch), -1)
            if TRAITS[self.grouping] == "language":
                found = np.where(found >= 0, found, batch.language)
        place = np.searchsorted(self.codes, found)
        place[place == len(self.codes)] = 0
        there = (self.codes[place] == found) & (found >= 0) if len(self.codes) else np.zeros(len(found), bool)
        return np.where(there, place, -1)


def favourites(heard: Rows, department: NDArray[np.int32]) -> NDArray[np.int64]:
    """The department that weighs most in each row, -1 where none is known."""
    count = int(department.max(initial=-1)) + 2
    weights = np.bincount(heard.owner() * count + department[heard.indices] + 1, heard.data, len(heard) * count)
    weights = weights.reshape(len(heard), count)
    weights[:, 0] = 0
    return np.where(weights.max(1) > 0, weights.argmax(1) - 1, -1)


def segments_of(evidence: Evidence, window: Window, grouping: int, drawn: float) -> Segments:
    """Popularity by one grouping; ``drawn`` is how many baskets of the whole shop each group is given beforehand."""
    log, products = evidence.log, len(evidence.catalogue)
    department = departments(evidence.catalogue)
    if grouping == TASTE:
        everybody = Memory(evidence.people).of(np.arange(len(evidence.people)))
        group = favourites(everybody, department)
    else:
        group = evidence.people.traits[:, grouping].astype(np.int64)
    kept = (log.kind >= window.depth) & (log.day >= evidence.end - window.days) & (log.person >= 0)
    mine = group[log.person[kept]]
    held = np.stack([mine, log.basket[kept], log.product[kept]])[:, mine >= 0]
    held = np.unique(held, axis=1)
    baskets = np.unique(held[:2], axis=1)[0]
    codes, sizes = np.unique(baskets, return_counts=True)
    codes = np.sort(codes[np.argsort(-sizes, kind="stable")][:GROUPS_MOST][np.sort(-sizes)[:GROUPS_MOST] <= -SMALLEST])
    return Segments(grouping, codes, _shares(evidence, window, held, codes, drawn, products), department)


def _shares(
    evidence: Evidence, window: Window, held: NDArray[Any], codes: NDArray[Any], drawn: float, products: int
) -> NDArray[np.float32]:
    shop = window.counts(evidence.log, evidence.end, products)
    shop /= max(shop.sum(), 1.0)
    row = np.searchsorted(codes, held[0])
    inside = row < len(codes)
    inside[inside] = codes[row[inside]] == held[0][inside]
    counts = np.bincount(row[inside] * products + held[2][inside], minlength=len(codes) * products)
    counts = counts.reshape(len(codes), products)
    shares: NDArray[np.float32] = ((counts + drawn * shop) / (counts.sum(1, keepdims=True) + drawn)).astype(np.float32)
    return shares


def kept_segments(segments: Segments | None) -> dict[str, Any]:
    """As arrays, to be kept."""
    if segments is None:
        return {}
    return {
        "segment_grouping": np.array([segments.grouping]), "segment_codes": segments.codes,
        "segment_shares": segments.shares, "segment_department": segments.department,
    }  # fmt: skip


def segments_of_kept(kept: dict[str, Any]) -> Segments | None:
    """What :func:`kept_segments` gave."""
    if "segment_grouping" not in kept:
        return None
    names = ("codes", "shares", "department")
    return Segments(int(kept["segment_grouping"][0]), *(kept[f"segment_{name}"] for name in names))
