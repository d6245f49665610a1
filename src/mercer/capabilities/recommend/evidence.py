"""All a recommender learns from, read from a snapshot once and cut by time as often as needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mercer.capabilities.recommend.catalogue import Catalogue, read_catalogue
from mercer.capabilities.recommend.interactions import DAY, Log, read_log
from mercer.capabilities.recommend.people import People, read_traits, remember

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot


@dataclass(frozen=True)
class Evidence:
    """The catalogue, what happened, who the customers are, and the texts of the products, until ``end``."""

    catalogue: Catalogue
    log: Log
    traits: pl.DataFrame
    texts: list[str]
    """Title, description, tags and attributes of each product, in one string."""
    end: float
    """Days since 1970."""

    @cached_property
    def people(self) -> People:
        return remember(self.log, self.traits, self.end)

    def before(self, day: float) -> Evidence:
        """The same shop as it was known at an earlier day."""
        return Evidence(self.catalogue, self.log.where(self.log.day < day), self.traits, self.texts, day)

    def age(self) -> NDArray[np.float64]:
        """Days between each row of the log and the end."""
        return self.end - self.log.day


def read_evidence(past: Snapshot) -> Evidence:
    """Everything the past tells a recommender."""
    listed = past.frame("products", ["product_id"]).unique().sort("product_id").collect()["product_id"].to_list()
    log = read_log(past, listed)
    catalogue = read_catalogue(past, log.products[len(listed) :])
    end = past.end.timestamp() * 1e6 / DAY
    if len(log):  # a snapshot may be taken long after the last thing happened; what was lately is lately before that
        end = min(end, float(log.day.max()) + 1e-6)
    return Evidence(catalogue, log, read_traits(past), _texts(past, catalogue.ids), end)


def _texts(past: Snapshot, ids: list[str]) -> list[str]:
    names = ["title", "description", "tags", "attributes", "material", "pattern", "gender", "age_group"]
    words = past.frame("products", ["product_id", *names]).unique("product_id", keep="last", maintain_order=True)
    joined = pl.concat_str(
        [pl.col("tags").list.join(" "), *(pl.col(name) for name in names if name != "tags")],
        separator=" ", ignore_nulls=True,
    )  # fmt: skip
    table = words.select("product_id", text=joined).collect()
    return (
        pl.DataFrame({"product_id": ids}, schema={"product_id": pl.String})
        .join(table, on="product_id", how="left", maintain_order="left")["text"]
        .fill_null("")
        .to_list()
    )
