"""Taking a person's ids out of what was asked and answered about others, such as a list of customers to write to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mercer.store.sql import SHOP, STORED

Ids = Mapping[str, Collection[str]]
"""What is to be taken out: ids by what they name, such as {"customer": ["17850"], "order": ["5001"]}."""

_decisions = SHOP["decisions"]
_TEXTS = ("request", "response")


def redact_decisions(connection: Connection, ids: Ids) -> int:
    """Take the ids out of all decisions; how many had one.

    An id counts where a field says what it is: a product with the number of a customer stays.
    """
    found = [change for row in _candidates(connection, ids) if (change := _change(row, ids))]
    for number, values in found:
        connection.execute(sa.update(_decisions).where(_decisions.c[STORED] == number).values(**values))
    return len(found)


def _candidates(connection: Connection, ids: Ids) -> Iterator[Any]:
    """Decisions in whose text an id stands between quotes, or a field of a kind that has very many ids."""
    needles = {written for each in (*ids["customer"], *ids["visitor"]) for written in _written(each)}
    if ids["order"]:
        needles.add('"order')
    if not needles:
        return
    holds = [_decisions.c[name].contains(each, autoescape=True) for name in _TEXTS for each in sorted(needles)]
    query = sa.select(_decisions.c[STORED], *(_decisions.c[name] for name in _TEXTS)).where(sa.or_(*holds))
    yield from connection.execute(query.execution_options(yield_per=1000))


def _written(text: str) -> set[str]:
    return {json.dumps(text), json.dumps(text, ensure_ascii=False)}


def _change(row: Any, ids: Ids) -> tuple[int, dict[str, str]] | None:
    number, *texts = row
    values = {name: redacted(text, ids) for name, text in zip(_TEXTS, texts, strict=True) if text}
    changed = {name: text for name, text in values.items() if text is not None}
    return (number, changed) if changed else None


def redacted(text: str, ids: Ids) -> str | None:
    """JSON text with null in place of the ids; None where none was in it.

    >>> redacted('{"customers": ["7", "8"], "products": ["7"]}', {"customer": {"7"}})
    '{"customers": [null, "8"], "products": ["7"]}'
    >>> redacted('{"products": ["7"]}', {"customer": {"7"}}) is None
    True
    """
    try:
        value = json.loads(text)
    except ValueError:
        return None
    left = _without(value, None, ids)
    return None if left == value else json.dumps(left, ensure_ascii=False)


def _without(value: Any, kind: str | None, ids: Ids) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, _kind(name, ids) or kind, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, kind, ids) for each in value]
    return None if kind and isinstance(value, str) and value in ids[kind] else value


def _kind(name: str, ids: Ids) -> str | None:
    return next((kind for kind in ids if kind in name.lower()), None)
