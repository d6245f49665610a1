"""Those who are not shoppers: robots, and the few who are as busy as thousands."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import LEARNT_FROM, View

TIRELESS = 30
"""Times the 99th percentile of events per visitor, and ENDLESS at least: no person."""
ENDLESS = 1000

HASTY, HASTY_EVENTS = 2.0, 200
"""Seconds between events, on average, over so many events: no person."""

AGENTS = r"(?i)\b\w*bot\b|crawl|spider|slurp|headless|curl/|wget|python-requests|scrapy|lighthouse"

SHARE, LINES = 0.01, 1000
"""A customer with such a share of all lines, and so many, is a business that buys to sell."""


def _counted() -> pl.Expr:
    return pl.col("event_name").is_in(LEARNT_FROM).cast(pl.Int64).alias("interactions")


@check(
    "traffic.robots",
    "events.visitor_id",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} events ({share}) come from visitors who click as no person can",
        "{rows} 个事件中有 {count} 个（{share}）来自点击速度或数量非人力所及的访客",
    ),
    costs=Phrase("teach the habits of robots", "教会的是机器人的习惯"),
    repair=Phrase(
        "filter robots where events are recorded (GA4 does so for known ones), and import again",
        "请在采集处过滤机器人（GA4 会过滤已知的），然后重新导入",
    ),
    reads={"events": ("event_id", "event_name", "occurred_at", "visitor_id", "customer_id")},
)
def robots(view: View) -> pl.LazyFrame | None:
    """Events of visitors who click faster, or more, than a person can."""
    events = view.frame("events").with_columns(_who=pl.coalesce("visitor_id", "customer_id"))
    by_actor = (
        events.filter(pl.col("_who").is_not_null())
        .group_by("_who")
        .agg(
            pl.len().alias("n"),
            (pl.col("occurred_at").max() - pl.col("occurred_at").min()).dt.total_seconds().alias("span"),
        )
        .collect()
    )
    if by_actor.is_empty():
        return None
    usual = float(by_actor["n"].quantile(0.99) or 0)
    hasty = (pl.col("n") >= HASTY_EVENTS) & (pl.col("span") < HASTY * pl.col("n"))
    found = by_actor.filter((pl.col("n") > max(ENDLESS, TIRELESS * usual)) | hasty).sort("n", descending=True)
    return events.join(found.lazy().select("_who"), on="_who", how="semi").select(
        pl.col("_who").alias("id"), _counted()
    )


@check(
    "traffic.crawlers",
    "events.user_agent",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} events ({share}) were sent by programs that say so",
        "{rows} 个事件中有 {count} 个（{share}）由自报身份的程序发出",
    ),
    costs=Phrase("teach the habits of robots", "教会的是机器人的习惯"),
    repair=Phrase("filter them by user agent where events are recorded", "请在采集处按 user agent 过滤"),
    reads={"events": ("event_id", "event_name", "user_agent")},
)
def crawlers(view: View) -> pl.LazyFrame:
    """Events whose sender says that it is a program."""
    # CUBOT makes telephones.
    said = pl.col("user_agent").str.contains(AGENTS) & ~pl.col("user_agent").str.contains("(?i)cubot")
    return view.frame("events").filter(said).select(pl.col("event_id").alias("id"), _counted())


@check(
    "traffic.wholesale",
    "order_lines.customer_id",
    severity="note",
    says=Phrase(
        "{count} of {rows} order lines ({share}) are of a few customers who buy as much as hundreds of others",
        "{rows} 条订单行中有 {count} 条（{share}）来自少数几个采购量抵得上数百人的客户",
    ),
    costs=Phrase(
        "are purchases of businesses: they pull what is 'bought together' towards their stock lists",
        "是企业采购：会让“一起购买”偏向其进货单",
    ),
    repair=Phrase(
        "nothing is wrong; if you sell to both, a segment for trade customers helps",
        "并非错误；若同时做批发，可为批发客户单独分组",
    ),
    reads={"order_lines": ("order_line_id", "customer_id", "quantity")},
)
def wholesale(view: View) -> pl.LazyFrame:
    """Lines of customers who buy as much as hundreds of others."""
    sold = view.frame("order_lines").filter((pl.col("quantity") > 0) & pl.col("customer_id").is_not_null())
    sizes = sold.with_columns(_n=pl.len().over("customer_id"))
    held = sizes.filter(pl.col("_n") > max(LINES, SHARE * view.rows("order_lines"))).sort("_n", descending=True)
    return held.select(pl.col("customer_id").alias("id"), pl.lit(1).alias("interactions"))
