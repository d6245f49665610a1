"""The agents' interface, asked by the SDK's own client: over HTTP, and over standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from mercer import Shop
from mercer.core.operation import RANK
from mercer.shop.operations import all_operations

Use = Callable[[Client], Awaitable[Any]]


def over_stdio(folder: Path, role: str, use: Use, **environment: str) -> Any:
    """Let an agent on this machine use the shop."""
    code = "import sys; from mercer.interfaces.cli.main import run; sys.exit(run(sys.argv[1:]))"
    server = StdioServerParameters(
        command=sys.executable, args=["-c", code, "mcp", str(folder), "--role", role], env={**os.environ, **environment}
    )

    async def go() -> Any:
        async with Client(server) as client:
            return await use(client)

    return anyio.run(go)


def over_http(url: str, key: str, use: Use, **headers: str) -> Any:
    """Let an agent from afar use the shop."""

    async def go() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}", **headers}) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            return await use(client)

    return anyio.run(go)


async def tool_names(client: Client) -> set[str]:
    """The tools an agent sees."""
    return {tool.name for tool in (await client.list_tools()).tools}


def offered(role: str) -> set[str]:
    """The operations that a role may call from afar."""
    return {each.name for each in all_operations().values() if RANK[each.audience] <= RANK[role] and not each.local}


def test_an_agent_sees_what_its_role_may_do(trained: Path) -> None:
    """Over standard input and output the role comes from the command line; nothing reads this machine's files."""
    assert over_stdio(trained, "public", tool_names) == offered("public")
    assert over_stdio(trained, "owner", tool_names) == offered("owner")
    assert "import_data" not in offered("owner")


def test_an_agent_asks(trained: Path) -> None:
    """A tool's answer is the operation's, as text and as structure, and the decision says that an agent asked."""

    async def use(client: Client) -> Any:
        return await client.call_tool("recommend_products", {"customer": "c1", "n": 2})

    answer = over_stdio(trained, "public", use)
    assert not answer.is_error
    assert json.loads(answer.content[0].text) == answer.structured_content
    assert len(answer.structured_content["items"]) == 2
    with Shop.open(trained) as shop:
        kept = shop.run("explain_decision", decision_id=answer.structured_content["decision_id"])
    assert kept.channel == "mcp"


def test_nothing_but_the_protocol_is_said(trained: Path) -> None:
    """Every line on standard output is a message of the protocol, to the very end."""
    code = "import sys; from mercer.interfaces.cli.main import run; sys.exit(run(sys.argv[1:]))"
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code, "mcp", str(trained)],
        input=json.dumps(hello) + "\n",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["jsonrpc"] for line in done.stdout.splitlines()] == ["2.0"]


def test_refusals_help_the_agent(trained: Path) -> None:
    """A refused call is a tool error with the problem, in the agent's language, so that it can mend its call."""

    async def use(client: Client) -> list[Any]:
        return [
            await client.call_tool("recommend_products", {"n": 0}),
            await client.call_tool("forget_customer", {"customer": "c1"}),
        ]

    wrong, forbidden = over_stdio(trained, "public", use, MERCER_LANGUAGE="zh-CN")
    assert wrong.is_error
    told = json.loads(wrong.content[0].text)
    assert told["faults"][0]["field"] == "n"
    assert "字段" in told["detail"]
    assert forbidden.is_error
    assert "recommend_products" in json.loads(forbidden.content[0].text)["hint"]


def test_tools_describe_themselves(trained: Path) -> None:
    """Each tool has schemas of its input and output, and says whether it only reads."""

    async def use(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in over_stdio(trained, "owner", use)}
    assert "customer" in tools["recommend_products"].input_schema["properties"]
    assert "items" in tools["recommend_products"].output_schema["properties"]
    assert tools["recommend_products"].annotations.read_only_hint
    assert not tools["record_events"].annotations.read_only_hint
    assert tools["forget_customer"].annotations.destructive_hint


def test_slow_tools_run_to_their_end(trained: Path) -> None:
    """A slow tool reports progress and answers when it is done."""
    steps: list[str | None] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        steps.append(message)

    async def use(client: Client) -> Any:
        return await client.call_tool(
            "train", {"models": ["popular"], "cases": 100, "publish": False}, progress_callback=heard
        )

    answer = over_stdio(trained, "owner", use)
    assert not answer.is_error, answer.content[0].text
    assert steps


def test_agents_from_afar(trained: Path, start_server: Callable[..., Any]) -> None:
    """Over HTTP the API key decides: what is seen, what may be called, and whether anything is."""
    with Shop.open(trained) as shop:
        keys = {role: shop.run("create_key", role=role).secret for role in ("public", "staff")}
    server = start_server()

    async def use(client: Client) -> Any:
        answer = await client.call_tool("recommend_products", {"n": 2, "customer": "c1"})
        return await tool_names(client), answer, await client.call_tool("status", {})

    names, answer, status = over_http(server.url, keys["public"], use)
    assert names == offered("public")
    assert len(answer.structured_content["items"]) == 2
    assert status.is_error
    names, _, status = over_http(server.url, keys["staff"], use)
    assert names == offered("staff")
    assert status.structured_content["tables"]["orders"] == 200
    _, _, status = over_http(server.url, keys["public"], use, **{"Accept-Language": "zh-CN"})
    assert "没有可用的工具" in status.content[0].text
    assert httpx.post(f"{server.url}/mcp", json={}).status_code == 401
    with pytest.raises(Exception, match=r"."):  # the SDK wraps what its transport raises in groups of its own
        over_http(server.url, "mk_wrong", use)
