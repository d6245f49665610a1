"""Amazon Personalize: the interactions, items and users data sets that a shop uploaded to it, as CSV.

Their column names are written in capitals, which is how these files are told from other logs. Each impression of a product
becomes a view_item_list, which says that it was shown and lets models tell what was seen from what was passed over. A
CATEGORY column becomes a path of categories ("A|B" are two of them, CATEGORY_L1 and CATEGORY_L2 one path); every column of
the shop's own becomes an attribute. Source: https://docs.aws.amazon.com/personalize/latest/dg/interactions-datasets.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from mercer.core.phrase import Phrase
from mercer.store.importing.batch import LINE
from mercer.store.importing.context import Context
from mercer.store.importing.event_ids import EventIds
from mercer.store.importing.fields import Field, Rows, ident, money, text, time, words
from mercer.store.importing.layout import Layout, Part, Translator
from mercer.store.importing.looking import Look
from mercer.store.importing.markup import facts
from mercer.store.importing.vocabulary import event_names

EVENT = ("user_id", "item_id", "timestamp", "event_type", "event_value", "impression", "recommendation_id")
ITEM = ("item_id", "creation_timestamp", "price", "product_description", "title", "item_name", "name", "brand")
LEVELS = ("category_l1", "category_l2", "category_l3", "category_l4", "category_l5")
OTHER_CATEGORIES = ("category", "categories", "genres", "genre")
_TAKEN_AS = Phrase(
    "no EVENT_TYPE column; every row was taken as '{event}' (--event decides)",
    "没有 EVENT_TYPE 列；每一行都按“{event}”处理（可用 --event 指定）",
)


class Interactions(Translator):
    """Interactions become events, and so does every impression that came with one."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ids = EventIds()
        self._shown_ids = EventIds()
        self._typed = "event_type" in context.look.columns
        self._event = context.options.event or "view_item"
        if not self._typed:
            context.note(_TAKEN_AS.format(event=self._event))

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The events of a batch."""
        own = _own(self.context.look, EVENT)
        taken = Rows(frame, self.context).take(
            customer_id=ident("user_id", need=True), product_id=ident("item_id", need=True), occurred_at=time("timestamp", need=True),
            _type=text("event_type", need=self._typed), _value=text("event_value"), _shown=words("impression", separator="|"),
            request_id=ident("recommendation_id"), **_kept(own),
        )  # fmt: skip
        names = event_names(taken["_type"]) if self._typed else pl.repeat(self._event, taken.height, eager=True)
        taken = taken.with_columns(names.alias("event_name"))
        said = ("customer_id", "product_id", "event_name", "_value", "request_id")
        events = taken.with_columns(self._ids.of(taken, said))
        yield self._part(events, {"value": "_value"} | {self.context.headers[name]: f"_{name}" for name in own})
        shown = taken.filter(pl.col("_shown").is_not_null()).with_columns(product_id="_shown").explode(
            "product_id", empty_as_null=False, keep_nulls=False
        ).with_columns(event_name=pl.lit("view_item_list"))  # fmt: skip
        yield self._part(shown.with_columns(self._shown_ids.of(shown, ("customer_id", "product_id", "request_id"))), {})
        products = pl.concat([events.select("product_id", LINE), shown.select("product_id", LINE)])
        yield Part("products", products.unique("product_id", keep="first", maintain_order=True), keep=True)
        people = events.unique("customer_id", keep="first", maintain_order=True)
        yield Part("customers", people.select("customer_id", LINE), keep=True)

    def _part(self, events: pl.DataFrame, attributes: dict[str, str]) -> Part:
        resolved = self.context.resolve(events)
        return Part("events", resolved.select(
            "event_id", "event_name", "occurred_at", "customer_id", "product_id", "variant_id", "request_id", facts(attributes), LINE,
        ))  # fmt: skip


class Items(Translator):
    """Items become products, each with one variant where a price is told."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The products of a batch."""
        own = _own(self.context.look, (*ITEM, *LEVELS, *OTHER_CATEGORIES))
        taken = Rows(frame, self.context).take(
            product_id=ident("item_id", need=True), created_at=time("creation_timestamp"), price_minor=money("price"),
            title=text("title", "item_name", "name"), brand=text("brand"), description=text("product_description"),
            _many=words(*OTHER_CATEGORIES, separator="|"), **_kept((*LEVELS, *own)),
        )  # fmt: skip
        path = pl.concat_str([f"_{level}" for level in LEVELS], separator=" > ", ignore_nulls=True)
        of_levels = pl.when(pl.any_horizontal(pl.col(f"_{level}").is_not_null() for level in LEVELS)).then(
            pl.concat_list(path)
        )
        products = taken.with_columns(
            facts({self.context.headers[name]: f"_{name}" for name in own}), categories=pl.coalesce(of_levels, "_many")
        )
        there = {
            "created_at": ("creation_timestamp",), "title": ("title", "item_name", "name"), "brand": ("brand",),
            "description": ("product_description",), "categories": (*LEVELS, *OTHER_CATEGORIES), "attributes": own,
        }  # fmt: skip
        held = [name for name, columns in there.items() if set(columns) & set(frame.columns)]
        yield Part("products", products.select("product_id", *held, LINE))
        priced = products.filter(pl.col("price_minor").is_not_null())
        yield Part("variants", priced.select(
            "product_id", "price_minor", LINE, variant_id="product_id", currency=pl.lit(self.context.currency()),
        ))  # fmt: skip


class Users(Translator):
    """Users become customers; what is told of them, attributes."""

    def rows(self, frame: pl.DataFrame) -> Iterator[Part]:
        """The customers of a batch."""
        own = _own(self.context.look, ("user_id",))
        taken = Rows(frame, self.context).take(customer_id=ident("user_id", need=True), **_kept(own))
        yield Part("customers", taken.select(
            "customer_id", facts({self.context.headers[name]: f"_{name}" for name in own}), LINE
        ))  # fmt: skip


def _own(look: Look, known: Sequence[str]) -> tuple[str, ...]:
    """The columns that are the shop's own."""
    return tuple(name for name in look.columns if name not in known)


def _kept(names: Sequence[str]) -> dict[str, Field]:
    return {f"_{name}": text(name) for name in names}


def _in_capitals(look: Look) -> bool:
    return all(header == header.upper() for header in look.headers)


layouts: Sequence[Layout] = (
    Layout(
        "personalize/interactions", Phrase("Amazon Personalize interactions", "Amazon Personalize 交互"), Interactions,
        needs=("user_id", "item_id", "timestamp"), knows=EVENT, formats=("csv",), place=4, fits=_in_capitals,
    ),
    Layout(
        "personalize/items", Phrase("Amazon Personalize items", "Amazon Personalize 商品"), Items, needs=("item_id",),
        knows=(*ITEM, *LEVELS, *OTHER_CATEGORIES), formats=("csv",), place=1, fits=_in_capitals, lacks=("user_id", "timestamp"),
    ),
    Layout(
        "personalize/users", Phrase("Amazon Personalize users", "Amazon Personalize 用户"), Users, needs=("user_id",), formats=("csv",),
        place=1, fits=_in_capitals, lacks=("item_id", "timestamp"),
    ),
)  # fmt: skip
