"""Find the interrogative that an Arabic question opens with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.conversation.arabic_nouns import definite, is_adjective
from rag.conversation.turns import Token
from rag.cues import folded
from rag.question import noun_kind
from rag.text import fold_text

_ADVERBIAL = {  # interrogatives that leave a whole sentence behind them
    fold_text(word): kind
    for kind, line in {
        "date": "متى أيان", "place": "أين وين", "reason": "لماذا ليش علام", "manner": "كيف",
    }.items()
    for word in line.split()
}  # fmt: skip
_JOINED_CUES = folded("بماذا لمن ممن عمن بمن فيمن عم مم فيم بم لأي بأي بأية لأية كأي بكم")
_LEADS = folded("إلى من منذ حتى في عن مع ضد على ب حول لصالح بعد قبل")
_OPENERS = folded("و ف ثم طيب حسنا إذن أوكي نعم لكن وأيضا أيضا")
PARTICLES = folded("قد لقد لم لن سوف لا س إذن")
BE = folded("كان كانت كانوا يكون تكون")
RELATIVES = folded("الذي التي الذين اللذان اللتان اللواتي")
COPULAS = folded("هو هي هم هما")
THAT = folded("أن إن أنه أنها بأن بأنه لأن كي")


@dataclass(frozen=True, slots=True)
class Cue:
    """The interrogative a question opens with: tokens[:end]."""

    role: str  # "adverb", "yes_no", "who", "what", "count", "which"
    end: int
    kind: str = ""  # what an adverb asks for
    joined: bool = False  # "and" stands before it
    copula: int = -1  # where a pronoun like هو stands in it
    relative: bool = False  # it ends with "the one who"


def find_cue(found: Sequence[Token]) -> Cue | None:
    """Return the interrogative that opens the words, with any "and" before it; None where none does."""
    i = 0
    while i < len(found) and found[i].text in _OPENERS:
        i += 1
    if i >= len(found):
        return None
    cue = _cue_at([token.text for token in found], i, found[i].text)
    rest = found[i].text[1:]
    if cue is None and found[i].text[0] in "وف" and rest:
        cue = _cue_at([token.text for token in found], i, rest)
        return replace(cue, joined=True) if cue else None
    return replace(cue, joined=i > 0) if cue else None


def _cue_at(texts: Sequence[str], i: int, first: str) -> Cue | None:
    second = texts[i + 1] if i + 1 < len(texts) else ""
    if first in _ADVERBIAL:
        return Cue("adverb", i + 1, _ADVERBIAL[first])
    if first in _LEADS and second in _ADVERBIAL:
        return Cue("adverb", i + 2, _ADVERBIAL[second] if first != "من" or second != "متي" else "date")
    if first in _LEADS and second in ("اي", "اية"):
        return _with_noun(texts, i + 2)
    if first in ("باي", "لاي", "باية", "لاية", "كاي"):
        return _with_noun(texts, i + 1)
    if first in _LEADS - {"من"} and second in ("من", "ماذا"):
        return Cue("adverb", i + 2, "other")
    if first in _JOINED_CUES:
        return Cue("adverb", i + 1, "other")
    if first in ("هل", "ا"):
        return Cue("yes_no", i + 1)
    if first in ("ماهو", "ماهي", "ما", "ماذا", "من", "منو", "شو"):
        role = "who" if first in ("من", "منو") else "what"
        copula = i + 1 if second in COPULAS else -1
        end = i + 2 if second in COPULAS or second in RELATIVES else i + 1
        if role == "who" and copula < 0 and second in BE:
            end = i + 2
        return Cue(
            role,
            end,
            "verb" if first == "ماذا" or second in RELATIVES else "",
            copula=copula,
            relative=second in RELATIVES,
        )
    if first == "كم":
        return Cue("count", i + 2 if second in COPULAS else i + 1)
    if first in ("اي", "اية"):
        return Cue("which", i + 1)
    return None


def _with_noun(texts: Sequence[str], i: int) -> Cue:
    """Return the cue of "in which city", whose noun may be left out of the table."""
    kind = noun_kind(texts[i]) if i < len(texts) else None
    known = kind if kind in ("date", "place", "reason") else "other"
    while i + 2 < len(texts) and not definite(texts[i + 1]) and is_adjective("ال" + texts[i + 1]):
        i += 1  # in which political party
    return Cue("adverb", min(i + 1, len(texts)), known)
