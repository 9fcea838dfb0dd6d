"""Questions to begin with, given with the corpus or made from it; each was asked and has an answer.

Made questions come from who is quoted: "who is" the one with a title, "what did" somebody say. A question is
kept only if the answer names the one it should, or quotes him.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.attribution import attribute
from rag.errors import IsnadError
from rag.schema import Answer, Document
from rag.text import fold_text, sentences
from rag.text import words as words_of
from ui.backend import Asked

WANTED = 4
SECONDS = 2.0  # for making questions; asking the given ones is not counted
_DOCUMENTS = 40  # read for making questions
_SENTENCES = 30  # of each
_CHARS = 4000

# By language, of a man and of a woman.
_WHO = {"ar": ("من هو {0}؟", "من هي {0}؟"), "en": ("Who is the {0}?",) * 2}
_SAID = {
    "ar": ("ماذا قال {0}؟", "ماذا قالت {0}؟"),
    "en": ("What did {0} say?",) * 2,
    "fr": ("Qu’a dit {0} ?",) * 2,
}
_SHE_SAYS = frozenset(["قالت", "أعلنت", "أكدت", "أضافت", "ذكرت", "صرحت", "أوضحت", "أشارت"])


def suggest(
    pipeline: Asked, given: Sequence[str], wanted: int = WANTED, seconds: float = SECONDS
) -> list[Answer]:
    """Return answered questions to begin with: of the given ones all that are, else made ones.

    Args:
        pipeline: what answers.
        given: questions that come with the corpus, in order.
        wanted: how many are made where none of the given ones is answered; fewer if there is not enough time.
        seconds: how long making them may take.
    """
    answered = [answer for question in given if (answer := _ask(pipeline, question)) is not None]
    if answered:
        return answered
    until = time.monotonic() + seconds
    made: list[Answer] = []
    for document in pipeline.documents()[:_DOCUMENTS]:
        for question, name in _questions(document):
            if len(made) == wanted or time.monotonic() > until:
                return made
            answer = _ask(pipeline, question)
            if answer is not None and _is_about(answer, document, name):
                made.append(answer)
                break  # one of each document, so that they differ
    return made


def _ask(pipeline: Asked, question: str) -> Answer | None:
    try:
        answer = pipeline.answer(question)
    except (IsnadError, ValueError):
        return None
    return answer if answer.answered else None


def _questions(document: Document) -> Iterator[tuple[str, str]]:
    """Return questions about those who are quoted in a document, each with the name that it is about."""
    text, lang = document.text, document.lang or ""
    end = min(len(text), document.body_start + _CHARS)
    for first, last in islice(sentences(text, document.body_start, end), _SENTENCES):
        named = {link.role: text[link.start : link.end] for link in attribute(text, first, last)}
        name, title = named.get("speaker", ""), named.get("title", "")
        if " " not in name:
            continue
        she = _is_woman(text[first:last], title)
        if " " in title and lang in _WHO:
            yield _WHO[lang][she].format(title), name
        if lang in _SAID:
            yield _SAID[lang][she].format(name), name


def _is_woman(sentence: str, title: str) -> bool:
    """Tell whether an Arabic sentence has it from a woman: by her title, or by the verb."""
    said = {word.removeprefix("و") for word in sentence.split()}
    return title.partition(" ")[0].endswith("ة") or (not title and bool(said & _SHE_SAYS))


def _is_about(answer: Answer, document: Document, name: str) -> bool:
    """Tell whether the answer is, or quotes, the one of that name, in that document."""
    best = answer.citations[0]
    if best.document != document.id:
        return False
    said = {word.text for word in words_of(best.context)}
    said |= {word.text for link in best.attribution for word in words_of(link.quote)}
    return all(word in said for word in fold_text(name).split())
