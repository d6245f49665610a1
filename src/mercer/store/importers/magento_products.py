"""Magento's (Adobe Commerce's) product export: simple products, configurable ones, and the simple ones these consist of.

A product is its SKU. A simple product that is not visible by itself becomes a variant of the configurable product that names
it, wherever in the file that stands; all others are products with one variant. Prices are in the shop's currency, which the
file does not name, and weights in a unit that only the shop knows. Rows of a store view (translations) are left out, and the
report says so. Source: https://experienceleague.adobe.com/en/docs/commerce-admin/systems/data-transfer/data-attributes-product
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Field, Rows, currency, html, ident, money, number, text, time, words
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger
from mercer.store.importing.markup import facts
from mercer.store.importing.offers import on_offer, prices
from mercer.store.importing.told import told
from mercer.store.importing.variety import (
    BRAND,
    COLOR,
    GENDER,
    GTIN,
    MATERIAL,
    SIZE,
    joined,
    listed,
    listed_called,
    spelled,
)

_VIEWS = Phrase("rows of store views (translations) were left out: {views}", "已略去店铺视图（翻译）的行：{views}")
_ROOT = r"(?i)^(default category|root catalog|默认分类)\s*/\s*"
_FACTS = (
    "attribute_set_code",
    "weight",
    "url_key",
    "country_of_manufacture",
    "related_skus",
    "crosssell_skus",
    "upsell_skus",
)

_SAID: dict[str, Field] = {
    "sku": ident("sku", need=True),
    "type": text("product_type"),
    "view": text("store_view_code"),
    "title": text("name"),
    "description": html("description", "short_description"),
    "paths": text("categories"),
    "online": text("product_online"),
    "visibility": text("visibility"),
    "currency": currency("currency"),
    "price": money("price"),
    "special": money("special_price"),
    "special_from": time("special_price_from_date", month_first=True),
    "special_to": time("special_price_to_date", month_first=True),
    "msrp": money("msrp_price"),
    "cost_minor": money("cost"),
    "qty": number("qty"),
    "least": number("out_of_stock_qty"),
    "stocked": text("is_in_stock"),
    "managed": text("manage_stock"),
    "backorders": text("allow_backorders"),
    "image_url": text("base_image", "image"),
    "image_label": text("base_image_label"),
    "more_images": words("additional_images"),
    "further": text("additional_attributes"),
    "parts": text("configurable_variations"),
    "created_at": time("created_at", month_first=True),
    "updated_at": time("updated_at", month_first=True),
    **{name: text(name) for name in _FACTS},
    **{name: text(name) for name in ("manufacturer", "color", "size")},
}
# Columns of ours, and those of the file without which they are left as they are.
_PRODUCT = {
    "title": ("name",), "description": ("description", "short_description"), "categories": ("categories",), "image_url": ("base_image", "image"),
    "created_at": ("created_at",), "updated_at": ("updated_at",), "brand": ("manufacturer", "additional_attributes"),
    **dict.fromkeys(("material", "gender"), ("additional_attributes",)), "status": ("product_online", "visibility"),
    "attributes": ("additional_attributes", *_FACTS),
}  # fmt: skip
_VARIANT = {
    **dict.fromkeys(("price_minor", "list_price_minor"), ("price", "special_price")), "cost_minor": ("cost",),
    **dict.fromkeys(("quantity_available", "availability"), ("qty", "is_in_stock")), "image_url": ("base_image", "image"),
    "color": ("color", "additional_attributes", "configurable_variations"), "size": ("size", "additional_attributes", "configurable_variations"),
    "gtin": ("additional_attributes",),
}  # fmt: skip


class MagentoProducts(Translator):
    """Rows become products, variants and pictures; parts of configurable products wait until somebody names them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._told = set(context.look.columns)
        self._wholes = Ledger()
        self._waiting: list[pl.DataFrame] = []

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products of a batch, and those parts of configurable ones of which the whole is known."""
        taken = Rows(frame, self.context).take(**_SAID)
        taken = self._without_views(taken).with_columns(spelled("further"), _paths())
        kind = pl.col("type").str.to_lowercase().fill_null("simple")
        wholes = taken.filter(kind == "configurable")
        self._note_parts(wholes)
        by_itself = (
            pl.col("visibility")
            .str.to_lowercase()
            .str.starts_with("not visible")
            .fill_null("visibility" not in self._told)
            .not_()
        )
        simple = kind.is_in(["simple", "virtual", "downloadable"])
        hidden = taken.filter(simple & ~by_itself)
        shown = taken.filter((kind != "configurable") & (~simple | by_itself))
        yield from self._products(pl.concat([wholes, shown]))
        yield self._variants(shown.filter((kind != "grouped") & (simple | pl.col("price").is_not_null())))
        if not hidden.is_empty():
            self._waiting.append(hidden)
        if self._waiting and not (hidden.is_empty() and wholes.is_empty()):
            yield self._claimed()

    def finish(self) -> Iterator[Part]:
        """What nobody named: parts of what is in the shop from before, and products that are not shown."""
        if not self._waiting:
            return
        rows = pl.concat(self._waiting)
        held = self.context.variants.filter(pl.col("item") == pl.col("variant_id")).select(
            sku="item", whole="product_id"
        )
        rows = rows.join(held, on="sku", how="left", maintain_order="left")
        part = (pl.col("whole") != pl.col("sku")).fill_null(value=False)
        yield from self._products(rows.filter(~part).drop("whole"))
        yield self._variants(rows.with_columns(product_id=pl.when(part).then("whole").otherwise("sku")).drop("whole"))

    def _without_views(self, taken: pl.DataFrame) -> pl.DataFrame:
        views = sorted(set(taken["view"].drop_nulls()) - {"default", "admin"})
        if views:
            self.context.note(_VIEWS.format(views=", ".join(views[:10])))
        return taken.filter(pl.col("view").is_null() | pl.col("view").is_in(["default", "admin"]))

    def _note_parts(self, wholes: pl.DataFrame) -> None:
        """Remember which SKUs a configurable product consists of, and by which options."""
        each = wholes.select("sku", part=pl.col("parts").str.split("|")).explode(
            "part", empty_as_null=False, keep_nulls=False
        )
        named = each.select(
            pl.col("part").str.strip_chars().str.extract(r"^sku=([^,]+)").alias("item"),
            pl.concat_str("sku", pl.lit("\n"), pl.col("part").str.strip_chars().str.replace(r"^sku=[^,]+,?", "")),
        )
        self._wholes.put(named.filter(pl.col("item").is_not_null()).iter_rows())

    def _claimed(self) -> Part:
        """The variants among those waiting that a configurable product has named by now."""
        rows = pl.concat(self._waiting)
        named = self._wholes.get(rows["sku"].to_list())
        said = rows["sku"].replace_strict(named, default=None, return_dtype=pl.String)
        left = rows.filter(said.is_null())
        self._waiting = [left] if left.height else []
        return self._variants(rows.with_columns(said.alias("_said")).filter(said.is_not_null()).with_columns(
            product_id=pl.col("_said").str.extract(r"^([^\n]*)\n"), choice=pl.col("_said").str.extract(r"(?s)\n(.+)$"),
        ).drop("_said").with_columns(spelled("choice")))  # fmt: skip

    def _products(self, rows: pl.DataFrame) -> Iterator[Part]:
        own = facts({name: name for name in _FACTS})
        unseen = pl.col("visibility").str.to_lowercase().str.starts_with("not visible").fill_null(value=False)
        off = (pl.col("online") != "1").fill_null(value=False) | unseen
        products = rows.select(
            "title", "description", "categories", "image_url", "created_at", "updated_at", LINE, product_id="sku",
            brand=pl.coalesce("manufacturer", listed_called(BRAND, "further")), material=listed_called(MATERIAL, "further"),
            gender=listed_called(GENDER, "further"), attributes=joined(own, listed("further")),
            status=pl.when(off).then(pl.lit("draft")).otherwise(pl.lit("active")),
        )  # fmt: skip
        yield Part("products", told(products, self._told, _PRODUCT))
        yield _pictures(rows)

    def _variants(self, rows: pl.DataFrame) -> Part:
        """Variants; the ``choice`` of those that are parts of a product becomes their title and options."""
        if "product_id" not in rows.columns:
            rows = rows.with_columns(product_id="sku")
        now, special, full = self.context.options.now, pl.col("special"), pl.col("price")
        offer = on_offer(now, special, full, pl.col("special_from"), pl.col("special_to"))
        rows = rows.with_columns(prices(offer, special, full))
        dear = pl.when(pl.col("msrp") > pl.col("price_minor")).then("msrp")
        lists = ["choice", "further"] if "choice" in rows.columns else ["further"]
        said = pl.col(lists[0]).list.eval(pl.element().struct.field("option")).list.join(" / ")
        own = {"title": pl.when(said != "").then(said), "options": listed("choice")} if "choice" in lists else {}
        variants = rows.select(
            "product_id", "sku", "price_minor", "currency", "cost_minor", "image_url", LINE, pl.coalesce("list_price_minor", dear),
            _availability(), pl.col("qty").floor().cast(pl.Int64).alias("quantity_available"), variant_id="sku",
            color=pl.coalesce(*(listed_called(COLOR, name) for name in lists), "color"),
            size=pl.coalesce(*(listed_called(SIZE, name) for name in lists), "size"), gtin=listed_called(GTIN, "further"), **own,
        )  # fmt: skip
        return Part("variants", told(variants, self._told, _VARIANT))


def _paths() -> pl.Expr:
    """'Default Category/Gear|Default Category/Gear/Bags' as paths without the root that every shop has."""
    cut = pl.when(pl.col("paths").str.contains("|", literal=True)).then(pl.col("paths").str.split("|")).otherwise(
        pl.col("paths").str.split(",")
    )  # fmt: skip
    path = (
        pl.element()
        .str.strip_chars()
        .str.replace(_ROOT, "")
        .str.replace_all(r"\\/", "\x1e")
        .str.replace_all(r"\s*/\s*", " > ")
    )
    path = path.str.replace_all("\x1e", "/", literal=True)
    bare = path.str.to_lowercase().is_in(["default category", "root catalog", "默认分类", ""]).not_()
    return cut.list.eval(path.filter(bare)).alias("categories")


def _availability() -> pl.Expr:
    out, unmanaged = pl.col("stocked") == "0", pl.col("managed") == "0"
    gone = pl.col("qty") <= pl.col("least").fill_null(0)
    on_order = (pl.col("backorders") != "0").fill_null(value=False)
    known = pl.col("stocked").is_not_null() | pl.col("qty").is_not_null()
    return (
        pl.when(out).then(pl.lit("out_of_stock")).when(unmanaged).then(pl.lit("in_stock"))
        .when(gone & on_order).then(pl.lit("backorder")).when(gone).then(pl.lit("out_of_stock"))
        .when(known).then(pl.lit("in_stock")).alias("availability")
    )  # fmt: skip


def _pictures(rows: pl.DataFrame) -> Part:
    """The main picture first, then the others."""
    every = (
        pl.concat_list(pl.concat_list("image_url"), pl.col("more_images").fill_null([]))
        .list.drop_nulls()
        .list.unique(maintain_order=True)
    )
    each = rows.select("sku", LINE, "image_label", "image_url", shown=every).explode(
        "shown", empty_as_null=False, keep_nulls=False
    )
    each = each.with_columns(position=pl.int_range(1, pl.len() + 1).over("sku"))
    return Part("images", each.select(
        "position", LINE, product_id="sku", image_id=pl.format("{}:{}", "sku", "position"), image_url="shown",
        alt_text=pl.when(pl.col("shown") == pl.col("image_url")).then("image_label"),
    ))  # fmt: skip


layouts = (
    Layout(
        "magento/products", Phrase("Magento's product export", "Magento 商品导出"), MagentoProducts,
        needs=("sku", "product_type", "attribute_set_code|additional_attributes|product_online|visibility"),
        knows=tuple(name for field in _SAID.values() for name in field.names), formats=("csv", "parquet"), place=0,
    ),
)  # fmt: skip
