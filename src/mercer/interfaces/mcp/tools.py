"""From operations to the tools of the Model Context Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from mcp import types
from mcp.server import Server, ServerRequestContext
from pydantic import BaseModel, ValidationError

from mercer.core.errors import MercerError, NotFound
from mercer.core.operation import RANK, Audience, Operation
from mercer.core.phrase import Phrase
from mercer.core.record import Record, refuse
from mercer.interfaces.calling import Caller
from mercer.interfaces.problems import problem_json

INSTRUCTIONS = Phrase(
    "The AI engine of an online shop. Each tool is one operation of the shop; its description says what it does, and every "
    "answer about a customer or a product carries its reasons and a decision_id. Amounts are integers in minor units of the "
    "currency. Times are RFC 3339 in UTC. A refused call says what was found and what to do.",
    "网店的 AI 引擎。每个工具对应店铺的一项操作，其说明写明用途；凡涉及顾客或商品的回答都附有理由和 decision_id。"
    "金额为货币最小单位的整数。时间为 UTC 的 RFC 3339 格式。调用被拒绝时会说明原因和处理方法。",
)


class Tools:
    """Offers a shop's remote operations to agents; ``role`` is what an agent without a key of its own may do."""

    def __init__(self, caller: Caller, operations: Mapping[str, Operation], role: Audience, language: str) -> None:
        self._caller = caller
        self._operations = {name: each for name, each in operations.items() if not each.local}
        self._role: Audience = role
        self._language = language

    def server(self, name: str) -> Server[Any]:
        """The SDK's server that lists and calls these tools."""
        return Server(
            "mercer",
            version=version("mercer"),
            title=name,
            instructions=INSTRUCTIONS.say(self._language),
            on_list_tools=self._list,
            on_call_tool=self._call,
        )

    async def _list(
        self, context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        role = self._role_of(context)
        return types.ListToolsResult(
            tools=[tool(each, self._language) for each in self._operations.values() if _may(role, each)]
        )

    async def _call(
        self, context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        language = _language(context) or self._language
        try:
            operation = self._operation(params.name, self._role_of(context))
            record = _read(operation, params.arguments or {}, language)
            output = await self._output(context, operation, record)
        except MercerError as error:
            return types.CallToolResult(content=[_text(problem_json(error, language))], is_error=True)
        if not isinstance(output, BaseModel):
            return types.CallToolResult(content=[_text("{}")], structured_content={})
        return types.CallToolResult(
            content=[_text(output.model_dump_json())], structured_content=output.model_dump(mode="json")
        )

    async def _output(self, context: ServerRequestContext[Any], operation: Operation, record: Record) -> Any:
        if not operation.slow:
            return await self._caller.call(operation, record, "mcp")
        loop = asyncio.get_running_loop()

        def tell(step: Phrase, done: float, total: float | None = None) -> None:
            said = context.session.report_progress(done, total, step.say(self._language))
            asyncio.run_coroutine_threadsafe(said, loop)

        return await loop.run_in_executor(None, self._run, operation, record, tell)

    def _run(self, operation: Operation, record: Record, tell: Any) -> Any:
        return self._caller.shop.run(operation, record, progress=tell, channel="mcp")

    def _operation(self, name: str, role: str) -> Operation:
        operation = self._operations.get(name)
        if operation is None or not _may(role, operation):
            names = [each.name for each in self._operations.values() if _may(role, each)]
            raise NotFound(
                Phrase("there is no tool '{name}' for this key", "此密钥没有可用的工具“{name}”").format(name=name[:80]),
                Phrase("tools: {names}", "可用的工具：{names}").format(names=", ".join(names)),
            )
        return operation

    def _role_of(self, context: ServerRequestContext[Any]) -> str:
        """The role of the key that the HTTP request carried; over standard input there is no request."""
        heard = context.request.scope["mercer"] if context.request is not None else None
        return self._role if heard is None else str(heard.key.role)


def tool(operation: Operation, language: str = "en") -> types.Tool:
    """An operation as MCP describes it."""
    return types.Tool(
        name=operation.name,
        title=operation.summary.say(language),
        description=operation.summary.say(language),
        input_schema=operation.input.model_json_schema(),
        output_schema=operation.output.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=not operation.changes,
            destructive_hint=operation.changes and operation.audience == "owner",
            open_world_hint=False,
        ),
    )


def _may(role: str, operation: Operation) -> bool:
    return RANK[role] >= RANK[operation.audience]


def _language(context: ServerRequestContext[Any]) -> str | None:
    if context.request is None:
        return None
    language: str | None = context.request.scope["mercer"].language
    return language


def _read(operation: Operation, arguments: Mapping[str, Any], language: str) -> Record:
    values = dict(arguments)
    if "language" in operation.input.model_fields:
        values.setdefault("language", language)
    try:
        return operation.input.model_validate(values)
    except ValidationError as error:
        raise refuse(error, operation.name) from None


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)
