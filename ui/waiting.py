"""Answers on the chat's address while the documents are being read, so that people see why they wait.

Python's own server, since nothing else has been imported by then.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ui import doorway
from ui.guards.headers import HUB, headers
from ui.page import FONTS

PROGRESS = "/isnad/progress"
_FONTS = Path(__file__).parent / "static" / "fonts"
_SECONDS = 10  # for the whole of a request
_MOST = 64  # requests at once; more are closed unheard


class _Server(ThreadingHTTPServer):
    """Threads for so many requests at once, and each for so long: what waits must not keep others from it."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._places = threading.BoundedSemaphore(_MOST)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        late = threading.Timer(_SECONDS, _end, [request])
        late.daemon = True
        late.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            late.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that left, or was made to."""


def _end(request: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        request.shutdown(socket.SHUT_RDWR)


class Waiting:
    """A server that has only this to say: how far it is."""

    def __init__(self, host: str, port: int) -> None:
        """Begin to answer.

        Raises:
            OSError: if the address cannot be listened on.
        """
        self._progress: tuple[str, float, int] = ("", 0, 0)
        self._server = _Server((host, port), self._handler())
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def progress(self, stage: str, done: float, total: int) -> None:
        """Say how far it is; as `rag.index.Progress`."""
        self._progress = (stage, done, total)

    def close(self) -> None:
        """Free the address."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        waiting = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _SECONDS
            server_version = sys_version = ""

            def do_GET(self) -> None:
                stage, done, total = waiting._progress
                if self.path == PROGRESS:
                    self._send(200, json.dumps({"stage": stage, "done": done, "total": total}))
                elif self.path.startswith(FONTS) and self.path.removeprefix(FONTS) in _fonts():
                    self._send(200, _fonts()[self.path.removeprefix(FONTS)].read_bytes(), "font/woff2")
                elif self.path.split("?")[0] == "/":
                    self._send(200, doorway.waiting(), "text/html; charset=utf-8")
                else:
                    self._not_yet()

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_POST(self) -> None:
                self._not_yet()

            def _not_yet(self) -> None:
                reason = "the documents are being read; ask again in a moment"
                self._send(503, json.dumps({"detail": reason, "error": reason}))

            def _send(self, status: int, body: str | bytes, kind: str = "application/json") -> None:
                sent = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                listed = [(name.decode(), value.decode()) for name, value in headers(HUB)]
                listed += [("content-type", kind), ("content-length", str(len(sent)))]
                listed += [("cache-control", "no-store"), ("connection", "close")]
                if status == 503:
                    listed.append(("retry-after", "2"))
                for name, value in listed:
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(sent)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


def _fonts() -> dict[str, Path]:
    return {path.name: path for path in _FONTS.glob("*.woff2")}
