"""The reference pages: whole, in both languages, and known to be stale when they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar

import pytest

from mercer.core.errors import Conflict
from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.core.tables import TABLES
from mercer.interfaces.own import own_operations
from mercer.interfaces.reference import PAGES, model_section, write
from mercer.shop.operations import all_capabilities, all_operations


def test_pages_are_written_once(tmp_path: Path) -> None:
    """Writing again writes nothing; a page that was changed or lost is stale, is named, and is written anew."""
    written, fresh = write(tmp_path)
    assert (len(written), fresh) == (2 * len(PAGES), 0)
    assert write(tmp_path, check=True) == ([], len(written))
    (tmp_path / "reference" / "cli.md").write_text("old", encoding="utf-8")
    (tmp_path / "zh-CN" / "reference" / "rest.md").unlink()
    with pytest.raises(Conflict, match=re.escape("reference/cli.md, zh-CN/reference/rest.md")):
        write(tmp_path, check=True)
    assert (tmp_path / "reference" / "cli.md").read_text(encoding="utf-8") == "old"
    assert write(tmp_path)[0] == ["reference/cli.md", "zh-CN/reference/rest.md"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_everything_is_there(language: str) -> None:
    """Every command, every remote operation, every table, every question and every model has its place."""
    pages = {name: page(language) for name, page in PAGES.items()}
    for operation in [*all_operations().values(), *own_operations().values()]:
        assert f"\n## {operation.command}\n" in pages["cli"]
        assert (f"\n## POST /v1/{operation.name}\n" in pages["rest"]) == (
            not operation.local and operation.name in all_operations()
        )
    assert all(f"\n## {name}\n" in pages["tables"] for name in TABLES)
    for capability in all_capabilities().values():
        assert f"`{capability.name}`" in pages["capabilities"]
        assert all(f"\n### {name}\n" in pages["models"] for name in capability.models())


def test_a_model_is_documented_by_its_class() -> None:
    """Its words, tables, extras, papers and settings with their bounds; nothing is asked of it beside the class."""

    class Settings(Record):
        neighbours: Annotated[int, about("how many neighbours count", "计入的邻居数", ge=1, le=500)] = 50

    chosen = Settings

    class Near(Model):
        """Like near like. See https://example.org/near.pdf, section 3."""

        name = "near"
        about: ClassVar[Phrase] = Phrase("what is near", "相近的商品")
        needs = ("orders",)
        extras = ("deep",)
        builds_on = ("popular",)
        Settings = chosen

    assert model_section(Near, "en").split("\n\n") == [
        "### near",
        "What is near.",
        "Needs: `orders`. Builds on: `popular`. Needs `pip install 'mercer[deep]'`. "
        "Sources: <https://example.org/near.pdf>.",
        "| field | type | default | meaning |\n| --- | --- | --- | --- |\n"
        "| `neighbours` | integer, 1 … 500 | `50` | how many neighbours count |",
    ]
    assert "| `neighbours` | integer, 1 … 500 | `50` | 计入的邻居数 |" in model_section(Near, "zh-CN")
