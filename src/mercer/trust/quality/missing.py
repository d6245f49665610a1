"""What is not there: people, titles, categories, prices, stock, and tables that others refer to."""

from __future__ import annotations

import polars as pl

from mercer.core.phrase import Phrase
from mercer.trust.quality.checks import check
from mercer.trust.quality.view import LEARNT_FROM, View, offered


def empty(column: str, kind: str = "text") -> pl.Expr:
    """True where a column says nothing: null, or blank text, or an empty list."""
    if kind == "words":
        return pl.col(column).is_null() | (pl.col(column).list.len() == 0)
    if kind == "number":
        return pl.col(column).is_null()
    return pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")


@check(
    "missing.interactions",
    "events",
    severity="high",
    says=Phrase("there is not one view, cart or purchase in the shop", "店铺里没有任何浏览、加购或购买记录"),
    costs=Phrase("nothing can be learnt from behaviour", "无法从行为中学习"),
    repair=Phrase(
        "import events (a GA4 export, say) or orders: mercer import SHOP FILE…",
        "请导入事件（例如 GA4 导出）或订单：mercer import 店铺 文件…",
    ),
    reads={},
)
def interactions(view: View) -> pl.LazyFrame | None:
    """Nothing in the shop says what anybody looked at or bought."""
    if view.interaction_count() or not (view.rows("products") or view.rows("events")):
        return None
    return pl.LazyFrame({"id": ["events"]})


@check(
    "missing.products",
    "products",
    severity="high",
    says=Phrase(
        "the table of products is empty, though {count} products are looked at or bought",
        "商品表为空，但有 {count} 个商品被浏览或购买过",
    ),
    costs=Phrase(
        "are with products that have no title, category or price: no reasons in words, no filters, nothing for newcomers",
        "涉及没有标题、类目和价格的商品：无法给出文字理由、无法筛选，也无法推荐新品",
    ),
    repair=Phrase(
        "import the catalogue: a product export of the platform, or a Google Merchant Center feed",
        "请导入商品目录：平台的商品导出，或 Google Merchant Center feed",
    ),
    reads={},
)
def products(view: View) -> pl.LazyFrame | None:
    """Products that are looked at or bought, where the catalogue itself was never imported."""
    if view.rows("products"):
        return None
    return view.interactions().lazy().select(pl.col("product_id").alias("id"), "interactions")


@check(
    "missing.customer",
    "order_lines.customer_id",
    severity="medium",
    mild=0.05,
    from_share=0.001,
    says=Phrase(
        "{count} of {rows} order lines ({share}) name no customer", "{rows} 条订单行中有 {count} 条（{share}）没有客户"
    ),
    costs=Phrase(
        "belong to nobody: they teach what is bought together, but nobody's taste",
        "不属于任何人：只能学到哪些商品一起购买，学不到个人偏好",
    ),
    repair=Phrase(
        "export orders with the customer's id or e-mail; for guests, any id that stays the same (e-mail, device) will do",
        "导出订单时请带上客户编号或邮箱；对访客，任何固定不变的标识（邮箱、设备）都可以",
    ),
    reads={
        "order_lines": ("order_line_id", "order_id", "customer_id", "quantity"),
        "orders": ("order_id", "customer_id", "visitor_id"),
    },
)
def customer(view: View) -> pl.LazyFrame:
    """Order lines that name no customer, in orders that name nobody either."""
    known = view.frame("orders").filter(pl.col("customer_id").is_not_null() | pl.col("visitor_id").is_not_null())
    return (
        view.frame("order_lines")
        .filter(pl.col("customer_id").is_null())
        .join(known.select("order_id"), on="order_id", how="anti")
        .select(pl.col("order_line_id").alias("id"), (pl.col("quantity") > 0).cast(pl.Int64).alias("interactions"))
    )


@check(
    "missing.actor",
    "events.visitor_id",
    severity="medium",
    mild=0.05,
    says=Phrase(
        "{count} of {rows} events ({share}) name neither a visitor nor a customer",
        "{rows} 个事件中有 {count} 个（{share}）既没有访客也没有客户",
    ),
    costs=Phrase("belong to nobody and teach only popularity", "不属于任何人，只能体现热度"),
    repair=Phrase(
        "send user_pseudo_id (a cookie or device id) with every event",
        "每个事件请带上 user_pseudo_id（cookie 或设备标识）",
    ),
    reads={"events": ("event_id", "event_name", "visitor_id", "customer_id")},
)
def actor(view: View) -> pl.LazyFrame:
    """Events of nobody: neither a visitor nor a customer."""
    nobody = pl.col("visitor_id").is_null() & pl.col("customer_id").is_null()
    return view.frame("events").filter(nobody).select(pl.col("event_id").alias("id"), _counts())


@check(
    "missing.event_product",
    "events.product_id",
    severity="medium",
    mild=0.05,
    says=Phrase(
        "{count} of {rows} events ({share}) are views, carts or purchases of no product",
        "{rows} 个事件中有 {count} 个（{share}）是浏览、加购或购买，却没有商品",
    ),
    costs=Phrase("name no product and teach nothing", "没有商品，什么也学不到"),
    repair=Phrase(
        "send the item's id with the event (GA4: items[].item_id)", "请在事件中带上商品编号（GA4：items[].item_id）"
    ),
    reads={"events": ("event_id", "event_name", "product_id")},
)
def event_product(view: View) -> pl.LazyFrame:
    """Views, carts and purchases that do not say of what."""
    lost = pl.col("event_name").is_in(LEARNT_FROM) & pl.col("product_id").is_null()
    return view.frame("events").filter(lost).select(pl.col("event_id").alias("id"), _counts())


@check(
    "missing.query",
    "events.query",
    severity="low",
    says=Phrase("{count} search events do not say what was searched for", "{count} 个搜索事件没有搜索词"),
    costs=Phrase("are searches without words: search cannot learn from them", "是没有搜索词的搜索：搜索无法从中学习"),
    repair=Phrase("send search_term with the event", "请在事件中带上 search_term"),
    reads={"events": ("event_id", "event_name", "query")},
)
def query(view: View) -> pl.LazyFrame:
    """Searches without words."""
    return (
        view.frame("events")
        .filter((pl.col("event_name") == "search") & empty("query"))
        .select(pl.col("event_id").alias("id"))
    )


@check(
    "missing.session",
    "events.session_id",
    severity="low",
    from_share=0.5,
    says=Phrase(
        "{count} of {rows} events ({share}) name no session", "{rows} 个事件中有 {count} 个（{share}）没有会话"
    ),
    costs=Phrase("cannot be put together into visits but by their times", "只能靠时间来拼成一次次访问"),
    repair=Phrase("send ga_session_id with every event", "每个事件请带上 ga_session_id"),
    reads={"events": ("event_id", "session_id")},
)
def session(view: View) -> pl.LazyFrame:
    """Events outside any session, where that is most of them."""
    return view.frame("events").filter(pl.col("session_id").is_null()).select(pl.col("event_id").alias("id"))


@check(
    "missing.stock",
    "variants.quantity_available",
    severity="medium",
    from_share=0.5,
    says=Phrase(
        "{count} of {rows} variants ({share}) tell neither stock nor availability",
        "{rows} 个规格中有 {count} 个（{share}）没有库存，也没有供货状态",
    ),
    costs=Phrase(
        "may be sold out without anybody knowing: 'in stock only' cannot be kept",
        "可能已售罄却无从得知：无法做到“仅推荐有货”",
    ),
    repair=Phrase(
        "import stock or availability (Shopify: Inventory quantity; Merchant Center: availability)",
        "请导入库存或供货状态（Shopify：Inventory quantity；Merchant Center：availability）",
    ),
    reads={
        "variants": ("variant_id", "product_id", "quantity_available", "availability"),
        "products": ("product_id", "status"),
    },
)
def stock(view: View) -> pl.LazyFrame | None:
    """Variants of which neither stock nor availability is known, where that is most of them and stock is not counted elsewhere."""
    if view.rows("stock"):
        return None
    neither = pl.col("quantity_available").is_null() & pl.col("availability").is_null()
    return view.on_sale(view.frame("variants").filter(neither)).select(pl.col("variant_id").alias("id"))


@check(
    "missing.price",
    "variants.price_minor",
    severity="medium",
    mild=0.05,
    says=Phrase(
        "{count} of {rows} variants ({share}) have no price", "{rows} 个规格中有 {count} 个（{share}）没有价格"
    ),
    costs=Phrase("are left out as soon as somebody asks for a range of prices", "一旦按价格区间筛选就会被排除"),
    repair=Phrase("import prices with the products", "请随商品导入价格"),
    reads={"variants": ("variant_id", "product_id", "price_minor"), "products": ("product_id", "status")},
)
def price(view: View) -> pl.LazyFrame:
    """Variants without a price."""
    held = view.on_sale(view.frame("variants").filter(pl.col("price_minor").is_null()))
    return held.select(pl.col("variant_id").alias("id"), "product_id")


@check(
    "missing.variants",
    "products",
    severity="medium",
    mild=0.05,
    says=Phrase(
        "{count} of {rows} products ({share}) have no variant, and so neither a price nor a stock",
        "{rows} 个商品中有 {count} 个（{share}）没有任何规格，因此没有价格和库存",
    ),
    costs=Phrase("are with products of unknown price and stock", "涉及价格与库存未知的商品"),
    repair=Phrase(
        "import the platform's own product export, which holds prices and stock",
        "请导入平台自己的商品导出，其中含有价格与库存",
    ),
    reads={"products": ("product_id", "status"), "variants": ("product_id",)},
)
def variants(view: View) -> pl.LazyFrame:
    """Products that nothing with a price or a stock belongs to."""
    sold = view.frame("products").filter(offered())
    held = sold.join(view.frame("variants").select("product_id"), on="product_id", how="anti")
    return held.select(pl.col("product_id").alias("id"), "product_id")


def _counts() -> pl.Expr:
    return pl.col("event_name").is_in(LEARNT_FROM).cast(pl.Int64).alias("interactions")
