"""Readers of the Hugging Face hub: any extractive question-answering model, by its id or its folder.

Importing this module is light. torch and transformers, which take seconds, are imported when a reader is
opened.
"""

from __future__ import annotations

import inspect
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag import hub, hub_loading
from rag.decoding import Floats, Ints, Page, Run, Scores, decode, word_of
from rag.errors import ModelError
from rag.hub import READER, Progress
from rag.hub_loading import AUTO, BATCH_SIZE
from rag.question import Question
from rag.text import words

LONGEST = 384  # pieces of a window, the special ones included; as most readers were trained
STRIDE = 128  # pieces of the passage that two windows on end share
SHORTEST = 32  # a model that reads fewer pieces at once is no reader

_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of a character, which no tokenizer takes


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model: the question and a part of a page."""

    page: int
    ids: Ints  # (length,) with all special pieces
    types: Ints | None  # (length,) where the model tells its two texts apart by them
    word_of: Ints  # (length,) the word of the page that a piece belongs to, or -1
    none: int  # the piece that stands for "no answer"


class HubReader:
    """An extractive question-answering model. Threads may share it; they take turns.

    The question comes before the passage. A passage that does not fit is read in windows that overlap by
    `STRIDE` pieces; a question that leaves the passage less than half a window loses its end.
    """

    def __init__(
        self, name: str, model: Any, tokenizer: Any, length: int = LONGEST, batch_size: int = BATCH_SIZE
    ) -> None:
        self.name = name
        self.length = length
        self._model = model
        self._tokenizer = tokenizer
        self.batch_size = batch_size
        self._typed = _typed(model, tokenizer)
        # A tokenizer that two threads use can raise "Already borrowed" (huggingface/transformers#47085).
        self._turn = threading.Lock()

    @classmethod
    def open(
        cls, name: str, *, device: str = AUTO, batch_size: int = BATCH_SIZE, progress: Progress | None = None
    ) -> HubReader:
        """Load the model `name`, without running code that comes with it; it computes in float32.

        Args:
            name: a hub id such as `timpal0l/mdeberta-v3-base-squad2`, or a folder's path.
            device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps` or `xpu`.
            batch_size: windows read at once; at least 1.
            progress: told when the model is downloaded and loaded.

        Raises:
            ModelError: if the library is not installed, the device is not there, or the model cannot be
                found, fetched or read, must not be loaded, or marks no answers.
        """
        name = hub.canonical(name)
        hub_loading.require(READER, name)
        folder = hub.locate(name, progress, READER)
        stage = f"loading {name}"
        if progress:
            progress(stage, 0, 0)
        device = hub_loading.present(device)
        with hub_loading.loading(READER, name, reports=False):
            import torch
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            safely = {"trust_remote_code": False, "local_files_only": True}
            tokenizer = AutoTokenizer.from_pretrained(str(folder), **safely)
            model, report = AutoModelForQuestionAnswering.from_pretrained(
                str(folder), use_safetensors=True, dtype=torch.float32, output_loading_info=True, **safely
            )
            length = _length(model, tokenizer)
            _refuse(name, _unfit(model, tokenizer, report["missing_keys"], length))
            reader = cls(name, model.to(device), tokenizer, length, batch_size)
            _refuse(name, reader._trial())
        if progress:
            progress(stage, 1, 1)
        return reader

    @property
    def device(self) -> str:
        """Return where it computes, such as `cpu` or `cuda:0`."""
        return str(self._model.device)

    def runs(self, question: Question, pages: Sequence[Page], met: Sequence[Floats], top: int) -> list[Run]:
        """Return the `top` best runs of each page, page by page, best first, none sharing a word.

        A page without a word has none, and no page has any for a question without one. The margin of a run is
        what its ends score beyond the [CLS] piece of its window. `met` is not used: what the model sees of a
        question is its text.
        """
        with hub_loading.running(READER, self), self._turn:
            windows = self._windows(question.text, pages)
            ends = self._ends(windows)
        scores = [
            Scores(window.page, window.word_of, both, window.none)
            for window, both in zip(windows, ends, strict=True)
        ]
        return decode(scores, top)

    def _windows(self, question: str, pages: Sequence[Page]) -> list[Window]:
        """Return the windows of every page in order."""
        numbers = [number for number, page in enumerate(pages) if page.words]
        if not numbers or not words(question):
            return []
        asked = self._cut(_SURROGATES.sub("\ufffd", question))
        encoded = self._tokenizer(
            [asked] * len(numbers),
            [_SURROGATES.sub("\ufffd", pages[number].text) for number in numbers],
            truncation="only_second",
            max_length=self.length,
            stride=min(STRIDE, self.length // 3),
            padding=False,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_token_type_ids=self._typed,
            verbose=False,
        )
        windows = []
        for i, sample in enumerate(encoded["overflow_to_sample_mapping"]):
            ids = np.array(encoded["input_ids"][i], dtype=np.int64)
            texts = encoded.sequence_ids(i)  # 0 in the question, 1 in the passage, else None
            offsets = np.array(encoded["offset_mapping"][i], dtype=np.int64)
            belongs = word_of(pages[numbers[sample]].words, offsets)
            special = np.array([text is None for text in texts])
            leads = np.flatnonzero(special & (ids == self._tokenizer.cls_token_id))
            windows.append(
                Window(
                    page=numbers[sample],
                    ids=ids,
                    types=np.array(encoded["token_type_ids"][i], dtype=np.int64) if self._typed else None,
                    word_of=np.where(np.array([text == 1 for text in texts]), belongs, -1),
                    none=int(leads[0]) if len(leads) else 0,
                )
            )
        return windows

    def _cut(self, question: str) -> str:
        """Return so much of a question as leaves the passage half a window."""
        most = self.length // 2 - self._tokenizer.num_special_tokens_to_add(pair=True)
        while True:
            encoded = self._tokenizer(
                question, add_special_tokens=False, return_offsets_mapping=True, verbose=False
            )
            offsets = encoded["offset_mapping"]
            if len(offsets) <= most:
                return question
            question = question[: min(offsets[most][0], len(question) - 1)]  # cut off, its end may part anew

    def _ends(self, windows: Sequence[Window]) -> list[Floats]:
        """Return for each window (length, 2) scores of starting and of ending at a piece."""
        import torch

        found: list[Floats] = [np.zeros((0, 2), dtype=np.float32)] * len(windows)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))  # little padding
        for first in range(0, len(order), self.batch_size):
            some = order[first : first + self.batch_size]
            shape = (len(some), len(windows[some[-1]].ids))
            batch = {
                "input_ids": np.full(shape, self._tokenizer.pad_token_id or 0),
                "attention_mask": np.zeros(shape, dtype=np.int64),
            }
            if self._typed:
                batch["token_type_ids"] = np.zeros(shape, dtype=np.int64)
            for row, i in enumerate(some):
                length = len(windows[i].ids)
                batch["input_ids"][row, :length] = windows[i].ids
                batch["attention_mask"][row, :length] = 1
                if self._typed:
                    batch["token_type_ids"][row, :length] = windows[i].types
            with torch.inference_mode():
                given = {key: torch.from_numpy(array).to(self._model.device) for key, array in batch.items()}
                output = self._model(**given)
                both = torch.stack([output.start_logits, output.end_logits], dim=-1).float().cpu().numpy()
            for row, i in enumerate(some):
                found[i] = both[row, : len(windows[i].ids)]  # (length, 2)
        return found

    def _trial(self) -> str | None:
        """Read two words, and return why the scores are of no use; None if they can be used."""
        ends = self._ends(self._windows("1", [Page.of("1 2")]))
        if not all(np.isfinite(both).all() for both in ends):
            return "its scores are not numbers; fetch or save it again"
        return None


def _refuse(name: str, reason: str | None) -> None:
    """Raise a ModelError if there is a reason."""
    if reason:
        raise ModelError(f"reader '{name}' cannot be used: {reason}, {READER.embedded}")


def _unfit(model: Any, tokenizer: Any, missing: set[str], length: int) -> str | None:
    """Return why a model that could be loaded cannot read; None if it can."""
    if not tokenizer.is_fast:
        return (
            f"its {type(tokenizer).__name__} does not say which characters a piece stands for; name a model "
            "with a fast tokenizer (tokenizer.json)"
        )
    body = f"{model.base_model_prefix}."
    if any(not key.startswith(body) for key in missing):  # transformers makes up what is missing
        return "it has no question-answering head; name a model fine-tuned on SQuAD-like data"
    if missing:
        return f"it lacks {len(missing)} of its weights, such as {min(missing)}; fetch or save it again"
    rows = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        return (
            f"its tokenizer has {len(tokenizer)} pieces and its table {rows} rows; name a model whose parts "
            "belong together"
        )
    if length < SHORTEST:
        return f"it reads {length} pieces at once, and {SHORTEST} are needed; name another model"
    return None


def _length(model: Any, tokenizer: Any) -> int:
    """Return how many pieces a window has: what the model and its tokenizer allow, at most `LONGEST`."""
    positions = getattr(model.config, "max_position_embeddings", None) or LONGEST
    for name, module in model.named_modules():  # RoBERTa's kind counts positions from behind its padding
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            positions -= module.padding_idx + 1
    return int(min(LONGEST, tokenizer.model_max_length, positions))


def _typed(model: Any, tokenizer: Any) -> bool:
    """Tell whether the model is given a type for each piece: XLM-R takes them, but knows only one."""
    return (
        "token_type_ids" in tokenizer.model_input_names
        and "token_type_ids" in inspect.signature(model.forward).parameters
        and getattr(model.config, "type_vocab_size", 2) > 1
    )
