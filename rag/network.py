"""The embedded network that marks answers: a small transformer in 8 bits, run by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.decoding import Floats, Page, Run, Scores, decode
from rag.errors import ModelError
from rag.question import Question
from rag.windows import Layout, Window

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

EMBEDDED = "embedded"
READER_FOLDER = Path(__file__).parent / "models" / "reader"
MOST_THREADS = 4


class Network:
    """The embedded network. Threads may share it."""

    def __init__(self, layout: Layout, session: InferenceSession, name: str = EMBEDDED) -> None:
        self.name = name
        self._layout = layout
        self._session = session
        # Windows are read one by one, each on one thread: so a window's scores do not depend on its company,
        # whose range the 8-bit rounding would share, and no time goes into padding.
        self._threads = ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), "isnad-reader")

    @classmethod
    def open(cls, folder: str | Path = READER_FOLDER) -> Network:
        """Load ``model.onnx`` and ``tokenizer.json`` of a folder.

        Raises:
            ModelError: if they are missing or damaged.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        folder = Path(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            tokenizer = Tokenizer.from_buffer((folder / "tokenizer.json").read_bytes())
            session = onnxruntime.InferenceSession(
                (folder / "model.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except OSError as error:
            raise ModelError(
                f"the reader in '{folder}' cannot be read ({error.strerror}); reinstall isnad"
            ) from error
        except Exception as error:  # what the two libraries raise for damaged files
            raise ModelError(f"the reader in '{folder}' is damaged ({error}); reinstall isnad") from error
        return cls(Layout(tokenizer), session)

    def runs(self, question: Question, pages: Sequence[Page], met: Sequence[Floats], top: int) -> list[Run]:
        """Return the `top` best runs of each page, page by page, best first, none sharing a word."""
        if not pages:
            return []
        pieces = self._layout.cut(pages)
        windows = self._layout.windows(question, pieces, met)
        scored = []
        for one, ends in zip(windows, self._threads.map(self._score, windows), strict=True):
            word_of = np.full(len(one.ids), -1, dtype=np.int64)
            word_of[one.lead : -1] = pieces[one.page].word_of[one.first : one.last]
            scored.append(Scores(one.page, word_of, ends))
        return decode(scored, top)

    def _score(self, window: Window) -> Floats:
        """Return (length, 2) scores of a window's pieces."""
        inputs = {"ids": window.ids[None], "types": window.types[None]}
        return np.asarray(self._session.run(["ends"], inputs)[0][0], dtype=np.float32)


@lru_cache(maxsize=1)
def embedded_network() -> Network:
    """Return the embedded network, which the pipelines of a process share: it never changes.

    Raises:
        ModelError: if it is missing or damaged.
    """
    return Network.open()
