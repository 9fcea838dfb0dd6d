"""What both grammars of attribution share: a sentence as words and gaps, and what is found in it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rag.text import fold, words

Role = Literal["agency", "outlet", "speaker", "title"]

_OPENING = {"«": "»", "“": "”", "„": "“”", "(": ")", "[": "]", "‹": "›", "‘": "’"}
_QUOTES = frozenset("«»“”„\"'‘’‹›`´")
_CLOSING = frozenset("»”“\"'’")
_COMMAS = frozenset(",،؛;()[]{}/|")
_STOPS = frozenset(".!?؟…\n\r\u2028\u2029")
_DASHES = frozenset("-–—ـ")
GLUED, QUOTED, COMMA, COLON, STOP = range(5)  # what stands before a word, by how far it parts
NAME_ROLES: tuple[Role, ...] = ("agency", "outlet", "speaker")


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain of who said it: text[start:end] of the document, verbatim."""

    role: Role
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """Who says something, as a phrase of a sentence."""

    role: Role  # agency, outlet or speaker
    name: tuple[int, int]  # offsets into the document
    end: int  # the word after the phrase
    title: tuple[int, int] | None = None
    sure: bool = True  # the words alone show that somebody speaks
    stands_for: bool = False  # "the statement": whoever made it
    nobody: bool = False  # a proverb, people in general, a study: nobody is named

    @property
    def links(self) -> tuple[Link, ...]:
        """Return the title, if there is one, and the name."""
        named = Link(self.role, *self.name)
        return (Link("title", *self.title), named) if self.title else (named,)


@dataclass(slots=True)
class Event:
    """One thing that is said in a sentence, by whom, and which part of the sentence it covers."""

    first: int  # the word of the cue
    lo: int  # offsets into the document
    hi: int
    outer: list[Link] = field(default_factory=list)  # agencies and outlets, outermost first
    speaker: tuple[Link, ...] = ()
    carried: bool = False  # the speaker is the one of an earlier sentence
    continuing: bool = False  # the verb itself says that a quotation goes on ("added")
    feminine: bool | None = None
    nominal: bool = False  # بحسب, according to: not a verb
    after: bool = False  # stands after what is said
    inside: bool = False  # told by the event before it
    nobody: bool = False  # a proverb, a passive: whoever spoke before is not meant


class Line:
    """A sentence as words, folded, with the text between them."""

    __slots__ = ("breaks", "end", "opens", "start", "text", "tokens", "words")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.words = words(text[start:end])
        self.tokens = [word.text for word in self.words]
        self.breaks: list[int] = []
        self.opens: list[bool] = []  # a quotation is opened just before the word
        last = 0
        for i, word in enumerate(self.words):
            gap = text[start + last : start + word.start]
            self.breaks.append(_break(gap) if i else GLUED)
            self.opens.append(_opens(gap, at_start=not i))
            last = word.end

    def __len__(self) -> int:
        return len(self.words)

    def token(self, i: int) -> str:
        """Return the i-th folded word; "" past the ends."""
        return self.tokens[i] if 0 <= i < len(self.tokens) else ""

    def written(self, i: int) -> str:
        """Return the i-th word as it is written."""
        return self.text[self.start + self.words[i].start : self.start + self.words[i].end]

    def gap(self, i: int) -> str:
        """Return what stands between the i-th word and the one before it, or the ends of the sentence."""
        low = self.words[i - 1].end if i else 0
        high = self.words[i].start if i < len(self.words) else self.end - self.start
        return self.text[self.start + low : self.start + high]

    def parted(self, i: int) -> int:
        """Return how far the gap before the i-th word parts; STOP past the last one."""
        return self.breaks[i] if i < len(self.breaks) else STOP

    def quoted_end(self, i: int) -> int:
        """Return the word after the quotation that opens before the i-th word; `i` if no short one does."""
        if i < len(self.words) and self.opens[i]:
            for k in range(i + 1, min(i + 9, len(self.words)) + 1):
                if any(c in _CLOSING for c in self.gap(k)):
                    return k
        return i

    def begin(self, i: int, cut: int = 0) -> int:
        """Return the offset of the i-th word in the document, without its first `cut` folded letters."""
        offset = self.start + self.words[i].start
        return offset + fold(self.written(i)).offset(cut) if cut else offset

    def span(self, first: int, last: int, cut: int = 0) -> tuple[int, int]:
        """Return the offsets of words[first:last], with the quotation mark or bracket that closes them."""
        begin, end = self.begin(first, cut), self.start + self.words[last - 1].end
        inside = self.text[begin:end]
        for opening, closing in _OPENING.items():
            if (
                inside.count(opening) > sum(map(inside.count, closing))
                and self.text[end : end + 1] in closing
            ):
                return begin, min(end + 1, self.end)
        if inside.count('"') % 2 and self.text[end : end + 1] == '"':
            return begin, min(end + 1, self.end)
        return begin, end


def _break(gap: str) -> int:
    if not gap or gap.isspace() or (gap[0] in "'’" and not gap[1:].strip()):
        return GLUED  # l'armée, the farmers' union
    if any(c in _STOPS for c in gap):
        return STOP
    if ":" in gap or "：" in gap:
        return COLON
    if any(c in _COMMAS for c in gap):
        return COMMA
    if any(c in _QUOTES for c in gap):
        return QUOTED
    bare = gap.strip()
    return COMMA if bare and bare[0] in _DASHES and gap != bare and "ـ" not in bare[:1] else GLUED


def _opens(gap: str, at_start: bool) -> bool:
    if any(c in "«“„" for c in gap) or (gap.rstrip()[-1:] == "”" and gap[:1].isspace()):
        return True
    return gap[-1:] in ('"', "'", "‘") and (at_start or (len(gap) > 1 and not gap[:-1].strip(" (:،,-\u00a0")))


def longest(line: Line, i: int, names: Mapping[str, Container[str]], head: str = "") -> int:
    """Return how many words from the i-th on make the longest name of a table; 0 for none.

    Args:
        line: the sentence.
        i: the word at which the name would start.
        names: the names by their first word, each without it ("" for a name of one word).
        head: what stands for the i-th word, where a clitic was cut off it.
    """
    rests = names.get(head or line.token(i))
    if rests is None:
        return 0
    for size in (4, 3, 2, 1):
        if i + size > len(line) or any(line.parted(k) > QUOTED for k in range(i + 1, i + size)):
            continue
        if " ".join(line.tokens[i + 1 : i + size]) in rests:
            return size
    return 0
