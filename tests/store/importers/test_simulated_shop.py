"""The exports of a simulated shop: nothing is refused, ids agree across files, and amounts add up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from counter import Counter, open_counter

from mercer.simulate.generate import simulate
from mercer.simulate.plan import Plan
from mercer.store.importing.context import Options
from mercer.store.importing.run import Import, Outcome


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, list[Outcome], int]]:
    """A store with the whole shop in it, what was said of each file, and how many orders there are."""
    folder: Path = tmp_path_factory.mktemp("simulated")
    made = simulate(folder / "made", Plan(products=100, customers=300, days=40, seed=3))
    with open_counter(folder) as counter:
        outcomes = Import(counter.store, folder / "rejects", Options()).run([folder / "made" / "exports"])
        yield counter, outcomes, made.orders


def test_every_file_is_recognised_and_nothing_is_refused(imported: tuple[Counter, list[Outcome], int]) -> None:
    """A clean shop comes in whole."""
    counter, outcomes, orders = imported
    assert {each.layout.name for each in outcomes if each.layout} == {
        "shopify/products", "shopify/orders", "ga4/events", "own/reviews",
    }  # fmt: skip
    assert [each.refused for each in outcomes] == [0] * len(outcomes)
    assert (counter.store.rows("products"), counter.store.rows("orders")) == (100, orders)


@pytest.mark.parametrize(
    ("table", "column", "other"),
    [
        ("events", "product_id", "products"), ("events", "order_id", "orders"), ("events", "customer_id", "customers"),
        ("order_lines", "product_id", "products"), ("order_lines", "variant_id", "variants"), ("order_lines", "order_id", "orders"),
        ("orders", "customer_id", "customers"), ("reviews", "customer_id", "customers"), ("reviews", "order_id", "orders"),
        ("reviews", "product_id", "products"), ("images", "product_id", "products"), ("variants", "product_id", "products"),
    ],
)  # fmt: skip
def test_ids_agree_across_files(
    imported: tuple[Counter, list[Outcome], int], table: str, column: str, other: str
) -> None:
    """What one file names, another one has."""
    store = imported[0].store
    named = set(store.frame(table)[column].drop_nulls())
    assert named
    assert named <= set(store.frame(other)[column])


def test_lines_shipping_and_discount_make_the_total(imported: tuple[Counter, list[Outcome], int]) -> None:
    """Each order is worth its lines, plus shipping, less the discount."""
    store = imported[0].store
    goods = store.frame("order_lines").group_by("order_id").agg(
        goods=(pl.col("quantity") * pl.col("unit_price_minor")).sum()
    )  # fmt: skip
    orders = store.frame("orders").join(goods, on="order_id")
    worth = pl.col("goods") + pl.col("shipping_minor") - pl.col("discount_minor")
    assert orders.filter(worth != pl.col("total_minor")).is_empty()
