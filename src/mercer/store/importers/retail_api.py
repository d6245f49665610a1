"""Google's Retail API (Vertex AI Search for commerce): user events, as JSON lines in either spelling (eventType, event_type).

An event with several products becomes one row for each; a view of a category keeps its path among the attributes. Events
carry the names of Google Analytics 4. As with Analytics, no orders are made of purchases.
Source: https://cloud.google.com/retail/docs/reference/rest/v2/projects.locations.catalogs.userEvents
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.event_ids import EventIds
from mercer.store.importing.fields import Rows, currency, ident, money, number, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.shapes import camel
from mercer.store.importing.vocabulary import event_names

_TEXT = pl.String()
_TEXTS = pl.List(_TEXT)
_PRICE = pl.Struct({"currency_code": _TEXT, "price": _TEXT})
SCHEMA: Mapping[str, pl.DataType] = {
    "event_type": _TEXT,
    "visitor_id": _TEXT,
    "session_id": _TEXT,
    "event_time": _TEXT,
    "product_details": pl.List(
        pl.Struct({"product": pl.Struct({"id": _TEXT, "name": _TEXT, "title": _TEXT, "price_info": _PRICE}), "quantity": _TEXT})
    ),
    "attributes": _TEXT,
    "cart_id": _TEXT,
    "purchase_transaction": pl.Struct({"id": _TEXT, "revenue": _TEXT, "currency_code": _TEXT}),
    "search_query": _TEXT,
    "filter": _TEXT,
    "order_by": _TEXT,
    "page_categories": _TEXTS,
    "user_info": pl.Struct({"user_id": _TEXT, "ip_address": _TEXT, "user_agent": _TEXT}),
    "uri": _TEXT,
    "referrer_uri": _TEXT,
    "page_view_id": _TEXT,
}  # fmt: skip

_SAME = {"promotion_offered": "view_promotion"}
_SAID = (
    "visitor_id", "customer_id", "session_id", "event_name", "product_id", "quantity", "query", "order_id", "page_url", "_view", "_categories",
    "_item",
)  # fmt: skip
_FACTS = {
    "category": "_categories", "cart": "_cart", "filter": "_filter", "order_by": "_order_by", "referrer": "_referrer",
    "page_view": "_view",
}  # fmt: skip


class RetailEvents(Translator):
    """User events become rows of ours; products and customers that nobody knows are added by their id."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = EventIds()

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The events of a batch, one row a product."""
        taken = Rows(_flat(frame), self.context).take(
            visitor_id=ident("visitor_id", need=True), customer_id=ident("user_info.user_id"), session_id=ident("session_id"),
            event_name=text("event_type", need=True), occurred_at=time("event_time", need=True),
            currency=currency("purchase_transaction.currency_code", "product.currency_code"), _price=money("product.price"),
            quantity=whole("product_details.quantity"), _revenue=money("purchase_transaction.revenue"), product_id=ident("product.id", "product.name"),
            title=text("product.title"), order_id=ident("purchase_transaction.id"), query=text("search_query"), page_url=text("uri"),
            ip_address=text("user_info.ip_address"), user_agent=text("user_info.user_agent"), _categories=text("page_categories"),
            _cart=text("cart_id"), _filter=text("filter"), _order_by=text("order_by"), _referrer=text("referrer_uri"),
            _view=text("page_view_id"), _more=text("attributes"), _item=number("_item"), _items=number("_items"),
        )  # fmt: skip
        events = self._events(taken)
        yield Part("events", events.select(
            "event_id", "event_name", "occurred_at", "visitor_id", "customer_id", "session_id", "product_id", "variant_id", "quantity",
            "value_minor", "query", "order_id", "page_url", "ip_address", "user_agent", _attributes(events), LINE,
            currency=pl.when(pl.col("value_minor").is_not_null()).then("currency"),
        ))  # fmt: skip
        named = events.filter(pl.col("product_id").is_not_null() & pl.col("variant_id").is_null())
        products = named.unique("product_id", keep="first", maintain_order=True)
        yield Part("products", products.select("product_id", "title", LINE), keep=True)
        customers = events.filter(pl.col("customer_id").is_not_null()).unique(
            "customer_id", keep="first", maintain_order=True
        )
        yield Part("customers", customers.select("customer_id", LINE), keep=True)

    def _events(self, taken: pl.DataFrame) -> pl.DataFrame:
        worth = pl.col("_price") * pl.col("quantity").fill_null(1)
        events = taken.with_columns(
            event_names(taken["event_name"]).replace(_SAME),
            product_id=last_part(pl.col("product_id")),
            value_minor=pl.when(pl.col("_items") > 1).then(worth).otherwise(pl.coalesce("_revenue", worth)),
        )
        events = events.with_columns(pl.when(pl.col("value_minor") >= 0).then("value_minor"))
        return self.context.resolve(events.with_columns(self._ids.of(events, _SAID)))


def last_part(name: pl.Expr) -> pl.Expr:
    """The id at the end of a resource's full name (projects/…/products/ID); an id by itself stays as it is."""
    return pl.when(name.str.starts_with("projects/")).then(name.str.extract(r"([^/]+)$")).otherwise(name)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a product, or one an event without products; every leaf a column of text named by its path."""
    frame = frame.with_row_index("_row")
    plain = [name for name, kind in SCHEMA.items() if kind == _TEXT]
    leaves = [
        pl.col(name).struct.field(field.name).alias(f"{name}.{field.name}")
        for name in ("purchase_transaction", "user_info")
        for field in SCHEMA[name].fields  # type: ignore[attr-defined]
    ]
    items = pl.col("product_details").list.len().cast(pl.String).alias("_items")
    flat = frame.select(
        "_row", LINE, "product_details", *plain, *leaves, items, pl.col("page_categories").list.join("\n")
    )
    flat = flat.explode("product_details", empty_as_null=True, keep_nulls=True)
    product = pl.col("product_details").struct.field("product")
    price = product.struct.field("price_info").struct
    return flat.select(
        pl.exclude("_row", "product_details"), pl.int_range(pl.len()).over("_row").cast(pl.String).alias("_item"),
        pl.col("product_details").struct.field("quantity").alias("product_details.quantity"),
        *(product.struct.field(name).alias(f"product.{name}") for name in ("id", "name", "title")),
        *(price.field(name).alias(f"product.{name}") for name in ("currency_code", "price")),
    )  # fmt: skip


def _attributes(events: pl.DataFrame) -> pl.Series:
    """What is known beside the columns, and the shop's own attributes, as JSON."""
    columns = [events["_more"], *(events[name] for name in _FACTS.values())]
    made = [_joined(more, dict(zip(_FACTS, values, strict=True))) for more, *values in zip(*columns, strict=True)]
    return pl.Series("attributes", made, dtype=_TEXT)


def _joined(more: str | None, known: Mapping[str, str | None]) -> str | None:
    held: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    if more is not None:
        held = own_attributes(more) | held
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) if held else None


def own_attributes(said: str) -> dict[str, Any]:
    """A shop's own attributes, {"colour": {"text": ["red"]}}, as plain values; those of one value by itself.

    >>> own_attributes('{"colour": {"text": ["red"]}, "sizes": {"numbers": [38, 39.5]}}')
    {'colour': 'red', 'sizes': [38, 39.5]}
    """
    try:
        given = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    plain = {}
    for name, value in given.items() if isinstance(given, dict) else ():
        values = (value.get("text") or value.get("numbers") or []) if isinstance(value, dict) else value
        plain[name] = values[0] if isinstance(values, list) and len(values) == 1 else values
    return {name: value for name, value in plain.items() if value not in (None, [], "")}


def either(*names: str) -> str:
    """A needed column under both spellings.

    >>> either("event_type")
    'event_type|eventtype'
    """
    return "|".join(spelling for name in names for spelling in dict.fromkeys((name, camel(name).lower())))


layouts: Sequence[Layout] = (
    Layout(
        "retail-api/events", Phrase("Google Retail API events", "Google Retail API 事件"), RetailEvents,
        needs=(either("event_type"), either("visitor_id"), either("event_time")), knows=either(*SCHEMA).split("|"),
        formats=("json", "parquet"), schema=SCHEMA, place=4,
    ),
)  # fmt: skip
