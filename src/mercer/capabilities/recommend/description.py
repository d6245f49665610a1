"""recommend_products: what the question is, how past answers to it can be judged, and by which metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from mercer.capabilities.recommend.records import Recommendations, RecommendRequest
from mercer.core.capability import Capability
from mercer.core.metric import Metric
from mercer.core.model import Model
from mercer.core.phrase import Phrase

if TYPE_CHECKING:
    from mercer.capabilities.recommend.cases import NextProducts
    from mercer.capabilities.recommend.exam import Exam
    from mercer.capabilities.recommend.recommender import Recommender
    from mercer.core.capability import Cases
    from mercer.core.snapshot import Snapshot


class RecommendProducts(Capability):
    """Which products would this person like to see now?

    Backtest cases ask what was bought next (or put into the cart, or viewed, where too little was bought); see
    :mod:`mercer.capabilities.recommend.cases`. NDCG@10 decides between models; recent popularity is the baseline.
    """

    name = "recommend_products"
    command = "recommend"
    title = Phrase("Recommendations", "商品推荐")
    summary = Phrase(
        "Recommend products to a customer, a visitor, beside a product, instead of one, or for a cart, with reasons",
        "为客户、访客、商品页、替代品或购物车推荐商品，并给出理由",
    )
    request = RecommendRequest
    response = Recommendations
    baseline = "popular"
    models_package = "mercer.capabilities.recommend.models"

    @property
    def metrics(self) -> Sequence[Metric]:
        from mercer.capabilities.recommend.exam import METRICS

        return METRICS

    def span(self, snapshot: Snapshot) -> Sequence[Any]:
        from mercer.capabilities.recommend.interactions import times

        return cast("Sequence[Any]", times(snapshot))

    def cases(self, past: Snapshot, future: Snapshot, limit: int, seed: int) -> NextProducts:
        from mercer.capabilities.recommend.cases import cases_between

        return cases_between(past, future, limit, seed)

    def examine(self, model: Model, cases: Cases) -> Exam:
        from mercer.capabilities.recommend.exam import examine

        return examine(cast("Recommender", model), cast("NextProducts", cases))
