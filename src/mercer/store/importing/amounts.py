"""Reading numbers and amounts of money as people and spreadsheets write them."""

from __future__ import annotations

import polars as pl

from mercer.store.importing.vocabulary import EXPONENTS, SYMBOLS

_SIGNS = "$€£¥￥₹₽₩₺₫฿₴₦₪"
_MARKS = rf"^(?:[A-Za-z]{{1,3}})?[{_SIGNS}]|^[A-Za-z]{{2,3}}\.?|[{_SIGNS}元円%]$|(?:kr\.?|zł|[A-Za-z]{{3}})$"
_NUMBER = r"^[+]?(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?$"


def has_decimal_comma(text: pl.Series) -> bool:
    """Whether a column of amounts writes 12,50 for twelve and a half: some value says so, and none says otherwise.

    >>> has_decimal_comma(pl.Series(["1.200", "12,50"])), has_decimal_comma(pl.Series(["1,200", "12.50"]))
    (True, False)
    """
    bare = text.str.replace_all(r"\s", "").str.replace_all(_MARKS, "")
    return bool(bare.str.contains(r",\d{1,2}$").any() and not bare.str.contains(r"\.\d{1,2}$").any())


def read_decimals(text: pl.Series, decimal_comma: bool = False) -> pl.Series:
    """Numbers as floats, with or without currency signs and thousands separators; null for what is no number.

    Where both a point and a comma stand, the last one is the decimal sign. A single comma before three digits separates
    thousands, unless ``decimal_comma`` says that the column writes decimals so.

    >>> read_decimals(pl.Series(["2.55", "€ 1.234,50", "US$1,234.5", "(3.20)", "1,234", "abc", "inf"])).to_list()
    [2.55, 1234.5, 1234.5, -3.2, 1234.0, None, None]
    """
    values = _finite(text.cast(pl.Float64, strict=False))
    if decimal_comma:  # 1.234 may be a thousand and more, so that nothing is read as it stands
        return _finite(_read_written(text, decimal_comma))
    unread = (text.is_not_null() & values.is_null()).arg_true()
    return values.scatter(unread, _finite(_read_written(text.gather(unread), decimal_comma))) if len(unread) else values


def _finite(values: pl.Series) -> pl.Series:
    return values.set(~values.is_finite().fill_null(value=False), None)


def _read_written(text: pl.Series, decimal_comma: bool) -> pl.Series:
    """Numbers that a plain cast does not read."""
    bare = text.str.normalize("NFKC").str.replace_all("[−–]", "-").str.replace_all(r"[\s'’]", "")
    negative = bare.str.contains(r"^[^\d]*-|\d[^\d]*-$") | bare.str.contains(r"^\(.*\)$")
    bare = bare.str.strip_chars("()-").str.replace_all(_MARKS, "").str.strip_chars("-")
    bare = bare.set(~bare.str.contains(_NUMBER).fill_null(value=False), None)
    numbers = _plain(bare, decimal_comma).cast(pl.Float64, strict=False)
    return pl.Series(text.name, numbers * negative.replace_strict({True: -1.0, False: 1.0}, return_dtype=pl.Float64))


def _plain(bare: pl.Series, decimal_comma: bool) -> pl.Series:
    """Digits with a point for the decimal sign, and nothing else."""
    frame = bare.alias("n").to_frame()
    number = pl.col("n")
    last_is_comma = number.str.contains(r",[^.]*$") & number.str.contains(".", literal=True)
    last_is_point = number.str.contains(r"\.[^,]*$") & number.str.contains(",", literal=True)
    commas, points = number.str.count_matches(",", literal=True), number.str.count_matches(".", literal=True)
    thousands = number.str.contains(r"^[+]?\d{1,3}(,\d{2,3})*,\d{3}$") & ((commas > 1) | (not decimal_comma))
    as_comma = number.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    as_point = number.str.replace_all(",", "", literal=True)
    pointed = (points > 1) | (pl.lit(decimal_comma) & number.str.contains(r"^\d{1,3}\.\d{3}$"))
    plain = (
        pl.when(last_is_comma).then(as_comma).when(last_is_point).then(as_point)
        .when(commas > 0).then(pl.when(thousands).then(as_point).otherwise(as_comma))
        .when(pointed).then(number.str.replace_all(".", "", literal=True)).otherwise(number)
    )  # fmt: skip
    return frame.select(plain).to_series()


def to_minor(amounts: pl.Series, currency: pl.Series | str) -> pl.Series:
    """Amounts in whole minor units of their currency, rounded half away from zero; null beyond 64 bits.

    >>> to_minor(pl.Series([2.55, 1000.0, 0.001]), pl.Series(["GBP", "JPY", "GBP"])).to_list()
    [255, 1000, 0]
    """
    if isinstance(currency, str):
        scaled = amounts * float(10 ** EXPONENTS.get(currency, 2))
    else:
        exponents = currency.replace_strict(EXPONENTS, default=2, return_dtype=pl.Int64)
        scaled = amounts * exponents.replace_strict({0: 1.0, 2: 100.0, 3: 1000.0}, return_dtype=pl.Float64)
    return scaled.round(mode="half_away_from_zero").cast(pl.Int64, strict=False)


def currency_codes(text: pl.Series) -> pl.Series:
    """ISO 4217 codes from a column of codes or from amounts such as '15.00 USD' or '€ 12,50'; null where none is named.

    >>> currency_codes(pl.Series(["usd", "15.00 USD", "€ 12,50", "12"])).to_list()
    ['USD', 'USD', 'EUR', None]
    """
    letters = text.str.extract(r"(?:^|[^A-Za-z])([A-Za-z]{3})(?:$|[^A-Za-z])").str.to_uppercase()
    if letters.null_count() == text.null_count():
        return letters
    signs = text.str.extract("([" + "".join(SYMBOLS) + "])").replace_strict(
        SYMBOLS, default=None, return_dtype=pl.String
    )
    return letters.fill_null(signs)
