"""The tiny shop that every model is tried on, and the bench."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from mercer.store.frozen import FrozenSnapshot

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS, CUSTOMERS, PRODUCTS = 60, 48, 32
CATEGORIES = ("Home > Kitchen", "Home > Garden", "Toys", "Books")
WORDS = ("kettle", "spade", "train", "novel")


@pytest.fixture(scope="session", autouse=True)
def _contract_on_path() -> Iterator[None]:
    sys.path.insert(0, str(Path(__file__).parent))
    yield
    sys.path.remove(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def tiny_frames() -> dict[str, pl.DataFrame]:
    """48 customers who each like one of four categories, 32 products, 60 days of visits and orders.

    Eight customers come late, and two products are new; so there are newcomers of both kinds.
    """
    rng = np.random.default_rng(11)
    events, orders, lines = [], [], []
    for day in range(DAYS):
        for customer in range(CUSTOMERS):
            if rng.random() > 0.3 or (customer >= 40 and day < 45):
                continue
            at = START + timedelta(days=day, hours=int(rng.integers(7, 22)), minutes=int(rng.integers(60)))
            likes = customer % 4 if rng.random() < 0.85 else int(rng.integers(4))
            offered = [p for p in range(PRODUCTS) if p % 4 == likes and (p < 30 or day >= 40)]
            seen = rng.choice(offered, min(4, len(offered)), replace=False).tolist()
            visit = f"s{day}-{customer}"
            for place, product in enumerate(seen):
                events.append((visit, place, "view_item", customer, product, at + timedelta(minutes=place)))
            events.append((visit, 9, "add_to_cart", customer, seen[-1], at + timedelta(minutes=9)))
            if rng.random() < 0.6:
                orders.append((visit, customer, at + timedelta(minutes=12)))
                lines += [
                    (visit, place, customer, product, at + timedelta(minutes=12))
                    for place, product in enumerate(seen[2:])
                ]
    return {
        "products": _products(), "variants": _variants(), "customers": _customers(),
        "events": _events(events), "orders": _orders(orders), "order_lines": _lines(lines), "reviews": _reviews(lines),
    }  # fmt: skip


@pytest.fixture(scope="session")
def tiny_shop_snapshot(tiny_frames: dict[str, pl.DataFrame]) -> FrozenSnapshot:
    return FrozenSnapshot(tiny_frames, "tiny shop", START + timedelta(days=DAYS))


def _time(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Datetime("us", "UTC"))


def _products() -> pl.DataFrame:
    rows = [
        (f"p{p}", f"{('red', 'blue', 'small', 'large')[p // 4 % 4]} {WORDS[p % 4]} no {p}", [CATEGORIES[p % 4]],
         ("Acme", "Fine")[p % 2], START + timedelta(days=40 if p >= 30 else -100))
        for p in range(PRODUCTS)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, ["product_id", "title", "categories", "brand", "created_at"], orient="row")
    described = pl.format("A {} of good quality", pl.col("title"))
    return frame.with_columns(
        _time("created_at"), description=described, status=pl.lit("active"), language=pl.lit("en")
    )


def _variants() -> pl.DataFrame:
    rows = [(f"v{p}", f"p{p}", 500 + 100 * p, "out_of_stock" if p == 5 else "in_stock", 10) for p in range(PRODUCTS)]
    names = ["variant_id", "product_id", "price_minor", "availability", "quantity_available"]
    return pl.DataFrame(rows, names, orient="row").with_columns(currency=pl.lit("EUR"))


def _customers() -> pl.DataFrame:
    rows = [(f"c{c}", ("DE", "CN", "FR")[c % 3], ("new", "old")[c % 2]) for c in range(CUSTOMERS)]
    return pl.DataFrame(rows, ["customer_id", "country", "segment"], orient="row").with_columns(language=pl.lit("en"))


def _events(rows: list[Any]) -> pl.DataFrame:
    frame = pl.DataFrame(
        rows, ["session_id", "place", "event_name", "customer", "product", "occurred_at"], orient="row"
    )
    return frame.select(
        pl.format("{}-{}", "session_id", "place").alias("event_id"), "session_id", "event_name",
        pl.format("c{}", "customer").alias("customer_id"), pl.format("p{}", "product").alias("product_id"),
        _time("occurred_at"), quantity=pl.lit(1),
    )  # fmt: skip


def _orders(rows: list[Any]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, ["order_id", "customer", "placed_at"], orient="row")
    return frame.select(
        "order_id", pl.format("c{}", "customer").alias("customer_id"), _time("placed_at"), status=pl.lit("completed"),
        total_minor=pl.lit(2000),
    )  # fmt: skip


def _lines(rows: list[Any]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, ["order_id", "place", "customer", "product", "placed_at"], orient="row")
    return frame.select(
        pl.format("{}-{}", "order_id", "place").alias("order_line_id"), "order_id",
        pl.format("c{}", "customer").alias("customer_id"), pl.format("p{}", "product").alias("product_id"),
        pl.format("v{}", "product").alias("variant_id"), _time("placed_at"), quantity=pl.lit(1), unit_price_minor=pl.lit(1000),
    )  # fmt: skip


def _reviews(lines: list[Any]) -> pl.DataFrame:
    rows = [(f"r{n}", f"p{p}", f"c{c}", 5.0 - n % 3, f"a fine {WORDS[p % 4]}", at + timedelta(days=3))
            for n, (_, _, c, p, at) in enumerate(lines) if n % 5 == 0]  # fmt: skip
    names = ["review_id", "product_id", "customer_id", "rating", "body", "written_at"]
    return pl.DataFrame(rows, names, orient="row").with_columns(_time("written_at"))
