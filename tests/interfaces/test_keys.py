"""API keys over HTTP: who may do what."""

from __future__ import annotations

from typing import Any

import pytest

from mercer.core.operation import RANK
from mercer.interfaces.rest import keys


def test_without_a_key_nothing_is_answered(served: Any) -> None:
    """No key, an unknown one, or a malformed header is 401 with a hint, for every operation."""
    for name in served.shop.operations():
        assert served.client.post(f"/v1/{name}", json={}).status_code == 401
    for value in ("Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer", "", served.keys["owner"]):
        reply = served.client.post("/v1/status", json={}, headers={"Authorization": value})
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == "Bearer"
    assert served.client.get("/metrics").status_code == 401
    assert served.client.post("/mcp", json={}).status_code == 401


def test_each_role_may_call_what_it_may(served: Any) -> None:
    """A key below an operation's audience is 403; the others pass the door."""
    for name, operation in served.shop.operations().items():
        if operation.local:
            continue
        for role in RANK:
            status = served.post(name, {"no_such_field": 1}, role=role).status_code
            assert status == (400 if RANK[role] >= RANK[operation.audience] else 403), (name, role)


def test_x_api_key(served: Any) -> None:
    """The key may come in X-API-Key."""
    assert served.client.post("/v1/status", json={}, headers={"X-API-Key": served.keys["staff"]}).status_code == 200


def test_a_revoked_key_stops_working(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once what is remembered of a key has aged, its revocation counts."""
    key_id = next(key["key_id"] for key in served.post("list_keys").json()["keys"] if key["role"] == "staff")
    assert served.post("status", role="staff").status_code == 200
    assert served.post("revoke_key", {"key_id": key_id}).status_code == 200
    monkeypatch.setattr(keys, "SECONDS", 0.0)
    assert served.post("status", role="staff").status_code == 401
    assert served.post("revoke_key", {"key_id": key_id}).status_code == 404


def test_secrets_are_kept_hashed_and_shown_once(served: Any) -> None:
    """Neither the database file nor the list of keys holds a secret."""
    made = served.post("create_key", {"role": "public", "name": "page"}).json()
    assert made["secret"] not in served.post("list_keys").text
    for file in served.shop.folder.rglob("*"):
        if file.is_file():
            assert made["secret"].encode() not in file.read_bytes()


def test_secrets_are_not_logged(served: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Requests that fail or succeed leave no key in the log."""
    caplog.set_level("DEBUG")
    served.post("status")
    served.post("recommend_products", {"n": 0})
    served.client.post("/v1/status", json={}, headers={"Authorization": "Bearer mk_guessed"})
    assert caplog.text
    assert served.keys["owner"] not in caplog.text
    assert "mk_guessed" not in caplog.text


def test_metrics_may_be_opened(serve: Any) -> None:
    """mercer.toml may open /metrics to everybody; a public key alone never suffices otherwise."""
    assert serve().get("/metrics", "public").status_code == 403
    assert serve(('metrics = "staff"', 'metrics = "open"')).client.get("/metrics").status_code == 200
