"""Which product will a customer buy next?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import polars as pl

from mercer.core.capability import Capability, Cases, Response
from mercer.core.metric import Metric
from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.core.record import CustomerId, Record, about
from mercer.core.snapshot import Snapshot


class NextRequest(Record):
    """Who is asked about."""

    customer: Annotated[CustomerId, about("customer", "客户")]


class NextResponse(Response):
    """The product they will buy."""

    product: Annotated[str, about("product", "商品")]


@dataclass(frozen=True)
class Purchases(Cases):
    """One case a purchase: who bought, what, and whether the past knows them."""

    customers: list[str]
    bought: list[str]
    known: set[str]

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def newcomers(self) -> Any:
        return np.array([each not in self.known for each in self.customers])

    @property
    def groups(self) -> Any:
        return np.unique(self.customers, return_inverse=True)[1]

    def requests(self) -> Sequence[NextRequest]:
        """The cases as requests."""
        return [NextRequest(customer=each) for each in self.customers]


@dataclass(frozen=True)
class Exam:
    """What was answered beside what was bought."""

    answered: Any
    bought: Any

    def take(self, places: Any) -> Exam:
        return Exam(self.answered[places], self.bought[places])


class NextProduct(Capability):
    name = "next_product"
    command = "next"
    title = Phrase("Next product", "下一件商品")
    summary = Phrase("Say what a customer will buy next", "预测客户接下来会买什么")
    request = NextRequest
    response = NextResponse
    baseline = "popular"
    models_package = "tinyshop.models"

    @property
    def metrics(self) -> Sequence[Metric]:
        return (
            Metric("hit", lambda exam: (exam.answered == exam.bought).astype(float), Phrase("right answers", "答对的比例")),
            Metric("miss", lambda exam: (exam.answered != exam.bought).astype(float),
                   Phrase("wrong answers", "答错的比例"), higher_is_better=False),
            Metric("coverage", lambda exam: float(len(set(exam.answered.tolist()))),
                   Phrase("different products answered", "回答过的不同商品数"), unit="products", per_case=False),
        )  # fmt: skip

    def span(self, snapshot: Snapshot) -> Sequence[Any]:
        return snapshot.frame("order_lines", ["placed_at"]).sort("placed_at").collect()["placed_at"]  # type: ignore[return-value]

    def cases(self, past: Snapshot, future: Snapshot, limit: int, seed: int) -> Purchases:
        known = past.frame("order_lines", ["customer_id"]).unique().collect()["customer_id"].to_list()
        lines = (
            future.frame("order_lines", ["customer_id", "product_id", "order_line_id"]).sort("order_line_id").collect()
        )
        lines = lines.sample(min(limit, lines.height), seed=seed, shuffle=True)
        return Purchases(lines["customer_id"].to_list(), lines["product_id"].to_list(), set(known))

    def examine(self, model: Model, cases: Cases) -> Exam:
        assert isinstance(cases, Purchases)
        answers = model.answer(cases.requests())
        return Exam(np.array([each.product for each in answers]), np.array(cases.bought))


def most_bought(snapshot: Snapshot) -> str:
    """The product of most lines, the first by name among equals."""
    return next(iter(_ranked(snapshot, []).values()), "")


def favourites(snapshot: Snapshot) -> dict[str, str]:
    """Per customer, the product of most of their lines."""
    return {str(key): product for key, product in _ranked(snapshot, ["customer_id"]).items()}


def _ranked(snapshot: Snapshot, by: list[str]) -> dict[object, str]:
    lines = snapshot.frame("order_lines", ["customer_id", "product_id"])
    counts = lines.group_by([*by, "product_id"]).agg(pl.len().alias("n"))
    first = counts.sort(["n", "product_id"], descending=[True, False]).collect()
    found: dict[object, str] = {}
    for row in first.iter_rows(named=True):
        found.setdefault(row[by[0]] if by else "", row["product_id"])
    return found
