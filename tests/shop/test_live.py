"""A newly published model takes over by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mercer import Shop
from mercer.shop import live


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the pointer at every question."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.0)


def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true; fail after ten seconds."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def republish(folder: Path) -> str:
    """Publish the chosen model once more, from another opening of the shop."""
    with Shop.open(folder) as other:
        version = other.registry.chosen("recommend_products")
        assert version is not None
        made = other.registry.open("recommend_products", version)
        return str(other.registry.publish("recommend_products", made, {}, "# card"))


@pytest.mark.usefixtures("impatient")
def test_a_model_published_elsewhere_takes_over(trained: Path) -> None:
    """Another process publishes: the next questions are answered by the new version."""
    with Shop.open(trained) as shop:
        old = shop.ask("recommend_products").model
        version = republish(trained)
        until(lambda: shop.ask("recommend_products").model != old)
        assert shop.ask("recommend_products").model == f"popular@{version}"


def test_a_job_of_this_shop_takes_over_at_once(trained: Path) -> None:
    """After a job that changed the shop the very next question is answered by what it published."""
    version = republish(trained)
    with Shop.open(trained) as shop:
        assert shop.ask("recommend_products").model == f"popular@{version}"
        shop.run("rollback")
        assert shop.ask("recommend_products").model != f"popular@{version}"


@pytest.mark.usefixtures("impatient")
def test_a_broken_new_model_leaves_the_old_one_answering(trained: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the new version cannot be loaded the old one goes on, and the log says why."""
    with Shop.open(trained) as shop:
        old = shop.ask("recommend_products").model
        version = republish(trained)
        for file in (trained / "models" / "recommend_products" / version / "model").rglob("*"):
            if file.is_file():
                file.write_bytes(b"broken")
        until(lambda: shop.ask("recommend_products").model == old and "cannot load" in caplog.text)
        assert shop.ask("recommend_products").model == old
