"""Several ways in which products speak for each other, side by side in one sparse matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import Batch
from mercer.capabilities.recommend.interactions import BUY
from mercer.capabilities.recommend.people import People
from mercer.ml.rows import Rows

OWN = ("own", "own_often", "own_lately", "own_again", "seen", "seen_often", "seen_lately")
"""What a person's own past says for the very same product: bought, how often, how lately, how surely again; or only seen."""
LATELY = 30.0
"""Days after which having done something lately counts half."""


@dataclass(frozen=True)
class Signals:
    """``data[e, s]`` is how much the product of e's row speaks for that of its column by signal s, at most 1."""

    names: list[str]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]

    def weighed(self, weights: NDArray[np.float64]) -> Rows:
        """All signals together, each with its weight."""
        return Rows(self.indptr, self.indices, (self.data @ weights.astype(np.float32)))

    def one(self, place: int) -> Rows:
        """One signal alone, without the entries of which it says nothing."""
        there = np.flatnonzero(self.data[:, place])
        return Rows(np.searchsorted(there, self.indptr), self.indices[there], self.data[there, place])


def side_by_side(links: Mapping[str, Rows], products: int) -> Signals:
    """Links, each row of each scaled so that its largest is 1 (negative ones dropped), over all entries of any."""
    keys: list[NDArray[Any]] = [np.zeros(0, np.int64)]
    values: list[NDArray[Any]] = [np.zeros(0, np.float32)]
    parts: list[NDArray[Any]] = [np.zeros(0, np.int64)]
    for place, each in enumerate(links.values()):
        up = each.data > 0
        owner = each.owner()
        top = np.zeros(products, np.float32)
        np.maximum.at(top, owner, each.data)
        keys.append((owner * products + each.indices)[up])
        values.append((each.data / np.maximum(top[owner], 1e-12))[up])
        parts.append(np.full(int(up.sum()), place))
    every, at = np.unique(np.concatenate(keys), return_inverse=True)
    data = np.zeros((len(every), len(links)), np.float32)
    data[at, np.concatenate(parts)] = np.concatenate(values)
    indptr = np.searchsorted(every, np.arange(products + 1) * products).astype(np.int64)
    return Signals(list(links), indptr, (every % products).astype(np.int32), data)


def own_features(people: People, rates: NDArray[np.float64]) -> NDArray[np.float32]:
    """OWN for each entry of the people's histories."""
    bought = people.deepest == BUY
    lately = 0.5 ** (people.last / LATELY)
    often = np.log1p(people.touched)
    again = np.sqrt(np.minimum(rates[people.product], 1.0))
    held = [bought, bought * often, bought * lately, bought * again, ~bought, ~bought * often, ~bought * lately]
    return np.stack(held, axis=1).astype(np.float32)


def softened(heard: Rows) -> Rows:
    """Weights divided by the root of their sum: two products say more than one, but not twice as much."""
    if len(heard) == 1:
        root = np.sqrt(heard.data.sum())
        return Rows(heard.indptr, heard.indices, heard.data / root) if root > 0 else heard
    owner = heard.owner()
    total = np.bincount(owner, heard.data, len(heard))
    return Rows(heard.indptr, heard.indices, (heard.data / np.sqrt(np.maximum(total, 1e-12))[owner]).astype(np.float32))


def kept_signals(signals: Signals) -> dict[str, Any]:
    """As arrays and lists, to be kept."""
    return {
        "signal_names": signals.names, "signal_indptr": signals.indptr, "signal_indices": signals.indices,
        "signal_data": signals.data,
    }  # fmt: skip


def signals_of(kept: dict[str, Any]) -> Signals:
    """What :func:`kept_signals` gave."""
    return Signals(kept["signal_names"], kept["signal_indptr"], kept["signal_indices"], kept["signal_data"])


def only(batch: Batch, question: int) -> NDArray[np.int64] | None:
    """The rows of one kind of question; None stands for all of them."""
    rows = np.flatnonzero(batch.question == question)
    return None if len(rows) == len(batch) else rows
