"""Everything wired together: a folder in, answers out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from rag import metrics
from rag.answering import compose, without
from rag.conversation import Turn, complete
from rag.errors import QuestionError, SettingsError
from rag.filters import Filters
from rag.gathering import SEARCHED, gather
from rag.index import Index, Progress
from rag.matching import Matcher, embedded_matcher
from rag.question import parse
from rag.reader import Reader, load_reader
from rag.retriever import Aligner, Retriever
from rag.schema import Answer, Document, Hit
from rag.settings import Settings
from rag.sync import SyncReport
from rag.together import Together, own_index
from vectorstore.store import Store

EXAMPLES = "examples.json"


class Pipeline:
    """Answers questions from one folder of documents. Threads may share it.

    >>> with Pipeline.open("articles") as pipeline:
    ...     print(pipeline.answer("متى وصل الوفد؟").answer)
    """

    def __init__(
        self,
        index: Index | Together,
        retriever: Retriever,
        reader: Reader,
        matcher: Matcher,
        settings: Settings,
    ) -> None:
        self._index = index
        self.retriever = retriever
        self._reader = reader
        self._matcher = matcher
        self._settings = settings

    @classmethod
    def open(
        cls,
        folder: str | Path | None = None,
        *,
        settings: Settings | None = None,
        progress: Progress | None = None,
        rebuild: bool = False,
    ) -> Pipeline:
        """Open the index of `folder`, brought up to date with its files.

        Args:
            folder: the documents; the corpus of the settings when None.
            settings: the environment's when None.
            progress: called with (stage, done, total) while documents are read.
            rebuild: read and embed every document anew.

        Raises:
            CorpusError: if the folder is missing, empty or cannot be read.
            StoreError: if its index is of another encoder, or cannot be written.
            ModelError: if the encoder or the reader cannot be loaded.
        """
        settings = settings or Settings.load()
        folder = Path(folder).expanduser() if folder is not None else settings.corpus
        index = Index.open(folder, settings, progress=progress, rebuild=rebuild)
        return cls._wire(index, settings, progress)

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[Document],
        *,
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> Pipeline:
        """Index documents that need not be files; the index is temporary and goes with the pipeline."""
        settings = settings or Settings.load()
        return cls._wire(Index.from_documents(documents, settings, progress=progress), settings, progress)

    @classmethod
    def _wire(cls, index: Index, settings: Settings, progress: Progress | None) -> Pipeline:
        try:
            retriever = Retriever(index.store, index.encoder, Aligner(index.tokens), index.analyzer)
            matcher = embedded_matcher()
            reader = load_reader(
                settings.reader,
                matcher,
                device=settings.device,
                batch_size=settings.batch_size,
                progress=progress,
            )
        except BaseException:
            index.close()
            raise
        return cls(index, retriever, reader, matcher, settings)

    def beside(self, own: Index) -> Pipeline:
        """Return a pipeline that asks these documents and those of `own` together, as if they were in one.

        This one is not changed. The other is closed without closing this one.
        """
        shared = self._shared()
        both = Together(shared, own)
        retriever = Retriever(both.store, shared.encoder, self.retriever.aligner, shared.analyzer)
        return Pipeline(both, retriever, self._reader, self._matcher, self._settings)

    def own_index(self, home: Path) -> Index:
        """Return a new, empty index in the folder `home` for documents that `beside` is to ask."""
        return own_index(home, self._shared(), self._settings)

    def _shared(self) -> Index:
        if isinstance(self._index, Together):
            raise TypeError("this pipeline asks two indexes already")
        return self._index

    def answer(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        earlier: Sequence[Turn | Answer] = (),
    ) -> Answer:
        """Return what the documents say to `question`, or that they do not.

        Args:
            question: in any language.
            k: at most so many groups of citations; at least 1.
            filters: look only in the documents that meet these; None looks in all.
            earlier: the turns before it, or their answers, oldest first. A question that leans on them
                ("ومتى زار واشنطن؟") is completed from them, and the answer says how.

        Raises:
            QuestionError: if the question is empty or longer than the settings allow.
            ValueError: if `k` is below 1.
            DocumentError: if `filters` names a document that is not there.
            SettingsError: if no document meets `filters`.
        """
        with metrics.question(question) as counted, self._index.reading():
            counted.answer = answer = self._answer(question, k, filters, earlier)
        return answer

    def _answer(
        self, question: str, k: int, filters: Filters | None, earlier: Sequence[Turn | Answer]
    ) -> Answer:
        started = time.perf_counter()
        question = self._checked(question, k)
        completed = complete(question, [_turn(one) for one in earlier])
        asked = self._checked(completed.question, k) if completed else question
        passages = self._settings.passages
        with metrics.stage("retrieve"):
            found = self.search(asked, passages * SEARCHED, filters)
            hits = gather(parse(asked), found, passages, self._matcher)
        with metrics.stage("read"):
            reading = self._reader.read(asked, [hit.chunk for hit in hits])
        look_up = cache(self.document)  # only what is cited is read from the catalog
        with metrics.stage("compose"):
            answer = compose(asked, hits, reading, look_up, self._settings.threshold, k, self._matcher.alike)
        return replace(
            answer,
            question=question,
            completed=asked if completed else None,
            took_ms=round((time.perf_counter() - started) * 1000),
        )

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the `k` passages closest to `question`, best first.

        Raises:
            QuestionError, ValueError, DocumentError, SettingsError: as `answer` does.
        """
        question = self._checked(question, k)
        with self._index.reading():
            return self.retriever.retrieve(question, k, self._index.select(filters), self._index.languages)

    def _checked(self, question: str, k: int) -> str:
        if not isinstance(question, str):
            raise QuestionError(f"the question is a {type(question).__name__}; it must be a string")
        limit = self._settings.max_question_chars
        if not question.strip():
            raise QuestionError("the question is empty; ask in any language, for example: من زار المدينة؟")
        if len(question) > limit:
            raise QuestionError(
                f"the question has {len(question):,} characters; at most {limit:,} are read "
                "(ISNAD_MAX_QUESTION_CHARS)"
            )
        if k < 1:
            raise SettingsError(f"k is {k}; it must be at least 1")
        return question.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate stops the tokenizer

    def explain(self, answer: Answer) -> dict[str, Any]:
        """Return how `answer` came about, as plain data.

        Each passage that was read with the score of each stage, each span that was marked with its
        probability, and what the answer would be without its first source and the copies of it.
        """
        other = without(answer, cache(self.document), self._settings.threshold, self._matcher.alike)
        return {
            "threshold": self._settings.threshold,
            "confidence": answer.confidence,
            "encoder": self._index.encoder.name,
            "reader": self._reader.name,
            "passages": [
                {
                    "document": hit.chunk.document_id,
                    "start": hit.chunk.start,
                    "end": hit.chunk.end,
                    "score": round(hit.score, 4),
                    "evidence": {name: round(value, 4) for name, value in hit.evidence.items()},
                    "text": hit.chunk.text,
                }
                for hit in answer.hits
            ],
            "spans": [
                {
                    "document": span.chunk.document_id,
                    "start": span.start,
                    "end": span.end,
                    "quote": span.text,
                    "score": round(span.score, 4),
                }
                for span in answer.spans
            ],
            "without_first_source": other
            and {
                "document": answer.citations[0].document,
                "answered": other.answered,
                "answer": other.answer,
                "confidence": round(other.confidence, 4),
                "relation": other.relation,
            },
        }

    @property
    def store(self) -> Store:
        """Return what the index is kept in."""
        return self._shared().store

    @property
    def folder(self) -> Path:
        """Return the folder of the documents."""
        return self._index.folder

    @property
    def report(self) -> SyncReport:
        """Return what the last look at the folder found."""
        return self._index.report

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return every document that meets `filters`, by id; raises as `answer` where none does."""
        return self._index.documents(filters)

    def document(self, document_id: str) -> Document:
        """Return one document.

        Raises:
            DocumentError: if there is none of that id.
        """
        return self._index.document(document_id)

    def skipped(self) -> list[tuple[str, str]]:
        """Return the files that could not be read: (name, reason)."""
        return self._index.skipped()

    def examples(self) -> list[str]:
        """Return questions to begin with: the list in the folder's `examples.json`, if there is one."""
        try:
            found = json.loads((self.folder / EXAMPLES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [line for line in found if isinstance(line, str)] if isinstance(found, list) else []

    def refresh(self, progress: Progress | None = None) -> SyncReport:
        """Bring the index up to date with the folder, and say what changed."""
        return self._shared().sync(progress)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _turn(earlier: Turn | Answer) -> Turn:
    if isinstance(earlier, Turn):
        return earlier
    question = earlier.completed or earlier.question
    return Turn(question, earlier.answer, parse(question).kind)


_default: Pipeline | None = None
_opening = threading.Lock()


def answer(question: str, k: int = 5, earlier: Sequence[Turn | Answer] = ()) -> Answer:
    """Return what the default corpus (`ISNAD_CORPUS`) says to `question`; it is opened once and kept.

    Args:
        question: in any language.
        k: at most so many groups of citations; at least 1.
        earlier: the turns before it, or their answers, oldest first, for a question that leans on them.

    Raises:
        IsnadError: as `Pipeline.open` and `Pipeline.answer` do.
    """
    global _default
    with _opening:
        if _default is None:
            _default = Pipeline.open()
    return _default.answer(question, k, earlier=earlier)
