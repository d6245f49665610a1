"""A small HTTP load generator: keep-alive connections that each send the next request when the last was answered.

It runs as a process of its own and prints one line of JSON. Python's asyncio with a raw protocol costs about a third of
the servers it drives here, so that on two cores the server is what limits.

    python benchmarks/load.py --port 8000 --path /v1/recommend_products --body '{"n": 10}' --seconds 5
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from array import array


class Connection(asyncio.Protocol):
    """Sends, waits for the whole reply, notes how long it took, and sends again."""

    def __init__(
        self, requests: list[bytes], until: float, place: int, seconds: array[float], bad: list[bytes]
    ) -> None:
        self._requests = requests
        self._place = place
        self._until = until
        self._seconds = seconds
        self._bad = bad
        self._held = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._place])
        self._place = (self._place + 1) % len(self._requests)

    def data_received(self, data: bytes) -> None:
        held = self._held + data if self._held else data
        head = held.find(b"\r\n\r\n")
        if head < 0 or len(held) < head + 4 + _length(held, head):
            self._held = held
            return
        self._held = b""
        now = time.perf_counter()
        self._seconds.append(now - self._sent)
        if not held.startswith(b"HTTP/1.1 200"):
            self._bad.append(held[:300])
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _length(held: bytes, head: int) -> int:
    start = held.lower().find(b"content-length:", 0, head)
    return int(held[start + 15 : held.index(b"\r\n", start)])


def request(port: int, path: str, body: str, headers: list[str]) -> bytes:
    """One POST request as bytes."""
    lines = [
        f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json",
        f"Content-Length: {len(body.encode())}", *headers,
    ]  # fmt: skip
    return "\r\n".join([*lines, "", body]).encode()


async def drive(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, float]:
    """Load a server; requests per second and latencies in seconds."""
    loop, taken, bad = asyncio.get_running_loop(), array("d"), list[bytes]()
    begun = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda place=place: Connection(requests, begun + seconds, place * 7 % len(requests), taken, bad),
            "127.0.0.1",
            port,
        )
        for place in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    spent = time.perf_counter() - begun
    if bad:
        raise SystemExit(f"{len(bad)} of {len(taken)} requests failed: {bad[0]!r}")
    ordered = sorted(taken)
    return {
        "requests": len(ordered), "per_second": len(ordered) / spent,
        "p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--body", action="append", required=True, help="repeat it: the bodies are sent in turn")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    requests = [request(given.port, given.path, body, given.header) for body in given.body]
    print(json.dumps(asyncio.run(drive(given.port, requests, given.connections, given.seconds))))


if __name__ == "__main__":
    main()
