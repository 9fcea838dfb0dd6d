"""`isnad serve`: the chat of a folder, in the browser."""

from __future__ import annotations

from pathlib import Path

from rag import logs
from rag.commands.terminal import ProgressBar
from rag.pipeline import Pipeline
from rag.settings import Settings
from ui.app import serve as open_chat
from ui.uploads.shelves import check_editable


def serve(corpus: Path | None, host: str | None, port: int | None, editable: bool) -> int:
    """Serve the chat until Ctrl-C; what is None comes from the settings."""
    settings = Settings.load(corpus=corpus, host=host, port=port, editable=editable or None)
    check_editable(settings, settings.host)
    logs.configure(settings.log)
    with ProgressBar() as progress:
        pipeline = Pipeline.open(settings=settings, progress=progress)
    with pipeline:
        open_chat(
            pipeline,
            settings.host,
            settings.port,
            examples=pipeline.examples(),
            max_question_chars=settings.max_question_chars,
            hub_models=not settings.encoder == settings.reader == "embedded",
            settings=settings,
        )
    return 0
