"""A small trained shop for the tests of everything that is asked: fixtures to import into a folder's conftest."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mercer import Shop

__all__ = ["fill", "publish", "trained", "trained_template"]


@pytest.fixture(scope="session")
def trained_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop in which even customers buy even products, with the model `popular` answering; to be copied."""
    folder = tmp_path_factory.mktemp("trained") / "tea"
    with Shop.create(folder, "Tea & co") as shop:
        fill(shop)
        publish(shop)
    return folder


@pytest.fixture
def trained(trained_template: Path, tmp_path: Path) -> Path:
    """The folder of a copy of the small trained shop."""
    return Path(shutil.copytree(trained_template, tmp_path / "tea"))


def fill(shop: Shop) -> None:
    """20 products, 40 customers, and five orders of each: even customers buy even products, odd ones odd products."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    names = [f"p{number}" for number in range(20)]
    shop.run("upsert_products", products=[{"product_id": name, "title": f"Tea {name}"} for name in names])
    facts = {"price_minor": 500, "availability": "in_stock"}
    shop.run("upsert_variants", variants=[{"variant_id": name, "product_id": name, **facts} for name in names])
    orders = [
        {
            "order_id": f"o{customer}-{time}",
            "customer_id": f"c{customer}",
            "placed_at": begin + timedelta(days=7 * time + customer % 7),
            "status": "completed",
            "currency": "EUR",
            "lines": [{"product_id": names[(2 * (customer // 2 + time) + customer % 2) % 20], "quantity": 1}],
        }
        for customer in range(40)
        for time in range(5)
    ]
    shop.run("upsert_orders", orders=orders)


def publish(shop: Shop, name: str = "popular") -> str:
    """Fit a model of recommend_products on all that the shop knows and let it answer; gives its version."""
    model = shop.capabilities()["recommend_products"].model(name)()
    model.fit(shop.snapshots.freeze())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "model").mkdir()
        model.save(folder / "model")
        facts = {"model": name, "settings": {}, "capability": "recommend_products", "seed": 0}
        (folder / "model.json").write_text(json.dumps(facts))
        return str(shop.registry.publish("recommend_products", folder, {}, "# card"))
