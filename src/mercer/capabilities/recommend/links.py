"""Recommenders that hold, for each pair of products, how much the one speaks for the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import BESIDE, IN_CART, INSTEAD_OF, REPLACED, VIEWED, Batch
from mercer.capabilities.recommend.context import Memory, either, in_view
from mercer.capabilities.recommend.interactions import BUY
from mercer.capabilities.recommend.reasons import Cause
from mercer.capabilities.recommend.recommender import Recommender
from mercer.ml.rows import Rows, times

TIE = 1e-4
"""Popularity decides between products of which nothing else is known; it never outweighs anything."""
GOES_WITH_CODES = {
    VIEWED: "goes_with_viewed", IN_CART: "goes_with_cart", BESIDE: "goes_with", REPLACED: "instead_of",
}  # fmt: skip
SIMILAR_CODES = {VIEWED: "similar_viewed", IN_CART: "similar_cart", BESIDE: "similar", REPLACED: "instead_of"}


class Links(Recommender):
    """Scores a product by the sum of what the products in view, or else those of the person's past, say for it.

    A subclass works out ``links``: row i holds how much product i speaks for each other product.
    """

    links: Rows
    codes: dict[int, str] = GOES_WITH_CODES
    """The reason to give, by the role of the product that speaks."""

    def score(self, batch: Batch) -> NDArray[np.float32]:
        scores = times(self.heard(batch), self.links, len(self.catalogue))
        scores += np.float32(TIE) * self.floor
        asked = np.flatnonzero(batch.question == INSTEAD_OF)
        if len(asked):
            self._of_its_kind(scores, batch, asked)
        return scores

    def heard(self, batch: Batch) -> Rows:
        """The products that have a say in each row, and how much."""
        return either(in_view(batch), self.memory.of(batch.person))

    def why(self, batch: Batch, items: NDArray[np.int64]) -> list[Cause]:
        heard = self.heard(batch)
        share = contributions(heard, self.links, len(self.catalogue), items)
        codes = [self.codes[role] for role in batch.roles.tolist()] or self.codes_of_past(int(batch.person[0]), heard)
        said = [Cause(code, product) for code, product in zip(codes, heard.indices.tolist(), strict=True)]
        return [
            said[first] if said and value > 0 else self.popular_cause(item)
            for item, first, value in zip(
                items.tolist(), share.argmax(0).tolist() if said else [0] * len(items),
                share.max(0).tolist() if said else [0.0] * len(items), strict=True,
            )
        ]  # fmt: skip

    def codes_of_past(self, person: int, heard: Rows) -> list[str]:
        """Of each product of a person's past: that it was bought, or only viewed."""
        if person < 0:
            return []
        end = int(self.people.indptr[person + 1])
        deepest = self.people.deepest[end - len(heard.indices) : end]
        return ["goes_with_bought" if each == BUY else "goes_with_seen" for each in deepest.tolist()]

    def keep(self) -> dict[str, Any]:
        return {"links": self.links}

    def take(self, kept: dict[str, Any]) -> None:
        self.links = kept["links"]

    def _prepare(self) -> None:
        super()._prepare()
        self.memory = Memory(self.people)

    def _of_its_kind(self, scores: NDArray[np.float32], batch: Batch, rows: NDArray[np.int64]) -> None:
        """What can be bought instead is of the same category: those go before all others."""
        leaf = self.catalogue.leaf
        for row in rows.tolist():
            mine = slice(batch.indptr[row], batch.indptr[row + 1])
            replaced = batch.items[mine][batch.roles[mine] == REPLACED][-1]
            if leaf[replaced] >= 0:
                scores[row] += (leaf == leaf[replaced]) * np.float32(1 + scores[row].max() - scores[row].min())


def contributions(heard: Rows, links: Rows, products: int, items: NDArray[np.int64]) -> NDArray[np.float32]:
    """What each product heard adds to the score of each of ``items``: heard × items, for one row."""
    place = np.full(products, -1)
    place[items] = np.arange(len(items))
    share = np.zeros((len(heard.indices), len(items)), np.float32)
    for row, (product, weight) in enumerate(zip(heard.indices.tolist(), heard.data.tolist(), strict=True)):
        span = slice(links.indptr[product], links.indptr[product + 1])
        at = place[links.indices[span]]
        there = at >= 0
        share[row, at[there]] = weight * links.data[span][there]
    return share
