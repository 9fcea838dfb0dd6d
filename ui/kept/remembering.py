"""A pipeline that remembers its last answers, and works one out once when many ask for it at the same time.

The questions that a page suggests are asked by everybody who opens it. What is remembered holds for as long
as the index stays as it is.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from rag import metrics
from rag.conversation import Turn, complete
from rag.filters import Filters, state_of
from rag.question import parse
from rag.schema import Answer

KEPT = 500  # answers, of some tens of kilobytes each

State = tuple[str, int]
"""The identity of a catalog, and its generation."""
Key = tuple[Hashable, ...]


class Remembering:
    """Stands in for a pipeline: answers from memory where it can, and is the pipeline in all else."""

    def __init__(self, pipeline: Any, kept: int = KEPT) -> None:
        """Remember at most `kept` answers of a `Pipeline`."""
        self._pipeline = pipeline
        self._kept = kept
        self._newest: State = ("", -1)  # of which the answers are
        self._answers: OrderedDict[Key, Future[Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    def answer(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        earlier: Sequence[Turn | Answer] = (),
    ) -> Answer:
        """Return what the pipeline answers; `took_ms` is what it took now."""
        state = self._state()
        if state is None:
            return self._ask(question, k, filters, earlier)
        started = time.perf_counter()
        if not _leans(question, earlier):
            earlier = ()  # so that it is the question that others ask at the beginning
        key: Key = (state, question, k, filters or None, *map(_said, earlier))
        with self._lock:
            self._clear(state)
            found = self._answers.get(key)
            mine: Future[Answer] = found or Future()
            self._answers[key] = mine
            self._answers.move_to_end(key)
            while len(self._answers) > self._kept:
                self._answers.popitem(last=False)
        if found is None:
            return self._work_out(key, mine, question, k, filters, earlier)
        with metrics.question(question) as counted:
            answer = found.result()
            metrics.REMEMBERED.add()
            took = round((time.perf_counter() - started) * 1000)
            counted.answer = answer = replace(answer, took_ms=took)
        return answer

    def _work_out(
        self,
        key: Key,
        mine: Future[Answer],
        question: str,
        k: int,
        filters: Filters | None,
        earlier: Sequence[Turn | Answer],
    ) -> Answer:
        """Ask the pipeline, and tell those who wait for the same answer.

        What fails is not remembered, and neither is an answer of an index that has changed meanwhile.
        """
        try:
            answer = self._ask(question, k, filters, earlier)
        except BaseException as error:
            self._forget(key)
            mine.set_exception(error)
            raise
        if self._state() != key[0]:
            self._forget(key)
        mine.set_result(answer)
        return answer

    def _ask(
        self, question: str, k: int, filters: Filters | None, earlier: Sequence[Turn | Answer]
    ) -> Answer:
        answer: Answer = self._pipeline.answer(question, k, filters, earlier)
        return answer

    def _clear(self, state: State) -> None:
        """Let go of the answers of older states, which nobody can ask for any more."""
        if state[0] != self._newest[0] or state[1] > self._newest[1]:
            self._newest = state
            self._answers.clear()

    def _forget(self, key: Key) -> None:
        with self._lock:
            self._answers.pop(key, None)

    def _state(self) -> State | None:
        """Return which state of the folder is asked; None while the indexes are behind the catalog."""
        store = self._pipeline.store
        try:
            state, indexes = state_of(store.catalog), int(store.generation)
        except Exception:  # what is wrong with the index, the pipeline says better
            return None
        return state if state[1] == indexes else None


def _leans(question: str, earlier: Sequence[Turn | Answer]) -> bool:
    """Tell whether a question takes anything from the turns before it."""
    turns = [Turn(asked, answer, parse(asked).kind) for asked, answer in map(_said, earlier)]
    return bool(turns) and complete(question, turns) is not None


def _said(earlier: Turn | Answer) -> tuple[str, str | None]:
    """Return what a later question may lean on: what was asked, and the answer."""
    asked = earlier.question if isinstance(earlier, Turn) else earlier.completed or earlier.question
    return asked, earlier.answer
