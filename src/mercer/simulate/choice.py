"""How a person chooses: first a category, then a product in it, by taste, quality, novelty and price."""

from __future__ import annotations

import numpy as np

from mercer.simulate.catalogue import Catalogue
from mercer.simulate.people import People

_CELLS = 4_000_000
"""Utilities computed at once: bounds the memory of a choice among very large categories."""

NOVELTY = 0.8
"""How much newly launched products attract, fading with a time constant of NOVELTY_DAYS."""
NOVELTY_DAYS = 20.0


class Choice:
    """Chooses products for people. The same formula is the truth that ``Truth`` tells."""

    def __init__(self, products: Catalogue, whom: People, categories: int) -> None:
        self.products = products
        self.whom = whom
        order = np.argsort(products.category, kind="stable")
        sizes = np.bincount(products.category, minlength=categories)
        self._shelf = np.full((categories, int(sizes.max())), -1)
        place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self._shelf[products.category[order], place] = order

    def category(self, rng: np.random.Generator, who: np.ndarray, season: np.ndarray, need: np.ndarray) -> np.ndarray:
        """A category for each of ``who``: interest × season × need."""
        weight = np.exp(self.whom.interest[who]) * season[None, :] * need
        reach = np.cumsum(weight, axis=1)
        chosen: np.ndarray = (rng.random(len(who))[:, None] * reach[:, -1:] > reach).sum(axis=1)
        kept: np.ndarray = np.minimum(chosen, reach.shape[1] - 1)
        return kept

    def product(self, rng: np.random.Generator, who: np.ndarray, category: np.ndarray, day: int) -> np.ndarray:
        """A product of ``category`` for each of ``who``, drawn by the softmax of its utilities."""
        rows = max(1, _CELLS // self._shelf.shape[1])
        parts = [self._draw(rng, who[at : at + rows], category[at : at + rows], day) for at in range(0, len(who), rows)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def _draw(self, rng: np.random.Generator, who: np.ndarray, category: np.ndarray, day: int) -> np.ndarray:
        shelf = self._shelf[category]
        score = self.utility(who[:, None], shelf) + novelty(self.products.launch[shelf], day)
        offered = (shelf >= 0) & (self.products.launch[shelf] <= day)
        # The largest of utilities with Gumbel noise is a draw from their softmax.
        score = np.where(offered, score + rng.gumbel(size=score.shape), -np.inf)
        chosen: np.ndarray = np.take_along_axis(shelf, np.argmax(score, axis=1)[:, None], axis=1)[:, 0]
        return chosen

    def utility(self, who: np.ndarray, product: np.ndarray) -> np.ndarray:
        """How much people like products, of arrays that broadcast against each other."""
        return utility(
            self.whom.taste[who],
            self.products.vector[product],
            self.products.quality[product],
            self.whom.thrift[who],
            self.products.relative_price[product],
        )


def utility(
    taste: np.ndarray, vector: np.ndarray, quality: np.ndarray, thrift: np.ndarray, relative_price: np.ndarray
) -> np.ndarray:
    """Taste times vector, plus quality, less what a high price puts off."""
    return np.asarray(np.einsum("...k,...k->...", taste, vector) + quality - thrift * relative_price)


def novelty(launch: np.ndarray, day: int) -> np.ndarray:
    """What being new adds to the utility."""
    age = day - launch
    return np.where(age >= 0, NOVELTY * np.exp(-np.maximum(age, 0) / NOVELTY_DAYS), 0.0)
