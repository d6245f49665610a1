"""The exam: a model ranks products for all cases, and metrics compare them with what was wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mercer.capabilities.recommend.batch import CART, GOES_WITH, KNOWN, NEWCOMER, SESSION, Batch
from mercer.core.metric import Metric
from mercer.core.phrase import Phrase
from mercer.ml import ranking

if TYPE_CHECKING:
    from mercer.capabilities.recommend.cases import NextProducts
    from mercer.capabilities.recommend.recommender import Recommender

N = 10
"""Products answered to each case: what fits on a first screen."""


@dataclass(frozen=True)
class Exam:
    """Answers beside the truth. ``items`` are products (codes of the model), -1 where nothing was answered."""

    items: NDArray[np.int64]
    hits: NDArray[np.bool_]
    wanted: NDArray[np.int64]
    share: NDArray[np.float64]
    """Of each product: the share of people and baskets of the past that knew it, at least that of half a one."""
    offered: int

    def __len__(self) -> int:
        return len(self.items)

    def take(self, rows: NDArray[np.int64]) -> Exam:
        """Some cases, repeated as often as named: for resampling what is measured over all cases."""
        return Exam(self.items[rows], self.hits[rows], self.wanted[rows], self.share, self.offered)


def examine(model: Recommender, cases: NextProducts) -> Exam:
    """The model's best ten for each case."""
    items = model.rank(batch_of_cases(model, cases), N)
    items = np.pad(items, ((0, 0), (0, N - items.shape[1])), constant_values=-1)
    wanted = _codes(model.catalogue.code, cases.products)[cases.wanted]
    knew = np.bincount(model.people.product, minlength=len(model.catalogue)).astype(np.float64)
    return Exam(
        items=items,
        hits=_hits(items, cases.wanted_row, wanted, len(model.catalogue)),
        wanted=np.bincount(cases.wanted_row, minlength=len(cases)),
        share=np.maximum(knew, 0.5) / max(1, int(model.people.known.sum())),
        offered=int(model.catalogue.offered.sum()),
    )


def batch_of_cases(model: Recommender, cases: NextProducts) -> Batch:
    """The cases as the model sees its requests; products that it does not know fall away, as in an answer."""
    product = _codes(model.catalogue.code, cases.products)[cases.given]
    asked = np.unique(cases.person[cases.person >= 0])
    code = np.full(len(cases.persons) + 1, -1)
    code[asked] = [model.people.code.get(cases.persons[each], -1) for each in asked.tolist()]
    person = code[cases.person]  # a person of -1 reads the last place, which stays -1
    return assemble(cases, product, person, model.people.known)


def assemble(
    cases: NextProducts, product: NDArray[np.int64], person: NDArray[np.int64], known: NDArray[np.bool_]
) -> Batch:
    """The batch of some cases whose given products and persons have these codes; -1 is left out as unknown."""
    there = product >= 0
    row, role = cases.given_row[there], cases.given_role[there]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(cases)))])
    question = np.where(np.append(known, False)[person], KNOWN, NEWCOMER).astype(np.int8)
    np.maximum.at(question, row, np.array([SESSION, CART, GOES_WITH], np.int8)[role])
    languages = np.full(len(cases), -1, np.int32)
    return Batch(question, person, indptr, product[there].astype(np.int32), role, languages)


def _codes(code: dict[str, int], words: list[str]) -> NDArray[np.int64]:
    return np.array([code.get(word, -1) for word in words], np.int64)


def _hits(
    items: NDArray[np.int64], row: NDArray[np.int64], product: NDArray[np.int64], products: int
) -> NDArray[np.bool_]:
    """Whether each answered product is among those wanted in its row."""
    there = product >= 0
    pairs = row[there] * products + product[there]
    found: NDArray[np.bool_] = np.isin(np.arange(len(items))[:, None] * products + items, pairs) & (items >= 0)
    return found


METRICS = (
    Metric(
        "ndcg@10", lambda exam: ranking.ndcg(exam.hits, exam.wanted),
        Phrase("wanted products among the ten, the higher the better", "十件推荐中命中所需商品的程度，名次越前得分越高"),
    ),
    Metric(
        "recall@10", lambda exam: ranking.recall(exam.hits, exam.wanted),
        Phrase("share of what was wanted that is among the ten", "所需商品中出现在十件推荐里的比例"),
    ),
    Metric(
        "precision@10", lambda exam: ranking.precision(exam.hits),
        Phrase("share of the ten that was wanted", "十件推荐中确为所需的比例"),
    ),
    Metric(
        "f1@10", lambda exam: ranking.f1(exam.hits, exam.wanted),
        Phrase("harmonic mean of precision and recall", "精确率与召回率的调和平均"),
    ),
    Metric(
        "hit_rate@10", lambda exam: ranking.hit_rate(exam.hits),
        Phrase("share of cases with at least one wanted product among the ten", "十件推荐中至少命中一件的比例"),
    ),
    Metric(
        "mrr@10", lambda exam: ranking.reciprocal_rank(exam.hits),
        Phrase("one over the rank of the first wanted product", "首个命中商品名次的倒数"),
    ),
    Metric(
        "coverage@10", lambda exam: ranking.coverage(exam.items, exam.offered),
        Phrase("share of the range that is shown to anybody", "至少被推荐过一次的在售商品比例"), per_case=False,
    ),
    Metric(
        "gini@10", lambda exam: ranking.gini(exam.items, len(exam.share)),
        Phrase("inequality of how often products are shown: 0 is equal", "商品曝光的不均程度，0 为完全均等"),
        higher_is_better=False, per_case=False,
    ),
    Metric(
        "novelty@10", lambda exam: ranking.novelty(exam.items, exam.share),
        Phrase("how little known the shown products are", "所推荐商品的冷门程度"), unit="bits",
    ),
)  # fmt: skip
