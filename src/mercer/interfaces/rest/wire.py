"""ASGI, as the gate speaks it: what is sent and received."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mercer.interfaces.rest.call import Headers, Reply

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}\Z")


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
        await self._send(
            {"type": "http.response.start", "status": reply.status, "headers": [length, *reply.headers, *self._common]}
        )
        await self._send({"type": "http.response.body", "body": reply.body})


def request_id_of(scope: Scope) -> str:
    """The asker's own X-Request-Id where it is harmless in a log, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return secrets.token_hex(8)


def replay(body: bytes, receive: Receive) -> Receive:
    """``receive`` for an application, of a body that has been read."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
