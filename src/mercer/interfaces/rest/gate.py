"""The door of the HTTP server: what holds for every request, before and after an operation answers it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Protocol

from mercer.core.errors import Invalid, MercerError, TooLarge, Unavailable
from mercer.core.operation import Audience
from mercer.core.phrase import Phrase
from mercer.interfaces.problems import problem_json
from mercer.interfaces.rest.call import PROBLEM, Headers, Heard, Reply
from mercer.interfaces.rest.cors import Cors
from mercer.interfaces.rest.keys import KeyRing, permit, secret_in
from mercer.interfaces.rest.limits import Buckets
from mercer.interfaces.rest.measures import OTHER, Measures
from mercer.interfaces.rest.wire import App, Outgoing, Receive, Scope, Send, replay, request_id_of
from mercer.store.settings import ServerSettings

log = logging.getLogger("mercer.http")

# Strict-Transport-Security is left to whatever ends TLS before us: said over plain HTTP it means nothing.
SECURITY: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


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
        self,
        app: App,
        hot: Mapping[str, Endpoint],
        audiences: Mapping[str, Audience | None],
        ring: KeyRing,
        measures: Measures,
        settings: ServerSettings,
        hide: str,
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
        heard = Heard(dict(scope), request_id_of(scope))
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
            log.info(
                "%s %s %d %.1f ms, request %s", heard.method, label, outgoing.status, seconds * 1e3, heard.request_id
            )

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
            receive = replay(body, receive)
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
                Phrase(
                    "send JSON, with the header Content-Type: application/json",
                    "请发送 JSON，并带上 Content-Type: application/json",
                ),
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
            Phrase(
                "send less at once, or raise server.body_bytes in mercer.toml",
                "请分批发送，或在 mercer.toml 中调高 server.body_bytes",
            ),
        )

    def _audience(self, path: str) -> Audience | None:
        for beginning, audience in self._audiences.items():
            if path == beginning or (beginning.endswith("/") and path.startswith(beginning)):
                return audience
        return "public"

    def _label(self, path: str) -> str:
        return next(
            (each for each in self._audiences if path == each or (each.endswith("/") and path.startswith(each))), OTHER
        )

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


class Gone(Exception):
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
