"""Why a product is recommended, in a shopper's words."""

from __future__ import annotations

from typing import NamedTuple

from mercer.core.capability import Reason
from mercer.core.phrase import Phrase

PHRASES: dict[str, Phrase] = {
    "goes_with_viewed": Phrase("goes with the {title} you viewed", "与您看过的“{title}”相配"),
    "goes_with_cart": Phrase("goes with the {title} in your cart", "与您购物车中的“{title}”相配"),
    "goes_with_bought": Phrase("goes with the {title} you bought", "与您买过的“{title}”相配"),
    "goes_with_seen": Phrase("goes with the {title} you looked at before", "与您以前看过的“{title}”相配"),
    "goes_with": Phrase("often bought with the {title}", "常与“{title}”一起购买"),
    "instead_of": Phrase("can take the place of the {title}", "可替代“{title}”"),
    "similar": Phrase("similar to the {title}", "与“{title}”相似"),
    "similar_viewed": Phrase("similar to the {title} you viewed", "与您看过的“{title}”相似"),
    "similar_cart": Phrase("similar to the {title} in your cart", "与您购物车中的“{title}”相似"),
    "similar_bought": Phrase("similar to the {title} you bought", "与您买过的“{title}”相似"),
    "similar_seen": Phrase("similar to the {title} you looked at before", "与您以前看过的“{title}”相似"),
    "bought_before": Phrase("you bought it before", "您以前买过"),
    "viewed_before": Phrase("you looked at it before", "您以前看过"),
    "popular": Phrase("popular {when}", "{when}热销"),
    "popular_in": Phrase("popular in {segment} {when}", "{segment}{when}热销"),
    "new_in": Phrase("new in {category}", "{category}新品"),
    "offered": Phrase("from this shop's range", "本店在售商品"),
    "unknown_product": Phrase(
        "'{product}' is not in the catalogue this model learned from; train again if it is new",
        "模型学习时的商品目录中没有“{product}”；若是新商品，请重新训练",
    ),
    "unknown_category": Phrase("the shop has no category '{category}'", "店铺没有类目“{category}”"),
    "stranger": Phrase(
        "nothing is known of this person yet; shown is what is popular", "尚不了解此人，推荐的是热销商品"
    ),
    "too_few": Phrase(
        "only {found} of {n} products meet every condition", "符合全部条件的商品只有 {found} 件（要求 {n} 件）"
    ),
}


class Cause(NamedTuple):
    """What moved a product up, before it is put into words: a code of PHRASES, a product, and words to fill in."""

    code: str
    product: int = -1
    words: dict[str, Phrase] | None = None


def when(days: int) -> Phrase:
    """The last so many days, as people say it."""
    for most, phrase in (
        (1, Phrase("today", "今日")),
        (8, Phrase("this week", "本周")),
        (31, Phrase("this month", "本月")),
        (366, Phrase("in the last {days} days", "近 {days} 天")),
    ):
        if days <= most:
            return phrase.format(days=days)
    return Phrase("in this shop", "本店")


def say(cause: Cause, language: str, titles: list[str], ids: list[str]) -> Reason:
    """A cause in words."""
    text = PHRASES[cause.code].say(language)
    if cause.product >= 0:
        text = text.replace("{title}", titles[cause.product])
        return Reason(code=cause.code, text=text, product_id=ids[cause.product])
    for name, phrase in (cause.words or {}).items():
        text = text.replace("{" + name + "}", phrase.say(language))
    return Reason(code=cause.code, text=text)
