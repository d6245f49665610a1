"""Which products an answer may hold: the filters of a request, as rows of 0 and -inf to add to the scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.catalogue import Catalogue
from mercer.capabilities.recommend.records import RecommendRequest

CACHED = 256
"""Combinations of categories whose bars are kept."""

Bar = NDArray[np.float32]


def bar(allowed: NDArray[np.bool_]) -> Bar:
    """0 where allowed, -inf where not."""
    return np.where(allowed, np.float32(0), np.float32(-np.inf))


class Bounds:
    """The filters over one catalogue, with what many requests share worked out once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.offered = bar(catalogue.offered)
        self._in_stock = bar(catalogue.offered & catalogue.in_stock)
        self._categories: dict[tuple[str, ...], Bar] = {}

    def of(self, request: RecommendRequest) -> Bar:
        """What the request's filters let through, but for the products it names."""
        found = self._in_stock if request.in_stock_only else self.offered
        if request.categories:
            found = found + self._within(request.categories)
        low, high = request.price_min_minor, request.price_max_minor
        if low is not None or high is not None:
            price = self._catalogue.price
            # A product whose price nobody knows is in no range of prices.
            found = found + bar((price >= (low or 0)) & (price <= (2**62 if high is None else high)))
        return found

    def _within(self, categories: tuple[str, ...]) -> Bar:
        held = self._categories.get(categories)
        if held is None:
            members = self._catalogue.members
            allowed = np.zeros(len(self._catalogue), bool)
            for code in map(self._catalogue.category, categories):
                if code >= 0:
                    allowed[members.indices[members.indptr[code] : members.indptr[code + 1]]] = True
            held = bar(allowed)
            if len(self._categories) >= CACHED:
                self._categories.pop(next(iter(self._categories)))
            self._categories[categories] = held
        return held
