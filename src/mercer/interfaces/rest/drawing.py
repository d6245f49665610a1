"""From what answers a path to a FastAPI route: FastAPI describes it, our own code reads and writes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from mercer.core.errors import MercerError
from mercer.core.operation import Operation
from mercer.core.record import Record
from mercer.interfaces.rest.call import Heard, Reply
from mercer.interfaces.rest.gate import Endpoint
from mercer.interfaces.rest.jobs import Job
from mercer.interfaces.rest.openapi import responses
from mercer.interfaces.rest.refusals import refusal

KEYS: dict[str, Any] = {"security": [{"bearer": []}, {"header": []}]}
LIMITS = (429, 500)


class DrawnRoute(APIRoute):
    """A route whose function is only its description: ``endpoint.answers`` is what answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What FastAPI calls for a request: our endpoint, past FastAPI's own reading of the body."""
        answers: Endpoint = self.endpoint.answers  # type: ignore[attr-defined]
        hide: str = self.endpoint.hide  # type: ignore[attr-defined]

        async def handle(request: Request) -> Response:
            heard: Heard = request.scope["mercer"]
            try:
                reply = await answers(heard, await request.body())
            except MercerError as error:
                reply = refusal(error, heard, hide)
            return as_response(reply)

        return handle


def as_response(reply: Reply) -> Response:
    """A reply as Starlette sends it."""
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, reply.status, headers)


def draw_operation(operation: Operation, answers: Endpoint, hide: str) -> DrawnRoute:
    """``POST /v1/<operation>``, described by the operation's records."""

    def call(**_: Any) -> None: ...

    call.__annotations__ = {"body": operation.input}
    return _route(
        call,
        f"/v1/{operation.name}",
        "POST",
        answers,
        hide,
        summary=operation.summary.en,
        output=Job if operation.slow else operation.output,
        status=202 if operation.slow else 200,
        description=_description(operation),
        signature={"body": operation.input},
        tags=[operation.audience],
    )


def draw_reading(
    path: str,
    answers: Endpoint,
    hide: str,
    *,
    summary: str,
    output: type[Record] | None,
    parameters: Sequence[str] = (),
    refusals: Sequence[int] = (),
    keys: bool = True,
) -> DrawnRoute:
    """A ``GET`` path; ``output`` None stands for plain text."""

    def read(**_: Any) -> None: ...

    return _route(
        read,
        path,
        "GET",
        answers,
        hide,
        summary=summary,
        output=output,
        status=200,
        description=summary,
        signature=dict.fromkeys(parameters, str),
        tags=["server"],
        refusals=[*((401, 403) if keys else ()), *refusals, *LIMITS],
        keys=keys,
    )


def _route(
    function: Any,
    path: str,
    method: str,
    answers: Endpoint,
    hide: str,
    *,
    summary: str,
    output: type[Record] | None,
    status: int,
    description: str,
    signature: dict[str, Any],
    tags: list[Any],
    refusals: Sequence[int] = (),
    keys: bool = True,
) -> DrawnRoute:
    function.answers, function.hide = answers, hide
    function.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in signature.items()]
    )
    name = path.rpartition("}")[0].replace("{", "").strip("/").replace("/", "_") or path.rpartition("/")[2]
    return DrawnRoute(
        path,
        function,
        methods=[method],
        summary=summary,
        description=description,
        status_code=status,
        tags=tags,
        response_model=output,
        operation_id=name.replace(".", "_"),
        responses=responses(*refusals),
        openapi_extra=KEYS if keys else None,
        response_class=JSONResponse if output is not None else PlainTextResponse,
    )


def _description(operation: Operation) -> str:
    parts = [f"{operation.summary.en}. {operation.summary.zh}。", f"Needs a key of the role {operation.audience}."]
    if operation.slow:
        parts.append("Answers 202 with a job; watch it at GET /v1/jobs/{job_id}.")
    return "\n\n".join(parts)
