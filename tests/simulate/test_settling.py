"""The demo's folder: reused, cleared, or left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mercer.core.errors import Conflict
from mercer.simulate.settling import settle_in


@pytest.fixture
def demo_folder(small_shop, tmp_path) -> Path:
    folder = tmp_path / "demo"
    shutil.copytree(small_shop, folder)
    (folder / "mercer.toml").write_text('name = "demo"\n')
    return folder


def test_the_same_demo_stays(demo_folder, small_plan):
    """A folder that holds this demo is used as it is."""
    assert settle_in(demo_folder, small_plan, fresh=False)
    assert (demo_folder / "exports").exists()


def test_it_begins_afresh_when_told_to(demo_folder, small_plan):
    """--fresh clears what the demo left, and nothing else."""
    (demo_folder / "my-notes.txt").write_text("keep me")
    assert not settle_in(demo_folder, small_plan, fresh=True)
    assert [path.name for path in demo_folder.iterdir()] == ["my-notes.txt"]


def test_another_demo_makes_room(demo_folder, small_plan):
    """A demo of another plan is cleared away."""
    assert not settle_in(demo_folder, small_plan.model_copy(update={"seed": 99}), fresh=False)
    assert not (demo_folder / "exports").exists()


def test_a_real_shop_is_left_alone(tmp_path, small_plan):
    """A folder with a shop that no demo made is refused, even with --fresh."""
    (tmp_path / "mercer.toml").write_text('name = "precious"\n')
    (tmp_path / "shop.db").write_text("precious")
    with pytest.raises(Conflict):
        settle_in(tmp_path, small_plan, fresh=True)
    assert (tmp_path / "shop.db").read_text() == "precious"


def test_an_empty_folder_is_fine(tmp_path, small_plan):
    """Nothing there, nothing to keep."""
    assert not settle_in(tmp_path / "new", small_plan, fresh=False)
