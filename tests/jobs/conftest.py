"""A real shop whose one capability is the tiny one of the training tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mercer.shop import Shop

TRAINING = Path(__file__).parent.parent / "training"


def tiny_lines(**much: int) -> Any:
    """The purchases of the tiny shop, as the training tests make them."""
    spec = importlib.util.spec_from_file_location("training_conftest", TRAINING / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lines(**much)


@pytest.fixture(scope="session")
def tiny_path() -> Iterator[str]:
    place = str(TRAINING / "tiny")
    sys.path.insert(0, place)
    yield place
    sys.path.remove(place)


@pytest.fixture
def tiny_shop(tmp_path: Path, tiny_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop with 1,110 purchases in its store, and the tiny capability in place of the built-in ones."""
    import tinyshop

    monkeypatch.setattr(Shop, "capabilities", lambda self: {"next_product": tinyshop.capability})
    shop = Shop.create(tmp_path / "shop")
    shop.store.write("order_lines", tiny_lines())
    yield shop
    shop.close()
