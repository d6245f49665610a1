"""Adding a model is one file: dropped into a folder of models, it is found, kept to the contract, trained, documented."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mercer.capabilities import all_capabilities
from mercer.core.errors import NotFound
from mercer.jobs.train import train
from mercer.shop import Shop

sys.path.insert(0, str(Path(__file__).parent))
from model_contract import CHECKS, Bench

FILE = '''
"""The alphabet as a recommender: a model that somebody adds."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from mercer.capabilities.recommend.reasons import Cause
from mercer.capabilities.recommend.recommender import Recommender
from mercer.core.phrase import Phrase


class Alphabetical(Recommender):
    """Recommend in the order of the alphabet."""

    name = "alphabetical"
    about: ClassVar[Phrase] = Phrase("products in the order of the alphabet", "按字母顺序排列的商品")
    rung = 1

    def study(self, evidence, seed):
        """Nothing: the catalogue is there."""

    def score(self, batch):
        order = np.argsort(np.argsort(self.catalogue.titles, kind="stable"), kind="stable")
        return np.repeat(-order[None].astype(np.float32), len(batch), axis=0)

    def why(self, batch, items):
        return [Cause("offered") for _ in items]
'''


@pytest.fixture
def capability() -> Any:
    return all_capabilities()["recommend_products"]


@pytest.fixture
def dropped(capability: Any, tmp_path: Path) -> Iterator[Path]:
    """A folder beside the capability's own models, with one new file in it; nothing else is touched."""
    package = importlib.import_module(capability.models_package)
    folder = tmp_path / "models"
    folder.mkdir()
    file = folder / "alphabetical.py"
    file.write_text(FILE, encoding="utf-8")
    before = list(package.__path__)
    package.__path__ = [*before, str(folder)]
    yield file
    package.__path__ = before
    sys.modules.pop(f"{capability.models_package}.alphabetical", None)
    vars(package).pop("alphabetical", None)


def test_it_is_found(capability: Any, dropped: Path) -> None:
    """By name, on its rung, among the built-in ones; and it is gone when its file is."""
    assert "alphabetical" in capability.models()
    assert list(capability.models()).index("alphabetical") > list(capability.models()).index("popular")
    dropped.unlink()
    with pytest.raises(NotFound):
        capability.model("alphabetical")


@pytest.mark.usefixtures("dropped")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_is_kept_to_the_contract(capability: Any, tiny_shop_snapshot: Any, check: Any) -> None:
    """Everything that is asked of the built-in models is asked of it."""
    check(Bench(capability, capability.model("alphabetical"), tiny_shop_snapshot))


@pytest.mark.usefixtures("dropped")
def test_it_is_trained(tiny_frames: Any, tmp_path: Path) -> None:
    """The owner's train job fits and examines it beside the baseline."""
    with Shop.create(tmp_path / "shop") as shop:
        for name, frame in tiny_frames.items():
            shop.store.write(name, frame)
        found = train(shop, models=("alphabetical",), seed=1).capabilities["recommend_products"]
        rows = {row.model: row for row in found.leaderboard}
        assert rows["alphabetical"].state is None, "a model that finished has no state to tell"
        assert rows["alphabetical"].score is not None
        assert {"alphabetical", "popular"} == set(rows)


@pytest.mark.usefixtures("dropped")
@pytest.mark.parametrize(("language", "words"), [("en", "order of the alphabet"), ("zh-CN", "按字母顺序排列的商品")])
def test_it_is_documented(capability: Any, language: str, words: str) -> None:
    """The class alone makes its part of the reference page of the models, in both languages."""
    from mercer.interfaces.reference import PAGES, model_section

    section = model_section(capability.model("alphabetical"), language)
    assert section.startswith("### alphabetical")
    assert words in section.replace("Products in", "products in")
    assert section in PAGES["models"](language)
