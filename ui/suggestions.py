"""Questions to begin with, given with the corpus or made from it; each was asked and has an answer.

Made questions come from who is quoted: "who is" the one with a title, "what did" somebody say. A question is
kept only if the answer is the name, or what that person is quoted for, and is not of low confidence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice

from rag import metrics
from rag.attribution import attribute
from rag.errors import IsnadError
from rag.schema import Answer, Document
from rag.text import sentences
from rag.text import words as words_of
from rag.together import OWN
from ui.backend import Asked
from ui.html.render import MEDIUM_CONFIDENCE

WANTED = 4
OWN_FIRST = 2  # made of a visitor's own documents, before those of the collection
SECONDS = 2.0  # for making questions; asking the given ones is not counted
_DOCUMENTS = 40  # read for making questions
_SENTENCES = 30  # of each
_CHARS = 4000
_LEAST_SAID = 3  # words of what somebody is quoted for

# By language, of a man and of a woman.
_WHO = {"ar": ("من هو {0}؟", "من هي {0}؟"), "en": ("Who is the {0}?",) * 2}
_SAID = {
    "ar": ("ماذا قال {0}؟", "ماذا قالت {0}؟"),
    "en": ("What did {0} say?",) * 2,
    "fr": ("Qu’a dit {0} ?",) * 2,
}
_SHE_SAYS = frozenset(["قالت", "أعلنت", "أكدت", "أضافت", "ذكرت", "صرحت", "أوضحت", "أشارت"])


def suggest(
    pipeline: Asked,
    given: Sequence[str],
    wanted: int = WANTED,
    seconds: float = SECONDS,
    *,
    own: bool = False,
) -> list[Answer]:
    """Return answered questions to begin with: of the given ones all that are, else made ones.

    Args:
        pipeline: what answers.
        given: questions that come with the corpus, in order.
        wanted: how many are made where none of the given ones is answered; fewer if there is not enough time.
        seconds: how long making them may take.
        own: make them of a visitor's own documents alone.
    """
    answered = [answer for question in given if (answer := _ask(pipeline, question)) is not None]
    if answered:
        return answered
    until = time.monotonic() + seconds
    made: list[Answer] = []
    documents = [each for each in pipeline.documents() if not own or each.id.startswith(OWN)]
    for document in documents[:_DOCUMENTS]:
        for question, name, who in _questions(document):
            if len(made) == wanted or time.monotonic() > until:
                return made
            answer = _ask(pipeline, question)
            if answer is not None and (_names if who else _quotes)(answer, document, name):
                made.append(answer)
                break  # one of each document, so that they differ
    return made


def still(pipeline: Asked, given: Sequence[str], *, own: bool) -> list[str]:
    """Return the questions to begin with, now that documents have come or gone.

    Those of `given` that are still answered, others where none is; and before them those made of a visitor's
    `own` documents, which take the places of the last.
    """
    found = [answer.question for answer in suggest(pipeline, given)]
    made = [each.question for each in suggest(pipeline, (), OWN_FIRST, own=True)] if own else []
    return [*made, *(each for each in found if each not in made)][: max(len(found), len(made))]


def _ask(pipeline: Asked, question: str) -> Answer | None:
    try:
        with metrics.own_questions():
            answer = pipeline.answer(question)
    except (IsnadError, ValueError):
        return None
    return answer if answer.answered else None


def _questions(document: Document) -> Iterator[tuple[str, str, bool]]:
    """Yield questions about those whom a document quotes, each with the name, and if it asks for it."""
    text, lang = document.text, document.lang or ""
    end = min(len(text), document.body_start + _CHARS)
    for first, last in islice(sentences(text, document.body_start, end), _SENTENCES):
        named = {link.role: text[link.start : link.end] for link in attribute(text, first, last)}
        name, title = named.get("speaker", ""), named.get("title", "")
        if " " not in name:
            continue
        she = _is_woman(text[first:last], title)
        if " " in title and lang in _WHO:
            yield _WHO[lang][she].format(title), name, True
        if lang in _SAID:
            yield _SAID[lang][she].format(name), name, False


def _is_woman(sentence: str, title: str) -> bool:
    """Tell whether an Arabic sentence has it from a woman: by her title, or by the verb."""
    said = {word.removeprefix("و") for word in sentence.split()}
    return title.partition(" ")[0].endswith("ة") or (not title and bool(said & _SHE_SAYS))


def _names(answer: Answer, document: Document, name: str) -> bool:
    """Tell whether the answer is the one of that name, in that document."""
    best = answer.citations[0]
    return (
        answer.confidence >= MEDIUM_CONFIDENCE
        and best.document == document.id
        and bool(_words(best.quote) & _words(name))
    )


def _quotes(answer: Answer, document: Document, name: str) -> bool:
    """Tell whether the answer is what the one of that name is quoted for, in that document."""
    best = answer.citations[0]
    said_by = _words(best.context).union(*(_words(link.quote) for link in best.attribution))
    return (
        answer.confidence >= MEDIUM_CONFIDENCE
        and best.document == document.id
        and _words(name) <= said_by
        and len(_words(best.quote) - _words(name)) >= _LEAST_SAID
    )


def _words(text: str) -> set[str]:
    return {word.text for word in words_of(text)}
