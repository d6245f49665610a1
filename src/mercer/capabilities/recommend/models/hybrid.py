"""All the others together, with what people buy again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import INSTEAD_OF
from mercer.capabilities.recommend.blend import Blend
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.models.content import INSTEAD, KEPT, LIKE
from mercer.capabilities.recommend.models.ease import Ease
from mercer.capabilities.recommend.models.neighbours import Neighbours
from mercer.capabilities.recommend.models.popular_by_segment import PopularBySegment
from mercer.capabilities.recommend.popularity import Window
from mercer.capabilities.recommend.priors import weights_of
from mercer.capabilities.recommend.segments import segments_of
from mercer.capabilities.recommend.signals import side_by_side
from mercer.capabilities.recommend.trial import Trial
from mercer.core.phrase import Phrase
from mercer.ml.text import alike, tfidf

WINDOWS = {"week": 7, "month": 28, "ever": 100_000}
"""Days over which popularity is counted, beside those that foretold best."""
NEW = 30.0
"""Days after which being new counts half."""
TOGETHER = {
    "view:neighbours": 2.0, "view:ease": 1.0, "past:neighbours": 0.5, "past:ease": 2.0, "own": 1.0, "own_often": 0.5,
    "own_lately": 0.5, "own_again": 1.0, "seen": 0.5, "seen_lately": 0.5, "segment": 0.3, "base:week": 1.0, "base:month": 1.0,
}  # fmt: skip


class Hybrid(Blend):
    """Recommend by all signals at once: neighbours, EASE, content, popularity in the person's group, and what is bought again.

    Every signal is a feature between 0 and 1; the weights are learned on the last slice of the past for each kind of question
    (a known person, a visit, a cart, beside a product, a newcomer), drawn to those that are common to all, and these to
    weights set by hand. A person's own products come back by how often and how lately they were bought, and how surely
    such products are bought again. Newcomers get what is popular in their group; new products are reached by their text,
    category, brand, seller and price. 'Instead of this' is answered by content, within the category.
    """

    name = "hybrid"
    about: ClassVar[Phrase] = Phrase(
        "all signals together, weighed for each kind of question, with what is bought again",
        "综合全部信号，按问题类型加权，并考虑复购",
    )
    rung = 5
    builds_on = ("content", "ease", "neighbours", "popular_by_segment")

    def gather(self, evidence: Evidence, trial: Trial | None, seed: int) -> None:
        products = len(self.catalogue)
        neighbours, by_segment = Neighbours(), PopularBySegment()
        neighbours.window = by_segment.window = self.window
        if trial is not None or not self.parts:
            self.parts |= {"neighbours": neighbours.choose(trial), "segments": by_segment.choose(trial)}
        links = {"neighbours": neighbours.linked(evidence, self.parts["neighbours"]), "ease": Ease().linked(evidence)}
        if any(evidence.texts):
            links["text"] = alike(tfidf(evidence.texts), KEPT)
        self.signals = side_by_side({name: each for name, each in links.items() if len(each.indices)}, products)
        self.base = {
            name: _logarithmic(Window(days, self.window.depth).counts(evidence.log, evidence.end, products))
            for name, days in WINDOWS.items()
        } | {"popular": self.floor, "new": newness(evidence)}  # fmt: skip
        self.hold(segments_of(evidence, self.window, *self.parts["segments"]))

    def prior(self) -> NDArray[np.float64]:
        weights = weights_of(self.names, {**LIKE, **TOGETHER})
        weights[INSTEAD_OF] = weights_of(self.names, INSTEAD)[INSTEAD_OF]
        return weights


def newness(evidence: Evidence) -> NDArray[np.float32]:
    """½^(days since it was first offered, or first met / 30); 0 for what nobody has met and nobody says the age of."""
    first = np.full(len(evidence.catalogue), np.inf)
    np.minimum.at(first, evidence.log.product, evidence.log.day)
    first = np.where(np.isnan(evidence.catalogue.born), first, evidence.catalogue.born)
    return (0.5 ** (np.maximum(evidence.end - first, 0) / NEW) * np.isfinite(first)).astype(np.float32)


def _logarithmic(counts: NDArray[np.float64]) -> NDArray[np.float32]:
    """log(1 + count), scaled so that the largest is 1."""
    raised = np.log1p(counts)
    return (raised / max(float(raised.max(initial=0)), 1e-9)).astype(np.float32)
