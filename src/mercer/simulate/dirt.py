"""Dirt on request: exports spoilt as real ones are, with a ledger of what was planted.

The ledger counts by the code of the check that should find it, in rows as that check counts them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

from mercer.simulate.plan import DIRT, Plan
from mercer.simulate.trade import midnight

Row = dict[str, str]

ROBOT_DAY, ROBOT_EVENTS = 2, 300
"""The day on which robots come, and how many products each looks at, one a second."""

TWENTY_YEARS = 20 * 365 * 86_400_000_000


class Dirt:
    """Spoils a share of products, orders and events; no row is spoilt twice, so each defect can be counted."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.planted: Counter[str] = Counter()
        rng = plan.rng(DIRT, 0)
        kinds = (_mojibake, _markup, _free, _outlier, _list_price, _twice)
        chosen = rng.permutation(plan.products)[: round(plan.dirt * plan.products)]
        self._products = {int(index): kinds[place % len(kinds)] for place, index in enumerate(chosen)}
        self._dear: set[str] = set()

    def products(self, index: int, rows: list[Row]) -> list[Row]:
        """The rows of one product, spoilt or not."""
        if index not in self._products:
            return rows
        code, spoilt = self._products[index](rows)
        per_variant = code in ("ranges.free_variant", "ranges.price_outlier", "contradictory.list_price")
        self.planted[code] += len(rows) if per_variant else 1
        if code == "ranges.price_outlier":
            self._dear |= {row["SKU"] for row in rows}
        return spoilt

    def services(self) -> list[Row]:
        """Rows of things that are no products."""
        if not self._plan.dirt:
            return []
        self.planted["services.among_products"] += 1
        words = {"Title": "Shipping fee", "URL handle": "shipping-fee", "Description": "Shipping", "Vendor": "Alder & Co",
                 "Product category": "Other", "Product image URL": "https://shop.example/images/fee.jpg"}  # fmt: skip
        return [words | {"Status": "Active", "SKU": "shipping-fee", "Price": "4.90", "Inventory quantity": "1"}]

    def orders(self, day: int, each: list[list[Row]]) -> Iterator[list[Row]]:
        """The orders of one day, as lists of rows, spoilt or not."""
        rng = self._plan.rng(DIRT, 1, day)
        kinds = rng.integers(0, len(_ORDERS), len(each))
        for rows, kind, spoil in zip(each, kinds, rng.random(len(each)) < self._plan.dirt, strict=True):
            self.planted["contradictory.line_price"] += sum(row["Lineitem SKU"] in self._dear for row in rows)
            if not spoil:
                yield rows
                continue
            code, spoilt = _ORDERS[kind](rows)
            self.planted[code] += len(rows) if code == "missing.customer" else 1
            if code == "duplicated.order":
                self.planted["contradictory.line_price"] += sum(row["Lineitem SKU"] in self._dear for row in rows)
            yield from spoilt

    def events(self, day: int, lines: Iterator[str]) -> Iterator[str]:
        """The events of one day, spoilt or not, and those of robots."""
        rng = self._plan.rng(DIRT, 2, day)
        last = ""
        for line in lines:
            last = line
            lot = rng.random()
            yield line if lot >= self._plan.dirt or '"view_item"' not in line else self._event(line, int(lot * 1e9) % 3)
        if day == ROBOT_DAY and last:
            yield from self._robots(last, day)

    def _event(self, line: str, kind: int) -> str:
        held = json.loads(line)
        if kind == 0:
            held["items"][0]["item_id"] = f"ghost-{self.planted['orphans.events.product_id']}"
            self.planted["orphans.events.product_id"] += 1
        elif kind == 1:
            held["event_timestamp"] = str(int(held["event_timestamp"]) + TWENTY_YEARS)
            self.planted["ranges.future_events"] += 1
        else:
            held.pop("user_id", None)
            held.pop("user_pseudo_id")
            self.planted["missing.actor"] += 1
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"))

    def _robots(self, line: str, day: int) -> Iterator[str]:
        pattern = json.loads(line)
        pattern.pop("user_id", None)
        pattern.pop("ecommerce", None)
        item = pattern["items"][0] if pattern["items"] else None
        for robot in range(round(self._plan.dirt * 100)):
            for step in range(ROBOT_EVENTS if item else 0):
                pattern |= {
                    "event_name": "view_item",
                    "event_timestamp": str(midnight(self._plan, day) + robot * 3_600_000_000 + step * 1_000_000),
                    "user_pseudo_id": f"666.{robot}",
                    "event_params": [{"key": "ga_session_id", "value": {"int_value": str(robot + 1)}}],
                    "items": [item],
                }
                self.planted["traffic.robots"] += 1
                yield json.dumps(pattern, ensure_ascii=False, separators=(",", ":"))


def misread(text: str) -> str:
    """UTF-8 as a program reads it that takes everything for Windows-1252.

    >>> misread("Bouclé")
    'BouclÃ©'
    """
    return "".join(_windows(byte) for byte in text.encode())


def _windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _mojibake(rows: list[Row]) -> tuple[str, list[Row]]:
    return "encoding.mojibake", [rows[0] | {"Title": misread(rows[0]["Title"])}, *rows[1:]]


def _markup(rows: list[Row]) -> tuple[str, list[Row]]:
    return "encoding.markup", [rows[0] | {"Title": f"<b>{rows[0]['Title']}</b> &amp; more"}, *rows[1:]]


def _free(rows: list[Row]) -> tuple[str, list[Row]]:
    return "ranges.free_variant", [row | {"Price": "0.00", "Compare-at price": ""} for row in rows]


def _outlier(rows: list[Row]) -> tuple[str, list[Row]]:
    dear = [row | {"Price": row["Price"].replace(".", "") + ".00", "Compare-at price": ""} for row in rows]
    return "ranges.price_outlier", dear


def _list_price(rows: list[Row]) -> tuple[str, list[Row]]:
    return "contradictory.list_price", [
        row | {"Compare-at price": str(round(float(row["Price"]) * 0.9, 2))} for row in rows
    ]


def _twice(rows: list[Row]) -> tuple[str, list[Row]]:
    again = [row | {"URL handle": row["URL handle"] + "-copy", "SKU": row["SKU"] + "-copy"} for row in rows]
    return "duplicated.product", [*rows, *again]


def _nobody(rows: list[Row]) -> tuple[str, list[list[Row]]]:
    return "missing.customer", [[row | {"Email": ""} for row in rows]]


def _wrong_total(rows: list[Row]) -> tuple[str, list[list[Row]]]:
    return "contradictory.order_total", [
        [rows[0] | {"Total": str(round(float(rows[0]["Total"]) * 2 + 777, 2))}, *rows[1:]]
    ]


def _nowhere(rows: list[Row]) -> tuple[str, list[list[Row]]]:
    nowhere = {"Billing Country": "XX", "Shipping Country": "XX"}
    return "codes.country_in_orders", [[rows[0] | nowhere, *rows[1:]]]


def _again(rows: list[Row]) -> tuple[str, list[list[Row]]]:
    copy = [row | {"Name": row["Name"].replace("#", "#W")} for row in rows]
    copy[0] = copy[0] | {"Id": "9" + rows[0]["Id"]}
    return "duplicated.order", [rows, copy]


_ORDERS: tuple[Callable[[list[Row]], tuple[str, list[list[Row]]]], ...] = (_nobody, _wrong_total, _nowhere, _again)
