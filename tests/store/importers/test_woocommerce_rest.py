"""What WooCommerce's REST interface answers: products, variations, customers, orders and reviews, as arrays or lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from counter import Counter, open_counter, refused, unchanged

SHIRT = {
    "id": 10, "name": "Linen Shirt", "permalink": "https://shop.example/shirt", "type": "variable", "status": "publish", "featured": False,
    "catalog_visibility": "visible", "description": "<p>Soft &amp; light</p>", "short_description": "", "sku": "SHIRT", "price": "24.90",
    "regular_price": "", "on_sale": True, "stock_quantity": None, "stock_status": "instock", "weight": "0.2", "average_rating": "4.50",
    "rating_count": 2, "date_created": "2026-01-01T01:00:00", "date_created_gmt": "2026-01-01T00:00:00",
    "categories": [{"id": 1, "name": "Shirts &amp; tops", "slug": "shirts"}], "tags": [{"id": 3, "name": "linen", "slug": "linen"}],
    "images": [{"id": 1, "src": "https://shop.example/1.jpg", "alt": "front"}, {"id": 2, "src": "https://shop.example/2.jpg", "alt": ""}],
    "attributes": [{"id": 1, "name": "Size", "options": ["S", "M"]}, {"id": 0, "name": "Brand", "options": ["Alder"]}],
    "variations": [11, 12], "meta_data": [{"key": "x", "value": {"deep": 1}}],
}  # fmt: skip
KETTLE = {
    "id": 20, "name": "Iron Kettle", "type": "simple", "status": "draft", "sku": "IK", "price": "30", "regular_price": "40.00", "on_sale": True,
    "stock_quantity": 0, "stock_status": "onbackorder", "average_rating": "0.00", "rating_count": 0, "images": [], "attributes": [],
    "categories": [], "tags": [], "variations": [],
}  # fmt: skip
SMALL = {
    "id": 11, "parent_id": 10, "type": "variation", "sku": "SHIRT-S", "price": "24.90", "regular_price": "29.90", "on_sale": True, "status": "publish",
    "stock_quantity": 4, "stock_status": "instock", "attributes": [{"id": 1, "name": "Size", "option": "S"}],
    "image": {"id": 9, "src": "https://shop.example/s.jpg", "alt": ""},
}  # fmt: skip
ANN = {"first_name": "Ann", "last_name": "Ash", "address_1": "Weg 1", "address_2": "2. Stock", "city": "Bremen", "state": "HB",
       "postcode": "28195", "country": "DE", "email": "Ann@shop.example", "phone": "+49 421 0"}  # fmt: skip
NOWHERE = dict.fromkeys(ANN, "")


def line(
    number: int, product: int, variation: int, quantity: Any, subtotal: str, tax: str, total: str, **more: Any
) -> dict[str, Any]:
    """A line of an order."""
    return {"id": number, "name": "Thing", "product_id": product, "variation_id": variation, "quantity": quantity, "subtotal": subtotal,
            "subtotal_tax": tax, "total": total, "total_tax": tax, "sku": "", **more}  # fmt: skip


ORDER = {
    "id": 501, "number": "501", "status": "processing", "currency": "EUR", "date_created": "2026-02-01T10:00:00",
    "date_created_gmt": "2026-02-01T09:00:00", "date_paid_gmt": "2026-02-01T09:01:00", "discount_total": "2.00", "discount_tax": "0.38",
    "shipping_total": "4.90", "total": "90.00", "total_tax": "14.37", "prices_include_tax": True, "customer_id": 7,
    "customer_ip_address": "192.0.2.1", "customer_note": "", "created_via": "checkout", "payment_method": "paypal",
    "payment_method_title": "PayPal", "billing": ANN, "shipping": NOWHERE, "coupon_lines": [{"id": 1, "code": "winter"}],
    "line_items": [line(1, 10, 11, 2, "41.85", "7.95", "41.85"), line(2, 20, 0, 1, "33.61", "6.39", "31.61")],
    "refunds": [{"id": 9, "reason": "", "total": "-10.00"}, {"id": 10, "reason": "", "total": "-2.50"}],
}  # fmt: skip
GUEST = {
    "id": 502, "number": "A-502", "status": "cancelled", "currency": "JPY", "date_created": "2026-02-02T00:00:00", "discount_total": "0",
    "shipping_total": "0", "total": "3000", "total_tax": "0", "prices_include_tax": False, "customer_id": 0, "billing": {**NOWHERE,
    "email": "Bo@shop.example", "country": "JP"}, "shipping": NOWHERE, "coupon_lines": [], "refunds": [],
    "line_items": [line(3, 0, 0, 1, "3000", "0", "3000", sku="IK")],
}  # fmt: skip
CUSTOMER = {"id": 7, "date_created_gmt": "2025-12-31T23:00:00", "email": "ann@shop.example", "first_name": "Ann", "last_name": "Ash",
            "role": "customer", "username": "ann", "billing": ANN, "shipping": NOWHERE, "is_paying_customer": True}  # fmt: skip
REVIEWS = [
    {"id": 1, "date_created_gmt": "2026-02-10T00:00:00", "product_id": 10, "status": "approved", "reviewer": "Ann",
     "reviewer_email": "ANN@shop.example", "review": "<p>Love it &hearts;</p>", "rating": 5, "verified": True},
    {"id": 2, "date_created_gmt": "2026-02-11T00:00:00", "product_id": 10, "status": "spam", "reviewer": "X", "reviewer_email": "x@x.example",
     "review": "buy", "rating": 5, "verified": False},
]  # fmt: skip


def at(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def whole_shop() -> dict[str, str]:
    """All files: arrays, and lines for the orders."""
    return {
        "products_json": json.dumps([SHIRT, KETTLE], indent=1),
        "variations_json": json.dumps([SMALL]),
        "customers_json": json.dumps([CUSTOMER]),
        "orders_jsonl": json.dumps(ORDER) + "\n" + json.dumps(GUEST) + "\n",
        "reviews_json": json.dumps(REVIEWS),
    }


def test_products_and_their_variations(counter: Counter) -> None:
    """A variable product's variations come from their own file; until then they cost what the product costs at least."""
    outcomes = counter.bring(**whole_shop())
    assert [(each.layout and each.layout.name, each.refused) for each in outcomes] == [
        ("woocommerce/rest-products", 0), ("woocommerce/rest-products", 0), ("woocommerce/rest-customers", 0),
        ("woocommerce/rest-orders", 0), ("woocommerce/rest-reviews", 0),
    ]  # fmt: skip
    shirt, kettle = counter.rows("products")
    assert shirt == {
        "product_id": "10", "title": "Linen Shirt", "description": "Soft & light", "brand": "Alder", "categories": ["Shirts & tops"],
        "product_url": "https://shop.example/shirt", "image_url": "https://shop.example/1.jpg", "tags": ["linen"], "rating_value": 4.5,
        "rating_count": 2, "status": "active", "created_at": at(2026, 1, 1),
        "attributes": '{"sku":"SHIRT","weight":"0.2","Size":"S, M","Brand":"Alder"}',
    }  # fmt: skip
    assert (kettle["status"], "rating_value" in kettle) == ("draft", False)
    assert counter.rows("variants") == [
        {"variant_id": "11", "product_id": "10", "sku": "SHIRT-S", "title": "S", "price_minor": 2490, "currency": "EUR",
         "list_price_minor": 2990, "availability": "in_stock", "quantity_available": 4, "size": "S",
         "image_url": "https://shop.example/s.jpg", "options": '{"Size":"S"}'},
        {"variant_id": "12", "product_id": "10", "price_minor": 2490, "currency": "EUR", "availability": "in_stock"},
        {"variant_id": "20", "product_id": "20", "sku": "IK", "price_minor": 3000, "currency": "EUR", "list_price_minor": 4000,
         "availability": "backorder", "quantity_available": 0},
    ]  # fmt: skip
    assert [(row["image_id"], row.get("alt_text")) for row in counter.rows("images")] == [
        ("10:1", "front"),
        ("10:2", None),
    ]


def test_orders_lines_and_payments(counter: Counter) -> None:
    """Prices contain tax where the order says so; refunds are summed; a guest is named by the address."""
    counter.bring(**whole_shop())
    first, guest = counter.rows("orders")
    assert first == {
        "order_id": "501", "customer_id": "7", "placed_at": at(2026, 2, 1, 9), "status": "processing", "currency": "EUR",
        "total_minor": 9000, "shipping_minor": 490, "tax_minor": 1437, "discount_minor": 238, "refunded_minor": 1250,
        "discount_code": "winter", "payment_method": "PayPal", "channel": "checkout", "email": "Ann@shop.example", "phone": "+49 421 0",
        "ip_address": "192.0.2.1", "address": "Weg 1, 2. Stock", "country": "DE", "region": "HB", "city": "Bremen", "postcode": "28195",
    }  # fmt: skip
    assert (guest["customer_id"], guest["status"], guest["total_minor"]) == ("bo@shop.example", "cancelled", 3000)
    assert guest["attributes"] == '{"number":"A-502"}'
    lines = counter.rows("order_lines", "order_line_id", "order_id", "product_id", "variant_id", "quantity", "unit_price_minor",
                         "discount_minor", "currency")  # fmt: skip
    assert [tuple(row.values()) for row in lines] == [
        ("1", "501", "10", "11", 2, 2490, 0, "EUR"), ("2", "501", "20", "20", 1, 4000, 200, "EUR"),
        ("3", "502", "20", "20", 1, 3000, 0, "JPY"),
    ]  # fmt: skip
    assert counter.rows("payments") == [
        {"payment_id": "501", "order_id": "501", "method": "PayPal", "amount_minor": 9000, "currency": "EUR", "status": "captured",
         "paid_at": at(2026, 2, 1, 9, 1)},
    ]  # fmt: skip


def test_customers_and_reviews(counter: Counter) -> None:
    """A reviewer is the customer who has the address; what the shop does not show is left out, and that is said."""
    outcomes = counter.bring(**whole_shop())
    ann, bo = counter.rows("customers")
    assert ann == {
        "customer_id": "7", "email": "ann@shop.example", "name": "Ann Ash", "phone": "+49 421 0", "address": "Weg 1, 2. Stock",
        "country": "DE", "region": "HB", "city": "Bremen", "postcode": "28195", "created_at": at(2025, 12, 31, 23),
        "attributes": '{"role":"customer","is_paying_customer":"true"}',
    }  # fmt: skip
    assert bo["customer_id"] == "bo@shop.example"
    assert counter.rows("reviews") == [
        {"review_id": "1", "product_id": "10", "customer_id": "7", "rating": 5.0, "body": "Love it ♥", "verified": True,
         "written_at": at(2026, 2, 10)},
    ]  # fmt: skip
    assert any("left out" in note.en and "略去" in note.zh for note in outcomes[-1].notes)


def test_arrays_and_lines_give_equal_rows(counter: Counter) -> None:
    """The shape of the file decides nothing."""
    counter.bring(orders_json=json.dumps([ORDER, GUEST]))
    (counter.folder / "lines").mkdir()
    with open_counter(counter.folder / "lines") as lines:
        lines.bring(orders_jsonl=json.dumps(ORDER) + "\n" + json.dumps(GUEST) + "\n")
        assert lines.everything() == counter.everything()


def test_importing_again_changes_nothing(counter: Counter) -> None:
    """A second time writes no row."""
    counter.bring(**whole_shop())
    assert all(unchanged(each) for each in counter.bring(again=True, **whole_shop()))


def test_refused_records_say_line_field_and_reason(counter: Counter) -> None:
    """A bad line of an order is refused alone, an order without a time with all its lines, a record of another shape as a whole."""
    bad = {**ORDER, "line_items": [line(1, 10, 0, "two", "3", "0", "3"), line(2, 20, 0, 1, "4", "0", "4")]}
    timeless = {**GUEST, "date_created": None}
    (outcome,) = counter.bring(
        orders_jsonl="\n".join(json.dumps(each) for each in (bad, timeless))
        + '\n{"id": 503, "line_items": 7}\n{"id": \n'
    )
    said = refused(outcome)
    assert [(row, field, found) for row, field, found, *_ in said[:2]] == [
        (1, "line_items.quantity", "two"),
        (2, "date_created_gmt", ""),
    ]
    assert {row for row, *_ in said} == {1, 2, 3, 4}
    assert all(reason and reason_zh and reason != reason_zh for *_, reason, reason_zh in said)
    assert [row["order_line_id"] for row in counter.rows("order_lines")] == ["2"]
