"""What the tests of the documents share: where the pages and the modules are."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import mercer

ROOT = Path(__file__).parents[2]
NOT_OURS = {".venv", ".venv-bench", ".git", "build", "dist", "work", "demo-shop", "node_modules"}


def pages() -> list[Path]:
    """Every Markdown page of the repository."""
    found = [page for page in ROOT.rglob("*.md") if not NOT_OURS & set(page.relative_to(ROOT).parts[:-1])]
    return sorted(page for page in found if ".pytest_cache" not in page.parts)


def module_names() -> list[str]:
    """Every module of the package, by its dotted name."""
    return ["mercer", *sorted(each.name for each in pkgutil.walk_packages(mercer.__path__, "mercer."))]


def sources() -> list[Path]:
    """Every Python file of the package."""
    return sorted((ROOT / "src" / "mercer").rglob("*.py"))


def pytest_generate_tests(metafunc) -> None:  # type: ignore[no-untyped-def]
    """Give a test each page, source or module by the name of its argument."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
    if "source" in metafunc.fixturenames:
        metafunc.parametrize("source", sources(), ids=lambda source: str(source.relative_to(ROOT / "src")))
    if "module_name" in metafunc.fixturenames:
        metafunc.parametrize("module_name", module_names())
