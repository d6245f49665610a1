"""Words that exports use for events, countries and currencies, and the ones our tables use for them."""

from __future__ import annotations

import polars as pl

from mercer.core.tables import EVENT_NAMES

_EVENT_WORDS: dict[str, str] = {
    "view_item": "view pv click clk detail view_detail product_view productview view_product item_view viewed visit"
    " detail_page_view detailpageview page_detail read browse show_item 点击 浏览 查看 浏览商品 商品浏览 访问 浏览详情",
    "view_item_list": "impression impressions list list_view category_page_view expose exposure show 曝光 展示 列表",
    "select_item": "select click_item item_click product_click clickout clickout_item",
    "add_to_cart": "cart addtocart add_cart addcart carts add_to_basket basket addtobasket add"
    " 加购 加购物车 加入购物车 购物车 加入购物篮",
    "remove_from_cart": "removefromcart remove_cart delete_from_cart uncart remove 移出购物车 删除购物车 取消加购",
    "add_to_wishlist": "fav favor favorite favorites favourite favourites wishlist like collect bookmark save addtowishlist"
    " 收藏 喜欢 加收藏 关注",
    "purchase": "buy bought purchases purchased transaction transactions order orders ordered alipay checkout_complete pay paid"
    " purchase_complete sale sales 购买 下单 支付 成交 买 付款 交易",
    "begin_checkout": "checkout start_checkout initiate_checkout 结算 去结算",
    "search": "query searched site_search 搜索",
    "refund": "return returned refunded 退款 退货",
    "view_cart": "cart_view shopping_cart_page_view 查看购物车",
    "view_homepage": "home home_page_view homepage 首页",
    "page_view": "pageview 页面浏览",
    "sign_up": "register signup 注册",
    "login": "signin sign_in log_in 登录",
}

EVENTS: dict[str, str] = {name: name for name in EVENT_NAMES} | {
    word: name for name, words in _EVENT_WORDS.items() for word in words.split()
}
"""What logs call an event (lower case, words joined by "_"), and its name in Google Analytics 4."""

# The public Taobao logs number their behaviours so.
NUMBERED_EVENTS = {"1": "view_item", "2": "add_to_wishlist", "3": "add_to_cart", "4": "purchase"}

COUNTRIES: dict[str, str] = dict(
    pair.split("=")
    for pair in [
        "united kingdom=GB",
        "uk=GB",
        "great britain=GB",
        "england=GB",
        "germany=DE",
        "deutschland=DE",
        "france=FR",
        "eire=IE",
        "ireland=IE",
        "spain=ES",
        "netherlands=NL",
        "the netherlands=NL",
        "belgium=BE",
        "switzerland=CH",
        "portugal=PT",
        "australia=AU",
        "norway=NO",
        "italy=IT",
        "finland=FI",
        "cyprus=CY",
        "sweden=SE",
        "austria=AT",
        "denmark=DK",
        "japan=JP",
        "poland=PL",
        "israel=IL",
        "usa=US",
        "united states=US",
        "united states of america=US",
        "hong kong=HK",
        "singapore=SG",
        "iceland=IS",
        "canada=CA",
        "greece=GR",
        "malta=MT",
        "united arab emirates=AE",
        "rsa=ZA",
        "south africa=ZA",
        "lebanon=LB",
        "lithuania=LT",
        "brazil=BR",
        "czech republic=CZ",
        "czechia=CZ",
        "bahrain=BH",
        "saudi arabia=SA",
        "china=CN",
        "mainland china=CN",
        "中国=CN",
        "中国大陆=CN",
        "taiwan=TW",
        "macau=MO",
        "macao=MO",
        "korea=KR",
        "south korea=KR",
        "republic of korea=KR",
        "nigeria=NG",
        "thailand=TH",
        "bermuda=BM",
        "india=IN",
        "mexico=MX",
        "argentina=AR",
        "chile=CL",
        "colombia=CO",
        "peru=PE",
        "new zealand=NZ",
        "turkey=TR",
        "türkiye=TR",
        "russia=RU",
        "ukraine=UA",
        "hungary=HU",
        "romania=RO",
        "bulgaria=BG",
        "croatia=HR",
        "slovakia=SK",
        "slovenia=SI",
        "estonia=EE",
        "latvia=LV",
        "luxembourg=LU",
        "malaysia=MY",
        "indonesia=ID",
        "philippines=PH",
        "vietnam=VN",
        "viet nam=VN",
        "egypt=EG",
        "morocco=MA",
        "kenya=KE",
        "pakistan=PK",
        "bangladesh=BD",
        "香港=HK",
        "中国香港=HK",
        "台湾=TW",
        "中国台湾=TW",
        "澳门=MO",
        "日本=JP",
        "韩国=KR",
        "美国=US",
        "英国=GB",
        "德国=DE",
        "法国=FR",
        "新加坡=SG",
        "马来西亚=MY",
        "澳大利亚=AU",
        "加拿大=CA",
        "俄罗斯=RU",
    ]
)
"""Names of countries as exports write them, in lower case, and their ISO 3166 codes."""

# Currencies whose smallest unit is not a hundredth.
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip

SYMBOLS: dict[str, str] = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₫": "VND", "฿": "THB", "₴": "UAH",
                           "₦": "NGN", "₪": "ILS", "元": "CNY", "円": "JPY"}  # fmt: skip


def word_key(text: pl.Series) -> pl.Series:
    """Words in one spelling: lower case, blanks and hyphens as "_", "AddToCart" as "add_to_cart".

    >>> word_key(pl.Series(["AddToCart", "detail-page-view", " PV "])).to_list()
    ['add_to_cart', 'detail_page_view', 'pv']
    """
    spaced = text.str.strip_chars().str.replace_all(r"([a-z0-9])([A-Z])", "${1}_${2}")
    return spaced.str.to_lowercase().str.replace_all(r"[\s\-]+", "_")


def event_names(text: pl.Series) -> pl.Series:
    """GA4 names of events; a word that nobody knows stays, in lower case, as a name of the shop's own.

    >>> event_names(pl.Series(["buy", "Add to Cart", "加购", "spin_wheel"])).to_list()
    ['purchase', 'add_to_cart', 'add_to_cart', 'spin_wheel']
    """
    distinct = text.unique()
    keys = word_key(distinct)
    names = keys.replace(EVENTS)
    present = set(keys.drop_nulls().to_list())
    if present and present <= NUMBERED_EVENTS.keys():
        names = keys.replace(NUMBERED_EVENTS)
    return text.replace_strict(distinct, names, return_dtype=pl.String)


def country_codes(text: pl.Series) -> pl.Series:
    """ISO 3166 codes where the name is known; two letters are one already; any other name stays as it is.

    >>> country_codes(pl.Series(["United Kingdom", "EIRE", "de", "Atlantis"])).to_list()
    ['GB', 'IE', 'DE', 'Atlantis']
    """
    distinct = text.unique()
    codes = pl.Series([_country(each) for each in distinct], dtype=pl.String)
    return text.replace_strict(distinct, codes, return_dtype=pl.String)


def _country(name: str | None) -> str | None:
    if name is None:
        return None
    known = COUNTRIES.get(name.strip().lower())
    two_letters = len(name) == 2 and name.isascii() and name.isalpha()
    return known or (name.upper() if two_letters else name)
