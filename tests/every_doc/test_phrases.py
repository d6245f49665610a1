"""What a person reads is there in English and in Chinese, and says the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from mercer.core.tables import TABLES

CHINESE = re.compile(r"[一-鿿]")
HOLE = re.compile(r"\{([a-z_0-9.\[\]]*)[^}]*\}")


def test_each_phrase_has_its_chinese(source: Path) -> None:
    """Where the English has words, the Chinese has characters; both have the same holes to fill."""
    for line, english, chinese in spoken(source):
        if has_words(english):
            assert CHINESE.search(chinese), f"{source.name}:{line}: no Chinese for {english!r}"
        assert set(HOLE.findall(english)) == set(HOLE.findall(chinese)), (
            f"{source.name}:{line}: holes differ: {english!r}"
        )


def test_each_column_has_its_chinese() -> None:
    """Every table and every column is described in both languages."""
    for table in TABLES.values():
        assert table.en
        assert CHINESE.search(table.zh), table.name
        for column in table.columns:
            assert column.en, f"{table.name}.{column.name}"
            assert CHINESE.search(column.zh), f"{table.name}.{column.name}"


def test_a_missing_translation_is_noticed(tmp_path: Path) -> None:
    """The test above sees a phrase that says the same twice, and leaves a name or a number alone."""
    source = tmp_path / "some.py"
    source.write_text('Phrase("no shop {name}", "no shop {name}")\nsame("NDCG@10")\nPhrase("{n}", "{n}")\n', "utf-8")
    found = list(spoken(source))
    assert [has_words(english) for _, english, _ in found] == [True, False]
    assert not CHINESE.search(found[0][2])


def spoken(source: Path) -> Iterator[tuple[int, str, str]]:
    """Each ``Phrase("…", "…")`` and ``about("…", "…")`` in a source file: its line, its English, its Chinese."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Phrase", "about"):
            words = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            if len(words) == 2 and all(isinstance(word, str) for word in words):
                yield node.lineno, words[0], words[1]


def has_words(english: str) -> bool:
    """Whether anything but holes, code and symbols is left to translate."""
    return re.search(r"[A-Za-z]{2,}", HOLE.sub("", english)) is not None
