"""Olist's orders, items, payments and reviews: the public Brazilian marketplace, and shops that keep the same layout.

Import the files together, as a folder: an order names a customer that is new with every order, and only the customers file
tells which of them are one person; totals stand in the items file, ways of paying in the payments file. Prices are reais, and
every item is one piece. Source: https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.fields import Rows, ident, money, number, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator

CURRENCY = "BRL"
_STATUS = {
    "created": "pending", "approved": "paid", "invoiced": "paid", "processing": "processing", "shipped": "shipped",
    "delivered": "delivered", "canceled": "cancelled", "unavailable": "cancelled",
}  # fmt: skip
_ADDED = ("total_minor", "shipping_minor", "payment_method", "region", "city", "postcode")
_UNKNOWN_STATUS = Phrase(
    "Olist has no such order status, which was left out: {names}", "Olist 没有以下订单状态，已略去：{names}"
)
_NO_PEOPLE = Phrase(
    "without the customers file every order has a customer of its own; import the folder as a whole",
    "没有客户文件，每个订单都成了一个新客户；请导入整个文件夹",
)
_NO_ORDER = Phrase(
    "no such order; import the orders file, then this one with --again",
    "没有此订单；请先导入订单文件，再用 --again 导入本文件",
)


class Orders(Translator):
    """Orders and their way to the customer, with what the files beside them add."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The orders of a batch, each with a shipment once there is something to say of one."""
        orders = Rows(frame, self.context).take(
            order_id=ident("order_id", need=True), customer_id=ident("customer_id", need=True), _status=text("order_status"),
            placed_at=time("order_purchase_timestamp", need=True), promised_at=time("order_estimated_delivery_date"),
            shipped_at=time("order_delivered_carrier_date"), delivered_at=time("order_delivered_customer_date"),
        )  # fmt: skip
        strange = sorted(set(orders["_status"].drop_nulls()) - set(_STATUS))
        if strange:
            self.context.note(_UNKNOWN_STATUS.format(names=", ".join(strange[:10])))
        orders = self._with_people(orders)
        for beside in (self._totals, self._ways_of_paying):
            if beside is not None:
                orders = orders.join(beside, on="order_id", how="left", maintain_order="left")
        added = [name for name in _ADDED if name in orders.columns]
        yield Part("orders", orders.select(
            "order_id", "customer_id", "placed_at", *added, LINE, currency=pl.lit(self.context.currency(CURRENCY)), country=pl.lit("BR"),
            status=pl.col("_status").replace_strict(_STATUS, default=None, return_dtype=pl.String),
        ))  # fmt: skip
        known = pl.max_horizontal("shipped_at", "delivered_at").fill_null(pl.col("placed_at"))
        yield Part("shipments", orders.filter(pl.col("promised_at").is_not_null()).select(
            "order_id", "promised_at", "shipped_at", "delivered_at", LINE, shipment_id="order_id", known_at=known,
        ))  # fmt: skip

    def _with_people(self, orders: pl.DataFrame) -> pl.DataFrame:
        people = self._people
        if people is None:  # whom an earlier import knew is not forgotten
            self.context.note(_NO_PEOPLE)
            held = self.context.store.frame("orders", ["order_id", "customer_id"]).rename({"customer_id": "_person"})
            joined = orders.join(held, on="order_id", how="left", maintain_order="left")
        else:
            joined = orders.join(people, on="customer_id", how="left", maintain_order="left")
        return joined.with_columns(customer_id=pl.coalesce("_person", "customer_id"))

    @cached_property
    def _people(self) -> pl.DataFrame | None:
        told = self.context.companion("olist/customers")
        return None if told is None else told.select(
            "customer_id", _person="customer_unique_id", postcode="customer_zip_code_prefix", city="customer_city", region="customer_state",
        ).unique("customer_id", keep="first", maintain_order=True)  # fmt: skip

    @cached_property
    def _totals(self) -> pl.DataFrame | None:
        told = self.context.companion("olist/items")
        if told is None:
            return None
        amounts = Rows(told, self.context).take(order_id=ident("order_id", need=True), _price=money("price", currency=CURRENCY),
                                                _freight=money("freight_value", currency=CURRENCY))  # fmt: skip
        self.context.take_refused()  # they are refused where that file itself is imported
        return amounts.group_by("order_id").agg(
            total_minor=(pl.col("_price") + pl.col("_freight").fill_null(0)).sum(),
            shipping_minor=pl.col("_freight").sum(),
        )

    @cached_property
    def _ways_of_paying(self) -> pl.DataFrame | None:
        """The way in which the most of an order was paid."""
        told = self.context.companion("olist/payments")
        if told is None:
            return None
        paid = told.with_columns(pl.col("payment_value").cast(pl.Float64, strict=False).fill_null(0))
        best = paid.sort("payment_value", "payment_type", descending=[True, False])
        return best.unique("order_id", keep="first", maintain_order=True).select(
            "order_id", payment_method="payment_type"
        )


class _OfOrders(Translator):
    """Rows that belong to orders, of which the store knows when they were placed and by whom."""

    @cached_property
    def _orders(self) -> pl.DataFrame:
        return self.context.store.frame("orders", ["order_id", "customer_id", "placed_at"])

    def _with_orders(self, rows: pl.DataFrame) -> pl.DataFrame:
        joined = rows.join(self._orders, on="order_id", how="left", maintain_order="left")
        self.context.refuse(joined.filter(pl.col("placed_at").is_null()), "order_id", pl.col("order_id"), _NO_ORDER)
        return joined.filter(pl.col("placed_at").is_not_null())


class Items(_OfOrders):
    """Order lines, one piece each; at the end what they tell of products: who sells them, for how much, since when."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sales: list[pl.DataFrame] = []

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The lines of a batch."""
        lines = self._with_orders(Rows(frame, self.context).take(
            order_id=ident("order_id", need=True), _item=whole("order_item_id", need=True), product_id=ident("product_id", need=True),
            seller_id=ident("seller_id"), unit_price_minor=money("price", need=True, currency=CURRENCY),
        ))  # fmt: skip
        self._sales = [_last_sales(pl.concat([*self._sales, lines.select(
            "product_id", "seller_id", "placed_at", LINE, created_at="placed_at", price_minor="unit_price_minor")]))]  # fmt: skip
        yield Part("order_lines", lines.select(
            "order_id", "customer_id", "product_id", "unit_price_minor", "placed_at", LINE, variant_id="product_id",
            order_line_id=pl.format("{}-{}", "order_id", "_item"), quantity=pl.lit(1), currency=pl.lit(self.context.currency(CURRENCY)),
        ))  # fmt: skip

    def finish(self) -> Iterator[Part]:
        """Each product with the seller and the price of its last sale; it counts as offered since its first one."""
        for sales in self._sales:
            yield Part("products", sales.select("product_id", "seller_id", "created_at", LINE))
            yield Part("variants", sales.select(
                "product_id", "price_minor", "created_at", LINE, variant_id="product_id", currency=pl.lit(self.context.currency(CURRENCY)),
            ))  # fmt: skip


def _last_sales(sales: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("seller_id", "price_minor", "placed_at").sort_by("placed_at", LINE).last()
    return (
        sales.group_by("product_id", maintain_order=True)
        .agg(last, pl.col("created_at").min(), pl.col(LINE).min())
        .select(sales.columns)
    )


class Payments(_OfOrders):
    """Payments, in the order in which a customer made them."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The payments of a batch; when each was made is not told, so the order's time stands for it."""
        payments = self._with_orders(Rows(frame, self.context).take(
            order_id=ident("order_id", need=True), _place=whole("payment_sequential", need=True), method=text("payment_type"),
            installments=whole("payment_installments"), amount_minor=money("payment_value", currency=CURRENCY),
        ))  # fmt: skip
        yield Part("payments", payments.select(
            "order_id", "method", "installments", "amount_minor", LINE, payment_id=pl.format("{}-{}", "order_id", "_place"),
            paid_at="placed_at", currency=pl.lit(self.context.currency(CURRENCY)),
        ))  # fmt: skip


class Reviews(_OfOrders):
    """Reviews speak of orders; where an order has one product only, of that product too."""

    @cached_property
    def _single(self) -> pl.DataFrame:
        lines = self.context.store.frame("order_lines", ["order_id", "product_id"]).unique()
        return lines.filter(pl.len().over("order_id") == 1)

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The reviews of a batch. One review may speak of several orders, and is then one of each."""
        reviews = self._with_orders(Rows(frame, self.context).take(
            _review=ident("review_id", need=True), order_id=ident("order_id", need=True), rating=number("review_score"),
            title=text("review_comment_title"), body=text("review_comment_message"), _sent=time("review_creation_date"),
            _answered=time("review_answer_timestamp"),
        ))  # fmt: skip
        reviews = reviews.join(self._single, on="order_id", how="left", maintain_order="left")
        yield Part("reviews", reviews.select(
            "order_id", "customer_id", "product_id", "rating", "title", "body", LINE, review_id=pl.format("{}-{}", "_review", "order_id"),
            language=pl.lit("pt-BR"), verified=pl.lit(value=True), written_at=pl.coalesce("_answered", "_sent"),
        ))  # fmt: skip


layouts: Sequence[Layout] = (
    Layout(
        "olist/orders", Phrase("Olist orders", "Olist 订单"), Orders,
        needs=("order_id", "customer_id", "order_status", "order_purchase_timestamp"),
        knows=("order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date", "order_estimated_delivery_date"),
        place=3, companions=("olist/customers", "olist/items", "olist/payments"),
    ),
    Layout(
        "olist/items", Phrase("Olist order items", "Olist 订单商品"), Items, needs=("order_id", "order_item_id", "product_id", "price"),
        knows=("seller_id", "shipping_limit_date", "freight_value"), place=4, companions=("olist/orders",),
    ),
    Layout(
        "olist/payments", Phrase("Olist payments", "Olist 支付"), Payments,
        needs=("order_id", "payment_sequential", "payment_type", "payment_value"), knows=("payment_installments",), place=5,
        companions=("olist/orders",),
    ),
    Layout(
        "olist/reviews", Phrase("Olist reviews", "Olist 评价"), Reviews, needs=("review_id", "order_id", "review_score"),
        knows=("review_comment_title", "review_comment_message", "review_creation_date", "review_answer_timestamp"), place=6,
        companions=("olist/orders", "olist/items"),
    ),
)  # fmt: skip
