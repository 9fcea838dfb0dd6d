"""Fold spelling for matching and cut text into words, and never lose the way back to the original.

Folded text is for matching only; nobody is shown it. Every offset counts code points of the original text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rag.language import detect_language
from rag.sentences import MAX_SENTENCE, sentences

__all__ = ["MAX_SENTENCE", "Folded", "Word", "detect_language", "fold", "fold_text", "sentences", "words"]

# -- Folding ---------------------------------------------------------------------------------------------

_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱٲٳٵ", "ا"),
        **dict.fromkeys("ىیۍ", "ي"),
        **dict.fromkeys("کڪ", "ك"),
        **dict.fromkeys("ہھەۀۂ", "ه"),
        "ۃ": "ة",
        "٪": "%",
        "٫": ".",
        "٬": ",",
        **dict.fromkeys("‘’ʼʻʾʿ′", "'"),
        **dict.fromkeys("‐‑‒–−", "-"),
        "⁄": "/",
        **dict.fromkeys("ıɪ", "i"),
        **dict.fromkeys("đð", "d"),
        **dict.fromkeys("øɔ", "o"),
        "ł": "l",
        "ħ": "h",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ё": "е",
        "\u200b": " ",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
_BOUND = "".join(  # invisible, and inside a word: tatweel, joiners, direction marks, soft hyphen
    ["ـ\u00ad\u034f\u061c\u180e\u200c\u200d\u200e\u200f\ufeff"]
    + [chr(c) for low, high in ((0x202A, 0x202E), (0x2060, 0x206F)) for c in range(low, high + 1)]
)
_MARK_RANGES = (  # vowel signs and accents that are dropped; the vowel signs of Indic and Thai letters stay
    *((0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2)),
    *((0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x08CA, 0x08E1)),
    *((0x08E3, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFC5E, 0xFC63)),
    *((0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xFE70, 0xFE7F), (0xE0100, 0xE01EF)),
)
_MARKS = frozenset(chr(c) for low, high in _MARK_RANGES for c in range(low, high + 1))
_DROPPED = _MARKS | frozenset(_BOUND)
_KEPT_ACCENTS = frozenset("йў")  # letters of their own, which the stemmers know


def _is_latin_or_greek(letter: str) -> bool:
    return letter < "\u0400" or "\u1e00" <= letter < "\u2000"


def _fold_character(character: str) -> str:
    """Return what one character folds to, whatever stands around it: "" where it is dropped."""
    folded = character
    for _ in range(8):  # a fixed point comes after two or three rounds
        before = folded
        kept = []
        for c in unicodedata.normalize("NFKC", folded):
            if c in _DROPPED:
                continue
            digit = unicodedata.decimal(c, None)
            if digit is not None:
                kept.append(str(digit))
                continue
            lower = c.casefold()
            if lower not in _KEPT_ACCENTS:
                bare = unicodedata.normalize("NFD", lower)
                if len(bare) > 1 and _is_latin_or_greek(bare[0]):
                    lower = "".join(x for x in bare if x not in _DROPPED)
            kept.append(lower.translate(_LETTERS))
        folded = "".join(kept)
        if folded == before:
            break
    if unicodedata.category(character) == "No" and folded != character:
        return f" {folded.strip()} "  # 3½ is not 31/2, and 10² is not 102
    return folded


class _FoldTable(dict[int, str]):
    """What each character folds to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_TABLE = _FoldTable()


def fold_text(text: str) -> str:
    """Return `text` folded for matching; folding twice changes nothing.

    NFKC, lower case, no tashkeel, tatweel, direction marks or Latin accents; أإآٱ→ا, ى and ی→ي, ک→ك, every
    digit → 0-9. ة stays (the stemmer deals with it), as do ؤ and ئ.
    """
    if text.isascii():
        return text.lower()
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    folded = text.translate(_TABLE)
    while not unicodedata.is_normalized("NFC", folded):  # dropping a mark let two letters meet
        folded = unicodedata.normalize("NFC", folded).translate(_TABLE)
    return folded


class Folded:
    """A text folded for matching (`text`), with the map back to the original (`source`)."""

    __slots__ = ("_starts", "_stops", "source", "text")

    def __init__(self, source: str) -> None:
        self.source = source
        self.text = fold_text(source)
        self._starts: list[int] | None = None  # made when first asked for
        self._stops: list[int] = []

    def __len__(self) -> int:
        return len(self.text)

    def offset(self, i: int) -> int:
        """Return where the `i`-th folded character comes from; the original's length for the end.

        Raises:
            IndexError: if `i` is outside 0 … len(text).
        """
        if not 0 <= i <= len(self.text):
            raise IndexError(f"{i} is outside 0 … {len(self.text)}")
        return self._map()[i]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest original range that covers folded[start:end].

        Marks and tatweel after the last letter belong to it, so a span never loses its last vowel sign. An
        empty range gives an empty range.
        """
        first = self.offset(start)
        if end <= start:
            return first, first
        self.offset(end)  # the same check of bounds
        return first, self._stops[end - 1]

    def _map(self) -> list[int]:
        if self._starts is None:
            clusters = _clusters(self.source)
            starts: list[int] = []
            stops: list[int] = []
            position = 0
            pieces: list[str] = []
            for cluster in clusters:
                piece = fold_text(cluster)
                stop = position + len(cluster)
                if piece:
                    starts.extend([position] * len(piece))
                    stops.extend([stop] * len(piece))
                    pieces.append(piece)
                elif stops and cluster[-1] not in "\u200e\u200f\ufeff" and _hangs_on(cluster):
                    last = stops[-1]
                    if all(c in _DROPPED for c in self.source[last:position]):
                        for i in range(len(stops) - 1, -1, -1):  # every piece of the last cluster
                            if stops[i] != last:
                                break
                            stops[i] = stop
                position = stop
            if "".join(pieces) != self.text:  # letters that met when a mark between them was dropped
                starts, stops = _realign(pieces, starts, stops, self.text)
            starts.append(len(self.source))
            self._starts, self._stops = starts, stops
        return self._starts


def fold(text: str) -> Folded:
    """Fold `text` as `fold_text` does, keeping the map back to the original."""
    return Folded(text)


def _hangs_on(cluster: str) -> bool:
    """Tell whether dropped characters show on the letter before them (marks, tatweel), unlike controls."""
    return any(c in _MARKS or c == "ـ" for c in cluster)


def _clusters(text: str) -> list[str]:
    """Cut `text` so that composing (NFC) each piece composes the whole."""
    if unicodedata.is_normalized("NFC", text):
        return list(text)
    clusters: list[str] = []
    for c in text:
        if clusters and (unicodedata.combining(c) or _composes(clusters[-1], c)):
            clusters[-1] += c
        else:
            clusters.append(c)
    return clusters


def _composes(before: str, c: str) -> bool:
    if c < "\u0300":
        return False
    normalize = unicodedata.normalize
    return normalize("NFC", before + c) != normalize("NFC", before) + normalize("NFC", c)


def _realign(
    pieces: list[str], starts: list[int], stops: list[int], folded: str
) -> tuple[list[int], list[int]]:
    """Carry the map over the composition of what folding itself brought together."""
    text = "".join(pieces)
    while text != folded:
        new_starts: list[int] = []
        new_stops: list[int] = []
        composed: list[str] = []
        position = 0
        for cluster in _clusters(text):
            piece = unicodedata.normalize("NFC", cluster).translate(_TABLE)
            new_starts.extend([starts[position]] * len(piece))
            new_stops.extend([stops[position + len(cluster) - 1]] * len(piece))
            composed.append(piece)
            position += len(cluster)
        text, starts, stops = "".join(composed), new_starts, new_stops
    return starts, stops


# -- Words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a number, folded, and where it stands in the original text."""

    text: str
    start: int
    end: int


def _combining_class() -> str:
    """Return every combining mark as the inside of a regular expression's class."""
    ranges: list[str] = []
    start = previous = -2
    blocks = (range(0x300, 0x2100), range(0x2CE0, 0x3100), range(0xA660, 0xAC00), range(0xFB10, 0xFE30))
    for code in (c for block in blocks for c in block):
        if unicodedata.category(chr(code))[0] == "M":
            if code != previous + 1:
                if start >= 0:
                    ranges.append(f"{chr(start)}-{chr(previous)}")
                start = code
            previous = code
    ranges.append(f"{chr(start)}-{chr(previous)}")
    return "".join(ranges)


_INSIDE = _combining_class() + "\U000e0100-\U000e01ef" + _BOUND
_LETTERS_RUN = rf"[^\W\d_](?:[^\W\d_]|[{_INSIDE}])*"
_WORD = re.compile(
    rf"(?P<number>\d[{_INSIDE}]*(?:(?:[.,٫٬'’\u00a0\u202f][{_INSIDE}]*)?\d[{_INSIDE}]*)*)"
    rf"|{_LETTERS_RUN}(?:['’ʼ][{_INSIDE}]*{_LETTERS_RUN})*"
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,' ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_ELISION = re.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|un|dell|nell|all|dall|sull|quest)'"
)


@lru_cache(maxsize=1 << 16)
def _fold_word(word: str) -> tuple[str, ...]:
    """Return the folded words that one written word stands for: one as a rule, four for ﷺ."""
    folded = fold_text(word)
    if folded.isalpha() or folded == word:
        return (folded,)
    return tuple(w.text for w in words(folded))


def words(text: str) -> list[Word]:
    """Return the words of `text` in order, folded, with their offsets into `text`.

    - A vocalised word stays whole; its span takes in its marks.
    - 2,500, ٢٬٥٠٠, 2.500 and 2 500 (no-break space) are all the one word ``2500``; 3.5 and ٣٫٥ are ``3.5``.
    - A date (2021-07-24, 26/7), a time (10:30) and a range (30-36) are one word for each number.
    - Letters and digits part (و26: ``و``, ``26``; F16 and F-16: ``f``, ``16``), and so they do at a hyphen or
      an underscore (Al-Kadhimi: ``al``, ``kadhimi``).
    - An apostrophe stays inside a word (``o'neil``, ``iraq's``); l'Irak, d'un, dell'Iraq are cut after it.
    - Han, kana and Thai, written without spaces, come as one word a run; the analysis cuts it into n-grams.
    - A sign that stands for several words (ﷺ) gives several, all of the same span.
    """
    found: list[Word] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        written = match[0]
        if match.lastgroup == "number":
            found.extend(_numbers(written, start))
            continue
        trimmed = len(written.rstrip(_CONTROLS))
        end -= len(written) - trimmed
        written = written[:trimmed]
        if "'" in written or "’" in written or "ʼ" in written:
            elided = _ELISION.match(written.lower().replace("’", "'").replace("ʼ", "'"))
            if elided and elided.end() < len(written):
                cut = elided.end()
                found.extend(Word(w, start, start + cut - 1) for w in _fold_word(written[: cut - 1]))
                found.extend(Word(w, start + cut, end) for w in _fold_word(written[cut:]))
                continue
        found.extend(Word(w, start, end) for w in _fold_word(written))
    return found


_CONTROLS = _BOUND.replace("ـ", "")
_NUMBER_PART = re.compile(rf"\d[\d{_INSIDE}]*")


def _numbers(written: str, start: int) -> list[Word]:
    """Return the one number, or where the marks between digits make none (17.07.2021), each run of digits."""
    written = written.rstrip(_CONTROLS)
    folded = fold_text(written).replace("\u202f", " ").replace("\u00a0", " ")
    grouped = _GROUPED.fullmatch(folded)
    if grouped:
        folded = folded.replace(grouped[1], "")
    if grouped or re.fullmatch(r"\d+(?:[.,]\d+)?", folded):
        return [Word(folded.replace(",", "."), start, start + len(written))]
    return [Word(fold_text(m[0]), start + m.start(), start + m.end()) for m in _NUMBER_PART.finditer(written)]
