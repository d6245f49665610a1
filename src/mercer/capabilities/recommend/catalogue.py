"""What the shop offers, as arrays: ids, titles, prices, stock and categories, one entry a product."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mercer.ml.rows import Rows, group

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot

TO_BE_HAD = ("in_stock", "backorder", "preorder", "limited_stock")
SERVICE = ("service", "services")
"""Products of a top category of such a name are postage, fees and corrections: sold, but nothing to recommend."""


@dataclass(frozen=True)
class Catalogue:
    """The products, by code. A price of -1 is unknown; ``leaf`` is the deepest category, -1 where there is none."""

    ids: list[str]
    titles: list[str]
    price: NDArray[np.int64]
    in_stock: NDArray[np.bool_]
    offered: NDArray[np.bool_]
    """Neither archived nor draft nor a service."""
    born: NDArray[np.float64]
    """Day since 1970 on which it was first offered; NaN where nobody says."""
    leaf: NDArray[np.int32]
    seller: NDArray[np.int32]
    brand: NDArray[np.int32]
    categories: list[str]
    """All paths, and all paths above them, as 'A > B'."""
    parent: NDArray[np.int32]
    members: Rows
    """The products of each category, those of the categories within it included."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def code(self) -> dict[str, int]:
        """From a product's id to its code."""
        return {each: place for place, each in enumerate(self.ids)}

    @cached_property
    def category_code(self) -> dict[str, int]:
        """From a category's path, in small letters, to its code."""
        return {path.casefold(): place for place, path in enumerate(self.categories)}

    def category(self, path: str) -> int:
        """The code of a category as a person writes it: 'home>Kitchen' finds 'Home > Kitchen'; -1 if there is none."""
        return self.category_code.get(tidy(path).casefold(), -1)


def tidy(path: str) -> str:
    """A category path with exactly one space on each side of its arrows.

    >>> tidy(" Home>Kitchen  >Kettles ")
    'Home > Kitchen > Kettles'
    """
    return " > ".join(part for part in (" ".join(each.split()) for each in re.split(r"\s*>\s*", path)) if part)


def read_catalogue(snapshot: Snapshot, seen: list[str]) -> Catalogue:
    """The snapshot's products in the order of their ids; then those ``seen`` in the shop's life that are not listed.

    A shop that lists no products at all offers what was seen; otherwise what is not listed is no longer offered.
    """
    frame = _products(snapshot)
    listed = frame["product_id"].to_list()
    extra = sorted(set(seen) - set(listed))
    frame = pl.concat([frame, pl.DataFrame({"product_id": extra}, {"product_id": pl.String})], how="diagonal")
    ids = listed + extra
    paths = [[tidy(path) for path in each or ()] for each in frame["categories"].to_list()]
    categories, parent, leaf, members = _tree(paths)
    service = np.array([bool(each) and each[0].split(" > ")[0].casefold() in SERVICE for each in paths], bool)
    active = (frame["status"].is_null() | (frame["status"] == "active")).to_numpy().astype(bool)
    present = np.arange(len(ids)) < len(listed) if listed else np.ones(len(ids), bool)
    titles = frame.select(pl.coalesce("title", "product_id"))["title"].str.replace_all(r"\s+", " ").to_list()
    return Catalogue(
        ids=ids, titles=titles,
        price=frame["price_minor"].fill_null(-1).to_numpy().astype(np.int64),
        in_stock=frame["in_stock"].fill_null(True).to_numpy().astype(bool),
        offered=active & present & ~service,
        born=(frame["created_at"].to_physical() / 86_400_000_000).fill_null(float("nan")).to_numpy().astype(np.float64),
        leaf=leaf, seller=_numbered(frame["seller_id"]), brand=_numbered(frame["brand"]),
        categories=categories, parent=parent, members=members,
    )  # fmt: skip


def _products(snapshot: Snapshot) -> pl.DataFrame:
    names = ["product_id", "title", "categories", "status", "created_at", "seller_id", "brand"]
    products = snapshot.frame("products", names).unique("product_id", keep="last", maintain_order=True)
    had = (
        pl.when(pl.col("availability").is_not_null())
        .then(pl.col("availability").is_in(TO_BE_HAD))
        .otherwise(pl.col("quantity_available").fill_null(1) > 0)
    )
    variants = (
        snapshot.frame("variants", ["product_id", "price_minor", "availability", "quantity_available"])
        .group_by("product_id")
        .agg(pl.col("price_minor").min(), had.any().alias("in_stock"))
    )
    return products.join(variants, on="product_id", how="left").sort("product_id").collect()


def _numbered(words: pl.Series) -> NDArray[np.int32]:
    """Equal words, equal numbers; -1 where there is none."""
    return (words.rank("dense").cast(pl.Int32) - 1).fill_null(-1).to_numpy()


def _tree(paths: list[list[str]]) -> tuple[list[str], NDArray[np.int32], NDArray[np.int32], Rows]:
    """All categories with those above them, each one's parent, each product's first leaf, each category's products."""
    above: dict[str, list[str]] = {}
    for path in {path for each in paths for path in each if path}:
        parts = path.split(" > ")
        above[path] = [" > ".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    categories = sorted({each for line in above.values() for each in line})
    code = {path: place for place, path in enumerate(categories)}
    parent = np.array([code.get(path.rpartition(" > ")[0], -1) for path in categories], np.int32)
    leaf = np.array([code.get(each[0], -1) if each else -1 for each in paths], np.int32)
    pairs = {(code[up], product) for product, each in enumerate(paths) for path in each for up in above.get(path, ())}
    table = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return categories, parent, leaf, group(table[:, 0], table[:, 1], np.ones(len(table)), len(categories))
