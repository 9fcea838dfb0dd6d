"""On a Space with ZeroGPU, have a reader of the hub computed by the GPU that is lent for each call.

There the process itself has no GPU. The `spaces` package runs a decorated function in a fork of it that has
one, and fails a Space that decorates none. Only the network's forward pass goes there: neither FAISS nor the
index survives a fork.
"""

from __future__ import annotations

import os
from typing import Any

SECONDS = 20  # that the GPU is asked for at a time


def is_lent() -> bool:
    """Tell whether this is a Space with ZeroGPU."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def prepare() -> None:
    """Import `spaces`, which must come before torch and before anything that imports it."""
    import spaces  # noqa: F401

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # threads of its own do not survive a fork


def borrow(pipeline: Any) -> None:
    """Let the pipeline's reader compute on the GPU if it is one of the hub; the embedded one needs none.

    Args:
        pipeline: a `Pipeline` whose models were opened on the processor.
    """
    import spaces

    from rag.hub_reader import HubReader

    reader = getattr(pipeline._reader, "_model", None)
    if not isinstance(reader, HubReader):
        spaces.GPU(_nothing)
        return
    ends = reader._ends

    def on_gpu(windows: Any) -> Any:
        import torch

        if torch.cuda.is_available():
            reader._model.to("cuda")  # of the fork; it is kept there for the calls that follow
        return ends(windows)

    reader._ends = spaces.GPU(on_gpu, duration=SECONDS)  # type: ignore[method-assign]


def _nothing() -> None:
    """Be there."""
