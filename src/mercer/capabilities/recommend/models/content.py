"""What is alike: by text, category, brand, seller and price."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import INSTEAD_OF
from mercer.capabilities.recommend.blend import Blend
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.priors import weights_of
from mercer.capabilities.recommend.signals import side_by_side
from mercer.capabilities.recommend.trial import Trial
from mercer.core.phrase import Phrase
from mercer.ml.rows import empty
from mercer.ml.text import alike, tfidf

KEPT = 100
"""Products of the most similar text that are kept of each product."""
LIKE = {
    "view:text": 2.0, "view:category": 1.5, "view:department": 0.5, "view:brand": 0.5, "view:seller": 1.0, "view:price": 0.5,
    "past:text": 1.0, "past:category": 1.0, "past:department": 0.5, "past:brand": 0.5, "past:seller": 0.5, "past:price": 0.3,
    "base:popular": 1.0,
}  # fmt: skip
INSTEAD = {
    "view:category": 5.0, "view:department": 1.0, "view:text": 3.0, "view:price": 2.0, "view:brand": 0.5,
    "view:seller": 0.0, "base:popular": 0.5,
}  # fmt: skip
"""What takes the place of a product is of its category, reads like it and costs about as much."""


class Content(Blend):
    """Recommend what resembles the products in view, or those of the person's past: it serves products nobody has met yet.

    Texts are compared by the cosine of TF-IDF vectors, Chinese by pairs of characters; categories, brands, sellers and prices
    by whether they are the same. What each of them counts for is learned on the last slice of the past, for each kind of
    question: a softmax over candidates, drawn to weights that were set by hand. 'Instead of this' is not learned: the same
    category goes first, then similar text and price.
    """

    name = "content"
    about: ClassVar[Phrase] = Phrase(
        "what is alike in text, category, brand, seller and price", "文字、类目、品牌、卖家与价格相近的商品"
    )
    rung = 2

    def gather(self, evidence: Evidence, trial: Trial | None, seed: int) -> None:
        texts = alike(tfidf(evidence.texts), KEPT) if any(evidence.texts) else empty(len(self.catalogue))
        self.signals = side_by_side({"text": texts} if len(texts.indices) else {}, len(self.catalogue))
        self.base = {"popular": self.floor}
        self.hold(None)

    def prior(self) -> NDArray[np.float64]:
        weights = weights_of(self.names, LIKE)
        weights[INSTEAD_OF] = weights_of(self.names, {**LIKE, **INSTEAD})[INSTEAD_OF]
        return weights
