"""The words and numbers of what a simulated shop sells, read from assortment.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mercer.core.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of goods: what its titles are made of, and how it sells. The fields are explained in assortment.toml."""

    index: int
    department: Phrase
    name: Phrase
    nouns: tuple[Phrase, ...]
    firsts: tuple[Phrase, ...]
    seconds: tuple[Phrase, ...]
    packed: bool
    """Whether the seconds are packs (250 g) rather than colours."""
    sizes: tuple[str, ...]
    price: float
    spread: float
    margin: float
    repeat: int
    peak: int
    swing: float
    gift: float
    unit: int
    goes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assortment:
    """All categories, brands and styles."""

    categories: tuple[Category, ...]
    brands: tuple[str, ...]
    styles: tuple[Phrase, ...]

    def numbers(self, field: str) -> list[float]:
        """One field of every category."""
        return [float(getattr(category, field)) for category in self.categories]


@cache
def assortment() -> Assortment:
    """What simulated shops sell.

    >>> assortment().categories[12].name.say("zh-CN")
    '水壶'
    """
    held = tomllib.loads(files("mercer.simulate").joinpath("assortment.toml").read_text(encoding="utf-8"))
    rows = [(_word(each["name"]), row) for each in held["departments"] for row in each["categories"]]
    index = {_word(row["name"]).en: number for number, (_, row) in enumerate(rows)}
    colours = _words(held["colours"])
    return Assortment(
        tuple(_category(number, department, row, colours, index) for number, (department, row) in enumerate(rows)),
        tuple(held["brands"]["names"]),
        _words(held["styles"]["names"]),
    )


def _category(
    number: int, department: Phrase, row: dict[str, Any], colours: tuple[Phrase, ...], index: dict[str, int]
) -> Category:
    plain = {name: row[name] for name in ("price", "spread", "margin", "repeat", "peak", "swing", "gift", "unit")}
    return Category(
        number,
        department,
        _word(row["name"]),
        _words(row["nouns"]),
        _words(row["firsts"]),
        _words(row["packs"]) if "packs" in row else colours,
        "packs" in row,
        tuple(row.get("sizes", ())),
        goes=tuple(index[name] for name in row["goes"]),
        **plain,
    )


def _words(texts: list[str]) -> tuple[Phrase, ...]:
    return tuple(_word(text) for text in texts)


def _word(text: str) -> Phrase:
    english, _, chinese = text.partition(" = ")
    return Phrase(english, chinese)
