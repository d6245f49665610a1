"""Google Analytics 4 events as BigQuery exports them: JSON lines, 64-bit numbers as text, items nested."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from mercer.core.phrase import Phrase
from mercer.simulate.assortment import Assortment
from mercer.simulate.catalogue import Catalogue
from mercer.simulate.exports.labels import CURRENCY, SITE, Labels
from mercer.simulate.life import CART, PURCHASE, SEARCH, VIEW, Day
from mercer.simulate.people import COUNTRIES, People
from mercer.simulate.plan import WORDS, Plan
from mercer.simulate.trade import Orders, moments

ROWS_IN_FILE = 100_000
"""Events in one file: BigQuery too cuts a long export into numbered files."""

_NAMES = {SEARCH: "search", VIEW: "view_item", CART: "add_to_cart", PURCHASE: "purchase"}


class EventFiles:
    """An export of events being written, a day at a time, into files of bounded size."""

    def __init__(
        self, folder: Path, plan: Plan, goods: Assortment, products: Catalogue, whom: People, names: Labels
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._goods = goods
        self._prices = products.price_minor.tolist()
        self._names = names
        self._whom = whom
        self._items = [self._item(products, index) for index in range(len(products))]
        self._file: gzip.GzipFile | None = None
        self.paths: list[Path] = []
        self.written = 0

    def put(self, lines: Iterator[str]) -> None:
        """Write lines of JSON, going on to the next file when one is full."""
        for line in lines:
            if self._file is None or self.written % ROWS_IN_FILE == 0:
                self._next_file()
            assert self._file is not None
            self._file.write(line.encode() + b"\n")
            self.written += 1

    def lines(self, day: Day, bought: Orders) -> Iterator[str]:
        """The events of a day as lines of JSON, in the order of visits."""
        rng = self._plan.rng(WORDS, day.index)
        heads = self._heads(day)
        numbers = dict(zip(bought.visit.tolist(), bought.number.tolist(), strict=True))
        actions, at = day.actions, moments(self._plan, day)
        purchases: dict[int, list[tuple[int, int]]] = {}
        for visit, product, quantity in zip(
            *(part[actions.kind == PURCHASE].tolist() for part in (actions.visit, actions.product, actions.quantity)),
            strict=True,
        ):
            purchases.setdefault(visit, []).append((product, quantity))
        rows = zip(
            *(part.tolist() for part in (actions.visit, actions.kind, actions.product, actions.category, at)),
            strict=True,
        )
        for visit, kind, product, category, micros in rows:
            if kind == PURCHASE:
                items = purchases.pop(visit, None)  # one event for all that was bought
                if items:
                    yield self._told(heads[visit], kind, micros, *self._purchase(items, numbers[visit]))
            elif kind == SEARCH:
                yield self._told(heads[visit], kind, micros, self._search(rng, category, visit, day), "", "")
            else:
                value = f"{self._prices[product] / 100}"
                page = _text("page_location", f"{SITE}/products/{self._names.handles[product]}")
                worth = (
                    f',{_text("currency", CURRENCY)},{{"key":"value","value":{{"double_value":{value}}}}}'
                    if kind == CART
                    else ""
                )
                yield self._told(heads[visit], kind, micros, page + worth, "", self._items[product] % 1)

    def _told(self, head: tuple[str, str], kind: int, micros: int, params: str, commerce: str, items: str) -> str:
        date = _date(micros // 86_400_000_000)
        session, who = head
        return (
            f'{{"event_date":"{date}","event_timestamp":"{micros}","event_name":"{_NAMES[kind]}",'
            f'"event_params":[{session},{params}],{who}{commerce},"items":[{items}]}}'
        )

    def _heads(self, day: Day) -> list[tuple[str, str]]:
        """For each visit, what its events share: the session parameter, and who and where."""
        begins = day.visits.begins
        midnight = int(self._plan.start.timestamp()) + day.index * 86_400
        heads = []
        for visit, (person, device, known) in enumerate(
            zip(*(part.tolist() for part in (day.visits.person, day.visits.device, day.visits.signed_in)), strict=True)
        ):
            country = COUNTRIES[self._whom.country[person]]
            session = f'{{"key":"ga_session_id","value":{{"int_value":"{midnight + int(begins[visit])}"}}}}'
            signed = f'"user_id":{json.dumps(self._names.emails[person])},' if known else ""
            kind = "mobile" if device % 3 else "desktop"
            heads.append(
                (
                    session,
                    (
                        f'{signed}"user_pseudo_id":"{device}.{1_700_000_000 + person}","device":{{"category":"{kind}",'
                        f'"language":"{country.language.lower()}"}},"geo":{{"country":"{country.name}"}}'
                    ),
                )
            )
        return heads

    def _item(self, products: Catalogue, index: int) -> str:
        category = self._goods.categories[products.category[index]]
        held = json.dumps(
            {
                "item_id": self._names.handles[index],
                "item_name": self._names.shown(index),
                "item_brand": self._goods.brands[products.brand[index]],
                "item_category": category.department.en,
                "item_category2": category.name.en,
                "price": int(products.price_minor[index]) / 100,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).replace("%", "%%")
        return held[:-1] + ',"quantity":"%d"}'

    def _purchase(self, items: list[tuple[int, int]], number: int) -> tuple[str, str, str]:
        value = sum(self._prices[product] * quantity for product, quantity in items) / 100
        params = (
            f"{_text('transaction_id', f'#{number}')},{_text('currency', CURRENCY)},"
            f'{{"key":"value","value":{{"double_value":{value}}}}}'
        )
        commerce = (
            f',"ecommerce":{{"transaction_id":"#{number}","purchase_revenue":{value},'
            f'"total_item_quantity":"{sum(quantity for _, quantity in items)}"}}'
        )
        return params, commerce, ",".join(self._items[product] % quantity for product, quantity in items)

    def _search(self, rng: np.random.Generator, category: int, visit: int, day: Day) -> str:
        language = COUNTRIES[self._whom.country[day.visits.person[visit]]].language
        return _text("search_term", _query(rng, self._goods, category, language))

    def _next_file(self) -> None:
        self.close()
        path = self._folder / f"events_{len(self.paths):012d}.json.gz"
        self.paths.append(path)
        # No name and no time in the header, so that equal events make equal files.
        self._file = gzip.GzipFile("", "wb", compresslevel=3, fileobj=path.open("wb"), mtime=0)

    def close(self) -> None:
        """Finish the last file."""
        if self._file is not None:
            inner: Any = self._file
            raw = inner.fileobj
            self._file.close()
            raw.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@cache
def _date(day: int) -> str:
    """A day, counted from 1970, as Analytics writes it."""
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y%m%d")


def _text(key: str, value: str) -> str:
    return f'{{"key":"{key}","value":{{"string_value":{json.dumps(value, ensure_ascii=False)}}}}}'


def _query(rng: np.random.Generator, goods: Assortment, category: int, language: str) -> str:
    """What somebody types who wants something of a category."""
    kind = goods.categories[category]
    noun: Phrase = kind.nouns[rng.integers(len(kind.nouns))]
    first: Phrase = kind.firsts[rng.integers(len(kind.firsts))]
    both = rng.random() < 0.5
    if language.startswith("zh"):
        return first.zh + noun.zh if both else noun.zh
    return (f"{first.en} {noun.en}" if both else noun.en).lower()
