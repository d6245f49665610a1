"""One small shop per check, with a defect planted in it, and how many rows the check should find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from mercer.core.tables import TABLES

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
YESTERDAY = NOW - DAY


class Planted(NamedTuple):
    """Rows by table, how many of them the check finds, and the ids it names (where that matters)."""

    rows: dict[str, Any]
    count: int
    ids: tuple[str, ...] | None = None


def event(number: int, name: str = "view_item", **more: Any) -> dict[str, Any]:
    """One event of its own visitor and minute."""
    usual = {
        "event_id": f"e{number}",
        "event_name": name,
        "occurred_at": YESTERDAY + timedelta(minutes=number),
        "visitor_id": f"v{number}",
        "session_id": f"s{number}",
        "product_id": "kettle",
    }
    return usual | more


def order(number: int, **more: Any) -> dict[str, Any]:
    """One order of its own customer and minute."""
    usual = {"order_id": f"o{number}", "customer_id": f"c{number}", "placed_at": YESTERDAY + timedelta(minutes=number)}
    return usual | more


def line(number: int, **more: Any) -> dict[str, Any]:
    """One order line: one piece of its own order."""
    usual = {
        "order_line_id": f"l{number}",
        "order_id": f"o{number}",
        "customer_id": f"c{number}",
        "product_id": "kettle",
        "variant_id": "kettle",
        "quantity": 1,
        "unit_price_minor": 1000,
        "placed_at": YESTERDAY + timedelta(minutes=number),
    }
    return usual | more


def product(name: str, **more: Any) -> dict[str, Any]:
    """One product with everything that describes it."""
    usual = {
        "product_id": name,
        "title": f"The {name}",
        "categories": ["Kitchen > Kettles"],
        "description": f"A {name}.",
        "brand": "Alder",
        "image_url": f"https://shop.example/{name}.jpg",
        "status": "active",
    }
    return usual | more


def variant(name: str, **more: Any) -> dict[str, Any]:
    """One variant of a product of the same name."""
    usual = {"variant_id": name, "product_id": name, "price_minor": 1000, "currency": "EUR", "quantity_available": 5}
    return usual | more


ARCHIVED = [product("POST", status="archived", title=None, brand=None, description=None, image_url=None)]
"""A product that is in the books only: nothing is asked of it."""


def parcel(number: int, shipped: datetime, delivered: datetime) -> dict[str, Any]:
    return {"shipment_id": f"p{number}", "order_id": f"o{number}", "shipped_at": shipped, "delivered_at": delivered}


def review(number: int, **more: Any) -> dict[str, Any]:
    usual = {
        "review_id": f"r{number}",
        "body": "Fine.",
        "rating": 5.0,
        "written_at": YESTERDAY + timedelta(minutes=number),
    }
    return usual | more


def each(count: int, make: Any, **more: Any) -> list[dict[str, Any]]:
    return [make(number, **more) for number in range(count)]


MISSING = {
    "missing.interactions": Planted({"products": [product("kettle")]}, 1),
    "missing.products": Planted({"events": [event(1), event(2, product_id="pot")]}, 2, ("kettle", "pot")),
    "missing.customer": Planted(
        {
            "order_lines": [line(1), line(2, customer_id=None), line(3, customer_id=None), line(4, customer_id=None)],
            # The order of line 3 names the customer, that of line 4 the visitor.
            "orders": [order(1), order(2, customer_id=None), order(3), order(4, customer_id=None, visitor_id="v4")],
        },
        1,
        ("l2",),
    ),
    "missing.actor": Planted(
        {"events": [event(1), event(2, visitor_id=None), event(3, visitor_id=None, customer_id="c")]}, 1, ("e2",)
    ),
    "missing.event_product": Planted(
        {"events": [event(1), event(2, product_id=None), event(3, "search", product_id=None, query="tea")]}, 1, ("e2",)
    ),
    "missing.query": Planted(
        {"events": [event(1, "search", query="tea"), event(2, "search"), event(3, "search", query=" ")]}, 2
    ),
    "missing.session": Planted({"events": [event(1), event(2, session_id=None), event(3, session_id=None)]}, 2),
    "missing.stock": Planted(
        {"variants": [variant("a", quantity_available=None), variant("b", quantity_available=None), variant("c")]},
        2,
        ("a", "b"),
    ),
    "missing.price": Planted(
        {
            "variants": [variant("a"), variant("b", price_minor=None), variant("POST", price_minor=None)],
            "products": ARCHIVED,
        },
        1,
        ("b",),
    ),
    "missing.variants": Planted(
        {"products": [product("a"), product("b"), *ARCHIVED], "variants": [variant("a")]}, 1, ("b",)
    ),
    "missing.title": Planted(
        {"products": [product("a"), product("b", title=None), product("c", title=" "), *ARCHIVED]}, 2, ("b", "c")
    ),
    "missing.categories": Planted(
        {"products": [product("a"), product("b", categories=None), product("c", categories=[])]}, 2, ("b", "c")
    ),
    "missing.description": Planted({"products": [product("a"), product("b", description=""), *ARCHIVED]}, 1, ("b",)),
    "missing.brand": Planted({"products": [product("a"), product("b", brand=None), *ARCHIVED]}, 1, ("b",)),
    "missing.image_url": Planted({"products": [product("a"), product("b", image_url=None), *ARCHIVED]}, 1, ("b",)),
}

CONTRADICTORY = {
    "contradictory.order_total": Planted(
        {
            "orders": [
                order(1, total_minor=1490, shipping_minor=490, tax_minor=160),  # tax within the price
                order(2, total_minor=1650, shipping_minor=490, tax_minor=160),  # tax on top
                order(3, total_minor=900, discount_minor=100),
                order(4, total_minor=5000, shipping_minor=490),
            ],
            "order_lines": [line(1), line(2), line(3), line(4)],
        },
        1,
        ("o4",),
    ),
    "contradictory.line_price": Planted(
        {
            "order_lines": [
                line(1),
                line(2, unit_price_minor=10),
                line(3, unit_price_minor=100_000),
                line(4, currency="JPY", unit_price_minor=10),
                line(5, unit_price_minor=250),  # a sale
                *(line(n, variant_id="bulb", unit_price_minor=50) for n in range(6, 12)),  # its price went up since
                line(12, product_id="POST", variant_id="POST", unit_price_minor=15),
            ],
            "variants": [variant("kettle"), variant("bulb"), variant("POST")],
            "products": [*ARCHIVED, product("kettle")],
        },
        2,
        ("l2", "l3"),
    ),
    "contradictory.delivery": Planted(
        {
            "orders": each(4, order),
            "shipments": [
                parcel(1, YESTERDAY + DAY, YESTERDAY + 3 * DAY),
                parcel(2, YESTERDAY + 3 * DAY, YESTERDAY + DAY),
                parcel(3, YESTERDAY - DAY, YESTERDAY + DAY),
            ],
        },
        2,
        ("p2", "p3"),
    ),
    "contradictory.cancelled": Planted(
        {
            "orders": [
                order(1, status="cancelled", cancelled_at=NOW),
                order(2, status="cancelled", cancelled_at=YESTERDAY - DAY),
                order(3, status="cancelled"),
            ],
            "shipments": [parcel(3, YESTERDAY + DAY, YESTERDAY + 2 * DAY)],
        },
        2,
        ("o2", "o3"),
    ),
    "contradictory.cancelled_sign": Planted(
        {
            "orders": [order(1, status="cancelled"), order(2, status="cancelled"), order(3, status="cancelled")],
            "order_lines": [
                line(1, quantity=-1),
                line(2, quantity=-2),
                line(3, quantity=1),
                line(4, order_id="o3", quantity=56, unit_price_minor=0),  # a correction of the stock
            ],
        },
        1,
        ("l3",),
    ),
    "contradictory.refund": Planted(
        {"orders": [order(1, total_minor=1000, refunded_minor=1000), order(2, total_minor=1000, refunded_minor=2000)]},
        1,
        ("o2",),
    ),
    "contradictory.currency": Planted(
        {
            "orders": [order(1, currency="EUR"), order(2, currency="EUR")],
            "order_lines": [line(1, currency="EUR"), line(2, currency="USD")],
        },
        1,
        ("l2",),
    ),
    "contradictory.review": Planted(
        {
            "orders": each(3, order),
            "reviews": [review(1, order_id="o1", written_at=NOW), review(2, order_id="o2", written_at=NOW - 9 * DAY)],
        },
        1,
        ("r2",),
    ),
    "contradictory.category_loop": Planted(
        {
            "products": [
                product("a", categories=["Home > Kitchen > Kettles"]),
                product("b", categories=["Tea > Green", "Drinks > Tea"]),
                product("c", categories=["Tea > Drinks"]),
                product("d", categories=["Sale > Tea > Sale"]),
            ]
        },
        3,
        ("b", "c", "d"),
    ),
    "contradictory.list_price": Planted(
        {"variants": [variant("a", list_price_minor=1500), variant("b", list_price_minor=800)]}, 1, ("b",)
    ),
    "contradictory.below_cost": Planted(
        {"variants": [variant("a", cost_minor=400), variant("b", cost_minor=4000)]}, 1, ("b",)
    ),
    "contradictory.availability": Planted(
        {
            "variants": [
                variant("a", availability="in_stock"),
                variant("b", availability="in_stock", quantity_available=0),
                variant("c", availability="backorder", quantity_available=0),
            ]
        },
        1,
        ("b",),
    ),
    "contradictory.promotion": Planted(
        {
            "promotions": [
                {"promotion_id": "p1", "starts_at": YESTERDAY, "ends_at": NOW},
                {"promotion_id": "p2", "starts_at": NOW, "ends_at": YESTERDAY},
            ]
        },
        1,
        ("p2",),
    ),
}

LONG_AGO = YESTERDAY - 200 * DAY
FULL_DAYS = [day for day in range(30) if day not in (10, 11, 12, 13)]


def _full(make: Any, time: str) -> list[dict[str, Any]]:
    return [
        make(1000 * day + number, **{time: NOW - timedelta(days=day, minutes=number + 1)})
        for day in FULL_DAYS
        for number in range(25)
    ]


STALE = {
    "stale.events": Planted({"events": [event(1, occurred_at=LONG_AGO)], "orders": each(3, order)}, 1),
    "stale.orders": Planted({"orders": [order(1, placed_at=LONG_AGO)], "events": each(3, event)}, 1),
    "stale.stock": Planted(
        {
            "stock": [{"variant_id": "a", "location_id": "x", "counted_at": LONG_AGO, "quantity": 3}],
            "events": each(3, event),
        },
        1,
    ),
    "stale.prices": Planted(
        {"prices": [{"variant_id": "a", "changed_at": LONG_AGO, "price_minor": 3}], "events": each(3, event)}, 1
    ),
    "stale.shop": Planted({"events": [event(1, occurred_at=LONG_AGO)]}, 1, (LONG_AGO.date().isoformat(),)),
    "stale.gap_in_events": Planted({"events": _full(event, "occurred_at")}, 4),
    "stale.gap_in_orders": Planted({"orders": _full(order, "placed_at")}, 4),
}

TWICE = [event(1, occurred_at=YESTERDAY, visitor_id="v"), event(2, occurred_at=YESTERDAY, visitor_id="v")]

DUPLICATED = {
    "duplicated.product": Planted(
        {
            "products": [
                product("a", title="Red Kettle"),
                product("b", title="red  kettle!"),
                product("c", title="Red Kettle", brand="Okto"),
            ]
        },
        1,
        ("b",),
    ),
    "duplicated.gtin": Planted(
        {"variants": [variant("a", gtin="4006381333931"), variant("b", gtin="4006381333931"), variant("c", gtin="")]},
        1,
        ("b",),
    ),
    "duplicated.sku": Planted(
        {"variants": [variant("a", sku="K1"), variant("b", sku="K1"), variant("c", sku="K2")]}, 1, ("b",)
    ),
    "duplicated.order": Planted(
        {
            "orders": [order(number, customer_id="c", placed_at=YESTERDAY) for number in (1, 2, 3)],
            "order_lines": [
                line(1),
                line(11, order_id="o1", product_id="pot"),
                line(2, product_id="pot"),
                line(12, order_id="o2"),
                line(3),
            ],
        },
        1,
        ("o2",),
    ),
    "duplicated.line": Planted(
        {"order_lines": [line(1), line(2, order_id="o1"), line(3, order_id="o1", quantity=2)]}, 1, ("l2",)
    ),
    "duplicated.customer": Planted(
        {
            "customers": [
                {"customer_id": "a", "email": "Mei@Example.com "},
                {"customer_id": "b", "email": "mei@example.com"},
                {"customer_id": "c", "email": None},
                {"customer_id": "d", "email": None},
            ]
        },
        1,
        ("b",),
    ),
    "duplicated.event": Planted(
        {"events": [*TWICE, event(3, occurred_at=YESTERDAY, visitor_id="v", product_id="pot")]}, 1, ("e2",)
    ),
}

TEXTS = {
    "encoding.mojibake": ("CafÃ© crÃ¨me", "Café crème, GARÇON, 中文"),
    "encoding.gbk": ("²èºø ÖÐÎÄ", "茶壶 Äpfel"),
    "encoding.lost": ("Caf\ufffd", "Really?"),
    "encoding.markup": ("Salt &amp; pepper<br>", "Salt & pepper < 2"),
    "encoding.control": ("Ket\u200btle", "Kettle"),
    "encoding.space": ("Red  kettle ", "Red kettle"),
}
ENCODING = {
    code: Planted({"products": [product("bad", title=bad), product("good", title=good)]}, 1, ("bad",))
    for code, (bad, good) in TEXTS.items()
} | {
    f"{code}_in_reviews": Planted({"reviews": [review(1, title=bad), review(2, title=good)]}, 1, ("r1",))
    for code, (bad, good) in TEXTS.items()
}

SHELF = [variant(f"k{number}", price_minor=1000 + 50 * number) for number in range(10)]
RANGES = {
    "ranges.free_line": Planted(
        {"order_lines": [line(1), line(2, unit_price_minor=0), line(3, unit_price_minor=0, quantity=-1)]}, 1, ("l2",)
    ),
    "ranges.free_variant": Planted({"variants": [variant("a"), variant("b", price_minor=0)]}, 1, ("b",)),
    "ranges.price_outlier": Planted(
        {
            "variants": [*SHELF, variant("k10", price_minor=125_000), variant("POST", price_minor=1)],
            "products": [*(product(f"k{number}") for number in range(11)), *ARCHIVED],
        },
        1,
        ("k10",),
    ),
    "ranges.quantity_outlier": Planted({"order_lines": [*each(40, line), line(99, quantity=5000)]}, 1, ("l99",)),
}
TIMED = {"events": (event, "occurred_at"), "orders": (order, "placed_at"), "reviews": (review, "written_at")}
for _table, (_make, _time) in TIMED.items():
    RANGES[f"ranges.future_{_table}"] = Planted({_table: [*each(5, _make), _make(9, **{_time: NOW + 40 * DAY})]}, 1)
    RANGES[f"ranges.early_{_table}"] = Planted(
        {_table: [*each(2000, _make), _make(9999, **{_time: datetime(1970, 1, 1, tzinfo=UTC)})]}, 1
    )

CODES = {
    "codes.currency_in_orders": Planted({"orders": [order(1, currency="EUR"), order(2, currency="RMB")]}, 1, ("o2",)),
    "codes.currency_in_order_lines": Planted(
        {"order_lines": [line(1, currency="EUR"), line(2, currency="€")]}, 1, ("l2",)
    ),
    "codes.currency_in_variants": Planted({"variants": [variant("a"), variant("b", currency="XYZ")]}, 1, ("b",)),
    "codes.currency_in_payments": Planted(
        {"payments": [{"payment_id": name, "order_id": "o1", "currency": name} for name in ("EUR", "EURO")]},
        1,
        ("EURO",),
    ),
    "codes.country_in_orders": Planted(
        {
            "orders": [
                order(1, country="GB"),
                order(2, country="UK"),
                order(3, country="Germany"),
                order(4, country="Unspecified"),
            ]
        },
        2,
        ("o2", "o4"),
    ),
    "codes.country_in_customers": Planted(
        {"customers": [{"customer_id": name, "country": name} for name in ("DE", "de", "QQ", "China")]}, 2, ("de", "QQ")
    ),
    "codes.country_in_events": Planted({"events": [event(1, country="CN"), event(2, country="XX")]}, 1, ("e2",)),
}

_LATE = {"known_at": YESTERDAY - DAY}
LEAKING = {
    "leaking.known_before_in_events": Planted({"events": [event(1, known_at=NOW), event(2, **_LATE)]}, 1, ("e2",)),
    "leaking.known_before_in_orders": Planted({"orders": [order(1), order(2, **_LATE)]}, 1, ("o2",)),
    "leaking.known_before_in_reviews": Planted({"reviews": [review(1), review(2, **_LATE)]}, 1, ("r2",)),
    "leaking.known_before_in_returns": Planted(
        {
            "returns": [
                {"return_id": "x", "returned_at": YESTERDAY, **_LATE},
                {"return_id": "y", "returned_at": YESTERDAY, "known_at": NOW},
            ]
        },
        1,
        ("x",),
    ),
    "leaking.known_before_in_labels": Planted(
        {
            "labels": [
                {
                    "label_id": "x",
                    "subject": "order",
                    "subject_id": "o1",
                    "label": "fraud",
                    "occurred_at": YESTERDAY,
                    **_LATE,
                }
            ]
        },
        1,
        ("x",),
    ),
    "leaking.stamped_events": Planted(
        {"events": [*each(300, event, occurred_at=YESTERDAY), *(event(500 + n) for n in range(300))]}, 300
    ),
    "leaking.stamped_orders": Planted({"orders": each(150, order, placed_at=YESTERDAY)}, 150),
    "leaking.stamped_reviews": Planted({"reviews": each(150, review, written_at=YESTERDAY)}, 150),
    "leaking.stamped_products": Planted(
        {"products": [product(f"k{n}", created_at=YESTERDAY) for n in range(150)]}, 150
    ),
    "leaking.stamped_customers": Planted(
        {"customers": [{"customer_id": f"c{n}", "created_at": YESTERDAY} for n in range(150)]}, 150
    ),
    "leaking.first_seen": Planted(
        {
            "customers": [
                {"customer_id": "c1", "created_at": NOW + 9 * DAY},
                {"customer_id": "c2", "created_at": YESTERDAY},
            ],
            "orders": [order(1), order(2)],
        },
        1,
        ("c1",),
    ),
    "leaking.labels": Planted(
        {
            "labels": [
                {
                    "label_id": name,
                    "subject": "order",
                    "subject_id": "o",
                    "label": "fraud",
                    "occurred_at": YESTERDAY,
                    "known_at": known,
                }
                for name, known in (("at once", YESTERDAY), ("never said", None), ("later", NOW))
            ]
        },
        2,
    ),
    "leaking.cart_after_purchase": Planted(
        {
            "events": [
                event(1, "add_to_cart", visitor_id="v", session_id="s"),
                event(2, "purchase", visitor_id="v", session_id="s"),
                event(3, "purchase", visitor_id="w", session_id="t"),
                event(4, "add_to_cart", visitor_id="w", session_id="t"),
            ]
        },
        1,
        ("e4",),
    ),
}

HASTE = [event(n, visitor_id="robot", occurred_at=YESTERDAY + timedelta(seconds=n)) for n in range(250)]
OTHERS = {
    "traffic.robots": Planted({"events": [*HASTE, *(event(1000 + n) for n in range(100))]}, 250, ("robot",)),
    "traffic.crawlers": Planted(
        {
            "events": [
                event(1, user_agent="Mozilla/5.0 (iPhone)"),
                event(2, user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)"),
                event(3, user_agent="Mozilla/5.0 (Linux; CUBOT X30)"),
                event(4, user_agent="python-requests/2.32"),
            ]
        },
        2,
        ("e2", "e4"),
    ),
    "traffic.wholesale": Planted(
        {"order_lines": [*each(1200, line, customer_id="trade"), *(line(5000 + n) for n in range(50))]},
        1200,
        ("trade",),
    ),
    "services.among_products": Planted(
        {
            "products": [
                product("POST", title="POSTAGE"),
                product("a1", title="Shipping fee"),
                product("a2", title="补差价"),
                product("a3", title="Postage stamp album"),
                product("a4", title="Delivery van, red"),
                product("a5", title="Manual coffee grinder"),
                product("a6", title="Gift card", status="archived"),
            ]
        },
        3,
        ("POST", "a1", "a2"),
    ),
    "services.notes_as_titles": Planted(
        {
            "products": [
                product("a", title="damaged"),
                product("b", title="?"),
                product("c", title="thrown away"),
                product("d", title="Lost in Translation poster"),
                product("e", title="Check shirt"),
            ]
        },
        3,
        ("a", "b", "c"),
    ),
    "returning.without_sale": Planted(
        {
            "order_lines": [
                line(1, customer_id="c", quantity=2),
                line(2, customer_id="c", quantity=-2),
                line(3, customer_id="d", quantity=-1),
                line(4, customer_id="c", quantity=-1),
                line(5, customer_id="d", product_id="POST", quantity=-1),  # shipping given back
            ],
            "products": ARCHIVED,
        },
        2,
        ("l3", "l4"),
    ),
    "returning.unknown_line": Planted(
        {
            "order_lines": [line(1)],
            "returns": [
                {"return_id": "x", "order_id": "o1", "product_id": "kettle", "returned_at": NOW},
                {"return_id": "y", "order_id": "o1", "product_id": "pot", "returned_at": NOW},
            ],
        },
        1,
        ("y",),
    ),
    "orphans.orders_without_lines": Planted(
        {"orders": [order(1), order(2), order(3, status="cancelled")], "order_lines": [line(1)]}, 1, ("o2",)
    ),
}

_VALUES = {
    "id": "x",
    "word": "x",
    "text": "x",
    "integer": 1,
    "money": 1,
    "number": 1.0,
    "time": YESTERDAY,
    "words": ["x"],
    "facts": "{}",
}
ORPHANS = {}
for _home in TABLES.values():
    for _column in _home.columns:
        if _column.refers and _column.refers != _home.name and _home.name != "decisions":
            _row = {each.name: _VALUES[each.kind] for each in _home.columns if each.required}
            _ghost = _row | {_home.key[0]: "ghostly", _column.name: "ghost"}
            _there = {each.name: _VALUES[each.kind] for each in TABLES[_column.refers].columns if each.required}
            ORPHANS[f"orphans.{_home.name}.{_column.name}"] = Planted(
                {_home.name: [_ghost], _column.refers: [_there]}, 1
            )

PLANTED = MISSING | CONTRADICTORY | STALE | DUPLICATED | ENCODING | RANGES | CODES | LEAKING | OTHERS | ORPHANS
