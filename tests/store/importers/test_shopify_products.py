"""Shopify's product export: groups of rows, variants, pictures, and both generations of headers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from counter import Counter, open_counter, refused, unchanged

from mercer.store.importing import csv_rows

NEW = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,"
    "Option1 value,Option2 name,Option2 value,Price,Compare-at price,Cost per item,Inventory tracker,Inventory quantity,"
    "Continue selling when out of stock,Weight value (grams),Product image URL,Image position,Image alt text,Variant image URL,"
    "Gift card,Google Shopping / Gender,Fabric (product.metafields.custom.fabric)"
)
LEGACY = (
    "Title,Handle,Body (HTML),Vendor,Product Category,Type,Tags,Published,Status,Variant SKU,Variant Barcode,Option1 Name,"
    "Option1 Value,Option2 Name,Option2 Value,Variant Price,Variant Compare At Price,Cost per item,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Grams,Image Src,Image Position,Image Alt Text,Variant Image,"
    "Gift Card,Google Shopping / Gender,Fabric (product.metafields.custom.fabric)"
)
# A shirt in two sizes with a second picture in a row of its own; a kettle without options; a draft that is nothing but a title.
BODY = '''
"Linen Shirt","linen-shirt","<p>Soft &amp; light</p><ul><li>washable</li></ul>",Alder,Clothing > Shirts,Shirt,"linen, summer",TRUE,Active,LS-S,'4006381333931,Size,S,Colour,Sand,29.90,39.90,11.50,shopify,3,deny,210,https://shop.example/1.jpg,1,front,,FALSE,female,linen
,linen-shirt,,,,,,,,LS-M,,,M,,Sand,29.90,,11.50,shopify,0,continue,220,https://shop.example/2.jpg,2,back,https://shop.example/m.jpg,,,
,linen-shirt,,,,,,,,,,,,,,,,,,,,,https://shop.example/3.jpg,3,,,,,
Iron Kettle,iron-kettle,Boils.,Kvist,Uncategorized,Kettle,,TRUE,Active,,,Title,Default Title,,,"1,249.00",0.00,,,,deny,,,,,,FALSE,,
Gift,gift,,,,,,FALSE,Active,,,Title,Default Title,,,10,,,shopify,-2,deny,0,,,,,TRUE,,
'''.strip("\n")  # fmt: skip


def test_rows_of_one_handle_become_a_product_its_variants_and_its_pictures(counter: Counter) -> None:
    """A product's first row names it; each row brings a variant, a picture, or both."""
    (outcome,) = counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == ("shopify/products", 5, 0)
    gift, kettle, shirt = counter.rows("products")
    assert shirt == {
        "product_id": "linen-shirt", "title": "Linen Shirt", "description": "Soft & light\nwashable", "brand": "Alder",
        "categories": ["Clothing > Shirts"], "image_url": "https://shop.example/1.jpg", "gender": "female", "tags": ["linen", "summer"],
        "weight_grams": 210.0, "status": "active", "attributes": '{"type":"Shirt","Fabric":"linen"}',
    }  # fmt: skip
    assert (kettle["categories"], kettle["status"]) == (["Kettle"], "active")
    assert (gift["status"], gift["attributes"]) == ("draft", '{"gift_card":"true"}')
    assert counter.rows("variants", "variant_id", "product_id", "sku", "title", "price_minor", "list_price_minor", "cost_minor",
                        "availability", "quantity_available", "gtin", "color", "size", "weight_grams", "image_url", "options") == [
        {"variant_id": "LS-M", "product_id": "linen-shirt", "sku": "LS-M", "title": "M / Sand", "price_minor": 2990, "cost_minor": 1150,
         "availability": "backorder", "quantity_available": 0, "color": "Sand", "size": "M", "weight_grams": 220.0,
         "image_url": "https://shop.example/m.jpg", "options": '{"Size":"M","Colour":"Sand"}'},
        {"variant_id": "LS-S", "product_id": "linen-shirt", "sku": "LS-S", "title": "S / Sand", "price_minor": 2990,
         "list_price_minor": 3990, "cost_minor": 1150, "availability": "in_stock", "quantity_available": 3, "gtin": "4006381333931",
         "color": "Sand", "size": "S", "weight_grams": 210.0, "options": '{"Size":"S","Colour":"Sand"}'},
        {"variant_id": "gift", "product_id": "gift", "price_minor": 1000, "availability": "out_of_stock", "quantity_available": -2},
        {"variant_id": "iron-kettle", "product_id": "iron-kettle", "price_minor": 124900, "availability": "in_stock"},
    ]  # fmt: skip
    assert counter.rows("images", "image_id", "image_url", "alt_text", "position") == [
        {"image_id": "linen-shirt:1", "image_url": "https://shop.example/1.jpg", "alt_text": "front", "position": 1},
        {"image_id": "linen-shirt:2", "image_url": "https://shop.example/2.jpg", "alt_text": "back", "position": 2},
        {"image_id": "linen-shirt:3", "image_url": "https://shop.example/3.jpg", "position": 3},
    ]


def test_legacy_and_new_headers_give_equal_rows(counter: Counter, tmp_path: Path) -> None:
    """The same shop, exported before and after Shopify renamed its columns, is the same in every table."""
    counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    (tmp_path / "old").mkdir()
    with open_counter(tmp_path / "old") as old:
        (outcome,) = old.bring(products_csv=f"{LEGACY}\n{BODY}\n")
        assert outcome.refused == 0
        assert old.everything() == counter.everything()


def test_importing_again_changes_nothing(counter: Counter) -> None:
    """A second time writes no row, whether the file is known or looked at afresh."""
    (first,) = counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    (known,) = counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    (afresh,) = counter.bring(products_csv=f"{NEW}\n{BODY}\n", again=True)
    assert (first.already, known.already, afresh.already) == (False, True, False)
    assert unchanged(afresh)


def test_columns_that_the_file_lacks_stay_as_they_are(counter: Counter) -> None:
    """A small file that changes prices does not forget brands, tags and stock."""
    counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    before = counter.rows("products")
    counter.bring(
        prices_csv="Handle,Title,Option1 Value,Variant SKU,Variant Price\nlinen-shirt,Linen Shirt,S,LS-S,24.90\n"
    )
    assert counter.rows("products")[2]["brand"] == before[2]["brand"]
    small = {row["variant_id"]: row for row in counter.rows("variants")}["LS-S"]
    assert (small["price_minor"], small["quantity_available"], small["size"]) == (2490, 3, "S")


def test_products_may_go_on_in_the_next_batch(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a file is cut into batches, the options keep their names and the rows are the same."""
    counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    whole = counter.everything()
    (counter.folder / "cut").mkdir()
    monkeypatch.setattr(csv_rows.read_csv, "__defaults__", (64,))
    with open_counter(counter.folder / "cut") as cut:
        cut.bring(products_csv=f"{NEW}\n{BODY}\n")
        assert cut.everything() == whole


def test_a_sku_used_twice_names_its_first_variant_only(counter: Counter) -> None:
    """Two variants never fall together because somebody typed the same SKU."""
    counter.bring(products_csv="Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
                               "a,A,Size,S,X,1\na,,,M,X,2\nb,B,Title,Default Title,X,3\n")  # fmt: skip
    assert [(row["variant_id"], row["price_minor"]) for row in counter.rows("variants")] == [
        ("X", 100),
        ("a:M", 200),
        ("b", 300),
    ]


def test_refused_rows_say_line_field_and_reason(counter: Counter) -> None:
    """What cannot be read is refused by its line; rows that hang on a refused first row are left out with it."""
    (outcome,) = counter.bring(products_csv="Handle,Title,Option1 Value,Variant Price\n"
                                            "tea,Tea,Default Title,3.50\ncup,Cup,S,cheap\ncup,,M,4\n,,L,5\npot,Pot,S,1\npot,,M,?\n")  # fmt: skip
    assert [(line, field, found) for line, field, found, _, _ in refused(outcome)] == [
        (3, "Variant Price", "cheap"), (4, "Handle", "cup"), (5, "Handle", ""), (7, "Variant Price", "?"),
    ]  # fmt: skip
    reasons = refused(outcome)
    assert "write 12.50" in reasons[0][3]
    assert "请写成 12.50" in reasons[0][4]
    assert "'cup' was refused" in reasons[1][3]
    assert "“cup”" in reasons[1][4]
    assert [row["product_id"] for row in counter.rows("products")] == ["pot", "tea"]


def test_amounts_with_a_decimal_comma_and_currency_signs(counter: Counter) -> None:
    """Spreadsheets of other countries write 12,50, and some write the sign."""
    (outcome,) = counter.bring(
        products_csv="Handle;Title;Variant Price;Cost per item\na;A;12,50;€ 3,20\nb;B;1.199,00;€ 800,00\n"
    )
    assert [(row["price_minor"], row["cost_minor"]) for row in counter.rows("variants")] == [
        (1250, 320),
        (119900, 80000),
    ]
    assert any("decimal comma" in note.en and "逗号" in note.zh for note in outcome.notes)


def test_a_product_without_handle_gets_the_one_of_its_title(counter: Counter) -> None:
    """Shopify makes a handle of the title where none is given, and so do we."""
    counter.bring(products_csv="URL handle,Title,Price\n,Green Tea & Café,3\n")
    assert [row["product_id"] for row in counter.rows("products")] == ["green-tea-cafe"]


def test_parquet_is_read_as_csv_is(counter: Counter, tmp_path: Path) -> None:
    """The same table as Parquet gives the same rows."""
    counter.bring(products_csv=f"{NEW}\n{BODY}\n")
    header, *cells = csv.reader(io.StringIO(f"{NEW}\n{BODY}\n"))
    (tmp_path / "parquet").mkdir()
    frame = io.BytesIO()
    pl.DataFrame(cells, schema=header, orient="row").write_parquet(frame)
    with open_counter(tmp_path / "parquet") as other:
        other.bring(products_parquet=frame.getvalue())
        assert other.everything() == counter.everything()
