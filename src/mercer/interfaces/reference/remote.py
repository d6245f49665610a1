"""The pages of what answers from afar: REST and MCP."""

from __future__ import annotations

from mercer.core.operation import Operation
from mercer.core.phrase import Phrase, same
from mercer.interfaces.reference.markdown import fields_table, inner_tables, page, sentence, table
from mercer.interfaces.rest.openapi import REFUSALS
from mercer.shop.operations import all_operations

REST = Phrase(
    "`mercer serve SHOP` answers every operation below at `POST /v1/<operation>` with a JSON body. `GET /openapi.json` is "
    "the same as a machine reads it.\n\n"
    "- **Keys.** `Authorization: Bearer KEY` or `X-API-Key: KEY`. `mercer keys create SHOP --role public|staff|owner` makes "
    "one; each role may do what the one before may. Only a key's hash is kept, and a revoked key stops working within five "
    "seconds. A *public* key may stand in the pages of the shop: whoever holds it can ask for recommendations and record "
    "events, and nothing else.\n"
    "- **Refusals** are `application/problem+json` (RFC 9457): `detail` says what was found, `hint` what to do, `faults` "
    "each refused value with its row and field, in English or Chinese by `Accept-Language`. A list of rows is taken whole "
    "or not at all.\n"
    "- **Retries.** The same `event_id`, or the same row, adds nothing; the same `request_id` of a question gets the same "
    "answer again, and 409 when the question differs.\n"
    "- **Slow operations** answer 202 with a job; `GET /v1/jobs/{job_id}` says how far it is.\n"
    "- **Limits** stand in mercer.toml: body size (413), requests per second of a key and of an address (429 with "
    "`Retry-After`), origins of browsers (CORS, none by default).\n"
    "- **Operating.** `GET /healthz` (alive) and `GET /readyz` (the database answers and the chosen models are loaded) take "
    "no key. `GET /metrics` is for Prometheus and takes a staff key unless mercer.toml opens it. Each reply carries "
    "`X-Request-Id`, which names it in the log. SIGTERM lets requests under way finish.",
    "`mercer serve 店铺` 在 `POST /v1/<操作>` 以 JSON 正文回答下列所有操作；`GET /openapi.json` 是同一内容的机器可读版本。\n\n"
    "- **密钥。** `Authorization: Bearer 密钥` 或 `X-API-Key: 密钥`。用 `mercer keys create 店铺 --role public|staff|owner` 新建；"
    "后一角色包含前一角色的权限。系统只保存密钥的哈希；吊销后五秒内失效。*public* 密钥可以放在店铺页面里：持有者只能索取推荐和记录事件。\n"
    "- **拒绝** 采用 `application/problem+json`（RFC 9457）：`detail` 说明发现了什么，`hint` 说明该怎么办，`faults` 列出每个被拒绝的值"
    "及其行与字段；按 `Accept-Language` 使用中文或英文。一批数据行要么全部写入，要么一行也不写。\n"
    "- **重试。** 相同的 `event_id` 或相同的行不会重复写入；同一 `request_id` 的提问得到同一回答，若问题不同则返回 409。\n"
    "- **耗时操作** 以 202 和任务作答；`GET /v1/jobs/{job_id}` 可查看进度。\n"
    "- **限制** 写在 mercer.toml 中：正文大小（413）、每个密钥与每个地址每秒的请求数（429，附 `Retry-After`）、"
    "浏览器来源（CORS，默认没有）。\n"
    "- **运维。** `GET /healthz`（存活）与 `GET /readyz`（数据库有回应且选定模型已加载）无须密钥。`GET /metrics` 供 Prometheus 使用，"
    "除非在 mercer.toml 中开放，否则须持 staff 密钥。每个回复都带 `X-Request-Id`，可在日志中查到。收到 SIGTERM 时会先完成进行中的请求。",
)

MCP = Phrase(
    "An AI agent on the same machine starts `mercer mcp SHOP --role staff` and speaks MCP over standard input and output; "
    "from afar it speaks streamable HTTP at `/mcp` of `mercer serve`, with an API key as for REST. An agent sees the tools "
    "that its role may call. A refused call comes back as a tool error that holds the same problem as REST, so that the "
    "agent can mend its call. Slow tools report progress.",
    "同一台机器上的 AI 代理可启动 `mercer mcp 店铺 --role staff`，通过标准输入输出使用 MCP；远程代理则使用 `mercer serve` 的 `/mcp`"
    "（streamable HTTP），密钥与 REST 相同。代理只能看到其角色可用的工具。被拒绝的调用以工具错误返回，内容与 REST 的问题说明相同，"
    "便于代理自行改正。耗时工具会报告进度。",
)


def rest_page(language: str) -> str:
    """Every operation that is offered over HTTP."""
    heads = [Phrase("status", "状态码").say(language), Phrase("meaning", "含义").say(language)]
    refusals = table(heads, [(str(status), meaning.say(language)) for status, meaning in REFUSALS.items()])
    return page(
        language, same("REST"), REST.say(language), refusals, *(_operation(each, language) for each in _remote())
    )


def _remote() -> list[Operation]:
    return [each for each in all_operations().values() if not each.local]


def _operation(operation: Operation, language: str) -> str:
    given = Phrase("**Input**", "**输入**").say(language)
    answered = Phrase("**Output**", "**输出**").say(language)
    slow = Phrase(" Answers 202 with a job.", " 以 202 和任务作答。").say(language) if operation.slow else ""
    role = Phrase("Role: {role}.", "角色：{role}。").format(role=operation.audience).say(language)
    parts = [
        f"## POST /v1/{operation.name}",
        f"{sentence(operation.summary, language)} {role}{slow}",
        f"{given}\n\n{fields_table(operation.input, language)}\n\n{inner_tables(operation.input, language)}".strip()
        if operation.input.model_fields
        else "",
        f"{answered}\n\n{fields_table(operation.output, language)}\n\n{inner_tables(operation.output, language)}".strip(),
    ]
    return "\n\n".join(part for part in parts if part)


def mcp_page(language: str) -> str:
    """Every operation that agents see."""
    heads = [
        Phrase(*each).say(language)
        for each in (
            ("tool", "工具"),
            ("what it does", "用途"),
            ("role", "角色"),
            ("changes the shop", "是否改变店铺数据"),
        )
    ]
    yes, no = Phrase("yes", "是").say(language), Phrase("no", "否").say(language)
    rows = [
        (f"`{each.name}`", each.summary.say(language), each.audience, yes if each.changes else no) for each in _remote()
    ]
    return page(language, same("MCP"), MCP.say(language), table(heads, rows))
