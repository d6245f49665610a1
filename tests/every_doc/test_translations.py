"""The Chinese pages tell the same as the English ones, and tell the reader to type the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHINESE_DOCS = ROOT / "docs" / "zh-CN"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pairs() -> list[tuple[Path, Path]]:
    """Each Chinese page with its English original."""
    pages = sorted(CHINESE_DOCS.rglob("*.md"))
    found = [(ROOT / "docs" / page.relative_to(CHINESE_DOCS), page) for page in pages]
    outside = [(ROOT / f"{name}.md", ROOT / f"{name}.zh-CN.md") for name in ("README", "CONTRIBUTING")]
    return outside + found


@pytest.mark.parametrize(("english", "chinese"), pairs(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_pages_agree(english: Path, chinese: Path) -> None:
    """Both pages have the same outline, the same commands and the same code."""
    ours, theirs = english.read_text(encoding="utf-8"), chinese.read_text(encoding="utf-8")
    assert outline(theirs) == outline(ours), "the headings differ in number or level"
    assert code(theirs) == code(ours)
    assert len(re.findall(r"[一-鿿]", theirs)) > len(theirs) / 20, "this page is not in Chinese"


def test_every_page_is_there_in_chinese() -> None:
    """Guides, concepts, decisions and reference: none is left out."""
    docs = ROOT / "docs"
    ours = {page.relative_to(docs) for page in docs.rglob("*.md") if not page.is_relative_to(CHINESE_DOCS)}
    assert ours == {page.relative_to(CHINESE_DOCS) for page in CHINESE_DOCS.rglob("*.md")}


def outline(text: str) -> list[int]:
    """The levels of a page's headings, in order."""
    return [len(each) for each in re.findall(r"^(#{1,6}) ", FENCE.sub("", text), re.MULTILINE)]


def code(text: str) -> list[str]:
    """What a page tells to type or to write, without what it shows in answer and without comments."""
    said = []
    for kind, block in FENCE.findall(text):
        if kind == "console":
            said += [line for line in block.splitlines() if line.startswith(("$ ", "> "))]
        elif kind in ("python", "json", "toml", "bash", "javascript"):
            lines = (re.sub(r"\s*(#|//).*", "", line) for line in block.splitlines())
            said += [line for line in lines if line.strip()]
    return said
