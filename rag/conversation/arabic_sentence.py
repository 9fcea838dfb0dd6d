"""Walk through an Arabic question and note whom and what it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_cue import BE, COPULAS, PARTICLES, RELATIVES, THAT, Cue
from rag.conversation.arabic_nouns import (
    QUANTIFIERS,
    definite,
    is_action,
    is_adjective,
    is_break,
    is_time,
    is_verb,
    kind_of,
    place_at,
)
from rag.conversation.arabic_phrases import Phrase, phrase
from rag.conversation.arabic_suffixes import suffixed
from rag.conversation.arabic_verbs import VERBS, Verb
from rag.conversation.turns import Gender, Mention, Token, cut
from rag.cues import folded
from rag.text import fold_text

_AMOUNTS_TO = folded("بلغ بلغت يبلغ تبلغ")
_DONE = folded("تم يتم تمت تتم جرى يجري")
_MOVES = folded(
    "زار زارت يزور تزور غادر غادرت يغادر دخل دخلت وصل وصلت يصل تصل سافر سافرت احتل احتلت قصف قصفت"
)


class Sentence:
    """Walks through a question and notes the phrases it meets."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        self.text = text
        self.found = found
        self.mentions: list[Mention] = []
        self.clear = True
        self.verb: Verb | None = None
        self.verb_at = -1
        self.subject_end = -1  # the last word of what the verb is said of
        self.named = False  # what it is about is a name, not a description

    def read(self, cue: Cue) -> None:
        """Note what the words after the interrogative speak of."""
        i = cue.end
        if cue.role in ("count", "which"):
            i = self._counted(i)
        while i < len(self.found) and self.found[i].text in PARTICLES | BE | _AMOUNTS_TO:
            i += 1
        if i + 1 < len(self.found) and self.found[i].text in _DONE and not is_break(self.found, i + 1):
            self.verb, self.verb_at = Verb("any", "none", "", ""), i
            i += 2  # "تم تأجيل القرار": the decision
        elif i < len(self.found) and self._is_verb(i, cue):
            self.verb_at = i
            self.verb = VERBS.get(self.found[i].text) or Verb("any", "either", "", "")
            i += 1
        self._phrases(i)

    def _is_verb(self, i: int, cue: Cue) -> bool:
        word = self.found[i].text
        if cue.role == "what" and cue.kind != "verb":
            return False
        if word in VERBS:
            following = self.found[i + 1].text if i + 1 < len(self.found) else ""
            noun = kind_of(word) or word in lexicon.PROPERTIES
            return not (noun and cue.role == "who" and definite(following))
        if definite(word) or is_break(self.found, i) or self.found[i].quoted or self.found[i].proper:
            return False
        known = kind_of(word) or word in lexicon.PROPERTIES or word in lexicon.PLACES
        if known or word.endswith(("ة", "اء")) or suffixed(word):
            return False
        where = cue.kind == "place" and cue.end <= 3 and self.found[cue.end - 1].text.endswith("اين")
        return cue.role in ("yes_no", "count") or cue.kind == "verb" or (cue.role == "adverb" and not where)

    def _counted(self, i: int) -> int:
        """Return where the sentence goes on after the thing counted: after قتيلا in "كم قتيلا سقط"."""
        if i + 1 >= len(self.found) or self.found[i].text == "عدد" or self.found[i].text in BE | _AMOUNTS_TO:
            return i
        word = self.found[i].text
        if definite(word) or suffixed(word):
            return i
        counted = word.endswith(("ا", "ة")) or bool(kind_of(word)) or is_time(self.found, i)
        if self.found[i + 1].text in VERBS or is_break(self.found, i + 1) or counted:
            i += 1
            while i < len(self.found) and is_adjective("ال" + self.found[i].text.removesuffix("ا")):
                i += 1  # كم جنديا أميركيا
        return i

    def _phrases(self, i: int) -> None:
        found, bare_seen = self.found, 0
        takes = self.verb.takes if self.verb else "none"
        while i < len(found):
            word = found[i].text
            if word in THAT or word in RELATIVES:
                return
            if is_time(found, i) or word in lexicon.ADVERBS or word in COPULAS or word in PARTICLES:
                i += 1
            elif word in lexicon.PREPOSITIONS and not found[i].proper:
                i = self._after_preposition(i)
            elif i > 0 and is_verb(word) and word in VERBS:
                if self.verb is None:
                    self.verb, self.verb_at = VERBS[word], i
                    takes = self.verb.takes
                i += 1
            else:
                i, bare_seen = self._bare(i, bare_seen, takes)

    def _after_preposition(self, i: int) -> int:
        if i + 1 >= len(self.found) or is_time(self.found, i + 1):
            return i + 2
        inner = phrase(self.found, i + 1, wide=True)
        if inner is None:
            return i + 1
        lead = cut(self.text, self.found[i], self.found[inner.last])
        self._note(inner, 2, lead)
        return inner.last + 1

    def _bare(self, i: int, seen: int, takes: str) -> tuple[int, int]:
        word = self.found[i].text
        joined = _attached(self.text, self.found, i, self.verb)
        if joined is not None:
            inner = phrase(joined, i, wide=True)
            if inner is not None:
                self._note(inner, 2, found=joined)
                return inner.last + 1, seen
        if word[:1] in "بلك" and (word[1:] in QUANTIFIERS or word[1:] in lexicon.TIMES):
            return i + 1, seen  # for the first time
        if suffixed(word):  # his speech, her results: nothing that could be meant alone
            return i + 1, seen + 1
        if word.startswith("لل"):
            whole = phrase(self.found, i, wide=True)
            return (whole.last + 1 if whole else i + 1), seen
        one = phrase(self.found, i, wide=takes == "none")
        if one is None:
            if word not in lexicon.PREPOSITIONS:
                self.clear = False
            return i + 1, seen
        following = _word(self.found, one.last + 1)
        if (
            takes != "none"
            and not one.kind
            and not one.common
            and definite(following)
            and not self._is_place(one.last + 1)
        ):
            self.clear = False  # "ابتدأ استعمال الخرسانة": a noun that no table has, or a name and an object
            return one.last + 2, seen + 1
        if not one.common and following and is_verb(following) and not is_break(self.found, one.last + 1):
            self.clear = False  # a name with a word in it that looks like a verb
            return one.last + 2, seen + 1
        more = one.last + 1 < len(self.found) and not is_break(self.found, one.last + 1)
        subject = seen == 0 and not (
            takes == "object" and not more and one.kind in ("place", "thing", "event")
        )
        if takes != "none" and not more and seen == 0 and self._two_names(one):
            self.clear = False  # "التقى فلان علان": where the one ends and the other begins cannot be seen
            return one.last + 1, 1
        if subject:
            self.subject_end = one.last
            self.named = not one.common and not definite(word)
        self._note(one, 1 if subject else 2)
        return one.last + 1, seen + 1

    def _is_place(self, i: int) -> bool:
        return place_at(self.found, i) is not None or is_break(self.found, i)

    def _two_names(self, one: Phrase) -> bool:
        """Tell whether a run of words could be a subject and an object."""
        if one.common or one.last == one.first or one.kind in ("place", "thing"):
            return False
        return one.kind == "" or one.last - one.first > 1

    def _note(self, one: Phrase, rank: int, lead: str = "", found: Sequence[Token] | None = None) -> None:
        found = found or self.found
        head = found[one.first].text
        inner = one.inner
        if head in lexicon.PROPERTIES and inner is not None and one.kind in ("", "person", "thing"):
            self._note(inner, rank, found=found)
            return
        kind, gender = self._inferred(one, rank)
        if head == "العالم" and one.first == one.last:
            return  # the world, as a rule
        if one.common and one.first == one.last and not definite(head) and one.kind != "person":
            self.clear = self.clear and rank != 1
            return  # one of many
        if not kind and one.first == one.last and (is_adjective(head) or head[2:] in lexicon.PROPERTIES):
            return
        if not kind and (one.common or (definite(head) and not head.endswith("ي"))):
            kind = "thing"  # no name
        text = cut(self.text, found[one.first], found[one.last])
        self.mentions.append(Mention(text, kind, gender, one.number, rank, lead, one.pair, "ar"))
        while inner is not None:
            if inner.kind in ("place", "organisation") or (inner.kind == "person" and not inner.common):
                inside = cut(self.text, found[inner.first], found[inner.last])
                if one.kind != "event":
                    self.mentions.append(
                        Mention(inside, inner.kind, inner.gender, inner.number, 2, "", inner.pair, "ar")
                    )
            inner = inner.inner

    def _inferred(self, one: Phrase, rank: int) -> tuple[str, Gender]:
        """Return kind and gender, where the phrase hides them by what the verb says."""
        kind, gender = one.kind, one.gender
        if self.verb is None:
            return kind, gender
        verb = self.found[self.verb_at].text
        if not kind and not one.common:
            head = self.found[one.first].text
            other = (
                rank == 2
                and verb not in _MOVES
                and self.verb.takes != "none"
                and one.first > self.verb_at + 1
            )
            common = head.endswith(("ة", "ات")) or is_action(head)
            if other and not common and (not definite(head) or head.endswith("ي")):
                kind = "person"  # as likely a man met as anything
            elif rank == 1 and self.verb.subject == "agent" and common:
                kind = "organisation"  # the militias
            elif rank == 1 and self.verb.subject in ("person", "agent"):
                kind = "person"
            elif rank == 2 and verb in _MOVES:
                kind = "place"
        if not kind and rank == 1 and self.verb.subject == "event":
            kind = "event"
        if rank == 1 and not gender and one.first == self.verb_at + 1 and one.number != "p":
            gender = self.verb.gender
        return kind, gender


def _attached(text: str, found: Sequence[Token], i: int, verb: Verb | None) -> list[Token] | None:
    """Return the words with the joined preposition of the `i`-th taken off, or None where it has none."""
    word = found[i].text
    rest = word[1:]
    if word[:1] not in "بلك" or len(rest) < 3 or kind_of(word) or word in lexicon.PLACES or found[i].quoted:
        return None
    if rest in QUANTIFIERS or rest in lexicon.TIMES:
        return None
    known = (
        definite(rest)
        or kind_of(rest)
        or rest in lexicon.PLACES
        or rest.endswith("ة")
        or rest in lexicon.PROPERTIES
    )
    if not known:
        return None
    start = found[i].start + 1
    while start < found[i].end and not fold_text(text[start]):
        start += 1
    changed = list(found)
    changed[i] = replace(found[i], text=rest, start=start)
    return changed


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].text if i < len(found) else ""
