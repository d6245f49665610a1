"""WooCommerce's product export: categories, variations by their parent, sale prices, units in the header."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, open_counter, refused, unchanged

from mercer.store.importing import csv_rows
from mercer.store.importing.context import Options

HEADER = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,Date sale price starts,"
    "Date sale price ends,In stock?,Stock,Backorders allowed?,Weight (lbs),Length (in),Sale price,Regular price,Categories,Tags,"
    "Images,Parent,Upsells,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)\n"
)
BODY = (
    '10,variable,SHIRT,Linen Shirt,1,1,visible,short,<p>Soft &amp; light</p>,,,1,,0,2,10,,,"Clothing > Shirts, Sale","linen, summer",'
    '"https://shop.example/1.jpg, https://shop.example/2.jpg",,IK,Size,"S, M",Material,Linen\n'
    "11,variation,SHIRT-S,Linen Shirt - S,1,0,visible,,,,,1,4,0,1,,24.90,29.90,,,https://shop.example/s.jpg,SHIRT,,Size,S,,\n"
    "12,variation,,Linen Shirt - M,1,0,visible,,,,,0,0,0,,,,29.90,,,,id:10,,Size,M,,\n"
    '20,simple,IK,Iron Kettle,1,0,visible,Boils,,2026-01-01,2026-01-31,backorder,0,notify,,,30,40,"Kitchen > Pots\\, pans",,,,,,,,\n'
    "30,simple,OLD,Old Cup,-1,0,visible,,,,,1,-1,1,,,,5,,,,,,,,,\n"
)
JANUARY, MARCH = (Options(now=datetime(2026, month, 15, tzinfo=UTC)) for month in (1, 3))


def test_products_their_variations_and_their_pictures(counter: Counter) -> None:
    """A variation is a variant of its parent, found by SKU or by id."""
    (outcome,) = counter.bring(wc_csv=HEADER + BODY, options=JANUARY)
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == ("woocommerce/products", 5, 0)
    shirt, kettle, cup = counter.rows("products")
    assert shirt == {
        "product_id": "10", "title": "Linen Shirt", "description": "Soft & light", "categories": ["Clothing > Shirts", "Sale"],
        "tags": ["linen", "summer"], "image_url": "https://shop.example/1.jpg", "material": "Linen", "weight_grams": 907.18474,
        "status": "active",
        "attributes": '{"sku":"SHIRT","upsells":"IK","featured":"true","length_cm":"25.4","Size":"S, M","Material":"Linen"}',
    }  # fmt: skip
    assert (kettle["description"], kettle["categories"], cup["status"]) == ("Boils", ["Kitchen > Pots, pans"], "draft")
    assert counter.rows("variants") == [
        {"variant_id": "11", "product_id": "10", "sku": "SHIRT-S", "title": "S", "price_minor": 2490, "list_price_minor": 2990,
         "currency": "EUR", "availability": "in_stock", "quantity_available": 4, "size": "S", "weight_grams": 453.59237,
         "image_url": "https://shop.example/s.jpg", "options": '{"Size":"S"}'},
        {"variant_id": "12", "product_id": "10", "title": "M", "price_minor": 2990, "currency": "EUR", "availability": "out_of_stock",
         "quantity_available": 0, "size": "M", "options": '{"Size":"M"}'},
        {"variant_id": "20", "product_id": "20", "sku": "IK", "price_minor": 3000, "list_price_minor": 4000, "currency": "EUR",
         "availability": "backorder", "quantity_available": 0},
        {"variant_id": "30", "product_id": "30", "sku": "OLD", "price_minor": 500, "currency": "EUR", "availability": "backorder",
         "quantity_available": -1},
    ]  # fmt: skip
    assert [(row["image_id"], row["image_url"]) for row in counter.rows("images")] == [
        ("10:1", "https://shop.example/1.jpg"),
        ("10:2", "https://shop.example/2.jpg"),
    ]


def test_a_sale_price_counts_while_its_dates_say_so(counter: Counter) -> None:
    """In March the offer of January is over."""
    counter.bring(wc_csv=HEADER + BODY, options=MARCH)
    kettle = counter.rows("variants", "variant_id", "price_minor", "list_price_minor")[2]
    assert kettle == {"variant_id": "20", "price_minor": 4000}


def test_variations_may_come_before_their_parent_and_batches_anywhere(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of the rows and the cutting of the file decide nothing."""
    counter.bring(wc_csv=HEADER + BODY, options=JANUARY)
    (counter.folder / "cut").mkdir()
    monkeypatch.setattr(csv_rows.read_csv, "__defaults__", (64,))
    upside_down = HEADER + "\n".join(reversed(BODY.strip().split("\n"))) + "\n"
    with open_counter(counter.folder / "cut") as cut:
        cut.bring(wc_csv=upside_down, options=JANUARY)
        assert cut.everything() == counter.everything()


def test_a_parent_from_an_earlier_import_is_found(counter: Counter) -> None:
    """A file of variations alone belongs to the products that the shop has."""
    counter.bring(wc_csv=HEADER + BODY, options=JANUARY)
    counter.bring(more_csv="ID,Type,SKU,Name,Regular price,Parent\n13,variation,SHIRT-L,Linen Shirt - L,31,SHIRT\n")
    assert {"13": "10"}.items() <= {row["variant_id"]: row["product_id"] for row in counter.rows("variants")}.items()


def test_columns_that_the_file_lacks_stay_as_they_are(counter: Counter) -> None:
    """A small file of prices does not forget stock, options and categories."""
    counter.bring(wc_csv=HEADER + BODY, options=JANUARY)
    counter.bring(
        prices_csv="ID,Type,SKU,Name,Regular price,Parent\n11,variation,SHIRT-S,Linen Shirt,19,id:10\n20,simple,IK,Kettle,9,\n"
    )
    small, kettle = counter.rows("variants")[0], counter.rows("products")[1]
    assert (small["price_minor"], small["title"], small["size"], small["quantity_available"]) == (1900, "S", "S", 4)
    assert (kettle["title"], kettle["categories"]) == ("Kettle", ["Kitchen > Pots, pans"])


def test_importing_again_changes_nothing(counter: Counter) -> None:
    """A second time writes no row."""
    counter.bring(wc_csv=HEADER + BODY, options=JANUARY)
    assert all(unchanged(each) for each in counter.bring(again=True, wc_csv=HEADER + BODY, options=JANUARY))


def test_refused_rows_say_line_field_and_reason(counter: Counter) -> None:
    """Bad amounts, rows without any id and variations of nothing are refused by their line."""
    (outcome,) = counter.bring(wc_csv="ID,Type,SKU,Name,Regular price,Stock,Parent\n1,simple,A,Cup,dear,,\n,simple,,Pot,3,,\n"
                                      "3,variation,C,Lid,4,parent,NOBODY\n4,simple,D,Mug,4,,\n")  # fmt: skip
    said = refused(outcome)
    assert [(line, field, found) for line, field, found, *_ in said] == [
        (2, "Regular price", "dear"),
        (3, "ID", ""),
        (4, "Parent", "NOBODY"),
    ]
    assert all(reason and reason_zh and reason != reason_zh for *_, reason, reason_zh in said)
    assert [row["product_id"] for row in counter.rows("products")] == ["4"]


def test_decimal_commas_and_signs(counter: Counter) -> None:
    """A shop that writes 1.249,50 and kilograms with a comma."""
    counter.bring(
        wc_csv="ID;Type;SKU;Name;Regular price;Sale price;Weight (kg)\n1;simple;A;Cup;1.249,50;€ 999,90;0,25\n"
    )
    assert counter.rows("variants", "price_minor", "list_price_minor", "weight_grams") == [
        {"price_minor": 99990, "list_price_minor": 124950, "weight_grams": 250.0}
    ]
