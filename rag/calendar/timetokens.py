"""Read the words that tell the time: each becomes one letter, so that a phrase is a pattern over letters.

Phrases read alike in all languages: "السابع من أبريل الماضي" is ``OoMp``, "in the late 1990s" is ``ioP9``.

    names     W weekday (0 = Monday)     M month     H Hijri month     9 decade (1990)     E nineties (90)
    days      R days from the document's (-1 = yesterday)     r the same, but in a phrase only
              n last night     T part of a day     d day
    units     w week     S month     A year     C century     u several (0 = days, 1 = weeks, …)
              2 two of them     D two of them, named after it (عامي 2014 و2017)
    numbers   N digits below 100     K other digits     Y a year's four digits
              v number word     O ordinal     1 a, one
    which     c coming     t next     l last     p past     s current     h this
              P part (0 … 4: start … end)
    before    i in     I since     J until, to     b by     k before     j after     F from, between
              o of, the     a ago (il y a)     Q ago or before (قبل)     f in (dans)     V in or after (بعد)
    after     g ago     m from now     B earlier     G later     e era (1 common, 2 Hijri, 3 before Christ)
    others    & and     y every     q about     z of another time (التالي)     x so before it (that, summer)
    between   , / -     ~ a dash between spaces     ! a full stop     « » brackets     ¦ anything else
    words     ? any other
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.calendar.timewords import LEXICON
from rag.cues import folded
from rag.text import Word, words

WINDOW = 320  # characters on either side of a phrase that are looked at

_LONGEST = max(map(len, LEXICON))
#: In English these are other words, unless written with a capital.
_CAPITAL_MONTHS = frozenset({"may", "march", "mars", "august"})
_WHOLE = frozenset(
    {"باب", "لقرن", "لاب", "كاب"}  # door, and what else would lose its first letter to a preposition
)
_NOT_TODAY = folded("في روسيا المصري طوال طيلة صحيفة جريدة قناة مجلة موقع")
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th", "er", "e", "eme", "o", "a", "re"})
_DECADE_ENDS = frozenset({"s", "er", "ern", "lar", "larin", "li", "larda"})
_ROMAN = re.compile(r"(x{0,2}(?:ix|iv|v?i{0,3}))(?:e|eme|er)?")
_SPACE = re.compile("[\\s\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]+")
_GAPS = {"": "", "'": "", "’": "", ",": ",", "،": ",", "/": "/", ".": "!", "(": "«", ")": "»"}
_GAPS.update(dict.fromkeys("-‐‑‒–—−", "-"))
_STOPS = {
    "en": folded("the of and to was is that for by with said his were"),
    "fr": folded("le les du des et est dans une qui que pour au aux il elle sont ont été son par sur se"),
    "es": folded("el los las y es una que con por del su fue"),
    "de": folded("der die das und den von zu mit ist im dem nicht er sie wird wurde ein eine auf"),
    "tr": folded("ve bir bu için ile olarak gibi daha"),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase of time, or a sign between two, as one letter."""

    symbol: str
    value: int
    start: int  # of the original text
    end: int
    text: str  # folded
    clitic: str = ""  # و, ب, ل … before it, in the same word


@dataclass(frozen=True, slots=True)
class Line:
    """The words around a phrase, and their letters; symbols[i] is tokens[i]'s."""

    tokens: tuple[Token, ...]
    symbols: str
    language: str | None  # of what is in Latin script


def read_line(text: str, start: int, end: int) -> Line:
    """Return the words around text[start:end], WINDOW characters to either side, offsets those of `text`."""
    given = nearby(text, start, end)
    language = latin_language(given)
    tokens: list[Token] = []
    i = 0
    while i < len(given):
        if i and (sign := gap(text, given[i - 1], given[i])):
            tokens.append(Token(sign, 0, given[i - 1].end, given[i].start, sign))
        token, i = _token(text, given, i, tokens, language)
        tokens.append(token)
    return Line(tuple(tokens), "".join(token.symbol for token in tokens), language)


def nearby(text: str, start: int, end: int) -> list[Word]:
    """Return the words in the window around text[start:end], offsets those of `text`."""
    first, last = max(0, min(start, len(text)) - WINDOW), min(len(text), max(end, 0) + WINDOW)
    while first and not text[first - 1].isspace() and first > start - WINDOW - 40:
        first -= 1
    while last < len(text) and not text[last].isspace() and last < end + WINDOW + 40:
        last += 1
    last = min(max(last, first), first + 20 * WINDOW)  # whoever asks about a whole book
    return [Word(w.text, w.start + first, w.end + first) for w in words(text[first:last])]


def gap(text: str, left: Word, right: Word) -> str:
    """Return the letter of what stands between two words; "" for white space and apostrophes."""
    between = text[left.end : right.start]
    if between.count("\n") > 1:
        return "¦"
    sign = _GAPS.get(_SPACE.sub("", between), "¦") if left.end <= right.start else ""
    return "~" if sign == "-" and between[0].isspace() and between[-1].isspace() else sign


def latin_language(given: Sequence[Word]) -> str | None:
    """Return the language that most small words in Latin script belong to; None when that is undecided."""
    counts = {code: sum(word.text in stops for word in given) for code, stops in _STOPS.items()}
    best = max(counts.values())
    winners = [code for code, count in counts.items() if count == best]
    return winners[0] if best and len(winners) == 1 else None


def _token(
    text: str, given: Sequence[Word], i: int, before: Sequence[Token], language: str | None
) -> tuple[Token, int]:
    """Return the token that begins with the i-th word, and the number of the word after it."""
    word = given[i]
    if word.text[0].isdigit():
        return _digits(text, given, i)
    for count in range(min(_LONGEST, len(given) - i), 0, -1):
        if not all(_joined(text, given[j - 1], given[j]) for j in range(i + 1, i + count)):
            continue
        rest = tuple(one.text for one in given[i + 1 : i + count])
        for name, clitic in _stems(word.text):
            entry = LEXICON.get((name, *rest))
            if entry is None:
                continue
            name = " ".join((name, *rest))
            entry = _in_context(text, given, i, entry, name, clitic, before, language)
            return Token(*entry, word.start, given[i + count - 1].end, name, clitic), i + count
    roman = _ROMAN.fullmatch(word.text)
    if roman and roman[1] and (_is_century(given, i + 1) or _is_century(given, i - 1)):
        return Token("O", _roman(roman[1]), word.start, word.end, word.text), i + 1
    return Token("?", 0, word.start, word.end, word.text), i + 1


def _digits(text: str, given: Sequence[Word], i: int) -> tuple[Token, int]:
    """Return a number as a token, with the ending that is written onto it (6th, 1990s)."""
    word = given[i]
    value = int(word.text) if word.text.isdigit() and len(word.text) < 5 else -1
    if (
        value < 0
        or text[word.start - 1 : word.start] in tuple("$€£")
        or text[word.end : word.end + 1] in tuple("%٪")
    ):
        return Token("?", 0, word.start, word.end, word.text), i + 1
    whole = (
        len(word.text) == 4
        and 1000 <= value <= 2200
        and not set(text[word.start : word.end]) & set(",.٬'’\u00a0\u202f")
    )
    symbol = "Y" if whole else "N" if value < 100 else "K"
    if i + 1 < len(given) and text[word.end : given[i + 1].start] in ("", "'", "’"):
        ending, end = given[i + 1].text, given[i + 1].end
        decade = ending in _DECADE_ENDS and value % 10 == 0
        if decade and (symbol == "Y" or value >= 20):
            return Token("9" if symbol == "Y" else "E", value, word.start, end, word.text), i + 2
        if ending in _ORDINAL_ENDS and symbol == "N":
            return Token("O", value, word.start, end, word.text), i + 2
    return Token(symbol, value, word.start, word.end, word.text), i + 1


def _joined(text: str, left: Word, right: Word) -> bool:
    """Tell whether two words can belong to one phrase: only a space, hyphen or apostrophe between."""
    between = gap(text, left, right)
    return between in ("", "-") or (between == "!" and len(left.text) + len(right.text) <= 4)


def _stems(word: str) -> list[tuple[str, str]]:
    """Return the word as it stands, and without what Arabic writes onto its front or Turkish onto its end."""
    found = [(word, "")]
    if "'" in word:
        found.append((word.partition("'")[0], "'"))
    if word in _WHOLE or not "ء" <= word[0] <= "ي" or len(word) < 3:
        return found
    rests = [(word, "")]
    if word[0] in "وف":
        rests.append((word[1:], word[0]))
    for rest, clitic in rests[:]:
        if rest.startswith("لل") and len(rest) > 4:
            rests.append(("ال" + rest[2:], clitic + "ل"))
        elif rest[0] in "بلك" and len(rest) > 3 and rest not in _WHOLE and rest[1:] != "اب":
            rests.append((rest[1:], clitic + rest[0]))
    return found + rests[1:]


def _in_context(
    text: str, given: Sequence[Word], i: int, entry: tuple[str, int], name: str, clitic: str,
    before: Sequence[Token], language: str | None,
) -> tuple[str, int]:  # fmt: skip
    """Return the entry of the lexicon, or another one where the words around it say so."""
    word, last = given[i], before[-1].symbol if before else ""
    previous = given[i - 1].text if i else ""
    if "'" in clitic and name in ("today", "tomorrow", "this", "that", "last", "next"):
        return ("?", 0)  # today's world
    if name in _CAPITAL_MONTHS and language in ("en", None) and not text[word.start].isupper():
        return ("?", 0)
    if (
        name == "hier"
        and language != "fr"
        and not (i + 1 < len(given) and given[i + 1].text in ("soir", "matin"))
    ):
        return ("?", 0)  # "here" in German
    if name == "morgen":
        noun = text[word.start].isupper() or last in ("R", "W", "T")
        return ("T", 0) if noun else entry if language in ("de", None) else ("?", 0)
    if name == "manana" and (previous in ("la", "una", "esta", "cada") or last in ("R", "W")):
        return ("T", 0)
    if name in ("today", "tomorrow") and text[word.start].isupper() and last not in ("", "¦", "!"):
        return ("?", 0)  # USA Today
    if name == "اليوم" and (clitic in ("ب", "ل") or previous in _NOT_TODAY):
        return ("?", 0)  # three times a day; names of newspapers
    if name == "الامس" and clitic[-1:] in ("ب", "ل"):
        return ("R", -1)
    if name in ("debut", "fin") and previous in ("la", "le", "au"):
        return ("P", 0 if name == "debut" else 4)
    if name in ("beginning", "start", "middle", "end") and not (
        i + 1 < len(given) and given[i + 1].text == "of"
    ):
        return ("?", 0)
    if name == "a" and language in ("fr", "es"):
        return ("J", 0)
    if name == "an" and language != "fr" and last not in ("N", "v", "1") and previous != "l":
        return ("?", 0)  # "Monday an explosion"
    if name == "her" and language != "tr":
        return ("?", 0)
    if name == "sept" and last not in ("N", "O") and not (i + 1 < len(given) and given[i + 1].text.isdigit()):
        return ("v", 7)
    return entry


def _is_century(given: Sequence[Word], i: int) -> bool:
    return 0 <= i < len(given) and given[i].text in ("siecle", "siecles", "siglo")


def _roman(numeral: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in numeral]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))
