"""Orders, parcels and refunds that contradict themselves or one another."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import View

TIMES = 10
"""A price so many times another one is a slip of the decimal point, or in another currency."""

CLOSE = 0.01
"""Totals may differ by so much of the greater: rounding per line, and by 2 minor units at least."""


@check(
    "contradictory.order_total",
    "orders.total_minor",
    severity="medium",
    mild=0.02,
    says=Phrase(
        "{count} of {rows} orders ({share}) charge something else than their lines add up to, with or without shipping, tax and discount",
        "{rows} 个订单中有 {count} 个（{share}）的总额与各行合计不符（无论是否计入运费、税和折扣）",
    ),
    costs=Phrase(
        "carry an amount that cannot be trusted: customer value and revenue are off", "金额不可信：客户价值与收入会算错"
    ),
    repair=Phrase(
        "compare one of the orders with the platform: lines missing from the export, or amounts in another currency, are the usual causes",
        "请挑一个订单与平台核对：常见原因是导出缺行，或金额的币种不同",
    ),
    reads={
        "orders": ("order_id", "total_minor", "shipping_minor", "tax_minor", "discount_minor", "currency"),
        "order_lines": ("order_id", "quantity", "unit_price_minor", "discount_minor", "currency"),
    },
)
def order_total(view: View) -> pl.LazyFrame:
    """Orders whose total is none of the sums that platforms write."""
    goods = pl.col("quantity") * pl.col("unit_price_minor")
    lines = view.frame("order_lines").group_by("order_id").agg(goods.sum().alias("goods"),
                                                               pl.col("discount_minor").fill_null(0).sum().alias("line_discount"))  # fmt: skip
    held = view.frame("orders").filter(pl.col("total_minor").is_not_null()).join(lines, on="order_id", how="inner")
    parts = {name: pl.col(name).fill_null(0) for name in ("shipping_minor", "tax_minor", "discount_minor")}
    slack = pl.max_horizontal(pl.lit(2.0), CLOSE * pl.col("total_minor").abs())
    # Whether tax and shipping are on top, and whether discounts are of the order or of its lines, differs from platform to
    # platform; an order is in doubt when no reading of it adds up.
    readings = [
        pl.col("goods") - off + ship + tax
        for off in (
            pl.lit(0),
            parts["discount_minor"],
            pl.col("line_discount"),
            parts["discount_minor"] + pl.col("line_discount"),
        )
        for ship in (pl.lit(0), parts["shipping_minor"])
        for tax in (pl.lit(0), parts["tax_minor"])
    ]
    nearest = pl.min_horizontal([(reading - pl.col("total_minor")).abs() for reading in readings])
    return held.filter(nearest > slack).select(pl.col("order_id").alias("id"))


@check(
    "contradictory.line_price",
    "order_lines.unit_price_minor",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} order lines ({share}) were sold for less than a tenth or more than ten times what the variant usually costs",
        "{rows} 条订单行中有 {count} 条（{share}）的成交价不到该规格通常价格的十分之一，或超过十倍",
    ),
    costs=Phrase(
        "carry a price that is hardly right: price filters and revenue are off", "价格很可能有误：价格筛选与收入会出错"
    ),
    repair=Phrase(
        "look whether prices are in major units in one export and in minor units in the other, or in another currency",
        "请检查是否一份导出以元计、另一份以分计，或币种不同",
    ),
    reads={
        "order_lines": ("order_line_id", "product_id", "variant_id", "quantity", "unit_price_minor", "currency"),
        "variants": ("variant_id", "price_minor", "currency"),
        "products": ("product_id", "status"),
    },
)
def line_price(view: View) -> pl.LazyFrame:
    """Lines sold far below or above both the variant's price now and the price at which it is sold in the middle.

    Prices change, and trade customers pay less; a factor of ten is a decimal point or a currency. Postage and fees, which are
    archived, cost what they cost.
    """
    priced = view.frame("variants").filter(pl.col("price_minor") > 0)
    priced = priced.select("variant_id", pl.col("price_minor").alias("asked"), pl.col("currency").alias("asked_in"))
    lines = view.on_sale(view.frame("order_lines").filter((pl.col("unit_price_minor") > 0) & (pl.col("quantity") > 0)))
    same = pl.col("currency").fill_null(view.currency) == pl.col("asked_in").fill_null(view.currency)
    paid, usual = pl.col("unit_price_minor"), pl.col("unit_price_minor").median().over("variant_id")
    far = [pl.max_horizontal(paid / price, price / paid) > TIMES for price in (pl.col("asked"), usual)]
    held = lines.join(priced, on="variant_id").filter(same).filter(far[0] & far[1])
    return held.select(pl.col("order_line_id").alias("id"), pl.lit(1).alias("interactions"))


@check(
    "contradictory.delivery",
    "shipments.delivered_at",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} parcels were delivered before they were sent, or sent before the order was placed",
        "{rows} 个包裹中有 {count} 个在发出之前就送达，或在下单之前就发出",
    ),
    costs=Phrase(
        "have times in the wrong order: delivery promises learnt from them are too good",
        "时间先后颠倒：据此学到的送达承诺会过于乐观",
    ),
    repair=Phrase("look at the time zones of the two exports", "请检查两份导出的时区"),
    reads={"shipments": ("shipment_id", "order_id", "shipped_at", "delivered_at"), "orders": ("order_id", "placed_at")},
)
def delivery(view: View) -> pl.LazyFrame:
    """Parcels whose times run backwards."""
    held = view.frame("shipments").join(view.frame("orders").select("order_id", "placed_at"), on="order_id", how="left")
    wrong = (
        (pl.col("delivered_at") < pl.col("shipped_at")).fill_null(False)
        | (pl.col("delivered_at") < pl.col("placed_at")).fill_null(False)
        | (pl.col("shipped_at") < pl.col("placed_at")).fill_null(False)
    )
    return held.filter(wrong).select(pl.col("shipment_id").alias("id"))


@check(
    "contradictory.cancelled",
    "orders.cancelled_at",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} orders were cancelled before they were placed, or are cancelled and delivered at once",
        "{count} 个订单在下单之前就被取消，或既已取消又已送达",
    ),
    costs=Phrase("say two things about how the order ended", "对订单结局的说法自相矛盾"),
    repair=Phrase("look at the status and the times of the order on the platform", "请在平台上核对订单的状态与时间"),
    reads={"orders": ("order_id", "status", "placed_at", "cancelled_at"), "shipments": ("order_id", "delivered_at")},
)
def cancelled(view: View) -> pl.LazyFrame:
    """Orders cancelled before they were placed, or cancelled and delivered."""
    delivered = view.frame("shipments").filter(pl.col("delivered_at").is_not_null()).select("order_id").unique()
    early = view.frame("orders").filter(pl.col("cancelled_at") < pl.col("placed_at")).select("order_id")
    both = view.frame("orders").filter(pl.col("status") == "cancelled").join(delivered, on="order_id", how="semi")
    return (
        pl.concat([early, both.select("order_id")]).unique(maintain_order=True).select(pl.col("order_id").alias("id"))
    )


@check(
    "contradictory.cancelled_sign",
    "order_lines.quantity",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} lines of cancelled or refunded orders have a positive quantity, where this shop writes a negative one",
        "{count} 条已取消或已退款订单的行数量为正，而该店铺通常记为负数",
    ),
    costs=Phrase("count as sales though nothing was sold", "被当作销售，实际并未售出"),
    repair=Phrase(
        "give these lines a negative quantity, or take the mark of cancellation off the order",
        "请将这些行的数量改为负，或去掉订单的取消标记",
    ),
    reads={
        "orders": ("order_id", "status"),
        "order_lines": ("order_line_id", "order_id", "quantity", "unit_price_minor"),
    },
)
def cancelled_sign(view: View) -> pl.LazyFrame | None:
    """Positive lines in cancelled orders, in a shop that writes these negative."""
    undone = view.frame("orders").filter(pl.col("status").is_in(["cancelled", "refunded"])).select("order_id")
    # Lines without a price are stock corrections, whatever their sign: ranges.free_line names them.
    lines = (
        view.frame("order_lines")
        .filter(pl.col("unit_price_minor").fill_null(1) != 0)
        .join(undone, on="order_id", how="semi")
    )
    negative = lines.select((pl.col("quantity") < 0).mean()).collect().item()
    if negative is None or negative < 0.5:  # the platform keeps cancelled orders as they were placed
        return None
    return lines.filter(pl.col("quantity") > 0).select(
        pl.col("order_line_id").alias("id"), pl.lit(1).alias("interactions")
    )


@check(
    "contradictory.refund",
    "orders.refunded_minor",
    severity="medium",
    mild=0.01,
    says=Phrase("{count} orders gave back more than was paid", "{count} 个订单退回的金额超过了实付金额"),
    costs=Phrase("make customers look worth less than nothing", "让客户的价值看起来为负"),
    repair=Phrase(
        "look whether the refund was booked twice, or in another currency", "请检查退款是否重复入账，或币种不同"
    ),
    reads={"orders": ("order_id", "total_minor", "refunded_minor")},
)
def refund(view: View) -> pl.LazyFrame:
    """Orders that gave back more than they took."""
    more = (pl.col("refunded_minor") > pl.col("total_minor") + 2) & (pl.col("total_minor") >= 0)
    return view.frame("orders").filter(more).select(pl.col("order_id").alias("id"))


@check(
    "contradictory.currency",
    "order_lines.currency",
    severity="high",
    mild=0.01,
    says=Phrase("{count} order lines are in another currency than their order", "{count} 条订单行的币种与所属订单不同"),
    costs=Phrase("mix currencies in one sum", "在同一合计中混用了币种"),
    repair=Phrase("export both in the shop's own currency", "请统一以店铺本币导出"),
    reads={"order_lines": ("order_line_id", "order_id", "currency"), "orders": ("order_id", "currency")},
)
def currency(view: View) -> pl.LazyFrame:
    """Lines in another currency than their order's."""
    orders = view.frame("orders").select("order_id", pl.col("currency").alias("paid_in"))
    held = view.frame("order_lines").join(orders, on="order_id").filter(pl.col("currency") != pl.col("paid_in"))
    return held.select(pl.col("order_line_id").alias("id"), pl.lit(1).alias("interactions"))


@check(
    "contradictory.review",
    "reviews.written_at",
    severity="low",
    says=Phrase(
        "{count} reviews were written before the order they speak of was placed", "{count} 条评价写于所评订单下单之前"
    ),
    costs=Phrase("cannot be from somebody who had the product", "不可能来自已收到商品的人"),
    repair=Phrase(
        "look at the time zones, or whether reviews were moved here from another shop",
        "请检查时区，或评价是否由别的店铺迁入",
    ),
    reads={"reviews": ("review_id", "order_id", "written_at"), "orders": ("order_id", "placed_at")},
)
def review(view: View) -> pl.LazyFrame:
    """Reviews from before the day of their order."""
    held = view.frame("reviews").join(view.frame("orders").select("order_id", "placed_at"), on="order_id")
    # Platforms keep the day of a review only, so the same day is no contradiction.
    return held.filter(pl.col("written_at") < pl.col("placed_at").dt.truncate("1d")).select(
        pl.col("review_id").alias("id")
    )
