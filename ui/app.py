"""Open the chat on an address and keep it open."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rag import logs
from rag.errors import SettingsError
from rag.memory import share_heaps
from rag.settings import Settings
from ui.guards.guarded import LOCAL, Guarded, Guards

if TYPE_CHECKING:
    from ui.backend import Asked
    from ui.waiting import Waiting

REPORTS = "reports.jsonl"


@dataclass(frozen=True)
class Running:
    """A chat that is being served."""

    url: str
    close: Callable[[], None]


def start(
    pipeline: Asked,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    examples: Sequence[str] = (),
    max_question_chars: int = 1000,
    hub_models: bool = False,
    reports: Path | None = None,
    settings: Settings | None = None,
    waiting: Waiting | None = None,
) -> Running:
    """Serve the chat in the background and return its address.

    Args:
        pipeline: what answers.
        host: the address to listen on; `0.0.0.0` for every interface.
        port: the port to listen on; 0 takes a free one.
        examples: questions to offer on the empty screen; only those that have an answer are, and questions
            made from the documents where none has.
        max_question_chars: longer questions are refused with a friendly line.
        hub_models: whether a model of the Hugging Face hub is named; without one, the hub is never asked.
        reports: the file where verdicts on answers are kept; by default one in ISNAD_HOME.
        settings: the environment's when None; the guards of the address are read from them.
        waiting: what has been answering there until now; it is closed just before the chat opens.

    Raises:
        SettingsError: if the port is taken, the host is not an address of this machine, the password is too
            short, or everybody could change the documents.
    """
    settings = settings or Settings.load()
    on_hub = space()
    guards = Guards.of(settings, host, on_hub)
    quieten(offline=not hub_models)
    share_heaps()
    port = waiting.port if waiting else free(host, port)
    # Gradio takes seconds to import, and the suggested questions to be asked: both at once.
    importing = threading.Thread(target=import_module, args=("ui.chat",))
    importing.start()
    from ui.kept.remembering import Remembering
    from ui.suggestions import suggest
    from ui.uploads.shelves import shelf_of
    from ui.uploads.visits import Visited, Visits

    shelf = shelf_of(pipeline, settings, host)
    if hasattr(pipeline, "store"):
        pipeline = cast("Asked", Remembering(pipeline))
    suggested = suggest(pipeline, examples)
    if isinstance(shelf, Visits):
        pipeline = cast("Asked", Visited(pipeline, shelf))
    importing.join()
    from starlette.middleware import Middleware

    from ui import operations
    from ui.api.endpoints import Endpoints, Searched
    from ui.api.mcp import Tools
    from ui.chat import build, launch_options
    from ui.failing import tell_briefly
    from ui.kept.feedback import Reports
    from ui.kept.sealing import Seal
    from ui.kept.sessions import bounded
    from ui.page import Page
    from ui.uploads.routes import Uploads

    page = build(
        pipeline,
        suggested=suggested,
        max_question_chars=max_question_chars,
        shelf=shelf,
        reports=Reports(reports or settings.home / REPORTS, shared=host not in LOCAL),
        seal=Seal.of(settings.home),
    )
    page.api_open = False  # or what waits in the queue could be called past it
    options: dict[str, Any] = launch_options(len(pipeline.documents()))
    _close_to_other_sites()
    uploads = Uploads(shelf, proxied=guards.proxied) if shelf is not None else None
    if uploads is not None:
        guards = replace(guards, upload_bytes=uploads.allowance.file_bytes)
    tools = Tools(Endpoints(cast("Searched", pipeline), max_question_chars))
    watched = cast("operations.Operated", pipeline)
    watching = operations.routes(watched) if hasattr(pipeline, "store") else []
    inside = {
        "middleware": [Middleware(Guarded, guards=guards), Middleware(Page)],
        "lifespan": bounded(tools.lifespan),
        "routes": [tools.route, *watching, *([uploads.route] if uploads is not None else [])],
    }
    if on_hub is not None:
        _close_editor()
        page.space_id = None  # or the page asks the hub, and a font's maker, for a bar of theirs
    if waiting:
        waiting.close()
    tell_briefly()
    try:
        page.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            app_kwargs=inside,
            **options,
        )
    except OSError as error:
        raise _taken(host, port) from error
    logs.adopt_server()

    def close() -> None:
        page.close(verbose=False)
        if isinstance(shelf, Visits):
            shelf.close()

    return Running(f"http://{_readable(host)}:{port}", close)


def serve(
    pipeline: Asked,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    examples: Sequence[str] = (),
    max_question_chars: int = 1000,
    hub_models: bool = False,
    reports: Path | None = None,
    settings: Settings | None = None,
    waiting: Waiting | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the chat until Ctrl-C; `say` is given the address. Arguments and errors as for `start`."""
    running = start(
        pipeline,
        host,
        port,
        examples=examples,
        max_question_chars=max_question_chars,
        hub_models=hub_models,
        reports=reports,
        settings=settings,
        waiting=waiting,
    )
    try:
        say(f"Isnad is open at {running.url} (Ctrl-C to stop)")
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # by which containers are stopped
        threading.Event().wait()
    except KeyboardInterrupt:
        say("Isnad is closed.")
    finally:
        running.close()


def quieten(*, offline: bool) -> None:
    """Turn telemetry off before the libraries that have it are imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # Statistics of its own, which Gradio works out anew after every question and nobody reads.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


def free(host: str, port: int) -> int:
    """Return `port`, or a free one for 0, having seen that it can be listened on."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except socket.gaierror as error:
        raise SettingsError(
            f"host '{host}' is not an address of this machine; try --host 127.0.0.1"
        ) from error
    except OSError as error:
        raise _taken(host, port) from error


def space() -> str | None:
    """Return the name under which this Hugging Face Space is called, or None where this is none."""
    return os.environ.get("SPACE_HOST", "") if os.environ.get("SPACE_ID") else None


def _close_to_other_sites() -> None:
    """Keep Gradio from letting pages of other sites read, which it does outside of our guards."""
    from ui.stubless import CustomCORSMiddleware

    CustomCORSMiddleware.is_valid_origin = lambda self, request_headers: False


def _close_editor() -> None:
    """Keep Gradio from opening, on a Space, a second port that takes new source and runs it."""
    from ui.stubless import http_server

    http_server.get_space = lambda: None


def _taken(host: str, port: int) -> SettingsError:
    return SettingsError(
        f"port {port} on {host} cannot be listened on (already in use?); try --port {port + 1}"
    )


def _readable(host: str) -> str:
    """Return the host as a browser on this machine can open it."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  (not bound here, only shown)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
