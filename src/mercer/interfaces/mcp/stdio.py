"""The agent's interface over standard input and output, for an agent on the same machine."""

from __future__ import annotations

import anyio
from mcp.server.stdio import stdio_server

from mercer.core.operation import Audience
from mercer.interfaces.calling import Caller
from mercer.interfaces.mcp.tools import Tools
from mercer.shop import Shop


def serve(shop: Shop, role: Audience, language: str) -> None:
    """Answer one agent until it hangs up."""
    anyio.run(_serve, shop, role, language)


async def _serve(shop: Shop, role: Audience, language: str) -> None:
    caller = Caller(shop)
    server = Tools(caller, shop.operations(), role, language).server(shop.settings.name)
    try:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    finally:
        caller.close()
