"""Which web pages may call from a browser: none, unless mercer.toml lists their origins."""

from __future__ import annotations

from mercer.interfaces.rest.call import Headers, Heard

ALLOWED = (
    b"authorization, content-type, x-api-key, x-request-id, accept-language, mcp-session-id, "
    b"mcp-protocol-version, last-event-id"
)
MINUTES_10 = b"600"


class Cors:
    """Cross-origin resource sharing with an allow list; ``*`` in it lets every origin in (keys still decide)."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origin.encode("latin-1", "replace") for origin in origins)

    def headers(self, heard: Heard) -> Headers:
        """What lets the page that asks read the reply; nothing for origins that are not listed."""
        if not self._origins:
            return ()
        origin = heard.headers.get(b"origin")
        if origin is None or not (origin in self._origins or b"*" in self._origins):
            return ((b"vary", b"origin"),)
        return (
            (b"access-control-allow-origin", origin),
            (b"vary", b"origin"),
            (b"access-control-expose-headers", b"x-request-id, retry-after, location, mcp-session-id"),
        )

    def is_preflight(self, heard: Heard) -> bool:
        """Whether a browser asks if it may ask."""
        return heard.method == "OPTIONS" and b"access-control-request-method" in heard.headers

    def preflight(self, heard: Heard) -> Headers:
        """What a browser that asks first may do, beside ``headers``; nothing for an origin that is not listed."""
        if not any(name == b"access-control-allow-origin" for name, _ in self.headers(heard)):
            return ()
        return (
            (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
            (b"access-control-allow-headers", ALLOWED),
            (b"access-control-max-age", MINUTES_10),
        )
