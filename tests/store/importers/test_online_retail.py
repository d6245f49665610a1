"""UCI Online Retail: invoices of many lines, cancellations, corrections, services among the goods, renamed products."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from counter import Counter, refused, unchanged

from mercer.store.importing import csv_rows

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
# A sale with a product twice; its cancellation; a guest; a correction of the stock; a debt adjusted; services.
LINES = HEADER + (
    "536365,85123A,WHITE HEART HOLDER,6,12/1/2010 8:26,2.55,17850.0,United Kingdom\n"
    "536365,71053,WHITE LANTERN,6,12/1/2010 8:26,3.39,17850.0,United Kingdom\n"
    "536365,85123A,WHITE HEART HOLDER,2,12/1/2010 8:26,2.55,17850.0,United Kingdom\n"
    "536365,POST,POSTAGE,1,12/1/2010 8:26,18.00,17850.0,United Kingdom\n"
    "C536379,85123A,WHITE HEART HOLDER,-1,12/13/2010 9:41,2.55,17850.0,United Kingdom\n"
    "536544,71053,WHITE METAL LANTERN,1,12/14/2010 14:32,4.21,,EIRE\n"
    "536545,71053,damaged,-12,12/14/2010 15:00,0,,United Kingdom\n"
    "536546,99999,found,3,12/14/2010 15:00,0,,Unspecified\n"
    "A563185,B,Adjust bad debt,1,8/12/2011 14:50,11062.06,,United Kingdom\n"
    "536547,71053,WHITE LANTERN,10,8/13/2011 10:00,3.00,12583.0,France\n"
)


def test_invoices_become_orders_by_what_they_are(counter: Counter) -> None:
    """Sales are completed; cancellations, corrections and adjustments are nobody's purchase."""
    (outcome,) = counter.bring(till_csv=LINES)
    assert (outcome.layout and outcome.layout.name, outcome.records, outcome.refused) == ("online-retail/lines", 10, 0)
    rows = {row["order_id"]: row for row in counter.rows("orders")}
    assert rows["536365"] == {
        "order_id": "536365", "customer_id": "17850", "placed_at": datetime(2010, 12, 1, 8, 26, tzinfo=UTC), "status": "completed",
        "currency": "GBP", "total_minor": 5874, "country": "GB",
    }  # fmt: skip
    assert {order: row["status"] for order, row in rows.items()} == {
        "536365": "completed", "C536379": "cancelled", "536544": "completed", "536545": "cancelled", "536546": "cancelled",
        "A563185": "cancelled", "536547": "completed",
    }  # fmt: skip
    assert (rows["536544"]["country"], rows["536547"]["country"], "country" in rows["536546"]) == ("IE", "FR", False)
    assert (rows["536545"]["attributes"], rows["A563185"]["attributes"]) == (
        '{"kind":"stock_correction"}',
        '{"kind":"adjustment"}',
    )


def test_a_product_twice_in_an_invoice_is_two_lines(counter: Counter) -> None:
    """The second time its line is numbered; money is in pence, a cancelled quantity negative."""
    counter.bring(till_csv=LINES)
    rows = counter.rows("order_lines", "order_line_id", "quantity", "unit_price_minor", "customer_id")
    assert [tuple(row.values()) for row in rows if "5363" in str(row["order_line_id"])] == [
        ("536365-71053", 6, 339, "17850"), ("536365-85123A", 6, 255, "17850"), ("536365-85123A#2", 2, 255, "17850"),
        ("536365-POST", 1, 1800, "17850"), ("C536379-85123A", -1, 255, "17850"),
    ]  # fmt: skip
    assert [row["customer_id"] for row in counter.rows("customers", "customer_id")] == ["12583", "17850"]


def test_products_take_the_name_they_are_sold_under(counter: Counter) -> None:
    """Not 'damaged'; the last price; services are archived; what was only ever found has no name and no price."""
    counter.bring(till_csv=LINES)
    rows = {row["product_id"]: (row.get("title"), row.get("status")) for row in counter.rows("products")}
    assert rows == {
        "71053": ("WHITE LANTERN", None), "85123A": ("WHITE HEART HOLDER", None), "99999": (None, None), "POST": ("POSTAGE", "archived"),
        "B": ("Adjust bad debt", "archived"),
    }  # fmt: skip
    prices = {row["variant_id"]: row["price_minor"] for row in counter.rows("variants")}
    assert prices == {"71053": 300, "85123A": 255, "POST": 1800, "B": 1106206}


def test_the_second_edition_has_other_headers(counter: Counter) -> None:
    """Online Retail II says Invoice, Price and Customer ID."""
    second = LINES.replace("InvoiceNo", "Invoice").replace("UnitPrice", "Price").replace("CustomerID", "Customer ID")
    (outcome,) = counter.bring(till_csv=second)
    assert (outcome.layout and outcome.layout.name, outcome.refused) == ("online-retail/lines", 0)
    assert len(counter.rows("order_lines")) == 10


@pytest.mark.parametrize("size", [64, 200])
def test_orders_go_on_over_the_end_of_a_batch(counter: Counter, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Read in small pieces, with one order scattered over the file, the totals and line numbers are the same."""
    scattered = LINES + "536365,85123A,WHITE HEART HOLDER,1,12/1/2010 8:26,2.55,17850.0,United Kingdom\n"
    counter.bring(till_csv=scattered)
    before = counter.everything()
    monkeypatch.setattr(csv_rows.read_csv, "__defaults__", (size,))
    (again,) = counter.bring(till_csv=scattered, again=True)
    assert unchanged(again)
    assert counter.everything() == before
    assert before["order_lines"][-3]["order_id"] is not None
    assert {row["order_line_id"] for row in before["order_lines"]} >= {"536365-85123A#3"}


def test_what_cannot_be_right_is_refused(counter: Counter) -> None:
    """Half a piece, a price in words, a day that is none, a line without a product."""
    broken = (
        "1,a,A,1.5,12/1/2010 8:26,1,1,France\n1,b,B,1,12/1/2010 8:26,cheap,1,France\n1,c,C,1,13/13/2010 8:26,1,1,France\n"
        "1,,D,1,12/1/2010 8:26,1,1,France\n"
    )
    (outcome,) = counter.bring(till_csv=LINES + broken)
    assert [each[:3] for each in refused(outcome)] == [
        (12, "Quantity", "1.5"), (13, "UnitPrice", "cheap"), (14, "InvoiceDate", "13/13/2010 8:26"), (15, "StockCode", ""),
    ]  # fmt: skip
