"""Google's Retail API (Vertex AI Search for commerce): the catalogue, as JSON lines in either spelling (priceInfo, price_info).

A PRIMARY is a product, its VARIANTs are what can be bought of it; a PRIMARY without any is its own only variant. Collections
are left out: they are sets of products. The fields follow the mapping to Merchant Center that the API itself gives.
Source: https://cloud.google.com/retail/docs/reference/rest/v2/projects.locations.catalogs.branches.products
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importers.retail_api import either, last_part, own_attributes
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Rows, currency, html, ident, money, number, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger

_TEXT = pl.String()
_TEXTS = pl.List(_TEXT)
SCHEMA: Mapping[str, pl.DataType] = {
    "id": _TEXT,
    "name": _TEXT,
    "type": _TEXT,
    "primary_product_id": _TEXT,
    "gtin": _TEXT,
    "categories": _TEXTS,
    "title": _TEXT,
    "brands": _TEXTS,
    "description": _TEXT,
    "language_code": _TEXT,
    "attributes": _TEXT,
    "tags": _TEXTS,
    "price_info": pl.Struct(
        {"currency_code": _TEXT, "price": _TEXT, "original_price": _TEXT, "cost": _TEXT}
    ),
    "rating": pl.Struct({"rating_count": _TEXT, "average_rating": _TEXT}),
    "available_time": _TEXT,
    "publish_time": _TEXT,
    "availability": _TEXT,
    "available_quantity": _TEXT,
    "uri": _TEXT,
    "images": pl.List(pl.Struct({"uri": _TEXT})),
    "audience": pl.Struct({"genders": _TEXTS, "age_groups": _TEXTS}),
    "color_info": pl.Struct({"color_families": _TEXTS, "colors": _TEXTS}),
    "sizes": _TEXTS,
    "materials": _TEXTS,
    "patterns": _TEXTS,
    "conditions": _TEXTS,
}  # fmt: skip
_VARIANT = (
    "price_minor", "currency", "list_price_minor", "cost_minor", "availability", "quantity_available", "gtin", "color", "size",
    "image_url", "created_at",
)  # fmt: skip
_GROUPS = Phrase("collections are sets of products and were left out", "商品集合（COLLECTION）不是商品，已略去")
_TYPE = Phrase("must be PRIMARY, VARIANT or COLLECTION", "必须是 PRIMARY、VARIANT 或 COLLECTION")


class RetailCatalogue(Translator):
    """Products and variants; at the end the variant of each product that has no others."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._primaries: list[pl.DataFrame] = []
        self._parents: list[pl.DataFrame] = []
        self._met = Ledger()

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products and variants of a batch."""
        taken = self._taken(frame)
        kind = pl.col("_type").str.to_uppercase()
        odd = ~kind.is_in(["PRIMARY", "VARIANT", "COLLECTION"])
        self.context.refuse(taken.filter(odd), "type", pl.col("_type"), _TYPE)
        if taken.select((kind == "COLLECTION").any()).item():
            self.context.note(_GROUPS)
        primary, variant = taken.filter(kind == "PRIMARY"), taken.filter(kind == "VARIANT")
        yield Part("products", _products(primary))
        yield Part("images", _images(primary))
        parented = variant.with_columns(product_id=pl.coalesce("_primary", "product_id"), variant_id="product_id")
        yield Part("variants", parented.select("variant_id", "product_id", "title", *_VARIANT, LINE))
        self._primaries.append(primary.select("product_id", *_VARIANT, LINE))
        parents = parented.unique("product_id", keep="first", maintain_order=True)
        self._parents.append(parents.select("product_id", "title", LINE).filter(self._met.first(parents["product_id"])))

    def finish(self) -> Iterator[Part]:
        """The variants that products are themselves, and the products that only their variants name."""
        if not self._primaries:
            return
        primaries, parents = pl.concat(self._primaries), pl.concat(self._parents)
        alone = primaries.join(parents, on="product_id", how="anti", maintain_order="left")
        yield Part("variants", alone.with_columns(variant_id="product_id"))
        yield Part("products", parents.join(primaries, on="product_id", how="anti", maintain_order="left"), keep=True)

    def _taken(self, frame: pl.DataFrame) -> pl.DataFrame:
        taken = Rows(_flat(frame), self.context).take(
            product_id=ident("id", "name", need=True), _type=text("type"), _primary=ident("primary_product_id"), title=text("title"),
            description=html("description"), brand=text("brands"), language=text("language_code"), _more=text("attributes"),
            currency=currency("price_info.currency_code"), price_minor=money("price_info.price"), cost_minor=money("price_info.cost"),
            list_price_minor=money("price_info.original_price"), rating_value=number("rating.average_rating"),
            rating_count=whole("rating.rating_count"), created_at=time("publish_time"), _available=time("available_time"),
            availability=text("availability"), quantity_available=whole("available_quantity"), product_url=text("uri"),
            image_url=text("images"), gender=text("audience.genders"), age_group=text("audience.age_groups"), size=text("sizes"),
            color=text("color_info.colors", "color_info.color_families"), material=text("materials"), pattern=text("patterns"),
            gtin=text("gtin"), _condition=text("conditions"),
        )  # fmt: skip
        nested = frame.select(
            LINE, "categories", "tags", _images=pl.col("images").list.eval(pl.element().struct.field("uri"))
        )
        known = pl.col("availability").str.to_lowercase()
        return taken.join(nested, on=LINE, how="left", maintain_order="left").with_columns(
            product_id=last_part(pl.col("product_id")), created_at=pl.coalesce("created_at", "_available"),
            _type=pl.col("_type").fill_null(pl.when(pl.col("_primary").is_null() | (pl.col("_primary") == pl.col("product_id")))
                                            .then(pl.lit("PRIMARY")).otherwise(pl.lit("VARIANT"))),
            availability=pl.when(known != "availability_unspecified").then(known), gender=pl.col("gender").str.to_lowercase(),
            age_group=pl.col("age_group").str.to_lowercase(), size=pl.col("size").str.extract(r"([^:]*)$"),
            currency=pl.when(pl.any_horizontal(pl.col("price_minor", "list_price_minor", "cost_minor").is_not_null())).then("currency"),
            list_price_minor=pl.when(pl.col("list_price_minor") > pl.col("price_minor")).then("list_price_minor"),
        )  # fmt: skip


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Every leaf as a column of text named by its path; of lists their first value."""
    leaves = []
    for name, kind in SCHEMA.items():
        if kind == _TEXT:
            leaves.append(pl.col(name))
        elif name == "images":
            leaves.append(pl.col(name).list.first().struct.field("uri").alias(name))
        elif kind == _TEXTS:
            leaves.append(pl.col(name).list.first())
        else:
            for field in kind.fields:  # type: ignore[attr-defined]
                leaf = pl.col(name).struct.field(field.name)
                leaves.append((leaf.list.first() if field.dtype == _TEXTS else leaf).alias(f"{name}.{field.name}"))
    return frame.select(LINE, *leaves)


def _products(primary: pl.DataFrame) -> pl.DataFrame:
    facts = [_facts(more, condition) for more, condition in zip(primary["_more"], primary["_condition"], strict=True)]
    return primary.select(
        "product_id", "title", "description", "brand", "categories", "product_url", "image_url", "gender", "age_group", "material",
        "pattern", "tags", "rating_value", "rating_count", "language", "created_at", LINE,
        pl.Series("attributes", facts, dtype=_TEXT),
    )  # fmt: skip


def _facts(more: str | None, condition: str | None) -> str | None:
    held = own_attributes(more) if more else {}
    if condition:
        held["condition"] = condition
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) if held else None


def _images(primary: pl.DataFrame) -> pl.DataFrame:
    """Every picture of a product, numbered in the order of the gallery."""
    images = primary.select("product_id", LINE, image_url="_images").explode(
        "image_url", empty_as_null=False, keep_nulls=False
    )
    place = pl.int_range(1, pl.len() + 1).over(LINE)
    return images.with_columns(image_id=pl.format("{}-{}", "product_id", place), position=place).filter(
        pl.col("image_url").is_not_null()
    )


layouts: Sequence[Layout] = (
    Layout(
        "retail-api/catalogue", Phrase("Google Retail API catalogue", "Google Retail API 商品目录"), RetailCatalogue,
        needs=("id|name", "title", either("price_info", "primary_product_id", "color_info", "language_code", "available_quantity")),
        knows=either(*SCHEMA).split("|"), formats=("json", "parquet"), schema=SCHEMA, place=1,
    ),
)  # fmt: skip
