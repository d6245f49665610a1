"""What only a command line has: operations that start another interface, or write about all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mercer.core.operation import Audience, Operation, from_function
from mercer.core.phrase import LANGUAGES, Phrase
from mercer.core.record import Language, Record, about

if TYPE_CHECKING:
    from mercer.shop import Shop

Role = Annotated[
    Audience,
    about(
        "what the agent may do: public, staff or owner; nothing that reads this machine's files in any case",
        "代理的权限：public、staff 或 owner；任何情况下都不能读取本机文件",
    ),
]


class Pages(Record):
    """The pages that were written, or that are stale."""

    written: Annotated[list[str], about("pages that were written", "已写入的页面")]
    fresh: Annotated[int, about("pages that were up to date", "无须更新的页面数")]


def serve(
    shop: Shop,
    host: Annotated[
        str, about("address to listen at; 0.0.0.0 for every one", "监听地址；0.0.0.0 表示全部")
    ] = "127.0.0.1",
    port: Annotated[
        int, about("port to listen at; 0 for a free one", "监听端口；0 表示任选空闲端口", ge=0, le=65535)
    ] = 8000,
    workers: Annotated[int, about("processes that answer side by side", "并行的进程数", ge=1, le=64)] = 1,
    access_log: Annotated[bool, about("write a line for each request", "为每个请求写一行日志")] = False,
) -> None:
    """Answer over HTTP, REST at /v1 and MCP at /mcp, until told to stop; requests under way are finished first."""
    from mercer.interfaces.serving import listen, run

    socket = listen(host, port)
    address = f"http://{host}:{socket.getsockname()[1]}"
    run(shop, socket, address, workers, access_log)


def mcp(
    shop: Shop, role: Role = "staff", language: Annotated[Language | None, about("language", "语言")] = None
) -> None:
    """Offer the shop's operations to an AI agent as tools, over standard input and output, where nothing else may be
    said."""
    from mercer.interfaces.mcp.stdio import serve as serve_agent

    serve_agent(shop, role, language or LANGUAGES[0])


def docs(
    shop: Any,
    check: Annotated[bool, about("write nothing, and fail when a page is stale", "不写入；若有页面过期则报错")] = False,
) -> Pages:
    """Write the reference pages, in English and Chinese, from the operations, tables, capabilities and models."""
    from mercer.interfaces.reference import write

    written, fresh = write(Path(shop), check)
    return Pages(written=written, fresh=fresh)


def own_operations() -> dict[str, Operation]:
    """The operations of this page, by name."""
    made = (
        from_function(serve, summary=Phrase("Answer over HTTP: REST at /v1, MCP at /mcp", "提供 HTTP 服务：REST 在 /v1，MCP 在 /mcp")),
        from_function(mcp, summary=Phrase("Offer the shop to an AI agent over standard input and output", "通过标准输入输出向 AI 代理开放店铺")),
        from_function(
            docs, summary=Phrase("Write the reference pages", "生成参考文档"), opens_shop=False, folder="docs"),
    )  # fmt: skip
    return {each.name: each for each in made}
