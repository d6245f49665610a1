import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from mercer.core.errors import Invalid, NotFound
from mercer.store.blobs import Blobs
from mercer.store.registry import Registry

ASK = "recommend_products"
Trained = Callable[[str], Path]


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    """Makes the folder of a trained model."""

    def make(model: str) -> Path:
        place = tmp_path / "trained" / model
        (place / "model").mkdir(parents=True)
        (place / "model.json").write_text(json.dumps({"model": model, "settings": {}}))
        (place / "model" / "weights.npz").write_bytes(model.encode())
        return place

    return make


@pytest.fixture
def registry(blobs: Blobs, tmp_path: Path) -> Registry:
    return Registry(blobs, cache=tmp_path / "cache")


def test_publishing_chooses_and_rolling_back_returns(registry: Registry, trained: Trained) -> None:
    """The pointer moves on with a new version and back, step by step, to the first."""
    assert registry.chosen(ASK) is None
    assert registry.versions(ASK) == []
    one, two, three = (
        registry.publish(ASK, trained(name), {"score": 0.1}, "# card") for name in ("one", "two", "three")
    )
    assert registry.chosen(ASK) == three
    assert registry.roll_back(ASK) == two
    assert registry.roll_back(ASK) == one
    with pytest.raises(NotFound, match="before this one"):
        registry.roll_back(ASK)
    assert registry.chosen(ASK) == one
    registry.choose(ASK, three)
    registry.choose(ASK, three)
    assert registry.roll_back(ASK) == one
    assert [version for _, version in registry.history(ASK)] == [one, two, three, two, one, three, one]


def test_a_version_is_kept_with_its_report_and_card(registry: Registry, trained: Trained) -> None:
    """Also one that was not chosen; the caller's folder is left as it was."""
    folder = trained("ease")
    version = registry.publish(ASK, folder, {"score": 0.25, "snapshot": "ab12", "说": "好"}, "# 卡", choose=False)
    assert registry.chosen(ASK) is None
    assert registry.report(ASK, version) == {"score": 0.25, "snapshot": "ab12", "说": "好"}
    assert registry.card(ASK, version) == "# 卡"
    [found] = registry.versions(ASK)
    assert (found.version, found.model, found.chosen, found.snapshot, found.score) == (
        version,
        "ease",
        False,
        "ab12",
        0.25,
    )
    assert sorted(each.name for each in folder.iterdir()) == ["model", "model.json"]
    opened = registry.open(ASK, version)
    assert (opened / "model" / "weights.npz").read_bytes() == b"ease"
    assert registry.open(ASK, version) == opened


def test_what_never_came_to_its_end_is_not_there(registry: Registry, trained: Trained, blobs: Blobs) -> None:
    """An upload without its mark is no version."""
    version = registry.publish(ASK, trained("ease"), {}, "")
    blobs.delete(f"{ASK}/{version}/published.json")
    assert registry.versions(ASK) == []
    with pytest.raises(NotFound):
        registry.open(ASK, version)


@pytest.mark.parametrize("version", ["none", "../../secret", "", ".", "a/b", "x" * 300])
def test_an_unknown_version_is_not_found(registry: Registry, version: str) -> None:
    """Nor does a name lead out of the registry."""
    for act in (registry.open, registry.choose, registry.report, registry.card):
        with pytest.raises(NotFound):
            act(ASK, version)
    with pytest.raises(NotFound):
        registry.chosen("../secret")


def test_a_folder_without_a_model_is_refused(registry: Registry, tmp_path: Path) -> None:
    """The message says what is missing."""
    with pytest.raises(Invalid, match="no trained model"):
        registry.publish(ASK, tmp_path, {}, "")


def test_readers_see_whole_versions_while_others_publish(registry: Registry, trained: Trained) -> None:
    """Whatever the pointer names, at any moment, can be opened and holds its own weights."""
    folders = [trained(f"m{place}") for place in range(12)]
    registry.publish(ASK, folders[0], {}, "")
    over = Event()

    def read() -> int:
        reads = 0
        while not over.is_set() or not reads:
            version = registry.chosen(ASK)
            assert version is not None
            opened = registry.open(ASK, version)
            model = json.loads((opened / "model.json").read_text())["model"]
            assert (opened / "model" / "weights.npz").read_bytes() == model.encode()
            reads += 1
        return reads

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for folder in folders[1:]:
            registry.publish(ASK, folder, {}, "")
        over.set()
        assert all(each.result() for each in readers)
    assert len(registry.versions(ASK)) == len(registry.history(ASK)) == 12
