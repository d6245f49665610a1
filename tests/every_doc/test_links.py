"""Every link in a page leads somewhere."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file names one that is there; a link to a heading names one that is there."""
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(target)
    assert not broken, f"links that lead nowhere: {', '.join(broken)}"


def test_links_stay_inside(page: Path) -> None:
    """A relative link never leaves the repository, where a reader of the package could not follow."""
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.partition("#")[0]).resolve().is_relative_to(ROOT), target


def test_anchor_is_made_as_on_the_web() -> None:
    """A heading's anchor is its words in lower case, joined by hyphens, without punctuation."""
    assert anchor_of("Ask from an AI agent (MCP)") == "ask-from-an-ai-agent-mcp"
    assert anchor_of("`known_at`: what was known when") == "known_at-what-was-known-when"
    assert anchor_of("十分钟入门：从数据到推荐") == "十分钟入门从数据到推荐"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {anchor_of(heading) for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, re.MULTILINE)}


def anchor_of(heading: str) -> str:
    """The anchor that code hosts give a heading."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    kept = "".join(c for c in words if c in " -_" or unicodedata.category(c)[0] in "LN")
    return kept.strip().replace(" ", "-")
