"""Any record, shown to a person: facts line by line, lists of records as tables, deeper records as sections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text


def show(result: Any, language: str, console: Console) -> None:
    """Print a result. ``x`` beside ``x_zh`` is one thing in two languages, of which the reader's is shown."""
    values = result.model_dump(mode="json") if isinstance(result, BaseModel) else result
    if values is None:
        return
    if not isinstance(values, Mapping):
        values = {"": values}
    for part in _parts("", values, language):
        console.print(part)


def _parts(title: str, values: Mapping[str, Any], language: str) -> Iterator[RenderableType]:
    values = _in_language(values, language)
    lines = Table(box=None, show_header=False, pad_edge=False)
    lines.add_column(style="cyan", no_wrap=True)
    lines.add_column(overflow="fold")
    deeper: list[tuple[str, Any]] = []
    for name, value in values.items():
        if value is None or value in ([], {}, ""):
            continue
        if isinstance(value, Mapping) or _is_table(value):
            deeper.append((name, value))
        else:
            lines.add_row(escape(_words(name)), Text(cell(value)))
    if title:
        yield Text(f"\n{_words(title)}", style="bold")
    if lines.row_count:
        yield lines
    for name, value in deeper:
        if isinstance(value, Mapping):
            yield from _parts(f"{title} · {name}" if title else name, value, language)
        else:
            yield from _table(f"{title} · {name}" if title else name, value, language)


def _in_language(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    chinese = language.lower().startswith("zh")
    kept = {}
    for name, value in values.items():
        if name.endswith("_zh") and name[:-3] in values:
            continue
        kept[name] = values.get(f"{name}_zh", value) if chinese else value
    return kept


def _is_table(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(row, Mapping) for row in value)


def _table(title: str, rows: Sequence[Any], language: str) -> Iterator[RenderableType]:
    plain = [_in_language(row, language) if isinstance(row, Mapping) else {"": row} for row in rows]
    names = list(dict.fromkeys(name for row in plain for name in row))
    names = [name for name in names if any(row.get(name) not in (None, [], {}, "") for row in plain)]
    if title:
        yield Text(f"\n{_words(title)}", style="bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        numeric = all(isinstance(row.get(name), (int, float, type(None))) for row in plain)
        table.add_column(escape(_words(name)), justify="right" if numeric else "left", overflow="fold")
    for row in plain:
        table.add_row(*(Text(cell(row.get(name))) for name in names))
    yield table


def cell(value: Any) -> str:
    """One value in few characters.

    >>> cell(0.123456), cell(1234567), cell([{"text": "often bought together"}]), cell(True)
    ('0.1235', '1,234,567', 'often bought together', 'yes')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        return str(value["text"]) if "text" in value else json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        texts = any(isinstance(each, Mapping) for each in value)
        return ("; " if texts else ", ").join(cell(each) for each in value)
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
