"""The door of the HTTP server: what holds for every request, before and after an operation answers it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from time import perf_counter
from typing import Any, Protocol

from mercer.core.errors import Invalid, MercerError, TooLarge, Unavailable
from mercer.core.operation import Audience
from mercer.core.phrase import Phrase
from mercer.interfaces.problems import problem_json
from mercer.interfaces.rest.call import PROBLEM, Headers, Heard, Reply
from mercer.interfaces.rest.cors import Cors
from mercer.interfaces.rest.keys import KeyRing, permit, secret_in
from mercer.interfaces.rest.limits import Buckets
from mercer.interfaces.rest.measures import OTHER, Measures
from mercer.store.settings import ServerSettings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("mercer.http")

# Strict-Transport-Security is left to whatever ends TLS before us: said over plain HTTP it means nothing.
SECURITY: Headers = (
    (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}\Z")


class Endpoint(Protocol):
    """Answers requests of one path; ``audience`` is whose key it takes, None lets everybody in."""

    label: str
    audience: Audience | None

    async def __call__(self, heard: Heard, body: bytes) -> Reply: ...


class Gate:
    """Wraps the application: request ids, keys, rates, sizes, CORS, security headers, problems, measures, log.

    ``hot`` paths are answered here without walking through the application's router; every other path goes there, under
    the same rules. ``audiences`` says whose key each of those needs, by its beginning.
    """

    def __init__(
        self, app: App, hot: Mapping[str, Endpoint], audiences: Mapping[str, Audience | None], ring: KeyRing,
        measures: Measures, settings: ServerSettings, hide: str,
    ) -> None:
        self._app = app
        self._hot = hot
        self._audiences = audiences
        self._ring = ring
        self._measures = measures
        self._cors = Cors(settings.origins)
        self._body_bytes = settings.body_bytes
        self._by_key = Buckets(settings.key_rate)
        self._by_address = Buckets(settings.address_rate)
        self._hide = hide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        heard = Heard(scope, _request_id(scope))
        outgoing = Outgoing(send, self._common(heard))
        label = OTHER
        try:
            endpoint = self._hot.get(heard.path) if heard.method == "POST" else None
            label = endpoint.label if endpoint is not None else self._label(heard.path)
            reply = await self._answer(endpoint, heard, scope, receive, outgoing)
        except MercerError as error:
            reply = self._refusal(error, heard)
        except Gone:
            return
        except Exception:
            log.exception("%s %s failed, request %s", heard.method, label, heard.request_id)
            reply = self._refusal(_UNEXPECTED, heard)
        if reply is not None and outgoing.status == 0:
            await outgoing.reply(reply)
        seconds = perf_counter() - begun
        self._measures.request(label, outgoing.status, seconds)
        if log.isEnabledFor(logging.INFO):
            log.info("%s %s %d %.1f ms, request %s", heard.method, label, outgoing.status, seconds * 1e3, heard.request_id)

    async def _answer(
        self, endpoint: Endpoint | None, heard: Heard, scope: Scope, receive: Receive, outgoing: Outgoing
    ) -> Reply | None:
        if self._cors.is_preflight(heard):
            return Reply(204, b"", self._cors.preflight(heard))
        audience = endpoint.audience if endpoint is not None else self._audience(heard.path)
        if audience is not None:
            await self._admit(heard, audience)
        if endpoint is not None:
            return await endpoint(heard, await self.body(heard, receive))
        scope["mercer"] = heard
        if heard.method == "POST":
            body = await self.body(heard, receive)
            receive = _replay(body, receive)
        await self._app(scope, receive, outgoing)
        return None

    async def _admit(self, heard: Heard, audience: Audience) -> None:
        self._by_address.take(heard.address)
        secret = secret_in(heard.text(b"authorization"), heard.text(b"x-api-key"))
        heard.key = await self._ring.check(secret)
        self._by_key.take(heard.key.key_id)
        permit(heard.key, audience)

    async def body(self, heard: Heard, receive: Receive) -> bytes:
        """The whole body, JSON by its declaration; TooLarge as soon as it is, however it is sent."""
        kind = (heard.text(b"content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise UnsupportedType(
                Phrase("the body is '{kind}'", "请求正文的类型是“{kind}”").format(kind=kind[:80]),
                Phrase("send JSON, with the header Content-Type: application/json",
                       "请发送 JSON，并带上 Content-Type: application/json"),
            )
        declared = heard.headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._body_bytes:
            raise self._too_large()
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._body_bytes:
                raise self._too_large()
            chunks.append(chunk)
            if not message.get("more_body", False):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            Phrase("the body is over {most:,} bytes", "请求正文超过 {most:,} 字节").format(most=self._body_bytes),
            Phrase("send less at once, or raise server.body_bytes in mercer.toml",
                   "请分批发送，或在 mercer.toml 中调高 server.body_bytes"),
        )

    def _audience(self, path: str) -> Audience | None:
        for beginning, audience in self._audiences.items():
            if path == beginning or (beginning.endswith("/") and path.startswith(beginning)):
                return audience
        return "public"

    def _label(self, path: str) -> str:
        return next((each for each in self._audiences if path == each or (each.endswith("/") and path.startswith(each))),
                    OTHER)

    def _common(self, heard: Heard) -> Headers:
        shared = self._cors.headers(heard)
        return ((b"x-request-id", heard.request_id.encode()), *SECURITY, *shared)

    def _refusal(self, error: MercerError, heard: Heard) -> Reply:
        """The problem, in the asker's language; what only the owner of the machine should read goes to the log."""
        if error.status >= 500:
            log.warning("%s: %s; request %s", type(error).__name__, error.message.en, heard.request_id)
        told = _SILENT if isinstance(error, Unavailable) else error
        text = problem_json(told, heard.language or "en", request_id=heard.request_id).replace(self._hide, "…")
        headers: Headers = (PROBLEM,)
        if error.retry_after is not None:
            headers += ((b"retry-after", str(int(error.retry_after + 0.999)).encode()),)
        if error.status == 401:
            headers += ((b"www-authenticate", b"Bearer"),)
        return Reply(error.status, text.encode(), headers)


class Gone(Exception):  # noqa: N818
    """The asker hung up before the request was whole; there is nobody to answer."""


class UnsupportedType(Invalid):
    """The body is no JSON."""

    code, status = "unsupported_type", 415


_UNEXPECTED = MercerError(
    Phrase("something went wrong that should not", "出现了意外错误"),
    Phrase("the server's log says more under this request_id", "服务器日志中此 request_id 处有详情"),
)
_SILENT = Unavailable(
    Phrase("the shop's database does not answer", "店铺的数据库没有回应"),
    Phrase("try again in a moment; the server's log says more", "请稍后再试；服务器日志中有详情"),
)
_SILENT.retry_after = 1.0


class Outgoing:
    """``send`` with the headers that every reply carries; remembers the status."""

    __slots__ = ("_common", "_send", "status")

    def __init__(self, send: Send, common: Headers) -> None:
        self._send = send
        self._common = common
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._common]}
        await self._send(message)

    async def reply(self, reply: Reply) -> None:
        """Send a whole reply."""
        self.status = reply.status
        length = (b"content-length", str(len(reply.body)).encode())
        await self._send({
            "type": "http.response.start", "status": reply.status, "headers": [length, *reply.headers, *self._common]})
        await self._send({"type": "http.response.body", "body": reply.body})


def _request_id(scope: Scope) -> str:
    """The asker's own X-Request-Id where it is harmless in a log, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return secrets.token_hex(8)


def _replay(body: bytes, receive: Receive) -> Receive:
    """``receive`` for an application, of a body that has been read."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
