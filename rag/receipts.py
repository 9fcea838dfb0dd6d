"""Check an answer against the documents: does each citation still stand where it says?

An answer's JSON is its own receipt. It may be years old, or come from somebody else, so that nothing in it is
believed: every quotation in it is looked for in the document as it is now.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

from rag.errors import DocumentError, IsnadError
from rag.schema import Document

Status = Literal["ok", "moved", "altered", "missing"]
"""What became of a citation: it stands, stands elsewhere in its document, does not stand as quoted, or its
document is not there."""

_SPACE = re.compile(r"[ \t\n\r]*")  # what JSON takes for space
_REMEDY = "give what `isnad ask --json` printed"


class ReceiptError(IsnadError):
    """What should be an answer's JSON is not, or it cites nothing."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words, and where a document is said to hold them."""

    text: str
    start: int
    end: int

    def stands_at(self, place: int) -> bool:
        """Tell whether the offsets are those of these words at `place`."""
        return (self.start, self.end) == (place, place + len(self.text))


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of a receipt: what it claims."""

    question: str  # "" where the receipt does not say
    document: str
    quote: Quotation
    context: Quotation | None = None  # the sentence around the quote
    attribution: tuple[Quotation, ...] = ()
    sha256: str | None = None  # of the document as it was cited
    given: tuple[str, ...] = ()  # the answer that this citation, as the first of its group, is to bear out


@dataclass(frozen=True, slots=True)
class Check:
    """A citation and what became of it."""

    cited: Cited
    status: Status
    start: int | None = None  # where the quote begins now; None where it does not stand as quoted
    note: str = ""  # more about it, in English

    @property
    def stands(self) -> bool:
        """Tell whether the document still says it, here or elsewhere."""
        return self.status in ("ok", "moved")

    @property
    def end(self) -> int | None:
        """Return where the quote ends now."""
        return None if self.start is None else self.start + len(self.cited.quote.text)

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain JSON values."""
        return {
            "question": self.cited.question,
            "document": self.cited.document,
            "start": self.cited.quote.start,
            "end": self.cited.quote.end,
            "quote": self.cited.quote.text,
            "status": self.status,
            "now": None if self.start is None else {"start": self.start, "end": self.end},
            "note": self.note or None,
        }


# -- Checking --------------------------------------------------------------------------------------------


def check(cited: Cited, look_up: Callable[[str], Document]) -> Check:
    """Return what became of a citation.

    Its words have to stand in their sentence, which has to stand, too: the same number in another sentence is
    another statement. So have the names of those who said it. What stands more than once counts where it is
    nearest to its old place, the earlier of two. Where the receipt's own parts contradict one another, as in
    an answer that is not what is quoted for it, it was altered.

    Only words and places are compared, not what was concluded from them: groups, relation, days.

    Args:
        cited: as `read` gives it.
        look_up: the document of an id as it is now; DocumentError where there is none.
    """
    try:
        document = look_up(cited.document)
    except DocumentError as error:
        return Check(cited, "missing", note=error.reason)
    found = _compare(cited, document.text)
    if cited.sha256 is None:
        return found
    notes = [found.note] if found.note else []
    if cited.sha256 != document.sha256:
        notes.append("the document has changed since")
    elif not found.stands:
        notes.append("the document is as it was, so the receipt was altered")
    return replace(found, note="; ".join(notes))


def _compare(cited: Cited, text: str) -> Check:
    quote, context = cited.quote, cited.context or cited.quote
    for given in cited.given:
        if given != quote.text:
            return Check(cited, "altered", note=f"the answer given, «{given}», is not what is quoted")
    inside = _nearest(context.text, quote.text, quote.start - context.start)
    if inside is None:
        return Check(cited, "altered", note="the words are not in the sentence that is given with them")
    base = _nearest(text, context.text, context.start)
    if base is None:
        return Check(cited, "altered", note=_lost(cited, text))
    start = base + inside
    moved = not (quote.stands_at(start) and context.stands_at(base))
    note = "" if cited.context else "the receipt gives no sentence, so the words alone were compared"
    for link in cited.attribution:
        place = _nearest_name(text, link, base - context.start)
        if place is None:
            return Check(cited, "altered", note=f"'{link.text}', who said it, is not in the document")
        if not link.stands_at(place):
            moved = True
            note = f"'{link.text}', who said it, is at {place}-{place + len(link.text)}"
    return Check(cited, "moved" if moved else "ok", start, note)


def _lost(cited: Cited, text: str) -> str:
    place = _nearest(text, cited.quote.text, cited.quote.start)
    if place is None:
        return "the document does not say this"
    return f"these words are at {place}-{place + len(cited.quote.text)}, but in another sentence"


def _nearest(text: str, part: str, place: int) -> int | None:
    """Return where `part` stands in `text`, nearest to `place`; None where it does not, or is empty."""
    place = max(place, 0)
    found = (text.rfind(part, 0, place + len(part) - 1), text.find(part, place)) if part else ()
    return min((at for at in found if at >= 0), key=lambda at: abs(at - place), default=None)


def _nearest_name(text: str, name: Quotation, shift: int) -> int | None:
    """Return where a name stands: moved as far as its sentence, else nearest to there as a whole word.

    A name may stand sentences before what it is named for, and so move by itself.
    """
    place = name.start + shift
    if name.text and place >= 0 and text.startswith(name.text, place):
        return place
    whole = re.finditer(rf"{re.escape(name.text)}(?!\w)", text) if name.text else ()
    return min((match.start() for match in whole), key=lambda at: abs(at - place), default=None)


# -- Reading ---------------------------------------------------------------------------------------------


def read(text: str) -> list[Cited]:
    """Return every citation of an answer's JSON, of a list of answers, or of answers one after the other.

    Those of passages that were only near are among them: they are quotations all the same.

    Raises:
        ReceiptError: if the text is not the JSON of answers, or they cite nothing.
    """
    cited = [one for number, answer in enumerate(_values(text), 1) for one in _cited(answer, number)]
    if not cited:
        raise ReceiptError(f"there is no citation in it; {_REMEDY}")
    return cited


def _values(text: str) -> Iterator[Any]:
    """Yield the values that stand one after the other, and those of a list one by one.

    Not line by line: inside a string, U+2028 and its like end a line for Python and not for JSON.
    """
    decoder = json.JSONDecoder()
    place = _skip(text, 0)
    while place < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise ReceiptError(f"this is not JSON ({error}); {_REMEDY}") from None
        yield from value if isinstance(value, list) else [value]
        place = _skip(text, place)


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _cited(answer: Any, number: int) -> Iterator[Cited]:
    where = f"answer {number}"
    question = answer.get("question") if isinstance(answer, dict) else None
    question = question if isinstance(question, str) else ""
    groups = _get(answer, "groups", list, where)
    given = answer.get("answer")
    if given is not None and not groups:
        raise ReceiptError(f"{where} gives an answer and cites nothing for it; {_REMEDY}")
    for index, group in enumerate(groups):
        listed = _get(group, "citations", list, f"a group of {where}")
        if not listed:
            raise ReceiptError(f"a group of {where} cites nothing; {_REMEDY}")
        claims = [group.get("answer"), given if index == 0 else None]
        for rank, citation in enumerate(listed):
            own = tuple(str(claim) for claim in claims if claim is not None) if rank == 0 else ()
            yield claim(citation, f"a citation of {where}", question, own)
    for citation in _get(answer, "nearest", list, where, []):
        yield claim(citation, f"a nearest passage of {where}", question, ())


def claim(citation: Any, where: str, question: str = "", given: tuple[str, ...] = ()) -> Cited:
    """Return what one citation of a receipt claims.

    Args:
        citation: as `Citation.to_dict` gives it.
        where: what to call it in an error.
        question: what was asked.
        given: the answer that it is to bear out.

    Raises:
        ReceiptError: if it is not a citation's JSON.
    """
    context = None
    if isinstance(citation, dict) and citation.get("context") is not None:
        context = _quotation(citation, where, "context", "context_start", "context_end")
    return Cited(
        question,
        _get(citation, "document", str, where),
        _quotation(citation, where),
        context,
        tuple(
            _quotation(link, f"who said {where}") for link in _get(citation, "attribution", list, where, [])
        ),
        _get(citation, "sha256", str, where, "") or None,
        given,
    )


def _quotation(
    record: Any, where: str, text: str = "quote", start: str = "start", end: str = "end"
) -> Quotation:
    return Quotation(
        _get(record, text, str, where), _get(record, start, int, where), _get(record, end, int, where)
    )


def _get(record: Any, name: str, kind: type, where: str, default: Any = None) -> Any:
    """Return a field of a JSON object, which must be of `kind`; `default`, if any, where there is none."""
    if not isinstance(record, dict):
        _refuse(f"{where} is no JSON object")
    value = record.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind) or isinstance(value, bool):
        words = {str: "string", int: "whole number", list: "list"}
        _refuse(f"{where} has no {words[kind]} '{name}'")
    return value


def _refuse(reason: str) -> NoReturn:
    raise ReceiptError(f"{reason}; {_REMEDY}")
