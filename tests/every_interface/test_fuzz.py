"""Whatever is sent over HTTP, the server answers as its OpenAPI document says, and never with a 5xx of its own making."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from mercer import Shop
from mercer.interfaces.rest.app import application
from mercer.shop.operations import all_operations

HEAVY = ("train",)
"""Operations of which only the refusals are tried here: what they do when all is well takes seconds each time."""


@pytest.fixture(scope="module")
def shop_folder(trained_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trained shop for all that is sent, with no limit on how often."""
    folder = Path(shutil.copytree(trained_template, tmp_path_factory.mktemp("fuzz") / "tea"))
    path = folder / "mercer.toml"
    path.write_text(path.read_text().replace("_rate = 2000", "_rate = 1000000"))
    return folder


@pytest.fixture(scope="module")
def door(shop_folder: Path) -> Iterator[tuple[Any, dict[str, str]]]:
    """The schema, bound to a server in this process, and the header that lets one in as owner."""
    with Shop.open(shop_folder) as shop:
        key = shop.store.keys.create("fuzz", "owner")
        app = application(shop, {name: each for name, each in all_operations().items() if name not in HEAVY})
        with TestClient(app):
            schema = schemathesis.openapi.from_asgi("/openapi.json", without_lifespan(app))
            yield schema, {"Authorization": f"Bearer {key}"}


def without_lifespan(app: Any) -> Any:
    """The application for requests only: schemathesis would begin and end it with every call."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return answer


PATHS = [
    *(("POST", f"/v1/{name}") for name, each in all_operations().items() if not each.local and name not in HEAVY),
    *(("GET", path) for path in ("/v1/operations", "/v1/jobs/{job_id}", "/healthz", "/readyz")),
]


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_whatever_is_sent(method: str, path: str, mode: GenerationMode, door: tuple[Any, dict[str, str]]) -> None:
    """As the document asks or against it: the reply is one that the document knows, of the shape it gives, and no 5xx."""
    schema, headers = door
    # Rows have rules that a schema cannot say, such as that a time lies in the life of a shop: hence 400 is always allowed.
    operation = schema[path][method]

    @settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    try:
        send()
    except Unsatisfiable:
        pytest.skip("there is nothing that the document would not allow")
