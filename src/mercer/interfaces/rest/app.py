"""The HTTP server's application: routes drawn from the operations, behind the gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from mercer.core.errors import Invalid, MercerError, NotFound
from mercer.core.operation import Operation
from mercer.core.phrase import Phrase
from mercer.interfaces.calling import Caller
from mercer.interfaces.mcp.tools import Tools
from mercer.interfaces.rest.drawing import as_response, draw_operation, draw_reading
from mercer.interfaces.rest.endpoints import Answering, Starting
from mercer.interfaces.rest.gate import Gate, Place
from mercer.interfaces.rest.jobs import Job, Jobs
from mercer.interfaces.rest.keys import KeyRing
from mercer.interfaces.rest.measures import Measures
from mercer.interfaces.rest.openapi import document
from mercer.interfaces.rest.plain import Health, Listing, Plain, Readiness, as_bytes
from mercer.interfaces.rest.refusals import UNEXPECTED, WrongMethod, refusal
from mercer.shop import Shop

DESCRIPTION = (
    "The AI engine of an online shop. Every operation is POST /v1/<operation> with a JSON body; refusals are RFC 9457 "
    "problems that say what was found and what to do, in English or Chinese by Accept-Language."
)


def application(shop: Shop, operations: Mapping[str, Operation] | None = None) -> Gate:
    """The ASGI application that serves a shop; operations that hold a path of this machine are left out."""
    offered = shop.operations() if operations is None else operations
    remote = {name: each for name, each in offered.items() if not each.local}
    caller, measures, ring = Caller(shop), Measures(), KeyRing(shop)
    jobs = Jobs(shop, measures)
    plain = Plain(shop, remote, measures, jobs)
    agents = StreamableHTTPSessionManager(
        Tools(caller, remote, "public", "en").server(shop.settings.name), json_response=True, stateless=True
    )
    endpoints = {
        name: Starting(each, caller, measures, jobs) if each.slow else Answering(each, caller, measures)
        for name, each in remote.items()
    }
    hide = str(shop.folder)
    app = FastAPI(
        title=f"Mercer: {shop.settings.name}",
        version=version("mercer"),
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(caller, jobs, plain, agents),
    )
    app.router.routes = [
        *(draw_operation(each, endpoints[name], hide) for name, each in remote.items()),
        *_readings(plain, hide),
        Route("/mcp", _Agents(agents), include_in_schema=False),
    ]
    app.add_exception_handler(HTTPException, _refused_by_router(hide))
    app.add_exception_handler(Exception, _failed(hide))
    plain.document = as_bytes(document(app))
    places = {f"/v1/{name}": Place(name, remote[name].audience, each) for name, each in endpoints.items()}
    metrics = shop.settings.server.metrics
    places |= {
        "/v1/operations": Place("/v1/operations"),
        "/v1/jobs/": Place("/v1/jobs"),
        "/mcp": Place("/mcp"),
        "/metrics": Place("/metrics", None if metrics == "open" else metrics),
        "/openapi.json": Place("/openapi.json", None),
        "/healthz": Place("/healthz", None, limited=False),
        "/readyz": Place("/readyz", None, limited=False),
    }
    return Gate(app, places, ring, measures, shop.settings.server, hide)


def _readings(plain: Plain, hide: str) -> list[BaseRoute]:
    return [
        draw_reading("/v1/operations", plain.operations, hide, summary="What this key may call", output=Listing),
        draw_reading(
            "/v1/jobs/{job_id}",
            plain.job,
            hide,
            summary="How far a job is",
            output=Job,
            parameters=["job_id"],
            refusals=[404, 503],
        ),
        draw_reading("/healthz", plain.health, hide, summary="Whether the server is alive", output=Health, keys=False),
        draw_reading(
            "/readyz", plain.ready, hide, summary="Whether the server can answer", output=Readiness, keys=False
        ),
        draw_reading("/metrics", plain.metrics, hide, summary="Measures for Prometheus", output=None),
        draw_reading("/openapi.json", plain.openapi, hide, summary="This document", output=None, keys=False),
    ]


def _lifespan(caller: Caller, jobs: Jobs, plain: Plain, agents: StreamableHTTPSessionManager) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Models load while the server already listens: /readyz says when they are there.
        warming = asyncio.get_running_loop().run_in_executor(None, plain.readiness)
        async with agents.run():
            yield
        await asyncio.wait([warming])
        jobs.close()
        caller.close()

    return lifespan


class _Agents:
    """The MCP endpoint as an ASGI application, which Starlette mounts as it is."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)


def _refused_by_router(hide: str) -> Any:
    async def handle(request: Request, error: HTTPException) -> Response:
        return as_response(refusal(_routing_error(request, error), request.scope["mercer"], hide))

    return handle


def _routing_error(request: Request, error: HTTPException) -> MercerError:
    path = request.url.path[:80]
    if error.status_code == 405:
        return WrongMethod(
            Phrase("{path} does not take {method}", "{path} 不接受 {method}").format(path=path, method=request.method),
            Phrase("GET /openapi.json lists every path and its method", "GET /openapi.json 列出所有路径与方法"),
        )
    if error.status_code == 404:
        return NotFound(
            Phrase("there is nothing at {path}", "{path} 处没有内容").format(path=path),
            Phrase("GET /openapi.json lists every path", "GET /openapi.json 列出所有路径"),
        )
    return Invalid(str(error.detail))


def _failed(hide: str) -> Any:
    async def handle(request: Request, error: Exception) -> Response:
        return as_response(refusal(UNEXPECTED, request.scope["mercer"], hide))

    return handle
