"""Reading JSON in batches: lines of objects, an array of them, or objects one after the other over several lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.checking import REJECTS
from mercer.store.importing.batch import CHUNK, LINE, Batch, rejects_of
from mercer.store.importing.looking import Look
from mercer.store.importing.shapes import Schema
from mercer.store.importing.streams import Stream

_MOST = 64 << 20
_BAD = Phrase("not a JSON object: {error}", "不是 JSON 对象：{error}")
_SHAPE = Phrase("a value has another shape than in this format", "某个值的结构与此格式不符")
_CUT = Phrase("the file ends within this record", "文件在此记录中间结束")
_GAP = re.compile(r"[\s,\[\]]*")
_NEXT = re.compile(r"\}\s*,?\s*(?=\{)")


@dataclass(slots=True)
class _Objects:
    """Objects in one line each, with the line of the file on which they begin."""

    lines: list[bytes]
    numbers: list[int]
    faults: list[tuple[int, str, str, Phrase]]


def read_json(stream: Stream, look: Look, schema: Schema, chunk: int = CHUNK) -> Iterator[Batch]:
    """The objects of a JSON file, batch by batch, as columns of ``schema``; the same batches each time."""
    take = _take_lines if look.lines else _take_spread
    line, rest, final = 1 + stream.read(look.prefix).count(b"\n"), b"", False
    while not final:
        block = stream.read(chunk)
        final = len(block) == 0
        held = rest + block
        objects = _Objects([], [], [])
        used = take(held, line, final, stream.broken is not None, objects)
        line += held.count(b"\n", 0, used)
        rest = held[used:]
        if objects.lines or objects.faults:
            yield _batch(objects, schema)


def _take_lines(held: bytes, first: int, final: bool, cut: bool, into: _Objects) -> int:
    used = len(held) if final else held.rfind(b"\n") + 1
    if not used and len(held) > _MOST:
        into.faults.append((first, "", held[:200].decode("utf-8", "replace"), _SHAPE))
        return len(held)
    for number, text in enumerate(held[:used].split(b"\n"), first):
        if text.strip():
            into.lines.append(text)
            into.numbers.append(number)
    if cut and final and into.lines:
        into.faults.append((into.numbers.pop(), "", into.lines.pop().decode("utf-8", "replace"), _CUT))
    return used


def _take_spread(held: bytes, first: int, final: bool, cut: bool, into: _Objects) -> int:
    text = held.decode("utf-8", "surrogateescape")
    decoder = json.JSONDecoder()
    place, line, counted = 0, first, 0
    while True:
        place = _GAP.match(text, place).end()  # type: ignore[union-attr]
        if place >= len(text) or text[place] in '"}':  # what may follow the list within an object
            place = len(text)
            break
        line, counted = line + text.count("\n", counted, place), place
        try:
            _, end = decoder.raw_decode(text, place)
            into.lines.append(re.sub(r"[\r\n]+", " ", text[place:end]).encode("utf-8", "surrogateescape"))
            into.numbers.append(line)
        except (ValueError, RecursionError) as error:
            if not final and len(text) - place < _MOST:
                break
            into.faults.append((line, "", text[place : place + 200], _CUT if cut else _bad(error)))
            found = _NEXT.search(text, place)
            end = found.end() if found else len(text)
        place = end
    return len(text[:place].encode("utf-8", "surrogateescape"))


def _bad(error: Exception) -> Phrase:
    return _BAD.format(error=error)


def _batch(objects: _Objects, schema: Schema) -> Batch:
    records = len(objects.lines) + len(objects.faults)
    frames = _frames(objects.lines, objects.numbers, schema, objects.faults)
    empty = pl.DataFrame(schema={**schema, LINE: pl.Int64})
    rejects = (
        rejects_of(sorted(objects.faults, key=lambda fault: fault[0]))
        if objects.faults
        else pl.DataFrame(schema=REJECTS)
    )
    return Batch(pl.concat([empty, *frames]), rejects, records)


def _frames(
    lines: list[bytes], numbers: list[int], schema: Schema, faults: list[tuple[int, str, str, Phrase]]
) -> list[pl.DataFrame]:
    """The objects as frames. What Polars refuses is spread out for it; what it still refuses, halved until the bad stand alone."""
    if not lines:
        return []
    frame = _decoded(lines, schema)
    if frame is None:
        spread = [_spread(line, schema) for line in lines]
        frame = None if None in spread else _decoded(spread, schema)  # type: ignore[arg-type]
    if frame is not None:
        return [frame.with_columns(pl.Series(LINE, numbers, dtype=pl.Int64))]
    if len(lines) == 1:
        faults.append((numbers[0], "", lines[0].decode("utf-8", "replace"), _why(lines[0])))
        return []
    half = len(lines) // 2
    return [
        *_frames(lines[:half], numbers[:half], schema, faults), *_frames(lines[half:], numbers[half:], schema, faults),
    ]  # fmt: skip


def _decoded(lines: list[bytes], schema: Schema) -> pl.DataFrame | None:
    """Objects as columns of the schema; None where some line is none, or holds a value of another shape.

    This is several times faster than ``read_ndjson``, and takes text, numbers and truth for text.
    """
    if not all(line.lstrip().startswith(b"{") for line in lines):  # "null" would become a row
        return None
    try:
        texts = pl.Series(lines, dtype=pl.Binary).cast(pl.String)
        return texts.str.json_decode(pl.Struct(dict(schema))).struct.unnest()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def _spread(line: bytes, schema: Schema) -> bytes | None:
    """An object in which whatever the schema takes for text, and is an object or a list, is JSON text."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return json.dumps(_texts(found, pl.Struct(dict(schema)))).encode()


def _texts(value: Any, kind: pl.DataType) -> Any:
    if isinstance(value, dict) and isinstance(kind, pl.Struct):
        kinds = {field.name: field.dtype for field in kind.fields}
        return {name: _texts(each, kinds[name]) for name, each in value.items() if name in kinds}  # type: ignore[arg-type]
    if isinstance(value, list) and isinstance(kind, pl.List):
        return [_texts(each, kind.inner) for each in value]  # type: ignore[arg-type]
    if isinstance(value, (dict, list)) and kind == pl.String():
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def _why(line: bytes) -> Phrase:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _bad(error)
    return _SHAPE if isinstance(found, dict) else _BAD.format(error=type(found).__name__)
