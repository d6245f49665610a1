"""Questions to ask a simulated shop in a demo: people, products and carts of its own, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from mercer.store.store import Store

N = 3
"""Products asked for."""

STRANGER = "somebody-new"


def questions(store: Store) -> dict[str, dict[str, Any]]:
    """Each question in words, with the fields of the request that asks it."""
    titles = dict(store.frame("products", ["product_id", "title"]).iter_rows())
    bought = _purchases(store)
    english, chinese = _regular(bought, abroad=True), _regular(bought, abroad=False)
    popular = bought.group_by("product_id").len().sort("len", "product_id", descending=[True, False])["product_id"]
    first, second, third, fourth = popular[:4].to_list()
    cart = [first, third]

    def say(products: list[str], language: str) -> str:
        return ("、" if language == "zh" else " + ").join(half(titles.get(each) or each, language) for each in products)

    return {
        f"Somebody bought {say(english[1], 'en')}, among others: what next?": {
            "customer": english[0],
            "language": "en",
            "n": N,
        },
        f"有人买过{say(chinese[1], 'zh')}等商品，接下来会喜欢什么？": {
            "customer": chinese[0],
            "language": "zh-CN",
            "n": N,
        },
        f"A visitor has just looked at {say([second, fourth], 'en')}: what next?": {
            "recent": [second, fourth],
            "language": "en",
            "n": N,
        },
        f"什么与{say([first], 'zh')}相配？": {"goes_with": first, "language": "zh-CN", "n": N},
        f"What can be had instead of {say([first], 'en')}?": {"instead_of": first, "language": "en", "n": N},
        f"购物车里有{say(cart, 'zh')}，还缺什么？": {"cart": cart, "language": "zh-CN", "n": N},
        "Somebody of whom nothing is known: what first?": {"customer": STRANGER, "language": "en", "n": N},
    }


def _purchases(store: Store) -> pl.DataFrame:
    lines = store.frame("order_lines", ["customer_id", "order_id", "product_id", "placed_at"])
    places = store.frame("orders", ["order_id", "country"])
    return lines.drop_nulls("customer_id").join(places, on="order_id", how="left")


def _regular(bought: pl.DataFrame, abroad: bool) -> tuple[str, list[str]]:
    """A customer who comes often, with the latest of their purchases."""
    at_home = pl.col("country").fill_null("") == "CN"
    people = (
        bought.filter(~at_home if abroad else at_home)
        .sort("placed_at", maintain_order=True)
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("product_id").unique(maintain_order=True).tail(3).alias("latest"), pl.len().alias("n"))
        .filter(pl.col("n").is_between(4, 10))
        .sort("n", "customer_id", descending=[True, False])
    )
    row = people.row(0, named=True)
    return row["customer_id"], row["latest"]


def half(title: str, language: str) -> str:
    """The half of a bilingual title that is in a language.

    >>> half("Linen Shirt, navy | 亚麻衬衫 藏青", "zh-CN")
    '亚麻衬衫 藏青'
    """
    english, _, chinese = title.partition(" | ")
    return chinese or english if language.startswith("zh") else english
