"""Take up an answer again that a browser has kept, as far as the documents bear it out now.

The JSON may be old, of another corpus, or changed by hand, so little of it is believed: what was asked, and
which words were cited, in which groups. How sure the answer was is believed where the server's own seal is on
it (`ui.kept.sealing`). Everything else about a citation is read from its document anew, and what does not
stand there any more is left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from rag.citing import CitationError, cite
from rag.receipts import ReceiptError, check, claim
from rag.schema import Answer, AnswerGroup, Chunk, Citation, Document, Reason, Relation, Span
from rag.weighing import read_statement, value_of

MOST_CITATIONS = 300  # of one answer
MOST_QUESTION = 4000  # characters
_NEAREST = 3

LookUp = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class Restored:
    """An answer of an earlier day, as far as the documents still bear it out."""

    answer: Answer  # without hits and spans; with no groups where nothing that it cited stands
    lost: int = 0  # citations that do not stand in the documents any more
    gone: bool = False  # it was answered, and nothing of that stands
    changed: bool = False  # a document is not as it was, though what is shown stands in it
    ours: bool = True  # else nobody knows how sure it was, nor whether it was given at all


def restore(receipt: Any, look_up: LookUp, *, sealed: bool = False) -> Restored:
    """Return the answer whose JSON `receipt` is, with the citations that stand; they may have moved.

    Args:
        receipt: as `Answer.to_dict` gives it, decoded.
        look_up: the document of an id as it is now; DocumentError where there is none.
        sealed: whether it is known to be an answer of ours; else it has no confidence.

    Raises:
        ReceiptError: if it is no answer's JSON.
    """
    record = _object(receipt, "this")
    question = _text(record.get("question"), MOST_QUESTION)
    if not question:
        raise ReceiptError("this has no question; give what `isnad ask --json` printed")
    given = [_object(group, "a group") for group in _list(record, "groups")]
    listed = [_list(group, "citations") for group in given]
    near = _list(record, "nearest")[:_NEAREST]
    if sum(map(len, listed)) > MOST_CITATIONS:
        raise ReceiptError(f"an answer cites more than {MOST_CITATIONS} times; it is not taken up again")
    restoring = _Restoring(look_up)
    groups = []
    for group, citations in zip(given, listed, strict=True):
        if standing := restoring.citations(citations):
            first = standing[0]
            statement = read_statement(_span(first), first.date) if group.get("value") else None
            value = value_of(statement) if statement else None
            sure = _share(group.get("confidence")) if sealed else 0.0
            groups.append(AnswerGroup(tuple(standing), sure, value))
    answer = Answer(
        question,
        _share(record.get("confidence")) if sealed else 0.0,
        tuple(groups),
        _relation(record.get("relation"), groups),
        nearest=() if given else tuple(restoring.citations(near)),
        reason=_one_of(record.get("reason"), get_args(Reason)),
        completed=_text(record.get("completed"), MOST_QUESTION) or None,
    )
    return Restored(answer, restoring.lost, bool(given) and not groups, restoring.changed, sealed)


class _Restoring:
    """Compares citations with the documents, and counts those that do not stand."""

    def __init__(self, look_up: LookUp) -> None:
        self._look_up = look_up
        self.lost = 0
        self.changed = False

    def citations(self, listed: Sequence[Any]) -> list[Citation]:
        found = [self._citation(each) for each in listed]
        return [each for each in found if each is not None]

    def _citation(self, record: Any) -> Citation | None:
        cited = claim(record, "a citation")
        checked = check(cited, self._look_up)
        if checked.start is None or not checked.stands:
            self.lost += 1
            return None
        document = self._look_up(cited.document)
        self.changed |= cited.sha256 != document.sha256
        context = cited.context or cited.quote
        base = checked.start - (cited.quote.start - context.start)
        chunk = Chunk(document.id, document.text[max(base, 0) : base + len(context.text)], max(base, 0))
        span = Span(
            chunk,
            checked.start,
            checked.start + len(cited.quote.text),
            chunk.start,
            chunk.end,
            _share(record.get("score")),
        )
        origin = record.get("origin")
        try:
            citation = cite(span, document, origin if isinstance(origin, int) and origin >= 0 else 0)
        except CitationError:  # its parts contradict one another
            self.lost += 1
            return None
        return citation if record.get("resolved") else replace(citation, resolved=None)


def _span(citation: Citation) -> Span:
    chunk = Chunk(citation.document, citation.context, citation.context_start)
    return Span(
        chunk, citation.start, citation.end, citation.context_start, citation.context_end, citation.score
    )


def _relation(given: Any, groups: Sequence[AnswerGroup]) -> Relation | None:
    """Return how the groups stand to one another, where some of those that stood may be gone."""
    if not groups:
        return None
    if len(groups) == 1:
        return "agree" if groups[0].origins > 1 else "single"
    return _one_of(given, get_args(Relation)) or "compatible"


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ReceiptError(f"{what} is no JSON object; give what `isnad ask --json` printed")
    return value


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    if value is not None and not isinstance(value, list):
        raise ReceiptError(f"'{name}' is no list; give what `isnad ask --json` printed")
    return value or []


def _text(value: Any, most: int) -> str:
    return value.strip()[:most].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _share(value: Any) -> float:
    """Return a probability; 0 for what is none."""
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0.0
    return float(number) if 0 <= number <= 1 else 0.0


def _one_of(value: Any, allowed: Sequence[Any]) -> Any:
    return value if isinstance(value, str) and value in allowed else None
