"""The paths that are no operation: health, readiness, measures, the list of operations, jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from mercer.core.errors import MercerError
from mercer.core.operation import RANK, Audience, Operation
from mercer.core.record import Record, about
from mercer.interfaces.rest.call import Heard, Reply
from mercer.interfaces.rest.jobs import Jobs
from mercer.interfaces.rest.keys import permit
from mercer.interfaces.rest.measures import Measures
from mercer.shop import Shop


class Health(Record):
    """The server is alive."""

    status: Annotated[Literal["ok"], about("always ok", "总是 ok")] = "ok"


class Readiness(Record):
    """Whether the server can answer, and with which models."""

    ready: Annotated[
        bool,
        about(
            "whether the database answers and every chosen model is loaded",
            "数据库是否有回应，且各选定模型是否都已加载",
        ),
    ]
    store: Annotated[bool, about("whether the database answers", "数据库是否有回应")]
    models: Annotated[
        dict[str, str | None],
        about(
            "the model that answers each capability; null where none is trained",
            "各能力当前使用的模型；尚未训练则为 null",
        ),
    ]


class Listed(Record):
    """One operation."""

    name: Annotated[str, about("name", "名称")]
    path: Annotated[str, about("where to POST its input", "POST 输入的路径")]
    summary: Annotated[str, about("what it does", "用途")]
    summary_zh: Annotated[str, about("what it does, in Chinese", "用途（中文）")]
    audience: Annotated[Audience, about("role it needs", "所需角色")]
    slow: Annotated[bool, about("whether it answers 202 with a job", "是否以 202 和任务作答")]
    changes: Annotated[bool, about("whether it changes the shop", "是否改变店铺数据")]


class Listing(Record):
    """What the key that asks may call."""

    operations: Annotated[list[Listed], about("operations", "操作")]


class Plain:
    """Answers the paths that are no operation."""

    def __init__(self, shop: Shop, operations: Mapping[str, Operation], measures: Measures, jobs: Jobs) -> None:
        self._shop = shop
        self._operations = operations
        self._measures = measures
        self._jobs = jobs

    async def health(self, heard: Heard, body: bytes) -> Reply:
        """Say that the server is alive."""
        return Reply(200, Health().model_dump_json().encode())

    async def ready(self, heard: Heard, body: bytes) -> Reply:
        """Say whether the server can answer: 200, or 503."""
        said = await asyncio.get_running_loop().run_in_executor(None, self.readiness)
        return Reply(200 if said.ready else 503, said.model_dump_json().encode())

    def readiness(self) -> Readiness:
        """Ask the database something small, and load what is chosen and not loaded yet."""
        try:
            self._shop.store.keys.check("")
        except (MercerError, OSError):
            return Readiness(ready=False, store=False, models={})
        models, whole = self._shop.warm()
        return Readiness(ready=whole, store=True, models=models)

    async def metrics(self, heard: Heard, body: bytes) -> Reply:
        """The measures, as Prometheus reads them."""
        text = self._measures.text(self._shop.answering())
        return Reply(200, text, ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),))

    async def operations(self, heard: Heard, body: bytes) -> Reply:
        """What the key that asks may call."""
        assert heard.key is not None
        role = RANK[heard.key.role]
        listed = [
            Listed(
                name=each.name,
                path=f"/v1/{each.name}",
                summary=each.summary.en,
                summary_zh=each.summary.zh,
                audience=each.audience,
                slow=each.slow,
                changes=each.changes,
            )
            for each in self._operations.values()
            if RANK[each.audience] <= role
        ]
        return Reply(200, Listing(operations=listed).model_dump_json().encode())

    async def job(self, heard: Heard, body: bytes) -> Reply:
        """How far a job is, to those who might have started it."""
        assert heard.key is not None
        job = await self._jobs.get(heard.path.rpartition("/")[2])
        operation = self._operations.get(job.operation)
        permit(heard.key, operation.audience if operation is not None else "owner")
        return Reply(200, job.model_dump_json().encode())

    async def openapi(self, heard: Heard, body: bytes) -> Reply:
        """The OpenAPI document."""
        return Reply(200, self.document)

    document: bytes = b"{}"
    """The OpenAPI document, set when all routes are known."""


def as_bytes(document: object) -> bytes:
    """A document as compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
