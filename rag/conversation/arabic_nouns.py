"""What an Arabic noun stands for, its gender and its number, as far as tables and letters say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_verbs import VERBS
from rag.conversation.turns import Gender, Number, Token
from rag.cues import NOUNS, folded
from rag.question import noun_kind
from rag.schema import Kind
from rag.stopwords import ARABIC

NAMES = lexicon.MEN | lexicon.WOMEN | lexicon.SURNAMES
QUANTIFIERS = folded("جميع كل معظم بعض أحد إحدى كافة عدد أكبر أول آخر أشهر أهم أبرز أطول أعلى أقدم")
_ASKED: tuple[Kind, ...] = ("person", "place", "organisation")
_LONGEST_PLACE = max(len(place.split()) for place in lexicon.PLACES)
_BREAKS = lexicon.PREPOSITIONS | lexicon.LINKS | lexicon.ADVERBS | ARABIC
_PLURAL_ENDS = ("ون", "ين")
_ACTION = re.compile(r"ت\w\wي\w|ا\w{2,4}ا[^ني\W]|است\w{2}ا\w")


def is_name(word: str) -> bool:
    """Tell whether a folded word is a first name or a well-known surname."""
    return word in NAMES


def is_arabic(text: str) -> bool:
    """Tell whether a word begins with a letter of the Arabic script."""
    return "\u0620" <= text[:1] <= "\u06d3"


def definite(word: str) -> bool:
    """Tell whether a folded word begins with the article; a verb like ألقى may."""
    return word.startswith("ال") and len(word) > 4


def bare(word: str) -> str:
    """Return a folded word without its article."""
    return word[2:] if definite(word) else word


def kind_of(word: str) -> str:
    """Return what a folded noun stands for, by the tables; "" where none has it."""
    noun = bare(word)
    if noun in lexicon.EVENTS:
        return "event"
    if noun in lexicon.PERSONS or noun in lexicon.PEOPLE:
        return "person"
    if noun in lexicon.PROPERTIES and noun not in lexicon.THINGS:
        return ""
    if word in NAMES:
        return "person"
    if word in lexicon.PLACES:
        return "place"
    if definite(word) and len(noun) > 5 and noun.endswith(("يين", "يون")):
        return "person"  # of a nation
    for asked in _ASKED:
        if noun in NOUNS[asked]:
            return asked
    for kind, table in (
        ("organisation", lexicon.ORGANISATIONS),
        ("place", lexicon.PLACE_NOUNS),
        ("thing", lexicon.THINGS),
    ):
        if noun in table or (noun.endswith("ا") and noun[:-1] in table):
            return kind
    return ""


def gender_of(word: str) -> tuple[Gender, Number]:
    """Return gender and number of a folded noun as far as it shows them; things in plural are feminine."""
    noun = bare(word)
    if noun in lexicon.PEOPLE:
        return "", "p"
    if noun in lexicon.EVENTS:
        return lexicon.EVENTS[noun][0], ""
    if word in lexicon.PLACES:
        return ("m" if word in lexicon.MASCULINE_PLACES else "f"), "s"
    if word in lexicon.WOMEN:
        return "f", "s"
    if word in lexicon.MEN or noun in lexicon.MASCULINE:
        return "m", "s"
    if noun in lexicon.FEMININE or noun.endswith(("ة", "ات")):
        return "f", ""
    if definite(word) and noun.endswith(_PLURAL_ENDS) and len(noun) > 4:
        sure = noun.endswith("ون") or noun.startswith("م") or kind_of(noun[:-2]) == "person"
        return ("m", "p") if sure else ("", "")
    return ("m", "s") if kind_of(word) else ("", "")


def place_at(found: Sequence[Token], i: int) -> int | None:
    """Return the last word of the place named at `i`, or None."""
    for length in range(_LONGEST_PLACE, 0, -1):
        part = found[i : i + length]
        joined = not any(token.stop for token in part[:-1])
        if len(part) == length and joined and " ".join(t.text for t in part) in lexicon.PLACES:
            return i + length - 1
    return None


def is_adjective(word: str, gender: Gender = "") -> bool:
    """Tell whether a definite folded word is an adjective: of a nation, or a common one."""
    if not definite(word):
        return False
    stem = bare(word)
    if stem in lexicon.NOUNS_LIKE_ADJECTIVES:
        return False
    masculine = stem.removesuffix("ة").removesuffix("ين").removesuffix("ون")
    if stem in lexicon.ADJECTIVES or masculine in lexicon.ADJECTIVES:
        return True
    if gender == "m" and stem.endswith("ية"):
        return False
    return len(stem) > 3 and stem.endswith(("ي", "ية", "يين", "يون", "يات"))


def is_action(word: str) -> bool:
    """Tell whether a folded word has the form of a verbal noun, and no table has it: تأجيل, استعمال."""
    return bool(_ACTION.fullmatch(word)) and word not in NAMES and word not in lexicon.PLACES


def is_break(found: Sequence[Token], i: int) -> bool:
    """Tell whether no noun phrase goes on at `i`: a preposition, a particle, a time, a number or a stop."""
    if i >= len(found) or (i > 0 and found[i - 1].stop):
        return True
    word = found[i].text
    if found[i].quoted or found[i].proper:
        return False
    if word in ("العام", "العامة") and i > 0 and definite(found[i - 1].text):
        return False  # the secretary-general, and not the year
    joined_preposition = (
        word.startswith("بال") and len(word) > 5 and word not in NAMES and word not in lexicon.PLACES
    )
    joined_preposition = joined_preposition or (word[0] == "ل" and word[1:] in QUANTIFIERS)
    return word in _BREAKS or word in lexicon.TIMES or joined_preposition or not word[:1].isalpha()


def is_verb(word: str) -> bool:
    """Tell whether a folded word can only be a verb, as far as the tables say."""
    return word in VERBS and word not in NAMES and not kind_of(word) and word not in lexicon.PLACES


def joined(word: str) -> str:
    """Return what stands after a joined "and": السوق in والسوق; "" where none is seen."""
    rest = word[1:]
    if word[:1] != "و" or len(rest) < 3 or word in NAMES or word in lexicon.PLACES or kind_of(word):
        return ""
    known = definite(rest) or rest in NAMES or rest in lexicon.PLACES or kind_of(rest)
    return rest if known else ""


def is_time(found: Sequence[Token], i: int) -> bool:
    """Tell whether the word at `i` says when."""
    return i < len(found) and (
        found[i].text in lexicon.TIMES or found[i].text[:1].isdigit() or noun_kind(found[i].text) == "date"
    )
