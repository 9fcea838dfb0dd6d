"""A pipeline that can be searched, and a server of it, for the tests of what programs call."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import plain_http
from ui_corpus import DOCUMENTS, FakePipeline, cite
from ui_support import running

from rag.conversation import Turn
from rag.filters import Filters
from rag.schema import Answer, Chunk, Document, Hit

HELD = "ما الذي ينتظر؟"  # takes a second
MCP = {"accept": "application/json, text/event-stream"}


class SearchedPipeline(FakePipeline):
    """Prepared answers, and for every question the same passages: where four words stand."""

    def answer(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        earlier: Sequence[Turn | Answer] = (),
    ) -> Answer:
        """Return the prepared answer; turns are given on as the answers that they stand for."""
        if question == HELD:
            time.sleep(1)
        before = [Answer(each.question, 1) if isinstance(each, Turn) else each for each in earlier]
        return super().answer(question, k, filters, before)

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the sentences of those documents that are allowed."""
        allowed = self._allowed(filters or Filters())
        words = ("الساعة 5:40", "15 مصاباً", "A survey made", "Nahr Works")
        cited = [cite(item.id, word) for item in DOCUMENTS for word in words if word in item.text]
        chunks = [Chunk(each.document, each.context, each.context_start) for each in cited]
        return [Hit(chunk, 1 - i / 10) for i, chunk in enumerate(chunks) if chunk.document_id in allowed][:k]

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return those documents that are allowed."""
        allowed = self._allowed(filters or Filters())
        return [item for item in DOCUMENTS if item.id in allowed]


@contextmanager
def serving(host: str = "127.0.0.1", port: int = 0, **environment: str) -> Iterator[str]:
    """Serve `SearchedPipeline` from a process of its own; give its address."""
    code = (
        "from api_support import SearchedPipeline; from ui_corpus import EXAMPLES; from ui.app import serve; "
        f"serve(SearchedPipeline(), '{host}', {port}, examples=EXAMPLES)"
    )
    with running([sys.executable, "-uc", code], **environment) as (url, _):
        yield url


def call(
    url: str, name: str, *arguments: object, headers: Mapping[str, str] | None = None
) -> tuple[str, Any]:
    """Call an endpoint as curl would; return the event's name and its data."""
    with plain_http.Client(headers=headers) as client:
        made = client.post(f"{url}/gradio_api/call/{name}", json={"data": list(arguments)})
        if made.status_code != 200:
            return str(made.status_code), made.text
        stream = client.get(f"{url}/gradio_api/call/{name}/{made.json()['event_id']}").text
    event, data = stream.strip().split("\n", 1)
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def tool(url: str, method: str, headers: Mapping[str, str] | None = None, **params: Any) -> Any:
    """Send one message of the Model Context Protocol, and return its result."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    sent = {**MCP, "content-type": "application/json", **(headers or {})}
    reply = plain_http.post(f"{url}/mcp", content=json.dumps(body), headers=sent)  # in ASCII, so of any text
    reply.raise_for_status()
    return reply.json()["result"]
