"""Google Merchant Center's product data: text with tabs, RSS and Atom, groups of items, prices with their currency."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, open_counter, refused, unchanged

from mercer.store.importing.context import Options

JANUARY, MARCH = (Options(now=datetime(2026, month, 15, tzinfo=UTC)) for month in (1, 3))
HEADER = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "availability", "price", "sale_price",
    "sale_price_effective_date", "cost_of_goods_sold", "brand", "gtin", "product_type", "google_product_category", "item_group_id", "color",
    "size", "gender", "age_group", "shipping_weight", "condition", "custom_label_0", "custom_label_1",
)  # fmt: skip
ITEMS = (
    ("LS-S", "Linen Shirt, S", "<p>Soft &amp; light</p>", "https://shop.example/s", "https://shop.example/1.jpg",
     "https://shop.example/2.jpg,https://shop.example/3.jpg", "in_stock", "29.90 USD", "24.90 USD",
     "2026-01-01T00:00+0100/2026-01-31T23:59+0100", "11.50 USD", "Alder", "4006381333931", "Clothing > Shirts", "212", "LS", "sand", "S",
     "Female", "adult", "0.2 kg", "new", "summer", "linen"),
    ("LS-M", "Linen Shirt, M", "Soft", "https://shop.example/m", "https://shop.example/m.jpg", "", "out of stock", "29.90 USD", "", "",
     "", "Alder", "", "Clothing > Shirts", "212", "LS", "sand", "M", "female", "adult", "7 oz", "new", "", ""),
    ("IK", "Iron Kettle", "Boils", "https://shop.example/k", "", "", "preorder", "4,000 JPY", "", "", "", "", "", "",
     "Home & Garden > Kitchen", "", "", "", "", "", "", "used", "", ""),
)  # fmt: skip


def tabs() -> str:
    """The items as text with tabs."""
    return "\n".join("\t".join(cells) for cells in (HEADER, *ITEMS)) + "\n"


def feed(kind: str = "rss") -> str:
    """The items as a feed."""
    outer, item = ('<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>', "item")
    end = "</channel></rss>"
    if kind == "atom":
        outer, item, end = (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>',
            "entry",
            "</feed>",
        )
    parts = [f"<?xml version='1.0'?>\n{outer}"]
    for cells in ITEMS:
        leaves = []
        for name, value in zip(HEADER, cells, strict=True):
            for each in value.split(",http") if name == "additional_image_link" else [value]:
                text = each if not each.startswith("s://") else "http" + each
                text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                leaves += [f"<g:{name}>{text}</g:{name}>"] if text else []
        leaves.append("<g:shipping><g:country>US</g:country><g:price>5 USD</g:price></g:shipping>")
        parts.append(f"<{item}>{''.join(leaves)}</{item}>")
    return "\n".join([*parts, end]) + "\n"


def test_items_become_variants_and_groups_products(counter: Counter) -> None:
    """The first item of a group describes the product; all of them are its variants."""
    (outcome,) = counter.bring(feed_tsv=tabs(), options=JANUARY)
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == (
        "merchant-center/products",
        3,
        0,
    )
    kettle, shirt = counter.rows("products")
    assert shirt == {
        "product_id": "LS", "title": "Linen Shirt, S", "description": "Soft & light", "brand": "Alder", "categories": ["Clothing > Shirts"],
        "product_url": "https://shop.example/s", "image_url": "https://shop.example/1.jpg", "gender": "female", "age_group": "adult",
        "tags": ["summer", "linen"], "weight_grams": 200.0, "status": "active",
        "attributes": '{"condition":"new","google_product_category":"212"}',
    }  # fmt: skip
    assert kettle["categories"] == ["Home & Garden > Kitchen"]
    assert counter.rows("variants") == [
        {"variant_id": "IK", "product_id": "IK", "price_minor": 4000, "currency": "JPY", "availability": "preorder"},
        {"variant_id": "LS-M", "product_id": "LS", "title": "Linen Shirt, M", "price_minor": 2990, "currency": "USD",
         "availability": "out_of_stock", "color": "sand", "size": "M", "weight_grams": pytest.approx(198.446661),
         "image_url": "https://shop.example/m.jpg", "options": '{"color":"sand","size":"M"}'},
        {"variant_id": "LS-S", "product_id": "LS", "title": "Linen Shirt, S", "price_minor": 2490, "currency": "USD", "list_price_minor": 2990,
         "cost_minor": 1150, "availability": "in_stock", "gtin": "4006381333931", "color": "sand", "size": "S", "weight_grams": 200.0,
         "image_url": "https://shop.example/1.jpg", "options": '{"color":"sand","size":"S"}'},
    ]  # fmt: skip
    assert [(row["image_id"], row["product_id"], row["image_url"][-5:]) for row in counter.rows("images")] == [
        ("LS-M:1", "LS", "m.jpg"), ("LS-S:1", "LS", "1.jpg"), ("LS-S:2", "LS", "2.jpg"), ("LS-S:3", "LS", "3.jpg"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_feed_gives_the_rows_of_the_text_file(counter: Counter, kind: str) -> None:
    """RSS and Atom say the same as tabs do."""
    counter.bring(feed_tsv=tabs(), options=JANUARY)
    (counter.folder / "xml").mkdir()
    with open_counter(counter.folder / "xml") as other:
        (outcome,) = other.bring(feed_xml=feed(kind), options=JANUARY)
        assert (outcome.layout and outcome.layout.name, outcome.refused) == ("merchant-center/products", 0)
        assert other.everything() == counter.everything()


def test_a_sale_price_counts_while_its_dates_say_so(counter: Counter) -> None:
    """In March the sale of January is over."""
    counter.bring(feed_tsv=tabs(), options=MARCH)
    assert counter.rows("variants", "variant_id", "price_minor", "list_price_minor")[2] == {
        "variant_id": "LS-S",
        "price_minor": 2990,
    }


def test_importing_again_changes_nothing(counter: Counter) -> None:
    """A second time writes no row."""
    counter.bring(feed_tsv=tabs(), options=JANUARY)
    assert all(unchanged(each) for each in counter.bring(again=True, feed_tsv=tabs(), options=JANUARY))


def test_decimal_commas_and_signs(counter: Counter) -> None:
    """'15,50 EUR', '€ 15,50' and '1.249,00 EUR' are what they look like."""
    counter.bring(feed_tsv="id\ttitle\tlink\tprice\na\tA\tx\t15,50 EUR\nb\tB\ty\t€ 15,50\nc\tC\tz\t1.249,00 EUR\n")
    assert [row["price_minor"] for row in counter.rows("variants")] == [1550, 1550, 124900]
    assert {row["currency"] for row in counter.rows("variants")} == {"EUR"}


def test_refused_items_say_line_field_and_reason(counter: Counter) -> None:
    """What cannot be read is refused by its line, in text and in a feed that breaks off."""
    (outcome,) = counter.bring(feed_tsv="id\ttitle\tlink\tprice\na\tA\tx\tcheap\n\tB\ty\t1 EUR\nc\tC\tz\t2 EUR\n")
    said = refused(outcome)
    assert [(line, field, found) for line, field, found, *_ in said] == [(2, "price", "cheap"), (3, "id", "")]
    assert all(reason and reason_zh and reason != reason_zh for *_, reason, reason_zh in said)
    assert [row["product_id"] for row in counter.rows("products")] == ["c"]
    (broken,) = counter.bring(cut_xml=feed().rpartition("<item>")[0] + "<item><g:id>X</g:id><g:title>")
    assert [(line, zh[:3]) for line, *_, zh in refused(broken)] == [(5, "XML")]
    assert "LS" in {row["product_id"] for row in counter.rows("products")}
