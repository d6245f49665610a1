"""Reading a request's body: JSON by its declaration, and no larger than allowed."""

from __future__ import annotations

from mercer.core.errors import TooLarge
from mercer.core.phrase import Phrase
from mercer.interfaces.rest.call import Heard
from mercer.interfaces.rest.refusals import UnsupportedType
from mercer.interfaces.rest.wire import Message, Receive


class Gone(Exception):
    """The asker hung up before the request was whole; there is nobody to answer."""


async def read_body(heard: Heard, receive: Receive, most: int) -> bytes:
    """The whole body; TooLarge as soon as it is over ``most`` bytes, whether its length was declared or not."""
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
    if declared.isdigit() and int(declared) > most:
        raise _too_large(most)
    body, more = await _chunk(receive)
    if not more and len(body) <= most:
        return body
    chunks = [body]
    size = len(body)
    while more:
        if size > most:
            raise _too_large(most)
        body, more = await _chunk(receive)
        chunks.append(body)
        size += len(body)
    if size > most:
        raise _too_large(most)
    return b"".join(chunks)


async def _chunk(receive: Receive) -> tuple[bytes, bool]:
    message: Message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    return message.get("body", b""), message.get("more_body", False)


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        Phrase("the body is over {most:,} bytes", "请求正文超过 {most:,} 字节").format(most=most),
        Phrase(
            "send less at once, or raise server.body_bytes in mercer.toml",
            "请分批发送，或在 mercer.toml 中调高 server.body_bytes",
        ),
    )
