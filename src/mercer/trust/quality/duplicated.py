"""The same thing twice: products, orders, lines, customers, events."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import View, offered


def plain(column: str) -> pl.Expr:
    """Text without case, punctuation and doubled spaces, for comparing titles."""
    words = pl.col(column).str.to_lowercase().str.replace_all(r"[\p{P}\p{S}\s]+", " ").str.strip_chars()
    return pl.when(words == "").then(None).otherwise(words)


def _extra(frame: pl.LazyFrame, over: list[pl.Expr], order: str) -> pl.LazyFrame:
    """The rows that repeat an earlier one: all but the first by ``order`` of each group."""
    return frame.sort(order, maintain_order=True).filter(~pl.struct(over).is_first_distinct())


@check(
    "duplicated.product",
    "products.title",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} products repeat the title and brand of another one under an id of their own",
        "{count} 个商品的标题和品牌与另一商品相同，编号却不同",
    ),
    costs=Phrase(
        "are with one product under two ids: what is learnt of one is not known of the other",
        "涉及一品两号的商品：学到的知识无法共享",
    ),
    repair=Phrase(
        "make them variants of one product, or archive the one that is no longer sold; if they do differ, say how in the title",
        "请合并为同一商品的规格，或下架不再销售的那个；若确有不同，请写进标题",
    ),
    reads={"products": ("product_id", "title", "brand", "status")},
)
def product(view: View) -> pl.LazyFrame:
    """Products whose title and brand another one has, letter case and punctuation aside."""
    sold = view.frame("products").filter(offered() & plain("title").is_not_null())
    held = sold.with_columns(_title=plain("title"), _brand=pl.col("brand").fill_null("").str.to_lowercase())
    return _extra(held, [pl.col("_title"), pl.col("_brand")], "product_id").select(
        pl.col("product_id").alias("id"), "product_id"
    )


@check(
    "duplicated.gtin",
    "variants.gtin",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} variants share their bar code with a variant of another product",
        "{count} 个规格与另一商品的规格条码相同",
    ),
    costs=Phrase("are with one product under two ids", "涉及一品两号的商品"),
    repair=Phrase(
        "one of the two bar codes is wrong, or the two are one product", "两个条码中有一个是错的，或两者本是同一商品"
    ),
    reads={"variants": ("variant_id", "product_id", "gtin")},
)
def gtin(view: View) -> pl.LazyFrame:
    """Variants whose bar code belongs to another product too."""
    coded = view.frame("variants").filter(pl.col("gtin").str.strip_chars().str.len_chars() > 0)
    one_each = coded.unique(["gtin", "product_id"], keep="first", maintain_order=True)
    return _extra(one_each, [pl.col("gtin")], "product_id").select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "duplicated.sku",
    "variants.sku",
    severity="low",
    says=Phrase("{count} variants share their SKU with another variant", "{count} 个规格与另一规格的 SKU 相同"),
    costs=Phrase("are with products that orders and events cannot tell apart", "涉及订单与事件无法区分的商品"),
    repair=Phrase("give each variant an SKU of its own", "请给每个规格单独的 SKU"),
    reads={"variants": ("variant_id", "product_id", "sku")},
)
def sku(view: View) -> pl.LazyFrame:
    """Variants whose SKU another variant has."""
    coded = view.frame("variants").filter(pl.col("sku").str.strip_chars().str.len_chars() > 0)
    return _extra(coded, [pl.col("sku")], "variant_id").select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "duplicated.order",
    "orders.order_id",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} orders repeat another one: same customer, same lines, within a minute",
        "{count} 个订单与另一订单重复：同一客户、同样的商品、一分钟之内",
    ),
    costs=Phrase("count one purchase twice", "把一次购买算了两次"),
    repair=Phrase(
        "look whether two exports name one order differently (#1001 and 1001), and import one of them",
        "请检查两份导出是否对同一订单用了不同编号（#1001 与 1001），只导入其一",
    ),
    reads={
        "orders": ("order_id", "customer_id", "placed_at"),
        "order_lines": ("order_id", "product_id", "variant_id", "quantity", "unit_price_minor"),
    },
)
def order(view: View) -> pl.LazyFrame:
    """Orders of one customer in one minute with the same lines."""
    known = view.frame("orders").filter(pl.col("customer_id").is_not_null())
    known = known.with_columns(_minute=pl.col("placed_at").dt.truncate("1m"))
    # Only orders that could be twins have their lines compared: the same customer in the same minute.
    twins = known.filter(pl.len().over("customer_id", "_minute") > 1)
    line = pl.struct("product_id", "variant_id", "quantity", "unit_price_minor").hash()
    lines = (
        view.frame("order_lines")
        .join(twins.select("order_id"), on="order_id", how="semi")
        .group_by("order_id")
        .agg(line.sort().cast(pl.String).str.join("|").alias("_lines"))
    )
    held = twins.join(lines, on="order_id")
    again = _extra(held, [pl.col("customer_id"), pl.col("_minute"), pl.col("_lines")], "order_id")
    return again.select(pl.col("order_id").alias("id"))


@check(
    "duplicated.line",
    "order_lines.order_line_id",
    severity="low",
    says=Phrase(
        "{count} of {rows} order lines ({share}) repeat another line of the same order exactly",
        "{rows} 条订单行中有 {count} 条（{share}）与同一订单的另一行完全相同",
    ),
    costs=Phrase("may count one sale twice", "可能把一笔销售算了两次"),
    repair=Phrase(
        "scanned twice at the till, or exported twice? Where it was exported twice, import one of the files",
        "是收银重复扫码，还是重复导出？若是重复导出，请只导入其中一份",
    ),
    reads={"order_lines": ("order_line_id", "order_id", "product_id", "variant_id", "quantity", "unit_price_minor")},
)
def line(view: View) -> pl.LazyFrame | None:
    """Lines that say the same as another line of their order, in a shop whose lines count pieces at all."""
    if view.frame("order_lines").select((pl.col("quantity").abs() <= 1).all()).collect().item():
        return None  # the platform writes one line a piece: three lines are three pieces
    same = [pl.col(name) for name in ("order_id", "product_id", "variant_id", "quantity", "unit_price_minor")]
    sold = view.frame("order_lines").filter(pl.col("quantity") > 0)
    return sold.filter(~pl.struct(same).is_first_distinct()).select(
        pl.col("order_line_id").alias("id"), pl.lit(1).alias("interactions")
    )


@check(
    "duplicated.customer",
    "customers.email",
    severity="medium",
    mild=0.01,
    says=Phrase("{count} customers have the e-mail address of another customer", "{count} 个客户与另一客户的邮箱相同"),
    costs=Phrase("are of people known under two ids: their taste is split", "属于拥有两个编号的人：其偏好被拆散"),
    repair=Phrase(
        "merge the accounts on the platform (guest and registered, most often)",
        "请在平台上合并账户（多为游客与注册账户并存）",
    ),
    reads={"customers": ("customer_id", "email")},
)
def customer(view: View) -> pl.LazyFrame:
    """Customers with the address of another customer."""
    written = view.frame("customers").filter(pl.col("email").str.contains("@", literal=True))
    # The address itself is hashed at once: nothing that follows holds it.
    hashed = written.select("customer_id", pl.col("email").str.strip_chars().str.to_lowercase().hash().alias("_mail"))
    return _extra(hashed, [pl.col("_mail")], "customer_id").select(pl.col("customer_id").alias("id"))


@check(
    "duplicated.event",
    "events.event_id",
    severity="medium",
    mild=0.01,
    says=Phrase(
        "{count} of {rows} events ({share}) repeat another one to the microsecond under an id of their own",
        "{rows} 个事件中有 {count} 个（{share}）与另一事件分毫不差，只是编号不同",
    ),
    costs=Phrase("count one action twice", "把一次行为算了两次"),
    repair=Phrase(
        "give every event an id where it happens, and send that id again when the sending is repeated",
        "请在事件发生处生成编号，重发时沿用同一编号",
    ),
    reads={"events": ("event_id", "event_name", "occurred_at", "visitor_id", "customer_id", "product_id", "variant_id", "quantity",
                      "query", "order_id")},
)  # fmt: skip
def event(view: View) -> pl.LazyFrame:
    """Events that say the same as another one, to the microsecond."""
    same = (
        "event_name",
        "occurred_at",
        "visitor_id",
        "customer_id",
        "product_id",
        "variant_id",
        "quantity",
        "query",
        "order_id",
    )
    somebody = pl.col("visitor_id").is_not_null() | pl.col("customer_id").is_not_null()
    again = ~pl.struct(same).is_first_distinct()
    return (
        view.frame("events")
        .filter(somebody)
        .filter(again)
        .select(pl.col("event_id").alias("id"), pl.col("product_id").is_not_null().cast(pl.Int64).alias("interactions"))
    )
