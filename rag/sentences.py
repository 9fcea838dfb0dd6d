"""Cut text into sentences, as texts are found: stops glued to the next word, quotation marks after them."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

MAX_SENTENCE = 600  # code points; a "sentence" beyond it is a list or a page without full stops

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\u08a0-\u08c9\ufb50-\ufdff\ufe80-\ufefc]")
_URL = re.compile(r"(?:https?://|www\.)[!-~]+|[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+")
_SPACED_CLOSING = re.compile(r"\s+[»)\]”]")
_CLOSING = '»”’)]}›』」）】"'
_NOT_AN_END = re.compile(  # what stands before a full stop that ends no sentence
    r"(?:^|[\s(«\"“\[])(?:"
    r"(?<!\d\s)[وفبكل]{0,2}(?:ا?ل)?(?:د|أ|ا|م|ص|أ\.\s?د|ا\.\s?د|د\.\s?م|ق\.\s?م|ب\.\s?م|ا\.\s?ه)"
    r"|(?-i:[A-ZÀ-ÖØ-Þ](?:\.[A-ZÀ-Þ])*)"
    r"|mr|mrs|ms|dr|prof|sr|sra|srta|dra|st|mme|mlle|mgr|gen|col|lt|sgt|capt|maj|rev|hon|gov|sen|rep|pres"
    r"|vs|no|nr|fig|bzw|ca|z\.\s?b|d\.\s?h|u\.\s?a|e\.g|i\.e|cf|jr|hr|fr|ing|dipl|ee\.\s?uu|av|cad|doç|yrd"
    r")\.$",
    re.IGNORECASE,
)
_GERMAN_MONTH = re.compile(
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
_HEADING_OR_ITEM = re.compile(r"\s*(?:#{1,6}\s|[-*•·▪–]\s|\d+[.)]\s|>|\||={3,}|-{3,})")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the sentences of text[start:end] as spans of `text`, in order, without the space around them.

    Together they hold every character of the range that is not white space. A line ends a sentence (so a
    heading is one), except in a paragraph wrapped at a fixed width. Closing quotes and brackets belong to the
    sentence that they close; titles (د. · Mr. · M.), decimals and addresses do not end one. A sentence longer
    than 600 characters is cut at ؛ or :, else at ، or a comma, else at a space.
    """
    end = len(text) if end is None else min(end, len(text))
    spans: list[tuple[int, int]] = []
    for low, high in _paragraphs(text, start, end):
        cuts = [low, *_cuts(text[low:high], low), high]
        for a, b in pairwise(cuts):
            a = _lstrip(text, a, b)
            b = _rstrip(text, b, a)
            if a < b:
                spans.extend(_shorten(text, a, b) if b - a > MAX_SENTENCE else [(a, b)])
    return spans


def _paragraphs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the lines of a range; the lines of a paragraph wrapped at a fixed width come as one."""
    lines = [m.span() for m in _LINE.finditer(text, start, end) if not m[0].isspace()]
    blocks: list[list[tuple[int, int]]] = []
    for low, high in lines:
        gap = text[blocks[-1][-1][1] : low] if blocks else ""
        if blocks and gap in ("\n", "\r\n", "\r"):
            blocks[-1].append((low, high))
        else:
            blocks.append([(low, high)])
    paragraphs: list[tuple[int, int]] = []
    for block in blocks:
        if _is_wrapped([text[low:high] for low, high in block]):
            paragraphs.append((block[0][0], block[-1][1]))
        else:
            paragraphs.extend(block)
    return paragraphs


def _is_wrapped(lines: list[str]) -> bool:
    """Tell whether lines that follow one another are a paragraph broken at a fixed width."""
    if len(lines) < 3 or any(_HEADING_OR_ITEM.match(line) for line in lines):
        return False
    lengths = [len(line.strip()) for line in lines[:-1]]
    longest = max(lengths)
    stops = sum(line.rstrip()[-1:] in ".!?؟…:" for line in lines[:-1])
    return 40 <= longest <= 130 and min(lengths) >= 0.7 * longest and stops <= len(lengths) / 3


def _cuts(line: str, offset: int) -> list[int]:
    """Return the offsets at which sentences of one line end, each + `offset`; its own end is not one."""
    from sentencex import get_sentence_boundaries  # only where sentences are wanted

    found = get_sentence_boundaries("ar" if _ARABIC.search(line) else "en", line)
    if len(found) < 2:
        return []
    inside_address = {i for m in _URL.finditer(line) for i in range(m.start() + 1, m.end())}
    cuts: list[int] = []
    quotes = counted = 0  # straight quotation marks, and how far they have been counted
    for boundary in found[:-1]:
        stop = _rstrip(line, boundary["end_index"])
        cut = stop
        while line[cut : cut + 1] and line[cut] in _CLOSING:  # .» : the quotation mark closes this sentence
            if line[cut] == '"':
                quotes += line.count('"', counted, cut)
                counted = cut
                if quotes % 2 == 0:
                    break
            cut += 1
        spaced = _SPACED_CLOSING.match(line, cut)
        if spaced:  # « oui. » : so too with a space before it
            cut = spaced.end()
        if cut not in inside_address and _ends_sentence(line, stop, cut):
            cuts.append(cut + offset)
    return sorted(set(cuts))


def _ends_sentence(line: str, stop: int, cut: int) -> bool:
    """Tell whether the full stop before `stop` ends a sentence that, with what closes it, ends at `cut`."""
    rest = line[cut : cut + 40]
    following = rest.lstrip()
    if not following:
        return not line[cut:].isspace() and cut < len(line)
    if stop == cut and line[stop - 1 : stop] == ".":
        if re.search(r"[^.]\.\.$", line[max(0, stop - 3) : stop]):  # two stops are a dash in Arabic headlines
            return False
        before = line[max(0, stop - 24) : stop]
        if _NOT_AN_END.search(before):
            return False
        if re.search(r"(?:^|\s)\d{1,2}\.$", before) and _GERMAN_MONTH.match(following):
            return False
    if line[stop - 1] in ".٫," and line[stop - 2 : stop - 1].isdigit() and rest[:1].isdigit():
        return False
    if following[0] in "،,؛;:.":  # «نعم.»، وأضاف
        return False
    return not (following[0].islower() and following[0] < "\u0400" and line[stop - 1 : stop] == ".")


def _rstrip(text: str, end: int, start: int = 0) -> int:
    """Return where text[start:end] ends without its white space; as `str.rstrip`, but copies nothing."""
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _lstrip(text: str, start: int, end: int) -> int:
    """Return where text[start:end] starts without its white space."""
    while start < end and text[start].isspace():
        start += 1
    return start


def _shorten(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut an overlong sentence where it hurts least."""
    spans: list[tuple[int, int]] = []
    while end - start > MAX_SENTENCE:
        window = text[start : start + MAX_SENTENCE]
        cut = 0
        for marks in ("؛;\n", ":", "،,", " \t\u00a0"):
            cut = max(window.rfind(mark, MAX_SENTENCE // 3) for mark in marks) + 1
            if cut:
                break
        cut = start + (cut or MAX_SENTENCE)
        while cut < end and unicodedata.combining(text[cut]) and cut - start > MAX_SENTENCE // 2:
            cut -= 1  # not between a letter and its vowel sign
        left = _lstrip(text, start, cut)
        if left < cut:
            spans.append((left, _rstrip(text, cut, left)))
        start = _lstrip(text, cut, end)
    if start < end:
        spans.append((start, end))
    return spans
