"""Lists of records on a terminal: a table where it can be read, one row after the other where it could not."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Annotated

from rich.console import Console

from mercer.core.record import Record, about
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


def test_a_value_and_its_interval_are_one_cell():
    """x, x_low and x_high are x, give or take half of the interval; where no interval is known, x alone."""
    rows = [
        {"model": "ease", "gain": 0.2, "gain_low": 0.15, "gain_high": 0.25},
        {"model": "popular", "gain": None, "gain_low": None},
    ]
    lines = [line.split() for line in shown({"leaderboard": rows}).splitlines()]
    assert ["model", "gain"] in lines
    assert ["ease", "0.200", "±0.050"] in lines
    assert ["popular"] in lines


def test_heads_give_way_before_values_do():
    """Where a table is too wide, its heads are broken at their blanks, and no number is."""
    row = {f"seconds it took number {n}": 1234567 + n for n in range(7)}
    text = shown({"times": [row]})
    assert all(f"{value:,}" in text for value in row.values())


def test_command_lines_stay_whole_at_the_end():
    """What to do now is not wrapped, so that it can be copied."""
    command = "curl -s http://127.0.0.1:8000/v1/recommend_products -H 'Authorization: Bearer abc' -d '{\"goes_with\": \"kettle\"}'"
    assert shown({"next": (command,), "folder": "demo"}).endswith(f"\nnext\n  {command}\n")


def test_a_page_is_left_as_it_is_for_a_file():
    """Markdown that goes into a file or another program is neither wrapped nor laid out."""
    page = f"# A card\n\n| a | b |\n|---|---|\n| {'long ' * 40}| x |\n"
    assert page in shown({"card": page})


class Line(Record):
    """A row within the result below."""

    name: Annotated[str, about("file", "文件")]
    taken: Annotated[bool, about("whether it was taken", "是否已读入（全部）")]
    at: Annotated[datetime, about("when", "时间")]


class Report(Record):
    """A result with rows, and with more of them by name."""

    name: Annotated[str, about("shop", "店铺")]
    lines: Annotated[tuple[Line, ...], about("files, newest first", "文件列表，最新的在前")]
    by_table: Annotated[dict[str, Line], about("by table", "各表")]


def test_a_chinese_reader_gets_chinese_labels():
    """Each value is labelled by what its own field means, up to where the description says more; times are short."""
    line = Line(name="a.csv", taken=True, at=datetime(2026, 1, 31, 8, tzinfo=UTC))
    report = Report(name="tea", lines=(line,), by_table={"order_lines": line})
    chinese = [line.split() for line in shown(report, "zh-CN").splitlines()]
    assert ["店铺", "tea"] in chinese
    assert ["文件列表"] in chinese
    assert ["文件", "是否已读入", "时间"] in chinese
    assert ["a.csv", "是", "2026-01-31", "08:00:00"] in chinese
    assert ["各表", "·", "order", "lines"] in chinese
    english = [line.split() for line in shown(report).splitlines()]
    assert ["name", "taken", "at"] in english
    assert ["by", "table", "·", "order", "lines"] in english
