"""What is found together: item–item neighbours."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np

from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.interactions import VIEW
from mercer.capabilities.recommend.links import Links
from mercer.capabilities.recommend.recommender import Recommender
from mercer.capabilities.recommend.trial import N, Trial, hold_out
from mercer.core.phrase import Phrase
from mercer.core.record import about as described
from mercer.ml.cooccurrence import damp, followers, incidence, pairs
from mercer.ml.rows import Rows, keep_largest, rows_of

CASES = 1500
HALF_LIVES = (30.0, 90.0, 100_000.0)
"""Days; the last is for ever."""
POWERS = (0.5, 0.7, 0.9)
REACH, FADE = 10, 0.7
"""In a visit, products at most so many steps apart are pairs; each further step counts so much less."""
BASKET_MOST = 300
"""Products of a basket that are paired: a wholesaler's order of thousands says no more, and would cost a hundred times as much."""


class Choice(NamedTuple):
    """How fast a basket is forgotten, and how far popularity is corrected for."""

    half_life: float = 90.0
    power: float = 0.7


USUAL = Choice()
"""What shops mostly choose."""


class Neighbours(Links):
    """Recommend what is found in the same baskets and visits.

    Pairs of products are counted over orders and visits, recent ones more (½^(age / half-life)), and corrected for
    popularity by the asymmetric cosine c_ij / (n_i^p · n_j^(1-p)), Aiolli (2013), Efficient top-n recommendation for very
    large scale binary rated datasets, RecSys. Half-life and p are those that rank best on the last slice of the past.
    """

    name = "neighbours"
    rung = 2

    class Settings(Recommender.Settings):
        """How many neighbours are kept."""

        kept: Annotated[
            int,
            described(
                "neighbours kept of each product; more take memory and change little",
                "每件商品保留的近邻数；更多只占内存，效果变化很小",
                ge=1,
                le=5000,
            ),
        ] = 300

    about: ClassVar[Phrase] = Phrase(
        "what is found in the same baskets and visits", "同一订单或同一次访问中常一起出现的商品"
    )

    def study(self, evidence: Evidence, seed: int) -> None:
        self.choice = self.choose(hold_out(evidence, seed, CASES))
        self.links = self.linked(evidence, self.choice)

    def choose(self, trial: Trial | None) -> Choice:
        """The half-life, and then the power, that rank best on a trial."""
        if trial is None:
            return USUAL
        learner = type(self)(self.settings)
        learner.stand_on(trial.before, self.window)
        counted = {half_life: _counted(trial.before, half_life) for half_life in HALF_LIVES}

        def mark(choice: Choice) -> float:
            learner.links = learner._damped(*counted[choice.half_life], choice.power)
            return trial.mark(learner.rank(trial.batch, N))

        best = max((Choice(half_life) for half_life in HALF_LIVES), key=mark)
        return max((Choice(best.half_life, power) for power in POWERS), key=mark)

    def linked(self, evidence: Evidence, choice: Choice = USUAL) -> Rows:
        """How much each product speaks for each other."""
        return self._damped(*_counted(evidence, choice.half_life), choice.power)

    def facts(self) -> dict[str, Any]:
        half_life = None if self.choice.half_life > 10_000 else self.choice.half_life
        return {**super().facts(), "half_life_days": half_life, "power": round(self.choice.power, 3)}

    def keep(self) -> dict[str, Any]:
        return {**super().keep(), "choice": np.array(self.choice)}

    def take(self, kept: dict[str, Any]) -> None:
        super().take(kept)
        self.choice = Choice(*kept["choice"].tolist())

    def _damped(self, counts: Rows, alone: np.ndarray, power: float) -> Rows:
        return keep_largest(damp(counts, alone, alone, power), self.settings.kept)


def _counted(evidence: Evidence, half_life: float) -> tuple[Rows, np.ndarray]:
    """Decayed counts of pairs, and of each product alone: over orders, and over what was met shortly after in visits."""
    log, products = evidence.log, len(evidence.catalogue)
    aged = (0.5 ** (evidence.age() / half_life)).astype(np.float32)
    _, basket = np.unique(log.basket, return_inverse=True)
    visit = (np.bincount(basket, log.kind == VIEW) > 0)[basket]
    walked = np.flatnonzero(visit)
    walked = walked[np.argsort(basket[walked], kind="stable")]  # the log is sorted by time
    counts = followers(basket[walked], log.product[walked], aged[walked], products, REACH, FADE)
    counts = counts + counts.T
    alone = np.bincount(log.product[walked], aged[walked], products).astype(np.float64)
    if not visit.all():
        held, names = incidence(basket[~visit], log.product[~visit], products, BASKET_MOST)
        newest = np.zeros(len(names), np.float32)
        np.maximum.at(newest, np.searchsorted(names, basket[~visit]), aged[~visit])
        old = held.copy()
        old.data = old.data * np.repeat(newest, np.diff(held.indptr))
        alone += np.asarray(old.sum(axis=0)).ravel()
        together = pairs(held, old)
        counts = together if not len(walked) else rows_of(together.scipy(products) + counts)
    return (counts if isinstance(counts, Rows) else rows_of(counts)), alone
