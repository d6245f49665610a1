"""Shopify's product export, with its headers of 2026."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from mercer.simulate.assortment import Assortment
from mercer.simulate.catalogue import Catalogue, description
from mercer.simulate.dirt import Dirt
from mercer.simulate.exports.labels import SITE, Labels
from mercer.simulate.exports.money import major

HEADERS = (
    "Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags", "Published on online store", "Status",
    "SKU", "Barcode", "Option1 name", "Option1 value", "Option1 Linked To", "Option2 name", "Option2 value", "Option2 Linked To",
    "Option3 name", "Option3 value", "Option3 Linked To", "Price", "Price / International", "Compare-at price",
    "Compare-at price / International", "Cost per item", "Charge tax", "Tax code", "Inventory tracker", "Inventory quantity",
    "Continue selling when out of stock", "Weight value (grams)", "Weight unit for display", "Requires shipping",
    "Fulfillment service", "Product image URL", "Image position", "Image alt text", "Variant image URL", "Gift card", "SEO title",
    "SEO description",
)  # fmt: skip


def write_products(path: Path, goods: Assortment, products: Catalogue, names: Labels, dirt: Dirt) -> int:
    """Write every product; returns the number of variants. Variants after the first have a row of their own with no title."""
    variants = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADERS, restval="", lineterminator="\n")
        writer.writeheader()
        for index in range(len(products)):
            rows = list(rows_of(goods, products, names, index))
            variants += len(rows)
            writer.writerows(dirt.products(index, rows))
        writer.writerows(dirt.services())
    return variants


def rows_of(goods: Assortment, products: Catalogue, names: Labels, index: int) -> Iterator[dict[str, str]]:
    """The rows of one product: one a variant."""
    sizes = names.sizes[index] or ("",)
    for place, size in enumerate(sizes):
        row = _product(goods, products, names, index) if place == 0 else {"URL handle": names.handles[index]}
        fit = (place + 0.5) / len(sizes)
        yield row | _variant(goods, products, index, names.sku(index, fit), size, len(sizes))


def _product(goods: Assortment, products: Catalogue, names: Labels, index: int) -> dict[str, str]:
    category = goods.categories[products.category[index]]
    about = description(goods, products, index)
    first, second = category.firsts[products.first[index]], category.seconds[products.second[index]]
    return {
        "Title": names.shown(index),
        "URL handle": names.handles[index],
        "Description": f"<p>{about.en.replace('&', '&amp;')}</p><p>{about.zh}</p>",
        "Vendor": goods.brands[products.brand[index]],
        "Product category": f"{category.department.en} > {category.name.en}",
        "Type": f"{category.name.en} | {category.name.zh}",
        "Tags": ", ".join(
            [goods.styles[products.style[index]].en, first.en.lower().replace(",", ""), second.en.replace(",", "")]
        ),
        "Published on online store": "TRUE",
        "Status": "Active",
        "Product image URL": f"{SITE}/images/{names.handles[index]}.jpg",
        "Image position": "1",
        "Image alt text": names.shown(index),
        "Gift card": "FALSE",
    }


def _variant(goods: Assortment, products: Catalogue, index: int, sku: str, size: str, parts: int) -> dict[str, str]:
    listed = int(products.list_price_minor[index])
    return {
        "SKU": sku,
        "Option1 name": "Size" if size else "Title",
        "Option1 value": size or "Default Title",
        "Price": major(int(products.price_minor[index])),
        "Compare-at price": major(listed) if listed else "",
        "Cost per item": major(int(products.cost_minor[index])),
        "Charge tax": "TRUE",
        "Inventory tracker": "shopify",
        "Inventory quantity": str(-(-int(products.stock[index]) // parts)),
        "Continue selling when out of stock": "DENY",
        "Weight value (grams)": str(goods.categories[products.category[index]].unit),
        "Weight unit for display": "g",
        "Requires shipping": "TRUE",
        "Fulfillment service": "manual",
    }
