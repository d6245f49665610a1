"""WooCommerce's product export: simple products, variable ones and, in rows of their own, their variations.

A product is its ID, as orders name it, or its SKU where it has none; a variation is a variant of its parent, which the file
names by SKU or as 'id:123'. Prices are in the shop's currency, which the file does not name; weights and lengths in the unit
that stands in the header. A sale price counts while its dates say so.
Source: https://woocommerce.com/document/product-csv-importer-exporter/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Field, Rows, currency, html, ident, money, number, text, time, words
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger
from mercer.store.importing.markup import facts
from mercer.store.importing.offers import availability, on_offer, prices
from mercer.store.importing.told import told
from mercer.store.importing.variety import BRAND, COLOR, GENDER, MATERIAL, SIZE, Pairs, called, joined, named

_GRAMS = {"kg": 1000.0, "g": 1.0, "lbs": 453.59237, "lb": 453.59237, "oz": 28.349523125}
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "m": 100.0, "in": 2.54, "yd": 91.44}
_NO_PARENT = Phrase(
    "the product that this is a variation of is neither in the file nor in the shop",
    "此规格所属的商品不在文件中，也不在店铺中",
)
_ESCAPED = "\x1e"

_SAID: dict[str, Field] = {
    "type": text("type"),
    "sku": ident("sku"),
    "title": text("name"),
    "published": number("published"),
    "visibility": text("visibility_in_catalog", "visibility_in_catalogue"),
    "description": html("description", "short_description"),
    "currency": currency("currency"),
    "sale_minor": money("sale_price"),
    "regular_minor": money("regular_price"),
    "sale_starts": time("date_sale_price_starts"),
    "sale_ends": time("date_sale_price_ends"),
    "in_stock": text("in_stock"),
    "stock": number("stock"),
    "backorders": text("backorders_allowed"),
    "categories": words("categories"),
    "tags": words("tags"),
    "images": words("images"),
    "parent": text("parent"),
    "gtin": ident("gtin_upc_ean_or_isbn"),
    "brands": words("brands"),
    "featured": text("is_featured"),
    "upsells": text("upsells"),
    "cross_sells": text("cross_sells"),
}


class WooProducts(Translator):
    """Rows become products, variants and pictures; variations that come before their parent wait for it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        columns = context.look.columns
        self._told = set(columns)
        self._numbers = [found[1] for name in columns if (found := re.fullmatch(r"attribute_(\d+)_name", name))]
        self._measures = {
            **_measure(columns, "weight", _GRAMS, "weight_grams"),
            **{k: v for side in ("length", "width", "height") for k, v in _measure(columns, side, _CENTIMETRES, f"{side}_cm").items()},
        }  # fmt: skip
        self._parents = Ledger()
        self._waiting: list[pl.DataFrame] = []

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products of a batch, and those variations whose parent is known."""
        attributes = {
            f"attribute_{number}_{part}": text(f"attribute_{number}_{column}")
            for number in self._numbers for part, column in (("name", "name"), ("value", "value_s"))
        }  # fmt: skip
        taken = Rows(_readable(frame), self.context).take(
            product_id=ident("id", "sku", need=True), **_SAID, **self._measures, **attributes
        )
        taken = taken.with_columns(_paths("categories"), _paths("tags"), _brand(self._pairs()), self._stock(taken))
        is_variation = taken["type"].str.to_lowercase().str.contains("variation").fill_null(value=False)
        products = taken.filter(~is_variation)
        self._parents.put(products.filter(pl.col("sku").is_not_null()).select("sku", "product_id").iter_rows())
        yield from self._products(products)
        yield from self._variants(
            products.filter(~pl.col("type").str.contains("(?i)variable|grouped").fill_null(value=False))
        )
        yield from self._variations(taken.filter(is_variation))

    def finish(self) -> Iterator[Part]:
        """The variations whose parent came after them, or is in the shop from before."""
        if not self._waiting:
            return
        held = pl.concat(self._waiting)
        parents = self._parents.get(held["parent"].drop_nulls().unique().to_list())
        parents = self._in_store() | parents
        placed = held.with_columns(_looked_up("parent", parents).alias("_parent"))
        self.context.refuse(placed.filter(pl.col("_parent").is_null()), "parent", pl.col("parent"), _NO_PARENT)
        yield from self._of_parents(placed.filter(pl.col("_parent").is_not_null()))

    def _in_store(self) -> dict[str, str]:
        held = self.context.store.frame("products", ["product_id", "attributes"])
        skus = held.select("product_id", sku=pl.col("attributes").str.json_path_match("$.sku")).drop_nulls()
        return dict(zip(skus["sku"], skus["product_id"], strict=True))

    def _products(self, products: pl.DataFrame) -> Iterator[Part]:
        pairs = self._pairs()
        shown = facts({"sku": "sku", "upsells": "upsells", "cross_sells": "cross_sells", "featured": "featured", **{
            name: name for name in self._measures if name != "weight_grams"
        }})  # fmt: skip
        featured = pl.when(pl.col("featured") == "1").then(pl.lit("true")).alias("featured")
        rows = products.with_columns(featured).select(
            "product_id", "title", "description", "categories", "tags", "brand", LINE, called(MATERIAL, pairs).alias("material"),
            called(GENDER, pairs).alias("gender"), *(["weight_grams"] if "weight_grams" in self._measures else []), status=_status(),
            image_url=pl.col("images").list.first(), attributes=joined(shown, named(pairs)),
        )  # fmt: skip
        yield Part("products", told(rows, self._told, _PRODUCT))
        pictures = products.select("product_id", "images", LINE).explode(
            "images", empty_as_null=False, keep_nulls=False
        )
        pictures = pictures.with_columns(position=pl.int_range(1, pl.len() + 1).over("product_id"))
        yield Part("images", pictures.select(
            "product_id", "position", LINE, image_id=pl.format("{}:{}", "product_id", "position"), image_url="images",
        ))  # fmt: skip

    def _variations(self, rows: pl.DataFrame) -> Iterator[Part]:
        known = self._parents.get(rows["parent"].drop_nulls().unique().to_list())
        rows = rows.with_columns(_looked_up("parent", known).alias("_parent"))
        late = rows.filter(pl.col("_parent").is_null()).drop("_parent")
        if not late.is_empty():
            self._waiting.append(late)
        yield from self._of_parents(rows.filter(pl.col("_parent").is_not_null()))

    def _of_parents(self, rows: pl.DataFrame) -> Iterator[Part]:
        values = [value for _, value in self._pairs()]
        said = pl.concat_str(values, separator=" / ", ignore_nulls=True) if values else pl.lit("")
        rows = rows.with_columns(
            variant_id="product_id", product_id="_parent", title=pl.when(said != "").then(said).otherwise("title")
        )
        yield from self._variants(rows, options=True)

    def _variants(self, rows: pl.DataFrame, options: bool = False) -> Iterator[Part]:
        pairs = self._pairs()
        offer = on_offer(
            self.context.options.now,
            pl.col("sale_minor"),
            pl.col("regular_minor"),
            pl.col("sale_starts"),
            pl.col("sale_ends"),
        )
        rows = rows.with_columns(offer.alias("_offer"))
        own = (
            {"title": pl.col("title"), "options": named(pairs), "image_url": pl.col("images").list.first()}
            if options
            else {}
        )
        single = [_single(called(names, pairs)).alias(name) for name, names in (("color", COLOR), ("size", SIZE))]
        weight = ["weight_grams"] if "weight_grams" in self._measures else []
        variants = rows.select(
            "product_id", "sku", "currency", "gtin", *weight, *prices(pl.col("_offer"), pl.col("sale_minor"), pl.col("regular_minor")),
            "availability", pl.col("stock").floor().cast(pl.Int64).alias("quantity_available"), *single, LINE,
            variant_id="variant_id" if options else "product_id", **own,
        )  # fmt: skip
        yield Part("variants", told(variants, self._told, _VARIANT))

    def _stock(self, taken: pl.DataFrame) -> pl.Expr:
        on_order = pl.col("backorders").str.to_lowercase().is_in(["1", "notify", "yes"]).fill_null(value=False)
        word = availability(pl.col("in_stock"))
        empty = (word == "in_stock") & (pl.col("stock") <= 0)
        return pl.when((word == "out_of_stock") | ~empty.fill_null(value=False)).then(word).when(on_order).then(
            pl.lit("backorder")).otherwise(pl.lit("out_of_stock")).alias("availability")  # fmt: skip

    def _pairs(self) -> Pairs:
        return [(pl.col(f"attribute_{number}_name"), pl.col(f"attribute_{number}_value")) for number in self._numbers]


# Columns of ours, and those of the file without which they are left as they are in the store.
_ATTRIBUTES = ("attribute_1_name",)
_PRODUCT = {
    "title": ("name",), "description": ("description", "short_description"), "categories": ("categories",), "tags": ("tags",),
    "brand": ("brands", *_ATTRIBUTES), "material": _ATTRIBUTES, "gender": _ATTRIBUTES, "image_url": ("images",),
    "status": ("published", "visibility_in_catalog", "visibility_in_catalogue"),
    "attributes": (*_ATTRIBUTES, "is_featured", "upsells", "cross_sells"),
}  # fmt: skip
_VARIANT = {
    **dict.fromkeys(("price_minor", "list_price_minor"), ("regular_price", "sale_price")), "gtin": ("gtin_upc_ean_or_isbn",),
    "availability": ("in_stock",), "quantity_available": ("stock",), **dict.fromkeys(("color", "size", "options"), _ATTRIBUTES),
    "image_url": ("images",), "title": _ATTRIBUTES,
}  # fmt: skip


def _measure(columns: tuple[str, ...], name: str, units: dict[str, float], target: str) -> dict[str, Field]:
    """A weight or a length, in the unit that the header names."""
    there = [(unit, scale) for unit, scale in units.items() if f"{name}_{unit}" in columns]
    return {target: number(f"{name}_{there[0][0]}", scale=there[0][1])} if there else {}


def _readable(frame: pl.DataFrame) -> pl.DataFrame:
    """Commas within a name are escaped, and a variation's stock may be that of its parent."""
    lists = [pl.col(name).str.replace_all(r"\\,", _ESCAPED) for name in ("categories", "tags") if name in frame.columns]
    stock = [pl.col("stock").replace("parent", None)] if "stock" in frame.columns else []
    return frame.with_columns(*lists, *stock)


def _paths(name: str) -> pl.Expr:
    return pl.col(name).list.eval(
        pl.element().str.replace_all(_ESCAPED, ",").str.replace_all(r"\s*>\s*", " > ").str.replace_all("&gt;", ">", literal=True)
        .str.replace_all("&amp;", "&", literal=True)
    )  # fmt: skip


def _brand(pairs: Pairs) -> pl.Expr:
    return pl.coalesce(pl.col("brands").list.first(), called(BRAND, pairs)).alias("brand")


def _single(value: pl.Expr) -> pl.Expr:
    """One colour or size; a list of them is what the product comes in, not what this variant is."""
    return pl.when(~value.str.contains(",", literal=True)).then(value)


def _status() -> pl.Expr:
    hidden = (pl.col("published") != 1) | (pl.col("visibility").str.to_lowercase() == "hidden")
    return pl.when(hidden.fill_null(value=False)).then(pl.lit("draft")).otherwise(pl.lit("active"))


def _looked_up(name: str, known: dict[str, str]) -> pl.Expr:
    """The parent's id: from its SKU, or as it stands in 'id:123'."""
    by_sku = pl.col(name).replace_strict(known, default=None, return_dtype=pl.String)
    return pl.coalesce(pl.col(name).str.extract(r"^id:(\S+)$"), by_sku)


layouts = (
    Layout(
        "woocommerce/products", Phrase("WooCommerce's product export", "WooCommerce 商品导出"), WooProducts,
        needs=("type", "sku", "name", "regular_price|parent|is_featured"),
        knows=("id", *(name for field in _SAID.values() for name in field.names)), formats=("csv", "parquet"), place=0,
    ),
)  # fmt: skip
