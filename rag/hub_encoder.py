"""Encoders of the Hugging Face hub: any sentence-transformers model, by its id or its folder.

Importing this module is light. torch and sentence-transformers, which take seconds, are imported when an
encoder is opened.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rag import hub, hub_loading
from rag.hub import ENCODER, Progress
from rag.hub_loading import AUTO, BATCH_SIZE

Vectors = npt.NDArray[np.float32]


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
        self.batch_size = batch_size
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
        name = hub.canonical(name)  # the index knows it by this name from anywhere
        hub_loading.require(ENCODER, name)
        folder = hub.locate(name, progress)
        stage = f"loading {name}"
        if progress:
            progress(stage, 0, 0)
        device = hub_loading.present(device)
        with hub_loading.loading(ENCODER, name):
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(
                str(folder),
                device=device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            ).float()
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
        with hub_loading.running(ENCODER, self), self._turn:
            # The prompt is always given: of a model whose prompt for passages is called `passage`, the
            # library's encode_document takes the empty `document` that it has put beside it.
            vectors = encode(
                list(texts),
                prompt=prompt,
                batch_size=self.batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
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
