"""The door of the HTTP server: what holds for every request, before and after an operation answers it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import NamedTuple, Protocol

from mercer.core.errors import MercerError
from mercer.core.operation import Audience
from mercer.interfaces.rest.body import Gone, read_body
from mercer.interfaces.rest.call import Headers, Heard, Reply
from mercer.interfaces.rest.cors import Cors
from mercer.interfaces.rest.keys import KeyRing, permit, secret_in
from mercer.interfaces.rest.limits import Buckets
from mercer.interfaces.rest.measures import OTHER, Measures
from mercer.interfaces.rest.refusals import UNEXPECTED, refusal
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
    """Answers one request."""

    async def __call__(self, heard: Heard, body: bytes) -> Reply: ...


class Place(NamedTuple):
    """What the gate knows of a path: its name in measures, whose key it takes (None: anybody's, or none), and what
    answers a POST there without a walk through the application's router."""

    label: str
    audience: Audience | None = "public"
    hot: Endpoint | None = None
    limited: bool = True


NOWHERE = Place(OTHER)


class Gate:
    """Wraps the application: request ids, keys, rates, sizes, CORS, security headers, problems, measures, log."""

    def __init__(
        self,
        app: App,
        places: Mapping[str, Place],
        ring: KeyRing,
        measures: Measures,
        settings: ServerSettings,
        hide: str,
    ) -> None:
        self._app = app
        self._places = places
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
        heard = Heard(scope, request_id_of(scope))
        place = self._place(heard.path)
        outgoing = Outgoing(send, ((b"x-request-id", heard.request_id.encode()), *SECURITY, *self._cors.headers(heard)))
        reply: Reply | None
        try:
            reply = await self._answer(place, heard, scope, receive, outgoing)
        except MercerError as error:
            reply = refusal(error, heard, self._hide)
        except Gone:
            return
        except Exception:
            log.exception("%s %s failed, request %s", heard.method, place.label, heard.request_id)
            reply = refusal(UNEXPECTED, heard, self._hide)
        if reply is not None and outgoing.status == 0:
            await outgoing.reply(reply)
        self._note(place, heard, outgoing.status, perf_counter() - begun)

    async def _answer(
        self, place: Place, heard: Heard, scope: Scope, receive: Receive, outgoing: Outgoing
    ) -> Reply | None:
        if self._cors.is_preflight(heard):
            return Reply(204, b"", self._cors.preflight(heard))
        if place.limited:
            self._by_address.take(heard.address)
        if place.audience is not None:
            await self._admit(heard, place.audience)
        if heard.method == "POST":
            body = await read_body(heard, receive, self._body_bytes)
            if place.hot is not None:
                return await place.hot(heard, body)
            receive = replay(body, receive)
        scope["mercer"] = heard
        await self._app(scope, receive, outgoing)
        return None

    async def _admit(self, heard: Heard, audience: Audience) -> None:
        secret = secret_in(heard.text(b"authorization"), heard.text(b"x-api-key"))
        heard.key = await self._ring.check(secret)
        self._by_key.take(heard.key.key_id)
        permit(heard.key, audience)

    def _place(self, path: str) -> Place:
        found = self._places.get(path)
        return found if found is not None else self._places.get(path[: path.rfind("/") + 1], NOWHERE)

    def _note(self, place: Place, heard: Heard, status: int, seconds: float) -> None:
        self._measures.request(place.label, status, seconds)
        if log.isEnabledFor(logging.INFO):
            log.info("%s %s %d %.1f ms, request %s", heard.method, place.label, status, seconds * 1e3, heard.request_id)
