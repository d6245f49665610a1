"""Olist's people, products and sellers: the files of the public Brazilian marketplace that its orders refer to.

Products have no titles, for Olist publishes none; their categories are in English where the translation file is imported with
them. Coordinates of postcodes have no table and are left out.
Source: https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Rows, ident, number, text
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.ledger import Ledger
from mercer.store.importing.markup import facts

SIZES = ("product_length_cm", "product_height_cm", "product_width_cm", "product_photos_qty")
_NO_TABLE = Phrase("postcode coordinates have no table and were left out", "邮编坐标没有对应的表，未导入")
_READ_BESIDE = Phrase("read beside the products file", "与商品文件一起读取")


class Customers(Translator):
    """People, by the id that stays the same from order to order; where somebody moved, the first address counts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._met = Ledger()

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The people who are met for the first time."""
        people = Rows(frame, self.context).take(
            customer_id=ident("customer_unique_id", need=True), postcode=ident("customer_zip_code_prefix"), city=text("customer_city"),
            region=text("customer_state"),
        )  # fmt: skip
        people = people.filter(self._met.first(people["customer_id"]))
        yield Part("customers", people.with_columns(country=pl.lit("BR")))


class Products(Translator):
    """Products without titles, for Olist publishes none; their category in English where the translation is there."""

    @cached_property
    def _english(self) -> Mapping[str, str]:
        told = self.context.companion("olist/categories")
        return (
            {}
            if told is None
            else dict(told.select("product_category_name", "product_category_name_english").iter_rows())
        )

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products of a batch."""
        products = Rows(frame, self.context).take(
            product_id=ident("product_id", need=True), _category=text("product_category_name"), weight_grams=number("product_weight_g"),
            **{f"_{name}": text(name) for name in SIZES},
        )  # fmt: skip
        category = pl.col("_category").replace(self._english).str.replace_all("_", " ")
        shown = pl.concat_str(category.str.head(1).str.to_uppercase(), category.str.slice(1))
        yield Part("products", products.select(
            "product_id", "weight_grams", facts({name.removeprefix("product_"): f"_{name}" for name in SIZES}), LINE,
            categories=pl.when(category.is_not_null()).then(pl.concat_list(shown)),
        ))  # fmt: skip


class Sellers(Translator):
    """Those who sell on the marketplace are its suppliers."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The sellers of a batch."""
        sellers = Rows(frame, self.context).take(supplier_id=ident("seller_id", need=True))
        yield Part("suppliers", sellers.with_columns(country=pl.lit("BR")))


class Categories(Translator):
    """English names of categories, which the products file takes from here."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """No rows of its own."""
        self.context.note(_READ_BESIDE)
        yield from ()


class Places(Translator):
    """Coordinates of postcodes."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """No rows: no table holds them."""
        self.context.note(_NO_TABLE)
        yield from ()


layouts: Sequence[Layout] = (
    Layout(
        "olist/categories", Phrase("Olist category names", "Olist 类目译名"), Categories,
        needs=("product_category_name", "product_category_name_english"), place=0,
    ),
    Layout(
        "olist/places", Phrase("Olist postcodes", "Olist 邮编坐标"), Places,
        needs=("geolocation_zip_code_prefix", "geolocation_lat", "geolocation_lng"), place=0,
    ),
    Layout("olist/sellers", Phrase("Olist sellers", "Olist 卖家"), Sellers, needs=("seller_id", "seller_zip_code_prefix"), place=1),
    Layout(
        "olist/customers", Phrase("Olist customers", "Olist 客户"), Customers, needs=("customer_id", "customer_unique_id"),
        knows=("customer_zip_code_prefix", "customer_city", "customer_state"), place=1,
    ),
    Layout(
        "olist/products", Phrase("Olist products", "Olist 商品"), Products,
        needs=("product_id", "product_category_name", "product_weight_g"), knows=(*SIZES, "product_name_lenght", "product_description_lenght"),
        place=2, companions=("olist/categories",),
    ),
)  # fmt: skip
