"""Tell text that was read as its author wrote it from text that came out garbled.

What a loader is sure of it mends or refuses; this is for the rest, of which people are warned. Each sign is a
share of the text. What they are right and wrong about, bench/legible.py counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Literal

from rag.loaders.arabic_letters import signs

Trouble = Literal["symbols", "encoding", "apart", "joined", "backwards", "shapes"]
"""Characters that mean nothing; text in another encoding than it was read in; letters that stand apart; words
that run together; Arabic that is backwards; Arabic in the shapes of print rather than in letters."""

SAMPLED = 20_000  # characters that are looked at: half from the start, half from the middle
_LEAST = 40  # characters, blanks aside, below which nothing is said
_LEAST_WORDS = 30
_ODD = 0.02  # share of characters that mean nothing
_PAIRS = 0.01  # share of pairs that only bytes read in the wrong encoding make
_HIGH = 0.4  # share of Latin letters with a mark; below 0.2 in French and Turkish
_APART = 0.7  # share of words of one letter; below 0.1 in Arabic, and 0.5 in most code
_LONG = 26  # letters of a word that is taken for several; "antidisestablishmentarianism" is rare
_JOINED = 0.3  # share of letters in such words
_SHAPES = 0.2  # share of Arabic letters in the shapes of print

_WORD = re.compile("[A-Za-z\u00c0-\u052f\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\ufb50-\ufdf1\ufe70-\ufefc]+")
_MARKS = re.compile("[\u064b-\u0655\u0670\u0640\u0300-\u036f\u0591-\u05c7]")
_NUMBERED = re.compile(r"\(cid:\d+\)")
_PAIR = re.compile(
    "[\u00c2\u00c3\u00d0\u00d1\u00d8\u00d9\u00da\u00db][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_HIGH_LATIN = re.compile("[\u00c0-\u00ff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_SHAPE = re.compile("[\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdf1\ufe70-\ufefc]")
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3\ufb50-\ufdf1\ufe70-\ufefc]")


def trouble(text: str) -> Trouble | None:
    """Return what is wrong with a text as it was read, or None where nothing seems to be."""
    sample = _sample(text)
    characters = sum(not each.isspace() for each in sample)
    if characters < _LEAST:
        return None
    if len(_PAIR.findall(sample)) > _PAIRS * characters:
        return "encoding"
    latin = len(_LATIN.findall(sample))
    if latin > _LEAST and len(_HIGH_LATIN.findall(sample)) > _HIGH * latin:
        return "encoding"
    odd = sum(count for each, count in Counter(sample).items() if _means_nothing(each))
    if odd + len(_NUMBERED.findall(sample)) > _ODD * characters:
        return "symbols"
    bare = _MARKS.sub("", sample)
    words = [len(word) for word in _WORD.findall(bare)]
    if 2 * sum(words) < sum(map(str.isalpha, bare)):
        words = []  # most is of a script that parts no words by blanks
    if len(words) >= _LEAST_WORDS and words.count(1) > _APART * len(words):
        return "apart"
    if words and sum(size for size in words if size >= _LONG) > _JOINED * sum(words):
        return "joined"
    if signs(unicodedata.normalize("NFKC", bare)).is_backward:
        return "backwards"
    letters = len(_ARABIC.findall(bare))
    if letters >= _LEAST and len(_SHAPE.findall(bare)) > _SHAPES * letters:
        return "shapes"
    return None


def _sample(text: str) -> str:
    if len(text) <= SAMPLED:
        return text
    half, middle = SAMPLED // 2, len(text) // 2
    return text[:half] + text[middle : middle + half]


def _means_nothing(character: str) -> bool:
    """Tell whether a character is one that no text has: a stand-in, unassigned, or a font's own."""
    if character == "\N{REPLACEMENT CHARACTER}":
        return True
    category = unicodedata.category(character)
    return category in ("Co", "Cn", "Cs") or (category == "Cc" and character not in "\t\n\r\f\v")
