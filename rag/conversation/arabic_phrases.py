"""Find the noun phrases of an Arabic question: where one ends, and what it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_nouns import (
    NAMES,
    QUANTIFIERS,
    bare,
    definite,
    gender_of,
    is_action,
    is_adjective,
    is_break,
    is_time,
    is_verb,
    joined,
    kind_of,
    place_at,
)
from rag.conversation.arabic_suffixes import suffixed
from rag.conversation.turns import Gender, Number, Token
from rag.cues import folded
from rag.stopwords import ARABIC

_ATTACHING = folded("في على من إلى ضد بين قرب داخل حول بشأن")  # prepositions inside the phrase of an event


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: tokens[first : last + 1]."""

    first: int
    last: int
    kind: str = ""
    gender: Gender = ""
    number: Number = ""
    pair: bool = False
    common: bool = False  # its head is a common noun, not a name
    inner: Phrase | None = None  # the phrase that the head belongs to: المغرب in "عاصمة المغرب"


def phrase(found: Sequence[Token], i: int, wide: bool) -> Phrase | None:
    """Return the noun phrase that begins at `i`, or None where none does.

    Args:
        found: the words of the question.
        i: where to begin.
        wide: whether all that follows, up to a preposition or the like, belongs to one phrase, as it does
            after a verb that takes no object.
    """
    single = _single(found, i, wide)
    if single is None:
        return None
    following = single.last + 1
    if not is_break(found, following):
        rest = joined(found[following].text)
        if rest:
            second = _single(_peeled(found, following, 1), following, wide)
            if second is not None:
                names = not single.common or single.kind == "person"
                number: Number = "p" if names else single.number
                return replace(single, last=second.last, pair=names, number=number)
    return single


def _peeled(found: Sequence[Token], i: int, length: int) -> list[Token]:
    """Return the words with the first `length` letters of the `i`-th taken off; offsets stay the word's."""
    changed = list(found)
    changed[i] = replace(found[i], text=found[i].text[length:])
    return changed


def _single(found: Sequence[Token], i: int, wide: bool) -> Phrase | None:
    if is_break(found, i):
        return None
    token = found[i]
    if token.quoted:
        last = i
        while last + 1 < len(found) and found[last + 1].quoted and not found[last].stop:
            last += 1
        return Phrase(i, last, "thing")
    if i + 1 < len(found) and f"{token.text} {found[i + 1].text}" in lexicon.TWO_WORD_TITLES:
        whole = phrase(found, i + 2, wide)
        if whole is not None:
            last = whole.last if whole.kind == "person" else _titled(found, whole.last, wide)
            return Phrase(i, last, "person", "m", "s", common=True, inner=whole)
    place = place_at(found, i)
    if place is not None and not (definite(token.text) and kind_of(bare(token.text))):
        gender, number = gender_of(" ".join(t.text for t in found[i : place + 1]))
        return Phrase(i, _adjectives(found, place, gender), "place", gender, number)
    kind = kind_of(token.text)
    if definite(token.text) and token.text not in NAMES:
        return _defined(found, i, kind, wide)
    heads = (kind or is_action(token.text)) and token.text not in NAMES
    following = found[i + 1].text if not is_break(found, i + 1) else ""
    if heads or token.text in lexicon.PROPERTIES or token.text in QUANTIFIERS or _construct(token, following):
        return _governed(found, i, kind, wide)
    return _name(found, i, wide)


def _construct(token: Token, following: str) -> bool:
    """Tell a noun from a name before a definite word: سد النهضة, and not محمد البرادعي."""
    if token.text in NAMES or token.text in lexicon.NAME_PARTS or token.proper:
        return False
    return token.text.endswith(("ة", "ات")) and definite(following)


def _defined(found: Sequence[Token], i: int, kind: str, wide: bool) -> Phrase:
    gender, number = gender_of(found[i].text)
    last = _adjectives(found, i, gender)
    if kind == "person" and number != "p":
        last = _titled(found, last, wide)
    elif not is_break(found, last + 1) and found[last + 1].quoted:
        last = _single(found, last + 1, wide).last  # type: ignore[union-attr]
    elif wide:
        last = _rest(found, last)
    if kind in ("event", "organisation"):
        last = _complements(found, last, kind)
    return Phrase(i, last, kind, gender, number, common=bool(kind) or found[i].text.endswith("ة"))


def _governed(found: Sequence[Token], i: int, kind: str, wide: bool) -> Phrase:
    """Return the phrase whose head is a noun without article, with what the noun belongs to."""
    gender, number = gender_of(found[i].text)
    last, inner = i, None
    after = found[i + 2].text if not is_break(found, i + 2) else ""
    acts = (
        i + 1 < len(found) and is_verb(found[i + 1].text) and not (definite(after) and not found[i + 1].stop)
    )
    if not is_break(found, i + 1) and not acts:
        # A personal name after a noun runs on; so does whatever follows where nothing else can.
        inner = phrase(found, i + 1, wide)
    if inner is not None:
        last = inner.last
        if kind == "person" and (inner.kind != "person" or inner.number == "p"):
            last = _titled(found, last, wide)
    if kind in ("event", "organisation"):
        last = _complements(found, last, kind)
    return Phrase(i, last, kind, gender, number, common=True, inner=inner)


def _name(found: Sequence[Token], i: int, wide: bool) -> Phrase:
    """Return the name that begins at `i`: words without article, and a surname with it."""
    last = i
    while _continues(found, last + 1, wide):
        last += 1
    known = found[i].text in NAMES
    gender, number = gender_of(found[i].text)
    return Phrase(i, last, "person" if known else "", gender, number)


def _continues(found: Sequence[Token], i: int, wide: bool) -> bool:
    """Tell whether the name goes on at `i`."""
    if is_break(found, i) or found[i].quoted or joined(found[i].text):
        return False
    word, before = found[i].text, found[i - 1].text
    if before in lexicon.SURNAMES or place_at(found, i) is not None or is_verb(word):
        return False
    if before in lexicon.NAME_PARTS:
        return True
    part = word in lexicon.NAME_PARTS
    if not part and ((definite(before) and not definite(word)) or (is_action(word) and not wide)):
        return False
    if definite(word):
        return (wide or before in NAMES) and not (kind_of(word) and not wide)
    if word in NAMES or word in lexicon.NAME_PARTS or found[i].proper:
        return True
    return not kind_of(word) and not suffixed(word)


def _titled(found: Sequence[Token], last: int, wide: bool) -> int:
    """Return the last word of the name that stands after a title."""
    following = last + 1
    if is_break(found, following) or found[following].quoted or joined(found[following].text):
        return last
    word = found[following].text
    if word == "باسم":  # the spokesman of
        inner = _single(found, following + 1, wide)
        return inner.last if inner else last
    if found[last].text == "العام" and word.startswith("ل") and len(word) > 3:
        return _complements(found, last, "organisation") if word.startswith("لل") else _rest(found, following)
    if definite(word):
        return _rest(found, last) if wide else last
    if place_at(found, following) is not None or kind_of(word) not in ("", "person") or is_verb(word):
        return last
    if suffixed(word) or (word.endswith("ا") and kind_of(word[:-1])):
        return last
    if kind_of(word) == "person" and word not in NAMES:  # "الرئيس وزير الدفاع": two men
        return last
    return _name(found, following, wide).last


def _rest(found: Sequence[Token], last: int) -> int:
    """Return the last word before something that is no part of a noun phrase."""
    while (
        not is_break(found, last + 1)
        and not joined(found[last + 1].text)
        and not is_verb(found[last + 1].text)
    ):
        if suffixed(found[last + 1].text):
            break
        last += 1
    return last


def _adjectives(found: Sequence[Token], last: int, gender: Gender) -> int:
    while not is_break(found, last + 1) and is_adjective(found[last + 1].text, gender):
        last += 1
    return last


def _complements(found: Sequence[Token], last: int, kind: str) -> int:
    """Return the last word of what belongs to an event or an organisation: "على السفارة", "للطيران"."""
    while last + 1 < len(found) and not found[last].stop:
        word = found[last + 1].text
        if word.startswith("لل") and len(word) > 4 and word not in ARABIC:
            last = _adjectives(found, last + 1, "")
            continue
        if kind != "event" or word not in _ATTACHING or is_time(found, last + 2):
            break
        inner = _single(found, last + 2, wide=True)
        if inner is None:
            break
        last = inner.last
    return last
