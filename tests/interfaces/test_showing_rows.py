"""Lists of records on a terminal: a table where it can be read, one row after the other where it could not."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from mercer.interfaces.cli.showing import show

SENTENCE = "a quarter of the interactions belong to nobody: they teach what is bought together, but nobody's taste"


def shown(result, language: str = "en", width: int = 80) -> str:
    console = Console(file=StringIO(), width=width)
    show(result, language, console)
    return console.file.getvalue()


def test_short_rows_stand_in_a_table():
    """Columns have a head, and each record is one line."""
    text = shown({"tables": [{"table": "orders", "rows": 3}, {"table": "events", "rows": 4}]})
    assert any(line.split() == ["table", "rows"] for line in text.splitlines())
    assert any(line.split() == ["orders", "3"] for line in text.splitlines())


def test_sentences_are_told_one_after_the_other():
    """Where several columns of sentences would be squeezed, short values make a heading and each sentence has its line."""
    row = {"severity": "medium", "found": {"text": SENTENCE}, "costs": {"text": SENTENCE}, "repair": {"text": SENTENCE}}
    lines = shown({"findings": [row]}).splitlines()
    assert "medium" in lines
    assert any(line.startswith("costs") for line in lines)
    assert not any(line.split()[:2] == ["severity", "found"] for line in lines)


def test_sentences_within_rows_are_in_the_readers_language():
    """text_zh beside text is taken for a Chinese reader, at any depth."""
    row = {"found": {"text": "no title", "text_zh": "没有标题"}}
    assert "没有标题" in shown({"findings": [row]}, "zh-CN")
    assert "没有标题" not in shown({"findings": [row]}, "en")
