"""Where customers buy the same thing again: repeat rates of categories."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.catalogue import Catalogue
from mercer.capabilities.recommend.interactions import BUY, Log

PRIOR = 20.0
"""A category's rate is drawn to the shop's as if so many purchases had been seen at that rate."""


def repeat_rates(log: Log, catalogue: Catalogue) -> NDArray[np.float64]:
    """For each product, the chance that a customer who comes to buy again buys it once more.

    Of all (customer, product) pairs after whose first purchase the customer bought again, the share in which that
    product was bought again; by the product's leaf category, drawn to the rate of the whole shop.
    """
    kept = (log.kind == BUY) & (log.person >= 0)
    person, product, basket, day = log.person[kept], log.product[kept], log.basket[kept], log.day[kept]
    pair = person.astype(np.int64) * len(catalogue) + product
    pairs, first, row = np.unique(pair, return_index=True, return_inverse=True)  # the log is sorted: first is earliest
    final = np.full(int(person.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(final, person, day)
    came_again = final[person[first]] > day[first]
    again = np.zeros(len(pairs), bool)
    again[row[basket != basket[first][row]]] = True
    leaf = catalogue.leaf[product[first]]
    chances = np.bincount(leaf[came_again] + 1, minlength=len(catalogue.categories) + 1)
    repeats = np.bincount(leaf[came_again & again] + 1, minlength=len(catalogue.categories) + 1)
    shop = (repeats.sum() + 1) / (chances.sum() + PRIOR)
    rates: NDArray[np.float64] = ((repeats + PRIOR * shop) / (chances + PRIOR))[catalogue.leaf + 1]
    return rates
