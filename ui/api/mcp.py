"""The five endpoints as tools of the Model Context Protocol, at /mcp, over streamable HTTP.

Each request is complete in itself and gets one JSON answer: no session is kept, so nothing is lost when the
server sleeps and wakes. The protocol is the `mcp` package's. Gradio's own server is not used: it calls back
into itself over HTTP, writes dictionaries as Python does, and its extra holds pydantic back.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import TypeAdapter
from starlette.routing import Route

from rag.errors import IsnadError
from ui.api.endpoints import NAMES, Endpoints, description
from ui.failing import told
from ui.guards.answers import again, whole
from ui.page import Message, Receive, Send

PATH = "/mcp"
CONCURRENT = 2  # calls served at once
WAITING = 32  # calls that wait for their turn; more are refused

_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")  # halves of letters, in pairs or alone
_HALF = re.compile("[\ud800-\udfff]")

ABOUT = (
    "Isnad answers questions from a folder of documents in their own words. Quote its answers as they are, "
    "and name the document of each. Where `answered` is false, the documents do not say it."
)


class Tools:
    """The ASGI application at /mcp."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._functions: dict[str, Callable[..., dict[str, Any]]] = {
            name: getattr(endpoints, name) for name in NAMES
        }
        self._turns = anyio.CapacityLimiter(CONCURRENT)
        self._manager = StreamableHTTPSessionManager(self._server(), json_response=True, stateless=True)

    @property
    def route(self) -> Route:
        """Return where it is served. GET, which would keep a stream open for nothing, is refused."""
        return Route(PATH, endpoint=self, methods=["POST"])

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        """Be ready for requests, in the server's event loop; once only."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        body = await whole(receive)
        if body is not None:
            await self._manager.handle_request(scope, again(_paired(body), receive), send)

    def _server(self) -> Server[Any]:
        server: Server[Any] = Server("isnad", instructions=ABOUT)
        tools = [_tool(name, function) for name, function in self._functions.items()]

        @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
        async def list_tools() -> list[types.Tool]:
            return tools

        @server.call_tool()  # type: ignore[untyped-decorator]
        async def call_tool(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
            return await self._call(name, arguments)

        return server

    async def _call(self, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        function = self._functions.get(name)
        if function is None:
            return _refusal(f"there is no tool '{name[:40]}'; there are: {', '.join(NAMES)}")
        if self._turns.statistics().tasks_waiting >= WAITING:
            return _refusal(f"{WAITING} calls are waiting already; ask again in a moment")
        try:
            result = await run_sync(lambda: function(**arguments), limiter=self._turns)
        except (IsnadError, ValueError) as error:
            return _refusal(str(error))
        except Exception:  # which the protocol's package would send on with all that it says
            told()
            return _refusal("the server failed at this; its log says why")
        text = json.dumps(result, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structuredContent=result
        )


def _paired(body: bytes) -> bytes:
    """Return JSON with U+FFFD for each half of a letter, with which no answer could be sent."""
    if not _ESCAPED.search(body):
        return body
    try:
        return _HALF.sub(
            "\N{REPLACEMENT CHARACTER}", json.dumps(json.loads(body), ensure_ascii=False)
        ).encode()
    except (ValueError, RecursionError):
        return body  # which is refused as it is


def _tool(name: str, function: Callable[..., dict[str, Any]]) -> types.Tool:
    about, arguments = description(function)
    takes: Any = function  # which TypeAdapter accepts, and its types do not say
    schema: dict[str, Any] = TypeAdapter(takes).json_schema()
    for argument, words in arguments.items():
        schema["properties"][argument]["description"] = words
    return types.Tool(
        name=name,
        description=about,
        inputSchema=schema,
        annotations=types.ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False),
    )


def _refusal(reason: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=reason)], isError=True)
