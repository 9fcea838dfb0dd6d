"""Read question sets in SQuAD's format, 1.1 or 2.0: data → paragraphs → context and qas.

Every distinct paragraph becomes a document. A context's id is its 0-based order of first appearance in the
file that the documents are made from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from rag.errors import DocumentError
from rag.schema import Document

# SQLite and UTF-8 take neither NUL nor lone surrogates; replaced one to one, so that offsets hold.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, with the answers that count as right."""

    id: str
    text: str
    context: int  # the id of the gold context
    golds: tuple[str, ...]  # empty: the context does not answer it


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file and the contexts of the same or another."""

    documents: tuple[Document, ...]  # one a context; document i has the id str(i)
    questions: tuple[Question, ...]

    @classmethod
    def load(cls, path: str | Path, contexts: str | Path | None = None) -> QuestionSet:
        """Read a question set.

        Args:
            path: the file with the questions.
            contexts: another file with the same question ids: its paragraphs and gold answers are taken
                instead, so that one language's questions are asked of another's paragraphs.

        Raises:
            DocumentError: if a file cannot be read or is not in SQuAD's format, or a question is missing from
                `contexts`; the message names the paragraph or the question.
        """
        own = cls._read(Path(path))
        if contexts is None:
            return own
        other = cls._read(Path(contexts))
        golds = {question.id: question for question in other.questions}
        missing = [question.id for question in own.questions if question.id not in golds]
        if missing:
            raise DocumentError(
                str(contexts),
                f"has no question with id '{missing[0]}' ({len(missing)} of the {len(own.questions)} ids of "
                f"{path} are missing); --contexts needs a translation of the same questions",
            )
        return cls(other.documents, tuple(replace(golds[q.id], text=q.text) for q in own.questions))

    @classmethod
    def _read(cls, path: Path) -> QuestionSet:
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise DocumentError(str(path), f"cannot be read ({error.strerror})") from error
        except ValueError as error:
            raise DocumentError(str(path), f"is not JSON in UTF-8 ({error})") from error
        file = _Node(str(path), "", data)
        documents: dict[str, Document] = {}
        questions: dict[str, Question] = {}
        for article in file.items("data"):
            title = article.value.get("title") or ""
            for paragraph in article.items("paragraphs"):
                text = paragraph.text("context")
                context = int(documents.setdefault(text, _document(len(documents), text, str(title))).id)
                for node in paragraph.items("qas"):
                    question = _question(node, context)
                    if question.id in questions:
                        node.refuse(f"id '{question.id}' appears twice; ids must be unique")
                    questions[question.id] = question
        if not questions:
            file.refuse("holds no question; expected data → paragraphs → qas")
        return cls(tuple(documents.values()), tuple(questions.values()))

    @property
    def has_impossible(self) -> bool:
        """Tell whether a question of the set has no answer."""
        return any(not question.golds for question in self.questions)


@dataclass(frozen=True, slots=True)
class _Node:
    """An object of the file, with the path to it for the messages."""

    file: str
    where: str
    value: Any

    def refuse(self, reason: str) -> NoReturn:
        raise DocumentError(self.file, f"{self.where}: {reason}" if self.where else reason)

    def items(self, key: str) -> Iterator[_Node]:
        items = self._get(key)
        if not isinstance(items, list):
            self.refuse(f"'{key}' must be a list, not {_kind(items)}")
        for i, item in enumerate(items):
            node = _Node(self.file, f"{self.where}.{key}[{i}]".lstrip("."), item)
            if not isinstance(item, dict):
                node.refuse(f"must be an object, not {_kind(item)}")
            yield node

    def text(self, key: str) -> str:
        text = self._get(key)
        if not isinstance(text, str) or not text.strip():
            self.refuse(f"'{key}' must be a text that is not blank, not {_kind(text)}")
        return str(text)

    def _get(self, key: str) -> Any:
        if not isinstance(self.value, dict) or key not in self.value:
            self.refuse(f"'{key}' is missing")
        return self.value[key]


def _kind(value: object) -> str:
    if isinstance(value, str) and not value.strip():
        return "a blank one"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _document(number: int, text: str, title: str) -> Document:
    return Document(
        id=str(number),
        text=_UNSTORABLE.sub("\ufffd", text),
        title=title.replace("_", " "),
    )


def _question(node: _Node, context: int) -> Question:
    identifier = node.value.get("id")
    if not isinstance(identifier, str | int) or isinstance(identifier, bool) or identifier == "":
        node.refuse(f"'id' must be a text or a whole number, not {_kind(identifier)}")
    impossible = node.value.get("is_impossible", False)
    if not isinstance(impossible, bool):
        node.refuse(f"'is_impossible' must be true or false, not {_kind(impossible)}")
    golds = () if impossible else tuple(answer.text("text") for answer in node.items("answers"))
    if not golds and not impossible:
        node.refuse("has no answers and is not marked is_impossible")
    return Question(str(identifier), node.text("question"), context, golds)
