"""Postage, fees and corrections that stand among the products."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import View, offered

CODES = (
    "POST", "POSTAGE", "SHIPPING", "SHIP", "DELIVERY", "FREIGHT", "DOT", "CARRIAGE", "C2", "M", "MANUAL", "D", "DISCOUNT", "S", "SAMPLES",
    "B", "ADJUST", "ADJUST2", "ADJUSTMENT", "FEE", "FEES", "BANK CHARGES", "BANKCHARGES", "AMAZONFEE", "CRUK", "PADS", "TEST", "TEST001",
    "TEST002", "TIP", "REFUND", "CREDIT", "SURCHARGE", "INSURANCE", "GIFTCARD", "GIFT-CARD", "VOUCHER",
)  # fmt: skip
"""Ids under which platforms and tills book what is no product."""

_EN = (
    r"(dotcom |next day |express |standard |free |international |local )?(postage|shipping|delivery|carriage|freight)"
    r"( and handling| & handling)?( ?(fee|fees|cost|costs|charge|charges|label))?"
    r"|(handling|bank|amazon|paypal|packing|service|cod|payment|card|restocking|small order|import|customs)( ?fees?| ?charges?)"
    r"|manual|discount|adjust(ment)?( by .*)?|adjust bad debt|samples?|cruk commission|tips?|donation|gift (card|voucher|certificate)s?"
    r"|(e-?)?vouchers?|store credit|refund|deposit|price difference|shipping insurance|test( product)?"
    r"|this is a test product\.?|pads to match all cushions|dotcomgiftshop gift voucher.*"
)
_ZH = r"(运|邮|快递|物流|配送|手续|服务|包装|安装|关税)费(用|补差|差价)?|补(邮费|运费|差价|拍)(专用|链接)?|差价(补拍|链接)?|邮费(链接|补拍)|礼品卡|代金券|优惠券|赠品|定金|押金|打赏|测试(商品)?|专拍链接"

TITLES = rf"(?i)^\s*({_EN}|{_ZH})\s*$"
"""Titles that, as a whole, name a service. 'Postage stamp album' does not match."""


NOTES = (
    r"(?i)^\s*(\?+|-+|x+|n/?a|check(ed)?|found|lost|missing|damag(e|es|ed)|faulty|broken|smashed|crushed|mouldy|unsaleable|destroyed|"
    r"(wet|rusty|water damaged?)( .*)?|(wrongly|thrown|sold as|mix up|incorrect).*|to be (checked|deleted)|损坏|丢失|盘亏|盘盈|报废|待查)\s*[.!?]*\s*$"
)
"""Titles that, as a whole, are notes of whoever keeps the stock."""


def _is_service() -> pl.Expr:
    by_code = pl.col("product_id").str.strip_chars().str.to_uppercase().is_in(CODES)
    by_gift = pl.col("product_id").str.contains(r"(?i)^gift_\d+_\d+$")
    return (by_code | by_gift | pl.col("title").str.contains(TITLES).fill_null(False)) & offered()


def _archive(view: View) -> dict[str, pl.DataFrame]:
    held = view.frame("products").filter(_is_service()).collect()
    return {"products": held.select("product_id", pl.lit("archived").alias("status"), pl.col("title").alias("_was"))}


@check(
    "services.among_products",
    "products.product_id",
    severity="medium",
    mild=0.001,
    says=Phrase(
        "{count} of {rows} products are postage, fees, vouchers or corrections",
        "{rows} 个商品中有 {count} 个是运费、手续费、礼券或更正",
    ),
    costs=Phrase("are with things nobody wants recommended", "涉及没有人想被推荐的东西"),
    repair=Phrase(
        "archive them: they stay in the accounts, and are recommended to nobody", "请下架：账目中仍保留，但不会再被推荐"
    ),
    reads={"products": ("product_id", "title", "status")},
    mend=_archive,
)
def among_products(view: View) -> pl.LazyFrame:
    """Products on sale whose id or whole title names a service."""
    return view.frame("products").filter(_is_service()).select(pl.col("product_id").alias("id"), "product_id")


@check(
    "services.notes_as_titles",
    "products.title",
    severity="low",
    says=Phrase(
        "{count} of {rows} products are called ‘damaged’, ‘check’, ‘?’ or the like",
        "{rows} 个商品中有 {count} 个的标题是“损坏”“待查”“?”之类",
    ),
    costs=Phrase("are with products whose title is a note of whoever keeps the stock", "涉及标题其实是库存备注的商品"),
    repair=Phrase("give them the title of the goods, or archive them", "请改回商品名称，或下架"),
    reads={"products": ("product_id", "title", "status")},
)
def notes_as_titles(view: View) -> pl.LazyFrame:
    """Products on sale whose title is a note of the stock-keeper."""
    noted = pl.col("title").str.contains(NOTES) & offered()
    return view.frame("products").filter(noted).select(pl.col("product_id").alias("id"), "product_id")
