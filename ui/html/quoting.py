"""Turn one citation into HTML: its sentence, its number, who said it, and which day it means.

A citation is shown as the chain it stands on: document ← agency or outlet ← speaker. Each link opens the
source at the words that say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from rag.schema import AnswerGroup, Attribution, Citation, Resolution, Section
from ui.html.escape import clip_end, clip_start, escape, source_link
from ui.strings import Strings

QUOTE_CHARS = 400
CONTEXT_CHARS = 320  # on either side of the quotation
_TITLE_CHARS = 90
_LINK_CHARS = 120
_LABEL_CHARS = 60

# How rules begin that read a date off the words alone: to say it again would say nothing.
_TOLD = ("full date named", "month and year named", "year named")


def numbers() -> Iterator[int]:
    """Return the numbers of an answer's sources: 1, 2, 3, … in the order in which they are shown."""
    return count(1)


def sentence(citation: Citation) -> str:
    """Return the sentence around a quotation, marked; nothing where the sentence is the quotation."""
    before = unheaded(citation.context[: citation.start - citation.context_start])
    after = citation.context[citation.end - citation.context_start :]
    if not before.strip() and not after.strip(" .!؟?؛"):
        return ""
    return _marked(before, citation.quote, after)


def unit(group: AnswerGroup) -> str:
    """Return the noun or unit that stands right after a quoted number, where the quotation lacks it.

    It is cut from the sentence; empty where the document has other words there.
    """
    best = group.citations[0]
    named = str((group.value or {}).get("unit") or "").strip()
    after = best.context[best.end - best.context_start :].lstrip()
    if not named or named in best.quote or not after.startswith(named):
        return ""
    return named if not after[len(named) :][:1].isalnum() else ""


def whole_sentence(citation: Citation) -> str:
    """Return the sentence around a quotation, marked, also where it is the quotation."""
    before = unheaded(citation.context[: citation.start - citation.context_start])
    return _marked(before, citation.quote, citation.context[citation.end - citation.context_start :])


def _marked(before: str, quote: str, after: str) -> str:
    return (
        f'<blockquote class="is-context" dir="auto">{escape(clip_start(before, CONTEXT_CHARS))}'
        f"<mark>{escape(clip_end(quote, QUOTE_CHARS))}</mark>"
        f"{escape(clip_end(after, CONTEXT_CHARS))}</blockquote>"
    )


def chain(citation: Citation, words: Strings, number: int, copy_of: int | None = None) -> str:
    """Return the line of a citation: its document, then whoever the document says it from.

    Args:
        citation: what is cited.
        words: the interface's words.
        number: the citation's own.
        copy_of: the number of an earlier citation of the same text; None where it stands for itself.
    """
    copied = f'<span class="is-copied">{words("copy_of", n=copy_of)}</span>' if copy_of else ""
    steps = "".join(_step(citation, links, words) for links in _together(citation.attribution))
    return (
        f'<div class="is-isnad">{chip(citation, (citation.start, citation.end), words, number)}'
        f"{steps}{copied}</div>"
    )


def chip(citation: Citation, span: tuple[int, int], words: Strings, number: int) -> str:
    """Return the link to a document with the citation's number, the title, the date and the place in it."""
    title = escape(clip_end(citation.title, _TITLE_CHARS))
    day = f' <span class="is-date">{words.date(citation.date)}</span>' if citation.date else ""
    named = place(citation.places, citation.title, words)
    where = f' <span class="is-place">{named}</span>' if named else ""
    return (
        f'<a class="is-chip" href="{source_link(citation.document, *span)}"><span class="is-number">{number}'
        f'</span><span><bdi class="is-title">{title}</bdi>{day}{where}</span></a>'
    )


def isolated(label: str) -> str:
    """Return a label as HTML that does not reorder what stands beside it."""
    return f"<bdi>{escape(label)}</bdi>"


def place(
    places: Iterable[Section], title: str, words: Strings, shown: Callable[[str], str] = isolated
) -> str:
    """Return where in a document something lies, as people say it: "p. 3", "sheet Towns, row 14".

    Empty where the document has no such places, and for a heading that is the title.

    Args:
        places: as `Document.places` gives them.
        title: the document's.
        words: the interface's words.
        shown: makes a label fit to stand in what is written.
    """
    named = [
        words(f"place_{each.kind}", label=shown(clip_end(each.label, _LABEL_CHARS)))
        for each in places
        if each.label.strip() != title.strip()
    ]
    return f"{words('comma')} ".join(named)


def _together(links: Sequence[Attribution]) -> list[list[Attribution]]:
    """Return the links with each title beside the speaker it belongs to, who comes right after it."""
    steps: list[list[Attribution]] = []
    for link in links:
        if steps and steps[-1][-1].role == "title" and link.role == "speaker":
            steps[-1].append(link)
        else:
            steps.append([link])
    return steps


def _step(citation: Citation, links: Sequence[Attribution], words: Strings) -> str:
    # The title and the name run in the direction of their own words, whatever that of the interface.
    parts = " ".join(
        f'<a class="is-link is-by-{link.role}" title="{words(f"role_{link.role}")}" '
        f'href="{source_link(citation.document, link.start, link.end)}">'
        f"{escape(clip_end(link.quote, _LINK_CHARS))}</a>"  # no <bdi>, which dir="auto" would not look into
        for link in links
    )
    return f'<span class="is-via"><span dir="auto">{parts}</span></span>'


def when(citation: Citation, words: Strings) -> str:
    """Return which days the quotation means, counted from its document's date; nothing where it says so."""
    resolved = citation.resolved
    if resolved is None or resolved.rule.startswith(_TOLD):
        return ""
    readings = list(dict.fromkeys(_days(one, words) for one in (resolved, *resolved.alternatives)))
    days = f" {words('or')} ".join(f"<b>{one}</b>" for one in readings)
    notes = [words("two_readings")] if len(readings) > 1 else []
    if "document's" in resolved.rule and citation.date:
        notes.append(words("counted_from", date=words.date(citation.date)))
    if "Hijri" in resolved.rule:
        notes.append(words("hijri"))
    note = f'<span class="is-note">{" · ".join(notes)}</span>' if notes else ""
    return f'<div class="is-when"><span>{words("that_is")} {days}</span>{note}</div>'


def _days(resolved: Resolution, words: Strings) -> str:
    return words.days(resolved.first, resolved.last)


def as_of(citation: Citation, words: Strings) -> str:
    """Return the label of what had not happened yet when the document was written; else nothing."""
    if citation.as_of is None:
        return ""
    return f'<span class="is-asof">{words("as_of", date=words.date(citation.as_of))}</span>'


def unheaded(text: str) -> str:
    """Return `text` without the number signs of a Markdown heading before it."""
    return re.sub(r"\A#{1,6} +", "", text)
