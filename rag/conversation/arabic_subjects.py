"""Put a subject behind the verb of an Arabic follow-up that has none: "ومتى زار واشنطن؟"."""

from __future__ import annotations

from rag.conversation import arabic_cues as cues
from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_follow_up import FollowUp, after, is_prep, word_at
from rag.conversation.arabic_nouns import definite, is_name, is_time, kind_of
from rag.conversation.arabic_phrases import phrase
from rag.conversation.arabic_pronouns import may_own, possessed
from rag.conversation.arabic_suffixes import suffixed
from rag.conversation.arabic_verbs import VERBS, Verb
from rag.conversation.turns import Carry, Edit, Gender, Mention, Token, Want, choose
from rag.text import fold, fold_text


def subject(ask: FollowUp, i: int) -> list[Edit]:
    """Return the edits that give the verb at `i` its subject; none where it has one, or none can be told."""
    rest = ask.rest
    token = rest[i]
    verb = VERBS[token.text]
    wanted = verb
    if token.text in cues.IMPERSONAL_VERBS or (verb.subject == "event" and ask.cue.kind == "verb"):
        return []
    if verb.subject == "any" and word_at(rest, i + 1) in VERBS:  # "كان يعيش"
        wanted = VERBS[rest[i + 1].text]
        if _subject_state(ask, i + 1, wanted) != "missing":
            return []
    else:
        state = _subject_state(ask, i, verb)
        if state == "owned":  # its subject belongs to somebody: "متى انتهت ولايته"
            return possessed(ask, i + 1)
        if state != "missing":
            return []
    if token.text in cues.HAPPENED and ask.cue.kind == "verb":
        return []  # "what happened" has its subject
    kinds, also = wanted.kinds
    if token.text in ("وقع", "وقعت") and i + 1 < len(rest) and not is_prep(ask, i + 1):
        kinds, also = VERBS["اعلن"].kinds
    if verb.subject == "any" and wanted is verb:
        kinds = _predicate_kinds(ask, i + 1)
    mention = choose(ask.readings, Want(wanted.gender or verb.gender, verb.number, kinds, also))
    if mention is None:
        return []
    if verb.number == "p":
        return [_singular(ask, token, verb, mention)]
    return [after(token, mention)]


def _predicate_kinds(ask: FollowUp, i: int) -> frozenset[str]:
    word = word_at(ask.rest, i)
    return frozenset(("person",)) if kind_of(word.removesuffix("ا")) == "person" else frozenset()


def _singular(ask: FollowUp, token: Token, verb: Verb, mention: Mention) -> Edit:
    """Return the edit that takes the subject out of a plural verb and puts a name after it: عادوا → عاد."""
    written = ask.text[token.start : token.end]
    folds = fold(written)
    singular = fold_text(verb.singular)
    if folds.text.startswith(singular) and len(folds.text) == len(token.text):
        end = folds.original(0, len(singular))[1]
        return Edit(token.start + end, token.end, (" ", Carry(mention.text)))
    return Edit(token.start, token.end, (verb.singular + " ", Carry(mention.text)))


def _subject_state(ask: FollowUp, i: int, verb: Verb) -> str:
    """Return "missing", "owned" (a noun with a pronoun is the subject) or "there" (or cannot be told)."""
    rest, j = ask.rest, i + 1
    while j < len(rest):
        word = rest[j].text
        if word in lexicon.ADVERBS or is_time(rest, j):
            if verb.subject == "any" and j == i + 1 and word not in lexicon.ADVERBS:
                return "there"  # "متى كان رمضان"
            j += 1
        elif word in cues.CLAUSES and not (
            word == "بان" and "أ" not in ask.text[rest[j].start : rest[j].end]
        ):
            return "missing"
        elif word in cues.WITH_PRONOUN or word in cues.RELATIVES or word in cues.PRONOUNS:
            return "there"
        elif word in cues.THIS:
            last = j + 1 >= len(rest) or is_prep(ask, j + 1)
            return "missing" if last and verb.takes != "none" else "there"
        elif (
            j == i + 1
            and verb.takes == "either"
            and word in cues.IMPERSONAL
            and rest[i].text in cues.PASSIVE_WITH
        ):
            return "there"  # "متى أعلن عن": it was announced
        elif verb.subject == "any" and is_prep(ask, j) and word != "في":
            return "there"  # "متى يكون من المتوقع"
        elif is_prep(ask, j):
            inner = (
                phrase(rest, j + 1, wide=True) if word in lexicon.PREPOSITIONS else phrase(rest, j, wide=True)
            )
            j = inner.last + 1 if inner else j + 2
        else:
            return _object_state(ask, j, verb)
    return "missing"


def _object_state(ask: FollowUp, j: int, verb: Verb) -> str:
    """Tell a subject from an object, for the phrase that begins at `j` after a verb."""
    rest = ask.rest
    word = rest[j].text
    suffix = suffixed(word)
    if suffix is not None:
        if not may_own(ask, j, suffix):
            return "there"
        if kind_of(suffix.stem) == "person" or verb.takes == "none":
            return "owned"
        own: Gender = "f" if suffix.stem.endswith("ة") else "m"
        mismatch = verb.gender == "m" and own == "f"
        same = suffix.gender == verb.gender or (suffix.number == "p" and verb.number == "p")
        return "missing" if same and (verb.takes == "object" or mismatch) else "owned"
    if (
        word.endswith("ا")
        and not definite(word)
        and not is_name(word[:-1])
        and (kind_of(word[:-1]) or word[:-1] in lexicon.ADJECTIVES)
    ):
        return "missing" if verb.takes != "none" or verb.subject in ("any", "person") else "there"
    one = phrase(rest, j, wide=False)
    if one is None or verb.takes == "none" or one.pair or rest[j - 1].text in cues.SAYS:
        return "there"
    after = one.last + 1
    if word_at(rest, after) in cues.THIS and is_time(rest, after + 1):
        after += 1  # this year
    free = (
        after >= len(rest)
        or is_prep(ask, after)
        or is_time(rest, after)
        or rest[after].text in lexicon.ADVERBS
    )
    if not free or any(t.text in cues.WITH_PRONOUN for t in rest[after:]):
        return "there"
    mismatch = bool(one.gender) and bool(verb.gender) and one.gender != verb.gender and one.number != "p"
    if one.kind in ("event", "thing", "place"):
        return "missing" if verb.takes == "object" or mismatch else "there"
    return "missing" if one.kind == "organisation" and mismatch and verb.gender == "m" else "there"
