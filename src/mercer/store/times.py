"""Reading times that are written as text."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from mercer.store.schema import TIME

# With a zone, and without one, which then means UTC. Files keep to one way of writing, so the first try nearly always
# reads a whole column.
_ZONED = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
_BARE = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%.f")


def read_times(text: pl.Series) -> pl.Series:
    """Times in UTC from RFC 3339 and its relatives (a blank for the T, no seconds, a bare date); null for other text.

    >>> read_times(pl.Series(["2026-01-31T08:00:00+08:00", "2026-01-31", "soon"])).dt.to_string().to_list()
    ['2026-01-31 00:00:00.000000+00:00', '2026-01-31 00:00:00.000000+00:00', None]
    """
    return _tried(text, lambda rest: _tried(_plain(rest), _last))


def _tried(text: pl.Series, otherwise: Callable[[pl.Series], pl.Series]) -> pl.Series:
    values = pl.Series(text.name, [None] * len(text), TIME)
    for form in (*_BARE, *_ZONED):
        values = _filled(text, values, form)
        if values.null_count() == text.null_count():
            return values
    left = (text.is_not_null() & values.is_null()).arg_true()
    return values.scatter(left, otherwise(text.gather(left)))


def _filled(text: pl.Series, values: pl.Series, form: str) -> pl.Series:
    left = (text.is_not_null() & values.is_null()).arg_true()
    whole = len(left) == len(text)
    read = (text if whole else text.gather(left)).str.to_datetime(form, time_unit="us", strict=False)
    if read.null_count() == len(read):
        return values
    read = read.dt.replace_time_zone("UTC") if read.dtype == pl.Datetime("us") else read.cast(TIME)
    return read if whole else values.scatter(left, read)


def _plain(text: pl.Series) -> pl.Series:
    """One way of writing: a blank between date and time, a zone as +hh:mm without a blank before it."""
    return (
        text.str.strip_chars().str.replace(r"^(\d{4}-\d\d-\d\d)[Tt]", "$1 ")
        .str.replace(r"\s*(?:[Zz]|UTC|GMT)$", "+00:00").str.replace(r"\s+([+-]\d\d:?\d\d)$", "$1")
    )  # fmt: skip


def _last(text: pl.Series) -> pl.Series:
    return text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
