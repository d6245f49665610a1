"""What is asked of recommend_products, and what comes back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from mercer.core.capability import Reason, Response
from mercer.core.record import CustomerId, Id, Language, Record, about

Category = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RecommendRequest(Record):
    """For whom, beside what, and within which bounds products are to be recommended.

    Everything may be left out: then the answer is what is popular now. ``instead_of`` goes before ``goes_with``,
    ``cart``, ``recent`` and the customer's own past when it is decided what kind of question this is; the others
    still have their say. Products named in the request are never recommended back.
    """

    customer: Annotated[
        CustomerId | None, about("customer who is signed in, by the shop's own id", "已登录的客户（店铺自己的编号）")
    ] = None
    visitor: Annotated[
        CustomerId | None, about("visitor who is not signed in: cookie or device id", "未登录的访客：cookie 或设备编号")
    ] = None
    recent: Annotated[
        tuple[Id, ...],
        about("products viewed in this visit, newest last", "本次访问中浏览过的商品，最新的在最后", max_length=200),
    ] = ()
    goes_with: Annotated[
        Id | None, about("recommend what is bought together with this product", "推荐与此商品搭配购买的商品")
    ] = None
    instead_of: Annotated[
        Id | None, about("recommend what can be bought in place of this product", "推荐可替代此商品的商品")
    ] = None
    cart: Annotated[
        tuple[Id, ...], about("products in the cart, newest last", "购物车中的商品，最新的在最后", max_length=200)
    ] = ()
    n: Annotated[int, about("how many products to recommend", "推荐多少件商品", ge=1, le=200)] = 10
    categories: Annotated[
        tuple[Category, ...],
        about(
            "only products of these categories or of categories within them, such as 'Home > Kitchen'",
            "仅限这些类目（含下级类目）的商品，如“家居 > 厨房”",
            max_length=200,
        ),
    ] = ()
    in_stock_only: Annotated[bool, about("only products that can be bought now", "仅限现在可购买的商品")] = True
    price_min_minor: Annotated[
        int | None, about("lowest price, in minor units of the currency", "最低价格，以货币最小单位计", ge=0, le=10**15)
    ] = None
    price_max_minor: Annotated[
        int | None,
        about("highest price, in minor units of the currency", "最高价格，以货币最小单位计", ge=0, le=10**15),
    ] = None
    exclude: Annotated[tuple[Id, ...], about("products never to recommend", "不要推荐的商品", max_length=200)] = ()
    already_bought: Annotated[
        Literal["allow", "leave_out", "auto"],
        about(
            "products the customer has bought before: allow them, leave them out, or allow them in the categories "
            "where customers of this shop buy the same thing again (auto)",
            "客户买过的商品：allow 允许，leave_out 不推荐，auto 仅在顾客会重复购买的类目中允许",
        ),
    ] = "auto"
    language: Annotated[Language | None, about("language of the reasons, BCP-47", "推荐理由的语言（BCP-47）")] = None


class Recommended(Record):
    """One recommended product, and why."""

    product_id: Annotated[str, about("product", "商品")]
    title: Annotated[str, about("title of the product", "商品名称")]
    score: Annotated[float, about("how strongly; comparable within one answer only", "推荐强度，仅在同一回答内可比")]
    reasons: Annotated[tuple[Reason, ...], about("why this product", "推荐理由")] = ()


class Recommendations(Response):
    """The recommended products, best first; ``reasons`` say what could not be done as asked."""

    items: Annotated[tuple[Recommended, ...], about("recommended products, best first", "推荐的商品，最优的在前")] = ()
