"""What a question is asked beside: the products in view, and the person's own past, each product with a weight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import BESIDE, IN_CART, REPLACED, VIEWED, Batch
from mercer.capabilities.recommend.people import People
from mercer.ml.rows import Rows, spans

FADE = 0.8
"""A product viewed one step earlier counts so much less: the newest says most about what is looked for now."""
ASIDE = 0.1
"""What else is in view counts so little beside the one product that is asked about."""
HALF_LIFE = 60.0
"""Days after which what a person did counts half."""
MOST = 100
"""Products of a person's past that are looked at: the newest; more cost time and change nothing."""
OF_ROLE = {VIEWED: "viewed", IN_CART: "cart", BESIDE: "beside", REPLACED: "replaced"}


def in_view(batch: Batch) -> Rows:
    """The products in view of each row. Only a product viewed fades; one put into the cart stays wanted.

    Where one product is asked about, it counts 1 and everything else little.
    """
    lengths = np.diff(batch.indptr)
    if not len(batch.items):
        return Rows(batch.indptr, batch.items, np.zeros(0, np.float32))
    newest = np.repeat(batch.indptr[1:], lengths) - 1
    weight = np.where(batch.roles == VIEWED, FADE ** (newest - np.arange(len(batch.items))), 1.0)
    pointed = batch.roles >= BESIDE
    if pointed.any():
        asked = np.repeat(np.bincount(np.repeat(np.arange(len(batch)), lengths), pointed, len(batch)) > 0, lengths)
        weight = np.where(asked & ~pointed, ASIDE * weight, weight)
    return Rows(batch.indptr, batch.items, weight.astype(np.float32))


class Memory:
    """How much each product of each person's past counts: √(baskets it was in) · ½^(days / half-life)."""

    def __init__(self, people: People, half_life: float = HALF_LIFE) -> None:
        self.people = people
        self.weight = (np.sqrt(people.touched) * 0.5 ** (people.last / half_life)).astype(np.float32)

    def of(self, person: NDArray[np.int64]) -> Rows:
        """The past of each person, its newest MOST products; of nobody (-1) an empty row."""
        indptr = self.people.indptr
        if len(person) == 1:
            one = int(person[0])
            if one < 0:
                return Rows(np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
            end = int(indptr[one + 1])
            begin = max(int(indptr[one]), end - MOST)
            return Rows(np.array([0, end - begin]), self.people.product[begin:end], self.weight[begin:end])
        places, lengths = spans(indptr, person)
        row = np.repeat(np.arange(len(person)), lengths)
        newest = indptr[np.maximum(person, 0) + 1][row] - places <= MOST
        places, row = places[newest], row[newest]
        ends = np.zeros(len(person) + 1, np.int64)
        np.cumsum(np.bincount(row, minlength=len(person)), out=ends[1:])
        return Rows(ends, self.people.product[places], self.weight[places])


def either(first: Rows, second: Rows) -> Rows:
    """Each row of the first, or of the second where the first has nothing."""
    if len(first) == 1:
        return first if len(first.indices) else second
    lengths = np.where(first.lengths() > 0, first.lengths(), second.lengths())
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    both = [second if not length else first for length in first.lengths().tolist()]
    places = [slice(*each.indptr[row : row + 2]) for row, each in enumerate(both)]
    empty_i, empty_f = np.zeros(0, np.int32), np.zeros(0, np.float32)
    return Rows(
        indptr,
        np.concatenate([empty_i, *(each.indices[place] for each, place in zip(both, places, strict=True))]),
        np.concatenate([empty_f, *(each.data[place] for each, place in zip(both, places, strict=True))]),
    )
