"""What the simulated shop offers: products with words and prices that can be seen, and tastes that cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mercer.core.phrase import Phrase
from mercer.simulate.assortment import Assortment, Category
from mercer.simulate.plan import CATALOGUE, DIMENSIONS, Plan

COMPLEMENTS = 3
"""How many products go with each."""

_CANDIDATES = 256
"""Of so many products at most are a product's complements chosen, which keeps a catalogue of a million affordable."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every product as one row of each array.

    ``vector`` (products, dimensions) and ``quality`` are the hidden truth; ``relative_price`` is the log of the price over its
    category's median; ``launch`` is the day it was first offered, before the shop's first day where negative; ``complements``
    (products, 3) are the products that go with it. ``noun``, ``first``, ``second`` and ``edition`` make its title.
    """

    category: np.ndarray
    style: np.ndarray
    noun: np.ndarray
    first: np.ndarray
    second: np.ndarray
    edition: np.ndarray
    brand: np.ndarray
    vector: np.ndarray
    quality: np.ndarray
    price_minor: np.ndarray
    list_price_minor: np.ndarray
    cost_minor: np.ndarray
    relative_price: np.ndarray
    launch: np.ndarray
    stock: np.ndarray
    complements: np.ndarray

    def __len__(self) -> int:
        return len(self.category)


def style_centres(plan: Plan, styles: int) -> np.ndarray:
    """The taste each style stands for: directions at right angles to one another."""
    drawn = plan.rng(CATALOGUE, 0).normal(size=(DIMENSIONS, DIMENSIONS))
    orthogonal, _ = np.linalg.qr(drawn)
    return np.ascontiguousarray(1.6 * orthogonal[:styles])


def catalogue(plan: Plan, goods: Assortment) -> Catalogue:
    """Invent the products of a plan."""
    rng = plan.rng(CATALOGUE, 1)
    n, styles = plan.products, len(goods.styles)
    kinds = len(goods.categories)
    share = rng.lognormal(0, 0.35, kinds)
    category = np.sort(
        np.concatenate([np.arange(min(n, kinds)), rng.choice(kinds, max(0, n - kinds), p=share / share.sum())])
    )
    style = rng.integers(0, styles, n)
    noun = _pick(rng, category, style, [len(each.nouns) for each in goods.categories], lean=0.0)
    first = _pick(rng, category, style, [len(each.firsts) for each in goods.categories], lean=5.0)
    second = _pick(rng, category, style, [len(each.seconds) for each in goods.categories], lean=5.0)
    edition = _editions(rng, goods, category, noun, first, second)
    brand = _pick(rng, np.zeros(n, np.int64), style, [len(goods.brands)], lean=12.0)
    vector = style_centres(plan, styles)[style] + 0.5 * rng.normal(size=(n, DIMENSIONS))
    relative, price = _prices(rng, goods, category, second)
    listed = np.where(rng.random(n) < 0.15, price + np.maximum(100, (price * 0.25).astype(np.int64) // 100 * 100), 0)
    margin = np.array(goods.numbers("margin"))[category] * rng.uniform(0.85, 1.1, n)
    launch = np.where(rng.random(n) < 0.7, -rng.integers(1, 700, n), rng.integers(0, max(1, int(plan.days * 0.95)), n))
    launch[np.unique(category, return_index=True)[1]] = -365  # no category is empty on the first day
    stock = np.where(rng.random(n) < 0.04, 0, rng.negative_binomial(2, 0.03, n) + 3)
    return Catalogue(
        category,
        style,
        noun,
        first,
        second,
        edition,
        brand,
        vector,
        rng.normal(0, 0.4, n),
        price,
        listed,
        (price * (1 - margin)).astype(np.int64),
        relative,
        launch,
        stock,
        _complements(rng, goods, category, vector),
    )


def _pick(rng: np.random.Generator, group: np.ndarray, style: np.ndarray, sizes: list[int], lean: float) -> np.ndarray:
    """One word per product out of its group's list, leaning towards the words that share its style."""
    size = np.array(sizes)[group]
    places = np.arange(max(sizes))
    weight = np.where(places[None, :] % 6 == (style % size)[:, None] % 6, 1 + lean, 1.0)
    weight[places[None, :] >= size[:, None]] = 0
    reach = np.cumsum(weight, axis=1)
    found: np.ndarray = (rng.random(len(group))[:, None] * reach[:, -1:] > reach).sum(axis=1)
    return found


def _editions(
    rng: np.random.Generator,
    goods: Assortment,
    category: np.ndarray,
    noun: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
) -> np.ndarray:
    """Give every product a title of its own: other nouns and seconds first, then numbers."""
    for _ in range(4):
        twice = _places(category, noun, first, second) > 0
        if not twice.any():
            break
        for words, field in ((noun, "nouns"), (second, "seconds")):
            sizes = np.array([len(getattr(each, field)) for each in goods.categories])[category[twice]]
            words[twice] = (rng.random(int(twice.sum())) * sizes).astype(np.int64)
    return _places(category, noun, first, second)


def _places(*columns: np.ndarray) -> np.ndarray:
    """How many earlier rows hold the same values."""
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        code = code * (int(column.max()) + 1) + column
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    place = np.arange(len(code)) - np.repeat(begins, np.diff(np.r_[begins, len(code)]))
    places = np.empty(len(code), np.int64)
    places[order] = place
    return places


def _prices(
    rng: np.random.Generator, goods: Assortment, category: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Log-normal prices around the category's median, ending in 90 as prices do; bigger packs cost more."""
    spread = np.array(goods.numbers("spread"))[category]
    packed = np.array([each.packed for each in goods.categories])[category]
    relative = rng.normal(0, 1, len(category)) * spread + np.where(
        packed, np.array([-0.3, 0, 0.4])[np.minimum(second, 2)], 0
    )
    major = np.array(goods.numbers("price"))[category] * np.exp(relative)
    return relative, np.maximum(2, np.round(major)).astype(np.int64) * 100 - 10


def _complements(rng: np.random.Generator, goods: Assortment, category: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """For each product, the products of the categories that go with its own and whose style suits it best; -1: none."""
    found = np.full((len(category), COMPLEMENTS), -1)
    members = [np.flatnonzero(category == number) for number in range(len(goods.categories))]
    for each in goods.categories:
        others = np.concatenate([members[number] for number in each.goes])
        mine = members[each.index]
        if not len(others) or not len(mine):
            continue
        if len(others) > _CANDIDATES:
            others = rng.choice(others, _CANDIDATES, replace=False)
        fit = vector[mine] @ vector[others].T + rng.gumbel(size=(len(mine), len(others)))
        best = others[np.argsort(-fit, axis=1)[:, :COMPLEMENTS]]
        found[mine, : best.shape[1]] = best
    return found


def title(goods: Assortment, products: Catalogue, index: int) -> Phrase:
    """The title of one product in both languages, such as 'Linen Shirt, navy' and '亚麻衬衫 藏青'."""
    category = goods.categories[products.category[index]]
    first, noun, second = _title_words(category, products, index)
    edition = int(products.edition[index])
    english, chinese = f"{first.en} {noun.en}, {second.en}", f"{first.zh}{noun.zh} {second.zh}"
    return (
        Phrase(f"{english}, no. {edition + 1}", f"{chinese} {edition + 1}号") if edition else Phrase(english, chinese)
    )


def _title_words(category: Category, products: Catalogue, index: int) -> tuple[Phrase, Phrase, Phrase]:
    return (
        category.firsts[products.first[index]],
        category.nouns[products.noun[index]],
        category.seconds[products.second[index]],
    )


def description(goods: Assortment, products: Catalogue, index: int) -> Phrase:
    """What the product's page says of it."""
    category = goods.categories[products.category[index]]
    first, noun, second = _title_words(category, products, index)
    style, brand = goods.styles[products.style[index]], goods.brands[products.brand[index]]
    pair = products.complements[index][0]
    other = goods.categories[products.category[pair]].name if pair >= 0 else category.name
    english = (
        f"{noun.en} in a {style.en} style, by {brand}. {first.en}, {second.en}. "
        f"From our range {category.department.en}; goes well with our {other.en}."
    )
    chinese = f"{brand} {style.zh}风格{noun.zh}：{first.zh}，{second.zh}。属于{category.department.zh}系列，适合与{other.zh}搭配。"
    return Phrase(english, chinese)
