"""The four ways into a shop, each as a function from an operation and its input to what came back."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from pydantic import BaseModel
from starlette.testclient import TestClient

from mercer import Shop
from mercer.core.errors import MercerError
from mercer.core.operation import Operation
from mercer.interfaces.calling import Caller
from mercer.interfaces.cli.main import run
from mercer.interfaces.fields import shapes
from mercer.interfaces.mcp.tools import Tools
from mercer.interfaces.problems import URN, problem
from mercer.interfaces.rest.app import application

Given = Mapping[str, Any]

OWNER_KEY = "owner.key"
"""A file of the test's shop that holds an owner's API key, so that asking over HTTP makes none."""


def python(folder: Path, operation: Operation, given: Given) -> Any:
    """What Shop.run gives, or the problem that its error stands for."""
    with Shop.open(folder) as shop:
        try:
            result = shop.run(operation.name, given)
        except MercerError as error:
            return problem(error)
        return result.model_dump(mode="json") if isinstance(result, BaseModel) else {}


def command_line(folder: Path, operation: Operation, given: Given) -> Any:
    """What `mercer … --json` prints: the result on standard output, or the problem on standard error."""
    said, told = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(told):
        words = [*operation.command.split(), str(folder), *typed(operation, given), "--json"]
        code = run([*words] if "language" in given else [*words, "--language", "en"])
    if code == 0:
        return json.loads(said.getvalue())
    assert said.getvalue() == ""
    refused: dict[str, Any] = json.loads(told.getvalue())
    assert refused["type"].startswith(URN)
    return refused


def typed(operation: Operation, given: Given) -> list[str]:
    """An input as somebody would type it."""
    kinds = {shape.name: shape for shape in shapes(operation.input)}
    words = [str(given[name]) for name in operation.positional if name in given]
    for name, value in given.items():
        if name in operation.positional:
            continue
        flag = kinds[name].flag if name in kinds else f"--{name}"
        if isinstance(value, bool):
            words.append(flag if value else f"--no-{flag[2:]}")
        else:
            words += [flag, value if isinstance(value, str) else json.dumps(value)]
    return words


def rest(folder: Path, operation: Operation, given: Given) -> Any:
    """What POST /v1/<operation> answers; of a slow operation, what its job ended with."""
    with Shop.open(folder) as shop, TestClient(application(shop), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {(folder / OWNER_KEY).read_text()}"
        reply = client.post(f"/v1/{operation.name}", json=dict(given))
        told = reply.json()
        if reply.status_code == 202:
            return ended(client, reply.headers["location"])
        assert (reply.status_code == 200) == ("type" not in told or not str(told["type"]).startswith(URN))
        return told


def ended(client: TestClient, place: str) -> Any:
    """What a job gave, or its problem, when it has ended."""
    end = time.monotonic() + 120
    while True:
        job = client.get(place).json()
        if job["state"] != "running":
            return job["result"] if job["state"] == "done" else job["error"]
        assert time.monotonic() < end
        time.sleep(0.02)


def agent(folder: Path, operation: Operation, given: Given) -> Any:
    """What an AI agent's call of the tool gives."""

    async def call(shop: Shop) -> Any:
        caller = Caller(shop)
        try:
            async with Client(Tools(caller, shop.operations(), "owner", "en").server("tea")) as client:
                answer = await client.call_tool(operation.name, dict(given))
        finally:
            caller.close()
        told = json.loads(answer.content[0].text)  # type: ignore[union-attr]
        assert answer.is_error or told == answer.structured_content
        return told

    with Shop.open(folder) as shop:
        return anyio.run(call, shop)


DOORS = {"python": python, "cli": command_line, "rest": rest, "mcp": agent}
