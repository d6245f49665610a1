"""What WooCommerce's REST interface (v3) answers about products, their variations and reviews, saved as JSON.

Ids are WooCommerce's own numbers. Weights are in a unit that only the shop knows, and stay attributes. A variable product
names its variations only; until their own file comes, each costs what the product costs at least. Source: https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.fields import Rows, currency, flag, html, ident, money, number, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.markup import facts
from mercer.store.importing.nested import ROW, flat, in_utc, members
from mercer.store.importing.offers import availability
from mercer.store.importing.variety import BRAND, COLOR, GENDER, MATERIAL, SIZE, joined, listed, listed_called

_TEXT = pl.String()
_NAMED = pl.List(pl.Struct({"name": _TEXT}))
_IMAGE = pl.Struct({"src": _TEXT, "alt": _TEXT})
_PRODUCT: Mapping[str, pl.DataType] = {
    **dict.fromkeys(
        ("id", "parent_id", "name", "permalink", "type", "status", "featured", "catalog_visibility", "description", "short_description", "sku",
         "global_unique_id", "price", "regular_price", "on_sale", "stock_quantity", "stock_status", "weight", "average_rating",
         "rating_count", "date_created", "date_created_gmt", "date_modified", "date_modified_gmt"), _TEXT),
    "categories": _NAMED, "tags": _NAMED, "brands": _NAMED, "images": pl.List(_IMAGE), "image": _IMAGE,
    "attributes": pl.List(pl.Struct({"name": _TEXT, "option": _TEXT, "options": pl.List(_TEXT)})), "variations": pl.List(_TEXT),
}  # fmt: skip
_REVIEW: Mapping[str, pl.DataType] = dict.fromkeys(
    ("id", "date_created", "date_created_gmt", "product_id", "status", "reviewer", "reviewer_email", "review", "rating", "verified"), _TEXT
)  # fmt: skip
_STATUS = {
    "publish": "active",
    "draft": "draft",
    "pending": "draft",
    "private": "draft",
    "future": "draft",
    "trash": "archived",
}
_UNSEEN = Phrase("reviews that the shop does not show were left out", "店铺未公开的评价已略去")


class WooRestProducts(Translator):
    """Products with their pictures; a record with a parent is a variant of it."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products and variants of a batch."""
        records = in_utc(flat(frame, _PRODUCT), "date_created_gmt", "date_modified_gmt")
        taken = Rows(records, self.context).take(
            product_id=ident("id", need=True), parent=ident("parent_id"), title=text("name"), product_url=text("permalink"),
            type=text("type"), state=text("status"), visibility=text("catalog_visibility"), featured=text("featured"),
            description=html("description", "short_description"), sku=ident("sku"), gtin=ident("global_unique_id"),
            currency=currency("currency"), price_minor=money("price"), regular=money("regular_price"), on_sale=flag("on_sale"),
            quantity=number("stock_quantity"), stock=text("stock_status"), weight=text("weight"), rating_value=number("average_rating"),
            rating_count=whole("rating_count"), created_at=time("date_created_gmt", "date_created"),
            updated_at=time("date_modified_gmt", "date_modified"), _row=text(ROW), picture=text("image.src"),
        )  # fmt: skip
        lists = records.select(ROW, "categories", "tags", "brands", "images", "attributes", "variations")
        taken = taken.join(lists, on=ROW, how="left", maintain_order="left")
        child = (pl.col("parent") != "0") & ((pl.col("type") == "variation") | pl.col("type").is_null())
        child = child.fill_null(value=False)
        yield from _products(taken.filter(~child))
        many = pl.col("type").str.contains("variable|grouped").fill_null(value=False)
        single = taken.filter(~child & ~many)
        yield _variants(single.with_columns(variant_id="product_id", title=pl.lit(None, dtype=pl.String)))
        yield _variants(taken.filter(child).with_columns(
            variant_id="product_id", product_id="parent",
            title=pl.coalesce(_said(pl.col("attributes").list.eval(pl.element().struct.field("option"))), "title"),
        ), options=True)  # fmt: skip
        variable = taken.filter(~child & pl.col("type").str.contains("variable").fill_null(value=False))
        yield _promised(variable)


def _products(products: pl.DataFrame) -> Iterator[Part]:
    hidden = (pl.col("visibility") == "hidden").fill_null(value=False)
    status = pl.col("state").replace_strict(_STATUS, default=None, return_dtype=pl.String)
    shown = facts({"sku": "sku", "weight": "weight", "featured": "featured"})
    rated = pl.col("rating_count") > 0
    yield Part("products", products.with_columns(featured=pl.when(pl.col("featured") == "true").then("featured")).select(
        "product_id", "title", "product_url", "description", "created_at", "updated_at", "rating_count", LINE,
        _names("categories"), _names("tags"), pl.when(rated).then("rating_value").alias("rating_value"),
        brand=pl.coalesce(_names("brands").list.first(), listed_called(BRAND, "attributes")),
        material=listed_called(MATERIAL, "attributes"), gender=listed_called(GENDER, "attributes"),
        image_url=pl.col("images").list.first().struct.field("src"), attributes=joined(shown, listed("attributes")),
        status=pl.when(hidden & (status == "active")).then(pl.lit("draft")).otherwise(status),
    ))  # fmt: skip
    pictures = members(products, "images").join(products.select(ROW, "product_id"), on=ROW, maintain_order="left")
    pictures = pictures.with_columns(position=pl.int_range(1, pl.len() + 1).over("product_id"))
    yield Part("images", pictures.select(
        "product_id", "position", LINE, image_id=pl.format("{}:{}", "product_id", "position"), image_url="images.src", alt_text="images.alt",
    ))  # fmt: skip


def _variants(rows: pl.DataFrame, options: bool = False) -> Part:
    reduced = pl.col("on_sale").fill_null(value=False) & (pl.col("regular") > pl.col("price_minor"))
    own = (
        {"options": listed("attributes"), "color": listed_called(COLOR, "attributes"), "size": listed_called(SIZE, "attributes"),
         "image_url": pl.coalesce("picture", pl.col("images").list.first().struct.field("src"))} if options else {}
    )  # fmt: skip
    return Part("variants", rows.select(
        "variant_id", "product_id", "sku", "title", "currency", "gtin", "created_at", LINE,
        pl.coalesce("price_minor", "regular").alias("price_minor"), pl.when(reduced).then("regular").alias("list_price_minor"),
        availability(pl.col("stock")), pl.col("quantity").floor().cast(pl.Int64).alias("quantity_available"), **own,
    ))  # fmt: skip


def _promised(variable: pl.DataFrame) -> Part:
    """What a variable product tells of its variations, until a file of these says more: that they are there, from which price."""
    each = variable.explode("variations", empty_as_null=False, keep_nulls=False)
    return Part("variants", each.select(
        "product_id", "currency", "price_minor", availability(pl.col("stock")), LINE, variant_id="variations"
    ), keep=True)  # fmt: skip


class WooReviews(Translator):
    """Reviews that the shop shows, by the customers who have the reviewer's address."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The reviews of a batch."""
        records = in_utc(flat(frame, _REVIEW), "date_created_gmt")
        taken = Rows(records, self.context).take(
            review_id=ident("id", need=True), product_id=ident("product_id", need=True), state=text("status"), email=text("reviewer_email"),
            body=html("review"), rating=number("rating"), verified=flag("verified"),
            written_at=time("date_created_gmt", "date_created"),
        )  # fmt: skip
        seen = pl.col("state").is_in(["approved", "publish"]).fill_null(value=True)
        shown = taken.filter(seen)
        if shown.height < taken.height:
            self.context.note(_UNSEEN)
        shown = shown.with_columns(
            pl.col("email").str.to_lowercase(), rating=pl.when(pl.col("rating") > 0).then("rating")
        )
        shown = shown.join(self._accounts, on="email", how="left", maintain_order="left")
        yield Part("reviews", shown.select(
            "review_id", "product_id", "rating", "body", "verified", "written_at", LINE, customer_id=pl.coalesce("account", "email"),
        ))  # fmt: skip

    @cached_property
    def _accounts(self) -> pl.DataFrame:
        held = self.context.store.frame("customers", ["customer_id", "email"]).filter(pl.col("email").is_not_null())
        by_email = held.select(email=pl.col("email").str.to_lowercase(), account="customer_id")
        return by_email.sort("email", "account").unique("email", keep="first", maintain_order=True)


def _names(column: str) -> pl.Expr:
    """The names in a list of objects, without the entities in which WordPress writes '&'."""
    name = pl.element().struct.field("name").str.replace_all("&amp;", "&", literal=True).str.strip_chars()
    return pl.col(column).list.eval(name).list.drop_nulls()


def _said(options: pl.Expr) -> pl.Expr:
    said = options.list.drop_nulls().list.join(" / ")
    return pl.when(said != "").then(said)


layouts = (
    Layout(
        "woocommerce/rest-products", Phrase("products from WooCommerce's REST interface", "WooCommerce REST 接口的商品"), WooRestProducts,
        needs=("id", "regular_price", "stock_status"), knows=tuple(_PRODUCT), formats=("json", "parquet"), schema=_PRODUCT, place=0,
    ),
    Layout(
        "woocommerce/rest-reviews", Phrase("reviews from WooCommerce's REST interface", "WooCommerce REST 接口的评价"), WooReviews,
        needs=("id", "product_id", "review", "reviewer|reviewer_email", "rating"), knows=tuple(_REVIEW), formats=("json", "parquet"),
        schema=_REVIEW, place=4,
    ),
)  # fmt: skip
