import json
from pathlib import Path

import pytest

from mercer.core.errors import Invalid, NotFound
from mercer.store.blobs import Blobs
from mercer.store.registry import Registry


def trained(folder: Path, model: str) -> Path:
    place = folder / model
    place.mkdir(parents=True)
    (place / "model.json").write_text(json.dumps({"model": model, "settings": {}}))
    return place


def test_publishing_chooses_and_rolling_back_returns(tmp_path: Path) -> None:
    """The pointer moves on with a new version and back to the one before."""
    registry = Registry(Blobs.open(str(tmp_path / "models")))
    assert registry.chosen("recommend_products") is None
    first = registry.publish("recommend_products", trained(tmp_path, "popular"), {"ndcg": 0.1}, "# card")
    second = registry.publish("recommend_products", trained(tmp_path, "ease"), {"ndcg": 0.2}, "# card")
    assert registry.chosen("recommend_products") == second
    assert registry.report("recommend_products", second) == {"ndcg": 0.2}
    assert registry.roll_back("recommend_products") == first
    assert {each.version: each.chosen for each in registry.versions("recommend_products")} == {
        first: True,
        second: False,
    }
    with pytest.raises(NotFound):
        registry.roll_back("recommend_products")


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    """../ is refused."""
    with pytest.raises(Invalid):
        Blobs.open(str(tmp_path)).read("../secret")
