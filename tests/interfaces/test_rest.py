"""The HTTP interface: what it answers, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mercer import Shop

Serve = Callable[..., Any]
EVENT = {"event_id": "e1", "event_name": "view_item", "occurred_at": "2026-02-01T10:00:00Z", "product_id": "p1"}


def is_problem(reply: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in a reply, after a look at its shape."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = reply.json()
    assert told["type"] == f"urn:mercer:error:{code}"
    assert told["status"] == status
    assert told["detail"]
    assert told["request_id"] == reply.headers["x-request-id"]
    return told


def test_a_question_is_answered_with_reasons(served: Any) -> None:
    """POST /v1/recommend_products answers with items, their reasons, the model and the decision."""
    reply = served.post("recommend_products", {"customer": "c1", "n": 3}, role="public")
    assert reply.status_code == 200
    answer = reply.json()
    assert len(answer["items"]) == 3
    assert answer["items"][0]["reasons"]
    assert answer["model"].startswith("popular@")
    explained = served.post("explain_decision", {"decision_id": answer["decision_id"]}, role="staff").json()
    assert explained["channel"] == "rest"
    assert explained["response"]["items"] == answer["items"]


def test_reasons_speak_the_askers_language(served: Any) -> None:
    """Without a language in the body, Accept-Language decides; with one, the body does."""
    chinese = served.post("recommend_products", {"n": 1}, accept_language="zh-CN,zh;q=0.9").json()
    english = served.post("recommend_products", {"n": 1, "language": "en"}, accept_language="zh-CN").json()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese["items"][0]["reasons"][0]["text"])
    assert english["items"][0]["reasons"][0]["text"].isascii()


def test_events_are_taken_once(served: Any) -> None:
    """Posting events again adds nothing, and says so."""
    assert served.post("record_events", {"events": [EVENT]}, role="public").json()["added"] == 1
    again = served.post("record_events", {"events": [EVENT, {**EVENT, "event_id": "e2"}]}, role="public").json()
    assert (again["added"], again["unchanged"]) == (1, 1)
    assert served.shop.store.rows("events") == 2


def test_events_are_known_from_now_on(served: Any) -> None:
    """A live event is visible to a snapshot only from when it arrived, whenever it happened."""
    served.post("record_events", {"events": [EVENT]})
    row = served.shop.store.frame("events").row(0, named=True)
    assert row["known_at"] > row["occurred_at"]


def test_one_bad_row_keeps_all_out(served: Any) -> None:
    """A list with a refused row is not taken at all, and each fault names row, field and remedy."""
    bad = [EVENT, {**EVENT, "event_id": "", "quantity": -1}, {**EVENT, "event_id": "e3", "occurred_at": "yesterday"}]
    told = is_problem(served.post("record_events", {"events": bad}), 400, "invalid")
    assert {(fault["row"], fault["field"]) for fault in told["faults"]} == {
        (1, "events.1.event_id"), (1, "events.1.quantity"), (2, "events.2.occurred_at"),
    }  # fmt: skip
    assert all(fault["remedy"] for fault in told["faults"])
    assert served.shop.store.rows("events") == 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b'{"n": "5"}', "n"),
        (b'{"n": 1.5}', "n"),
        (b'{"n": true}', "n"),
        (b'{"n": 1e999}', "1e999"),
        (b'{"n": NaN}', "NaN"),
        (b'{"n": -Infinity}', "Infinity"),
        (b'{"n": ' + b"9" * 5000 + b"}", "n"),
        (b'{"cart": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "recursion"),
        (b'{"customer": "a\\u0000b"}', "customer"),
        (b'{"customer": "\\ud800"}', "JSON"),
        (b'{"customer": "\xff"}', "JSON"),
        (b'{"custumer": "c1"}', "custumer"),
        (b'{"language": "../../etc"}', "language"),
    ],
)
def test_bad_bodies_are_refused(served: Any, body: bytes, named: str) -> None:
    """Whatever is wrong with a body, the answer is a 400 that says what."""
    headers = {"Authorization": f"Bearer {served.keys['public']}", "Content-Type": "application/json"}
    reply = served.client.post("/v1/recommend_products", content=body, headers=headers)
    is_problem(reply, 400, "invalid")
    assert named in reply.text


def test_large_numbers_inside_text_are_fine(served: Any) -> None:
    """Only numbers are judged as numbers: text may say NaN, Infinity and 1e999."""
    assert served.post("recommend_products", {"customer": "NaN Infinity 1e999 " + "9" * 150}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(served: Any, kind: str) -> None:
    """Another content type is refused before the body is looked at."""
    headers = {"Authorization": f"Bearer {served.keys['public']}", "Content-Type": kind}
    is_problem(served.client.post("/v1/recommend_products", content=b"{}", headers=headers), 415, "unsupported_type")


def test_wrong_paths_and_methods(served: Any) -> None:
    """404 and 405 are problems too."""
    is_problem(served.post("recomend_products"), 404, "not_found")
    is_problem(served.get("/v1/recommend_products"), 405, "wrong_method")
    is_problem(served.get("/v1/jobs/none"), 404, "not_found")


def test_messages_in_chinese(served: Any) -> None:
    """Problems speak the language that Accept-Language prefers."""
    told = is_problem(
        served.post("recommend_products", {"n": 0}, accept_language="fr, zh;q=0.8, en;q=0.2"), 400, "invalid"
    )
    assert "字段" in told["detail"]
    assert "字段" not in served.post("recommend_products", {"n": 0}, accept_language="en, zh;q=0.5").json()["detail"]


def test_no_model_yet(served: Any) -> None:
    """A question before training is 503 and says which command trains."""
    served.shop.registry._blobs.delete("recommend_products")
    told = is_problem(served.post("recommend_products"), 503, "not_ready")
    assert "mercer train" in told["hint"]


def test_errors_tell_strangers_nothing_of_the_machine(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error is a plain 500: no traceback, no path, no message of a library."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"secret {served.shop.folder}")

    monkeypatch.setattr(Shop, "ask_many", broken)
    monkeypatch.setattr(Shop, "run", broken)
    for operation in ("recommend_products", "status"):
        reply = served.post(operation)
        is_problem(reply, 500, "error")
        assert "secret" not in reply.text
        assert str(served.shop.folder) not in reply.text


def test_paths_in_messages_are_hidden(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a message of ours names the shop's folder, strangers do not see it."""
    from mercer.core.errors import Conflict

    def busy(*_: object, **__: object) -> None:
        raise Conflict(f"another training holds {served.shop.folder}/.training")

    monkeypatch.setattr(Shop, "run", busy)
    told = is_problem(served.post("status"), 409, "conflict")
    assert told["detail"] == "another training holds …/.training"


def test_health_needs_no_key(served: Any) -> None:
    """Liveness and readiness are open, and name the loaded model."""
    assert served.client.get("/healthz").json() == {"status": "ok"}
    ready = served.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["models"]["recommend_products"].startswith("popular@")


def test_not_ready_while_the_model_cannot_be_loaded(trained: Any, serve: Serve) -> None:
    """A chosen model that cannot be loaded makes the server not ready."""
    for file in (trained / "models" / "recommend_products").rglob("model.json"):
        file.write_text("{")
    served = serve()
    assert served.client.get("/readyz").status_code == 503
    assert served.client.get("/healthz").status_code == 200


def test_measures(served: Any) -> None:
    """Prometheus reads requests, decisions, rows and the model that answers."""
    served.post("recommend_products", {})
    served.post("record_events", {"events": [EVENT]})
    served.post("record_events", {"events": [{**EVENT, "event_id": ""}]})
    served.client.get("/secret/" + "x" * 50)
    text = served.get("/metrics").text
    version = served.shop.registry.chosen("recommend_products")
    assert 'mercer_request_seconds_count{operation="recommend_products",status="200"} 1.0' in text
    assert f'mercer_decisions_total{{capability="recommend_products",model="popular@{version}"}} 1.0' in text
    assert 'mercer_rows_total{operation="record_events",outcome="added"} 1.0' in text
    assert 'mercer_rows_total{operation="record_events",outcome="refused"} 1.0' in text
    assert f'mercer_model{{capability="recommend_products",model="popular@{version}"}} 1.0' in text
    assert "/secret" not in text


def test_operations_lists_what_the_key_may_call(served: Any) -> None:
    """Each role sees its own operations, in both languages."""
    lists = {role: served.get("/v1/operations", role).json()["operations"] for role in ("public", "staff", "owner")}
    names = {role: {each["name"] for each in listed} for role, listed in lists.items()}
    assert names["public"] < names["staff"] < names["owner"]
    assert names["public"] == {"recommend_products", "record_events"}
    assert all(each["summary"] and each["summary_zh"] for each in lists["owner"])


def test_request_ids_come_back(served: Any) -> None:
    """A harmless X-Request-Id is used; one that could forge log lines is replaced."""
    assert served.post("status", x_request_id="abc-123").headers["x-request-id"] == "abc-123"
    assert served.post("status", x_request_id="a b\tc").headers["x-request-id"] != "a b\tc"


def test_security_headers(served: Any) -> None:
    """Every reply, refusals too, tells browsers not to guess, frame or keep it."""
    for reply in (served.post("status"), served.post("nothing"), served.client.get("/healthz")):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]


def test_a_slow_operation_is_a_job(served: Any) -> None:
    """A slow operation answers 202 at once; its job says how it ended, to those who may know."""
    reply = served.post("train", {"models": ["popular"], "cases": 100, "publish": False})
    assert reply.status_code == 202, reply.text
    place = reply.headers["location"]
    assert place == f"/v1/jobs/{reply.json()['job_id']}"
    is_problem(served.get(place, "staff"), 403, "forbidden")
    job = wait(served, place)
    assert job["state"] == "done", json.dumps(job)
    assert job["result"]["capabilities"]


def test_a_job_that_fails_says_why(served: Any) -> None:
    """The job of an operation that is refused holds its problem."""
    place = served.post("train", {"only": "nothing_of_the_kind"}, accept_language="zh").headers["location"]
    job = wait(served, place)
    assert job["state"] == "failed"
    assert job["error"]["type"] == "urn:mercer:error:not_found"


def wait(served: Any, place: str) -> dict[str, Any]:
    """The job, when it has ended."""
    import time

    end = time.monotonic() + 120
    while True:
        job: dict[str, Any] = served.get(place).json()
        if job["state"] != "running":
            return job
        assert time.monotonic() < end
        time.sleep(0.05)
