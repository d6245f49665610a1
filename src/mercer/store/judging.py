"""How a cell of each kind is read and judged, a whole column at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from mercer.core.phrase import Phrase, same
from mercer.core.table import Column
from mercer.store.schema import TIME
from mercer.store.times import read_times

LONGEST = {"id": 200, "word": 200, "text": 100_000, "facts": 100_000}
MOST_WORDS = 10_000
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

# What never belongs into text: control characters but tab and line ends. Ids and words are one line, so those neither.
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_CONTROL_OR_BREAK = r"[\x00-\x1f\x7f]"
_ODD = r"[\x00-\x1f\x7f\x{fffd}]"
_REPLACEMENT = "\ufffd"

_TEXT = Phrase("not text", "不是文本")
_BAD_CHARACTER = Phrase("holds a control character; remove it", "含控制字符；请删除")
_BROKEN = Phrase("broken encoding (U+FFFD); save the file as UTF-8 again", "编码损坏（U+FFFD）；请将文件重新存为 UTF-8")
_LONG = Phrase("longer than {n} characters", "超过 {n} 个字符")
_CHOICE = Phrase("must be one of: {choices}", "必须是以下之一：{choices}")
_WHOLE = Phrase("not a whole number", "不是整数")
_MONEY = Phrase("not a whole number of minor units (1250 for 12.50)", "不是以最小货币单位计的整数（12.50 应写作 1250）")
_NUMBER = Phrase("not a finite number", "不是有限的数字")
_LEAST = Phrase("less than {n}", "小于 {n}")
_MOST = Phrase("more than {n}", "大于 {n}")
_FLAG = Phrase("must be true or false", "必须是 true 或 false")
_TIME = Phrase("not a time; write 2026-01-31T08:00:00Z", "不是时间；请写成 2026-01-31T08:00:00Z")
_AGE = Phrase("before 1970 or after 2099; correct the date", "早于 1970 年或晚于 2099 年；请更正日期")
_LIST = Phrase('not a list of words; write ["a", "b"]', '不是词列表；请写成 ["a", "b"]')
_MANY = Phrase("more than {n} words", "超过 {n} 个词").format(n=MOST_WORDS)
_OBJECT = Phrase('not a JSON object; write {"colour": "red"}', '不是 JSON 对象；请写成 {"colour": "red"}')
_MISSING = Phrase("missing; every row needs a value here", "缺失；每一行都必须有值")


@dataclass(slots=True)
class Verdict:
    """A column with the table's type, and for each fault which rows have it; a row is named once, by its first fault."""

    values: pl.Series
    wrong: list[tuple[pl.Series, Phrase]] = field(default_factory=list)

    def refuse(self, mask: pl.Series, reason: Phrase) -> None:
        """Refuse the rows of a mask for this reason, but for those that were refused already."""
        if not mask.any():  # nearly always, and nulls do not count
            return
        mask = mask.fill_null(value=False)
        for earlier, _ in self.wrong:
            mask = mask & ~earlier
        if mask.any():
            self.wrong.append((mask, reason))


def judge(column: Column, given: pl.Series) -> Verdict:
    """Read a column of cells as its kind and judge them."""
    given = _emptied(given)
    verdict = _JUDGES[column.kind](column, given)
    if column.required and given.null_count():
        verdict.refuse(given.is_null(), _MISSING)
    return verdict


def _emptied(given: pl.Series) -> pl.Series:
    """Empty text, and text of blanks only, is a missing value."""
    if given.dtype != pl.String:
        return given
    return given.set(given.str.strip_chars() == "", None) if given.str.contains(r"^\s*$").any() else given


def _unread(verdict: Verdict, given: pl.Series, reason: Phrase) -> Verdict:
    """Refuse what held something and could not be read."""
    if verdict.values.null_count() != given.null_count():
        verdict.refuse(given.is_not_null() & verdict.values.is_null(), reason)
    return verdict


def _judge_text(column: Column, given: pl.Series) -> Verdict:
    values = _as_text(given)
    verdict = _unread(Verdict(values), given, _TEXT)
    _refuse_characters(verdict, values, column.kind != "text")
    longest = LONGEST[column.kind]
    if (values.str.len_bytes() > longest).any():  # bytes are counted without looking at them
        verdict.refuse(values.str.len_chars() > longest, _LONG.format(n=longest))
    if column.choices:
        choices = pl.Series(column.choices).implode()
        verdict.refuse(~values.is_in(choices), _CHOICE.format(choices=", ".join(column.choices)))
    return verdict


def _as_text(given: pl.Series) -> pl.Series:
    if given.dtype.is_nested() or given.dtype in (pl.Object, pl.Binary):
        return pl.Series(given.name, [None] * len(given), pl.String)
    if given.dtype.is_float():  # an id that a reader took for a number: 17850.0
        whole = given.cast(pl.Int64, strict=False)
        if (whole.cast(pl.Float64) == given).fill_null(value=True).all():
            given = whole
    return given.cast(pl.String)


def _refuse_characters(verdict: Verdict, values: pl.Series, one_line: bool) -> None:
    if not values.str.contains(_ODD).any():
        return
    verdict.refuse(values.str.contains(_CONTROL_OR_BREAK if one_line else _CONTROL), _BAD_CHARACTER)
    verdict.refuse(values.str.contains(_REPLACEMENT, literal=True), _BROKEN)


def _judge_whole(column: Column, given: pl.Series) -> Verdict:
    reason = _MONEY if column.kind == "money" else _WHOLE
    return _bounded(column, _unread(Verdict(_as_whole(given)), given, reason))


def _as_whole(given: pl.Series) -> pl.Series:
    if given.dtype == pl.String:
        given = given.str.strip_chars()
        whole = given.cast(pl.Int64, strict=False)
        if whole.null_count() == given.null_count():
            return whole
        return whole.fill_null(_from_float(given.cast(pl.Float64, strict=False)))
    if given.dtype.is_float() or given.dtype.is_decimal():
        return _from_float(given.cast(pl.Float64))
    if given.dtype.is_integer() or given.dtype in (pl.Null, pl.Boolean):
        return given.cast(pl.Int64, strict=False)
    return pl.Series(given.name, [None] * len(given), pl.Int64)


def _from_float(numbers: pl.Series) -> pl.Series:
    """12.0 is the whole number 12; 12.5 is none, and beyond 2**53 a float no longer tells whole numbers apart."""
    whole = (numbers == numbers.floor()) & (numbers.abs() <= 2**53)
    return numbers.set(~whole.fill_null(value=False), None).cast(pl.Int64, strict=False)


def _judge_number(column: Column, given: pl.Series) -> Verdict:
    if given.dtype == pl.String:
        values = given.str.strip_chars().cast(pl.Float64, strict=False)
    elif given.dtype.is_numeric() or given.dtype == pl.Null:
        values = given.cast(pl.Float64, strict=False)
    else:
        values = pl.Series(given.name, [None] * len(given), pl.Float64)
    verdict = _unread(Verdict(values), given, _NUMBER)
    verdict.refuse(values.is_nan() | values.is_infinite(), _NUMBER)
    return _bounded(column, verdict)


def _bounded(column: Column, verdict: Verdict) -> Verdict:
    if column.least is not None:
        verdict.refuse(verdict.values < column.least, _LEAST.format(n=same(f"{column.least:.15g}")))
    if column.most is not None:
        verdict.refuse(verdict.values > column.most, _MOST.format(n=same(f"{column.most:.15g}")))
    return verdict


_YES, _NO = ("true", "1", "yes", "t", "y"), ("false", "0", "no", "f", "n")


def _judge_flag(_: Column, given: pl.Series) -> Verdict:
    if given.dtype == pl.Boolean:
        return Verdict(given)
    words = _as_text(given).str.strip_chars().str.to_lowercase()
    values = words.replace_strict(
        {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}, default=None, return_dtype=pl.Boolean
    )
    return _unread(Verdict(values), given, _FLAG)


def _judge_time(_: Column, given: pl.Series) -> Verdict:
    if given.dtype == pl.String:
        values = read_times(given)
    elif isinstance(given.dtype, pl.Datetime):
        zoned = given if given.dtype.time_zone else given.dt.replace_time_zone("UTC")
        values = zoned.dt.convert_time_zone("UTC").cast(TIME)
    elif given.dtype == pl.Date:
        values = given.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    else:
        values = pl.Series(given.name, [None] * len(given), TIME)
    verdict = _unread(Verdict(values), given, _TIME)
    verdict.refuse((values < EARLIEST) | (values >= LATEST), _AGE)
    return verdict


def _judge_words(_: Column, given: pl.Series) -> Verdict:
    if isinstance(given.dtype, (pl.List, pl.Array)):
        values = given.cast(pl.List(pl.String))
    elif given.dtype in (pl.String, pl.Null):
        values = pl.Series(given.name, [_words(each) for each in given.cast(pl.String)], pl.List(pl.String))
    else:
        values = pl.Series(given.name, [None] * len(given), pl.List(pl.String))
    verdict = _unread(Verdict(values), given, _LIST)
    _refuse_characters(verdict, values.list.join(" ", ignore_nulls=True), one_line=True)
    verdict.refuse(values.list.len() > MOST_WORDS, _MANY)
    longest = values.list.eval(pl.element().str.len_chars()).list.max()
    verdict.refuse(longest > LONGEST["text"], _LONG.format(n=LONGEST["text"]))
    verdict.values = values.list.eval(pl.element().filter(pl.element().str.strip_chars() != ""))
    return verdict


def _words(text: str | None) -> list[str] | None:
    """A JSON list of strings; any other text is a single word, but what begins like a list must be one."""
    if text is None or not text.lstrip().startswith("["):
        return None if text is None else [text]
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else None


def _judge_facts(column: Column, given: pl.Series) -> Verdict:
    if isinstance(given.dtype, pl.Struct):
        given = (
            given.to_frame()
            .select(
                pl.when(pl.col(given.name).is_not_null())
                .then(pl.col(given.name).struct.json_encode())
                .alias(given.name)
            )
            .to_series()
        )
    text = _as_text(given)
    if text.null_count() == len(text):
        return _unread(Verdict(text), given, _OBJECT)
    # The path "$" finds the whole of what is JSON, and nothing in what is not.
    parsed = text.to_frame().select(pl.col(text.name).str.json_path_match("$")).to_series()
    is_object = text.str.strip_chars().str.starts_with("{") & parsed.is_not_null()
    verdict = _unread(Verdict(text.set(~is_object.fill_null(value=False), None)), given, _OBJECT)
    verdict.refuse(text.str.contains(_REPLACEMENT, literal=True), _BROKEN)
    verdict.refuse(text.str.len_chars() > LONGEST[column.kind], _LONG.format(n=LONGEST[column.kind]))
    return verdict


_JUDGES: dict[str, Callable[[Column, pl.Series], Verdict]] = {
    "id": _judge_text, "word": _judge_text, "text": _judge_text, "integer": _judge_whole, "money": _judge_whole,
    "number": _judge_number, "flag": _judge_flag, "time": _judge_time, "words": _judge_words, "facts": _judge_facts,
}  # fmt: skip
