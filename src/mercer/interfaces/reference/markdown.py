"""Pieces of Markdown pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from mercer.core.phrase import Phrase
from mercer.core.record import Record
from mercer.interfaces.fields import Shape, shapes

MEANINGLESS = 10**12
"""Bounds from here on only keep a number within what can be stored; a reader learns nothing from them."""

HEADS = {
    "field": Phrase("field", "字段"),
    "type": Phrase("type", "类型"),
    "default": Phrase("default", "默认值"),
    "meaning": Phrase("meaning", "含义"),
    "required": Phrase("*required*", "*必填*"),
}

GENERATED = Phrase(
    "<!-- written by `mercer docs`; change the code it is drawn from, not this page -->",
    "<!-- 由 `mercer docs` 生成；请修改其来源代码，而不要改本页 -->",
)


def page(language: str, title: Phrase, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join([GENERATED.say(language), f"# {title.say(language)}", *(part for part in parts if part)])


def sentence(phrase: Phrase, language: str) -> str:
    """A phrase as a sentence of its own.

    >>> sentence(Phrase("what sold most lately", "近期热销"), "en")
    'What sold most lately.'
    """
    said = phrase.say(language)
    return said[:1].upper() + said[1:] + Phrase(".", "。").say(language)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; empty where there is no row."""
    lines = ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads), *lines])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def fields_table(record: type[Record], language: str) -> str:
    """Every field of a record: its type and bounds, its default, its meaning."""
    drawn = record.model_json_schema(mode="serialization").get("properties", {})
    heads = [HEADS[name].say(language) for name in ("field", "type", "default", "meaning")]
    rows = [
        (
            f"`{shape.name}`",
            _type(shape, drawn.get(shape.name, {})),
            HEADS["required"].say(language) if shape.required else _default(shape.default),
            shape.about.say(language),
        )
        for shape in shapes(record)
    ]
    return table(heads, rows)


def inner_tables(record: type[Record], language: str) -> str:
    """The fields of the records within a record, one level deep."""
    parts = []
    for name, field in record.model_fields.items():
        inner = _record_in(field.annotation)
        if inner is not None:
            each = Phrase("Each of `{name}`:", "`{name}` 的每一项：").format(name=name).say(language)
            parts.append(f"{each}\n\n{fields_table(inner, language)}")
    return "\n\n".join(parts)


def _record_in(annotation: Any) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := _record_in(part)) is not None), None)


def _type(shape: Shape, drawn: Mapping[str, Any]) -> str:
    word = shape.word.lower() if shape.word.isupper() else " · ".join(f"`{each}`" for each in shape.word.split("|"))
    if shape.kind == "flag":
        return "true · false"
    if shape.kind == "many":
        return f"{word} …"
    if shape.kind == "facts":
        listed = any(each.get("type") == "array" for each in _choices(drawn))
        return "object …" if listed else "object"
    return word + _bounds(drawn)


def _bounds(drawn: Mapping[str, Any]) -> str:
    """What a number may be, such as ', 1 … 200'; nothing where any number will do."""
    for each in _choices(drawn):
        least, most = each.get("minimum"), each.get("maximum")
        least = None if least is not None and abs(least) >= MEANINGLESS else least
        most = None if most is not None and abs(most) >= MEANINGLESS else most
        if least is not None and most is not None:
            return f", {least} … {most}"
        if least is not None:
            return f", ≥ {least}"
        if most is not None:
            return f", ≤ {most}"
    return ""


def _choices(drawn: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (drawn, *drawn.get("anyOf", ()))


def _default(value: Any) -> str:
    if value is None or value == () or value == []:
        return ""
    if isinstance(value, Record):
        return ""
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}`"
