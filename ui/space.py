"""Open the chat as a Hugging Face Space does: on every interface, at once, with what the container has."""

from __future__ import annotations

import os
from pathlib import Path

from rag.settings import Settings
from ui.waiting import Waiting

ADDRESS = "0.0.0.0"  # noqa: S104  (a Space is reached from outside its container)
KEPT = Path("/data")  # what a Space with storage of its own keeps while it sleeps


def main() -> None:
    """Serve until the container is stopped; while the documents are read, a page says how far that is."""
    settings = of_space()
    waiting = Waiting(ADDRESS, settings.port)
    hub_models = not settings.encoder == settings.reader == "embedded"

    from ui.app import quieten, serve

    quieten(offline=not hub_models)
    from rag.pipeline import Pipeline

    def progress(stage: str, done: float, total: int) -> None:
        waiting.progress(stage, done, total)
        if done == total or done % 100 == 0:
            print(f"{stage}: {done}/{total}", flush=True)

    with Pipeline.open(settings=settings, progress=progress) as pipeline:
        serve(
            pipeline,
            ADDRESS,
            examples=pipeline.examples(),
            max_question_chars=settings.max_question_chars,
            hub_models=hub_models,
            settings=settings,
            waiting=waiting,
        )


def of_space() -> Settings:
    """Return the settings of the Space's variables; what it keeps goes to its storage if it has any."""
    settings = Settings.load()
    if "home" in settings.model_fields_set or not os.access(KEPT, os.W_OK):
        return settings
    return Settings.load(home=KEPT / "isnad")
