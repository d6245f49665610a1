"""What sold most lately among people alike."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import Batch
from mercer.capabilities.recommend.context import Memory
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.reasons import Cause
from mercer.capabilities.recommend.recommender import Recommender
from mercer.capabilities.recommend.segments import (
    GROUPINGS,
    TASTE,
    Segments,
    kept_segments,
    segments_of,
    segments_of_kept,
)
from mercer.capabilities.recommend.trial import N, Trial, hold_out
from mercer.core.phrase import Phrase, same

CASES = 2000
DRAWN = (20.0, 100.0, 500.0)
"""Products of the whole shop's taste that each group is given beforehand: a small group is nearly the whole shop."""


class PopularBySegment(Recommender):
    """Recommend what was found in most baskets lately among people of the same group.

    The groups are those of the customers' segment, region, country or language, or of their taste (the department most of
    what they have in view, or did, is of); which of these, and how far a group is drawn to the whole shop, is chosen on the
    last slice of the past. Of people in no group the whole shop decides.
    """

    name = "popular_by_segment"
    about: ClassVar[Phrase] = Phrase("what sold most lately among people alike", "同类人群中的近期热销")
    rung = 1

    def study(self, evidence: Evidence, seed: int) -> None:
        self.hold(segments_of(evidence, self.window, *self.choose(hold_out(evidence, seed, CASES))))

    def hold(self, segments: Segments) -> None:
        """Answer from these groups; people of no group get the last row of the table, that of the whole shop."""
        self.segments = segments
        shop = self.popularity / max(float(self.popularity.sum()), 1.0)
        self.table = np.concatenate([segments.shares, shop[None]]).astype(np.float32)

    def choose(self, trial: Trial | None) -> tuple[int, float]:
        """The grouping, and how far it is drawn to the whole shop, that rank best on a trial."""
        if trial is None:
            return TASTE, DRAWN[1]
        learner = type(self)(self.settings)
        learner.stand_on(trial.before, self.window)
        marks = {}
        for grouping in range(len(GROUPINGS)):
            for drawn in DRAWN:
                learner.hold(segments_of(trial.before, learner.window, grouping, drawn))
                if len(learner.segments.codes) > 1:
                    marks[grouping, drawn] = float(trial.score(learner.rank(trial.batch, N)).mean())
        return max(marks, key=lambda each: marks[each]) if marks else (TASTE, DRAWN[1])

    def score(self, batch: Batch) -> NDArray[np.float32]:
        group = self.segments.of(batch, self.memory)
        scores: NDArray[np.float32] = self.table[group]
        return scores

    def why(self, batch: Batch, items: NDArray[np.int64]) -> list[Cause]:
        group = int(self.segments.of(batch, self.memory)[0])
        return [self.segment_cause(group, item) for item in items.tolist()]

    def segment_cause(self, group: int, item: int) -> Cause:
        """Popular within the group, where it is more so there than in the whole shop."""
        if group < 0 or self.popularity[item] <= 0 or self.table[group, item] <= self.table[-1, item]:
            return self.popular_cause(item)
        code = int(self.segments.codes[group])
        taste = self.segments.grouping == TASTE
        name = self.catalogue.categories[code] if taste else self.people.trait_names[code]
        return Cause("popular_in", words={"segment": same(name), "when": self.latest})

    def facts(self) -> dict[str, Any]:
        found = {"grouping": GROUPINGS[self.segments.grouping], "groups": len(self.segments.codes)}
        return {**super().facts(), **found}

    def keep(self) -> dict[str, Any]:
        return kept_segments(self.segments)

    def take(self, kept: dict[str, Any]) -> None:
        segments = segments_of_kept(kept)
        assert segments is not None
        self.hold(segments)

    def _prepare(self) -> None:
        super()._prepare()
        self.memory = Memory(self.people)
