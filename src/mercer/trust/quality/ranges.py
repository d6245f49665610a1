"""Values that cannot be: prices of nothing, quantities of a harvest, dates of the future, codes nobody knows."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.trust.quality.checks import Check, check
from mercer.trust.quality.view import View

FAR_OFF = 5.0
"""Robust standard deviations of the log price from its category's median. The deviation is taken to be LEAST_MAD at least, and
FEW products at least make a category that can be judged."""
LEAST_MAD, FEW = 0.25, 8

APART = 3.0
"""Times the nearest price that is not far off."""

MANY = 50
"""Times the shop's 95th percentile of quantities in a line, and a hundred pieces at least."""

SHOPS_BEGAN = datetime(1994, 1, 1, tzinfo=UTC)
"""Before this nobody sold on line: a date before it is a default value, such as 1970."""


@check(
    "ranges.free_line",
    "order_lines.unit_price_minor",
    severity="low",
    mild=0.0,
    says=Phrase(
        "{count} of {rows} order lines ({share}) were sold at a price of nothing or less",
        "{rows} 条订单行中有 {count} 条（{share}）的成交价为零或负数",
    ),
    costs=Phrase("are gifts, write-offs or corrections rather than sales", "是赠品、报损或更正，而非销售"),
    repair=Phrase(
        "leave stock corrections and fees out of the export of orders; gifts may stay",
        "订单导出中请去掉库存更正与费用；赠品可保留",
    ),
    reads={"order_lines": ("order_line_id", "quantity", "unit_price_minor")},
)
def free_line(view: View) -> pl.LazyFrame:
    """Lines with pieces but without a price."""
    free = (pl.col("unit_price_minor") <= 0) & (pl.col("quantity") > 0)
    return (
        view.frame("order_lines")
        .filter(free)
        .select(pl.col("order_line_id").alias("id"), pl.lit(1).alias("interactions"))
    )


@check(
    "ranges.free_variant",
    "variants.price_minor",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} variants ({share}) cost nothing", "{rows} 个规格中有 {count} 个（{share}）的价格为零"
    ),
    costs=Phrase("are with products that would be recommended as free", "涉及会被当作免费商品推荐的商品"),
    repair=Phrase("give them a price, or archive the product", "请补上价格，或下架该商品"),
    reads={"variants": ("variant_id", "product_id", "price_minor")},
)
def free_variant(view: View) -> pl.LazyFrame:
    """Variants that cost nothing."""
    held = view.frame("variants").filter(pl.col("price_minor") <= 0)
    return held.select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "ranges.price_outlier",
    "variants.price_minor",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} variants are priced far from everything else in their category",
        "{count} 个规格的价格与同类目其他商品相差悬殊",
    ),
    costs=Phrase(
        "are with products whose price is probably wrong by a factor (a decimal point lost, another currency)",
        "涉及价格很可能错了数量级的商品（小数点丢失，或币种不同）",
    ),
    repair=Phrase("compare these prices with the platform", "请在平台上核对这些价格"),
    reads={
        "variants": ("variant_id", "product_id", "price_minor", "currency"),
        "products": ("product_id", "categories", "status"),
    },
)
def price_outlier(view: View) -> pl.LazyFrame:
    """Variants whose price is far from the middle of their category, by robust deviations of its logarithm, and apart.

    Telephones stand among telephone cases, with every price between; what is wrong by a factor stands alone.
    """
    first = pl.col("categories").list.first().alias("category")
    shelves = view.frame("products").select("product_id", first).filter(pl.col("category").is_not_null())
    held = view.on_sale(view.frame("variants").filter(pl.col("price_minor") > 0)).join(shelves, on="product_id")
    held = held.with_columns(log=pl.col("price_minor").log(), unit=pl.col("currency").fill_null(view.currency))
    group = ["category", "unit"]
    held = held.with_columns(
        away=pl.col("log") - pl.col("log").median().over(group), size=pl.col("product_id").n_unique().over(group)
    )
    spread = pl.max_horizontal(pl.col("away").abs().median().over(group), pl.lit(LEAST_MAD)) / 0.6745
    far = (pl.col("size") >= FEW) & (pl.col("away").abs() > FAR_OFF * spread)
    held = held.with_columns(far=far)
    near = pl.when(~pl.col("far")).then("log")
    low, high = near.min().over(group), near.max().over(group)
    apart = (pl.col("log") > high + math.log(APART)) | (pl.col("log") < low - math.log(APART))
    return held.filter(pl.col("far") & apart).select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "ranges.quantity_outlier",
    "order_lines.quantity",
    severity="low",
    says=Phrase(
        "{count} order lines are of a quantity more than fifty times what is usual here",
        "{count} 条订单行的数量超过通常数量的五十倍",
    ),
    costs=Phrase("weigh as much as thousands of others in any sum of pieces", "在任何按件数的统计中都抵得上成千上万行"),
    repair=Phrase(
        "typing errors or wholesale? Where they are errors, correct or cancel them on the platform",
        "是录入错误还是批发？若是错误，请在平台上更正或取消",
    ),
    reads={"order_lines": ("order_line_id", "quantity")},
)
def quantity_outlier(view: View) -> pl.LazyFrame | None:
    """Lines of far more pieces than lines of this shop have."""
    pieces = pl.col("quantity").abs()
    usual = view.frame("order_lines").select(pieces.quantile(0.95, "lower")).collect().item()
    if usual is None:
        return None
    held = view.frame("order_lines").filter(pieces > max(100, MANY * usual))
    return held.select(
        pl.col("order_line_id").alias("id"), (pl.col("quantity") > 0).cast(pl.Int64).alias("interactions")
    )


def _dated(table: str, when: str, what: Phrase, costs: Phrase) -> Check:
    time, key = declared(table).time or "", declared(table).key[0]
    future = when == "future"

    @check(
        f"ranges.{when}_{table}",
        f"{table}.{time}",
        severity="high" if future else "medium",
        mild=0.001,
        says=what,
        costs=costs,
        repair=Phrase(
            "look at time zones, and at day and month swapped; correct the dates and import again",
            "请检查时区、日月是否颠倒；改正后重新导入",
        )
        if future
        else Phrase(
            "look for default dates such as 1970-01-01; leave the time empty where it is not known",
            "请查找 1970-01-01 之类的默认日期；时间未知时请留空",
        ),
        reads={table: (key, time)},
    )
    def dated(view: View) -> pl.LazyFrame | None:
        if future:
            wrong = pl.col(time) > view.now + timedelta(days=1)
        else:
            low, high = view.frame(table).select(pl.col(time).quantile(0.001, "nearest"), pl.col(time).quantile(0.999, "nearest").alias("high")).collect().row(0)  # fmt: skip
            if low is None:
                return None
            wrong = (pl.col(time) < SHOPS_BEGAN) | (pl.col(time) < low - max(timedelta(days=365), high - low))
        return view.frame(table).filter(wrong).select(pl.col(key).alias("id"))

    return dated


DATED = tuple(
    _dated(
        table, when,
        Phrase("{count} {things} are dated in the future", "{count} {things}的时间在未来").format(
            count="{count}", things=things) if when == "future" else
        Phrase("{count} {things} are dated long before all others", "{count} {things}的时间远早于其他所有记录").format(
            count="{count}", things=things),
        Phrase("would be in the past of no split: nothing is learnt from them, and they push the end of the data away",
               "不在任何训练区间内：学不到东西，还会把数据末尾推远") if when == "future" else
        Phrase("stretch the shop's history to years in which it did not exist", "把店铺历史拉长到它尚不存在的年份"),
    )
    for table, things in {
        "events": Phrase("events", "个事件"), "orders": Phrase("orders", "个订单"), "reviews": Phrase("reviews", "条评价"),
    }.items()
    for when in ("future", "early")
)  # fmt: skip
