"""Tell questions for what something is from their look-alikes: "what is a car", "what is its colour".

Rules over folded words. Where a question names a property, a rank, a place or a deed, it asks which thing
fits, and that is a name or a number, not a definition.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag import cues
from rag.cues import folded
from rag.nouns import forms, is_light, noun_kind

COPULAS = folded("هو هي هم كان كانت is are was were est sont etait es son era fue ist sind war")
RELATIVES = folded("الذي التي الذين who that which qui que der die که")
MEANS = folded("mean")
_OF = folded("of de des du von")
_WITH_COPULA = folded("qu ماهو ماهي")  # cues that hold their "is"
_LAST = folded("nedir چیست")  # cues that end a question
_HAPPENS = folded("ماذا وماذا بماذا فيم فيما بم مم عم عما")
_FRENCH_SUBJECTS = folded("il elle ils elles on a ont avait avaient")
_LONGEST_LATIN, _LONGEST_ARABIC = 4, 5  # content words of what is to be defined

_CIRCUMSTANCES = folded("""
    في من على عن إلى بين ضد حول قبل بعد عند مع دون خلال منذ in for to by with from at on as about than when
    there using during between among if pour par avec dans en sur chez entre para por con für mit bei
    """)
_IDENTIFYING = folded("""
    وحيد وحيدة أخير أخيرة أول أولى ثاني ثانية ثالث ثالثة رسمي رسمية حالي حالية سابق سابقة رئيسي رئيسية مفضل
    مفضلة
    """)
_SOME = folded("بعض some")
_NO_THING = folded("""
    it there another one some two three your their his her its my considered called known named made used also
    of for
    """)


def asks_what_it_is(tokens: Sequence[str], last: int, focus_at: int | None, proper: bool) -> bool:
    """Tell whether a question that the word before tokens[last] asks wants a definition.

    Args:
        tokens: the folded words of the question.
        last: the word after the cue.
        focus_at: where the noun asked about stands.
        proper: whether that noun is written with a capital.
    """
    cue, asked = tokens[last - 1], tokens[last:]
    if focus_at is None or cue in cues.WHICH or cue in _HAPPENS or not cues.NAME.isdisjoint(tokens):
        return False
    if tokens[-1] in MEANS and len(tokens) > 2:
        return True
    if not asked:
        return cue in _LAST
    if "الذي" in asked or "التي" in asked or not RELATIVES.isdisjoint(tokens[focus_at:]):
        return False
    if any(token.removeprefix("ال") in cues.RANKS for token in asked):
        return False
    size = sum(not is_light(token) for token in tokens[focus_at:])
    copula = (asked[0] in COPULAS and (asked[0] != "war" or cue == "was")) or cue in _WITH_COPULA
    if "\u0620" <= tokens[focus_at][0] <= "\u06d3":
        alone = cue in ("ما", "وما") and asked[0].startswith("ال") and size <= 2
        return (copula or alone) and size <= _LONGEST_ARABIC and _is_arabic_thing(tokens, focus_at)
    if cue == "qu" and not _FRENCH_SUBJECTS.isdisjoint(asked):
        return False  # "qu'est-ce que Paul a dit"
    return copula and size <= _LONGEST_LATIN and _is_latin_thing(tokens, last, focus_at, proper)


def names_one(tokens: Sequence[str], last: int, noun: str) -> bool:
    """Tell "what is the Nile movement" from "what movement …" and "what is the largest movement"."""
    rest = tokens[last:]
    if tokens[last - 1] in cues.WHICH or COPULAS.isdisjoint(rest[:1]):
        return False
    return forms(noun).isdisjoint(cues.RELATIONAL_PLACES) and RELATIVES.isdisjoint(rest)


def names_people(tokens: Sequence[str], last: int) -> bool:
    """Tell "who are the Rovers" and من هم الصيادون from "who are the members of …" and من هم أعضاء …."""
    rest = [token for token in tokens[last:] if not is_light(token)]
    if rest and "ا" <= rest[0][0] <= "ي" and not rest[0].startswith("ال"):
        return False
    return all(names.isdisjoint(tokens[last:]) for names in (_OF, RELATIVES, _CIRCUMSTANCES, _SOME))


def _is_arabic_thing(tokens: Sequence[str], focus_at: int) -> bool:
    """Tell ما هي السيارة from ما لون السيارة, ما هي السيارة الوحيدة and ما هي السيارة في …."""
    noun, more = tokens[focus_at], tokens[focus_at + 1 :]
    if more and not forms(noun).isdisjoint(cues.PROPERTIES):
        return False
    return not any(
        token in _CIRCUMSTANCES
        or token.removeprefix("ال") in _IDENTIFYING
        or (token[0] == "ي" and len(token) > 3)  # a verb
        for token in more
    )


def _is_latin_thing(tokens: Sequence[str], last: int, focus_at: int, proper: bool) -> bool:
    """Tell "what is a car" from "what is the colour of the car" and "what was built in 1911"."""
    noun, asked, more = tokens[focus_at], tokens[last:], tokens[focus_at + 1 :]
    if noun in _NO_THING or tokens[-1] in _NO_THING or noun.endswith("ed") or "not" in asked:
        return False
    if any(token.endswith("'s") or token in _CIRCUMSTANCES for token in (noun, *more)):
        return False
    if any(len(token) > 5 and token.endswith("est") for token in asked):
        return False  # "the warmest part"
    if more and (noun in cues.PROPERTIES or noun.endswith("ing")):
        return False  # "what is causing the delay"
    if any(token in cues.PROPERTIES or noun_kind(token) == "number" for token in more):
        return False  # "the national currency", "the average size"
    the_of = tokens[focus_at - 1] == "the" and more[:1] == ["of"]
    return proper or not the_of or noun_kind(noun) is not None
