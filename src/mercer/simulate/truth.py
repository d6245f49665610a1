"""The hidden truth of a simulated shop, kept apart from its exports: what people really like, what really goes together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from mercer.simulate.catalogue import Catalogue
from mercer.simulate.choice import utility
from mercer.simulate.festivals import Seasons
from mercer.simulate.people import People

ARRAYS = (
    "taste",
    "interest",
    "thrift",
    "customer_style",
    "arrives",
    "leaves",
    "vector",
    "quality",
    "relative_price",
    "category",
    "product_style",
    "launch",
    "complements",
    "season",
    "visits",
)


@dataclass(frozen=True)
class Truth:
    """What the simulated shop knows and its exports do not say.

    ``customers`` and ``products`` are the ids of the rows of ``arrays``; ``planted`` counts the defects that dirt has planted,
    by the code of the check that should find them.

    >>> truth = Truth.load(Path("demo/truth"))                                  # doctest: +SKIP
    >>> truth.preference(["mei.chen.00042@example.com"]).argmax(axis=1)         # doctest: +SKIP
    """

    customers: tuple[str, ...]
    products: tuple[str, ...]
    arrays: dict[str, np.ndarray]
    plan: dict[str, Any]
    planted: dict[str, int]

    def affinity(self, customers: list[str]) -> np.ndarray:
        """Utility of every product for some customers, (customers, products): the exponent of the choice in a category."""
        rows = self._rows(customers)
        held = self.arrays
        return utility(
            held["taste"][rows][:, None],
            held["vector"][None],
            held["quality"][None],
            held["thrift"][rows][:, None],
            held["relative_price"][None],
        )

    def preference(self, customers: list[str], day: int | None = None) -> np.ndarray:
        """The chance that the next product some customers look at, of their own accord, is each product: rows sum to one.

        ``day`` sets the season and leaves out what is not yet launched; without it the season is level.
        """
        rows, held = self._rows(customers), self.arrays
        interest = np.exp(held["interest"][rows].astype(np.float64))
        if day is not None:
            interest = interest * held["season"][:, day]
        weight = np.exp(self.affinity(customers))
        if day is not None:
            weight = weight * (held["launch"] <= day)
        kinds = interest.shape[1]
        within = np.zeros((len(rows), kinds))
        np.add.at(within.T, held["category"], weight.T)
        chance = np.divide(interest, within, out=np.zeros_like(within), where=within > 0)
        found = weight * chance[:, held["category"]]
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    def complements_of(self, product: str) -> list[str]:
        """The products that go with one."""
        return [
            self.products[other] for other in self.arrays["complements"][self.products.index(product)] if other >= 0
        ]

    def _rows(self, customers: list[str]) -> np.ndarray:
        places = {name: place for place, name in enumerate(self.customers)}
        return np.array([places[name] for name in customers], dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write truth.npz (arrays) and truth.json (ids, plan, planted defects)."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "truth.npz", allow_pickle=False, **self.arrays)
        told = {"plan": self.plan, "planted": self.planted, "customers": self.customers, "products": self.products}
        (folder / "truth.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        told = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        with np.load(folder / "truth.npz", allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        return cls(tuple(told["customers"]), tuple(told["products"]), arrays, told["plan"], told["planted"])


def arrays_of(products: Catalogue, whom: People, calendar: Seasons) -> dict[str, np.ndarray]:
    """The arrays of the truth, from the parts the shop was made of."""
    held = (
        whom.taste,
        whom.interest,
        whom.thrift,
        whom.style,
        whom.arrives,
        whom.leaves,
        products.vector,
        products.quality,
        products.relative_price,
        products.category,
        products.style,
        products.launch,
        products.complements,
        calendar.categories,
        calendar.visits,
    )
    return dict(zip(ARRAYS, held, strict=True))
