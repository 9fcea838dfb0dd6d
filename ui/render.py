"""Turn answers into HTML for the chat. Pure functions: no Gradio, no state.

All that came from a document, a file name or a question passes through `escape`, which leaves nothing that
HTML, Markdown or a template could take for its own. The rest is markup written here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from rag.schema import Answer, AnswerGroup, Citation
from ui.strings import Strings

HIGH_CONFIDENCE = 0.75
MEDIUM_CONFIDENCE = 0.5
SHOWN_CHIPS = 6  # sources of one answer shown at once; the others unfold

_QUOTE_CHARS = 400
_LARGE_CHARS = 40  # a longer answer is set smaller, to be read at one glance all the same
_CONTEXT_CHARS = 320  # on either side of the quotation
_TITLE_CHARS = 90
_QUESTION_CHARS = 2000

# Characters that turn the text around them; a quotation keeps them, a reader sees that they are there.
_OVERRIDES = {0x202D: "LRO", 0x202E: "RLO"}
_HARMLESS_IN_QUESTIONS = frozenset(" ,?'")


def escape(text: str) -> str:
    """Return `text` as HTML that shows exactly these characters and cannot be anything but text.

    Every ASCII character but letters and digits becomes `&#N;`, so neither tags, attributes, Markdown nor
    templates can begin. Direction overrides are shown by name; NUL and halves of surrogate pairs become
    U+FFFD.
    """
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        if character.isalnum():
            return character
        return f"&#{code};" if code else "\N{REPLACEMENT CHARACTER}"
    if code in _OVERRIDES:
        return f'<span class="is-control">{_OVERRIDES[code]}</span>'
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code <= 0xDFFF else character


def question(text: str) -> str:
    """Return a question as it may stand in a bubble that renders Markdown and HTML.

    As `escape`, but blanks, commas, apostrophes and question marks stay as they are, so that the common
    question comes back unchanged when it is edited. Longer ones end in an ellipsis.
    """
    text = _clip_end(text.strip(), _QUESTION_CHARS)
    return "".join(c if c in _HARMLESS_IN_QUESTIONS else _escape_character(c) for c in text)


def document_token(document_id: str) -> str:
    """Return a document's id in letters, digits, `-` and `_`, as it stands in a link."""
    return base64.urlsafe_b64encode(document_id.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def document_id(token: str) -> str:
    """Return the id behind a token.

    Raises:
        ValueError: if `token` is not one.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", token):
        raise ValueError(f"{token[:40]!r} is not a document's token")
    try:
        padded = token + "=" * (-len(token) % 4)
        return base64.urlsafe_b64decode(padded).decode("utf-8", "surrogatepass")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{token[:40]!r} is not a document's token") from error


def source_link(document: str, start: int, end: int) -> str:
    """Return the address inside the page of words of a document: `#src-TOKEN-START-END`."""
    return f"#src-{document_token(document)}-{start}-{end}"


def confidence_word(confidence: float) -> str:
    """Return `high`, `medium` or `low` for a probability."""
    if confidence >= HIGH_CONFIDENCE:
        return "high"
    return "medium" if confidence >= MEDIUM_CONFIDENCE else "low"


def answer(result: Answer, words: Strings) -> str:
    """Return an answer as one block of HTML: the answer, what else is said, or that it is not there."""
    numbered = _Numbers()
    if not result.answered:
        return _message(_not_found(result, words, numbered), words)
    first, *others = result.groups
    if result.relation == "conflict":
        cards = "".join(_group(group, words, numbered, "is-card") for group in result.groups)
        body = (
            f'<div class="is-notice is-conflict"><strong>{words("conflict")}</strong>'
            f"<span>{words('conflict_more')}</span></div>"
            f'<div class="is-cards">{cards}</div>'
        )
    else:
        body = _group(first, words, numbered, "is-top")
        if others:
            rest = "".join(_group(group, words, numbered, "is-other") for group in others)
            body += f'<div class="is-also"><div class="is-heading">{words("also")}</div>{rest}</div>'
    return _message(body, words, f'<a class="is-copy" href="#copy">{words("copy")}</a>')


def notice(text: str, words: Strings) -> str:
    """Return a line of the interface's own, such as that the question is empty."""
    return _message(f'<div class="is-notice"><span>{escape(text)}</span></div>', words)


class _Numbers:
    """The numbers of an answer's sources: 1, 2, 3, … in the order in which they are shown."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last += 1
        return self._last


def _message(body: str, words: Strings, actions: str = "") -> str:
    # Gradio puts its own buttons on the line of the actions, so the line is there even when it is empty.
    return (
        f'<div class="isnad" lang="{words.lang}" dir="{words.direction}">{body}'
        f'<div class="is-actions">{actions}</div></div>'
    )


def _group(group: AnswerGroup, words: Strings, numbers: _Numbers, kind: str) -> str:
    best = group.citations[0]
    sources = len({citation.sha256 for citation in group.citations})
    agreed = f'<span class="is-agreed">{words.count("in_documents", sources)}</span>' if sources > 1 else ""
    quotation = escape(_clip_end(best.quote, _QUOTE_CHARS))
    size = " is-long" if len(best.quote) > _LARGE_CHARS else ""
    return (
        f'<div class="is-group {kind}">'
        f'<div class="is-head"><div class="is-answer{size}" dir="auto">{quotation}</div>'
        f'<div class="is-facts">{_confidence(group.confidence, words)}{agreed}</div></div>'
        f"{_context(best)}{_chips(group.citations, words, numbers)}</div>"
    )


def _confidence(confidence: float, words: Strings) -> str:
    word = confidence_word(confidence)
    tip = words("confidence_tip", score=round(100 * confidence))
    return f'<span class="is-confidence is-{word}" title="{tip}">{words(f"confidence_{word}")}</span>'


def _context(citation: Citation) -> str:
    """Return the sentence around a quotation, marked; nothing where the sentence is the quotation."""
    before = _unheaded(citation.context[: citation.start - citation.context_start])
    after = citation.context[citation.end - citation.context_start :]
    if not before.strip() and not after.strip(" .!؟?؛"):
        return ""
    marked = escape(_clip_end(citation.quote, _QUOTE_CHARS))
    return (
        f'<blockquote class="is-context" dir="auto">{escape(_clip_start(before, _CONTEXT_CHARS))}'
        f"<mark>{marked}</mark>{escape(_clip_end(after, _CONTEXT_CHARS))}</blockquote>"
    )


def _chips(citations: Sequence[Citation], words: Strings, numbers: _Numbers) -> str:
    chips = [_chip(each, (each.start, each.end), words, numbers.next()) for each in citations]
    shown, folded = chips[:SHOWN_CHIPS], chips[SHOWN_CHIPS:]
    more = ""
    if folded:
        label = words.count("more_documents", len(folded))
        more = f"<details><summary>{label}</summary>{''.join(folded)}</details>"
    return f'<div class="is-chips">{"".join(shown)}{more}</div>'


def _chip(citation: Citation, span: tuple[int, int], words: Strings, number: int) -> str:
    title = escape(_clip_end(citation.title, _TITLE_CHARS))
    day = f'<span class="is-date">{words.date(citation.date)}</span>' if citation.date else ""
    return (
        f'<a class="is-chip" href="{source_link(citation.document, *span)}">'
        f'<span class="is-number">{number}</span><bdi class="is-title">{title}</bdi>{day}</a>'
    )


def _not_found(result: Answer, words: Strings, numbers: _Numbers) -> str:
    body = (
        f'<div class="is-notice is-absent"><strong>{words("not_found")}</strong>'
        f"<span>{words('not_found_more')}</span></div>"
    )
    if not result.nearest:
        return body
    passages = "".join(
        f'<div class="is-group is-near"><div class="is-passage" dir="auto">'
        f'{escape(_clip_end(_unheaded(each.context), 2 * _CONTEXT_CHARS))}</div><div class="is-chips">'
        f"{_chip(each, (each.context_start, each.context_end), words, numbers.next())}</div></div>"
        for each in result.nearest
    )
    return f'{body}<div class="is-nearest"><div class="is-heading">{words("nearest")}</div>{passages}</div>'


def _unheaded(text: str) -> str:
    """Return `text` without the number signs of a Markdown heading before it."""
    return re.sub(r"\A#{1,6} +", "", text)


def _clip_end(text: str, limit: int) -> str:
    """Return at most `limit` characters of the start of `text`, cut between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return (cut[: cut.rfind(" ")] if " " in cut[limit // 2 :] else cut).rstrip() + "…"


def _clip_start(text: str, limit: int) -> str:
    """Return at most `limit` characters of the end of `text`, cut between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[-limit:]
    return "…" + (cut[cut.find(" ") :] if " " in cut[: limit // 2] else cut).lstrip()
