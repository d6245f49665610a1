"""Record what people do in the shop, as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mercer.core.errors import MercerError
from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.core.rows import row_record
from mercer.core.tables import table
from mercer.jobs.live import MOST, Taken, taken, write_rows

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.store.writing import Writer

if TYPE_CHECKING:
    Event = Record
else:
    Event = row_record(table("events"), "Event")

Events = Annotated[
    list[Event],
    Field(min_length=1, max_length=MOST),
    about("events, named as Google Analytics 4 names them", "事件，采用 Google Analytics 4 的名称"),
]


def record_events(shop: Shop, events: Events) -> Taken:
    """Keep the events: all of them, or none where one is refused. Sending an event_id again adds nothing.

    When this returns they are on disk. They are known from now on, whenever they happened.
    """
    with shop.store.transaction() as writer:
        return _write(writer, events)


def _write(writer: Writer, events: Sequence[Record]) -> Taken:
    return taken(write_rows(writer, "events", events, known_at=datetime.now(UTC)))


def record_many(shop: Shop, inputs: Sequence[Any], channel: str) -> Sequence[Taken | MercerError]:
    """The events of many calls in one transaction; each call's events are still taken whole or not at all."""
    outputs: list[Taken | MercerError] = []
    with shop.store.transaction() as writer:
        for given in inputs:
            try:
                outputs.append(_write(writer, given.events))
            except MercerError as error:
                if error.status >= 500:
                    raise
                outputs.append(error)
    return outputs


operation = from_function(
    record_events,
    summary=Phrase("Record what people do in the shop", "记录顾客在店里的行为"),
    audience="public",
    changes=True,
    run_many=record_many,
)
