"""The tables of a shop's life, with the field names of the ecosystem.

Products follow Google Merchant Center and UCP, events Google Analytics 4. Money is integer minor units beside an
ISO-4217 currency. Times are UTC. Units stand in the column's name.
"""

from __future__ import annotations

from dataclasses import replace

from mercer.core.errors import NotFound
from mercer.core.phrase import Phrase
from mercer.core.table import Column, Kind, Table

AVAILABILITY = ("in_stock", "backorder", "preorder", "out_of_stock", "discontinued", "limited_stock")
EVENT_NAMES = (
    "view_item",
    "view_item_list",
    "select_item",
    "add_to_cart",
    "remove_from_cart",
    "add_to_wishlist",
    "view_cart",
    "begin_checkout",
    "add_shipping_info",
    "add_payment_info",
    "purchase",
    "refund",
    "search",
    "view_promotion",
    "select_promotion",
    "view_homepage",
    "sign_up",
    "login",
    "page_view",
    "session_start",
    "experiment_impression",
)
ORDER_STATUS = ("pending", "paid", "processing", "shipped", "delivered", "completed", "cancelled", "refunded", "failed")


def _money(name: str, en: str, zh: str, required: bool = False, least: float | None = 0) -> Column:
    return Column(
        name, "money", en + ", in minor units of the currency", zh + "，以货币最小单位计", required, least, 10**15
    )


def _count(name: str, en: str, zh: str, required: bool = False, least: float | None = 0) -> Column:
    return Column(name, "integer", en, zh, required, least, 10**12)


def _time(name: str, en: str, zh: str, required: bool = False) -> Column:
    return Column(name, "time", en, zh, required)


def _id(name: str, en: str, zh: str, required: bool = False, refers: str | None = None) -> Column:
    return Column(name, "id", en, zh, required, refers=refers)


def _plain(name: str, kind: Kind, en: str, zh: str, required: bool = False) -> Column:
    return Column(name, kind, en, zh, required)


CURRENCY = Column("currency", "word", "ISO-4217 currency", "ISO-4217 货币代码")
LANGUAGE = Column("language", "word", "BCP-47 language", "BCP-47 语言")
COUNTRY = Column(
    "country",
    "word",
    "country, ISO-3166 alpha-2 where known, or the platform's own name",
    "国家或地区：ISO-3166 两位代码，或平台自己的名称",
)
REGION = Column("region", "word", "state or province", "省、州")
CITY = Column("city", "word", "city", "城市")
POSTCODE = Column("postcode", "word", "postcode", "邮编")
CUSTOMER = Column(
    "customer_id",
    "id",
    "customer, as the platform names them",
    "客户，按平台自己的编号",
    refers="customers",
    person="customer",
)
VISITOR = Column(
    "visitor_id",
    "id",
    "visitor before or without signing in: a cookie or device",
    "未登录的访客：cookie 或设备",
    person="visitor",
)
PRODUCT = _id("product_id", "product", "商品", refers="products")
VARIANT = _id(
    "variant_id", "variant: the thing that has a price and a stock", "规格：有价格和库存的具体商品", refers="variants"
)
EMAIL = Column("email", "word", "e-mail address", "电子邮箱", person="secret")
PHONE = Column("phone", "word", "telephone number", "电话", person="secret")
IP = Column("ip_address", "word", "IP address", "IP 地址", person="secret")
AGENT = Column("user_agent", "text", "browser or app, as it names itself", "浏览器或应用的自称", person="secret")
ATTRIBUTES = _plain("attributes", "facts", "further attributes", "其他属性")


def _required(column: Column) -> Column:
    return replace(column, required=True)


KNOWN_AT = _time("known_at", "when the shop came to know this row", "店铺得知这一行的时间")


def _table(
    name: str, key: str, en: str, zh: str, *columns: Column, time: str | None = None, append: bool = False
) -> Table:
    return Table(name, tuple(key.split()), (*columns, KNOWN_AT), en, zh, time, append)


_ALL = (
    _table(
        "products",
        "product_id",
        "What the shop offers; one row a product, its variants apart",
        "店铺出售的商品；每个商品一行，规格另列",
        _required(PRODUCT),
        _plain("title", "text", "title", "标题"),
        _plain("description", "text", "description, plain text", "描述，纯文本"),
        _plain("brand", "word", "brand", "品牌"),
        _plain("categories", "words", "category paths, each 'A > B > C'", "类目路径，每条形如“A > B > C”"),
        _plain("product_url", "text", "page of the product", "商品页网址"),
        _plain("image_url", "text", "main picture", "主图网址"),
        Column("gender", "word", "male, female or unisex", "适用性别：male、female 或 unisex"),
        Column("age_group", "word", "newborn, infant, toddler, kids or adult", "适用年龄段"),
        _plain("material", "word", "material", "材质"),
        _plain("pattern", "word", "pattern", "图案"),
        _plain("tags", "words", "tags", "标签"),
        Column("rating_value", "number", "average rating, 0 to 5", "平均评分，0 到 5", least=0, most=5),
        _count("rating_count", "number of ratings", "评分数"),
        _plain("weight_grams", "number", "weight", "重量（克）"),
        _plain("seller_id", "id", "seller, on a marketplace", "卖家（平台型店铺）"),
        LANGUAGE,
        Column(
            "status",
            "word",
            "active, draft or archived",
            "状态：active、draft 或 archived",
            choices=("active", "draft", "archived"),
        ),
        ATTRIBUTES,
        _time("created_at", "when the product was first offered", "上架时间"),
        _time("updated_at", "when the product last changed", "最近修改时间"),
        time="created_at",
    ),
    _table(
        "variants",
        "variant_id",
        "What can be bought: a product in one size and colour, with price and stock",
        "可以购买的具体规格：某尺码某颜色，带价格与库存",
        _required(VARIANT),
        _required(PRODUCT),
        _plain("sku", "word", "stock keeping unit", "货号 SKU"),
        _plain("title", "text", "title of the variant", "规格标题"),
        _money("price_minor", "price now", "现价"),
        CURRENCY,
        _money("list_price_minor", "price before a discount", "划线价"),
        _money("cost_minor", "what the shop pays", "成本"),
        Column(
            "availability", "word", "availability, as UCP names it", "供货状态，按 UCP 的叫法", choices=AVAILABILITY
        ),
        Column("quantity_available", "integer", "pieces that can be sold now", "可售件数", least=-(10**9), most=10**12),
        Column("gtin", "word", "bar code: GTIN, EAN, UPC or ISBN", "条码：GTIN、EAN、UPC 或 ISBN"),
        _plain("color", "word", "colour", "颜色"),
        _plain("size", "word", "size", "尺码"),
        Column("weight_grams", "number", "weight", "重量（克）", least=0),
        _plain("image_url", "text", "picture of the variant", "规格图网址"),
        _plain("options", "facts", "option names and values", "选项的名与值"),
        _time("created_at", "when the variant was first offered", "上架时间"),
        time="created_at",
    ),
    _table(
        "customers",
        "customer_id",
        "People and firms that buy",
        "购买的个人与企业",
        _required(CUSTOMER),
        EMAIL,
        Column("name", "text", "name", "姓名", person="secret"),
        PHONE,
        Column("address", "text", "street address", "街道地址", person="secret"),
        COUNTRY,
        REGION,
        CITY,
        POSTCODE,
        LANGUAGE,
        _plain("segment", "word", "the shop's own group of customers", "店铺自己的客户分组"),
        Column("accepts_marketing", "flag", "may be sent marketing", "同意接收营销信息"),
        ATTRIBUTES,
        _time("created_at", "when the account was made", "注册时间"),
        time="created_at",
    ),
    _table(
        "events",
        "event_id",
        "What people do in the shop, with the names of Google Analytics 4",
        "人们在店里的行为，采用 Google Analytics 4 的名称",
        _id(
            "event_id",
            "names the event once and for all: sending it twice adds nothing",
            "事件的唯一编号：重复发送不会重复记录",
            True,
        ),
        _required(
            Column(
                "event_name",
                "word",
                "GA4 event name, such as view_item, add_to_cart, purchase, search",
                "GA4 事件名，如 view_item、add_to_cart、purchase、search",
            )
        ),
        _time("occurred_at", "when it happened", "发生时间", True),
        VISITOR,
        CUSTOMER,
        _id("session_id", "visit", "会话"),
        PRODUCT,
        VARIANT,
        _count("quantity", "pieces", "件数"),
        _money("value_minor", "value of the event", "事件金额"),
        CURRENCY,
        Column("query", "text", "what was searched for", "搜索词"),
        _id("request_id", "the answer of ours that led here", "引来此事件的推荐或搜索请求"),
        _id("order_id", "order, for purchase and refund", "订单（purchase 与 refund）", refers="orders"),
        _plain("page_url", "text", "page", "页面网址"),
        IP,
        AGENT,
        _plain("device_id", "id", "device", "设备"),
        COUNTRY,
        LANGUAGE,
        ATTRIBUTES,
        time="occurred_at",
        append=True,
    ),
    _table(
        "orders",
        "order_id",
        "What was ordered, paid, cancelled or refunded",
        "订单：已下、已付、取消或退款",
        _id("order_id", "order", "订单", True),
        CUSTOMER,
        VISITOR,
        _time("placed_at", "when it was placed", "下单时间", True),
        Column("status", "word", "status", "状态", choices=ORDER_STATUS),
        CURRENCY,
        _money("total_minor", "what was charged in all", "应付总额", least=None),
        _money("shipping_minor", "shipping", "运费"),
        _money("tax_minor", "tax", "税费"),
        _money("discount_minor", "discount", "折扣"),
        _money("refunded_minor", "money given back", "已退金额"),
        _plain("discount_code", "word", "coupon", "优惠码"),
        _plain("payment_method", "word", "way of paying", "支付方式"),
        _plain("channel", "word", "web, app, store, marketplace …", "渠道：网页、应用、门店、平台……"),
        EMAIL,
        PHONE,
        IP,
        Column("address", "text", "street address", "街道地址", person="secret"),
        _plain("device_id", "id", "device", "设备"),
        COUNTRY,
        REGION,
        CITY,
        POSTCODE,
        _time("cancelled_at", "when it was cancelled", "取消时间"),
        Column("note", "text", "the customer's note", "客户留言", person="secret"),
        ATTRIBUTES,
        time="placed_at",
    ),
    _table(
        "order_lines",
        "order_line_id",
        "One product in one order; a return or a correction has a negative quantity",
        "订单中的一行商品；退货或更正的数量为负",
        _id("order_line_id", "line", "订单行", True),
        Column("order_id", "id", "order", "订单", True, refers="orders"),
        CUSTOMER,
        _required(PRODUCT),
        VARIANT,
        _plain("title", "text", "title at the time", "下单时的标题"),
        Column("quantity", "integer", "pieces", "件数", True, -(10**9), 10**9),
        Column(
            "unit_price_minor",
            "money",
            "price of one piece, in minor units of the currency",
            "单价，以货币最小单位计",
            least=-(10**15),
            most=10**15,
        ),
        _money("discount_minor", "discount on the line", "行折扣"),
        CURRENCY,
        _time("placed_at", "when the order was placed", "下单时间", True),
        time="placed_at",
    ),
    _table(
        "payments",
        "payment_id",
        "Attempts to pay and what became of them",
        "支付尝试及其结果",
        _id("payment_id", "payment", "支付", True),
        Column("order_id", "id", "order", "订单", True, refers="orders"),
        _plain("method", "word", "way of paying", "支付方式"),
        _money("amount_minor", "amount", "金额"),
        CURRENCY,
        _count("installments", "instalments", "分期数"),
        Column("status", "word", "authorised, captured, declined, refunded or charged_back", "状态"),
        Column("card_id", "id", "card, as a token", "卡（令牌）", person="secret"),
        _time("paid_at", "when it was tried", "支付时间"),
        time="paid_at",
    ),
    _table(
        "reviews",
        "review_id",
        "What customers say of products and orders",
        "客户对商品与订单的评价",
        _id("review_id", "review", "评价", True),
        PRODUCT,
        Column("order_id", "id", "order", "订单", refers="orders"),
        CUSTOMER,
        Column("rating", "number", "stars, 0 to 5", "星级，0 到 5", least=0, most=5),
        _plain("title", "text", "title", "标题"),
        _plain("body", "text", "text", "正文"),
        LANGUAGE,
        Column("verified", "flag", "from a buyer", "买家评价"),
        _time("written_at", "when it was written", "评价时间"),
        time="written_at",
    ),
    _table(
        "stock",
        "variant_id location_id counted_at",
        "How many pieces lay where, and when",
        "何时何处有多少库存",
        _required(VARIANT),
        _id("location_id", "place", "地点", True),
        _time("counted_at", "when it was counted", "盘点时间", True),
        Column("quantity", "integer", "pieces", "件数", True, -(10**9), 10**12),
        time="counted_at",
        append=True,
    ),
    _table(
        "prices",
        "variant_id changed_at",
        "What a variant cost from when",
        "规格的历史价格",
        _required(VARIANT),
        _time("changed_at", "from when", "起始时间", True),
        _money("price_minor", "price", "价格", True),
        _money("list_price_minor", "price before a discount", "划线价"),
        CURRENCY,
        time="changed_at",
        append=True,
    ),
    _table(
        "promotions",
        "promotion_id",
        "Discounts and displays with a beginning and an end",
        "有起止时间的促销",
        _id("promotion_id", "promotion", "促销", True),
        _plain("name", "text", "name", "名称"),
        PRODUCT,
        _plain("category", "word", "category", "类目"),
        Column("discount_fraction", "number", "discount, 0 to 1", "折扣比例，0 到 1", least=0, most=1),
        _time("starts_at", "beginning", "开始", True),
        _time("ends_at", "end", "结束"),
        time="starts_at",
    ),
    _table(
        "images",
        "image_id",
        "Pictures of products",
        "商品图片",
        _id("image_id", "picture", "图片", True),
        PRODUCT,
        VARIANT,
        _plain("image_url", "text", "address", "网址"),
        _plain("alt_text", "text", "what it shows", "替代文字"),
        _count("position", "place in the gallery", "图片顺序"),
    ),
    _table(
        "texts",
        "text_id",
        "Pages, policies and answers",
        "页面、政策与常见问答",
        _id("text_id", "text", "文本", True),
        Column("topic", "word", "policy, faq, page, translation", "主题"),
        PRODUCT,
        LANGUAGE,
        _plain("title", "text", "title", "标题"),
        _plain("body", "text", "text", "正文"),
    ),
    _table(
        "conversations",
        "conversation_id",
        "Talks with customers",
        "与客户的会话",
        _id("conversation_id", "conversation", "会话", True),
        CUSTOMER,
        _plain("channel", "word", "channel", "渠道"),
        Column("status", "word", "open, handed_over or closed", "状态"),
        _time("started_at", "beginning", "开始"),
        time="started_at",
    ),
    _table(
        "messages",
        "message_id",
        "What was said in a talk",
        "会话中的消息",
        _id("message_id", "message", "消息", True),
        Column("conversation_id", "id", "conversation", "会话", True, refers="conversations"),
        Column("author", "word", "customer, staff or assistant", "作者"),
        Column("body", "text", "text", "正文", person="secret"),
        LANGUAGE,
        _time("sent_at", "when", "时间", True),
        time="sent_at",
        append=True,
    ),
    _table(
        "shipments",
        "shipment_id",
        "Parcels on their way",
        "包裹",
        _id("shipment_id", "shipment", "运单", True),
        Column("order_id", "id", "order", "订单", True, refers="orders"),
        _plain("carrier", "word", "carrier", "承运方"),
        _time("promised_at", "promised for", "承诺送达"),
        _time("shipped_at", "handed to the carrier", "发出"),
        _time("delivered_at", "delivered", "送达"),
        time="shipped_at",
    ),
    _table(
        "returns",
        "return_id",
        "What came back, and why",
        "退货及原因",
        _id("return_id", "return", "退货", True),
        Column("order_id", "id", "order", "订单", refers="orders"),
        PRODUCT,
        VARIANT,
        CUSTOMER,
        _count("quantity", "pieces", "件数"),
        _plain("reason", "text", "reason", "原因"),
        _money("refund_minor", "money given back", "退款"),
        CURRENCY,
        _time("returned_at", "when", "时间", True),
        time="returned_at",
    ),
    _table(
        "vehicles",
        "vehicle_id",
        "What delivers",
        "配送车辆",
        _id("vehicle_id", "vehicle", "车辆", True),
        _id("depot_id", "depot", "仓点", refers="depots"),
        Column("capacity_grams", "number", "what it carries", "载重（克）", least=0),
        _plain("kind", "word", "kind", "类型"),
    ),
    _table(
        "depots",
        "depot_id",
        "Where goods lie and deliveries start",
        "仓库与配送起点",
        _id("depot_id", "depot", "仓点", True),
        _plain("name", "text", "name", "名称"),
        Column("latitude", "number", "degrees north", "纬度", least=-90, most=90),
        Column("longitude", "number", "degrees east", "经度", least=-180, most=180),
        COUNTRY,
        REGION,
        CITY,
        POSTCODE,
    ),
    _table(
        "suppliers",
        "supplier_id",
        "Who sells to the shop",
        "供应商",
        _id("supplier_id", "supplier", "供应商", True),
        _plain("name", "text", "name", "名称"),
        COUNTRY,
        Column("lead_time_days", "number", "days from order to arrival", "到货天数", least=0),
        CURRENCY,
        _money("minimum_order_minor", "smallest order", "起订金额"),
    ),
    _table(
        "purchase_orders",
        "purchase_order_line_id",
        "What the shop ordered from suppliers",
        "采购单",
        _id("purchase_order_line_id", "line", "采购行", True),
        _id("purchase_order_id", "purchase order", "采购单", True),
        _id("supplier_id", "supplier", "供应商", refers="suppliers"),
        _required(VARIANT),
        _count("quantity", "pieces", "件数", True),
        _money("unit_cost_minor", "cost of one piece", "单件成本"),
        CURRENCY,
        Column("status", "word", "proposed, approved, ordered, arrived or rejected", "状态"),
        _time("ordered_at", "ordered", "下单"),
        _time("arrived_at", "arrived", "到货"),
        time="ordered_at",
    ),
    _table(
        "campaigns",
        "campaign_id",
        "Messages and offers sent to many",
        "营销活动",
        _id("campaign_id", "campaign", "活动", True),
        _plain("name", "text", "name", "名称"),
        _plain("channel", "word", "channel", "渠道"),
        _time("starts_at", "beginning", "开始"),
        _time("ends_at", "end", "结束"),
        time="starts_at",
    ),
    _table(
        "exposures",
        "exposure_id",
        "Who was shown or sent what",
        "谁看到或收到了什么",
        _id("exposure_id", "exposure", "曝光", True),
        _id("campaign_id", "campaign", "活动", refers="campaigns"),
        CUSTOMER,
        VISITOR,
        PRODUCT,
        Column("treated", "flag", "in the treated group", "处于实验组"),
        Column("propensity", "number", "probability with which it was shown", "被展示的概率", least=0, most=1),
        _time("shown_at", "when", "时间", True),
        time="shown_at",
        append=True,
    ),
    _table(
        "decisions",
        "decision_id",
        "Every answer Mercer gave, with what it knew; it only grows",
        "Mercer 给出的每个回答及其依据；只增不改",
        _id("decision_id", "decision", "决策", True),
        _id(
            "request_id",
            "the asker's own id: asking again with it answers the same",
            "请求方自己的编号：用同一编号再问，回答不变",
        ),
        Column("capability", "word", "question", "问题", True),
        Column("model", "word", "model", "模型"),
        Column("model_version", "word", "version", "版本"),
        Column("channel", "word", "python, cli, rest or mcp", "来路"),
        CUSTOMER,
        VISITOR,
        Column("request", "facts", "what was asked", "请求内容", person="secret"),
        Column("response", "facts", "what was answered", "回答内容", person="secret"),
        Column("seconds", "number", "time it took", "耗时（秒）", least=0),
        _time("decided_at", "when", "时间", True),
        time="decided_at",
        append=True,
    ),
    _table(
        "labels",
        "label_id",
        "The truth, when it arrives: fraud, chargebacks, verdicts",
        "事后得知的真相：欺诈、拒付、裁定",
        _id("label_id", "label", "标签", True),
        Column("subject", "word", "order, review, customer …", "对象类型", True),
        _id("subject_id", "which one", "对象编号", True),
        Column("label", "word", "what it was found to be", "结论", True),
        Column("source", "word", "who said so", "来源"),
        _time("occurred_at", "when the subject happened", "对象发生时间"),
        time="occurred_at",
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}


def table(name: str) -> Table:
    """The declaration of the table called ``name``; NotFound lists the names there are."""
    if name not in TABLES:
        raise NotFound(
            Phrase("there is no table '{name}'", "没有名为“{name}”的表").format(name=name),
            Phrase("tables: {names}", "可用的表：{names}").format(names=", ".join(TABLES)),
        )
    return TABLES[name]
