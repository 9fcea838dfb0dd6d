"""What programs can ask: five functions from plain values to plain values, for HTTP and MCP. No Gradio.

Their signatures and docstrings are what callers are shown, so both are written for them.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from rag.commands.documents import record
from rag.commands.verify import outcome
from rag.conversation import MAX_TURNS, Turn
from rag.errors import QuestionError, SettingsError
from rag.filters import Filters
from rag.question import parse
from rag.receipts import ReceiptError, check, read
from rag.schema import Answer, Document, Hit

NAMES = ("ask", "search", "documents", "document", "verify")

MOST_RESULTS = 100  # answers or passages of one call
MOST_NAMES = 500  # in a filter
MOST_NAME_CHARS = 1000
MOST_LISTED = 1000  # documents in one call
MOST_TEXT = 200_000  # characters of a document in one call
MOST_RECEIPT_CHARS = 2_000_000
MOST_CITATIONS = 2000  # checked in one call


class Searched(Protocol):
    """What the endpoints need of a pipeline; `rag.pipeline.Pipeline` has it."""

    def answer(
        self, question: str, k: int = 5, filters: Filters | None = None, earlier: Sequence[Turn] = ()
    ) -> Answer:
        """Return the answer of the documents that meet `filters`."""
        ...

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the passages closest to the question, best first."""
        ...

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return the documents that meet `filters`, in order."""
        ...

    def document(self, document_id: str, /) -> Document:
        """Return one document, or raise `DocumentError`."""
        ...


class Endpoints:
    """The five functions. Threads may share them; each refuses what is too much before it does any work."""

    def __init__(self, pipeline: Searched, max_question_chars: int = 1000) -> None:
        self._pipeline = pipeline
        self._max_question_chars = max_question_chars

    def ask(
        self,
        question: str,
        k: int = 5,
        documents: list[str] | None = None,
        languages: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        earlier: list[Any] | None = None,
    ) -> dict[str, Any]:
        """Answer a question in the documents' own words, with sources, or say that they do not answer it.

        The answer comes in groups of citations that say the same; `relation` tells how the groups stand to
        one another (single, agree, compatible, conflict). Offsets count characters of the document's text.

        Args:
            question: in any language.
            k: at most so many different answers.
            documents: only these, by name or pattern, such as 2021/*.md.
            languages: only documents in these, such as ar.
            since: only documents of this day, month or year or later, such as 2021-07-24.
            until: only documents of this day, month or year or earlier.
            earlier: the questions asked before, oldest first, or what this endpoint answered to them; a
                question that leans on them ("And when?") is completed.
        """
        self._check(question, k)
        filters = _filters(documents, languages, since, until)
        return self._pipeline.answer(question, k, filters, self._turns(earlier, filters)).to_dict()

    def search(
        self,
        question: str,
        k: int = 10,
        documents: list[str] | None = None,
        languages: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Return the passages closest to a question, best first, without reading an answer out of them.

        Args:
            question: in any language.
            k: at most so many passages.
            documents: only these, by name or pattern, such as 2021/*.md.
            languages: only documents in these, such as ar.
            since: only documents of this day, month or year or later, such as 2021-07-24.
            until: only documents of this day, month or year or earlier.
        """
        self._check(question, k)
        hits = self._pipeline.search(question, k, _filters(documents, languages, since, until))
        look_up = cache(self._pipeline.document)
        return {
            "question": question,
            "passages": [_passage(hit, look_up(hit.chunk.document_id)) for hit in hits],
        }

    def documents(
        self,
        documents: list[str] | None = None,
        languages: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        start: int = 0,
    ) -> dict[str, Any]:
        """List the documents: name, title, language, date, source, length and the SHA-256 of the text.

        At most 1,000 in one call; `total` is how many there are.

        Args:
            documents: only these, by name or pattern, such as 2021/*.md.
            languages: only documents in these, such as ar.
            since: only documents of this day, month or year or later, such as 2021-07-24.
            until: only documents of this day, month or year or earlier.
            start: how many to leave out at the beginning of the list.
        """
        first = _number("start", start, 0, None)
        found = self._pipeline.documents(_filters(documents, languages, since, until))
        listed = [record(each) for each in found[first : first + MOST_LISTED]]
        return {"total": len(found), "documents": listed}

    def document(self, document: str, start: int = 0, end: int | None = None) -> dict[str, Any]:
        """Return a document: what is known of it, and its text, at most 200,000 characters in one call.

        `text` is the document's text from `start` to `end` as returned; `length` is that of the whole.

        Args:
            document: its name, as citations give it.
            start: the first character wanted, counted from 0.
            end: the first character no longer wanted; as far as one call goes if left out.
        """
        found = self._pipeline.document(_text("document", document, MOST_NAME_CHARS))
        length = len(found.text)
        last = length if end is None else _number("end", end, 0, None)
        first = _number("start", start, 0, length)
        last = max(first, min(last, length, first + MOST_TEXT))
        return {**record(found), "start": first, "end": last, "text": found.text[first:last]}

    def verify(self, answer: Any) -> dict[str, Any]:
        """Check the citations of an answer that was given before against the documents as they are now.

        Of each citation it is said whether it is ok, moved (the same words elsewhere in the document),
        altered (the document does not say this, or not in this sentence) or missing (there is no such
        document).

        Args:
            answer: what `ask` gave, or a list of such answers.
        """
        try:
            text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise ReceiptError(f"this is no answer's JSON ({error}); give what `ask` returned") from None
        cited = read(_text("answer", text, MOST_RECEIPT_CHARS))
        if len(cited) > MOST_CITATIONS:
            raise ReceiptError(f"there are {len(cited):,} citations; at most {MOST_CITATIONS:,} are checked")
        return outcome([check(each, self._pipeline.document) for each in cited])

    def _check(self, question: Any, k: Any) -> None:
        if not isinstance(question, str):
            raise QuestionError(f"the question is a {type(question).__name__}; it must be a string")
        if len(question) > self._max_question_chars:
            raise QuestionError(
                f"the question has {len(question)} characters; at most {self._max_question_chars} fit"
            )
        _number("k", k, 1, MOST_RESULTS)

    def _turns(self, earlier: Any, filters: Filters) -> list[Turn]:
        """Return the turns that a question may lean on; what is given as a question alone is asked now."""
        if not isinstance(earlier or [], list):
            raise QuestionError(f"earlier is a {type(earlier).__name__}; it must be a list of questions")
        turns: list[Turn] = []
        for each in (earlier or [])[-MAX_TURNS:]:
            if isinstance(each, str):
                self._check(each, 1)
                answer = self._pipeline.answer(each, 1, filters, turns).to_dict()
            else:
                answer = each
            turns.append(self._turn(answer))
        return turns

    def _turn(self, answer: Any) -> Turn:
        if not isinstance(answer, dict):
            raise QuestionError("each of earlier must be a question, or what `ask` answered to it")
        question: Any = answer.get("completed") or answer.get("question")
        words = answer.get("answer")
        self._check(question, 1)
        return Turn(
            question, words[:MOST_NAME_CHARS] if isinstance(words, str) else None, parse(question).kind
        )


def _passage(hit: Hit, document: Document) -> dict[str, Any]:
    return {
        "document": document.id,
        "title": document.title,
        "date": document.date.isoformat() if document.date else None,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "text": hit.chunk.text,
        "score": round(hit.score, 4),
        "sha256": document.sha256,
    }


def _filters(documents: Any, languages: Any, since: Any, until: Any) -> Filters:
    """Return the filters; raises SettingsError where a value is not what its name says, or too long."""
    for name, values in (("documents", documents), ("languages", languages)):
        if values is None:
            continue
        if not isinstance(values, list):
            raise SettingsError(f"{name} is a {type(values).__name__}; it must be a list of strings")
        if len(values) > MOST_NAMES:
            raise SettingsError(f"{name} holds {len(values):,} strings; at most {MOST_NAMES} are read")
        for value in values:
            _text(f"each of {name}", value, MOST_NAME_CHARS)
    for name, day in (("since", since), ("until", until)):
        if day is not None:
            _text(name, day, 100)
    return Filters.read(documents, languages, since, until)


def _text(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{name} is a {type(value).__name__}; it must be a string")
    if len(value) > longest:
        raise SettingsError(f"{name} has {len(value):,} characters; at most {longest:,} are read")
    return value


def _number(name: str, value: Any, least: int, most: int | None) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SettingsError(f"{name} is a {type(value).__name__}; it must be a whole number")
    if value < least or (most is not None and value > most):
        bounds = f"from {least} to {most:,}" if most is not None else f"at least {least}"
        raise SettingsError(f"{name} is {value}; it must be {bounds}")
    return value


def description(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Return what a function's docstring says: of the function, and of each argument by its name."""
    about, _, listed = inspect.cleandoc(function.__doc__ or "").partition("\n\nArgs:\n")
    arguments: dict[str, str] = {}
    name = ""
    for line in listed.splitlines():
        if match := re.match(r" {4}(\w+): (.*)", line):
            name, arguments[match[1]] = match[1], match[2]
        elif line.strip():
            arguments[name] += f" {line.strip()}"
    return " ".join(about.split()), arguments
