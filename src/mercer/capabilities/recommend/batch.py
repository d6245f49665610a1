"""Requests as a model sees them: persons, products in view and the kind of question, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.catalogue import Catalogue
from mercer.capabilities.recommend.people import People
from mercer.capabilities.recommend.records import RecommendRequest

NEWCOMER, KNOWN, SESSION, CART, GOES_WITH, INSTEAD_OF = range(6)
QUESTIONS = ("newcomer", "known", "session", "cart", "goes_with", "instead_of")
"""The kinds of question, weakest evidence first; a request is of the last kind that its fields allow."""

VIEWED, IN_CART, BESIDE, REPLACED = range(4)
"""What a product named in the request is to it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of requests. ``items[indptr[r]:indptr[r+1]]`` are the products in view of row r, newest last."""

    question: NDArray[np.int8]
    person: NDArray[np.int64]
    indptr: NDArray[np.int64]
    items: NDArray[np.int32]
    roles: NDArray[np.int8]
    language: NDArray[np.int32]
    """Code into the people's trait names of the language asked for, -1 where there is none."""

    def __len__(self) -> int:
        return len(self.question)

    def rows(self, begin: int, end: int) -> Batch:
        """Some neighbouring rows."""
        entries = slice(self.indptr[begin], self.indptr[end])
        return Batch(
            self.question[begin:end], self.person[begin:end], self.indptr[begin : end + 1] - self.indptr[begin],
            self.items[entries], self.roles[entries], self.language[begin:end],
        )  # fmt: skip

    def where(self, rows: NDArray[np.int64]) -> Batch:
        """Some rows, by their numbers."""
        lengths = self.indptr[rows + 1] - self.indptr[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], lengths)
        return Batch(
            self.question[rows], self.person[rows], indptr, self.items[places], self.roles[places], self.language[rows]
        )


def batch_of(requests: Sequence[RecommendRequest], catalogue: Catalogue, people: People) -> Batch:
    """The requests as arrays. Products and persons that the model does not know are as if they were not named."""
    question: list[int] = []
    person: list[int] = []
    ends = [0]
    items: list[int] = []
    roles: list[int] = []
    for request in requests:
        named = _named(request, catalogue.code)
        one = _who(request, people.code)
        items += named
        roles += named.values()
        ends.append(len(items))
        person.append(one)
        if named:
            question.append(_BY_ROLE[max(named.values())])
        else:
            question.append(KNOWN if one >= 0 and people.indptr[one] < people.indptr[one + 1] else NEWCOMER)
    languages = [people.language(request.language) for request in requests]
    return Batch(
        np.array(question, np.int8), np.array(person, np.int64), np.array(ends, np.int64), np.array(items, np.int32),
        np.array(roles, np.int8), np.array(languages, np.int32),
    )  # fmt: skip


_BY_ROLE = {VIEWED: SESSION, IN_CART: CART, BESIDE: GOES_WITH, REPLACED: INSTEAD_OF}


def _who(request: RecommendRequest, code: dict[str, int]) -> int:
    found = code.get(request.customer, -1) if request.customer is not None else -1
    return code.get(request.visitor, -1) if found < 0 and request.visitor is not None else found


def _named(request: RecommendRequest, code: dict[str, int]) -> dict[int, int]:
    """Product and role of what the request names, newest last, each product once and in its strongest role."""
    named: dict[int, int] = {}
    beside = (request.goes_with,) if request.goes_with is not None else ()
    replaced = (request.instead_of,) if request.instead_of is not None else ()
    for role, ids in ((VIEWED, request.recent), (IN_CART, request.cart), (BESIDE, beside), (REPLACED, replaced)):
        for each in ids:
            place = code.get(each, -1)
            if place >= 0:
                named.pop(place, None)
                named[place] = role
    return named
