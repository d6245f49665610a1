"""Shopify's order export: one row a line; what is said of the whole order stands on its first row only.

An order is its name ('#1001'), as Shopify shows it to everybody and hands it to Analytics. A customer is the 'Customer ID'
where the file has one, else the e-mail address in small letters, else the telephone number. Lines are found among the shop's
variants by their SKU, else by their title. Only sums say what was refunded, so that refunds stand with the order.
Source: https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Field, Rows, currency, flag, ident, money, text, time, whole
from mercer.store.importing.groups import HEAD, PLACE, Groups
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.markup import facts
from mercer.store.importing.vocabulary import country_codes, word_key

_CARRIED = ("created_at", "paid_at", "currency", "customer_id", "email", "phone")


def _place(part: str) -> tuple[str, str]:
    return f"shipping_{part}", f"billing_{part}"


_LINE: dict[str, Field] = {
    "placed_at": time("created_at", "paid_at", need=True),
    "currency": currency("currency"),
    "quantity": whole("lineitem_quantity", need=True),
    "title": text("lineitem_name"),
    "unit_price_minor": money("lineitem_price", need=True),
    "line_discount": money("lineitem_discount"),
    "sku": ident("lineitem_sku"),
    "account": ident("customer_id"),
    "email": text("email"),
    "phone": text("phone"),
}
_ORDER: dict[str, Field] = {
    "total_minor": money("total"),
    "shipping_minor": money("shipping"),
    "tax_minor": money("taxes"),
    "discount_minor": money("discount_amount"),
    "refunded_minor": money("refunded_amount"),
    "discount_code": text("discount_code"),
    "payment_method": text("payment_method"),
    "channel": text("source"),
    "address": text("shipping_street", "shipping_address1", "billing_street", "billing_address1"),
    "country": text(*_place("country")),
    "region": text(*_place("province_name"), *_place("province")),
    "city": text(*_place("city")),
    "postcode": text(*_place("zip")),
    "device_id": ident("device_id"),
    "cancelled_at": time("canceled_at", "cancelled_at"),
    "note": text("notes"),
}
_LEFT: dict[str, Field] = {
    "financial": text("financial_status"),
    "fulfilment": text("fulfillment_status"),
    "paid_at": time("paid_at"),
    "shipped_at": time("fulfilled_at"),
    "accepts_marketing": flag("accepts_marketing"),
    "buyer": text("billing_name", "shipping_name"),
    "platform_id": ident("id"),
    "risk_level": text("risk_level"),
    "tags": text("tags"),
    "shipping_method": text("shipping_method"),
}
_NAMES = {name for each in (_LINE, _ORDER, _LEFT) for field in each.values() for name in field.names}


class ShopifyOrders(Translator):
    """Rows become orders, their lines, payments and parcels, and the customers and products nobody else told of."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._groups = Groups(context, "name", _CARRIED)

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The orders that begin in a batch, and the lines that stand in it."""
        _, names = Rows(frame, self.context).raw(("name",))
        filled = self._groups.fill(frame, names)
        taken = Rows(filled, self.context).take(order_id=ident("name", need=True), **_LINE, **_ORDER, **_LEFT)
        # Shopify writes an apostrophe before digits, so that spreadsheets leave them alone.
        rows = self._groups.settle(filled, taken).with_columns(pl.col("postcode", "phone", "sku").str.strip_prefix("'"))
        rows = rows.with_columns(customer_id=pl.coalesce("account", pl.col("email").str.to_lowercase(), "phone"))
        heads = rows.filter(HEAD)
        heads = heads.with_columns(country_codes(heads["country"]), status=_status(heads))
        yield self._orders(heads)
        yield from self._lines(rows)
        yield _payments(heads)
        yield _parcels(heads)
        yield _customers(heads)

    def _orders(self, heads: pl.DataFrame) -> Part:
        there = set(self.context.look.columns)
        told = [name for name, field in _ORDER.items() if there & set(field.names)]
        extra = facts(
            {"id": "platform_id", "risk_level": "risk_level", "tags": "tags", "shipping_method": "shipping_method"}
        )
        return Part("orders", heads.select(
            "order_id", "customer_id", "placed_at", "status", "currency", "email", "phone", *told, extra, LINE
        ))  # fmt: skip

    def _lines(self, rows: pl.DataFrame) -> Iterator[Part]:
        found = self.context.resolve(rows.with_columns(product_id=self._goods(rows)))
        yield Part("order_lines", found.select(
            "order_id", "customer_id", "product_id", "variant_id", "title", "quantity", "unit_price_minor", "currency", "placed_at", LINE,
            order_line_id=pl.format("{}-{}", "order_id", PLACE), discount_minor=pl.col("line_discount").fill_null(0),
        ))  # fmt: skip
        unknown = found.filter(pl.col("variant_id").is_null()).unique("product_id", keep="first", maintain_order=True)
        yield Part("products", unknown.select("product_id", "title", LINE), keep=True)

    def _goods(self, rows: pl.DataFrame) -> pl.Series:
        """What each line is of: its SKU where the shop knows that, else what the shop sells under its title, else its SKU or title."""
        known = rows["sku"].is_in(self.context.variants["item"].implode()).fill_null(value=False)
        if known.all():
            return rows["sku"]
        found = rows.select("title").join(self._by_title, on="title", how="left", maintain_order="left")["item"]
        named = rows["title"].str.head(200)
        return pl.select(pl.when(known).then(rows["sku"]).otherwise(
            pl.coalesce(found, rows["sku"], named, pl.lit("unnamed"))
        )).to_series()  # fmt: skip

    @cached_property
    def _by_title(self) -> pl.DataFrame:
        """What is for sale under each title that a line may have: that of the product, or with that of the variant after it."""
        store = self.context.store
        products = store.frame("products", ["product_id", "title"]).filter(pl.col("title").is_not_null())
        variants = store.frame("variants", ["variant_id", "product_id", "title"]).rename({"title": "variant"})
        whole = variants.join(products, on="product_id").select(
            item="variant_id", title=pl.when(pl.col("variant").is_null()).then("title").otherwise(pl.format("{} - {}", "title", "variant"))
        )  # fmt: skip
        bare = products.select(item="product_id", title="title")
        return pl.concat([whole, bare]).unique("title", keep="first", maintain_order=True)


def _status(heads: pl.DataFrame) -> pl.Series:
    """Our word for where an order stands, from what became of its money and of its goods."""
    money_word, goods_word = word_key(heads["financial"]), word_key(heads["fulfilment"])
    words = pl.DataFrame([heads["cancelled_at"], money_word.alias("money"), goods_word.alias("goods")])
    money, goods = pl.col("money"), pl.col("goods")
    return words.select(
        pl.when(pl.col("cancelled_at").is_not_null() | (money == "voided")).then(pl.lit("cancelled"))
        .when(money == "refunded").then(pl.lit("refunded"))
        .when(money == "expired").then(pl.lit("failed"))
        .when(goods == "fulfilled").then(pl.lit("shipped"))
        .when(goods == "partial").then(pl.lit("processing"))
        .when(money.is_in(["paid", "partially_paid", "partially_refunded"])).then(pl.lit("paid"))
        .when(money.is_not_null() | goods.is_not_null()).then(pl.lit("pending")).alias("status")
    ).to_series()  # fmt: skip


def _payments(heads: pl.DataFrame) -> Part:
    """One payment an order: the export names no more, even where there were several."""
    words = {"paid": "captured", "partially_paid": "captured", "partially_refunded": "captured", "refunded": "refunded",
             "authorized": "authorised"}  # fmt: skip
    state = word_key(heads["financial"]).replace_strict(words, default=None, return_dtype=pl.String)
    paid = heads.with_columns(state.alias("state")).filter(
        pl.col("payment_method").is_not_null() | pl.col("paid_at").is_not_null()
    )
    return Part("payments", paid.select(
        "order_id", "currency", "paid_at", LINE, payment_id="order_id", method="payment_method", amount_minor="total_minor", status="state",
    ))  # fmt: skip


def _parcels(heads: pl.DataFrame) -> Part:
    sent = heads.filter(pl.col("shipped_at").is_not_null())
    return Part("shipments", sent.select("order_id", "shipped_at", LINE, shipment_id="order_id"))


def _customers(heads: pl.DataFrame) -> Part:
    """Those who ordered, as their latest order in the batch describes them; a list of customers knows them better."""
    known = heads.filter(pl.col("customer_id").is_not_null())
    latest = known.sort("placed_at", descending=True, maintain_order=True).unique(
        "customer_id", keep="first", maintain_order=True
    )
    return Part("customers", latest.select(
        "customer_id", "email", "phone", "address", "country", "region", "city", "postcode", "accepts_marketing", LINE, name="buyer",
    ), keep=True)  # fmt: skip


layouts = (
    Layout(
        "shopify/orders", Phrase("Shopify's order export", "Shopify 订单导出"), ShopifyOrders,
        needs=("name", "lineitem_quantity", "lineitem_price", "created_at|paid_at"), knows=_NAMES, formats=("csv", "parquet"), place=3,
    ),
)  # fmt: skip
