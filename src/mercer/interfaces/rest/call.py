"""One HTTP request and one reply, as the gate hands them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mercer.core.phrase import LANGUAGES

if TYPE_CHECKING:
    from mercer.store.keys import Key

Headers = tuple[tuple[bytes, bytes], ...]

JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")


class Reply(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    headers: Headers = (JSON,)


class Heard:
    """What the gate reads of a request's head, once."""

    __slots__ = ("address", "headers", "key", "method", "path", "request_id")

    def __init__(self, scope: Mapping[str, Any], request_id: str) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        client = scope.get("client")
        self.address: str = client[0] if client else ""
        self.request_id = request_id
        self.key: Key | None = None

    def text(self, name: bytes) -> str | None:
        """A header as text, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def language(self) -> str | None:
        """The language that the asker prefers, of those we speak; None where they name none."""
        value = self.headers.get(b"accept-language")
        return None if value is None else preferred(value.decode("latin-1"))


def preferred(accepted: str) -> str:
    """Of the languages we speak, the one an Accept-Language header likes best.

    >>> preferred("fr, zh-TW;q=0.8, en;q=0.5")
    'zh-CN'
    >>> preferred("de")
    'en'
    """
    best, liking = LANGUAGES[0], 0.0
    for name, weight in _weighted(accepted):
        spoken = LANGUAGES[1] if name.startswith("zh") else LANGUAGES[0] if name.startswith("en") else None
        if spoken is not None and weight > liking:
            best, liking = spoken, weight
    return best


def _weighted(accepted: str) -> Iterable[tuple[str, float]]:
    for part in accepted[:500].split(","):
        name, _, rest = part.strip().lower().partition(";")
        weight = rest.strip().removeprefix("q=")
        try:
            yield name.strip(), float(weight) if weight else 1.0
        except ValueError:
            continue
