"""What shops call the options of a product, and the handle that a title makes."""

from __future__ import annotations

from collections.abc import Sequence

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
    "size", "sizes", "größe", "groesse", "grösse", "taille", "talla", "taglia", "maat", "tamanho", "尺码", "尺寸", "大小",
)  # fmt: skip
BRAND = ("brand", "brands", "manufacturer", "marke", "hersteller", "marque", "marca", "品牌")
MATERIAL = ("material", "materials", "fabric", "matière", "材质", "面料", "材料")
GTIN = ("gtin", "ean", "ean13", "upc", "isbn", "barcode", "bar_code", "条码")
GENDER = ("gender", "geschlecht", "性别")

Pairs = Sequence[tuple[pl.Expr, pl.Expr]]
"""Names and values that stand in columns of their own: name 1, value 1, name 2 …"""


def called(names: tuple[str, ...], pairs: Pairs) -> pl.Expr:
    """The first value whose name is one of ``names``, in whatever letters.

    >>> frame = pl.DataFrame({"n": ["Colour", "Fit"], "v": ["red", "slim"]})
    >>> frame.select(called(COLOR, [(pl.col("n"), pl.col("v"))])).to_series().to_list()
    ['red', None]
    """
    if not pairs:
        return pl.lit(None, dtype=pl.String)
    return pl.coalesce(
        pl.when(name.str.strip_chars().str.to_lowercase().is_in(names)).then(value) for name, value in pairs
    )


def named(pairs: Pairs) -> pl.Expr:
    """A JSON object of names and values; null where there is none.

    >>> frame = pl.DataFrame({"n": ["Fit", None], "v": ['6"', "x"]})
    >>> frame.select(named([(pl.col("n"), pl.col("v"))])).to_series().to_list()
    ['{"Fit":"6\\\\""}', None]
    """
    if not pairs:
        return pl.lit(None, dtype=pl.String)
    members = [
        pl.when(name.is_not_null() & value.is_not_null()).then(pl.concat_str(_json(name), pl.lit(":"), _json(value)))
        for name, value in pairs
    ]
    inner = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(inner != "").then(pl.concat_str(pl.lit("{"), inner, pl.lit("}")))


def joined(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Two JSON objects as one, none of which is empty.

    >>> frame = pl.DataFrame({"a": ['{"x":"1"}', None, None], "b": ['{"y":"2"}', '{"y":"2"}', None]})
    >>> frame.select(joined(pl.col("a"), pl.col("b"))).to_series().to_list()
    ['{"x":"1","y":"2"}', '{"y":"2"}', None]
    """
    both = pl.concat_str(first.str.strip_suffix("}"), pl.lit(","), second.str.strip_prefix("{"))
    return pl.coalesce(both, first, second)


def _json(value: pl.Expr) -> pl.Expr:
    return pl.struct(value.alias("w")).struct.json_encode().str.strip_prefix('{"w":').str.strip_suffix("}")


def handle_of(titles: pl.Series) -> pl.Series:
    """The handle that a platform makes of a title: small letters and digits with '-' between the words.

    >>> handle_of(pl.Series(["Tea & Café, 500 g", "绿茶 100克", None])).to_list()
    ['tea-cafe-500-g', '绿茶-100克', None]
    """
    plain = titles.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.normalize("NFC")
    return plain.str.replace_all(r"[^\p{L}\p{N}]+", "-").str.strip_chars("-")


def listed(column: str) -> pl.Expr:
    """A JSON object out of a list of ``{name, option, options}``, as WooCommerce names attributes; null where there is none.

    >>> kind = pl.Struct({"name": pl.String, "option": pl.String, "options": pl.List(pl.String)})
    >>> said = [{"name": "Size", "option": None, "options": ["S", "M"]}, {"name": "Fit", "option": "slim", "options": None}]
    >>> frame = pl.DataFrame({"a": [said, []]}, schema={"a": pl.List(kind)})
    >>> frame.select(listed("a")).to_series().to_list()
    ['{"Size":"S, M","Fit":"slim"}', None]
    """
    value = _option()
    member = pl.concat_str(_json(pl.element().struct.field("name")), pl.lit(":"), _json(value))
    present = pl.element().struct.field("name").is_not_null() & value.is_not_null()
    inner = pl.col(column).list.eval(pl.when(present).then(member)).list.drop_nulls().list.join(",")
    return pl.when(inner != "").then(pl.concat_str(pl.lit("{"), inner, pl.lit("}")))


def spelled(column: str) -> pl.Expr:
    """'material=Cotton|Linen,fit=slim', as Magento writes attributes, as a list of ``{name, option, options}``.

    >>> frame = pl.DataFrame({"a": ["fit=slim,care=wash, then dry"]}).with_columns(spelled("a"))
    >>> frame.select(listed("a")).to_series().to_list()
    ['{"fit":"slim","care":"wash, then dry"}']
    """
    pieces = (
        pl.col(column).str.strip_chars('"').str.replace_all(r",([A-Za-z][A-Za-z0-9_]*)=", "\x1e$1=").str.split("\x1e")
    )
    value = pl.element().str.extract(r"(?s)^[^=]+=(.*)$").str.strip_chars('" ').str.replace_all("|", ", ", literal=True)
    member = pl.struct(
        name=pl.element().str.extract(r"^\s*([^=]+)="), option=pl.when(value != "").then(value),
        options=pl.lit(None, dtype=pl.List(pl.String)),
    )  # fmt: skip
    present = pl.element().str.contains("=", literal=True)
    return pieces.list.eval(pl.when(present).then(member)).list.drop_nulls().alias(column)


def listed_called(names: tuple[str, ...], column: str) -> pl.Expr:
    """The value of the first of a list of ``{name, option, options}`` whose name is one of ``names``."""
    wanted = pl.element().struct.field("name").str.strip_chars().str.to_lowercase().is_in(names)
    return pl.col(column).list.eval(pl.when(wanted).then(_option())).list.drop_nulls().list.first()


def _option() -> pl.Expr:
    many = pl.element().struct.field("options").list.drop_nulls().list.join(", ")
    return pl.coalesce(pl.element().struct.field("option"), pl.when(many != "").then(many))
