"""Logs of who did what with which product, whatever their columns are called, and lists of products beside them.

This is what data sets and home-made exports look like: a user, an item, mostly a behaviour and a time, in English or in
Chinese. Behaviours become the event names of Google Analytics 4. A file without a behaviour is taken for purchases where its
name or columns say so (orders, purchases, transactions, a price or a quantity), and for views otherwise; ``--event`` decides.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.event_ids import EventIds
from mercer.store.importing.fields import Rows, currency, ident, money, text, time, whole, words
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.markup import facts
from mercer.store.importing.vocabulary import event_names

CUSTOMER = (
    "user",
    "user_id",
    "userid",
    "uid",
    "customer",
    "customer_id",
    "customerid",
    "customer_number",
    "cust_id",
    "client_id",
    "clientid",
    "buyer",
    "buyer_id",
    "member_id",
    "household_id",
    "household",
    "shopper_id",
    "account_id",
    "user_code",
    "用户",
    "用户id",
    "用户编号",
    "用户_id",
    "用户号",
    "客户id",
    "客户编号",
    "客户",
    "会员id",
    "会员编号",
    "会员",
    "买家id",
    "买家",
    "买家编号",
    "顾客id",
)
VISITOR = (
    "visitor",
    "visitor_id",
    "visitorid",
    "anonymous_id",
    "cookie_id",
    "cookie",
    "device_id",
    "deviceid",
    "访客id",
    "访客",
    "设备id",
)
SESSION = ("session", "session_id", "sessionid", "user_session", "visit_id", "会话id", "会话", "会话编号")
ITEM = (
    "item",
    "item_id",
    "itemid",
    "product",
    "product_id",
    "productid",
    "product_code",
    "sku",
    "sku_id",
    "goods",
    "goods_id",
    "article",
    "article_id",
    "stock_code",
    "content_id",
    "asin",
    "item_code",
    "商品",
    "商品id",
    "商品编号",
    "商品_id",
    "商品编码",
    "货品id",
    "货号",
    "物品id",
    "宝贝id",
    "产品id",
    "产品编号",
)
BEHAVIOUR = (
    "behaviour",
    "behavior",
    "behaviour_type",
    "behavior_type",
    "event",
    "event_type",
    "eventtype",
    "event_name",
    "action",
    "action_type",
    "interaction",
    "interaction_type",
    "type",
    "activity",
    "feedback_type",
    "行为",
    "行为类型",
    "行为类别",
    "事件",
    "事件类型",
    "操作",
    "操作类型",
    "动作",
)
TIME = (
    "timestamp",
    "time",
    "ts",
    "t",
    "datetime",
    "date_time",
    "event_time",
    "eventtime",
    "event_timestamp",
    "occurred_at",
    "created_at",
    "time_stamp",
    "transaction_timestamp",
    "transaction_date",
    "purchase_date",
    "order_date",
    "purchase_time",
    "order_time",
    "visit_time",
    "unix_timestamp",
    "date",
    "时间",
    "时间戳",
    "行为时间",
    "日期",
    "下单时间",
    "购买时间",
    "支付时间",
    "发生时间",
    "操作时间",
)
QUANTITY = ("quantity", "qty", "count", "amount_items", "units", "数量", "件数", "购买数量")
PRICE = ("price", "unit_price", "item_price", "sales_value", "value", "amount", "价格", "单价", "金额", "成交金额")
CURRENCY = ("currency", "currency_code", "货币", "币种")
ORDER = (
    "transaction_id",
    "transactionid",
    "order_id",
    "orderid",
    "basket_id",
    "invoice",
    "invoice_no",
    "订单id",
    "订单编号",
    "订单号",
)
CATEGORY = (
    "category", "category_id", "categoryid", "i_category", "product_category", "category_code", "item_category", "cate", "cate_id",
    "categories", "类目", "类目id", "商品类目", "商品类目id", "分类", "品类", "商品类别",
)  # fmt: skip
TITLE = (
    "title",
    "name",
    "product_name",
    "item_name",
    "productname",
    "商品名称",
    "商品标题",
    "名称",
    "标题",
    "产品名称",
)
BRAND = ("brand", "brand_name", "manufacturer", "品牌", "牌子")
EVENT_ID = ("event_id", "eventid", "行为id", "事件id")

_BOUGHT = (
    "purchase",
    "order",
    "transaction",
    "sale",
    "basket",
    "invoice",
    "buy",
    "购买",
    "订单",
    "交易",
    "成交",
    "销售",
)
_TAKEN_AS = Phrase(
    "no column names a behaviour; every row was taken as '{event}' (--event decides)",
    "没有行为列；每一行都按“{event}”处理（可用 --event 指定）",
)
_OWN_NAMES = Phrase(
    "behaviours that Google Analytics 4 does not name were kept as they are: {names}",
    "以下行为不在 Google Analytics 4 的名称中，按原样保留：{names}",
)


class Interactions(Translator):
    """Rows of a log become events; their products and customers are added where they are unknown."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = EventIds()
        columns = context.look.columns
        self._behaves = any(name in columns for name in BEHAVIOUR)
        if not self._behaves:
            context.note(_TAKEN_AS.format(event=self._event()))

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The events of a batch."""
        taken = Rows(frame, self.context).take(
            customer_id=ident(*CUSTOMER), visitor_id=ident(*VISITOR), session_id=ident(*SESSION), product_id=ident(*ITEM, need=True),
            event=text(*BEHAVIOUR, need=self._behaves), occurred_at=time(*TIME, need=True), quantity=whole(*QUANTITY),
            currency=currency(*CURRENCY), value_minor=money(*PRICE), order_id=ident(*ORDER), given=ident(*EVENT_ID),
            category=text(*CATEGORY), brand=text(*BRAND), title=text(*TITLE),
        )  # fmt: skip
        taken = self._named(taken)
        people = ("customer_id", "visitor_id", "session_id")
        said = (*people, "product_id", "event_name", "quantity", "value_minor", "order_id")
        events = taken.with_columns(self._ids.of(taken, said))
        events = self.context.resolve(events)
        yield Part("events", events.select(
            "event_id", "event_name", "occurred_at", *people, "product_id", "variant_id", "quantity", "value_minor", "order_id", LINE,
            currency=pl.when(pl.col("value_minor").is_not_null()).then("currency"),
        ))  # fmt: skip
        yield from _described(events.filter(pl.col("variant_id").is_null()))
        customers = events.filter(pl.col("customer_id").is_not_null()).unique("customer_id", maintain_order=True)
        yield Part("customers", customers.select("customer_id", LINE), keep=True)

    def _named(self, taken: pl.DataFrame) -> pl.DataFrame:
        if not self._behaves:
            return taken.with_columns(event_name=pl.lit(self._event()))
        names = event_names(taken["event"])
        strange = sorted(set(names.unique().drop_nulls()) - set(_KNOWN))[:10]
        if strange:
            self.context.note(_OWN_NAMES.format(names=", ".join(strange)))
        return taken.with_columns(names.alias("event_name"))

    def _event(self) -> str:
        """What the rows of a log without behaviours are."""
        if self.context.options.event:
            return self.context.options.event
        look = self.context.look
        bought = any(word in look.source.name.lower() for word in _BOUGHT)
        priced = any(name in look.columns for name in (*QUANTITY, *PRICE[:5], *ORDER))
        return "purchase" if bought or priced else "view_item"


class Items(Translator):
    """A list of products: what is known becomes columns, the rest attributes."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products of a batch."""
        known = {*ITEM, *CATEGORY, *TITLE, *BRAND, *PRICE, *CURRENCY, LINE}
        rest = [name for name in frame.columns if name not in known]
        taken = Rows(frame, self.context).take(
            product_id=ident(*ITEM, need=True), title=text(*TITLE), brand=text(*BRAND), categories=words(*CATEGORY, separator="|"),
            currency=currency(*CURRENCY), price_minor=money(*PRICE), **{f"_{name}": text(name) for name in rest},
        )  # fmt: skip
        present = [
            name for name, names in (("title", TITLE), ("brand", BRAND), ("categories", CATEGORY)) if _any(frame, names)
        ]
        extra = [facts({self.context.headers.get(name, name): f"_{name}" for name in rest})] if rest else []
        yield Part("products", taken.select("product_id", *present, *extra, LINE))
        priced = taken.filter(pl.col("price_minor").is_not_null())
        yield Part("variants", priced.select("product_id", "price_minor", "currency", LINE, variant_id="product_id"))


def _any(frame: pl.DataFrame, names: tuple[str, ...]) -> bool:
    return any(name in frame.columns for name in names)


def _described(events: pl.DataFrame) -> Iterator[Part]:
    """What a log tells about its products in passing."""
    products = events.unique("product_id", keep="first", maintain_order=True)
    described = [name for name in ("title", "brand") if products[name].null_count() < products.height]
    if products["category"].null_count() < products.height:
        products = products.with_columns(categories=pl.concat_list("category").list.drop_nulls())
        described.append("categories")
    yield Part("products", products.select("product_id", *described, LINE), keep=True)


_KNOWN = (
    "view_item", "view_item_list", "select_item", "add_to_cart", "remove_from_cart", "add_to_wishlist", "purchase", "begin_checkout",
    "search", "refund", "view_cart", "view_homepage", "page_view", "sign_up", "login", "add_shipping_info", "add_payment_info",
    "view_promotion", "select_promotion", "session_start", "experiment_impression",
)  # fmt: skip
_WHO = "|".join((*CUSTOMER, *VISITOR, *SESSION))

layouts = (
    Layout(
        "interactions/events", Phrase("a log of interactions", "交互日志"), Interactions, needs=(_WHO, "|".join(ITEM), "|".join(TIME)),
        knows=(*BEHAVIOUR, *QUANTITY, *PRICE, *ORDER, *CATEGORY, *CURRENCY, *EVENT_ID), place=4, general=True,
    ),
    Layout(
        "interactions/items", Phrase("a list of products", "商品清单"), Items,
        needs=("|".join(ITEM), "|".join((*CATEGORY, *TITLE, *BRAND, *PRICE))), lacks=(*CUSTOMER, *VISITOR, *SESSION, *TIME[:6]), place=1,
        general=True,
    ),
)  # fmt: skip
