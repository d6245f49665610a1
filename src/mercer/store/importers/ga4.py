"""Google Analytics 4 events, as its BigQuery export holds them: JSON lines or Parquet, parameters and items nested.

An event with several items becomes one row for each of them; what they share stands in every row, their value is that of the
item. Events that Analytics sends by itself (page_view, scroll, session_start …) are kept under their own names. No orders
are made of purchases: a browser that did not send one, or sent it twice, would make the shop's accounts wrong. Signed-in
people are ``user_id``, all others ``user_pseudo_id``. Source: https://support.google.com/analytics/answer/7029846
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.event_ids import EventIds
from mercer.store.importing.fields import Field, Rows, currency, ident, money, number, text, time, whole
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.markup import facts
from mercer.store.importing.vocabulary import country_codes

_TEXT = pl.String()
_VALUE = pl.Struct(dict.fromkeys(("string_value", "int_value", "float_value", "double_value"), _TEXT))
_CATEGORIES = ("item_category", "item_category2", "item_category3", "item_category4", "item_category5")
_ITEM = (
    "item_id", "item_name", "item_brand", "item_variant", *_CATEGORIES, "price", "quantity", "coupon", "item_list_id",
    "item_list_name", "item_list_index", "promotion_id", "promotion_name", "item_revenue",
)  # fmt: skip
SCHEMA: Mapping[str, pl.DataType] = {
    "event_date": _TEXT,
    "event_timestamp": _TEXT,
    "event_name": _TEXT,
    "event_bundle_sequence_id": _TEXT,
    "batch_event_index": _TEXT,
    "event_params": pl.List(pl.Struct({"key": _TEXT, "value": _VALUE})),
    "user_id": _TEXT,
    "user_pseudo_id": _TEXT,
    "device": pl.Struct({"category": _TEXT, "language": _TEXT}),
    "geo": pl.Struct({"country": _TEXT}),
    "platform": _TEXT,
    "traffic_source": pl.Struct({"name": _TEXT, "medium": _TEXT, "source": _TEXT}),
    "collected_traffic_source": pl.Struct(
        {"manual_campaign_name": _TEXT, "manual_medium": _TEXT, "manual_source": _TEXT}
    ),
    "ecommerce": pl.Struct({"transaction_id": _TEXT, "purchase_revenue": _TEXT, "refund_value": _TEXT}),
    "items": pl.List(pl.Struct(dict.fromkeys(_ITEM, _TEXT))),
}

_PARAMETERS = (
    "ga_session_id", "page_location", "page_referrer", "search_term", "currency", "value", "transaction_id", "coupon",
    "item_list_id", "item_list_name", "promotion_id", "promotion_name", "payment_type", "shipping_tier", "campaign", "medium",
    "source", "engagement_time_msec",
)  # fmt: skip
_UNSET = ("(not set)", "(not provided)", "(data deleted)", "(direct)", "(none)", "")
_SAME = {"view_search_results": "search", "ecommerce_purchase": "purchase", "in_app_purchase": "purchase"}
"""Events that Analytics sends by itself for what its shop events are called otherwise."""

_SAID = (
    "visitor_id", "customer_id", "session_id", "event_name", "_sequence", "_index", "page_url", "query", "order_id", "_item",
    "product_id", "quantity", "value_minor",
)  # fmt: skip
_FACTS = {
    "device": "_device", "platform": "_platform", "source": "_source", "medium": "_medium", "campaign": "_campaign",
    "referrer": "_referrer", "list": "_list", "position": "_position", "variant": "_variant_name", "coupon": "_coupon",
    "promotion": "_promotion", "payment_type": "_payment", "shipping_tier": "_shipping", "engaged_ms": "_engaged",
}  # fmt: skip


class Ga4Events(Translator):
    """Events become rows of ours; products and customers that nobody knows are added from what events say of them."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = EventIds()

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The events of a batch, one row an item."""
        taken = Rows(_flat(frame), self.context).take(
            visitor_id=ident("user_pseudo_id"), customer_id=ident("user_id"), event_name=text("event_name", need=True),
            occurred_at=time("event_timestamp", need=True), currency=currency("event_params.currency"),
            _price=money("items.price"), quantity=whole("items.quantity"), _value=money("event_params.value"),
            _revenue=money("items.item_revenue"), product_id=ident("items.item_id", "items.item_name"),
            order_id=ident("ecommerce.transaction_id", "event_params.transaction_id"), query=text("event_params.search_term"),
            page_url=text("event_params.page_location"), country=text("geo.country"), language=text("device.language"),
            _session=ident("event_params.ga_session_id"), _sequence=text("event_bundle_sequence_id"),
            _index=text("batch_event_index"), _item=number("_item"), _items=number("_items"), **_described(),
        )  # fmt: skip
        events = self._events(taken)
        yield Part("events", events.select(
            "event_id", "event_name", "occurred_at", "visitor_id", "customer_id", "session_id", "product_id", "variant_id",
            "quantity", "value_minor", "query", "order_id", "page_url", "country", "language", facts(_FACTS), LINE,
            currency=pl.when(pl.col("value_minor").is_not_null()).then("currency"),
        ))  # fmt: skip
        yield from self._products(events)
        customers = events.filter(pl.col("customer_id").is_not_null()).unique(
            "customer_id", keep="first", maintain_order=True
        )
        yield Part("customers", customers.select("customer_id", "country", "language", LINE), keep=True)

    def _events(self, taken: pl.DataFrame) -> pl.DataFrame:
        worth = pl.coalesce("_revenue", pl.col("_price") * pl.col("quantity").fill_null(1))
        events = taken.with_columns(
            _sessions(taken["visitor_id"], taken["_session"]),
            country_codes(taken["country"]),
            _languages(taken["language"]),
            event_name=pl.col("event_name").replace(_SAME),
            value_minor=pl.when(pl.col("_items") > 1).then(worth).otherwise(pl.coalesce(worth, "_value")),
        )
        events = events.with_columns(pl.when(pl.col("value_minor") >= 0).then("value_minor"))
        resolved = self.context.resolve(events.with_columns(self._ids.of(events, _SAID)))
        # A variant that is the product itself may be one that this very import made, before it was interrupted.
        itself = pl.col("variant_id") == pl.col("product_id")
        return resolved.with_columns(pl.when(~itself).then("variant_id"))

    def _products(self, events: pl.DataFrame) -> Iterator[Part]:
        """What events say of products that the shop's catalogue does not name."""
        known = self.context.variants["product_id"].unique()
        unknown = pl.col("product_id").is_not_null() & ~pl.col("product_id").is_in(known.implode())
        products = events.filter(unknown).unique("product_id", keep="first", maintain_order=True)
        levels = [f"_category{level}" for level in range(1, 6)]
        path = pl.concat_str(levels, separator=" > ", ignore_nulls=True)
        products = products.with_columns(
            categories=pl.when(pl.any_horizontal(pl.col(levels).is_not_null())).then(pl.concat_list(path)),
            title=pl.coalesce("_title", "product_id"), brand=pl.col("_brand"),
        )  # fmt: skip
        yield Part("products", products.select("product_id", "title", "brand", "categories", LINE), keep=True)
        priced = products.filter(pl.col("_price") >= 0)
        yield Part("variants", priced.select("product_id", "currency", LINE, variant_id="product_id", price_minor="_price"), keep=True)  # fmt: skip


def _described() -> dict[str, Field]:
    """The columns that become attributes of the event, or tell of its product."""
    names: dict[str, tuple[str, ...]] = {
        "_device": ("device.category",), "_platform": ("platform",), "_referrer": ("event_params.page_referrer",),
        "_source": ("event_params.source", "collected_traffic_source.manual_source", "traffic_source.source"),
        "_medium": ("event_params.medium", "collected_traffic_source.manual_medium", "traffic_source.medium"),
        "_campaign": ("event_params.campaign", "collected_traffic_source.manual_campaign_name", "traffic_source.name"),
        "_list": ("items.item_list_name", "items.item_list_id", "event_params.item_list_name", "event_params.item_list_id"),
        "_position": ("items.item_list_index",), "_variant_name": ("items.item_variant",), "_title": ("items.item_name",),
        "_brand": ("items.item_brand",), "_coupon": ("items.coupon", "event_params.coupon"),
        "_promotion": ("items.promotion_name", "items.promotion_id", "event_params.promotion_name", "event_params.promotion_id"),
        "_payment": ("event_params.payment_type",), "_shipping": ("event_params.shipping_tier",),
        "_engaged": ("event_params.engagement_time_msec",),
    }  # fmt: skip
    levels = {f"_category{level}": (f"items.{name}",) for level, name in enumerate(_CATEGORIES, 1)}
    return {name: text(*columns) for name, columns in (names | levels).items()}


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """One row an item, or one an event without items; every leaf a column of text named by its path."""
    frame = frame.with_row_index("_row")
    parameters = _parameters(frame)
    leaves = [
        pl.col(name).struct.field(leaf.name).alias(f"{name}.{leaf.name}")
        for name, kind in SCHEMA.items() if isinstance(kind, pl.Struct) for leaf in kind.fields
    ]  # fmt: skip
    plain = [name for name, kind in SCHEMA.items() if kind == _TEXT]
    flat = frame.select(
        "_row", LINE, *plain, *leaves, "items", pl.col("items").list.len().cast(pl.String).alias("_items")
    ).with_columns(parameters)
    flat = flat.explode("items", empty_as_null=True, keep_nulls=True)
    items = [pl.col("items").struct.field(name).alias(f"items.{name}") for name in _ITEM]
    place = pl.int_range(pl.len()).over("_row").cast(pl.String)
    flat = flat.select(pl.exclude("items", "_row"), *items, place.alias("_item"))
    return flat.with_columns(
        pl.when(pl.col(name).is_in(_UNSET).not_()).then(name) for name in flat.columns if name != LINE
    )


def _parameters(frame: pl.DataFrame) -> list[pl.Series]:
    """The parameters that we know, each as a column; of a parameter that stands twice, the last one."""
    value = [
        pl.col("value").struct.field(kind) for kind in ("string_value", "int_value", "double_value", "float_value")
    ]
    long = (
        frame.select("_row", "event_params").explode("event_params", empty_as_null=False, keep_nulls=False)
        .unnest("event_params").filter(pl.col("key").is_in(_PARAMETERS)).select("_row", "key", pl.coalesce(value).alias("value"))
    )  # fmt: skip
    by_key = {str(key): part for (key,), part in long.partition_by("key", as_dict=True).items()}
    return [_column(frame.height, f"event_params.{name}", by_key.get(name)) for name in _PARAMETERS]


def _column(height: int, name: str, part: pl.DataFrame | None) -> pl.Series:
    empty = pl.repeat(None, height, dtype=_TEXT, eager=True).alias(name)
    return empty if part is None else empty.scatter(part["_row"], part["value"])


def _sessions(visitors: pl.Series, sessions: pl.Series) -> pl.Series:
    """Ids of visits. Analytics numbers them for each visitor apart, so the visitor belongs in the id, though not readably."""
    both = pl.DataFrame([visitors.alias("v"), sessions.alias("s")])
    distinct = both.filter(pl.col("s").is_not_null()).unique(maintain_order=True)
    ids = [_session(visitor, session) for visitor, session in distinct.iter_rows()]
    named = distinct.with_columns(pl.Series("session_id", ids, dtype=_TEXT))
    return both.join(named, on=["v", "s"], how="left", nulls_equal=True, maintain_order="left")["session_id"]


def _session(visitor: str | None, session: str) -> str:
    return blake2b(f"{visitor or ''}\x1f{session}".encode(), digest_size=16).hexdigest()


def _languages(codes: pl.Series) -> pl.Series:
    """Languages as BCP-47 writes them: en-GB for what Analytics calls en-gb."""
    distinct = codes.unique()
    return codes.replace_strict(
        distinct, pl.Series([_language(each) for each in distinct], dtype=_TEXT), return_dtype=_TEXT
    )


def _language(code: str | None) -> str | None:
    first, *rest = (code or "").split("-")
    return (
        "-".join([first.lower(), *(each.upper() if len(each) == 2 else each.title() for each in rest)])
        if code
        else None
    )


layouts: Sequence[Layout] = (
    Layout(
        "ga4/events", Phrase("Google Analytics 4 events", "Google Analytics 4 事件"), Ga4Events,
        needs=("event_name", "event_timestamp", "event_params|items|user_pseudo_id"), knows=tuple(SCHEMA), formats=("json", "parquet"),
        schema=SCHEMA, place=4,
    ),
)  # fmt: skip
