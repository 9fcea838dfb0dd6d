"""The records of a conversation, and how a completed question is put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, NamedTuple

from rag.schema import Kind
from rag.text import words

Gender = Literal["", "m", "f"]
Number = Literal["", "s", "p"]

_QUOTES = {"«": "»", "“": "”", "„": "“", '"': '"', "‹": "›"}
_STOPS = frozenset("،,؛;:؟?!.()[]—–…\n")


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, as asked after completion, and the words that answered it."""

    question: str
    answer: str | None = None  # None: nothing was found
    kind: Kind = "other"  # what it asked for, as `rag.question.parse` says


@dataclass(frozen=True, slots=True)
class Completed:
    """A follow-up question with what it left out, for the user to see and to edit."""

    question: str
    carried: tuple[
        tuple[int, int], ...
    ]  # half-open ranges of `question` that stood in earlier turns, in order


class Carry(NamedTuple):
    """A piece of a completed question that is taken from an earlier turn as it stood."""

    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question: folded, where it stands, and whether a quotation or a stop goes with it."""

    text: str
    start: int
    end: int
    quoted: bool = False
    stop: bool = False  # punctuation follows
    proper: bool = False  # a name by its spelling: a capital letter, or علي, which is not على


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody or something an earlier turn spoke of."""

    text: str  # verbatim
    kind: str = ""  # "person", "place", "organisation", "event", "thing"; "" where it cannot be told
    gender: Gender = ""
    number: Number = ""
    rank: int = 1  # 0: the person who answered "who"; 1: what the question was about; 2: anything else
    lead: str = ""  # the same with the preposition it stood with, verbatim: "في انفجار السوق", "du Pérou"
    pair: bool = False  # two joined by "and": no one of them
    language: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an earlier turn holds that a follow-up may take up."""

    mentions: tuple[Mention, ...] = ()
    clear: bool = True  # False: not all of it was understood, so nothing older may be carried past it
    asks: str = ""  # the adverb asked with: "date", "place", "reason", "manner", "yes_no", else ""
    predicate: tuple[
        str | Carry, ...
    ] = ()  # what remains without the interrogative, verbatim, to be asked again
    language: str = ""


@dataclass(frozen=True, slots=True)
class Want:
    """What a gap in a follow-up can be filled with."""

    gender: Gender = ""
    number: Number = ""
    kinds: frozenset[str] = frozenset()  # fits well; nothing else fits unless it is in `also`
    also: frozenset[str] = frozenset()


Piece = str | Carry


class Edit(NamedTuple):
    """A change to a follow-up: text[start:end] gives way to the pieces."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


def rewrite(text: str, edits: Iterable[Edit]) -> Completed:
    """Return `text` with the edits made, which must not overlap, and where the carried pieces lie."""
    pieces: list[Piece] = []
    position = 0
    for edit in sorted(edits):
        pieces += [text[position : edit.start], *edit.pieces]
        position = edit.end
    pieces.append(text[position:])
    done, carried = "", []
    for piece in pieces:
        if isinstance(piece, Carry):
            carried.append((len(done), len(done) + len(piece.text)))
            done += piece.text
        else:
            done += piece
    return Completed(done, tuple(carried))


def tokens(text: str) -> list[Token]:
    """Return the words of `text`, with what punctuation says about each."""
    inside = _quotations(text)
    found = words(text)
    return [
        Token(
            word.text,
            word.start,
            word.end,
            any(start <= word.start and word.end <= end for start, end in inside),
            not _STOPS.isdisjoint(text[word.end : following.start if following else len(text)]),
            text[word.start].isupper() or _is_ali(text[word.start : word.end]),
        )
        for word, following in zip_longest(found, found[1:])
    ]


def _is_ali(written: str) -> bool:
    return written[0] == "ع" and [c for c in written if c.isalpha() and c != "ـ"] == ["ع", "ل", "ي"]


def _quotations(text: str) -> list[tuple[int, int]]:
    found, position = [], 0
    while position < len(text):
        close = _QUOTES.get(text[position])
        end = text.find(close, position + 1) if close else -1
        if end > position + 1:
            found.append((position, end + 1))
            position = end
        position += 1
    return found


def cut(text: str, first: Token, last: Token) -> str:
    """Return the words from `first` to `last` as they stand, with the quotation marks around them."""
    start, end = first.start, last.end
    if first.quoted and start and text[start - 1] in _QUOTES:
        start -= 1
    if last.quoted and end < len(text) and text[end] in _QUOTES.values():
        end += 1
    return text[start:end]


def close_of(text: str) -> int:
    """Return where the punctuation and white space at the end of `text` begin."""
    end = len(text)
    while end and not (text[end - 1].isalnum() or text[end - 1] in "»”\"'ـ)" or _is_mark(text[end - 1])):
        end -= 1
    return end


def _is_mark(character: str) -> bool:
    return "\u0610" <= character <= "\u061a" or "\u064b" <= character <= "\u065f" or character == "\u0670"


def choose(readings: Sequence[Reading], want: Want) -> Mention | None:
    """Return the mention that fills the gap: the newest turn's first; None where it cannot be told.

    Args:
        readings: newest first.
        want: gender, number and kind, as far as the follow-up shows them.
    """
    for reading in readings:
        scored = [(_fit(mention, want), mention) for mention in reading.mentions]
        if any(mention.rank == 0 and fit == 0 for fit, mention in scored):
            scored = [
                (fit, mention) for fit, mention in scored if fit != 1
            ]  # the one who answered is not meant
        best = max((fit for fit, _ in scored), default=0)
        if best == 1 and not reading.clear:
            return None
        if best:
            return _first([mention for fit, mention in scored if fit == best], want.number == "p")
        if not reading.clear:
            return None
    return None


def _fit(mention: Mention, want: Want) -> int:
    """Return 2 where the mention is of the kind wanted, 1 where it may be, 0 where it is not."""
    if want.gender and mention.gender and want.gender != mention.gender:
        return 0
    if want.gender == "f" and not want.number and mention.number == "p" and mention.kind == "person":
        return 0  # ها stands for things in plural, not for people
    clash = want.number and mention.number and want.number != mention.number
    if clash and not mention.pair and mention.kind != "organisation":
        return 0
    if want.number == "p" and not mention.number and mention.kind != "organisation":
        return 0
    if not want.kinds or mention.kind in want.kinds:
        return 2
    return 1 if not mention.kind or mention.kind in want.also else 0


def _first(mentions: Sequence[Mention], several: bool) -> Mention | None:
    """Return the one of highest rank; None where two have an equal claim, or one of a pair is meant."""
    mentions = sorted(mentions, key=lambda mention: mention.rank)
    first = mentions[0]
    others = [other for other in mentions[1:] if other.text not in first.text]
    if first.pair and not several:
        return None
    if first.rank == 0 or not others:
        return first
    rival = others[0]
    if rival.rank == first.rank:
        return None
    people = {"person", ""}
    return None if first.kind in people and rival.kind in people else first
