"""What products and people are called in every export, so that the ids agree."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mercer.core.phrase import Phrase
from mercer.simulate.assortment import Assortment
from mercer.simulate.catalogue import Catalogue, title
from mercer.simulate.people import People, email_of

CURRENCY = "EUR"
SITE = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Labels:
    """Handles, titles and sizes of products; addresses of people.

    A shop that sells in two languages without a translation app writes both into the title, as 'Linen Shirt, navy | 亚麻衬衫
    藏青': that is what these exports do. Searches are in the searcher's own language.
    """

    handles: tuple[str, ...]
    titles: tuple[Phrase, ...]
    sizes: tuple[tuple[str, ...], ...]
    emails: tuple[str, ...]

    def shown(self, product: int) -> str:
        """The title as the shop shows it."""
        words = self.titles[product]
        return f"{words.en} | {words.zh}"

    def sku(self, product: int, fit: float) -> str:
        """The stock keeping unit that fits somebody of size ``fit`` (0 to 1)."""
        sizes = self.sizes[product]
        return f"{self.handles[product]}-{sizes[int(fit * len(sizes))].lower()}" if sizes else self.handles[product]

    def size(self, product: int, fit: float) -> str:
        """The size that fits, or nothing for a product that has no sizes."""
        sizes = self.sizes[product]
        return sizes[int(fit * len(sizes))] if sizes else ""


def labels(goods: Assortment, products: Catalogue, whom: People) -> Labels:
    """Name everything."""
    titles = tuple(title(goods, products, index) for index in range(len(products)))
    return Labels(
        tuple(_slug(each.en) for each in titles),
        titles,
        tuple(goods.categories[kind].sizes for kind in products.category),
        tuple(email_of(whom, index) for index in range(len(whom))),
    )


def _slug(text: str) -> str:
    plain = text.lower().replace("é", "e").replace("'", "").replace("&", "and")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
