"""The OpenAPI document: it lists what is there and nothing else, and replies are as it says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from mercer.interfaces.own import own_operations
from mercer.shop.operations import all_operations

READINGS = {"/v1/operations", "/v1/jobs/{job_id}", "/healthz", "/readyz", "/metrics", "/openapi.json"}


@pytest.fixture
def document(served: Any) -> Any:
    """The document as a stranger gets it."""
    return served.client.get("/openapi.json").json()


def test_it_lists_the_remote_operations_and_no_other(document: Any) -> None:
    """POST paths are exactly the operations that hold no path of the serving machine; the rest only reads."""
    posted = {path for path, methods in document["paths"].items() if "post" in methods}
    assert posted == {f"/v1/{name}" for name, each in all_operations().items() if not each.local}
    read = {path for path, methods in document["paths"].items() if "get" in methods}
    assert read == READINGS
    assert set(document["paths"]) == posted | read


def test_nothing_local_is_answered(served: Any) -> None:
    """What speaks of folders of the serving machine is not there: not in the list, not by its path."""
    local = [name for name, each in all_operations().items() if each.local] + list(own_operations())
    assert {"new", "import_data", "check_data", "serve", "mcp", "docs"} <= set(local)
    listed = {each["name"] for each in served.get("/v1/operations").json()["operations"]}
    for name in local:
        assert name not in listed
        assert served.post(name, {}).status_code == 404


def test_every_field_says_what_it_means(document: Any) -> None:
    """Each field of each input carries its description in both languages."""
    for name, operation in all_operations().items():
        if operation.local or not operation.input.model_fields:
            continue
        body = document["paths"][f"/v1/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        record = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        for field, drawn in record["properties"].items():
            assert drawn.get("description"), (name, field)
            assert drawn.get("description_zh"), (name, field)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/recommend_products", {"customer": "c1", "n": 2}, 200),
        ("/v1/recommend_products", {"n": 0}, 400),
        ("/v1/record_events", {"events": []}, 400),
        ("/v1/status", {}, 200),
        ("/v1/find_decisions", {}, 200),
        ("/v1/explain_decision", {"decision_id": "nobody"}, 404),
        ("/v1/models", {}, 200),
        ("/v1/snapshot", {}, 202),
        ("/v1/operations", None, 200),
        ("/v1/jobs/nothing", None, 404),
        ("/healthz", None, 200),
        ("/readyz", None, 200),
    ],
)
def test_replies_are_as_it_says(served: Any, document: Any, path: str, body: Any, status: int) -> None:
    """A reply's status, type and body are those that the document names for the path."""
    reply = served.get(path) if body is None else served.post(path.removeprefix("/v1/"), body)
    assert reply.status_code == status, reply.text
    drawn = document["paths"][path.replace("/nothing", "/{job_id}")]["get" if body is None else "post"]
    content = drawn["responses"][str(status)]["content"]
    kind = reply.headers["content-type"].partition(";")[0]
    assert kind in content
    schema = {**content[kind]["schema"], "components": document["components"]}
    jsonschema.validate(json.loads(reply.text), schema, jsonschema.Draft202012Validator)
