"""Everything public says what it is, and the examples it gives are true."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mercer.core.errors import MissingExtra

HOW = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def test_everything_public_has_a_docstring(source: Path) -> None:
    """A module, a public class and a public function each open with a sentence that says what it is."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    silent = [name for name, node in public(tree) if not ast.get_docstring(node)]
    assert not silent, f"without a docstring: {', '.join(silent)}"


def test_docstrings_begin_with_a_sentence(source: Path) -> None:
    """The first line stands for itself: a capital letter or a name, and no blank line before it."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for name, node in public(tree):
        text = ast.get_docstring(node, clean=False) or ""
        assert not text.startswith("\n"), f"{name}: the docstring begins with an empty line"


def test_examples_are_true(module_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example in a docstring gives what it says it gives."""
    if module_name.endswith("migrations.env"):
        pytest.skip("runs within a migration only")
    monkeypatch.chdir(tmp_path)
    try:
        module = importlib.import_module(module_name)
    except MissingExtra as error:
        pytest.skip(error.hint.en)
    result = doctest.testmod(module, optionflags=HOW)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples of {module_name} are not true"


# What these do is said once, in the class that declares them or by Python itself.
SAID_ELSEWHERE = {"property", "cached_property", "override"}


def public(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The module, its public classes and functions, and the public methods that are their class's own words."""
    yield "the module", tree
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if not node.bases:
                yield from ((f"{node.name}.{name}", method) for name, method in methods(node))


def methods(node: ast.ClassDef) -> Iterator[tuple[str, ast.AST]]:
    """The public methods of a class that inherits from nothing, so that nobody else has described them."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not each.name.startswith("_"):
            decorated = {ast.unparse(decorator).split(".")[-1] for decorator in each.decorator_list}
            if not decorated & SAID_ELSEWHERE:
                yield each.name, each
