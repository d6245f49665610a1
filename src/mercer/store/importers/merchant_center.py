"""Google Merchant Center's product data, which every shop platform can export: as text with tabs, or as a feed in RSS or Atom.

An item is a variant, ``item_group_id`` its product; an item without one is a product with one variant. The first item of a
group describes the product. Prices name their currency ('15.00 USD'); a sale price counts while its dates say so. As in
Google's own mapping, custom labels are tags. Source: https://support.google.com/merchants/answer/7052112
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Field, Rows, currency, html, ident, money, text, time, whole, words
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger
from mercer.store.importing.markup import facts
from mercer.store.importing.offers import availability, on_offer, prices
from mercer.store.importing.told import told
from mercer.store.importing.xml_rows import MANY

_GRAMS = {"kg": 1000.0, "g": 1.0, "lb": 453.59237, "lbs": 453.59237, "oz": 28.349523125}
_DATES, _UNTIL = "sale_price_effective_date", "sale_price_effective_date_end"
_LABELS = tuple(f"custom_label_{number}" for number in range(5))
_FACTS = (
    "condition", "mpn", "google_product_category", "adult", "multipack", "is_bundle", "size_type", "size_system", "unit_pricing_measure",
    "energy_efficiency_class", "product_highlight", "availability_date", "promotion_id", "shipping_label",
)  # fmt: skip
_OPTIONS = ("color", "size", "material", "pattern")
_SAID: dict[str, Field] = {
    "variant_id": ident("id", need=True),
    "group": ident("item_group_id"),
    "title": text("title", "structured_title"),
    "description": html("description"),
    "product_url": text("link"),
    "image_url": text("image_link"),
    "more_images": words("additional_image_link"),
    "currency": currency("price", "sale_price"),
    "full": money("price"),
    "reduced": money("sale_price"),
    "starts": time(_DATES),
    "ends": time(_UNTIL),
    "cost_minor": money("cost_of_goods_sold"),
    "stock": text("availability"),
    "quantity": whole("quantity", "sell_on_google_quantity"),
    "brand": text("brand"),
    "gtin": ident("gtin"),
    "types": words("product_type", separator=MANY),
    "gender": text("gender"),
    "age_group": text("age_group"),
    "weight": text("product_weight", "shipping_weight"),
    "expires_at": time("expiration_date"),
    **{name: text(name) for name in (*_OPTIONS, *_LABELS, *_FACTS)},
}
_COPIED = ("title", "description", "brand", "product_url", "image_url", "gender", "age_group", "material", "pattern")
# Columns of ours, and those of the file without which they are left as they are in the store.
_PRODUCT = {
    **{name: _SAID[name].names for name in _COPIED}, "categories": ("product_type", "google_product_category"), "tags": _LABELS,
    "attributes": _FACTS, "weight_grams": _SAID["weight"].names,
}  # fmt: skip
_VARIANT = {
    **{name: _SAID[name].names for name in ("image_url", "cost_minor", "gtin", "color", "size")},
    **dict.fromkeys(("price_minor", "list_price_minor"), ("price", "sale_price")), "availability": ("availability",),
    "quantity_available": _SAID["quantity"].names, "options": _OPTIONS, "weight_grams": _SAID["weight"].names,
}  # fmt: skip


class MerchantCenter(Translator):
    """Items become variants and pictures, and the first of each group a product."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._told = set(context.look.columns)
        self._products = Ledger()

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The items of a batch."""
        # An element that no item before has had may come late in a feed.
        self._told |= {name for name in frame.columns if frame[name].null_count() < frame.height}
        taken = Rows(_dates_apart(frame), self.context).take(**_SAID)
        taken = taken.with_columns(
            product_id=pl.coalesce("group", "variant_id"),
            weight_grams=_grams(),
            gender=pl.col("gender").str.to_lowercase(),
            age_group=pl.col("age_group").str.to_lowercase(),
        )
        firsts = taken.filter(self._products.first(taken["product_id"]))
        over = (pl.col("expires_at") < self.context.options.now).fill_null(value=False)
        labels = pl.concat_list(_LABELS).list.drop_nulls().list.unique(maintain_order=True)
        products = firsts.select(
            "product_id", *_COPIED, "weight_grams", _categories(), labels.alias("tags"), facts({name: name for name in _FACTS}), LINE,
            status=pl.when(over).then(pl.lit("archived")).otherwise(pl.lit("active")),
        )  # fmt: skip
        yield Part("products", told(products, self._told, _PRODUCT))
        yield self._variants(taken)
        yield _pictures(taken)

    def _variants(self, taken: pl.DataFrame) -> Part:
        offer = on_offer(self.context.options.now, pl.col("reduced"), pl.col("full"), pl.col("starts"), pl.col("ends"))
        apart = pl.col("group").is_not_null()
        variants = taken.select(
            "variant_id", "product_id", "currency", "cost_minor", "gtin", "color", "size", "weight_grams", "image_url", LINE,
            *prices(offer, pl.col("reduced"), pl.col("full")), availability(pl.col("stock")), quantity_available="quantity",
            title=pl.when(apart).then("title"), options=pl.when(apart).then(facts({name: name for name in _OPTIONS})),
        )  # fmt: skip
        return Part("variants", told(variants, self._told, _VARIANT))


def _dates_apart(frame: pl.DataFrame) -> pl.DataFrame:
    """'2026-01-01T00:00+0100/2026-01-31T23:59+0100' as two columns."""
    if _DATES not in frame.columns:
        return frame
    halves = pl.col(_DATES).str.split("/")
    return frame.with_columns(halves.list.first().alias(_DATES), halves.list.get(1, null_on_oob=True).alias(_UNTIL))


def _grams() -> pl.Expr:
    """'1.5 kg' in grams; null where no unit is named."""
    bare = pl.col("weight").str.to_lowercase().str.replace(",", ".", literal=True)
    unit = bare.str.extract(r"([a-z]+)\s*$").replace_strict(_GRAMS, default=None, return_dtype=pl.Float64)
    return bare.str.extract(r"^\s*(\d+(?:\.\d+)?|\.\d+)").cast(pl.Float64, strict=False) * unit


def _categories() -> pl.Expr:
    """The shop's own categories, or Google's where it is written out and not a number."""
    google = pl.col("google_product_category")
    google = pl.when(~google.str.contains(r"^\d+$")).then(google)
    paths = pl.coalesce(pl.col("types"), pl.when(google.is_not_null()).then(pl.concat_list(google)))
    path = pl.element().str.replace_all("&gt;", ">", literal=True).str.replace_all("&amp;", "&", literal=True)
    return paths.list.eval(path.str.replace_all(r"\s*>\s*", " > ").str.strip_chars(" >")).alias("categories")


def _pictures(taken: pl.DataFrame) -> Part:
    """The main picture of an item first, then the others."""
    every = pl.concat_list(pl.concat_list("image_url"), pl.col("more_images").fill_null([]))
    shown = taken.select(
        "product_id", "variant_id", LINE, image_url=every.list.drop_nulls().list.unique(maintain_order=True)
    )
    each = shown.explode("image_url", empty_as_null=False, keep_nulls=False)
    each = each.with_columns(position=pl.int_range(1, pl.len() + 1).over("variant_id"))
    return Part("images", each.with_columns(image_id=pl.format("{}:{}", "variant_id", "position")))


layouts = (
    Layout(
        "merchant-center/products", Phrase("Google Merchant Center product data", "Google Merchant Center 商品数据"), MerchantCenter,
        needs=("id", "title", "link|item_group_id|image_link", "price|availability"),
        knows=tuple(name for field in _SAID.values() for name in field.names), formats=("csv", "xml", "json", "parquet"), place=0,
    ),
)  # fmt: skip
