"""Put names for the pronouns of an Arabic follow-up: joined to a noun or a preposition, or standing alone."""

from __future__ import annotations

from rag.conversation import arabic_cues as cues
from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_follow_up import FollowUp, after, is_noun, is_prep, word_at
from rag.conversation.arabic_nouns import QUANTIFIERS, definite, is_adjective, is_name, is_time, kind_of
from rag.conversation.arabic_suffixes import Suffix, alone, suffixed
from rag.conversation.arabic_verbs import VERBS
from rag.conversation.turns import Carry, Completed, Edit, Mention, Token, Want, choose, rewrite
from rag.text import fold


def identity(ask: FollowUp) -> Completed | None:
    """Name whom "who is he" asks about."""
    pronoun = ask.found[ask.cue.copula]
    if pronoun.text not in cues.PRONOUNS:
        return None
    gender, number = cues.PRONOUNS[pronoun.text]
    kinds = (
        frozenset(("person",))
        if ask.cue.role == "who"
        else frozenset(("organisation", "place", "event", "thing"))
    )
    mention = choose(ask.readings, Want(gender, number, kinds))
    return rewrite(ask.text, [after(pronoun, mention)]) if mention else None


def pronoun(ask: FollowUp) -> list[Edit]:
    """Put a name for a pronoun that stands as the subject."""
    if ask.cue.role != "yes_no" and ask.cue.kind != "place":
        return []
    after = word_at(ask.rest, 1)
    if after and ask.cue.kind == "place" and not (after in lexicon.ADVERBS or is_prep(ask, 1)):
        return []
    gender, number = cues.PRONOUNS[ask.rest[0].text]
    people = frozenset(("person",)) if ask.rest[0].text == "هم" else frozenset()
    mention = choose(ask.readings, Want(gender, number, people))
    return [Edit(ask.rest[0].start, ask.rest[0].end, (Carry(mention.text),))] if mention else []


def possessed(ask: FollowUp, i: int) -> list[Edit]:
    """Put a name for a pronoun joined to a noun, or to the verb after "who", unless it refers inside."""
    rest = ask.rest
    for j in range(i, len(rest)):
        token = rest[j]
        if token.quoted or token.proper or definite(token.text) or token.text in lexicon.PLACES:
            return []
        if token.text in lexicon.NAME_PARTS or is_name(token.text):
            return []
        if token.text in cues.WITH_PRONOUN or token.text in cues.RELATIVES:
            return []
        suffix = suffixed(token.text)
        if suffix is not None and suffix.stem == "شان":
            return []
        if suffix is not None:
            return _without_suffix(ask, j) if may_own(ask, j, suffix) else []
        if not (_leads(token.text) or _is_head(ask, j)):
            if kind_of(token.text):
                return []  # "منظمة … مقرها": the question's own
            if j > i and token.text not in VERBS and not is_time(rest, j):
                return []
    return []


def _leads(word: str) -> bool:
    """Tell whether a folded word may stand before the noun that has the pronoun: اسم in "ما اسم ابنته"."""
    tables = (lexicon.PROPERTIES, cues.BE, QUANTIFIERS, lexicon.OWNERS, lexicon.PREPOSITIONS)
    return any(word in table for table in tables)


def may_own(ask: FollowUp, j: int, suffix: Suffix) -> bool:
    """Tell a noun with a pronoun from a name that ends as one, and from a clause: "أغنية غنتها فلانة"."""
    if kind_of(suffix.stem) or suffix.stem in lexicon.PROPERTIES or suffix.stem in lexicon.OWNERS:
        return True
    if ask.cue.copula >= 0 and suffix.letters == 1:
        return False
    if ask.cue.role == "what" and suffix.stem[0] in "يت":
        return False  # "ما تمثله": that which it stands for
    following = word_at(ask.rest, j + 1)
    if definite(following) and not is_adjective(following):
        return False  # "ما أحدثه العثمانيون"
    asked = ask.cue.role in ("what", "count", "who") and ask.cue.kind != "verb"
    return asked and (j == 0 or ask.rest[j - 1].text in QUANTIFIERS)


def _is_head(ask: FollowUp, j: int) -> bool:
    """Tell whether the word at `j` may be a noun that a noun with a pronoun follows: رد in "رد فعله"."""
    return j + 1 < len(ask.rest) and suffixed(ask.rest[j + 1].text) is not None


def _without_suffix(ask: FollowUp, j: int) -> list[Edit]:
    token = ask.rest[j]
    suffix = suffixed(token.text)
    if suffix is None or _rival(ask, j, suffix.letters):
        return []
    if ask.cue.role == "who" and j and not is_noun(ask.rest[0].text):
        return []  # "من فقد زوجته": he who lost
    kinds = lexicon.OWNERS.get(suffix.stem, frozenset())
    if suffix.stem == "عدد":  # only what is many has a number
        kinds = frozenset(("person", "organisation", "thing", "event"))
    also: frozenset[str] = frozenset()
    if not kinds and ask.cue.role == "who" and j == 0:
        verb = VERBS.get(token.text[: -suffix.letters])
        harm = verb is not None and verb.subject == "person" and verb.takes == "either"
        kinds = frozenset(("person",)) if harm else frozenset()
    mention = choose(ask.readings, Want(suffix.gender, suffix.number, kinds, also))
    return [_cut(ask, token, suffix.letters, mention)] if mention else []


def _rival(ask: FollowUp, j: int, letters: int) -> bool:
    """Tell whether another pronoun stands in the question, which may mean somebody else."""
    mine = ask.rest[j].text[-letters:]
    for k, token in enumerate(ask.rest):
        if k == j or token.text in cues.PRONOUNS:
            continue
        other = suffixed(token.text)
        if token.text in cues.WITH_PRONOUN or (other and token.text[-other.letters :] != mine):
            return True
    return False


def _cut(ask: FollowUp, token: Token, letters: int, mention: Mention) -> Edit:
    """Return the edit that puts the name for the last letters of a word."""
    written = ask.text[token.start : token.end]
    folds = fold(written)
    if len(folds.text) != len(token.text):
        return Edit(token.end, token.end, (" ", Carry(mention.text)))
    start = folds.offset(len(folds.text) - letters)
    stem = folds.text[: len(folds.text) - letters]
    other = alone(stem)
    if other == stem:
        return Edit(token.start + start, token.end, (" ", Carry(mention.text)))
    last = folds.offset(len(stem) - 1)  # one letter is written otherwise: ت as ة
    marks = written[last + 1 : start]
    return Edit(token.start + last, token.end, (other[-1] + marks, " ", Carry(mention.text)))


def prepositional(ask: FollowUp, i: int) -> list[Edit]:
    """Put a name for the pronoun of a preposition: "كم شخصا يعيش فيها"."""
    for j in range(i, len(ask.rest)):
        token = ask.rest[j]
        if token.text in cues.WITH_PRONOUN:
            break
        own = definite(token.text) and token.text not in cues.ROLES_ABOUT
        named = kind_of(token.text) in ("person", "place") and ask.cue.role != "count"
        named = named and token.text not in cues.ROLES_ABOUT
        if own or token.quoted or token.proper or token.text in lexicon.PLACES or named:
            return []
        if token.text in cues.RELATIVES or token.text in cues.CLAUSES:
            return []
    else:
        return []
    if not _may_stand(ask, j):
        return []
    preposition, gender, number = cues.WITH_PRONOUN[token.text]
    if any(suffixed(t.text) or t.text in cues.WITH_PRONOUN for t in ask.rest[j + 1 :]):
        return []
    kinds = frozenset(("event", "place", "organisation")) if preposition == "في" else frozenset()
    mention = choose(ask.readings, Want(gender, number, kinds))
    if mention is None:
        return []
    if len(preposition) > 1:
        return [Edit(token.start, token.end, (preposition + " ", Carry(mention.text)))]
    if preposition == "ل" and mention.text.startswith("ال"):
        return [Edit(token.start, token.end, ("ل", Carry(mention.text[1:])))]
    return [Edit(token.start, token.end, (preposition, Carry(mention.text)))]


def _may_stand(ask: FollowUp, j: int) -> bool:
    """Tell where the pronoun of a preposition stands for somebody of an earlier turn."""
    rest, role = ask.rest, ask.cue.role
    after = word_at(rest, j + 1)
    ends = not after or after in lexicon.ADVERBS or is_time(rest, j + 1) or is_prep(ask, j + 1)
    if role == "yes_no" and j == 0:
        return not definite(after)
    if not ends:
        return False
    if role == "who":
        if j == 0:  # not "من لديه": he who has
            return ask.found[ask.cue.end - 1].text in cues.BE and rest[0].text[0] != "ل"
        return rest[j - 1].text in cues.ROLES_ABOUT or (
            rest[0].text in VERBS and rest[0].text not in cues.IMPERSONAL_VERBS
        )
    if role == "what":
        return j == 0 and ask.cue.kind == "verb"
    return role in ("count", "adverb") and j <= 2
