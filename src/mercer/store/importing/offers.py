"""Prices that hold for a time, and words for stock, as several platforms write them."""

from __future__ import annotations

from datetime import datetime

import polars as pl


def on_offer(now: datetime, reduced: pl.Expr, full: pl.Expr, starts: pl.Expr, ends: pl.Expr) -> pl.Expr:
    """Whether the reduced price is the one that holds: it is lower than the full one, and its time has begun and is not over."""
    begun = (starts <= now).fill_null(value=True)
    lasting = (ends >= now).fill_null(value=True)
    return (reduced.is_not_null() & (full.is_null() | (reduced < full)) & begun & lasting).fill_null(value=False)


def prices(offer: pl.Expr, reduced: pl.Expr, full: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The price now, and the price before the discount, which is null where there is none."""
    now = pl.when(offer).then(reduced).otherwise(full)
    return now.alias("price_minor"), pl.when(offer).then(full).alias("list_price_minor")


def availability(word: pl.Expr) -> pl.Expr:
    """Our word for a platform's: 'instock', 'In Stock', 'available for order', 'http://schema.org/PreOrder' …

    >>> words = pl.DataFrame({"w": ["instock", "out of stock", "https://schema.org/PreOrder", "onbackorder", "who knows"]})
    >>> words.select(availability(pl.col("w"))).to_series().to_list()
    ['in_stock', 'out_of_stock', 'preorder', 'backorder', None]
    """
    bare = word.str.to_lowercase().str.replace(r"^https?://schema\.org/", "").str.replace_all(r"[\s_\-]+", "")
    return bare.replace_strict(_WORDS, default=None, return_dtype=pl.String).alias("availability")


_WORDS = {
    **dict.fromkeys(
        ("instock", "available", "yes", "1", "true", "onlineonly", "instoreonly", "有货", "现货"), "in_stock"
    ),
    **dict.fromkeys(("outofstock", "soldout", "no", "0", "false", "unavailable", "缺货", "无货"), "out_of_stock"),
    **dict.fromkeys(("preorder", "presale", "预售"), "preorder"),
    **dict.fromkeys(("backorder", "onbackorder", "availablefororder", "notify", "可预订"), "backorder"),
    **dict.fromkeys(("limitedavailability", "limitedstock"), "limited_stock"),
    **dict.fromkeys(("discontinued", "停产"), "discontinued"),
}
