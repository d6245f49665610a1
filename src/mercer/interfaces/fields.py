"""What an input field looks like to a person who fills it in: its shape, its words, its default."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from mercer.core.phrase import Phrase
from mercer.core.record import LocalPath, Record, description

Kind = Literal["one", "flag", "many", "facts"]
"""one: a single value · flag: yes or no · many: a list of single values · facts: anything deeper, written as JSON."""

WORDS = {int: "INTEGER", float: "NUMBER", str: "TEXT", datetime: "TIME", AwareDatetime: "TIME", bool: "YES|NO"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One input field, as a person sees it."""

    name: str
    kind: Kind
    word: str
    """what goes there, in one word: INTEGER, TEXT, a|b|c …"""
    about: Phrase
    required: bool
    default: Any
    is_path: bool

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")


def shapes(record: type[Record]) -> list[Shape]:
    """Every field of an input record, in its order."""
    return [_shape(name, field) for name, field in record.model_fields.items()]


def _shape(name: str, field: FieldInfo) -> Shape:
    bare, marks = _bare(field.annotation, tuple(field.metadata))
    kind, word = _kind(bare)
    inner = get_args(bare)
    if kind == "many" and inner:
        _, more = _bare(inner[0], ())
        marks += more
    is_path = any(isinstance(mark, LocalPath) for mark in marks)
    default = None if field.is_required() else field.get_default(call_default_factory=False)
    return Shape(name, kind, "PATH" if is_path else word, description(field), field.is_required(), default, is_path)


def _bare(annotation: Any, marks: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The type itself, without Optional and Annotated, and the marks these carried."""
    while True:
        if get_origin(annotation) is typing.Annotated:
            annotation, *more = get_args(annotation)
            marks += tuple(more)
        elif get_origin(annotation) in (Union, types.UnionType):
            some = [part for part in get_args(annotation) if part is not type(None)]
            if len(some) != 1:
                return annotation, marks
            annotation = some[0]
        else:
            return annotation, marks


def _kind(bare: Any) -> tuple[Kind, str]:
    origin = get_origin(bare) or bare
    if origin is bool:
        return "flag", ""
    if origin is Literal:
        return "one", "|".join(str(choice) for choice in get_args(bare))
    if isinstance(origin, type) and issubclass(origin, (list, tuple, set, frozenset, Sequence)) and origin is not str:
        inner = get_args(bare)
        kind, word = _kind(_bare(inner[0], ())[0]) if inner else ("one", "TEXT")
        return ("many", word) if kind == "one" else ("facts", "JSON")
    if origin is Any or (isinstance(origin, type) and issubclass(origin, (Mapping, BaseModel))):
        return "facts", "JSON"
    return "one", WORDS.get(origin, "TEXT")
