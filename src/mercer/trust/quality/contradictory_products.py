"""Products, variants and promotions that contradict themselves."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import View


@check(
    "contradictory.category_loop",
    "products.categories",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} products lie in a category that contains itself (A > B in one place, B > A in another)",
        "{count} 个商品所在的类目包含了自身（一处是 A > B，另一处是 B > A）",
    ),
    costs=Phrase("are with products whose place in the catalogue is unclear", "涉及在目录中位置不明的商品"),
    repair=Phrase(
        "decide which of the two contains the other, and mend the paths", "请确定两者谁包含谁，并改正类目路径"
    ),
    reads={"products": ("product_id", "categories")},
)
def category_loop(view: View) -> pl.LazyFrame:
    """Products in a category that contains itself, or is contained in what it contains."""
    paths = view.frame("products").select("product_id", "categories").explode("categories", empty_as_null=False)
    parts = pl.col("categories").str.split(">").list.eval(pl.element().str.strip_chars())
    steps = paths.filter(pl.col("categories").is_not_null()).select("product_id", parts.alias("parts"))
    twice = steps.filter(pl.col("parts").list.n_unique() < pl.col("parts").list.len()).select("product_id")
    edges = (
        steps.with_columns(
            child=pl.col("parts").list.slice(1), parent=pl.col("parts").list.head(pl.col("parts").list.len() - 1)
        )
        .select("product_id", "parent", "child")
        .explode("parent", "child", empty_as_null=False)
        .filter(pl.col("parent").is_not_null() & (pl.col("parent") != pl.col("child")))
    )
    back = edges.select(pl.col("parent").alias("child"), pl.col("child").alias("parent")).unique()
    both_ways = edges.join(back, on=["parent", "child"], how="semi").select("product_id")
    return (
        pl.concat([twice, both_ways]).unique(maintain_order=True).select(pl.col("product_id").alias("id"), "product_id")
    )


@check(
    "contradictory.list_price",
    "variants.list_price_minor",
    severity="low",
    says=Phrase("{count} variants have a list price below the price asked", "{count} 个规格的划线价低于现价"),
    costs=Phrase("are with products whose discount is negative", "涉及折扣为负的商品"),
    repair=Phrase("raise the compare-at price, or take it away", "请调高或删去划线价"),
    reads={"variants": ("variant_id", "product_id", "price_minor", "list_price_minor")},
)
def list_price(view: View) -> pl.LazyFrame:
    """Variants whose price before the discount is below the price after it."""
    below = (pl.col("list_price_minor") > 0) & (pl.col("list_price_minor") < pl.col("price_minor"))
    return view.frame("variants").filter(below).select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "contradictory.below_cost",
    "variants.cost_minor",
    severity="low",
    says=Phrase("{count} variants cost the shop more than customers pay", "{count} 个规格的成本高于售价"),
    costs=Phrase(
        "are with products on which each sale loses money, if the numbers are right",
        "涉及每卖一件都亏损的商品（若数字属实）",
    ),
    repair=Phrase(
        "look whether the cost is of a whole carton, or in another currency", "请检查成本是否按整箱计，或币种不同"
    ),
    reads={"variants": ("variant_id", "product_id", "price_minor", "cost_minor")},
)
def below_cost(view: View) -> pl.LazyFrame:
    """Variants that cost more than they bring."""
    below = (pl.col("price_minor") > 0) & (pl.col("cost_minor") > pl.col("price_minor"))
    return view.frame("variants").filter(below).select(pl.col("variant_id").alias("id"), "product_id")


def _mend_availability(view: View) -> dict[str, pl.DataFrame]:
    held = view.frame("variants").filter(_sold_out()).collect()
    return {
        "variants": held.select(
            "variant_id", pl.lit("out_of_stock").alias("availability"), pl.col("availability").alias("_was")
        )
    }


def _sold_out() -> pl.Expr:
    return (pl.col("availability") == "in_stock") & (pl.col("quantity_available") <= 0)


@check(
    "contradictory.availability",
    "variants.availability",
    severity="medium",
    mild=0.02,
    says=Phrase(
        "{count} variants are said to be in stock with not one piece left", "{count} 个规格标为有货，实际一件也没有"
    ),
    costs=Phrase(
        "are with products that would be recommended though they cannot be delivered", "涉及会被推荐、却无法发货的商品"
    ),
    repair=Phrase("set them to out_of_stock", "请改为 out_of_stock"),
    reads={"variants": ("variant_id", "product_id", "availability", "quantity_available")},
    mend=_mend_availability,
)
def availability(view: View) -> pl.LazyFrame:
    """Variants in stock of which there is none."""
    return view.frame("variants").filter(_sold_out()).select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "contradictory.promotion",
    "promotions.ends_at",
    severity="low",
    says=Phrase("{count} promotions end before they begin", "{count} 个促销的结束早于开始"),
    costs=Phrase("never happened, if one believes their dates", "按日期来看从未发生"),
    repair=Phrase("mend the dates (day and month swapped?)", "请改正日期（是否日月颠倒？）"),
    reads={"promotions": ("promotion_id", "starts_at", "ends_at")},
)
def promotion(view: View) -> pl.LazyFrame:
    """Promotions that end before they begin."""
    held = view.frame("promotions").filter(pl.col("ends_at") < pl.col("starts_at"))
    return held.select(pl.col("promotion_id").alias("id"))
