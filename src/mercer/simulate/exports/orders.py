"""Shopify's order export: one row a line, order columns on the first row of each order only."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Self

from mercer.simulate.catalogue import Catalogue
from mercer.simulate.dirt import Dirt
from mercer.simulate.exports.labels import CURRENCY, Labels
from mercer.simulate.exports.money import major, shopify_time
from mercer.simulate.people import COUNTRIES, People, name_of
from mercer.simulate.trade import CANCELLED, PAID, Orders

_ADDRESS = ("Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province", "Country", "Phone")

HEADERS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Currency", "Subtotal",
    "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity",
    "Lineitem name", "Lineitem price", "Lineitem compare-at price", "Lineitem SKU", "Lineitem requires shipping",
    "Lineitem taxable", "Lineitem fulfillment status", *(f"Billing {part}" for part in _ADDRESS),
    *(f"Shipping {part}" for part in _ADDRESS), "Notes", "Note Attributes", "Canceled at", "Payment Method",
    "Payment Reference", "Refunded Amount", "Vendor", "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags",
    "Risk Level", "Source", "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Phone", "Receipt Number", "Payment ID",
    "Payment Terms Name", "Next Payment Due At", "Billing Province Name", "Shipping Province Name",
)  # fmt: skip

_ID = 5_400_000_000_000
_METHODS = ("Shopify Payments", "PayPal", "Alipay", "Klarna")
_DAY = 86_400_000_000


class OrderFile:
    """An order export being written, a day at a time."""

    def __init__(self, path: Path, products: Catalogue, whom: People, names: Labels, dirt: Dirt) -> None:
        self._products = products
        self._whom = whom
        self._names = names
        self._dirt = dirt
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, HEADERS, restval="", lineterminator="\n")
        self._writer.writeheader()

    def write(self, index: int, day: Orders) -> None:
        """Write the orders of day ``index``."""
        for rows in self._dirt.orders(index, [self.rows(day, each) for each in range(len(day))]):
            self._writer.writerows(rows)

    def rows(self, day: Orders, index: int) -> list[dict[str, str]]:
        """The rows of one order."""
        person = int(day.person[index])
        both = {
            "Name": f"#{day.number[index]}",
            "Email": self._names.emails[person],
            "Created at": shopify_time(int(day.at[index])),
        }
        lines = range(int(day.begins[index]), int(day.begins[index + 1]))
        rows = [both | self._line(day, line, person) for line in lines]
        rows[0] |= self._order(day, index, person)
        return rows

    def _order(self, day: Orders, index: int, person: int) -> dict[str, str]:
        country = COUNTRIES[self._whom.country[person]]
        total, at = int(day.total_minor[index]), int(day.at[index])
        cancelled = day.fate[index] == CANCELLED
        tax = round(total * country.tax / (1 + country.tax))  # the prices include it
        status = "refunded" if cancelled else "paid" if day.fate[index] == PAID else "partially_refunded"
        return {
            "Financial Status": status,
            "Paid at": shopify_time(at),
            "Fulfillment Status": "unfulfilled" if cancelled else "fulfilled",
            "Fulfilled at": "" if cancelled else shopify_time(at + _DAY + person % 7 * 3_600_000_000),
            "Accepts Marketing": "yes" if person % 3 else "no",
            "Currency": CURRENCY,
            "Subtotal": major(int(day.subtotal_minor[index] - day.discount_minor[index])),
            "Shipping": major(int(day.shipping_minor[index])),
            "Taxes": major(tax),
            "Total": major(total),
            "Discount Code": day.code,
            "Discount Amount": major(int(day.discount_minor[index])),
            "Shipping Method": "Standard",
            "Canceled at": shopify_time(at + _DAY // 4) if cancelled else "",
            "Payment Method": _METHODS[person % len(_METHODS)],
            "Refunded Amount": major(int(day.refunded_minor[index])),
            "Outstanding Balance": "0.00",
            "Id": str(_ID + int(day.number[index])),
            "Risk Level": "Low",
            "Source": "web",
        } | self._addresses(person)

    def _addresses(self, person: int) -> dict[str, str]:
        country = COUNTRIES[self._whom.country[person]]
        city, postcode = country.cities[person % len(country.cities)]
        street = f"{person % 180 + 1} Example Street"
        held = {
            "Name": " ".join(name_of(self._whom, person)),
            "Street": street,
            "Address1": street,
            "City": city,
            "Zip": postcode,
            "Country": country.code,
        }
        return {f"{kind} {part}": value for kind in ("Billing", "Shipping") for part, value in held.items()}

    def _line(self, day: Orders, line: int, person: int) -> dict[str, str]:
        product, fit = int(day.product[line]), float(self._whom.size[person])
        size = self._names.size(product, fit)
        listed = int(self._products.list_price_minor[product])
        return {
            "Lineitem quantity": str(day.quantity[line]),
            "Lineitem name": self._names.shown(product) + (f" - {size}" if size else ""),
            "Lineitem price": major(int(self._products.price_minor[product])),
            "Lineitem compare-at price": major(listed) if listed else "",
            "Lineitem SKU": self._names.sku(product, fit),
            "Lineitem requires shipping": "true",
            "Lineitem taxable": "true",
            "Lineitem fulfillment status": "fulfilled",
            "Lineitem discount": "0.00",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
