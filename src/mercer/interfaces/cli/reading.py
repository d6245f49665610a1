"""From what was typed to an operation's input record."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mercer.core.errors import Invalid
from mercer.core.operation import Operation
from mercer.core.phrase import LANGUAGES, Phrase
from mercer.core.record import Record, refuse
from mercer.interfaces.fields import Shape, shapes


def language_of(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language a person wants to read: --language, else MERCER_LANGUAGE, else the system's.

    >>> language_of(["recommend", "s", "--language", "zh-CN"])
    'zh-CN'
    >>> language_of([], {"LANG": "zh_CN.UTF-8"})
    'zh-CN'
    """
    asked = ""
    for place, argument in enumerate(arguments):
        if argument == "--language":
            asked = "".join(arguments[place + 1 : place + 2])
        elif argument.startswith("--language="):
            asked = argument.partition("=")[2]
    names = (asked, *(environment.get(name, "") for name in ("MERCER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")))
    found = next((name for name in names if name), "en")
    return LANGUAGES[1] if found.lower().startswith("zh") else LANGUAGES[0]


def all_text(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no UTF-8, which Python hands on as half a surrogate pair: no store could keep them.

    >>> all_text(["recommend", "caf\\udce9"])
    Traceback (most recent call last):
    mercer.core.errors.Invalid: word 2 of the command line is not UTF-8: caf\\udce9
    """
    for place, argument in enumerate(arguments, 1):
        shown = argument.encode("utf-8", "backslashreplace").decode("utf-8")
        if shown != argument:
            raise Invalid(
                Phrase(
                    "word {place} of the command line is not UTF-8: {shown}", "命令行第 {place} 个词不是 UTF-8：{shown}"
                ).format(place=place, shown=shown[:80]),
                Phrase(
                    "write it in UTF-8; a file of such a name has to be renamed first",
                    "请用 UTF-8 书写；若是文件名，请先重命名该文件",
                ),
            )


def read_input(operation: Operation, given: Mapping[str, Any], language: str) -> Record:
    """The input record; Invalid names every field that is wrong. A ``language`` field takes the person's language."""
    values: dict[str, Any] = {}
    for shape in shapes(operation.input):
        value = given.get(shape.name)
        if value is None or (shape.kind == "many" and not value):
            continue
        values[shape.name] = _value(shape, value)
    if "language" in operation.input.model_fields:
        values.setdefault("language", language)
    try:
        return operation.input.model_validate(values)
    except ValidationError as error:
        raise refuse(error, operation.command) from None


def _value(shape: Shape, value: Any) -> Any:
    if shape.kind == "many":
        return [each for part in value for each in _parts(shape, part)]
    if shape.kind == "facts":
        return _facts(shape, value)
    return value


def _parts(shape: Shape, text: str) -> list[Any]:
    if shape.is_path:
        return [text]
    if text.startswith("["):
        held = _json(shape, text)
        return held if isinstance(held, list) else [held]
    return [part.strip() for part in text.split(",") if part.strip()]


def _facts(shape: Shape, text: str) -> Any:
    try:
        if text == "-":
            return _json(shape, sys.stdin.read())
        if text.startswith("@"):
            return _json(shape, Path(text[1:]).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            Phrase("{flag}: cannot read {path}: {error}", "{flag}：无法读取 {path}：{error}").format(
                flag=shape.flag, path=text[1:], error=getattr(error, "strerror", None) or error
            ),
            Phrase("name a UTF-8 file that holds JSON", "请给出内容为 JSON 的 UTF-8 文件"),
        ) from None
    return _json(shape, text)


def _json(shape: Shape, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            Phrase("{flag} is not JSON: {error}", "{flag} 不是合法的 JSON：{error}").format(
                flag=shape.flag, error=error
            ),
            Phrase(
                "write it as {example}, or keep it in a file and say @FILE",
                "请写成 {example} 的形式，或存入文件后用 @文件 指定",
            ).format(example='\'{"name": "value"}\''),
        ) from None
