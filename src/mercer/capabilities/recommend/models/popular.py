"""What sold most lately: the honest baseline."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import Batch
from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.reasons import Cause
from mercer.capabilities.recommend.recommender import Recommender
from mercer.core.phrase import Phrase


class Popular(Recommender):
    """Recommend to everybody what was found in most baskets lately.

    How many days count as lately (1, 3, 7 … or everything), and whether views and carts count beside purchases, is
    chosen on the last slice of the past: those whose ten best products were wanted most then.
    """

    name = "popular"
    about: ClassVar[Phrase] = Phrase("what sold most lately", "近期热销")
    rung = 0

    def study(self, evidence: Evidence, seed: int) -> None:
        """Nothing beyond what every recommender knows."""

    def score(self, batch: Batch) -> NDArray[np.float32]:
        return np.repeat(self.popularity[None], len(batch), axis=0)

    def why(self, batch: Batch, items: NDArray[np.int64]) -> list[Cause]:
        return [self.popular_cause(item) for item in items.tolist()]
