"""What the past could not have known: rows known before they happened, times of the export, outcomes written into events."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.tables import table as declared
from mercer.trust.quality.checks import Check, check
from mercer.trust.quality.view import View

STAMPED = 0.2
"""A time that so many of a table's rows share, and BULK of them at least, is the time of a bulk load, not of what happened."""
BULK = 100


def _known_before(table: str) -> Check:
    time, key = declared(table).time or "", declared(table).key[0]

    @check(
        f"leaking.known_before_in_{table}",
        f"{table}.known_at",
        severity="medium",
        mild=0.001,
        says=Phrase(
            f"{{count}} of {{rows}} {table} were known before they happened",
            f"{table} 的 {{rows}} 行中有 {{count}} 行在发生之前就已得知",
        ),
        costs=Phrase("let a model see the future it is asked about", "让模型看到了本应由它预测的未来"),
        repair=Phrase(
            "one of the two times is wrong: look at the time zones, or leave known_at empty",
            "两个时间中有一个是错的：请检查时区，或将 known_at 留空",
        ),
        reads={table: (key, time, "known_at")},
    )
    def known_before(view: View) -> pl.LazyFrame:
        # A clock may be off by a little; an hour is a time zone.
        wrong = pl.col("known_at") < pl.col(time) - pl.duration(minutes=5)
        return view.frame(table).filter(wrong).select(pl.col(key).alias("id"))

    return known_before


KNOWN_BEFORE = tuple(_known_before(table) for table in ("events", "orders", "reviews", "returns", "labels"))


def _stamped(table: str, costs: Phrase) -> Check:
    time, key = declared(table).time or "", declared(table).key[0]

    @check(
        f"leaking.stamped_{table}",
        f"{table}.{time}",
        severity="medium",
        says=Phrase(
            f"{{count}} of {{rows}} {table} ({{share}}) carry one and the same time: that of a bulk load",
            f"{table} 的 {{rows}} 行中有 {{count}} 行（{{share}}）时间完全相同：那是批量导入的时间",
        ),
        costs=costs,
        repair=Phrase(
            "export the time at which it happened; leave it empty where it is not known",
            "请导出事情实际发生的时间；未知则留空",
        ),
        reads={table: (key, time)},
    )
    def stamped(view: View) -> pl.LazyFrame | None:
        rows = view.frame(table).filter(pl.col(time).is_not_null())
        top = rows.group_by(time).len().sort("len", descending=True).head(1).collect()
        if top.is_empty() or top["len"][0] < max(BULK, STAMPED * view.rows(table)):
            return None
        return rows.filter(pl.col(time) == top[time][0]).select(pl.col(key).alias("id"))

    return stamped


_TIMELESS = Phrase(
    "have lost their order in time: no split into past and future can be trusted",
    "失去了先后顺序：任何按时间的切分都不可信",
)
STAMPED_TABLES = (
    _stamped("events", _TIMELESS),
    _stamped("orders", _TIMELESS),
    _stamped("reviews", Phrase("have lost their order in time", "失去了先后顺序")),
    _stamped(
        "products",
        Phrase("seem new on the same day: new products cannot be told from old ones", "看似同日上架：分不清新品与旧品"),
    ),
    _stamped(
        "customers",
        Phrase(
            "seem to have come on the same day: newcomers cannot be told from regulars",
            "看似同日注册：分不清新客与老客",
        ),
    ),
)


@check(
    "leaking.first_seen",
    "customers.created_at",
    severity="medium",
    from_share=0.02,
    says=Phrase(
        "{count} of {rows} customers ({share}) were created a day or more after their first order",
        "{rows} 个客户中有 {count} 个（{share}）的注册时间比首个订单晚一天以上",
    ),
    costs=Phrase(
        "carry the time of an export or a migration, which tells who would stay",
        "带的是导出或迁移的时间，会泄露谁会留下来",
    ),
    repair=Phrase("export when the account was made, or leave it empty", "请导出账户的注册时间，或留空"),
    reads={"customers": ("customer_id", "created_at"), "orders": ("customer_id", "placed_at")},
)
def first_seen(view: View) -> pl.LazyFrame:
    """Customers whose account is younger than their first order."""
    first = view.frame("orders").group_by("customer_id").agg(pl.col("placed_at").min())
    held = view.frame("customers").join(first, on="customer_id")
    late = pl.col("created_at") > pl.col("placed_at") + pl.duration(days=1)
    return held.filter(late).select(pl.col("customer_id").alias("id"))


@check(
    "leaking.labels",
    "labels.known_at",
    severity="high",
    from_share=0.05,
    says=Phrase(
        "{count} of {rows} labels ({share}) are known in the moment of what they judge",
        "{rows} 个标签中有 {count} 个（{share}）在事发当刻就已得知",
    ),
    costs=Phrase(
        "are verdicts that took days in truth: tests on them look better than life will be",
        "的结论实际需要数天才会得出：测试结果会好于现实",
    ),
    repair=Phrase(
        "export when the chargeback or verdict arrived, as known_at", "请导出拒付或裁定到达的时间，作为 known_at"
    ),
    reads={"labels": ("label_id", "occurred_at", "known_at")},
)
def labels(view: View) -> pl.LazyFrame:
    """Verdicts that were known at the moment of the deed."""
    at_once = pl.col("occurred_at").is_not_null() & (
        pl.col("known_at").is_null() | (pl.col("known_at") <= pl.col("occurred_at"))
    )
    return view.frame("labels").filter(at_once).select(pl.col("label_id").alias("id"))


@check(
    "leaking.cart_after_purchase",
    "events.event_name",
    severity="medium",
    mild=0.005,
    says=Phrase(
        "{count} carts were filled only with, or after, the purchase they led to",
        "{count} 次加购与购买同时发生，或发生在购买之后，此前并无加购",
    ),
    costs=Phrase(
        "were written from the order afterwards: who puts into the cart seems to buy for sure",
        "是事后由订单补写的：看起来加购就必然购买",
    ),
    repair=Phrase(
        "record add_to_cart when it happens, not when the order arrives",
        "请在加购发生时记录 add_to_cart，而非等订单到达",
    ),
    reads={"events": ("event_id", "event_name", "occurred_at", "visitor_id", "session_id", "product_id")},
)
def cart_after_purchase(view: View) -> pl.LazyFrame:
    """Carts that were filled when the purchase was already made."""
    known = pl.col("visitor_id").is_not_null() & pl.col("product_id").is_not_null() & pl.col("session_id").is_not_null()
    visit = ["visitor_id", "session_id", "product_id"]
    events = view.frame("events").filter(known & pl.col("event_name").is_in(["add_to_cart", "purchase"]))
    carts = events.filter(pl.col("event_name") == "add_to_cart")
    bought = (
        events.filter(pl.col("event_name") == "purchase")
        .group_by(visit)
        .agg(pl.col("occurred_at").min().alias("_bought"))
    )
    first = carts.group_by(visit).agg(pl.col("occurred_at").min(), pl.col("event_id").sort_by("occurred_at").first())
    late = first.join(bought, on=visit).filter(pl.col("occurred_at") >= pl.col("_bought"))
    return late.select(pl.col("event_id").alias("id"), pl.lit(1).alias("interactions"))
