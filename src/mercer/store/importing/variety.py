"""What shops call the options of a product, and the handle that a title makes."""

from __future__ import annotations

import polars as pl

COLOR = (
    "color",
    "colour",
    "colors",
    "colours",
    "farbe",
    "couleur",
    "colore",
    "kleur",
    "cor",
    "颜色",
    "颜色分类",
    "色彩",
)
SIZE = (
    "size",
    "sizes",
    "größe",
    "groesse",
    "taille",
    "talla",
    "taglia",
    "maat",
    "tamanho",
    "尺码",
    "尺寸",
    "大小",
    "规格尺寸",
)


def option_named(names: tuple[str, ...], target: str) -> pl.Expr:
    """Of three options (``option1`` with ``option1_name``, and so on) the value of the one that is called so."""
    chosen = [
        pl.when(pl.col(f"option{place}_name").str.strip_chars().str.to_lowercase().is_in(names)).then(f"option{place}")
        for place in (1, 2, 3)
    ]
    return pl.coalesce(chosen).alias(target)


def handle_of(titles: pl.Series) -> pl.Series:
    """The handle that a platform makes of a title: small letters and digits with '-' between the words.

    >>> handle_of(pl.Series(["Tea & Café, 500 g", "绿茶 100克", None])).to_list()
    ['tea-cafe-500-g', '绿茶-100克', None]
    """
    plain = titles.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.normalize("NFC")
    return plain.str.replace_all(r"[^\p{L}\p{N}]+", "-").str.strip_chars("-")
