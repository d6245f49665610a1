"""The tiny shop of the training tests: 120 customers, two products bought much, one a day each for ten days."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mercer.store.frozen import FrozenSnapshot

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _tiny_on_path() -> Iterator[None]:
    place = str(Path(__file__).parent / "tiny")
    sys.path.insert(0, place)
    yield
    sys.path.remove(place)


@pytest.fixture(scope="session")
def tiny(_tiny_on_path: None) -> Any:
    """The capability."""
    import tinyshop

    return tinyshop.capability


def lines(customers: int = 120, days: int = 10) -> pl.DataFrame:
    """A purchase a day and customer: even customers buy p2, odd ones p1, with one in ten mistaken; and one newcomer in
    twelve, who comes on the last day only."""
    rows = []
    for customer in range(customers):
        for day in range(days):
            if customer % 12 == 11 and day < days - 1:
                continue
            mistaken = (customer * 7 + day * 3) % 10 == 0
            product = "p1" if (customer % 2 == 1) != mistaken else "p2"
            rows.append(
                (f"l{customer}-{day}", f"o{customer}-{day}", f"c{customer}", product, START + timedelta(days=day))
            )
    names = ["order_line_id", "order_id", "customer_id", "product_id", "placed_at"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(
        pl.col("placed_at").cast(pl.Datetime("us", "UTC")), quantity=pl.lit(1), unit_price_minor=pl.lit(100)
    )


@pytest.fixture(scope="session")
def snapshot() -> FrozenSnapshot:
    return FrozenSnapshot({"order_lines": lines()}, "tiny", START + timedelta(days=10))
