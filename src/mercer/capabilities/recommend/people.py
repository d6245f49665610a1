"""What is remembered of each person: the products they viewed, put into a cart and bought, and who they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mercer.capabilities.recommend.interactions import BUY, Log, codes

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot

TRAITS = ("segment", "region", "country", "language")


@dataclass(frozen=True)
class People:
    """Customers and visitors by code, and their histories as sparse rows: each product once, the newest last."""

    ids: list[str]
    alias_ids: list[str]
    alias_of: NDArray[np.int32]
    traits: NDArray[np.int32]
    """people × TRAITS: a code into ``trait_names``, -1 where nothing is known."""
    trait_names: list[str]
    indptr: NDArray[np.int64]
    product: NDArray[np.int32]
    last: NDArray[np.float32]
    """Days before the end of the past at which the product was last touched."""
    deepest: NDArray[np.int8]
    """VIEW, CART or BUY: the deepest thing done with it."""
    bought: NDArray[np.float32]
    """In how many baskets it was bought."""
    touched: NDArray[np.float32]
    """In how many baskets or visits it was touched at all."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def code(self) -> dict[str, int]:
        """From an id to a person; a visitor who signed in is the customer."""
        known = {each: place for place, each in enumerate(self.ids)}
        return dict(zip(self.alias_ids, self.alias_of.tolist(), strict=True)) | known

    @cached_property
    def languages(self) -> dict[str, int]:
        """From a language that customers have to its code among the traits."""
        spoken = np.unique(self.traits[:, TRAITS.index("language")])
        return {self.trait_names[code].casefold(): int(code) for code in spoken if code >= 0}

    def language(self, name: str | None) -> int:
        """The code of the trait 'speaks this language', -1 where no customer is known to."""
        return self.languages.get(name.casefold(), -1) if name else -1

    @property
    def known(self) -> NDArray[np.bool_]:
        """Who has a history at all."""
        return np.diff(self.indptr) > 0


def read_traits(snapshot: Snapshot) -> pl.DataFrame:
    """customer_id and TRAITS of the customers; where a country or region is missing, that of their last order."""
    asked = snapshot.frame("customers", ["customer_id", *TRAITS]).unique(
        "customer_id", keep="last", maintain_order=True
    )
    orders = snapshot.frame("orders", ["customer_id", "placed_at", "country", "region"]).drop_nulls("customer_id")
    placed = orders.sort("placed_at").group_by("customer_id").agg(pl.col("country", "region").drop_nulls().last())
    both = asked.join(placed, on="customer_id", how="full", coalesce=True, suffix="_of_order")
    filled = {name: pl.coalesce(name, f"{name}_of_order") for name in ("country", "region")}
    return both.with_columns(**filled).select("customer_id", *TRAITS).sort("customer_id").collect()


def remember(log: Log, traits: pl.DataFrame, end: float) -> People:
    """Everybody in the log or among the customers."""
    more = traits.filter(~pl.col("customer_id").is_in(pl.Series(log.persons, dtype=pl.String).implode()))
    ids = log.persons + more["customer_id"].to_list()
    numbered, names = _numbered_traits(traits, ids)
    return People(
        ids, list(log.alias), np.array(list(log.alias.values()), np.int32), numbered, names,
        *_histories(log, len(ids), end),
    )  # fmt: skip


def _numbered_traits(traits: pl.DataFrame, ids: list[str]) -> tuple[NDArray[np.int32], list[str]]:
    table = np.full((len(ids), len(TRAITS)), -1, np.int32)
    rows = codes(traits["customer_id"], ids)
    names: list[str] = []
    for column, trait in enumerate(TRAITS):
        words = traits[trait].drop_nulls().unique().sort().to_list()
        found = codes(traits[trait].fill_null(""), words)
        table[rows, column] = np.where(found >= 0, found + len(names), -1)
        names += words
    return table, names


def _histories(log: Log, people: int, end: float) -> tuple[NDArray[Any], ...]:
    """indptr, product, last, deepest, bought, touched: one entry a person and product, a person's newest last."""
    frame = pl.DataFrame(
        {"person": log.person, "product": log.product, "kind": log.kind, "day": log.day, "basket": log.basket}
    ).filter(pl.col("person") >= 0)
    each = (
        frame.group_by("person", "product")
        .agg(
            pl.col("day").max(),
            pl.col("kind").max(),
            bought=pl.col("basket").filter(pl.col("kind") == BUY).n_unique(),
            touched=pl.col("basket").n_unique(),
        )
        .sort("person", "day", "product")
    )
    indptr = np.zeros(people + 1, np.int64)
    np.cumsum(np.bincount(each["person"].to_numpy(), minlength=people), out=indptr[1:])
    return (
        indptr,
        each["product"].to_numpy().astype(np.int32),
        (end - each["day"].to_numpy()).astype(np.float32),
        each["kind"].to_numpy().astype(np.int8),
        each["bought"].to_numpy().astype(np.float32),
        each["touched"].to_numpy().astype(np.float32),
    )
