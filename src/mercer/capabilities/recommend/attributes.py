"""How much a product is of the kind of others: the same category, brand, seller, about the same price."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.catalogue import Catalogue
from mercer.ml.rows import Rows

ATTRIBUTES = ("category", "department", "brand", "seller", "price")
BANDS = 2.0
"""Bands of price to a doubling; the next band on either side counts half."""


class Attribute(NamedTuple):
    """A code of each product, 0 where it is not known; ``near`` says that neighbouring codes are half alike."""

    code: NDArray[np.int64]
    codes: int
    near: bool = False

    def shares(self, heard: Rows) -> NDArray[np.float32]:
        """For each row, how much of what is heard has each code."""
        at = self.code[heard.indices]
        if len(heard) > 1:
            at = at + heard.owner() * self.codes
        held = np.bincount(at, heard.data, len(heard) * self.codes).astype(np.float32).reshape(len(heard), self.codes)
        held[:, 0] = 0
        if self.near:
            held[:, 1:] += 0.5 * (np.pad(held[:, 1:-1], ((0, 0), (1, 0))) + np.pad(held[:, 2:], ((0, 0), (0, 1))))
        return held

    def between(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float32]:
        """How alike products are in it: 1, ½ or 0, one × other."""
        left, right = self.code[one][:, None], self.code[other][None, :]
        alike = (left == right) + (0.5 * (np.abs(left - right) == 1) if self.near else 0.0)
        found: NDArray[np.float32] = (alike * ((left > 0) & (right > 0))).astype(np.float32)
        return found


def attributes_of(catalogue: Catalogue) -> dict[str, Attribute]:
    """The attributes in which the products of a catalogue differ."""
    found = {
        "category": _coded(catalogue.leaf),
        "department": _coded(departments(catalogue)),
        "brand": _coded(catalogue.brand),
        "seller": _coded(catalogue.seller),
        "price": _priced(catalogue.price),
    }
    if np.array_equal(found["category"].code > 0, found["department"].code > 0) and not _finer(
        found["category"].code, found["department"].code
    ):
        del found["department"]
    return {name: each for name, each in found.items() if each.codes > 2}


def departments(catalogue: Catalogue) -> NDArray[np.int32]:
    """The category above each product's own, or its own where that is a top one; -1 where it has none."""
    above = np.where(catalogue.parent >= 0, catalogue.parent, np.arange(len(catalogue.parent)))
    return np.append(above, -1)[catalogue.leaf].astype(np.int32)


def _finer(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    """Whether ``one`` tells products apart that ``other`` does not."""
    return len(np.unique(one)) > len(np.unique(other))


def _coded(codes: NDArray[np.int32]) -> Attribute:
    code = codes.astype(np.int64) + 1
    return Attribute(code, int(code.max(initial=0)) + 1)


def _priced(price: NDArray[np.int64]) -> Attribute:
    known = price > 0
    band = np.zeros(len(price), np.int64)
    if known.any():
        steps = np.round(BANDS * np.log2(price[known])).astype(np.int64)
        band[known] = steps - steps.min() + 1
    return Attribute(band, int(band.max(initial=0)) + 1, near=True)
