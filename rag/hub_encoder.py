"""Encoders of the Hugging Face hub: any sentence-transformers model, by its id or its folder.

Importing this module is light. torch and sentence-transformers, which take seconds, are imported when an
encoder is opened.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rag import hub
from rag.errors import ModelError
from rag.hub import Progress

Vectors = npt.NDArray[np.float32]

AUTO = "auto"  # the best device present
BATCH_SIZE = 32


class Prompts(NamedTuple):
    """What is written before a text, so that the model knows a question from a passage."""

    query: str = ""
    document: str = ""


# Families that were trained with prompts and whose repositories do not carry them. The name of a model, or of
# its folder, must end like this: what somebody made from one may have been trained without.
FAMILIES = {
    # Wang et al. 2022 and 2024: "Each input text should start with 'query: ' or 'passage: '".
    r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?": Prompts("query: ", "passage: "),
    r"multilingual-e5-large-instruct": Prompts(
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
    ),
}


class HubEncoder:
    """A sentence-transformers model. Threads may share it; they take turns.

    A text longer than the model reads (`max_tokens`) loses its end, without a word from the library. Our
    passages have about 450 characters (`rag/chunking.py`), well within the 512 tokens that most models read.
    Of a model that reads 128, the end of a long passage is known to lexical search and token alignment only.
    """

    def __init__(
        self, name: str, model: Any, fingerprint: str, prompts: Prompts, batch_size: int = BATCH_SIZE
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.prompts = prompts
        self._model = model
        self._batch_size = batch_size
        # A tokenizer that two threads use can raise "Already borrowed" (huggingface/transformers#47085).
        self._turn = threading.Lock()

    @classmethod
    def open(
        cls,
        name: str,
        *,
        device: str = AUTO,
        batch_size: int = BATCH_SIZE,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        progress: Progress | None = None,
    ) -> HubEncoder:
        """Load the model `name`, without running code that comes with it.

        It computes in float32 on every device, so that an index can be made on one and asked on another.

        Args:
            name: a hub id such as `intfloat/multilingual-e5-small`, or a folder's path.
            device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps` or `xpu`.
            batch_size: texts encoded at once; at least 1.
            query_prompt: what is written before a question; the model's own if None.
            document_prompt: what is written before a passage; the model's own if None.
            progress: told when the model is downloaded and loaded.

        Raises:
            ModelError: if the library is not installed, the device is not there, or the model cannot be
                found, fetched or read, or must not be loaded.
        """
        if name and Path(name).expanduser().is_dir():
            name = str(Path(name).expanduser().resolve())  # the index knows it by this name from anywhere
        if find_spec("sentence_transformers") is None:
            raise ModelError(
                f"encoder '{name}' needs sentence-transformers; "
                "run `pip install sentence-transformers` or set ISNAD_ENCODER=embedded"
            )
        folder = hub.locate(name, progress)
        stage = f"loading {name}"
        if progress:
            progress(stage, 0, 0)
        device = _present(device)
        try:
            from sentence_transformers import SentenceTransformer

            with _without_bars():
                model = SentenceTransformer(
                    str(folder),
                    device=device,
                    trust_remote_code=False,
                    local_files_only=True,
                    model_kwargs={"use_safetensors": True},
                ).float()
        except Exception as error:  # the library passes on what the disk, the model or torch raised
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            if "trust_remote_code" in str(error):
                reason = "it needs code of its own, which is not run"
            raise ModelError(
                f"encoder '{name}' cannot be loaded ({reason}); name another model or set "
                "ISNAD_ENCODER=embedded"
            ) from error
        prompts = _prompts(name, model.prompts, query_prompt, document_prompt)
        digest = hub.fingerprint(folder, prompts)
        if progress:
            progress(stage, 1, 1)
        return cls(name, model, digest, prompts, batch_size)

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def device(self) -> str:
        """Return where it computes, such as `cpu` or `cuda:0`."""
        return str(self._model.device)

    @property
    def max_tokens(self) -> int | None:
        """Return how many tokens of a text are read; None if all are."""
        length = self._model.max_seq_length
        return int(length) if length is not None and np.isfinite(length) else None

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, d) float32 array of unit rows, one for each question, with its prompt before it."""
        return self._encode(self._model.encode_query, texts, self.prompts.query)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, d) float32 array of unit rows, one for each passage, with its prompt before it."""
        return self._encode(self._model.encode_document, texts, self.prompts.document)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            with self._turn:
                # The prompt is always given: of a model whose prompt for passages is called `passage`, the
                # library's encode_document takes the empty `document` that it has put beside it.
                vectors = encode(
                    list(texts),
                    prompt=prompt,
                    batch_size=self._batch_size,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                )
        except RuntimeError as error:
            if not re.search("out of memory|allocate memory", str(error)):
                raise
            raise ModelError(
                f"encoder '{self.name}' ran out of memory on {self.device} with {self._batch_size} texts at "
                f"once; set ISNAD_BATCH_SIZE below {self._batch_size} or ISNAD_DEVICE=cpu"
            ) from error
        return np.asarray(vectors, dtype=np.float32)


def _prompts(name: str, own: Mapping[str, str], query: str | None, document: str | None) -> Prompts:
    """Return the prompts to use: those given, else the model's own, else its family's."""
    named = Prompts(
        own.get("query") or "",
        next((own[key] for key in ("document", "passage", "corpus") if own.get(key)), ""),
    )
    if not any(own.values()):
        last = re.split(r"[/\\]", name)[-1].lower()
        families = (prompts for family, prompts in FAMILIES.items() if re.search(rf"(^|_){family}$", last))
        named = next(families, named)
    return Prompts(named.query if query is None else query, named.document if document is None else document)


def _present(device: str) -> str:
    """Return the device to use, having looked whether it is there.

    Raises:
        ModelError: if it is not, or is none at all.
    """
    import torch

    counts = {
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
        "xpu": torch.xpu.device_count() if torch.xpu.is_available() else 0,
        "cpu": 1,
    }
    best = next(kind for kind, count in counts.items() if count)
    if device == AUTO:
        return best
    kind, _, number = device.partition(":")
    if kind not in counts or not re.fullmatch(rf"{kind}(:\d+)?", device):
        raise ModelError(
            f"device '{device}' is not known; set ISNAD_DEVICE to auto, cpu, cuda, cuda:1, mps or xpu"
        )
    if int(number or 0) >= counts[kind]:
        raise ModelError(
            f"device '{device}' is not there: torch {torch.__version__} sees {counts[kind]} of kind {kind}; "
            f"set ISNAD_DEVICE=auto (here: {best}) or install a torch that is built for it"
        )
    return device


@contextmanager
def _without_bars() -> Iterator[None]:
    """Keep transformers from drawing bars of its own while a model is loaded."""
    from transformers.utils import logging as of_transformers

    logging: Any = of_transformers
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
