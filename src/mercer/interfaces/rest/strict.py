"""JSON as RFC 8259 and I-JSON mean it: what other parsers would read differently is refused."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn, TypeVar

from pydantic import ValidationError

from mercer.core.errors import Invalid
from mercer.core.phrase import Phrase
from mercer.core.record import Record, refuse

R = TypeVar("R", bound=Record)

# Text that could hold NaN, Infinity or a number out of range; rare, so that only such bodies are parsed twice.
_SUSPECT = re.compile(rb"NaN|Infinity|[eE]\+?\d{3}|\d{300}")


def read_json(kind: type[R], body: bytes, what: str) -> R:
    """The record in a request body, types taken strictly ("5" is no number); Invalid names what is wrong."""
    if _SUSPECT.search(body):
        _finite(body)
    try:
        return kind.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise refuse(error, what) from None


def _finite(body: bytes) -> None:
    try:
        json.loads(body, parse_constant=_no_number, parse_float=_number)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError):
        return  # the record's own parser says better what is wrong


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _no_number(text)
    return value


def _no_number(text: str) -> NoReturn:
    shown = text if len(text) <= 30 else text[:27] + "..."
    raise Invalid(
        Phrase("the body holds {text}, which is no finite number", "请求正文中的 {text} 不是有限的数字").format(
            text=shown
        ),
        Phrase("leave the field out, or give a number", "请去掉该字段，或给出数字"),
    )
