"""Tell Arabic that came out backwards, or as nonsense, from Arabic that can be read."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_WORD = re.compile("[\u0620-\u064a\u066e-\u06d3]+")
_MARKS = re.compile("[\u064b-\u0655\u0670\u0640]")
_ARABIC = """
    من في على إلى الى عن أن ان إن التي الذي هذا هذه ذلك كان كانت مع بين بعد قبل كما قد لم ما لا أو او ثم حتى
    كل عند هو هي و به له منه فيه غير إذا اذا خلال حيث بعض أي اي يوم عام وقد وفي ومن وكان وأن ولا
"""
_IN_ARABIC_LETTERS = """
    به از که در این با را است می آن برای تا بر یا هم شد خود کے میں کی ہے کا اور سے کو نے پر یہ ہیں ایک له په
    لە بە بۆ کە ئەو دا د چې دی پر کې سره
"""
_COMMON = frozenset(_ARABIC.split())
_OTHER_COMMON = frozenset(_IN_ARABIC_LETTERS.split())  # Persian, Urdu, Kurdish, Pashto
_BACKWARD = frozenset(word[::-1] for word in _COMMON if len(word) > 1) - _COMMON - {"ام", "ال", "نا"}
_SURE = 5  # signs that have to be there
_NONSENSE_WORDS = 150  # from which a text without any common word is nonsense
_ODD = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\ufffe\U000f0000-\U0010ffff]|\\(cid:\\d+\\)"
)
_SYMBOLS = re.compile(
    "[\u00a1-\u00bf\u00d7\u00f7\u0192\u02c6\u02dc\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_HIGH_LATIN = re.compile("[\u00c0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192]")


class Signs(NamedTuple):
    """How many words of a text look as they are read, and how many as if read backwards."""

    forward: int
    backward: int

    @property
    def is_backward(self) -> bool:
        """Tell whether the text is certainly backwards."""
        return self.backward >= _SURE and self.backward > 4 * self.forward

    @property
    def is_mixed(self) -> bool:
        """Tell whether some of it is backwards and some is not."""
        return self.backward >= _SURE and not self.is_backward and self.backward > self.forward / 4


def signs(text: str) -> Signs:
    """Count the signs of direction: no Arabic word begins with ة or ى, and many with the article."""
    forward = backward = 0
    for word in _WORD.findall(_MARKS.sub("", text)):
        if word in _COMMON:
            forward += 1
        elif word in _BACKWARD:
            backward += 1
        elif len(word) >= 4:
            forward += word.startswith("ال") or word[-1] in "ةى"
            backward += (word.endswith("لا") and not word.startswith("ال") and len(word) > 5) or word[
                0
            ] in "ةى"
    return Signs(forward, backward)


def unreadable(text: str) -> str | None:
    """Return why a text extracted from a PDF cannot be what is printed, or None where it may be.

    Some files draw their letters with fonts that do not say which letters they are; what comes out is the
    numbers of the glyphs, taken for letters.
    """
    characters = sum(not character.isspace() for character in text)
    if characters < 20:
        return None
    odd = sum(len(found) for found in _ODD.findall(text))
    if odd > 0.1 * characters:
        return "its fonts do not say which letters they draw"
    symbols = len(_SYMBOLS.findall(text))
    high = len(_HIGH_LATIN.findall(text))
    if symbols > 0.12 * characters or (high > 0.35 * characters and symbols > 0.02 * characters):
        return "its fonts give other letters than they draw"
    words = _WORD.findall(_MARKS.sub("", text))
    if len(words) < _NONSENSE_WORDS:
        return None
    if sum(len(word) == 1 for word in words) > 0.6 * len(words):
        return "its Arabic letters stand apart, so that no words can be told"
    common = sum(word in _COMMON or word in _OTHER_COMMON for word in words)
    if common < 0.01 * len(words) and not signs(text).backward:
        return "its Arabic letters make no words"
    return None


def letters_of(text: str) -> int:
    """Return how many Arabic letters a text has."""
    return sum(unicodedata.bidirectional(character) == "AL" for character in text)
