import json
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from mercer.core.errors import Invalid, NotFound, Unavailable
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


PUBLISHES = """
import itertools, json, sys
from pathlib import Path
from mercer.store.blobs import Blobs
from mercer.store.registry import Registry
address, folder, name, times = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
registry = Registry(Blobs.open(address), cache=folder / "cache")
(folder / name / "model").mkdir(parents=True)
(folder / name / "model" / "weights.npz").write_bytes(name.encode() * 200_000)
(folder / name / "model.json").write_text(json.dumps({"model": name}))
for _ in range(times) if times else itertools.count():
    print(registry.publish("recommend_products", folder / name, {}, "# card"), flush=True)
"""


def test_processes_that_publish_at_once_lose_none_of_each_others_versions(
    blobs_address: str, tmp_path: Path, child: Callable[..., subprocess.Popen[str]]
) -> None:
    """Three of them, three times each: nine versions, nine moves, and eight steps back."""
    processes = [child(PUBLISHES, blobs_address, str(tmp_path), name, "3") for name in "abc"]
    made = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        made += out.split()
    registry = Registry(Blobs.open(blobs_address), cache=tmp_path / "cache")
    assert sorted(each.version for each in registry.versions(ASK)) == sorted(made)
    assert sorted(version for _, version in registry.history(ASK)) == sorted(made)
    assert len({registry.chosen(ASK), *(registry.roll_back(ASK) for _ in range(8))}) == 9
    with pytest.raises(NotFound):
        registry.roll_back(ASK)


def test_a_process_killed_while_publishing_leaves_whole_versions_only(
    tmp_path: Path, child: Callable[..., subprocess.Popen[str]]
) -> None:
    """Killed four times at odd moments: what is listed can be opened, and what answers is whole."""
    registry = Registry(Blobs.open(str(tmp_path / "models")))
    acknowledged = []
    for round_ in range(4):
        process = child(PUBLISHES, str(tmp_path / "models"), str(tmp_path), f"m{round_}", "0")
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().strip() for _ in range(3)]
        time.sleep(0.002 * round_)
        process.kill()
        acknowledged += process.communicate()[0].split()
    listed = [each.version for each in registry.versions(ASK)]
    assert set(acknowledged) <= set(listed)
    for version in (*listed, registry.chosen(ASK)):
        assert version is not None
        opened = registry.open(ASK, version)
        model = json.loads((opened / "model.json").read_text())["model"]
        assert (opened / "model" / "weights.npz").read_bytes() == model.encode() * 200_000
    assert registry.chosen(ASK) in listed


def test_a_version_is_downloaded_by_several_at_once(s3_address: str, tmp_path: Path, trained: Trained) -> None:
    """Workers of a server start together: all get the same whole folder, and nothing is left beside it."""
    registry = Registry(Blobs.open(s3_address), cache=tmp_path / "cache")
    version = registry.publish(ASK, trained("ease"), {}, "# card")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: registry.open(ASK, version), range(8)))
    assert len(set(found)) == 1
    assert (found[0] / "model" / "weights.npz").read_bytes() == b"ease"
    assert [each.name for each in found[0].parent.iterdir()] == [version]


def test_going_back_twice_because_an_answer_was_lost_is_going_back_once(
    registry: Registry, trained: Trained, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object store that has moved the pointer, but whose answer did not arrive, is asked again."""
    one, two, _ = (registry.publish(ASK, trained(name), {}, "") for name in ("one", "two", "three"))
    change = type(blobs).change

    def asked_twice(self: Blobs, name: str, move: Callable[[bytes | None], bytes]) -> bytes:
        change(self, name, move)
        return change(self, name, move)

    with monkeypatch.context() as patch:
        patch.setattr(type(blobs), "change", asked_twice)
        assert registry.roll_back(ASK) == two
    assert registry.chosen(ASK) == two
    assert registry.roll_back(ASK) == one


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'"chosen"'])
def test_a_damaged_file_is_named(registry: Registry, trained: Trained, blobs: Blobs, content: bytes) -> None:
    """An error with a hint in place of a parser's words."""
    version = registry.publish(ASK, trained("ease"), {}, "")
    for name, act in (
        (f"{ASK}/{version}/report.json", lambda: registry.report(ASK, version)),
        (f"{ASK}/{version}/published.json", lambda: registry.versions(ASK)),
        (f"{ASK}/chosen.json", lambda: registry.chosen(ASK)),
    ):
        before = blobs.read(name)
        blobs.write(name, content)
        with pytest.raises(Unavailable, match="is damaged"):
            act()
        blobs.write(name, before)
