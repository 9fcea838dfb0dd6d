"""Name who said it: the chain from agency or outlet to the speaker, as spans of the document's own text.

Nothing is inferred from the world: a link is a phrase of the text, found by the words around it, and a
sentence that names nobody has none. `arabic` and `latin` read sentences; here their findings become one
chain, and a quotation that goes on is followed back to whoever began it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.attribution import arabic, latin
from rag.attribution.latin_cues import GENTLEMEN, LADIES
from rag.attribution.line import COMMA, STOP, Event, Line, Link
from rag.text import sentences, words

_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe80-\ufefc]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_LONGEST = 4000  # code points read of a "sentence": one that is longer is none
_BACK = 3  # sentences
_MOST_PARTS = 12  # sentences looked at in what came as one
_WINDOW = 2400  # code points looked at on each side of a sentence
_LINES = re.compile(r"[^\S\n]*\n\s*")
_QUOTE_MARKS = re.compile("[«»“”]")


def attribute(text: str, start: int, end: int, *, span: tuple[int, int] | None = None) -> tuple[Link, ...]:
    """Return the chain of who said what stands in the sentence text[start:end], outermost first.

    Agency and outlet come before the speaker, the speaker's title just before the speaker's name, wherever
    they stand in the text. A speaker without a name is the phrase that stands for him (مصدر أمني, الوزير).
    Where the sentence goes on with a quotation ("وأضاف", "he added", an open quotation mark), the chain is
    that of whoever began it: in the same paragraph or the one before, at most three sentences back, and
    never past another speaker. Links do not overlap, cut no word, and leave out articles of Latin script and
    the clitics و ف ب ل before a head that is known; لل stays. Empty where the text names nobody.

    Of a sentence longer than 4,000 code points no more than that is read, around `span`.

    Args:
        text: the document.
        start: where the sentence begins in it.
        end: where the sentence ends.
        span: the answer inside the sentence: of several speakers the one who says it is named. Without it,
            the one who says what comes first.
    """
    start, end = max(0, start), min(end, len(text))
    if start >= end:
        return ()
    whole = span is None or (span[0] <= start and span[1] >= end)
    position = None if span is None or whole else span[0]
    start, end = _readable(text, start, end, start if position is None else position)
    parts = _parts(Line(text, start, end))
    if position is None:
        chains = (_attributed(text, low, high, None) for low, high in parts[:_MOST_PARTS])
        return next(filter(None, chains), ())
    within = [(low, high) for low, high in parts if low <= position < high]
    return _attributed(text, *within[0], position) if within else ()


def _readable(text: str, start: int, end: int, position: int) -> tuple[int, int]:
    """Return the part of an overlong sentence around `position`, from white space to white space."""
    if end - start <= _LONGEST:
        return start, end
    low = max(start, position - _LONGEST // 2)
    high = min(end, low + _LONGEST)
    while start < low < high and not text[low - 1].isspace():
        low += 1
    while low < high < end and not text[high].isspace():
        high -= 1
    return low, high


def _parts(line: Line) -> list[tuple[int, int]]:
    """Return the sentences that a "sentence" holds where a full stop was glued to the next word."""
    cuts = [line.start]
    for i in range(1, len(line)):
        if line.breaks[i] == STOP and _ARABIC.match(line.tokens[i]) and len(line.tokens[i - 1]) > 2:
            cuts.append(line.begin(i))
    return list(zip(cuts, [*cuts[1:], line.end], strict=True))


def _attributed(text: str, start: int, end: int, position: int | None) -> tuple[Link, ...]:
    """Return the chain of one sentence, around `position` where that is given."""
    line = Line(text, start, end)
    found = _events(line)
    chosen = _chosen(line, found, position)
    if chosen:
        return _ordered(_chain(text, start, found, chosen))
    if found and any(event.speaker or event.nobody for event in found):
        return _ordered(_passed_on(found, position))
    quoted = _inside_quotation(text, start, end)
    return _ordered(quoted or tuple(_passed_on(found, position)))


def _events(line: Line) -> list[Event]:
    """Return what is said in a sentence, each part joined to the event it belongs to."""
    sample = line.text[line.start : line.end]
    if _ARABIC.search(sample):
        return _joined(line, arabic.events(line))
    if _LATIN.search(sample):
        return _joined(line, latin.events(line))
    return []


def _is_main(event: Event) -> bool:
    return bool(event.speaker or event.carried or event.nobody or (event.outer and not event.nominal))


def _joined(line: Line, found: list[Event]) -> list[Event]:
    """Give interviews and quoted sources to what they belong to, and bound what each event covers."""
    kept: list[Event] = []
    talks: list[Event] = []
    for event in found:
        if event.nominal and event.inside:
            owner = kept[-1] if kept else None
            if event.speaker and owner and not owner.speaker and not owner.carried:
                owner.speaker = event.speaker
                owner.outer += event.outer
                continue
            if not event.speaker:
                if owner and event.first > owner.first and not owner.after:
                    if all(link not in owner.outer for link in event.outer):
                        owner.outer += event.outer
                else:
                    talks.append(event)
                continue
        kept.append(event)
    mains = [event for event in kept if _is_main(event)]
    for talk in talks:
        if mains:
            mains[0].outer = [*talk.outer, *(link for link in mains[0].outer if link not in talk.outer)]
    previous: Event | None = None
    for event in mains:
        if event.inside:
            continue
        if event.after:
            event.lo = _segment(line, event.first) if previous else line.start
        elif previous is not None and not previous.nominal:
            event.lo = min(event.lo, _segment(line, event.first, own=True))
            previous.hi = min(previous.hi, event.lo)
        elif previous is None and event.nominal:
            event.lo = line.start
        previous = event
    return kept


def _segment(line: Line, i: int, own: bool = False) -> int:
    """Return where the part of the sentence before the i-th word begins, or with `own` the part it is in."""
    k = i
    while k > 0 and line.breaks[k] < COMMA:
        k -= 1
    if own:
        return line.begin(k)
    k -= 1
    while k > 0 and line.breaks[k] < COMMA:
        k -= 1
    return line.begin(max(k, 0))


def _chosen(line: Line, found: list[Event], position: int | None) -> list[Event]:
    """Return the events that tell what stands at `position`, outermost first."""
    mains = [event for event in found if _is_main(event)]
    if position is None:
        chosen = mains[:1]
        for event in mains[1:]:
            if not event.inside or any(e.nobody for e in chosen):
                break
            chosen.append(event)
        return chosen
    covering = [event for event in mains if event.lo <= position < event.hi]
    if not covering:
        return []
    last = covering[-1]
    if not last.inside:
        return [last]
    outside = [event for event in covering[:-1] if not event.inside]
    return [*outside[-1:], last]


def _passed_on(found: Iterable[Event], position: int | None) -> list[Link]:
    """Return the agencies and outlets that pass on the whole sentence."""
    return [
        link
        for event in found
        if not _is_main(event) and (position is None or event.lo <= position or event.after)
        for link in event.outer
    ]


def _chain(text: str, start: int, found: list[Event], chosen: list[Event]) -> list[Link]:
    if any(event.nobody for event in chosen):
        return []
    links = _passed_on(found, None)
    speakers: list[Link] = []
    for event in chosen:
        links += event.outer
        if event.carried:
            earlier = _earlier(text, start, event)
            speakers += earlier
        speakers += event.speaker
    return [*links, *speakers]


def _ordered(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return the chain with agencies and outlets first, each link once and none over another."""
    chain: list[Link] = []
    listed = list(links)
    for outer in (True, False):
        for link in listed:
            if (link.role in ("agency", "outlet")) is outer and all(
                link.end <= other.start or link.start >= other.end for other in chain
            ):
                chain.append(link)
    return tuple(chain)


# -- Quotations that go on -------------------------------------------------------------------------------


def _before(text: str, start: int) -> list[tuple[int, int]]:
    """Return the sentences before `start`, nearest first, of its paragraph and of the one before."""
    low = max(0, start - _WINDOW)
    spans = sentences(text, low, start)
    if low and spans and not text[low - 1 : low].isspace():
        spans = spans[1:]  # begins before the window
    found: list[tuple[int, int]] = []
    lines, last = 0, start
    for begin, end in reversed(spans[-_BACK:]):
        lines += 1 if _LINES.search(text, end, last) else 0
        if lines > 1 or text[begin] == "#":
            break
        found.append((begin, end))
        last = begin
    return found


def _earlier(text: str, start: int, event: Event) -> list[Link]:
    """Return the chain of whoever an event without a subject goes on to quote; empty when unsure."""
    continuing = event.continuing
    for begin, end in _before(text, start):
        line = Line(text, begin, end)
        found = _events(line)
        mains = [main for main in found if _is_main(main)]
        if not mains:
            if _passed_on(found, None) or not (continuing or _open_at(text, begin) is not None):
                return []
            continue
        last = mains[-1]
        if last.nobody or _differ(text, event, last):
            return []
        if last.carried:
            continuing = continuing or last.continuing
            continue
        return [*_passed_on(found, None), *last.outer, *last.speaker]
    return []


def _differ(text: str, event: Event, earlier: Event) -> bool:
    """Tell whether the two are a man and a woman."""
    if event.feminine is None:
        return False
    if earlier.feminine is not None:
        return earlier.feminine != event.feminine
    for link in earlier.speaker:
        tokens = {word.text for word in words(text[link.start : link.end])}
        article = text[max(0, link.start - 3) : link.start].lower()
        if tokens & LADIES or (link.role == "title" and article == "la "):
            return not event.feminine
        if tokens & GENTLEMEN or (link.role == "title" and article == "le "):
            return event.feminine
    return False


def _open_at(text: str, offset: int) -> int | None:
    """Return where the quotation that is open at `offset` was opened, in its paragraph; None if none is."""
    low = max(text.rfind("\n", 0, offset) + 1, offset - _WINDOW, 0)
    opened: int | None = None
    for mark in _QUOTE_MARKS.finditer(text, low, offset):
        opened = mark.start() if mark[0] in "«“" else None
    return opened


def _inside_quotation(text: str, start: int, end: int) -> tuple[Link, ...]:
    """Return the chain of a sentence inside a quotation that began before it or ends after it."""
    opened = _open_at(text, end)
    if opened is None:
        opened = _open_at(text, start)
    if opened is None:
        return ()
    for begin, stop in _before(text, start) if opened < start else ():
        if begin <= opened <= stop:
            line = Line(text, begin, stop)
            found = _events(line)
            for event in reversed(found):
                if _is_main(event) and line.begin(event.first) < opened:
                    return tuple(_chain(text, begin, found, [event]))
            break
    closed = re.compile("[»”]").search(text, end, end + _WINDOW)
    if closed is None or "\n" in text[end : closed.start()]:
        return ()
    for begin, stop in sentences(text, end, min(len(text), end + _WINDOW))[:_BACK]:
        if begin <= closed.start() <= stop:
            line = Line(text, begin, stop)
            found = _events(line)
            for event in found:
                if _is_main(event) and 0 <= line.begin(event.first) - closed.start() < 40:
                    return tuple(_chain(text, begin, found, [event]))
    return ()
