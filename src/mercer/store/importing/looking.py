"""The first look into a file: its format, its encoding, its columns."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.parsers import expat

import polars as pl

from mercer.core.errors import Unavailable
from mercer.core.phrase import Phrase
from mercer.store.importing.sources import Source, opened
from mercer.store.importing.streams import Stream, encoding_of

Format = Literal["csv", "json", "xml", "parquet", "unknown"]

SAMPLE = 1 << 20
_RECORDS = 100
_DELIMITERS = ",\t;|"


_OFFICE = Phrase(
    "a spreadsheet or another Office file; save it as CSV (UTF-8)", "这是电子表格等 Office 文件；请另存为 CSV（UTF-8）"
)
_CANNOT = Phrase("{problem}; {hint}", "{problem}；{hint}")
_DAMAGED_ZIP = Phrase("a damaged zip archive; export or download it again", "zip 压缩包已损坏；请重新导出或下载")


@dataclass(frozen=True)
class Look:
    """What the beginning of a file tells.

    ``headers`` are the columns as they are written, ``columns`` the same in one spelling. ``records`` are the first few
    records of a JSON file; ``lines`` says that each stands in a line of its own, ``prefix`` how many bytes come before the
    first where they lie in a list within an object. ``skip`` counts the lines of a table before its header.
    """

    source: Source
    format: Format
    headers: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    skip: int = 0
    records: tuple[Mapping[str, Any], ...] = ()
    lines: bool = True
    prefix: int = 0
    schema: Mapping[str, pl.DataType] | None = None
    problem: Phrase | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers in one spelling, each once."""
        return unique(plain_name(header) for header in self.headers)


def plain_name(header: str) -> str:
    """A header in one spelling.

    >>> plain_name("\\ufeffVariant SKU "), plain_name("Weight (kg)"), plain_name("商品ID"), plain_name("g:item_group_id")
    ('variant_sku', 'weight_kg', '商品id', 'g_item_group_id')
    """
    text = unicodedata.normalize("NFKC", header.replace("\ufeff", "")).casefold()
    return re.sub(r"[\W_]+", "_", text).strip("_")


def unique(names: Iterator[str]) -> tuple[str, ...]:
    """Names that differ: a second 'price' becomes 'price__2', an empty one 'column_3'."""
    seen: dict[str, int] = {}
    found = []
    for place, name in enumerate(names, 1):
        name = name or f"column_{place}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return tuple(found)


def look(source: Source) -> Look:
    """Open a file and look at its beginning. What cannot be read has a ``problem`` and the format 'unknown'."""
    try:
        with opened(source) as (raw, _):
            stream = Stream(raw)
            sample = stream.read(SAMPLE)
    except Unavailable as error:  # one file that cannot be opened does not stop the others
        return Look(source, "unknown", problem=_CANNOT.format(problem=error.message, hint=error.hint))
    if sample.startswith(b"PAR1"):
        return _look_parquet(source)
    if not sample:
        nothing = Phrase("the file is empty", "文件为空")
        return Look(source, "unknown", problem=stream.broken or nothing)
    if sample.startswith(b"PK\x03\x04"):
        return Look(source, "unknown", problem=_OFFICE if b"[Content_Types].xml" in sample else _DAMAGED_ZIP)
    encoding = encoding_of(sample)
    text = _decoded(sample, encoding)
    if sum(text.count(chr(code)) for code in (*range(9), *range(14, 32))) > 0.02 * len(text):
        return Look(source, "unknown", problem=Phrase("not a text file", "不是文本文件"))
    return _look_text(source, text, encoding)


def _decoded(sample: bytes, encoding: str) -> str:
    return Stream(io.BufferedReader(io.BytesIO(sample)), encoding).read(len(sample) + 1).decode("utf-8", "replace")


def _look_text(source: Source, text: str, encoding: str) -> Look:
    begins = text.lstrip()
    if begins.startswith("<"):
        return _look_xml(source, text, encoding)
    if begins.startswith(("{", "[")):
        return _look_json(source, text, encoding)
    return _look_csv(source, text, encoding)


def _look_csv(source: Source, text: str, encoding: str) -> Look:
    lines = io.StringIO(text, newline="")
    skip, delimiter = 0, ""
    for line in lines:
        if line.lower().startswith("sep=") and len(line.strip()) == 5:  # Excel's own way of naming the delimiter
            delimiter = line[4]
        elif line.strip(" \t\r\n,;|\ufeff"):
            break
        skip += 1
    else:
        return Look(source, "unknown", problem=Phrase("the file holds blank lines only", "文件只有空行"))
    delimiter = delimiter or max(_DELIMITERS, key=line.count)
    headers = next(csv.reader([line, *lines], delimiter=delimiter))
    while headers and not headers[-1].strip():  # spreadsheets leave empty columns at the end
        headers.pop()
    return Look(
        source, "csv", tuple(header.replace("\ufeff", "").strip() for header in headers), encoding, delimiter, skip
    )


def _look_json(source: Source, text: str, encoding: str) -> Look:
    lines = (
        bool(_decoded_object(text.lstrip().partition("\n")[0]))
        or len(re.findall(r"^\{.*\}\s*$", text, re.MULTILINE)) > 1
    )
    wrapped = None if lines else re.match(r'\s*\{\s*"[^"]+"\s*:\s*(?=\[\s*\{)', text)
    only = _decoded_object(text)
    prefix = wrapped.end() if wrapped and (only is None or len(only) == 1) else 0
    records = _json_records(text[prefix:])
    if lines and only and len(only) == 1 and _is_list_of_objects(next(iter(only.values()))):
        lines, records = False, next(iter(only.values()))[:_RECORDS]
        prefix = text.index("[")
    headers = tuple(dict.fromkeys(key for record in records for key in record))
    if not headers:
        nothing = Phrase("no JSON object can be read at its beginning", "开头没有可读取的 JSON 对象")
        return Look(source, "unknown", problem=nothing)
    length = len(text[:prefix].encode("utf-8", "surrogateescape"))
    return Look(source, "json", headers, encoding, records=tuple(records), lines=lines, prefix=length)


def _decoded_object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _json_records(text: str) -> list[dict[str, Any]]:
    """The first objects of JSON lines, of an array, or of objects one after the other."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    place = 0
    while len(found) < _RECORDS:
        place = _next_object(text, place)
        try:
            record, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = text.find("\n", place)
            if end < 0:
                break
            place = end + 1
            continue
        if isinstance(record, dict):
            found.append(record)
    return found


def _next_object(text: str, place: int) -> int:
    match = re.compile(r"[\s,\[\]]*").match(text, place)
    return match.end() if match else place


def _look_xml(source: Source, text: str, encoding: str) -> Look:
    """The names of the elements within the first items of a feed."""
    names: dict[str, None] = {}
    path: list[str] = []

    def start(name: str, _: Mapping[str, str]) -> None:
        path.append(name.rpartition(":")[2].lower())
        if len(path) >= 2 and path[-2] in ("item", "entry"):
            names[path[-1]] = None

    def end(_: str) -> None:
        path.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text.encode("utf-8", "replace") if encoding == "utf-8" else text, False)
    except expat.ExpatError as error:
        if not names:
            return Look(
                source,
                "unknown",
                problem=Phrase("not well-formed XML: {error}", "XML 格式错误：{error}").format(error=error),
            )
    return Look(source, "xml", tuple(names), encoding)


def _look_parquet(source: Source) -> Look:
    with on_disk(source) as path:
        try:
            schema = pl.read_parquet_schema(path)
        except (pl.exceptions.PolarsError, OSError) as error:
            words = " ".join(str(error).split())[:200]
            return Look(
                source,
                "unknown",
                problem=Phrase("a damaged Parquet file: {error}", "Parquet 文件损坏：{error}").format(error=words),
            )
    return Look(source, "parquet", tuple(schema), schema=schema)


class on_disk:  # noqa: N801
    """The path of a source as a plain file: itself, or a temporary copy where it lies packed."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._copy: Any = None

    def __enter__(self) -> Path:
        with self._source.path.open("rb") as raw:
            if self._source.member is None and raw.read(4) == b"PAR1":
                return self._source.path
        self._copy = tempfile.NamedTemporaryFile(prefix="mercer-", suffix=".parquet")
        with opened(self._source) as (packed, _):
            stream = Stream(packed)
            while block := stream.read(1 << 22):
                self._copy.write(block)
        self._copy.flush()
        return Path(self._copy.name)

    def __exit__(self, *_: object) -> None:
        if self._copy is not None:
            self._copy.close()
