"""Every operation of a shop: its jobs, and one per capability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, cast

from pydantic import create_model

from mercer.capabilities import all_capabilities
from mercer.core.capability import Capability
from mercer.core.errors import MercerError, NotFound
from mercer.core.operation import Audience, Operation, Progress
from mercer.core.phrase import Phrase
from mercer.core.record import Id, Record, about
from mercer.jobs import all_jobs

__all__ = ["all_capabilities", "all_operations", "asking_operation", "find"]

RequestId = Annotated[
    Id | None,
    about(
        "your own id of this question: asked again with it, the answer is the same and nothing is recorded twice",
        "您为此次提问起的编号：用同一编号再问，回答不变，也不会重复记录",
    ),
]


@cache
def all_operations() -> Mapping[str, Operation]:
    """The operations by name: what capabilities answer first, then the jobs."""
    asked = {each.name: asking_operation(each) for each in all_capabilities().values()}
    return asked | all_jobs()


def asking_operation(capability: Capability) -> Operation:
    """The operation that asks a capability's question; its input is the request and the asker's own request_id."""
    given: type[Record] = capability.request
    if "request_id" not in given.model_fields:
        extra: dict[str, Any] = {"request_id": (RequestId, None)}
        given = create_model(given.__name__, __base__=given, __module__=given.__module__, **extra)

    def run_many(shop: Any, requests: Sequence[Record], channel: str) -> Sequence[Record | MercerError]:
        return cast("Sequence[Record | MercerError]", shop.ask_many(capability.name, requests, channel=channel))

    def run(shop: Any, request: Record, progress: Progress) -> Any:
        return shop.ask(capability.name, request)

    return Operation(
        capability.name,
        capability.command,
        capability.summary,
        given,
        capability.response,
        run,
        cast("Audience", capability.audience),
        run_many=run_many,
    )


def find(name: str, operations: Mapping[str, Operation]) -> Operation:
    """The operation called ``name``, or by its command; NotFound lists what there is."""
    for each in operations.values():
        if name in (each.name, each.command):
            return each
    raise NotFound(
        Phrase("there is no operation '{name}'", "没有名为“{name}”的操作").format(name=name),
        Phrase("operations: {names}", "可用的操作：{names}").format(names=", ".join(operations)),
    )
