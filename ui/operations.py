"""What an operator asks of the server: whether it is well (`/healthz`), and what it counts (`/metrics`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from rag import metrics

if TYPE_CHECKING:
    from starlette.routing import Route


class Operated(Protocol):
    """What is needed of a pipeline; `rag.pipeline.Pipeline` has it."""

    @property
    def store(self) -> Any:
        """Return what the index is kept in."""


def routes(pipeline: Operated) -> list[Route]:
    """Return the routes of `/healthz` and `/metrics`, to be put before an app's own.

    Gradio takes them as it starts: ``page.launch(app_kwargs={"routes": routes(pipeline), …})``.
    """
    from starlette.responses import JSONResponse, PlainTextResponse
    from starlette.routing import Route

    # Plain functions run in a thread of their own: SQLite must not hold up the event loop.
    def healthz(request: Any) -> JSONResponse:
        found, status = metrics.health(pipeline.store)
        return JSONResponse(found, status, headers={"Cache-Control": "no-store"})

    def counted(request: Any) -> PlainTextResponse:
        try:
            text = metrics.render(pipeline.store)
        except Exception:  # a broken index is what `/healthz` tells of; the counters are still true
            text = metrics.render()
        return PlainTextResponse(text, media_type=metrics.CONTENT_TYPE)

    return [
        Route("/healthz", healthz, methods=["GET", "HEAD"]),
        Route("/metrics", counted, methods=["GET", "HEAD"]),
    ]


def mount(app: Any, pipeline: Operated) -> None:
    """Add the routes to a Starlette or FastAPI app, before those it has: Gradio's own would take any path."""
    app.router.routes[:0] = routes(pipeline)
