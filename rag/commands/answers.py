"""An answer in words: what the documents say, who says it there, and how it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.commands.terminal import Page, period, shorten
from rag.question import parse
from rag.schema import Answer, AnswerGroup, Citation, Kind

_PASSAGE = 160  # characters of a passage under --explain
_SPANS = 10  # runs of words that the reader marked, under --explain

_CONFLICT = "The documents do not agree. Each side, in its own words:"
_OTHERS = {"agree": "Also, and in agreement:", "compatible": "Also:"}
_WANTED: Mapping[Kind, str] = {
    "number": "a number",
    "date": "a time",
    "person": "a name",
    "place": "a place",
    "organisation": "a name",
    "reason": "a reason",
}


def describe(answer: Answer, page: Page) -> Iterator[str]:
    """Yield the lines that tell a reader what the documents say."""
    if not answer.answered:
        yield from _not_found(answer, page)
        return
    first, *others = answer.groups
    if answer.relation == "conflict":
        yield page.strong(_CONFLICT)
        for group in answer.groups:
            yield ""
            yield from _group(group, page, "")
        return
    yield from _group(first, page, "")
    if others:
        yield ""
        yield page.strong(_OTHERS.get(answer.relation or "", "Also:"))
    for group in others:
        yield ""
        yield from _group(group, page, "  ")


def _not_found(answer: Answer, page: Page) -> Iterator[str]:
    yield page.strong("Not in these documents.")
    if answer.reason == "no_passage":
        yield "No passage is about this. Ask in other words; `isnad documents` lists what can be asked."
    elif answer.reason == "no_value":
        wanted = _WANTED.get(parse(answer.completed or answer.question).kind, "what was asked for")
        yield f"There are passages about it, but none gives {wanted}. Ask what else they say of it."
    elif answer.reason == "low_confidence":
        yield (
            f"What was found is too unsure to be called an answer (confidence {answer.confidence:.2f}). "
            "Name who or what is meant, or judge by the passages; ISNAD_THRESHOLD sets how sure is enough."
        )
    if answer.nearest:
        yield ""
        yield "Nearest passages; they do not answer the question:"
    for citation in answer.nearest:
        yield ""
        yield from _indented(_citation(citation, page, marked=False), "  ")


def _group(group: AnswerGroup, page: Page, indent: str) -> Iterator[str]:
    yield indent + page.strong(page.isolate(group.answer))
    if group.documents > 1:
        yield indent + _sources(group)
    for texts in _origins(group):
        own = texts[0].document
        for citation in texts:
            if citation.document == own:
                yield ""
                yield from _indented(_citation(citation, page), indent + "  ")
        shown = [citation.context for citation in texts if citation.document == own]
        for copy in (citation for citation in texts if citation.document != own):
            if copy.context in shown:
                yield f"{indent}  the same in: {page.source(copy)}"
            else:
                yield ""
                yield f"{indent}  the same text, edited:"
                yield from _indented(_citation(copy, page), indent + "  ")


def _sources(group: AnswerGroup) -> str:
    """Say how many documents say it, and how many of them independently."""
    origins = f"{group.origins} origin{'' if group.origins == 1 else 's'}"
    copies = "" if group.origins == group.documents else ": copies of one text count once"
    return f"{group.documents} documents, {origins}{copies}"


def _origins(group: AnswerGroup) -> list[list[Citation]]:
    """Return the citations by origin, in order of the best of each."""
    found: dict[int, list[Citation]] = {}
    for citation in group.citations:
        found.setdefault(citation.origin, []).append(citation)
    return list(found.values())


def _citation(citation: Citation, page: Page, marked: bool = True) -> Iterator[str]:
    """Yield the sentence, its place, who said it, and when."""
    yield page.sentence(citation, marked)
    yield page.source(citation)
    if chain := page.chain(citation):
        yield chain
    if citation.resolved and marked:  # else it is not told of which words
        yield f"that is {period(citation.resolved)}"
    if citation.as_of:
        yield f"as of {citation.as_of.isoformat()}: it was still to come then"


def _indented(lines: Iterator[str], indent: str) -> Iterator[str]:
    return (indent + line for line in lines)


# -- How it came about -----------------------------------------------------------------------------------


def describe_explanation(answer: Answer, explanation: Mapping[str, Any], page: Page) -> Iterator[str]:
    """Yield what each stage found and how it scored it, and what rests on the first source."""
    yield ""
    yield page.strong("How it came about")
    facts = {name: value for name, value in explanation.items() if isinstance(value, (str, int, float))}
    yield ", ".join(f"{name} {_rounded(value)}" for name, value in facts.items())
    yield ""
    yield "Passages found, with the score of each stage:"
    yield from _passages(explanation["passages"], page)
    if spans := explanation.get("spans"):
        yield ""
        yield "Words marked in them, with their probability:"
        yield from _marks(spans, page)
    if answer.groups:
        yield ""
        yield "Answers made of these, with the probability that each is right:"
        for group in answer.groups:
            sources = f"  ({_sources(group)})" if group.documents > 1 else ""
            yield f"     {group.confidence:.4f}  {page.isolate(group.answer)}{sources}"
    if without := explanation.get("without_first_source"):
        yield ""
        yield _without(without, page)


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _passages(passages: Sequence[Mapping[str, Any]], page: Page) -> Iterator[str]:
    for rank, passage in enumerate(passages, start=1):
        evidence = ", ".join(f"{name} {value:.3f}" for name, value in passage["evidence"].items())
        place = page.place(passage["document"], passage["start"], passage["end"])
        yield f"{rank:3}  {passage['score']:.4f}  {place}  ({evidence})"
        yield "     " + page.isolate(shorten(page.line(passage["text"].strip()), _PASSAGE))


def _marks(spans: Sequence[Mapping[str, Any]], page: Page) -> Iterator[str]:
    for rank, span in enumerate(spans[:_SPANS], start=1):
        place = page.place(span["document"], span["start"], span["end"])
        yield f"{rank:3}  {span['score']:.4f}  {place}  {page.isolate(span['quote'])}"
    if len(spans) > _SPANS:
        yield f"     and {len(spans) - _SPANS} more"


def _without(without: Mapping[str, Any], page: Page) -> str:
    """Say what the answer would be without the first citation's document and its copies."""
    lead = f"Without {page.isolate(without['document'])} and its copies:"
    confidence = f"confidence {without['confidence']:.2f}"
    if not without["answered"]:
        return f"{lead} not in these documents ({confidence})"
    relation = f", {without['relation']}" if without.get("relation") else ""
    return f"{lead} {page.isolate(without['answer'])} ({confidence}{relation})"
