"""What WooCommerce's REST interface (v3) answers about customers and orders, saved as JSON.

Ids are WooCommerce's own numbers; who ordered as a guest is named by the e-mail address in small letters. Times are taken from
the ``_gmt`` fields where they are there. The price of a line is that before discounts, with tax where the order says that its
prices contain it. Source: https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.amounts import read_decimals
from mercer.store.importing.batch import LINE
from mercer.store.importing.fields import Field, Rows, currency, flag, ident, money, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.markup import facts
from mercer.store.importing.nested import ROW, flat, in_utc, members
from mercer.store.importing.vocabulary import country_codes

_TEXT = pl.String()
_PERSON = pl.Struct(dict.fromkeys(
    ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "email", "phone"), _TEXT
))  # fmt: skip
_ORDER: Mapping[str, pl.DataType] = {
    **dict.fromkeys(
        ("id", "number", "status", "currency", "date_created", "date_created_gmt", "date_paid", "date_paid_gmt", "discount_total", "discount_tax", "shipping_total", "total", "total_tax", "prices_include_tax", "customer_id",
         "customer_ip_address", "customer_note", "created_via", "payment_method", "payment_method_title",
         "transaction_id"), _TEXT),
    "billing": _PERSON, "shipping": _PERSON,
    "line_items": pl.List(pl.Struct(dict.fromkeys(
        ("id", "name", "product_id", "variation_id", "quantity", "subtotal", "subtotal_tax", "total", "total_tax", "sku"), _TEXT))),
    "coupon_lines": pl.List(pl.Struct({"code": _TEXT})), "refunds": pl.List(pl.Struct({"total": _TEXT})),
}  # fmt: skip
_CUSTOMER: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("id", "date_created", "date_created_gmt", "email", "first_name", "last_name", "role", "is_paying_customer"), _TEXT),
    "billing": _PERSON, "shipping": _PERSON,
}  # fmt: skip
_STATUS = {
    "pending": "pending", "on-hold": "pending", "checkout-draft": "pending", "processing": "processing", "completed": "completed",
    "cancelled": "cancelled", "trash": "cancelled", "refunded": "refunded", "failed": "failed",
}  # fmt: skip


class WooRestOrders(Translator):
    """Orders with their lines, payments, and the customers and products nobody else told of."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The orders of a batch."""
        records = in_utc(flat(frame, _ORDER), "date_created_gmt", "date_paid_gmt")
        taken = Rows(_summed_up(records), self.context).take(
            order_id=ident("id", need=True), placed_at=time("date_created_gmt", "date_created", need=True), state=text("status"),
            currency=currency("currency"), total_minor=money("total"), shipping_minor=money("shipping_total"), tax_minor=money("total_tax"),
            discount=money("discount_total"), discount_tax=money("discount_tax"), refunded_minor=money("_refunded"),
            taxed=flag("prices_include_tax"), account=ident("customer_id"), email=text("billing.email"), phone=text("billing.phone"),
            ip_address=text("customer_ip_address"), note=text("customer_note"),
            channel=text("created_via"), payment_method=text("payment_method_title", "payment_method"), paid_at=time("date_paid_gmt", "date_paid"),
            number=text("number"), first=text("billing.first_name", "shipping.first_name"),
            last=text("billing.last_name", "shipping.last_name"), _row=text(ROW), discount_code=text("_codes"), **_where("shipping", "billing"),
        )  # fmt: skip
        taken = taken.with_columns(
            country_codes(taken["country"]), **_whole_person(),
            status=pl.col("state").str.strip_prefix("wc-").replace_strict(_STATUS, default=None, return_dtype=pl.String),
            customer_id=pl.coalesce(pl.when(pl.col("account") != "0").then("account"), pl.col("email").str.to_lowercase()),
            discount_minor=pl.col("discount") + pl.when("taxed").then(pl.col("discount_tax").fill_null(0)).otherwise(0),
        )  # fmt: skip
        kept = pl.when(pl.col("number") != pl.col("order_id")).then("number").alias("number")
        yield Part("orders", taken.with_columns(kept).select(
            "order_id", "customer_id", "placed_at", "status", "currency", "total_minor", "shipping_minor", "tax_minor", "discount_minor",
            "refunded_minor", "discount_code", "payment_method", "channel", "email", "phone", "ip_address", "address", "country", "region",
            "city", "postcode", "note", facts({"number": "number"}), LINE,
        ))  # fmt: skip
        yield from self._lines(records, taken)
        yield _payments(taken)
        buyers = taken.filter(pl.col("customer_id").is_not_null()).sort(
            "placed_at", descending=True, maintain_order=True
        )
        buyers = buyers.unique("customer_id", keep="first", maintain_order=True)
        yield Part("customers", buyers.select("customer_id", "name", "email", "phone", *_PLACE, LINE), keep=True)

    def _lines(self, records: pl.DataFrame, orders: pl.DataFrame) -> Iterator[Part]:
        said = orders.select("_row", "order_id", "customer_id", "placed_at", "currency", "taxed")
        each = members(records, "line_items").join(said, on=ROW, maintain_order="left")
        taken = Rows(each, self.context).take(
            order_line_id=ident("line_items.id"), title=text("line_items.name"), product=ident("line_items.product_id"),
            variation=ident("line_items.variation_id"), sku=ident("line_items.sku"), quantity=whole("line_items.quantity", need=True),
            currency=currency("currency"), subtotal=money("line_items.subtotal", need=True), subtotal_tax=money("line_items.subtotal_tax"),
            total=money("line_items.total"), total_tax=money("line_items.total_tax"), order_id=text("order_id"), _row=text(ROW),
        )  # fmt: skip
        taken = taken.join(said.drop("order_id", "currency"), on=ROW, how="left", maintain_order="left")
        gross = pl.when("taxed").then(pl.col("subtotal_tax").fill_null(0)).otherwise(0)
        off = pl.when("taxed").then(pl.col("subtotal_tax").fill_null(0) - pl.col("total_tax").fill_null(0)).otherwise(0)
        pieces = pl.when(pl.col("quantity") != 0).then("quantity")
        place = pl.int_range(1, pl.len() + 1).over("order_id")
        lines = taken.with_columns(
            _present("product"), _present("variation"),
            order_line_id=pl.coalesce("order_line_id", pl.format("{}-{}", "order_id", place)),
            unit_price_minor=((pl.col("subtotal") + gross) / pieces).round().cast(pl.Int64),
            discount_minor=pl.max_horizontal(pl.col("subtotal") - pl.coalesce("total", "subtotal") + off, 0),
        )  # fmt: skip
        lines = self._placed(lines)
        yield Part("order_lines", lines.select(
            "order_line_id", "order_id", "customer_id", "product_id", "variant_id", "title", "quantity", "unit_price_minor", "discount_minor",
            "currency", "placed_at", LINE,
        ))  # fmt: skip
        yield Part(
            "products",
            lines.unique("product_id", keep="first", maintain_order=True).select("product_id", "title", LINE),
            keep=True,
        )

    def _placed(self, lines: pl.DataFrame) -> pl.DataFrame:
        """The product and variant of each line: by number, else by what the shop knows under its SKU."""
        named = pl.coalesce("variation", "product", "sku", pl.col("title").str.head(200), pl.lit("unnamed"))
        item = pl.col("product_id")
        known = self.context.variants["item"]
        rows = lines.with_columns(named.alias("product_id"))
        by_sku = ~item.is_in(known.implode()) & pl.col("sku").is_in(known.implode()).fill_null(value=False)
        found = self.context.resolve(rows.with_columns(pl.when(by_sku).then("sku").otherwise(item).alias("product_id")))
        lost = pl.col("variant_id").is_null()
        return found.with_columns(
            pl.when(lost).then(pl.coalesce("product", item)).otherwise(item).alias("product_id"),
            pl.when(lost).then("variation").otherwise("variant_id").alias("variant_id"),
        )


class WooCustomers(Translator):
    """Customers with an account."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The customers of a batch."""
        taken = Rows(in_utc(flat(frame, _CUSTOMER), "date_created_gmt"), self.context).take(
            customer_id=ident("id", need=True), email=text("email", "billing.email"), first=text("first_name", "billing.first_name"),
            last=text("last_name", "billing.last_name"), phone=text("billing.phone"), created_at=time("date_created_gmt", "date_created"),
            role=text("role"), paying=text("is_paying_customer"), **_where("billing", "shipping"),
        )  # fmt: skip
        taken = taken.with_columns(country_codes(taken["country"]), **_whole_person())
        yield Part("customers", taken.select(
            "customer_id", "name", "email", "phone", *_PLACE, "created_at", facts({"role": "role", "is_paying_customer": "paying"}), LINE
        ))  # fmt: skip


_PLACE = ("address", "country", "region", "city", "postcode")


def _where(first: str, second: str) -> dict[str, Field]:
    """The parts of an address, of the first one that has them."""
    parts = {
        "street": "address_1",
        "rest": "address_2",
        "country": "country",
        "region": "state",
        "city": "city",
        "postcode": "postcode",
    }
    return {target: text(f"{first}.{name}", f"{second}.{name}") for target, name in parts.items()}


def _whole_person() -> dict[str, pl.Expr]:
    """Name and street in one."""
    name = pl.concat_str("first", "last", separator=" ", ignore_nulls=True)
    street = pl.concat_str("street", "rest", separator=", ", ignore_nulls=True)
    return {"name": pl.when(name != "").then(name), "address": pl.when(street != "").then(street)}


def _summed_up(records: pl.DataFrame) -> pl.DataFrame:
    """What was refunded in all, and which coupons were used, as columns of text."""
    refunds = members(records, "refunds")
    amounts = refunds.select(ROW, amount=read_decimals(refunds["refunds.total"]).abs())
    back = amounts.group_by(ROW).agg(pl.col("amount").sum().round(4).cast(pl.String).alias("_refunded"))
    codes = pl.col("coupon_lines").list.eval(pl.element().struct.field("code")).list.drop_nulls().list.join(", ")
    return records.join(back, on=ROW, how="left", maintain_order="left").with_columns(codes.alias("_codes"))


def _present(name: str) -> pl.Expr:
    """An id, but for the 0 that stands for none."""
    return pl.when(pl.col(name) != "0").then(name).alias(name)


def _payments(orders: pl.DataFrame) -> Part:
    paid = orders.filter(pl.col("paid_at").is_not_null())
    status = pl.when(pl.col("status") == "refunded").then(pl.lit("refunded")).otherwise(pl.lit("captured"))
    return Part("payments", paid.select(
        "order_id", "currency", "paid_at", LINE, payment_id="order_id", method="payment_method", amount_minor="total_minor", status=status,
    ))  # fmt: skip


layouts = (
    Layout(
        "woocommerce/rest-customers", Phrase("customers from WooCommerce's REST interface", "WooCommerce REST 接口的客户"), WooCustomers,
        needs=("id", "email", "billing", "username|is_paying_customer|role"), knows=tuple(_CUSTOMER), formats=("json", "parquet"),
        schema=_CUSTOMER, lacks=("line_items",), place=1,
    ),
    Layout(
        "woocommerce/rest-orders", Phrase("orders from WooCommerce's REST interface", "WooCommerce REST 接口的订单"), WooRestOrders,
        needs=("id", "line_items", "billing", "date_created|date_created_gmt"), knows=tuple(_ORDER), formats=("json", "parquet"),
        schema=_ORDER, place=3,
    ),
)  # fmt: skip
