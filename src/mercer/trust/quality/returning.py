"""Goods that came back without ever having been sold."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import View


@check(
    "returning.without_sale",
    "order_lines.quantity",
    severity="low",
    says=Phrase(
        "{count} returned lines give back more than the customer had bought by then, in this data",
        "{count} 条退货行退回的数量超过了该客户此前在数据中购买的数量",
    ),
    costs=Phrase(
        "cannot be set against a sale: it lies before the data begins, or the return is of somebody else",
        "无法与销售对应：销售早于数据开始，或退货属于他人",
    ),
    repair=Phrase("export a longer past, so that the sales are there too", "请导出更长的历史，使对应的销售也在其中"),
    reads={
        "order_lines": ("order_line_id", "customer_id", "product_id", "quantity", "placed_at"),
        "products": ("product_id", "status"),
    },
)
def without_sale(view: View) -> pl.LazyFrame:
    """Returned lines by which a customer has given back more of a product than they had bought."""
    pair = ["customer_id", "product_id"]
    lines = view.on_sale(view.frame("order_lines").filter(pl.col("customer_id").is_not_null()))
    back = lines.filter(pl.col("quantity") < 0).select(pair).unique()
    # Only what came back at least once is followed through time.
    held = lines.join(back, on=pair, how="semi").sort("placed_at", maintain_order=True)
    left = held.with_columns(_left=pl.col("quantity").cum_sum().over(pair))
    return left.filter((pl.col("quantity") < 0) & (pl.col("_left") < 0)).select(pl.col("order_line_id").alias("id"))


@check(
    "returning.unknown_line",
    "returns.order_id",
    severity="low",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} returns ({share}) are of a product that their order does not hold",
        "{rows} 条退货中有 {count} 条（{share}）的商品不在所属订单中",
    ),
    costs=Phrase("cannot be set against a sale", "无法与销售对应"),
    repair=Phrase(
        "look whether returns name the product or the variant, and orders the other",
        "请检查退货与订单是否分别使用了商品编号与规格编号",
    ),
    reads={"returns": ("return_id", "order_id", "product_id"), "order_lines": ("order_id", "product_id")},
)
def unknown_line(view: View) -> pl.LazyFrame | None:
    """Returns of a product that the order did not hold."""
    if not view.rows("order_lines"):
        return None
    told = view.frame("returns").filter(pl.col("order_id").is_not_null() & pl.col("product_id").is_not_null())
    sold = view.frame("order_lines").select("order_id", "product_id").unique()
    return told.join(sold, on=["order_id", "product_id"], how="anti").select(pl.col("return_id").alias("id"))
