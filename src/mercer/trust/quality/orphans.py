"""Rows that point at something the shop does not have. Every reference in the tables' declarations is looked at."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.core.table import Column, Table
from mercer.core.tables import TABLES
from mercer.trust.quality.checks import Check, Severity, check
from mercer.trust.quality.view import LEARNT_FROM, View

GRAVE: dict[tuple[str, str], Severity] = {
    ("order_lines", "order_id"): "high",
    ("order_lines", "product_id"): "medium",
    ("events", "product_id"): "medium",
    ("variants", "product_id"): "medium",
}


def _orphan(table: Table, column: Column) -> Check:
    home = column.refers or ""
    key = table.key[0]
    more = ("event_name",) if table.name == "events" else ()

    @check(
        f"orphans.{table.name}.{column.name}",
        f"{table.name}.{column.name}",
        severity=GRAVE.get((table.name, column.name), "low"),
        mild=0.01,
        says=Phrase(
            f"{{count}} of {{rows}} {table.name} ({{share}}) point at a row of {home} that is not there",
            f"{table.name} 的 {{rows}} 行中有 {{count}} 行（{{share}}）指向 {home} 中不存在的行",
        ),
        costs=_costs(home),
        repair=Phrase(
            f"import the missing {home} (the export may have left out what is archived or deleted)",
            f"请导入缺失的 {home}（导出可能略去了已下架或已删除的部分）",
        ),
        reads={table.name: tuple(dict.fromkeys((key, column.name, *more))), home: (TABLES[home].key[0],)},
    )
    def orphan(view: View) -> pl.LazyFrame | None:
        if not view.rows(home):  # a table that was never imported is not a row that is missing
            return None
        there = view.frame(home).select(pl.col(TABLES[home].key[0]).alias(column.name))
        held = view.frame(table.name).filter(pl.col(column.name).is_not_null()).join(there, on=column.name, how="anti")
        counted = []
        if table.name == "events":
            counted = [pl.col("event_name").is_in(LEARNT_FROM).cast(pl.Int64).alias("interactions")]
        elif table.name == "order_lines":
            counted = [pl.lit(1).alias("interactions")]
        return held.select(pl.col(key).alias("id"), *counted)

    return orphan


def _costs(home: str) -> Phrase:
    if home == "products":
        return Phrase(
            "are with products of which nothing is known: no title, no price, no stock",
            "涉及一无所知的商品：没有标题、价格和库存",
        )
    if home == "customers":
        return Phrase("belong to people of whom nothing else is known", "属于别无所知的人")
    return Phrase(f"cannot be joined to their {home}", f"无法与 {home} 关联")


ORPHANS = tuple(
    _orphan(table, column)
    for table in TABLES.values()
    for column in table.columns
    if column.refers is not None and column.refers != table.name and table.name != "decisions"
)


@check(
    "orphans.orders_without_lines",
    "orders",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} orders ({share}) have no lines", "{rows} 个订单中有 {count} 个（{share}）没有任何商品行"
    ),
    costs=Phrase("do not say what was bought", "看不出买了什么"),
    repair=Phrase("export the lines of these orders too", "请一并导出这些订单的商品行"),
    reads={"orders": ("order_id", "status"), "order_lines": ("order_id",)},
)
def without_lines(view: View) -> pl.LazyFrame | None:
    """Orders of which no line is there; one that was cancelled may have lost its lines."""
    if not view.rows("order_lines"):
        return None
    lines = view.frame("order_lines").select("order_id")
    orders = view.frame("orders").filter(pl.col("status").fill_null("") != "cancelled")
    return orders.join(lines, on="order_id", how="anti").select(pl.col("order_id").alias("id"))
