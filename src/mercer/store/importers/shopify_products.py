"""Shopify's product export, with the headers of 2026 and with those before ('Handle', 'Body (HTML)', 'Variant Price').

A product is its handle, and its rows stand together: the first one names it, each brings a variant, a picture, or both. A
variant is its SKU, or the handle and the options where it has none. Prices are in the shop's currency, which the file does
not name. Metafields and what stands under 'Google Shopping' become attributes.
Source: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Field, Rows, currency, flag, html, ident, money, number, text, whole, words
from mercer.store.importing.groups import GROUP, HEAD, PLACE, Groups
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger
from mercer.store.importing.markup import facts
from mercer.store.importing.told import told
from mercer.store.importing.variety import COLOR, SIZE, called, handle_of, named
from mercer.store.importing.vocabulary import word_key

_GOOGLE = "google_shopping_"
_OPTION_NAMES = ("option1_name", "option2_name", "option3_name")

_PRODUCT: dict[str, Field] = {
    "title": text("title"),
    "description": html("description", "body_html"),
    "brand": text("vendor"),
    "tags": words("tags"),
    "gender": text(_GOOGLE + "gender"),
    "age_group": text(_GOOGLE + "age_group"),
    "image_url": text("product_image_url", "image_src"),
    "weight_grams": number("weight_value_grams", "variant_grams"),
}
_VARIANT: dict[str, Field] = {
    "sku": ident("sku", "variant_sku"),
    "list_price_minor": money("compare_at_price", "variant_compare_at_price"),
    "cost_minor": money("cost_per_item"),
    "gtin": ident("barcode", "variant_barcode"),
    "variant_image": text("variant_image_url", "variant_image"),
}
_LEFT: dict[str, Field] = {
    "handle": text("url_handle", "handle"),
    "category": text("product_category", "standard_product_type"),
    "kind": text("type", "custom_product_type"),
    "status_word": text("status"),
    "published": flag("published_on_online_store", "published"),
    "currency": currency("currency"),
    "price_minor": money("price", "variant_price"),
    "tracker": text("inventory_tracker", "variant_inventory_tracker"),
    "quantity": whole("inventory_quantity", "variant_inventory_qty"),
    "policy": text("continue_selling_when_out_of_stock", "variant_inventory_policy"),
    "alt_text": text("image_alt_text"),
    "position": whole("image_position"),
    "gift_card": text("gift_card"),
    **{f"option{place}": text(f"option{place}_value") for place in (1, 2, 3)},
    **{f"option{place}_name": text(f"option{place}_name") for place in (1, 2, 3)},
}
_PAIRS = [
    (pl.coalesce(f"option{place}_name", pl.lit(f"Option{place}")), pl.col(f"option{place}")) for place in (1, 2, 3)
]
# Columns of ours, and those of the file without which they are left as they are in the store.
_FROM = {
    **{name: field.names for name, field in _PRODUCT.items()}, "categories": (*_LEFT["category"].names, *_LEFT["kind"].names),
    "status": ("status", "published", "published_on_online_store"),
}  # fmt: skip
_OF_VARIANT = {
    **{name: field.names for name, field in _VARIANT.items()}, "price_minor": _LEFT["price_minor"].names,
    **dict.fromkeys(("quantity_available", "availability"), _LEFT["quantity"].names), "title": _LEFT["option1"].names,
    **dict.fromkeys(("options", "color", "size"), _OPTION_NAMES), "weight_grams": _PRODUCT["weight_grams"].names,
    "image_url": _VARIANT["variant_image"].names,
}  # fmt: skip
_NAMES = {name for each in (_PRODUCT, _VARIANT, _LEFT) for field in each.values() for name in field.names}


class ShopifyProducts(Translator):
    """Rows become products, variants and pictures."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._groups = Groups(
            context, "url_handle" if "url_handle" in context.look.columns else "handle", _OPTION_NAMES
        )
        self._skus = Ledger()
        self._told = set(context.look.columns)
        self._further = [name for name in context.look.columns if _is_further(name)]

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products, variants and pictures of a batch."""
        rows = Rows(frame, self.context)
        _, handles = rows.raw(_LEFT["handle"].names)
        filled = self._groups.fill(frame, handles.fill_null(handle_of(rows.raw(("title",))[1])))
        further = {f"_{name}": text(name) for name in self._further}
        taken = Rows(filled.with_columns(handle=GROUP), self.context).take(
            product_id=ident("handle", need=True), **_LEFT, **_PRODUCT, **_VARIANT, **further
        )
        # A weight of 0 is what Shopify writes where none was given.
        taken = self._groups.settle(filled, taken).with_columns(pl.col("weight_grams").replace(0.0, None))
        yield from self._products(taken.filter(HEAD))
        yield from self._variants(taken)
        yield _pictures(taken)

    def _products(self, heads: pl.DataFrame) -> Iterator[Part]:
        yield Part("products", heads.filter(pl.col("title").is_null()).select("product_id", LINE), keep=True)
        titled = heads.filter(pl.col("title").is_not_null())
        gift = word_key(titled["gift_card"]).is_in(["true", "yes"])
        attributes = {self._header(name): f"_{name}" for name in self._further}
        category = pl.coalesce(pl.col("category").replace("Uncategorized", None), "kind")
        products = titled.with_columns(gift_card=pl.when(gift).then(pl.lit("true"))).select(
            "product_id", *_PRODUCT, _status(), pl.when(category.is_not_null()).then(pl.concat_list(category)).alias("categories"), LINE,
            facts({"type": "kind", "gift_card": "gift_card", **attributes}),
        )  # fmt: skip
        yield Part(
            "products",
            told(products, self._told, _FROM | {"attributes": (*_LEFT["kind"].names, "gift_card", *self._further)}),
        )

    def _variants(self, taken: pl.DataFrame) -> Iterator[Part]:
        values = pl.concat_str("option1", "option2", "option3", separator=" / ", ignore_nulls=True)
        rows = taken.with_columns(
            options_said=pl.when(values != "").then(values), sku=_unquoted("sku"), gtin=_unquoted("gtin")
        )
        rows = rows.filter(pl.any_horizontal(pl.col("sku", "price_minor", "options_said").is_not_null()))
        only = pl.col("options_said").is_null() | (pl.col("options_said") == "Default Title")
        rows = rows.with_columns(
            title=pl.when(~only).then("options_said"),
            named=pl.when(only).then("product_id").otherwise(pl.format("{}:{}", "product_id", "options_said")),
        )  # fmt: skip
        rows = rows.with_columns(self._ids(rows))
        variants = rows.select(
            "variant_id", "product_id", "sku", "title", "price_minor", "currency", "cost_minor", "gtin", "weight_grams", LINE,
            _availability(), pl.when(_tracked()).then("quantity").alias("quantity_available"),
            pl.when(pl.col("list_price_minor") > 0).then("list_price_minor").alias("list_price_minor"),
            called(COLOR, _PAIRS).alias("color"), called(SIZE, _PAIRS).alias("size"), image_url="variant_image",
            options=pl.when(pl.col("title").is_not_null()).then(named(_PAIRS)),
        )  # fmt: skip
        yield Part("variants", told(variants, self._told, _OF_VARIANT))

    def _ids(self, rows: pl.DataFrame) -> pl.Series:
        """A variant's SKU, where it is nobody else's; otherwise the handle and the options."""
        owners = self._skus.get(rows["sku"].drop_nulls().unique().to_list())
        firsts = rows.filter(pl.col("sku").is_not_null()).unique("sku", keep="first", maintain_order=True)
        owners = dict(zip(firsts["sku"], firsts["named"], strict=True)) | owners
        self._skus.put(owners.items())
        owner = rows["sku"].replace_strict(list(owners), list(owners.values()), default=None, return_dtype=pl.String)
        return rows.select(
            pl.when(owner == pl.col("named")).then("sku").otherwise("named").alias("variant_id")
        ).to_series()

    def _header(self, name: str) -> str:
        """What an attribute is called: a metafield and a Google field by their own names."""
        header = self.context.headers[name]
        return header.partition(" (product.metafields.")[0].removeprefix("Google Shopping / ")


def _is_further(name: str) -> bool:
    return name not in _NAMES and ("product_metafields_" in name or name.startswith(_GOOGLE))


def _unquoted(name: str) -> pl.Expr:
    """Shopify writes an apostrophe before digits, so that spreadsheets leave them alone."""
    return pl.col(name).str.strip_prefix("'")


def _status() -> pl.Expr:
    word = pl.col("status_word").str.to_lowercase()
    hidden = pl.col("published").fill_null(value=True).not_()
    known = (
        pl.when(word.is_in(["active", "draft", "archived"])).then(word).when(word == "unlisted").then(pl.lit("draft"))
    )
    return pl.when(hidden & (word.is_null() | (word == "active"))).then(pl.lit("draft")).otherwise(
        known.otherwise(pl.lit("active"))
    ).alias("status")  # fmt: skip


def _tracked() -> pl.Expr:
    return pl.col("tracker").is_not_null()


def _availability() -> pl.Expr:
    on_order = pl.col("policy").str.to_lowercase().is_in(["continue", "true", "yes"]).fill_null(value=False)
    return (
        pl.when(~_tracked()).then(pl.lit("in_stock")).when(pl.col("quantity").is_null()).then(None)
        .when(pl.col("quantity") > 0).then(pl.lit("in_stock")).when(on_order).then(pl.lit("backorder"))
        .otherwise(pl.lit("out_of_stock")).alias("availability")
    )  # fmt: skip


def _pictures(taken: pl.DataFrame) -> Part:
    shown = taken.filter(pl.col("image_url").is_not_null()).with_columns(position=pl.coalesce("position", PLACE))
    return Part("images", shown.select(
        "product_id", "image_url", "alt_text", "position", LINE, image_id=pl.format("{}:{}", "product_id", "position"),
    ))  # fmt: skip


layouts = (
    Layout(
        "shopify/products", Phrase("Shopify's product export", "Shopify 商品导出"), ShopifyProducts,
        needs=("handle|url_handle", "title", "vendor|price|variant_price|sku|variant_sku|option1_value"), knows=_NAMES,
        formats=("csv", "parquet"), place=0,
    ),
)  # fmt: skip
