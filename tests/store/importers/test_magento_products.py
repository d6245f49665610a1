"""Magento's product export: category paths, further attributes, configurable products and what they consist of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, open_counter, refused, unchanged

from mercer.store.importing import csv_rows
from mercer.store.importing.context import Options

HEADER = (
    "sku,store_view_code,attribute_set_code,product_type,categories,name,description,weight,product_online,visibility,price,special_price,"
    "special_price_from_date,special_price_to_date,base_image,base_image_label,additional_images,created_at,additional_attributes,qty,"
    "out_of_stock_qty,allow_backorders,is_in_stock,manage_stock,upsell_skus,configurable_variations\n"
)
SMALL = 'SHIRT-S,,Top,simple,,Linen Shirt-S,,0.2,1,Not Visible Individually,29.90,,,,/s.jpg,,,1/31/26 08:00,"ean=4006381333931,size=S",4,0,0,1,1,,\n'
MEDIUM = "SHIRT-M,,Top,simple,,Linen Shirt-M,,0.2,1,Not Visible Individually,29.90,,,,,,,,size=M,0,0,1,1,1,,\n"
SHIRT = (
    'SHIRT,,Top,configurable,Default Category/Clothing|Default Category/Clothing/Shirts,Linen Shirt,<p>Soft &amp; light</p>,,1,"Catalog, Search",'
    ',,,,/1.jpg,front,"/1.jpg,/2.jpg",1/31/26 08:00,"manufacturer=Alder,material=Linen|Cotton,care=wash, then dry",0,0,0,1,1,KETTLE,'
    '"sku=SHIRT-S,size=S,color=Sand|sku=SHIRT-M,size=M,color=Sand"\n'
)
SHIRT_DE = "SHIRT,de,Top,configurable,,Leinenhemd,,,,,,,,,,,,,,,,,,,,\n"
KETTLE = (
    'KETTLE,,Default,simple,"Default Category/Kitchen,Default Category/Sale",Iron Kettle,Boils.,1.5,2,"Catalog, Search",40,30,1/1/26,1/31/26,,,,,,'
    "7.0000,0,0,1,1,,\n"
)
LONELY = "LID,,Default,simple,,Lid,,,1,Not Visible Individually,5,,,,,,,,,0,0,0,0,1,,\n"
BODY = SMALL + MEDIUM + SHIRT + SHIRT_DE + KETTLE + LONELY
JANUARY, MARCH = (Options(now=datetime(2026, month, 15, tzinfo=UTC)) for month in (1, 3))


def test_products_their_parts_and_their_pictures(counter: Counter) -> None:
    """Simple products that are not shown become variants of the one that names them."""
    (outcome,) = counter.bring(catalog_product_csv=HEADER + BODY, options=JANUARY)
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == ("magento/products", 6, 0)
    kettle, lid, shirt = counter.rows("products")
    assert shirt == {
        "product_id": "SHIRT", "title": "Linen Shirt", "description": "Soft & light", "brand": "Alder",
        "categories": ["Clothing", "Clothing > Shirts"], "image_url": "/1.jpg", "material": "Linen, Cotton", "status": "active",
        "created_at": datetime(2026, 1, 31, 8, tzinfo=UTC),
        "attributes": '{"attribute_set_code":"Top","upsell_skus":"KETTLE","manufacturer":"Alder","material":"Linen, Cotton",'
                      '"care":"wash, then dry"}',
    }  # fmt: skip
    assert (kettle["categories"], kettle["status"], lid["status"]) == (["Kitchen", "Sale"], "draft", "draft")
    assert counter.rows("variants") == [
        {"variant_id": "KETTLE", "product_id": "KETTLE", "sku": "KETTLE", "price_minor": 3000, "currency": "EUR", "list_price_minor": 4000,
         "availability": "in_stock", "quantity_available": 7},
        {"variant_id": "LID", "product_id": "LID", "sku": "LID", "price_minor": 500, "currency": "EUR", "availability": "out_of_stock",
         "quantity_available": 0},
        {"variant_id": "SHIRT-M", "product_id": "SHIRT", "sku": "SHIRT-M", "title": "M / Sand", "price_minor": 2990, "currency": "EUR",
         "availability": "backorder", "quantity_available": 0, "color": "Sand", "size": "M", "options": '{"size":"M","color":"Sand"}'},
        {"variant_id": "SHIRT-S", "product_id": "SHIRT", "sku": "SHIRT-S", "title": "S / Sand", "price_minor": 2990, "currency": "EUR",
         "availability": "in_stock", "quantity_available": 4, "gtin": "4006381333931", "color": "Sand", "size": "S",
         "image_url": "/s.jpg", "options": '{"size":"S","color":"Sand"}'},
    ]  # fmt: skip
    assert [(row["image_id"], row["image_url"], row.get("alt_text")) for row in counter.rows("images")] == [
        ("SHIRT:1", "/1.jpg", "front"),
        ("SHIRT:2", "/2.jpg", None),
    ]
    assert any("left out: de" in note.en and "略去" in note.zh for note in outcome.notes)


def test_a_special_price_counts_while_its_dates_say_so(counter: Counter) -> None:
    """In March the special price of January is over."""
    counter.bring(catalog_product_csv=HEADER + BODY, options=MARCH)
    assert counter.rows("variants", "variant_id", "price_minor", "list_price_minor")[0] == {
        "variant_id": "KETTLE",
        "price_minor": 4000,
    }


@pytest.mark.parametrize("body", [SHIRT + SHIRT_DE + LONELY + MEDIUM + KETTLE + SMALL, BODY])
def test_the_order_of_rows_and_the_cutting_of_the_file_decide_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """The whole may come before its parts or after them, in one batch or in several."""
    counter.bring(catalog_product_csv=HEADER + BODY, options=JANUARY)
    (counter.folder / "cut").mkdir()
    monkeypatch.setattr(csv_rows.read_csv, "__defaults__", (64,))
    with open_counter(counter.folder / "cut") as cut:
        cut.bring(catalog_product_csv=HEADER + body, options=JANUARY)
        assert cut.everything() == counter.everything()


def test_parts_alone_stay_with_the_product_of_before(counter: Counter) -> None:
    """A file of new prices for parts does not take them out of their product."""
    counter.bring(catalog_product_csv=HEADER + BODY, options=JANUARY)
    counter.bring(prices_csv="sku,product_type,visibility,price\nSHIRT-S,simple,Not Visible Individually,24.90\n")
    small = {row["variant_id"]: row for row in counter.rows("variants")}["SHIRT-S"]
    assert (small["product_id"], small["price_minor"], small["quantity_available"]) == ("SHIRT", 2490, 4)
    assert (small["title"], small["color"], small["gtin"]) == ("S / Sand", "Sand", "4006381333931")
    assert len(counter.rows("products")) == 3


def test_importing_again_changes_nothing(counter: Counter) -> None:
    """A second time writes no row."""
    counter.bring(catalog_product_csv=HEADER + BODY, options=JANUARY)
    assert all(
        unchanged(each) for each in counter.bring(again=True, catalog_product_csv=HEADER + BODY, options=JANUARY)
    )


def test_refused_rows_say_line_field_and_reason(counter: Counter) -> None:
    """What cannot be read is refused by its line."""
    (outcome,) = counter.bring(p_csv="sku,product_type,visibility,name,price,qty\nA,simple,Catalog,Cup,dear,1\n,simple,Catalog,Pot,3,1\n"
                                     "C,simple,Catalog,Lid,4,few\nD,simple,Catalog,Mug,4,2\n")  # fmt: skip
    said = refused(outcome)
    assert [(line, field, found) for line, field, found, *_ in said] == [
        (2, "price", "dear"),
        (3, "sku", ""),
        (4, "qty", "few"),
    ]
    assert all(reason and reason_zh and reason != reason_zh for *_, reason, reason_zh in said)
    assert [row["product_id"] for row in counter.rows("products")] == ["D"]


def test_decimal_commas_and_signs(counter: Counter) -> None:
    """A shop that writes 1.249,50 and the sign of its currency."""
    counter.bring(p_csv="sku;product_type;visibility;name;price;qty\nA;simple;Catalog;Cup;€ 1.249,50;2,0000\n")
    assert counter.rows("variants", "price_minor", "quantity_available") == [
        {"price_minor": 124950, "quantity_available": 2}
    ]
