"""Any record, shown to a person: facts line by line, lists of records as tables, deeper records as sections."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mercer.core.numbers import give_or_take
from mercer.interfaces.cli.labels import LABELS, Labels, labels_of

NEXT = "next"
"""The field of a result that holds command lines to go on with."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z")

SHORT = 40
"""A value of at most so many columns stands beside others on one line."""


def show(result: Any, language: str, console: Console) -> None:
    """Print a result. ``x`` beside ``x_zh`` is one thing in two languages, of which the reader's is shown."""
    values = result.model_dump(mode="json") if isinstance(result, BaseModel) else result
    if values is None:
        return
    if not isinstance(values, Mapping):
        values = {"": values}
    values = dict(values)
    commands = values.pop(NEXT, None) or ()
    label = labels_of(result, language)
    for part in _parts("", values, language, label):
        console.print(part, soft_wrap=isinstance(part, _Page) and not console.is_terminal)
    _commands([commands] if isinstance(commands, str) else commands, language, console)


def _commands(commands: Sequence[str], language: str, console: Console) -> None:
    """What to do now: command lines to be copied, so whole on their lines, at the end, where the prompt will be."""
    if commands:
        console.print(Text(f"\n{LABELS[NEXT].say(language)}", style="bold"))
    for command in commands:
        console.print(Text(f"  {command}"), soft_wrap=True)


def _parts(title: str, values: Mapping[str, Any], language: str, label: Labels) -> Iterator[RenderableType]:
    values = _in_language(values, language)
    lines = Table(box=None, show_header=False, pad_edge=False)
    lines.add_column(style="cyan", no_wrap=True)
    lines.add_column(overflow="fold")
    deeper: list[tuple[str, Any]] = []
    for name, value in values.items():
        if value is None or value in ([], {}, ""):
            continue
        if isinstance(value, Mapping) or _is_table(value) or _is_page(value):
            deeper.append((name, value))
        else:
            lines.add_row(escape(label(name)), Text(cell(value, language)))
    if lines.row_count:
        if title:
            yield Text(f"\n{title}", style="bold")
        yield lines
    for name, value in deeper:
        below = f"{title} · {label(name)}" if title else label(name)
        if isinstance(value, Mapping):
            yield from _parts(below, value, language, label.within(name))
        elif _is_page(value):
            yield _Page(value)
        else:
            yield from _table(below, value, language, label.within(name))


def _in_language(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    chinese = language.lower().startswith("zh")
    kept = {}
    for name, value in values.items():
        if name.endswith("_zh") and name[:-3] in values:
            continue
        said = values.get(f"{name}_zh", value) if chinese else value
        kept[name] = _in_language(said, language) if isinstance(said, Mapping) else said
    return kept


def _is_page(value: Any) -> bool:
    """A text of several lines that begins with a heading: a page in Markdown."""
    return isinstance(value, str) and value.startswith("# ") and "\n" in value


class _Page:
    """A page in Markdown: laid out for a reader at a terminal, as it is for a file or another program."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if console.is_terminal:
            yield Text("")
            yield Markdown(self._text)
        else:
            yield Text(f"\n{self._text}")


def _is_table(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(row, Mapping) for row in value)


def _table(title: str, rows: Sequence[Any], language: str, label: Labels) -> Iterator[RenderableType]:
    plain = [_in_language(row, language) if isinstance(row, Mapping) else {"": row} for row in rows]
    plain = [_with_intervals(row) for row in plain]
    names = list(dict.fromkeys(name for row in plain for name in row))
    names = [name for name in names if any(row.get(name) not in (None, [], {}, "") for row in plain)]
    if title:
        yield Text(f"\n{title}", style="bold")
    yield _Rows(plain, names, language, label)


def _with_intervals(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with ``x``, ``x_low`` and ``x_high`` as one value: x, give or take half of the interval."""
    kept = dict(row)
    for name, value in row.items():
        low, high = (row.get(f"{name}_{end}") for end in ("low", "high"))
        if isinstance(value, float) and isinstance(low, float) and isinstance(high, float):
            kept[name] = give_or_take(value, low, high)
        if f"{name}_low" in row:
            kept = {key: each for key, each in kept.items() if key not in (f"{name}_low", f"{name}_high")}
    return kept


class _Rows:
    """Rows as a table; or, where whole sentences would stand in columns too narrow to read, one row after the other."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], names: Sequence[str], language: str, label: Labels) -> None:
        self._rows = rows
        self._names = names
        self._heads = [label(name) for name in names]
        self._cells = [[cell(row.get(name), language) for name in names] for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widest = [max((cell_len(text) for text in column), default=0) for column in zip(*self._cells, strict=True)]
        if sum(widest) > 2.5 * options.max_width:
            yield from self._blocks(widest)
        else:
            heads = [max(width, cell_len(head)) for head, width in zip(self._heads, widest, strict=True)]
            yield self._table(narrow=sum(heads) + 3 * len(heads) > options.max_width)

    def _table(self, narrow: bool) -> Table:
        """``narrow`` gives each word of a head its own line, so that the values need not be broken."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=narrow)
        for name, full in zip(self._names, self._heads, strict=True):
            numeric = all(isinstance(row.get(name), (int, float, type(None))) for row in self._rows)
            head = full.replace(" ", "\n") if narrow else full
            table.add_column(escape(head), justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
        for cells in self._cells:
            table.add_row(*(Text(text) for text in cells))
        return table

    def _blocks(self, widest: Sequence[int]) -> Iterator[RenderableType]:
        """For each row, its short values on one line and below it the long ones, each with its name."""
        for cells in self._cells:
            short = [text for text, width in zip(cells, widest, strict=True) if width <= SHORT and text]
            yield Text("\n" + "  ".join(short), style="bold")
            lines = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
            lines.add_column(style="cyan", no_wrap=True)
            lines.add_column(overflow="fold")
            for head, text, width in zip(self._heads, cells, widest, strict=True):
                if width > SHORT and text:
                    lines.add_row(escape(head), Text(text))
            yield lines


def cell(value: Any, language: str = "en") -> str:
    """One value in few characters; times are in UTC.

    >>> cell(0.123456), cell(1234567), cell([{"text": "often bought together"}]), cell(True)
    ('0.1235', '1,234,567', 'often bought together', 'yes')
    >>> cell("2026-01-31T08:00:00.123Z"), cell(False, "zh-CN")
    ('2026-01-31 08:00:00', '否')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return LABELS["yes" if value else "no"].say(language)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        return str(value["text"]) if "text" in value else json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        texts = any(isinstance(each, Mapping) for each in value)
        return ("; " if texts else ", ").join(cell(each, language) for each in value)
    return _TIME.sub(r"\1 \2", str(value)) if _TIME.fullmatch(str(value)) else str(value)
