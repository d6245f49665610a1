"""EASE: every product predicted from all others, in closed form."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from scipy import sparse

from mercer.capabilities.recommend.evidence import Evidence
from mercer.capabilities.recommend.links import Links
from mercer.capabilities.recommend.recommender import Recommender
from mercer.capabilities.recommend.trial import N, Trial, hold_out
from mercer.core.phrase import Phrase
from mercer.core.record import about as described
from mercer.ml.cooccurrence import incidence, pairs
from mercer.ml.ease import dense_weights, local_weights
from mercer.ml.rows import Rows, keep_largest, rows_of

CASES = 1500
RIDGES = (50.0, 200.0, 800.0)
HALF_LIFE = 180.0
"""Days after which a basket counts half."""
BASKET_MOST, PAST_MOST = 300, 100
"""Products of a basket, and of one person's past, that are paired with each other."""


class Ease(Links):
    """Recommend what linear regression on everything else foretells.

    Each product's presence in a basket, a visit or a person's past is predicted from all others by ridge regression with a
    zero diagonal, in closed form: Steck (2019), Embarrassingly shallow autoencoders for sparse data, WWW. Beyond
    ``dense_most`` products every column is solved on its own nearest products, in memory linear in the products: Steck
    (2019), Markov random fields for collaborative filtering, NeurIPS. The ridge is the one that ranks best on the last slice
    of the past.
    """

    name = "ease"
    rung = 3

    class Settings(Recommender.Settings):
        """How large, and how much is kept."""

        dense_most: Annotated[
            int,
            described(
                "up to so many products all pairs are solved together: memory 3 · 4 · n² bytes, at 12,000 two gigabytes and a minute; "
                "beyond, each product on its own neighbours",
                "商品数不超过此值时一次求解全部商品对：内存约 3·4·n² 字节，12,000 件约两 GB、一分钟；超过则对每件商品只用其近邻求解",
                ge=0,
                le=100_000,
            ),
        ] = 12_000
        near: Annotated[
            int,
            described(
                "beyond that, neighbours on which each product is regressed",
                "超过上限时每件商品回归所用的近邻数",
                ge=1,
                le=1000,
            ),
        ] = 50
        kept: Annotated[
            int,
            described(
                "weights kept of each product, the largest; more take memory and change little",
                "每件商品保留的最大权重数；更多只占内存，效果变化很小",
                ge=1,
                le=100_000,
            ),
        ] = 300

    about: ClassVar[Phrase] = Phrase(
        "each product foretold from all others by regression", "用回归由其他商品预测每件商品"
    )

    def study(self, evidence: Evidence, seed: int) -> None:
        self.ridge = self.choose(hold_out(evidence, seed, CASES))
        self.links = self.linked(evidence, self.ridge)

    def choose(self, trial: Trial | None) -> float:
        """The ridge that ranks best on a trial."""
        if trial is None:
            return RIDGES[1]
        learner = type(self)(self.settings)
        learner.stand_on(trial.before, self.window)
        gram, marks = _gram(trial.before), {}
        for ridge in RIDGES:
            learner.links = learner._solved(gram, ridge)
            marks[ridge] = trial.mark(learner.rank(trial.batch, N))
        return max(marks, key=lambda each: marks[each])

    def linked(self, evidence: Evidence, ridge: float = RIDGES[1]) -> Rows:
        """How much each product speaks for each other, within everything that speaks for it."""
        return self._solved(_gram(evidence), ridge)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "ridge": self.ridge}

    def keep(self) -> dict[str, Any]:
        return {**super().keep(), "ridge": np.array([self.ridge])}

    def take(self, kept: dict[str, Any]) -> None:
        super().take(kept)
        self.ridge = float(kept["ridge"][0])

    def _solved(self, gram: sparse.csr_array, ridge: float) -> Rows:
        """The weights, over the products that were met with others; what was met alone only says nothing of others."""
        met = np.flatnonzero(np.diff(gram.indptr) > 1)
        inner = sparse.csr_array(gram[met][:, met])
        if len(met) <= self.settings.dense_most:
            weights = rows_of(sparse.csr_array(dense_weights(inner.toarray(order="F"), ridge)))
        else:
            weights = local_weights(inner, ridge, self.settings.near)
        weights = keep_largest(weights, self.settings.kept)
        indptr = np.zeros(gram.shape[0] + 1, np.int64)
        lengths = np.zeros(gram.shape[0], np.int64)
        lengths[met] = weights.lengths()
        np.cumsum(lengths, out=indptr[1:])
        return Rows(indptr, met[weights.indices].astype(np.int32), weights.data)


def _gram(evidence: Evidence) -> sparse.csr_array:
    """Pairs found in the same basket or visit, and, once more, in the same person's past; recent ones more."""
    log, products = evidence.log, len(evidence.catalogue)
    aged = (0.5 ** (evidence.age() / HALF_LIFE)).astype(np.float32)
    total = sparse.csr_array((products, products), dtype=np.float32)
    for owner, most in ((log.basket, BASKET_MOST), (log.person, PAST_MOST)):
        kept = np.ones(len(log), bool) if owner is log.basket else log.person >= 0
        if not kept.any():
            continue
        order = np.flatnonzero(kept)[::-1]  # the newest first: of a long past the newest are kept
        held, names = incidence(owner[order], log.product[order], products, most)
        newest = np.zeros(len(names), np.float32)
        np.maximum.at(newest, np.searchsorted(names, owner[order]), aged[order])
        scale = np.repeat(np.sqrt(newest), np.diff(held.indptr))
        held.data = held.data * scale
        total = total + pairs(held, held).scipy(products)
    return sparse.csr_array(total)
