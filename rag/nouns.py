"""What kind of thing a noun names, and what it measures: by table, with Arabic clitics off."""

from __future__ import annotations

from functools import lru_cache

from rag import cues
from rag.analysis import Analyzer
from rag.schema import Kind

_STOP = Analyzer()
_NOUN_ORDER: tuple[Kind, ...] = ("date", "number", "reason", "person", "place", "organisation")
_ARABIC_CLITICS = ("وال", "فال", "بال", "كال", "ال", "لل", "و", "ب", "ل")
_ARABIC_PRONOUNS = ("هما", "ها", "هم", "ه")


@lru_cache(maxsize=4096)
def noun_kind(noun: str) -> Kind | None:
    """Return what kind of thing the folded `noun` names ("city" → place), or None where no table has it."""
    given = forms(noun) | {noun.removesuffix("s")}
    for kind in _NOUN_ORDER:
        if not given.isdisjoint(cues.NOUNS[kind]):
            return kind
    for length in range(len(noun) - 1, max(4, len(noun) - 5), -1):  # suffixes: başkentinin, Ministers
        for kind in _NOUN_ORDER:
            if noun[:length] in cues.NOUNS[kind]:
                return kind
    return None


def measure_of(word: str) -> str | None:
    """Return what the folded noun or unit `word` measures ("دولار" → money), or None."""
    given = forms(word)
    return next((measure for measure, nouns in cues.MEASURES.items() if not given.isdisjoint(nouns)), None)


def forms(noun: str) -> set[str]:
    """Return the noun with and without Arabic clitics: والعاصمة → عاصمة, قيمتها → قيمه."""
    found = {noun}
    for clitic in _ARABIC_CLITICS:
        if noun.startswith(clitic) and len(noun) - len(clitic) >= 3:
            found.add(noun[len(clitic) :])
            break
    for form in list(found):
        for pronoun in _ARABIC_PRONOUNS:
            if form.endswith(pronoun) and len(form) - len(pronoun) >= 3:
                stem = form[: -len(pronoun)]
                found.update((stem, stem[:-1] + "ة" if stem.endswith("ت") else stem))
                break
        if form.endswith("ا") and len(form) >= 4:  # ثمنا
            found.add(form[:-1])
    return found


def is_light(token: str) -> bool:
    """Tell whether a folded word of a question says nothing of what must be found."""
    return token in cues.LIGHT or token in cues.NAME or _STOP.is_stop(token)
