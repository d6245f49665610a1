"""The reference pages, written from the operations, tables, capabilities and models, in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mercer.core.errors import Conflict
from mercer.core.phrase import LANGUAGES, Phrase
from mercer.interfaces.reference import commands, data, questions, remote
from mercer.interfaces.reference.questions import model_section

__all__ = ["FOLDERS", "PAGES", "model_section", "write"]

PAGES: Mapping[str, Callable[[str], str]] = {
    "cli": commands.page,
    "rest": remote.rest_page,
    "mcp": remote.mcp_page,
    "capabilities": questions.capabilities_page,
    "models": questions.models_page,
    "tables": data.tables_page,
    "settings": data.settings_page,
}

FOLDERS = {LANGUAGES[0]: "reference", LANGUAGES[1]: "zh-CN/reference"}


def write(docs: Path, check: bool = False) -> tuple[list[str], int]:
    """Write every page that is not up to date under ``docs``; which were written, and how many needed nothing.

    With ``check`` nothing is written, and Conflict names the pages that are stale.
    """
    stale, fresh = [], 0
    for language, folder in FOLDERS.items():
        for name, page in PAGES.items():
            path = docs / folder / f"{name}.md"
            text = page(language).strip() + "\n"
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                fresh += 1
                continue
            stale.append(f"{folder}/{name}.md")
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if check and stale:
        raise Conflict(
            Phrase("these reference pages are stale: {pages}", "这些参考页已过期：{pages}").format(
                pages=", ".join(stale)
            ),
            Phrase("mercer docs writes them anew", "运行 mercer docs 可重新生成"),
        )
    return stale, fresh
