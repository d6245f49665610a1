"""What holds for the package as a whole: who may import whom, what stays light, what is shipped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

import mercer

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HEAVY = ("numpy", "polars", "scipy", "sklearn", "torch", "sqlalchemy", "fastapi", "mcp", "ray")


def loaded_by(statement: str) -> set[str]:
    """The top-level names of the modules that a fresh Python holds after a statement."""
    told = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[-1]
    return {name.partition(".")[0] for name in json.loads(told)}


@pytest.mark.parametrize(
    "statement",
    [
        "import mercer",
        "from mercer import Shop",
        "from mercer.shop.operations import all_operations; all_operations()",
        "from mercer.interfaces.cli.main import run\ntry: run(['--help'])\nexcept SystemExit: pass",
    ],
)
def test_describing_loads_nothing_heavy(statement: str) -> None:
    """Knowing every operation, and printing the help, loads no numerical library, database or server."""
    assert not loaded_by(statement) & set(HEAVY)


def test_imports_go_downwards() -> None:
    """The rooms import as the design says: interfaces, shop, jobs and capabilities, training, store, core."""
    checked = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_core_install_has_no_torch() -> None:
    """Torch comes with the extra 'deep' only, and with nothing that the core or the server needs."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    assert not any("torch" in each for each in [*project["dependencies"], *extras["server"], *extras["dev"]])
    assert any(each.startswith("torch") for each in extras["deep"])
    assert set(extras) >= {"deep", "server", "postgres", "s3", "ray", "all", "dev"}


def test_the_package_says_what_it_is() -> None:
    """Name, version, licence and the least Python are what pyproject.toml says, and the types are shipped."""
    told = metadata("mercer")
    assert version("mercer") == PROJECT["project"]["version"]
    assert told["License-Expression"] == "Apache-2.0"
    assert told["Requires-Python"] == ">=3.11"
    assert (Path(mercer.__file__).parent / "py.typed").exists()
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_every_make_target_is_explained() -> None:
    """`make help` has a line for each target that a person types."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    assert targets == set(re.findall(r"^([a-z]+):.*?## ", makefile, re.MULTILINE))
    assert {"demo", "test", "check", "bench", "docs"} <= targets


def test_every_extra_that_code_asks_for_can_be_installed() -> None:
    """`pip install mercer[…]` is only ever advised for an extra that exists."""
    extras = set(PROJECT["project"]["optional-dependencies"])
    for source in (ROOT / "src").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        asked = re.findall(r"missing_extra\(\s*\"([a-z]+)\"", text) + re.findall(r"mercer\[([a-z]+)\]", text)
        assert set(asked) - {"extra"} <= extras, f"{source.name}: {set(asked) - extras}"
