"""Reading moments as exports write them: RFC 3339, seconds since 1970, and the dates of people and spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import polars as pl

from mercer.store.schema import TIME
from mercer.store.times import read_times

Style = Literal["iso", "seconds", "day-first", "month-first", "other"]
"""How a column writes its dates. It is settled once for a column, so that 03/04 never means two things in one file."""

_PARTS = (
    r"^(?P<a>\d{1,4})[-/.年](?P<b>\d{1,2})[-/.月](?P<c>\d{1,4})日?"
    r"(?:[ T,]+(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2})(?:[.,]\d+)?秒?|分?)\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?$"
)
_DIGITS = r"^\d{9,19}(\.\d+)?$"
_COMPACT = r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?$"
_NAMED = (
    "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y", "%b %d %Y %H:%M:%S", "%b %d %Y %H:%M", "%b %d %Y", "%d %B %Y %H:%M:%S",
    "%d %B %Y", "%B %d %Y %H:%M:%S", "%B %d %Y", "%b %d %Y %I:%M:%S %p", "%b %d %Y %I:%M %p", "%B %d %Y %I:%M:%S %p",
    "%B %d %Y %I:%M %p",
)  # fmt: skip
_NAIVE = r"^\d{4}-\d\d-\d\d([ T]\d\d?:\d\d(:\d\d(\.\d+)?)?)?$"


def style_of(text: pl.Series, default: Style = "day-first") -> Style:
    """How a column writes its dates; ``default`` decides between 03/04 and 04/03 where no value tells.

    >>> style_of(pl.Series(["12/1/2010 8:26", "12/13/2010 9:00"])), style_of(pl.Series(["1.2.2026", "31.1.2026"]))
    ('month-first', 'day-first')
    >>> style_of(pl.Series(["1433222501"])), style_of(pl.Series(["2026-01-31"]))
    ('seconds', 'iso')
    """
    sample = text.drop_nulls().head(20_000).str.strip_chars()
    if sample.is_empty() or sample.str.contains(r"^\d{4}[-/年.]").any():
        return "iso"
    if sample.str.contains(r"^\d+(\.\d+)?$").all():
        return "seconds"
    pairs = (
        text.drop_nulls()
        .str.strip_chars()
        .str.extract_groups(r"^(\d{1,2})([-/.])(\d{1,2})[-/.]\d{2,4}")
        .struct.unnest()
    )
    first, second = (pairs[name].cast(pl.Int64) for name in ("1", "3"))
    if first.null_count() == len(first):
        return "other"
    beyond = (int((first > 12).sum()), int((second > 12).sum()))
    if beyond[0] != beyond[1]:
        return "day-first" if beyond[0] > beyond[1] else "month-first"
    return "day-first" if (pairs["2"] == ".").any() else default


def read_moments(text: pl.Series, style: Style = "iso", zone: str = "UTC") -> pl.Series:
    """Instants in UTC; what names no zone is in ``zone``. Null where the text is no time.

    Seconds, milliseconds, microseconds and nanoseconds since 1970 are told apart by their size.

    >>> read_moments(pl.Series(["1433222501", "1433222501000"])).dt.to_string("%Y-%m-%d %H:%M:%S").to_list()
    ['2015-06-02 05:21:41', '2015-06-02 05:21:41']
    >>> read_moments(pl.Series(["12/1/2010 8:26 PM"]), "month-first").dt.to_string("%Y-%m-%d %H:%M").to_list()
    ['2010-12-01 20:26']
    >>> read_moments(pl.Series(["2026-07-01 08:00"]), zone="Asia/Shanghai").dt.to_string("%H:%M").to_list()
    ['00:00']
    """
    iso = read_times if zone == "UTC" else _iso
    dated = (partial(_dated, style=style, zoned=False), partial(_dated, style=style, zoned=True))
    if style == "seconds":
        return _in_turn(text, (_since_1970, _compact), zone)
    first = (iso, *dated) if style == "iso" else (partial(_quick, style=style), *dated, iso)
    return _in_turn(
        text, (*first, _compact, _since_1970, partial(_named, zoned=False), partial(_named, zoned=True)), zone
    )


def names_no_zone(text: pl.Series) -> bool:
    """Whether the times of a column leave the zone open."""
    sample = text.drop_nulls().head(1000).str.strip_chars()
    return bool(len(sample)) and not sample.str.contains(r"(?i)(Z|UTC|GMT|[+-]\d\d:?\d\d)$|^\d{9,19}(\.\d+)?$").any()


def _in_turn(text: pl.Series, ways: tuple[Callable[[pl.Series], pl.Series], ...], zone: str) -> pl.Series:
    """Read with the first way, what is left with the second, and so on."""
    values = _settled(ways[0](text), zone)
    for way in ways[1:]:
        left = (text.is_not_null() & values.is_null()).arg_true()
        if not len(left):
            break
        values = values.scatter(left, _settled(way(text.gather(left).str.strip_chars()), zone))
    return values


def _settled(values: pl.Series, zone: str) -> pl.Series:
    """Instants in UTC: what a reader left without a zone is in ``zone``. An hour that a clock skipped is no time."""
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone is None:
        values = values.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone(
            "UTC"
        )
    return values.cast(TIME)


def _iso(text: pl.Series) -> pl.Series:
    """What names its zone becomes that instant; the rest is left to the readers after."""
    naive = text.str.contains(_NAIVE).fill_null(value=False)
    if naive.all():
        return read_times(text).dt.replace_time_zone(None)
    return read_times(text.set(naive, None))


def _since_1970(text: pl.Series) -> pl.Series:
    digits = text.set(~text.str.contains(_DIGITS).fill_null(value=False), None)
    frame = (
        digits.alias("n")
        .to_frame()
        .select(
            whole=pl.col("n").str.extract(r"^(\d+)").cast(pl.Int64, strict=False),
            part=pl.col("n").str.extract(r"(\.\d+)$").cast(pl.Float64, strict=False).fill_null(0.0),
        )
    )
    whole, part = pl.col("whole"), pl.col("part")
    micros = (
        pl.when(whole < 10**11).then(whole * 1_000_000 + (part * 1e6).round().cast(pl.Int64))
        .when(whole < 10**14).then(whole * 1000 + (part * 1e3).round().cast(pl.Int64))
        .when(whole < 10**17).then(whole).otherwise(whole // 1000)
    )  # fmt: skip
    return frame.select(micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")).to_series()


def _compact(text: pl.Series) -> pl.Series:
    """20260131 and 20260131080000."""
    digits = text.set(~text.str.contains(_COMPACT).fill_null(value=False), None)
    return (digits + "000000").str.head(14).str.to_datetime("%Y%m%d%H%M%S", time_unit="us", strict=False)


def _quick(text: pl.Series, style: Style) -> pl.Series:
    """The commonest dates of spreadsheets: whatever form reads the first value is tried on all."""
    day, month = ("%m", "%d") if style == "month-first" else ("%d", "%m")
    first = text.drop_nulls().head(1)
    for sign in "/.-":
        for clock in (" %H:%M", " %H:%M:%S", ""):
            form = f"{day}{sign}{month}{sign}%Y{clock}"
            if first.str.to_datetime(form, time_unit="us", strict=False).null_count() == 0:
                values = text.str.to_datetime(form, time_unit="us", strict=False)
                return values.set(values.dt.year() < 100, None)  # "%Y" reads 1/2/10 too, as the year ten
    return pl.Series(text.name, [None] * len(text), pl.Datetime("us"))


def _dated(text: pl.Series, style: Style, zoned: bool) -> pl.Series:
    """Dates of numbers with signs between them, year first or in the column's order, with or without a clock."""
    frame = text.str.normalize("NFKC").str.extract_groups(_PARTS).struct.unnest()
    a, b, c = pl.col("a"), pl.col("b"), pl.col("c")
    year_first = a.str.len_chars() == 4
    year = pl.when(year_first).then(a).otherwise(pl.when(c.str.len_chars() == 2).then(pl.lit("20") + c).otherwise(c))
    month = pl.when(year_first | (style == "month-first")).then(pl.when(year_first).then(b).otherwise(a)).otherwise(b)
    day = pl.when(year_first).then(c).when(pl.lit(style == "month-first")).then(b).otherwise(a)
    hour = pl.col("hour").cast(pl.Int64).fill_null(0)
    half = pl.col("half").str.to_lowercase().str.head(1)
    hour = pl.when(half == "p").then(hour % 12 + 12).when(half == "a").then(hour % 12).otherwise(hour)
    clock = [hour.cast(pl.String), pl.col("minute").fill_null("0"), pl.col("second").fill_null("0")]
    parts = [year.str.zfill(4), *(each.str.zfill(2) for each in (month, day, *clock)), pl.col("zone").fill_null("")]
    written = frame.select(pl.concat_str(pl.format("{}-{}-{} {}:{}:{}", *parts[:6]), parts[6])).to_series()
    zone_named = frame["zone"].is_not_null()
    if zoned:
        return read_times(written.set(~zone_named, None))
    return written.set(zone_named, None).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)


def _named(text: pl.Series, zoned: bool) -> pl.Series:
    """Dates with the month's name: 'Jan 31, 2026 8:00 pm', '31-Jan-2026', 'Sat, 31 Jan 2026 08:00:00 +0000'."""
    plain = (
        text.str.replace(r"^[A-Za-z]{3,9},\s*", "")
        .str.replace_all(r"[,\-](\s|[A-Za-z]|\d{4})", " $1")
        .str.replace_all(r"\s+", " ")
    )
    zone = plain.str.extract(r" ([+-]\d\d:?\d\d|GMT|UTC|Z)$")
    plain = plain.set(zone.is_null() if zoned else zone.is_not_null(), None)
    plain = plain.str.replace(r" ([+-]\d\d:?\d\d|GMT|UTC|Z)$", "")
    values = pl.Series(text.name, [None] * len(text), pl.Datetime("us"))
    for form in _NAMED:
        values = values.fill_null(plain.str.to_datetime(form, time_unit="us", strict=False))
    return read_times(values.dt.to_string("%Y-%m-%d %H:%M:%S") + zone) if zoned else values
