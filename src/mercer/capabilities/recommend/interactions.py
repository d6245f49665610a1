"""What people did with products, as arrays: views, carts and purchases from events and order lines, each once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mercer.core.snapshot import Snapshot

VIEW, CART, BUY = 0, 1, 2
KINDS = {
    "view_item": VIEW, "select_item": VIEW, "add_to_wishlist": CART, "add_to_cart": CART, "begin_checkout": CART,
    "purchase": BUY,
}  # fmt: skip
VOID = ("cancelled", "failed")
"""Orders of such a status were never bought."""
PAUSE_MINUTES = 30
"""Where a shop names no sessions, a visit ends with so long a pause, as Google Analytics has it."""
ENOUGH = 1000
"""Purchases (or carts) needed before answers are judged by them: a fifth of them leaves 200 cases."""
DAY = 86_400_000_000
"""Microseconds."""


@dataclass(frozen=True)
class Log:
    """One row for each time somebody viewed, put into a cart or bought a product, oldest first.

    ``person`` and ``product`` are codes into ``persons`` and ``products``; -1 is nobody in particular. ``day`` counts
    days since 1970 with their fraction. ``basket`` is shared by what happened in one order or one visit.
    """

    person: NDArray[np.int32]
    product: NDArray[np.int32]
    kind: NDArray[np.int8]
    day: NDArray[np.float64]
    basket: NDArray[np.int64]
    persons: list[str]
    products: list[str]
    customers: int
    """The first so many of ``persons`` are customers, the others visitors who never signed in."""
    alias: dict[str, int]
    """Visitors who signed in, and as whom."""

    def __len__(self) -> int:
        return len(self.product)

    def where(self, mask: NDArray[np.bool_]) -> Log:
        """The rows that the mask keeps, with the same codes."""
        return replace(
            self, person=self.person[mask], product=self.product[mask], kind=self.kind[mask], day=self.day[mask],
            basket=self.basket[mask],
        )  # fmt: skip


def goal_of(kind: NDArray[np.int8], enough: int) -> int:
    """The deepest kind that occurs at least ``enough`` times: purchases, else carts, else views."""
    counts = np.bincount(kind, minlength=3)
    return next((each for each in (BUY, CART) if counts[each] >= enough), VIEW)


def times(snapshot: Snapshot) -> pl.Series:
    """When what recommendations are judged by happened, sorted."""
    rows = _rows(snapshot)
    return rows.filter(pl.col("kind") >= goal_of(rows["kind"].to_numpy(), ENOUGH))["at"]


def read_log(snapshot: Snapshot, products: list[str] | None = None) -> Log:
    """The snapshot's interactions; ``products`` that are known beforehand get the first codes, in their order."""
    rows = _baskets(_rows(snapshot))
    signed = rows.filter("signed")["person"].drop_nulls().unique().sort()
    others = rows.filter(~pl.col("signed"))["person"].drop_nulls().unique().sort()
    persons = signed.to_list() + others.filter(~others.is_in(signed.implode())).to_list()
    vocabulary = list(products or [])
    seen = rows["product"].unique().sort()
    vocabulary += seen.filter(~seen.is_in(pl.Series(vocabulary, dtype=pl.String).implode())).to_list()
    links = _links(rows).sort("visitor")
    return Log(
        person=codes(rows["person"], persons),
        product=codes(rows["product"], vocabulary),
        kind=rows["kind"].to_numpy(),
        day=rows["at"].to_physical().to_numpy() / DAY,
        basket=rows["basket"].to_numpy().astype(np.int64),
        persons=persons,
        products=vocabulary,
        customers=len(signed),
        alias=dict(zip(links["visitor"], codes(links["as"], persons).tolist(), strict=True)),
    )


def codes(words: pl.Series, vocabulary: list[str]) -> NDArray[np.int32]:
    """The place of each word in the vocabulary (whose words differ), -1 where it is not there."""
    if not vocabulary:
        return np.full(len(words), -1, np.int32)
    found = words.cast(pl.Enum(vocabulary), strict=False).to_physical()
    return found.cast(pl.Int32).fill_null(-1).to_numpy()


def _rows(snapshot: Snapshot) -> pl.DataFrame:
    """person, signed, customer, visitor, product, kind, at, key (order or session), sorted by time."""
    lines = _order_lines(snapshot).collect()
    events = _events(snapshot).collect()
    both = pl.concat([lines, _without_doubles(events, lines)], how="diagonal")
    both = both.join(_links(both), on="visitor", how="left")
    return both.with_columns(
        person=pl.coalesce("customer", "as", "visitor"),
        signed=pl.col("customer").is_not_null() | pl.col("as").is_not_null(),
    ).sort("at", "key", "person", "product", "kind")


def _events(snapshot: Snapshot) -> pl.LazyFrame:
    variants = snapshot.frame("variants", ["variant_id", "product_id"]).unique("variant_id", keep="any")
    names = [
        "event_name",
        "occurred_at",
        "visitor_id",
        "customer_id",
        "session_id",
        "product_id",
        "variant_id",
        "order_id",
    ]
    return (
        snapshot.frame("events", names)
        .filter(pl.col("event_name").is_in(list(KINDS)))
        .join(variants, on="variant_id", how="left", suffix="_of_variant")
        .select(
            customer="customer_id",
            visitor="visitor_id",
            product=pl.coalesce("product_id", "product_id_of_variant"),
            kind=pl.col("event_name").replace_strict(KINDS, return_dtype=pl.Int8),
            at="occurred_at",
            order="order_id",
            key="s:" + pl.col("session_id"),
        )
        .drop_nulls(["product", "at"])
    )


def _order_lines(snapshot: Snapshot) -> pl.LazyFrame:
    """Bought lines: a positive quantity, in an order that was not cancelled."""
    orders = snapshot.frame("orders", ["order_id", "customer_id", "visitor_id", "status"])
    lines = snapshot.frame("order_lines", ["order_id", "customer_id", "product_id", "quantity", "placed_at"])
    return (
        lines.filter(pl.col("quantity") > 0)
        .join(orders, on="order_id", how="left", suffix="_of_order")
        .filter(pl.col("status").is_null() | ~pl.col("status").is_in(VOID))
        .select(
            customer=pl.coalesce("customer_id", "customer_id_of_order"),
            visitor="visitor_id",
            product="product_id",
            kind=pl.lit(BUY, pl.Int8),
            at="placed_at",
            order="order_id",
            key="o:" + pl.col("order_id"),
        )
        .drop_nulls(["product", "at"])
    )


def _without_doubles(events: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The events less those purchases that the orders tell of too: by order, or by person, product and day."""
    if not lines.height or not events.height:
        return events
    ordered = lines.select("order").unique()
    same_day = lines.select("customer", "product", day=pl.col("at").dt.date()).drop_nulls().unique()
    bought = events.filter(pl.col("kind") == BUY).join(ordered, on="order", how="anti")
    bought = bought.with_columns(day=pl.col("at").dt.date()).join(
        same_day, on=["customer", "product", "day"], how="anti"
    )
    return pl.concat([events.filter(pl.col("kind") != BUY), bought.drop("day")])


def _links(rows: pl.DataFrame) -> pl.DataFrame:
    """Visitors who signed in, and as which customer: the last one."""
    pairs = rows.select("visitor", "customer", "at").drop_nulls().sort("at", "customer")
    return pairs.group_by("visitor").agg(pl.col("customer").last().alias("as"))


def _baskets(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``basket``: one number for each order or session; where none is named, visits end with a long pause."""
    named = rows.filter(pl.col("key").is_not_null()).with_columns(basket=pl.col("key").rank("dense").cast(pl.Int64))
    loose = rows.filter(pl.col("key").is_null()).sort("person", "at", "product", "kind", nulls_last=True)
    pause = (pl.col("at").diff() > pl.duration(minutes=PAUSE_MINUTES)).fill_null(True)
    other = pl.col("person").ne_missing(pl.col("person").shift()) | pl.col("person").is_null()
    loose = loose.with_columns(basket=-(pause | other).cast(pl.Int64).cum_sum())
    return pl.concat([named, loose], how="diagonal_relaxed").sort("at", "basket", "product", "kind")
