"""Which part of a blend's score moved a product up most, and which product in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import KNOWN, Batch
from mercer.capabilities.recommend.context import in_view
from mercer.capabilities.recommend.interactions import BUY
from mercer.capabilities.recommend.links import GOES_WITH_CODES, SIMILAR_CODES, contributions
from mercer.capabilities.recommend.reasons import Cause
from mercer.capabilities.recommend.signals import softened
from mercer.ml.rows import Rows

if TYPE_CHECKING:
    from mercer.capabilities.recommend.blend import Blend

LEAST = 0.1
"""A person's part is named where it is at least this share of what the shop as a whole says: people ask 'why me?'."""


class Explained:
    """The parts of the scores of some products, for a batch of one row."""

    def __init__(self, blend: Blend, batch: Batch, items: NDArray[np.int64]) -> None:
        self._blend = blend
        self._batch = batch
        self._items = items
        self._question = int(batch.question[0])

    def causes(self) -> list[Cause]:
        """The cause to give for each product."""
        heard, parts, codes = self._sides()
        own, own_codes = self._own()
        ground = self._blend.grounds(self._question)[self._items]
        best = parts.argmax(0) if len(parts) else np.zeros(len(self._items), int)
        causes = []
        for place, item in enumerate(self._items.tolist()):
            said = float(parts[:, place].sum()) if len(parts) else 0.0
            least = LEAST * max(float(ground[place]), 0.0)
            if own[place] > max(said, least, 0.0):
                causes.append(Cause(own_codes[place]))
            elif said > least and len(parts) and parts[best[place], place] > 0:
                causes.append(Cause(codes(int(best[place]), place), int(heard[best[place]])))
            else:
                causes.append(self._blend.shop_cause(self._batch, item))
        return causes

    def _sides(self) -> tuple[NDArray[np.int32], NDArray[np.float32], Callable[[int, int], str]]:
        """The products heard, what each adds to each item, and how to name the code of one."""
        heard, linked, alike = [], [], []
        roles: list[int] = []
        sides = [("view", in_view(self._batch))] if self._question > KNOWN else []
        sides.append(("past", self._blend.memory.of(self._batch.person)))
        for side, rows in sides:
            soft = softened(rows)
            heard.append(rows.indices)
            by_links, by_kind = self._said(soft, side)
            linked.append(by_links)
            alike.append(by_kind)
            roles += self._batch.roles.tolist() if side == "view" else [-1] * len(rows.indices)
        links, kinds = np.concatenate(linked), np.concatenate(alike)

        def code(row: int, place: int) -> str:
            similar = kinds[row, place] > links[row, place]
            if roles[row] < 0:
                return self._of_past("similar" if similar else "goes_with", int(np.concatenate(heard)[row]))
            return (SIMILAR_CODES if similar else GOES_WITH_CODES)[roles[row]]

        return np.concatenate(heard), links + kinds, code

    def _of_past(self, how: str, product: int) -> str:
        people, person = self._blend.people, int(self._batch.person[0])
        mine = slice(people.indptr[person], people.indptr[person + 1])
        bought = people.deepest[mine][people.product[mine] == product] == BUY
        return f"{how}_{'bought' if bought.any() else 'seen'}"

    def _said(self, heard: Rows, side: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What each product heard adds to each item: by what people did with both, and by what they are."""
        blend, items = self._blend, self._items
        by_links = np.zeros((len(heard.indices), len(items)), np.float32)
        by_kind = np.zeros_like(by_links)
        if not len(heard.indices):
            return by_links, by_kind
        links, attributes = blend.said(self._question, side)
        if links is not None:
            by_links = contributions(heard, links, len(blend.catalogue), items)
            text = blend.likeness(self._question, side)
            if text is not None:
                by_kind = contributions(heard, text, len(blend.catalogue), items)
                by_links = by_links - by_kind
        for weight, attribute in attributes:
            by_kind = by_kind + np.float32(weight) * heard.data[:, None] * attribute.between(heard.indices, items)
        return by_links, by_kind

    def _own(self) -> tuple[NDArray[np.float32], list[str]]:
        """What the person did with each item itself, and the code for it."""
        blend, person = self._blend, int(self._batch.person[0])
        value, codes = np.zeros(len(self._items), np.float32), [""] * len(self._items)
        if person < 0:
            return value, codes
        mine = slice(blend.people.indptr[person], blend.people.indptr[person + 1])
        order = {product: place for place, product in enumerate(blend.people.product[mine].tolist())}
        weights = blend.own_weights(self._question)
        for place, item in enumerate(self._items.tolist()):
            if item in order:
                at = int(blend.people.indptr[person]) + order[item]
                value[place] = blend.own[at] @ weights
                codes[place] = "bought_before" if blend.people.deepest[at] == BUY else "viewed_before"
        return value, codes
