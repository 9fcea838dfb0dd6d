"""Open the chat as a Hugging Face Space does: on every interface, at once, with what the container has."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rag import logs
from rag.errors import IsnadError
from rag.settings import Settings
from ui import space_gpu
from ui.waiting import Waiting

ADDRESS = "0.0.0.0"  # noqa: S104  (a Space is reached from outside its container)
KEPT = Path("/data")  # what a Space with storage of its own keeps while it sleeps
_STEP = 100  # documents or passages between two lines of the log


def main() -> None:
    """Serve until the container is stopped; while the documents are read, a page says how far that is."""
    try:
        _serve(settings())
    except IsnadError as error:
        sys.exit(f"isnad: {error}")


def settings() -> Settings:
    """Return the settings of the Space's variables; what it keeps goes to its storage if it has any."""
    home = KEPT / "isnad" if os.access(KEPT, os.W_OK) and "ISNAD_HOME" not in os.environ else None
    # Where a GPU is lent, only `space_gpu` has it.
    device = "cpu" if space_gpu.is_lent() and "ISNAD_DEVICE" not in os.environ else None
    return Settings.load(home=home, device=device)


def _serve(chosen: Settings) -> None:
    logs.configure(chosen.log)
    waiting = Waiting(ADDRESS, chosen.port)
    hub_models = not chosen.encoder == chosen.reader == "embedded"

    from ui.app import quieten, serve

    quieten(offline=not hub_models)
    if space_gpu.is_lent():
        space_gpu.prepare()
    from rag.pipeline import Pipeline

    def progress(stage: str, done: float, total: int) -> None:
        waiting.progress(stage, done, total)
        if done == total or done % _STEP == 0:
            print(f"{stage}: {done:g} of {total}", flush=True)

    with Pipeline.open(settings=chosen, progress=progress) as pipeline:
        waiting.progress("opening", 0, 0)
        if space_gpu.is_lent():
            space_gpu.borrow(pipeline)
        serve(
            pipeline,
            ADDRESS,
            examples=pipeline.examples(),
            max_question_chars=chosen.max_question_chars,
            hub_models=hub_models,
            settings=chosen,
            waiting=waiting,
        )
