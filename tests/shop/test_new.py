"""A new shop: its folder, its settings, what it says to do first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mercer import Shop
from mercer.core.errors import Conflict, NotFound


def test_a_new_shop_opens(tmp_path: Path) -> None:
    """Its settings and its empty tables are there."""
    with Shop.create(tmp_path / "tea", currency="CNY") as shop:
        assert shop.settings.currency == "CNY"
        assert shop.store.rows("products") == 0


def test_an_empty_shop_says_what_to_do(tmp_path: Path) -> None:
    """Import first; then train."""
    with Shop.create(tmp_path / "tea") as shop:
        assert shop.run("status").next == "mercer import SHOP FILE…"
        shop.run("upsert_products", products=[{"product_id": "p1"}])
        assert shop.run("status").next == "mercer train SHOP"


def test_a_shop_is_not_made_twice(tmp_path: Path) -> None:
    """What is there stays as it is."""
    Shop.create(tmp_path / "tea").close()
    with pytest.raises(Conflict):
        Shop.create(tmp_path / "tea")


def test_no_shop_says_how_to_make_one(tmp_path: Path) -> None:
    """The hint is a command."""
    with pytest.raises(NotFound) as caught:
        Shop.open(tmp_path)
    assert "mercer new" in caught.value.hint.en


def mercer(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from mercer.interfaces.cli import main; main()", *words], capture_output=True, text=True
    )


def test_the_command_line_makes_a_shop_and_speaks_json(tmp_path: Path) -> None:
    """mercer new, twice: the second time is a conflict, exit code 5."""
    folder = str(tmp_path / "tea")
    made = mercer("new", folder, "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["name"] == "tea"
    assert mercer("new", folder).returncode == 5


def test_help_loads_no_heavy_library() -> None:
    """mercer --help answers without numpy, polars or a database driver."""
    code = (
        "import sys; from mercer.interfaces.cli import main\n"
        "sys.argv = ['mercer', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'polars', 'sqlalchemy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
