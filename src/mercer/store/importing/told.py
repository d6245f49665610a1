"""What a file does not tell is left as it is in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl


def told(rows: pl.DataFrame, columns: Collection[str], sources: Mapping[str, Collection[str]]) -> pl.DataFrame:
    """The rows without those columns of ours that come of columns which the file does not have.

    >>> rows = pl.DataFrame({"product_id": ["a"], "title": ["Cup"], "brand": [None]})
    >>> told(rows, ["sku", "name"], {"title": ("name",), "brand": ("vendor", "maker")}).columns
    ['product_id', 'title']
    """
    there = set(columns)
    return rows.drop(name for name in rows.columns if name in sources and there.isdisjoint(sources[name]))
