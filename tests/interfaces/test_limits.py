"""Limits: rates, sizes, origins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercer.core.errors import TooMany
from mercer.interfaces.rest import limits
from mercer.interfaces.rest.limits import Buckets


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 3), max_size=200), st.integers(1, 20))
def test_no_more_than_rate_and_burst(waits: list[float], rate: int) -> None:
    """Over any stretch, at most burst plus rate times its length go through."""
    clock = Clock()
    buckets, passed = Buckets(rate, clock=clock), 0
    for wait in waits:
        clock.now += wait
        with suppress(TooMany):
            buckets.take("a")
            passed += 1
    assert passed <= rate + rate * clock.now + 1e-6


def test_buckets_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """One name's requests take nothing from another's, and full buckets are forgotten when there are too many."""
    monkeypatch.setattr(limits, "MOST", 10)
    clock = Clock()
    buckets = Buckets(1, clock=clock)
    for number in range(10):
        buckets.take(f"n{number}")
    with pytest.raises(TooMany):
        buckets.take("n1")
    clock.now = 5
    buckets.take("new")
    assert len(buckets._held) == 1


def test_too_many_requests_of_a_key(serve: Any) -> None:
    """A key over its rate gets 429 with Retry-After, and another key does not."""
    served = serve(("key_rate = 2000", "key_rate = 3"))
    statuses = [served.post("status", role="staff").status_code for _ in range(6)]
    assert statuses[:3] == [200, 200, 200]
    assert 429 in statuses
    refused = served.post("status", role="staff")
    if refused.status_code == 429:
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["retry_after"] >= 1
    assert served.post("status", role="owner").status_code == 200


def test_too_many_guesses_of_an_address(serve: Any) -> None:
    """An address over its rate gets 429 whatever key it tries; health is still answered."""
    served = serve(("address_rate = 2000", "address_rate = 2"))
    statuses = {served.client.post("/v1/status", json={}, headers={"X-API-Key": f"k{n}"}).status_code for n in range(6)}
    assert statuses == {401, 429}
    assert served.client.get("/healthz").status_code == 200


def test_large_bodies(serve: Any) -> None:
    """A body over the limit is 413, whether its length is declared or it comes in pieces."""
    served = serve(("body_bytes = 1048576", "body_bytes = 2048"))
    headers = {"Authorization": f"Bearer {served.keys['owner']}", "Content-Type": "application/json"}

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    for path in ("recommend_products", "upsert_products", "status"):
        declared = served.client.post(f"/v1/{path}", content=b" " * 3000, headers=headers)
        assert declared.status_code == 413
        assert declared.json()["type"] == "urn:mercer:error:too_large"
        assert served.client.post(f"/v1/{path}", content=pieces(), headers=headers).status_code == 413
    assert served.client.post("/mcp", content=b" " * 3000, headers=headers).status_code == 413


def test_too_many_rows(served: Any) -> None:
    """A list over its limit is refused."""
    rows = [{"product_id": f"p{number}"} for number in range(1001)]
    reply = served.post("upsert_products", {"products": rows})
    assert reply.status_code == 400
    assert "products" in reply.json()["faults"][0]["field"]


def test_browsers_of_other_origins_are_kept_out(served: Any) -> None:
    """By default no page of another origin may read replies, and a preflight allows nothing."""
    reply = served.post("status", origin="https://evil.example")
    assert "access-control-allow-origin" not in reply.headers
    preflight = served.client.options(
        "/v1/recommend_products", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-methods" not in preflight.headers


def test_listed_origins_may_call(serve: Any) -> None:
    """Pages of a listed origin may call and read, refusals too; others still may not."""
    served = serve(("origins = []", 'origins = ["https://shop.example"]'))
    asking = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    preflight = served.client.options("/v1/recommend_products", headers=asking)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for body in ({}, {"n": 0}):
        reply = served.post("recommend_products", body, role="public", origin="https://shop.example")
        assert reply.headers["access-control-allow-origin"] == "https://shop.example"
        assert reply.headers["vary"] == "origin"
    other = served.post("recommend_products", {}, origin="https://evil.example")
    assert "access-control-allow-origin" not in other.headers
