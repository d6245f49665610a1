"""Shopify's order export: sums on the first line of an order, lines found among the shop's variants, people, payments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, open_counter, refused, unchanged

from mercer.store.importing import csv_rows

PRODUCTS = (
    "URL handle,Title,Option1 name,Option1 value,SKU,Price\n"
    "shirt,Linen Shirt,Size,S,LS-S,29.90\nshirt,,,M,,29.90\nkettle,Iron Kettle,Title,Default Title,IK,40\n"
)
HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem SKU,"
    "Lineitem discount,Billing Name,Billing Country,Shipping Street,Shipping City,Shipping Zip,Shipping Province,Shipping Country,"
    "Shipping Province Name,Notes,Canceled at,Payment Method,Refunded Amount,Device ID,Id,Risk Level,Source,Phone\n"
)
# Two lines and a voucher; a cancelled order; a guest without an address whose line names no SKU, in yen.
BODY = (
    "#1001,Ann@Shop.example,partially_refunded,2026-01-05 10:00:09 +0100,fulfilled,2026-01-06 08:00:00 +0100,yes,EUR,94.80,4.90,15.92,"
    "99.70,WINTER,5.00,Standard,2026-01-05 10:00:00 +0100,2,Linen Shirt - S,29.90,LS-S,0.00,Ann Ash,DE,Weg 1,Bremen,'28195,HB,DE,Bremen,"
    "ring twice,,PayPal,29.90,,51,Low,web,\n"
    "#1001,Ann@Shop.example,,,,,,,,,,,,,,2026-01-05 10:00:00 +0100,1,Iron Kettle,40.00,'IK,1.50,,,,,,,,,,,,,,,,,\n"
    "#1002,bo@shop.example,refunded,2026-01-05 11:00:00 +0100,unfulfilled,,no,EUR,40.00,0.00,0.00,40.00,,0.00,Standard,"
    "2026-01-05 11:00:00 +0100,1,Iron Kettle,40.00,IK,0.00,Bo Birk,GB,,,,,,,,2026-01-05 12:00:00 +0100,Card,40.00,,52,High,pos,\n"
    "#1003,,pending,,,,no,JPY,2990,0,0,2990,,,,2026-01-07 00:00:00 +0000,1,Linen Shirt - M,2990,,,,JP,,,,,,,,,,,,53,,,+81 3 0000\n"
)


def at(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_an_order_is_told_by_its_first_line_and_continued_by_the_others(counter: Counter) -> None:
    """Sums stand once; status, place and refunds come from what happened to the order."""
    products, orders = counter.bring(products_csv=PRODUCTS, orders_csv=HEADER + BODY)
    assert (orders.layout and orders.layout.name, orders.records, orders.refused) == ("shopify/orders", 4, 0)
    assert products.refused == 0
    first, second, third = counter.rows("orders")
    assert first == {
        "order_id": "#1001", "customer_id": "ann@shop.example", "placed_at": at(2026, 1, 5, 9), "status": "shipped", "currency": "EUR",
        "total_minor": 9970, "shipping_minor": 490, "tax_minor": 1592, "discount_minor": 500, "refunded_minor": 2990,
        "discount_code": "WINTER", "payment_method": "PayPal", "channel": "web", "email": "Ann@Shop.example", "address": "Weg 1",
        "country": "DE", "region": "Bremen", "city": "Bremen", "postcode": "28195", "note": "ring twice",
        "attributes": '{"id":"51","risk_level":"Low","shipping_method":"Standard"}',
    }  # fmt: skip
    assert (second["status"], second["cancelled_at"], second["country"]) == ("cancelled", at(2026, 1, 5, 11), "GB")
    assert (third["status"], third["customer_id"], third["total_minor"]) == ("pending", "+81 3 0000", 2990)


def test_lines_find_their_variant_by_sku_or_by_title(counter: Counter) -> None:
    """A line names the variant that was bought and the product it belongs to."""
    counter.bring(products_csv=PRODUCTS, orders_csv=HEADER + BODY)
    lines = counter.rows("order_lines", "order_line_id", "product_id", "variant_id", "quantity", "unit_price_minor",
                         "discount_minor", "currency")  # fmt: skip
    assert [tuple(row.values()) for row in lines] == [
        ("#1001-1", "shirt", "LS-S", 2, 2990, 0, "EUR"), ("#1001-2", "kettle", "IK", 1, 4000, 150, "EUR"),
        ("#1002-1", "kettle", "IK", 1, 4000, 0, "EUR"), ("#1003-1", "shirt", "shirt:M", 1, 2990, 0, "JPY"),
    ]  # fmt: skip
    assert {row["placed_at"] for row in counter.rows("order_lines")[:2]} == {at(2026, 1, 5, 9)}
    assert len(counter.rows("products")) == 2


def test_payments_parcels_and_customers(counter: Counter) -> None:
    """What was paid, what was sent, and who bought."""
    counter.bring(products_csv=PRODUCTS, orders_csv=HEADER + BODY)
    assert counter.rows("payments") == [
        {"payment_id": "#1001", "order_id": "#1001", "method": "PayPal", "amount_minor": 9970, "currency": "EUR", "status": "captured",
         "paid_at": at(2026, 1, 5, 9, 0, 9)},
        {"payment_id": "#1002", "order_id": "#1002", "method": "Card", "amount_minor": 4000, "currency": "EUR", "status": "refunded",
         "paid_at": at(2026, 1, 5, 10)},
    ]  # fmt: skip
    assert counter.rows("shipments") == [{"shipment_id": "#1001", "order_id": "#1001", "shipped_at": at(2026, 1, 6, 7)}]
    assert counter.rows("customers")[1] == {
        "customer_id": "ann@shop.example", "email": "Ann@Shop.example", "name": "Ann Ash", "address": "Weg 1", "country": "DE",
        "region": "Bremen", "city": "Bremen", "postcode": "28195", "accepts_marketing": True,
    }  # fmt: skip


def test_a_customer_id_comes_before_the_address(counter: Counter) -> None:
    """Where the file numbers its customers, that number names them, on every line of their orders."""
    counter.bring(orders_csv="Name,Email,Customer ID,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
                             "#1,a@b.example,77,2026-01-01 00:00:00 +0000,1,Cup,3\n#1,a@b.example,,,1,Pot,4\n")  # fmt: skip
    assert {row["customer_id"] for row in counter.rows("order_lines")} == {"77"}
    assert [row["product_id"] for row in counter.rows("products")] == ["Cup", "Pot"]


def test_importing_again_changes_nothing(counter: Counter) -> None:
    """A second time writes no row."""
    counter.bring(products_csv=PRODUCTS, orders_csv=HEADER + BODY)
    assert all(unchanged(each) for each in counter.bring(again=True, products_csv=PRODUCTS, orders_csv=HEADER + BODY))


def test_orders_may_go_on_in_the_next_batch(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a file is cut into batches, its rows are the same."""
    counter.bring(products_csv=PRODUCTS, orders_csv=HEADER + BODY)
    (counter.folder / "cut").mkdir()
    monkeypatch.setattr(csv_rows.read_csv, "__defaults__", (64,))
    with open_counter(counter.folder / "cut") as cut:
        cut.bring(products_csv=PRODUCTS, orders_csv=HEADER + BODY)
        assert cut.everything() == counter.everything()


def test_refused_rows_say_line_field_and_reason(counter: Counter) -> None:
    """A bad line is refused alone; an order whose first line is bad is refused as a whole."""
    (outcome,) = counter.bring(orders_csv="Name,Email,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
                                          "#1,a@b.example,EUR,9,2026-01-01 00:00:00 +0000,1,Cup,4\n#1,a@b.example,,,,two,Pot,5\n"
                                          "#2,a@b.example,EUR,x,2026-01-02 00:00:00 +0000,1,Cup,4\n#2,a@b.example,,,,1,Pot,5\n"
                                          "#3,a@b.example,EUR,4,yesterday,1,Cup,4\n")  # fmt: skip
    said = refused(outcome)
    assert [(line, field, found) for line, field, found, _, _ in said] == [
        (3, "Lineitem quantity", "two"), (4, "Total", "x"), (5, "Name", "#2"), (6, "Created at", "yesterday"),
    ]  # fmt: skip
    assert all(reason and reason_zh and reason != reason_zh for *_, reason, reason_zh in said)
    assert [row["order_id"] for row in counter.rows("orders")] == ["#1"]
    assert [row["order_line_id"] for row in counter.rows("order_lines")] == ["#1-1"]


def test_decimal_commas_and_signs(counter: Counter) -> None:
    """A spreadsheet of another country writes 1.249,50 and the sign of the currency."""
    counter.bring(orders_csv="Name;Email;Currency;Total;Created at;Lineitem quantity;Lineitem name;Lineitem price\n"
                             "#1;a@b.example;EUR;1.249,50;2026-01-01 00:00:00 +0000;1;Cup;€ 1.249,50\n")  # fmt: skip
    assert counter.rows("orders", "total_minor") == [{"total_minor": 124950}]
    assert counter.rows("order_lines", "unit_price_minor") == [{"unit_price_minor": 124950}]
