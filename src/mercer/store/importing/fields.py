"""Taking typed columns out of records of text, and refusing the records where that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.amounts import currency_codes, has_decimal_comma, read_decimals, to_minor
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.markup import plain_text
from mercer.store.importing.moments import Style, names_no_zone, read_moments, style_of
from mercer.store.importing.xml_rows import MANY

_NOTHING = ("NULL", "null", "NaN", "nan", "None", "N/A", "n/a", "\\N")
_AMOUNT = Phrase("not an amount; write 12.50", "不是金额；请写成 12.50")
_NUMBER = Phrase("not a number", "不是数字")
_WHOLE = Phrase("not a whole number", "不是整数")
_TIME = Phrase(
    "not a time as this column writes them ({style}); write 2026-01-31T08:00:00Z",
    "不是此列所用格式（{style}）的时间；请写成 2026-01-31T08:00:00Z",
)
_MISSING = Phrase("missing; every row needs a value here", "缺失；每一行都必须有值")
_FLAG = Phrase("not yes or no", "不是“是”或“否”")

_STYLES = {
    "iso": Phrase("year-month-day", "年-月-日"), "seconds": Phrase("time since 1970", "1970 年以来的时间"),
    "day-first": Phrase("day/month/year", "日/月/年"), "month-first": Phrase("month/day/year", "月/日/年"),
    "other": Phrase("words and numbers", "文字与数字"),
}  # fmt: skip

Read = Callable[["Rows", str, pl.Series], tuple[pl.Series, Phrase]]


@dataclass(frozen=True, slots=True)
class Field:
    """A column to take: under which names it may stand, how it is read, and whether every record must have it.

    ``verbatim`` keeps words such as 'NULL', which are no value anywhere but in a text.
    """

    names: tuple[str, ...]
    read: Read
    need: bool = False
    verbatim: bool = False


class Rows:
    """A batch of records from which columns are taken."""

    def __init__(self, frame: pl.DataFrame, context: Context) -> None:
        self.frame = frame
        self.context = context
        self.taken: dict[str, pl.Series] = {}

    def raw(self, names: Sequence[str]) -> tuple[str, pl.Series]:
        """The first of several columns that is there, without blanks at its ends, and its name; gaps are filled by the next."""
        there = [name for name in names if name in self.frame.columns]
        if not there:
            return names[0], pl.Series(names[0], [None] * self.frame.height, pl.String)
        values = _bare(self.frame[there[0]])
        for name in there[1:]:
            if values.null_count():
                values = values.fill_null(_bare(self.frame[name]))
        return there[0], values

    def take(self, **fields: Field) -> pl.DataFrame:
        """The columns, typed, with ``_line``. A record in which one cannot be read, or a needed one is missing, is refused."""
        bad = pl.repeat(value=False, n=self.frame.height, dtype=pl.Boolean(), eager=True)
        self.taken = {}
        for target, field in fields.items():
            name, raw = self.raw(field.names)
            raw = raw if field.verbatim else _without_nothing(raw)
            values, reason = field.read(self, name, raw)
            bad = self._refuse(name, raw, raw.is_not_null() & values.is_null(), reason, bad)
            if field.need:
                bad = self._refuse(name, raw, values.is_null(), _MISSING, bad)
            self.taken[target] = values.alias(target)
        frame = pl.DataFrame([*self.taken.values(), self.frame[LINE]])
        return frame.filter(~bad) if bad.any() else frame

    def _refuse(self, name: str, raw: pl.Series, wrong: pl.Series, reason: Phrase, bad: pl.Series) -> pl.Series:
        """Refuse what is wrong and was not refused before; returns all that is refused now."""
        if not wrong.any():
            return bad
        wrong = wrong & ~bad
        lines = pl.DataFrame([self.frame[LINE], raw.alias("_found")]).filter(wrong)
        self.context.refuse(lines, name, pl.col("_found"), reason)
        return bad | wrong


def _bare(values: pl.Series) -> pl.Series:
    """Text without blanks at its ends; empty text is no value. What is not text is taken as it is."""
    if values.dtype != pl.String:
        return values
    bare = values.str.strip_chars()
    empty = bare == ""
    return bare.set(empty, None) if empty.any() else bare


def _without_nothing(raw: pl.Series) -> pl.Series:
    if raw.dtype != pl.String:
        return raw
    nothing = raw.is_in(_NOTHING)
    return raw.set(nothing, None) if nothing.any() else raw


def _one(rows: Rows, raw: pl.Series) -> pl.Series:
    """The first value of an element that a feed repeats."""
    repeated = rows.context.look.format == "xml" and raw.str.contains(MANY, literal=True).any()
    return raw.str.split(MANY).list.first() if repeated else raw


def text(*names: str, need: bool = False) -> Field:
    """Text as it stands."""
    return Field(names, lambda rows, name, raw: (_one(rows, raw), _MISSING), need, verbatim=True)


def html(*names: str) -> Field:
    """Text out of HTML: without its tags, with its entities as the characters they stand for."""
    return Field(names, lambda rows, name, raw: (plain_text(_one(rows, raw)), _MISSING), verbatim=True)


def ident(*names: str, need: bool = False) -> Field:
    """An id. '17850.0', which is what spreadsheets and pandas make of ids in a column with gaps, becomes '17850'."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        raw = _one(rows, raw)
        sample = raw.drop_nulls().head(1000)
        floats = len(sample) and sample.str.contains(r"^\d+\.0$").all()
        return (raw.str.replace(r"^(\d+)\.0$", "$1") if floats else raw), _MISSING

    return Field(names, read, need)


def number(*names: str, need: bool = False, scale: float = 1.0) -> Field:
    """A number, with or without thousands separators; ``scale`` brings it into our unit."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        return read_decimals(raw, _comma(rows, name, raw)) * scale, _NUMBER

    return Field(names, read, need)


def whole(*names: str, need: bool = False) -> Field:
    """A whole number; '3.0' is one, '3.5' is none."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        values = raw.cast(pl.Int64, strict=False)
        if values.null_count() == raw.null_count():
            return values, _WHOLE
        decimals = read_decimals(raw, _comma(rows, name, raw))
        decimals = decimals.set((decimals != decimals.floor()).fill_null(value=False), None)
        return values.fill_null(decimals.cast(pl.Int64, strict=False)), _WHOLE

    return Field(names, read, need)


def money(*names: str, need: bool = False, currency: str | None = None) -> Field:
    """An amount in major units, as whole minor units of the ``currency`` that was taken before it, or of the file's."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        amounts = read_decimals(raw, _comma(rows, name, raw))
        unit = rows.taken.get("currency")
        return to_minor(amounts, unit if unit is not None else rows.context.currency(currency)), _AMOUNT

    return Field(names, read, need)


def currency(*names: str, known: str | None = None) -> Field:
    """The currency's code, from a column of its own or from within amounts; where none is named, the file's."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        return currency_codes(raw).fill_null(rows.context.currency(known)).alias("currency"), _MISSING

    return Field(names, read)


def _comma(rows: Rows, name: str, raw: pl.Series) -> bool:
    """Whether the column writes decimals with a comma; settled by its first batch with any values."""
    commas = rows.context.commas
    if name not in commas and raw.null_count() < len(raw):
        commas[name] = bool(raw.str.contains(",", literal=True).any()) and has_decimal_comma(raw)
        if commas[name]:
            rows.context.note(
                Phrase("numbers in '{name}' have a decimal comma", "“{name}”列中的数字以逗号为小数点").format(
                    name=rows.context.headers.get(name, name)
                )
            )
    return commas.get(name, False)


def time(*names: str, need: bool = False, month_first: bool = False) -> Field:
    """An instant. How the column writes its dates is settled by its first batch, and said in the report."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        style = _style(rows, name, raw, month_first)
        return read_moments(raw, style, rows.context.options.zone), _TIME.format(style=_STYLES[style])

    return Field(names, read, need)


def _style(rows: Rows, name: str, raw: pl.Series, month_first: bool) -> Style:
    context = rows.context
    if name not in context.styles and raw.null_count() < len(raw):
        asked = context.options.dates
        default = asked if asked != "auto" else "month-first" if month_first else "day-first"
        style = style_of(raw, default)
        if style in ("day-first", "month-first") and asked != "auto":
            style = asked
        context.styles[name] = style
        _say_style(context, name, raw, style)
    return context.styles.get(name, "iso")


def _say_style(context: Context, name: str, raw: pl.Series, style: str) -> None:
    header, example = context.headers.get(name, name), raw.drop_nulls()[0]
    if style != "iso":
        context.note(
            Phrase("'{name}' was read as {style}: {example}", "“{name}”按“{style}”读取：{example}").format(
                name=header, style=_STYLES[style], example=str(example)[:40]
            )
        )
    if names_no_zone(raw):
        context.note(
            Phrase(
                "times in '{name}' name no zone and were read as {zone}", "“{name}”中的时间未注明时区，按 {zone} 读取"
            ).format(name=header, zone=context.options.zone)
        )


_YES = ("true", "yes", "1", "y", "t", "on", "是")
_NO = ("false", "no", "0", "n", "f", "off", "否")


def flag(*names: str) -> Field:
    """Yes or no."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        words = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
        return raw.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean), _FLAG

    return Field(names, read)


def words(*names: str, separator: str = ",") -> Field:
    """A list of words in one cell, or the values of a repeated element."""

    def read(rows: Rows, name: str, raw: pl.Series) -> tuple[pl.Series, Phrase]:
        many = raw.str.contains(MANY, literal=True).any()
        pieces = raw.str.split(MANY if many else separator)
        bare = pieces.list.eval(
            pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != "").unique(maintain_order=True)
        )
        return bare, _MISSING

    return Field(names, read)
