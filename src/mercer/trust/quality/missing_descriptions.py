"""Products that lack what describes them: title, category, description, brand, picture."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import Check, Severity, check
from mercer.trust.quality.missing import empty
from mercer.trust.quality.view import View, offered


def _describes(column: str, kind: str, severity: Severity, thing: Phrase, costs: Phrase, source: str) -> Check:
    """A check that products carry one of the facts that describe them."""

    @check(
        f"missing.{column}",
        f"products.{column}",
        severity=severity,
        mild=0.05,
        from_share=0.0 if column == "title" else 0.02,
        says=Phrase(
            "{count} of {rows} products ({share}) have no " + thing.en,
            "{rows} 个商品中有 {count} 个（{share}）没有" + thing.zh,
        ),
        costs=costs,
        repair=Phrase(f"fill it in where the catalogue is kept ({source})", f"请在维护商品目录的地方补上（{source}）"),
        reads={"products": ("product_id", "status", column)},
    )
    def absent(view: View) -> pl.LazyFrame:
        held = view.frame("products").filter(empty(column, kind) & offered())
        return held.select(pl.col("product_id").alias("id"), "product_id")

    return absent


DESCRIBED = (
    _describes(
        "title", "text", "high", Phrase("title", "标题"),
        Phrase("are with products that can be neither named in reasons nor found by their words",
               "涉及无法在理由中说出名称、也无法按文字找到的商品"),
        "Shopify: Title; Merchant Center: title",
    ),
    _describes(
        "categories", "words", "medium", Phrase("category", "类目"),
        Phrase("are with products outside every category: no filter by category, and newcomers are served less well",
               "涉及没有类目的商品：无法按类目筛选，新品的推荐也更差"),
        "Shopify: Product category or Type",
    ),
    _describes(
        "description", "text", "low", Phrase("description", "描述"),
        Phrase("are with products known by their title alone", "涉及只有标题的商品"),
        "Shopify: Description",
    ),
    _describes(
        "brand", "text", "low", Phrase("brand", "品牌"),
        Phrase("are with products whose brand cannot be told", "涉及品牌未知的商品"),
        "Shopify: Vendor",
    ),
    _describes(
        "image_url", "text", "low", Phrase("picture", "图片"),
        Phrase("are with products that nothing can show or recognise", "涉及无法展示、也无法识别的商品"),
        "Shopify: Product image URL",
    ),
)  # fmt: skip
