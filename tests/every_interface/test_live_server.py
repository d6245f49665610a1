"""A real `mercer serve` in a process of its own: killed in the middle of its work, given a new model, told to stop."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from trained_shop import publish

from mercer import Shop

THREADS = 4
ROWS = 5
"""Events in one post."""


@pytest.fixture
def key(trained: Path) -> str:
    """A public key of the shop."""
    with Shop.open(trained) as shop:
        return str(shop.run("create_key", role="public").secret)


@contextmanager
def clients(server: Any, key: str, work: Callable[[int, httpx.Client, Callable[[], bool]], None]) -> Iterator[None]:
    """Lets threads work at the server with a connection each, until the block ends."""
    over = threading.Event()

    def run(place: int) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
            work(place, client, over.is_set)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def events(place: int, number: int) -> list[dict[str, str]]:
    """The events of one post: their ids name the post."""
    facts = {"event_name": "view_item", "occurred_at": "2026-02-01T10:00:00Z", "product_id": f"p{number % 20}"}
    return [{"event_id": f"{place}/{number}/{row}", "visitor_id": f"v{place}", **facts} for row in range(ROWS)]


def test_what_was_acknowledged_survives_kill_9(trained: Path, key: str, start_server: Callable[..., Any]) -> None:
    """Killed during a stream of posts and questions, the server has lost nothing that it had acknowledged, holds each
    event once, and holds no post by halves; sending all of it again adds just what is missing."""
    server = start_server()
    sent: list[tuple[int, int]] = []
    acknowledged: list[tuple[int, int]] = []
    decisions: list[str] = []

    def work(place: int, client: httpx.Client, over: Callable[[], bool]) -> None:
        for number in count():
            sent.append((place, number))
            try:
                reply = client.post("/v1/record_events", json={"events": events(place, number)})
                assert reply.status_code == 200, reply.text
                acknowledged.append((place, number))
                decisions.append(client.post("/v1/recommend_products", json={"n": 1}).json()["decision_id"])
            except httpx.TransportError:
                return

    with clients(server, key, work):
        until(lambda: len(acknowledged) >= 100)
        server.stop(signal.SIGKILL)
    assert len(sent) - len(acknowledged) <= THREADS
    server.start()
    with Shop.open(trained) as shop:
        stored = shop.store.frame("events")["event_id"].to_list()
        missing = [each for each in decisions if shop.store.decisions.get(each) is None]
    assert len(stored) == len(set(stored))
    assert not {event["event_id"] for post in acknowledged for event in events(*post)} - set(stored)
    whole = {tuple(each.split("/")[:2]): 0 for each in stored}
    for each in stored:
        whole[tuple(each.split("/")[:2])] += 1
    assert set(whole.values()) == {ROWS}
    assert not missing
    with httpx.Client(base_url=server.url, headers={"X-API-Key": key}) as client:
        again = [client.post("/v1/record_events", json={"events": events(*post)}).json() for post in sent]
    assert sum(each["added"] for each in again) == ROWS * len(sent) - len(stored)
    with Shop.open(trained) as shop:
        assert shop.store.rows("events") == ROWS * len(sent)


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["one process", "two processes"])
def test_a_new_model_takes_over_without_a_failed_request(
    trained: Path, key: str, start_server: Callable[..., Any], options: tuple[str, ...]
) -> None:
    """While clients hammer it, a server takes over a model published elsewhere; every request is answered."""
    server = start_server(*options)
    answered: list[list[str]] = [[] for _ in range(THREADS)]
    failed: list[str] = []

    def work(place: int, client: httpx.Client, over: Callable[[], bool]) -> None:
        while not over():
            reply = client.post("/v1/recommend_products", json={"customer": f"c{place}", "n": 3})
            if reply.status_code == 200:
                answered[place].append(reply.json()["model"])
            else:
                failed.append(reply.text)

    with Shop.open(trained) as shop, clients(server, key, work):
        until(lambda: all(len(each) > 20 for each in answered))
        before = f"popular@{shop.registry.chosen('recommend_products')}"
        after = f"popular@{publish(shop)}"
        until(lambda: all(each[-1] == after for each in answered))
        shop.run("rollback")
        until(lambda: all(each[-1] == before for each in answered))
    assert failed == []
    assert {model for each in answered for model in each} == {before, after}


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["one process", "two processes"])
def test_told_to_stop_it_finishes_what_is_under_way(
    key: str, start_server: Callable[..., Any], options: tuple[str, ...]
) -> None:
    """After SIGTERM a request that had begun is answered in full, no new one is taken, and the process ends well."""
    server = start_server(*options)
    body = b'{"n": 2}'
    head = (
        f"POST /v1/recommend_products HTTP/1.1\r\nHost: shop\r\nX-API-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + body[:4])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refused(server.port))
        assert server.process.poll() is None
        connection.sendall(body[4:])
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 200")
    assert b'"decision_id"' in reply
    assert server.process.wait(30) == 0


def refused(port: int) -> bool:
    """Whether nobody listens at a port any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
