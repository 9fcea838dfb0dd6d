"""Find the names and the definite noun phrases of a question in Latin letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.conversation import latin_words as lexicon
from rag.conversation.latin_cue import Cue
from rag.conversation.turns import Gender, Mention, Number, Token, cut
from rag.cues import folded
from rag.question import noun_kind

ARTICLES = folded("the le la les l el los las der die das den dem")
_MASCULINE = folded("le el der un den dem")
_FEMININE = folded("la die une una")
_OF = folded("of de du des d del von")
_ENDS = folded("""
    in at on by to from for with about against during before after since near into over under and or that à
    dans en sur par pour avec contre pendant avant après depuis vers chez et ou a desde con por para an auf
    bei mit nach aus ever yesterday today tomorrow now ago hier demain
""")
_VERBS_FR = folded("""
    a ont est sont avait avaient était étaient sera seront va vont fut peut doit veut fait dit s se n ne
    aura auront
""")
_PARTICIPLE_ENDS = ("ed", "ing")
_PARTICIPLES = folded("""
    built shot born held won lost sold bought found made sent taken given written stolen hit struck shut cut
    torn founded elected open closed spoken known used called named born
""")
_NO_NAMES = folded("""
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday
""")
_WE = folded("i you we je tu vous nous ich wir")


def gender_of(first: str) -> Gender:
    """Return the gender of a folded first name, where the tables have it."""
    return "f" if first in lexicon.WOMEN else "m" if first in lexicon.MEN else ""


def kind_of(noun: str) -> str:
    """Return what a folded noun stands for, by the tables; "" where none has it."""
    for kind, table in (("event", lexicon.EVENTS), ("person", lexicon.PEOPLE), ("thing", lexicon.THINGS)):
        if noun in table:
            return kind
    asked = noun_kind(noun) if len(noun) > 2 else None
    return str(asked) if asked in ("person", "place", "organisation") else ""


class Finder:
    """Finds the names and the definite noun phrases of a question."""

    def __init__(self, text: str, found: Sequence[Token], language: str, cue: Cue) -> None:
        self.text = text
        self.found = found
        self.language = language
        self.cue = cue
        follows = found[cue.end].text if cue.end < len(found) else ""
        self.after_copula = cue.role in ("who", "what") and (
            follows in lexicon.FORMS_OF_BE or language == "tr"
        )

    def mentions(self) -> list[Mention]:
        """Return what the question speaks of, in order."""
        noted: list[Mention] = []
        i = self.cue.end if self.language != "tr" else 0
        if not self.cue.role and i == 0:
            i = 1  # a first word has its capital from its place
        while i < len(self.found):
            if self.language == "tr" and self.cue.start <= i < self.cue.end:
                i = self.cue.end
                continue
            end = self.phrase(i)
            if end is None:
                i += 1
                continue
            noted += self._note(i, end, bool(noted))
            i = end + 1
        return noted

    def phrase(self, i: int) -> int | None:
        """Return the last word of the name or definite phrase that begins at `i`, or None."""
        found = self.found
        if found[i].quoted:
            last = i
            while last + 1 < len(found) and found[last + 1].quoted:
                last += 1
            return last
        article = found[i].text in ARTICLES and not (found[i].proper and i == 0)
        if (
            found[i].proper
            and found[i].text not in _WE | _NO_NAMES
            and not (article and self.language != "en")
        ):
            return self._complements(self._run(i))
        if article and i + 1 < len(found) and not found[i].stop:
            return self._definite(i)
        return None

    def _run(self, i: int) -> int:
        """Return the last word of the name that begins at `i`."""
        found, last = self.found, i
        while not found[last].stop and last + 1 < len(found):
            if found[last + 1].proper:
                last += 1
                continue
            j = last + 1
            while (
                j < len(found) and j - last <= 3 and found[j].text in lexicon.NAME_LINKS and not found[j].stop
            ):
                j += 1
            pair = found[last + 1].text in ("and", "et", "y", "und")
            if j == last + 1 or j >= len(found) or not found[j].proper or pair:
                break
            last = j
        return last

    def _nouns(self, last: int) -> int:
        """Return the last of the common nouns after a name: explosion in "Port Lamar explosion"."""
        found = self.found
        while self.language == "en" and not found[last].stop and last + 1 < len(found):
            step = 1 if self._is_noun(last + 1) else 2  # Beirut port explosion: port is in no table
            if not self._is_noun(last + step) or found[last + step - 1].stop or found[last + 1].text in _ENDS:
                break
            last += step
        return last

    def _goes_on(self, i: int) -> bool:
        word = self.found[i]
        ends = word.text in _ENDS or word.text in _OF or word.text in ARTICLES or word.text in _PARTICIPLES
        return not ends and not word.proper and not word.text.endswith(_PARTICIPLE_ENDS)

    def _is_noun(self, i: int) -> bool:
        if i >= len(self.found):
            return False
        word = self.found[i].text
        return bool(kind_of(word)) and word not in lexicon.PERSON_VERBS

    def _definite(self, i: int) -> int | None:
        found = self.found
        if found[i + 1].proper:
            last = self._nouns(self._run(i + 1))
            if i and found[i - 1].text in lexicon.FORMS_OF_BE and self.language == "en":
                while last + 1 < len(found) and not found[last].stop and self._goes_on(last + 1):
                    last += 1  # "was the Japanese occupation"
            return self._complements(last)
        last = i + 1
        ends = _ENDS | _OF | ARTICLES | (_VERBS_FR if self.language == "fr" else frozenset())
        if found[last].text in ends:
            return None
        while not found[last].stop and last + 1 < len(found):
            following = found[last + 1]
            if following.proper:
                acts = self.language == "en" and last > i + 1 and self._is_auxiliary(i - 1)
                if acts:  # "did the rebels leave Kandor"
                    return last - 1
                return self._complements(self._nouns(self._run(last + 1)))
            if following.text in ends or following.quoted:
                break
            last += 1
        if self.language == "en":
            last = self._without_verb(i, last)
        elif self.language != "fr" and last > i + 1:
            last = i + 1  # el mercado, der Markt: one noun
        return self._complements(last)

    def _is_auxiliary(self, i: int) -> bool:
        return i >= 0 and self.found[i].text in lexicon.AUXILIARIES - lexicon.FORMS_OF_BE

    def _without_verb(self, first: int, last: int) -> int:
        """Return where an English phrase ends before the verb that an auxiliary put after it."""
        before = self.found[first - 1].text if first else ""
        word = self.found[last].text
        if last - first < 2:
            return last
        if before in ("was", "were", "is", "are", "has", "have", "had"):
            return last - 1 if word.endswith(_PARTICIPLE_ENDS) or word in _PARTICIPLES else last
        if before in lexicon.AUXILIARIES:
            at_end = last + 1 == len(self.found)
            return last - 1 if at_end or not kind_of(word) or self.found[last + 1].proper else last
        return last

    def _complements(self, last: int) -> int:
        """Return the last word of "of …", and of where an event took place."""
        found = self.found
        while not found[last].stop and last + 2 < len(found):
            link = found[last + 1].text
            head = any(t.text in lexicon.EVENTS for t in found[max(0, last - 4) : last + 1])
            if link not in _OF and not (head and link in ("in", "on", "at", "à", "sur", "contre")):
                break
            j = last + 2
            if found[j].text in ARTICLES and j + 1 < len(found):
                j += 1
            if found[j].proper:
                last = self._run(j)
            elif link in _OF and j > last + 1 and found[j].text not in _ENDS:
                last = j
            else:
                break
        return last

    def _note(self, first: int, last: int, later: bool) -> list[Mention]:
        found, text = self.found, self.text
        part = found[first : last + 1]
        of = next((k for k in range(first, last) if found[k].text in _OF and k > first), None)
        body = part[1:] if part[0].text in ARTICLES and len(part) > 1 else part
        head = body[0]
        if of is not None and not head.proper and head.text in lexicon.PROPERTIES:
            inner = self.phrase(of + 1)
            if inner is None or inner > last:
                return []
            return [
                replace(m, lead=cut(text, found[of], found[inner])) for m in self._note(of + 1, inner, later)
            ]
        before = found[first - 1].text if first else ""
        kind = self._kind(body, before, last)
        number = self._number(body, kind)
        gender = gender_of(head.text) if head.proper else ""
        if not head.proper and self.language != "en":
            gender = "m" if part[0].text in _MASCULINE else "f" if part[0].text in _FEMININE else ""
        if self.language == "en" and not head.proper and kind != "person":
            gender = ""
        led = first > 0 and (before in _ENDS or before in _OF)
        lead = cut(text, found[first - 1], found[last]) if led else ""
        rank = 2 if led or later else 1
        written = cut(text, found[first], found[last])
        if written.endswith(("'s", "’s")):
            written = written[:-2]
        mention = Mention(written, kind, gender, number, rank, lead, self._paired(last), self.language)
        noted = [mention] if not self._paired(last) else [replace(mention, number="p")]
        if of is not None and kind == "person":  # the president of Kenya: Kenya too
            inner = self.phrase(of + 1)
            if inner is not None and inner <= last:
                noted += [
                    replace(m, rank=2, lead=cut(text, found[of], found[inner]))
                    for m in self._note(of + 1, inner, True)
                ]
        return noted

    def _paired(self, last: int) -> bool:
        found = self.found
        return (
            last + 2 < len(found)
            and found[last + 1].text in ("and", "et", "y", "und", "ve")
            and (found[last + 2].proper or found[last + 2].text in ARTICLES)
        )

    def _kind(self, body: Sequence[Token], before: str, last: int) -> str:
        known = [kind_of(t.text) for t in body if not t.proper or self.language == "de"]
        name = " ".join(t.text for t in body if t.proper)
        if self.language == "en" and known and known[-1] and body[-1].text not in lexicon.PLACES:
            end = next((k for k, t in enumerate(body) if t.text in _OF), len(body))
            return (kind_of(body[end - 1].text) if end else "") or known[-1]
        if any(kind_of(t.text) == "event" for t in body[:1]):
            return "event"
        if known and known[0]:
            return known[0]
        named = kind_of(body[-1 if self.language == "en" else 0].text)
        if named in ("organisation", "place", "thing", "event"):  # the Green Party, Musée Rivière
            return named
        english = self.language == "en" and self.found[max(0, last - len(body))].text == "the"
        if not any(t.proper for t in body) or (english and body[0].proper and name not in lexicon.PLACES):
            return "thing"  # no person is called "the Suez Canal"
        if name in lexicon.PLACES or (before in lexicon.PLACE_LEADS and body[0].proper):
            return "place"
        if before in lexicon.MOVES:
            return "place"
        if body[0].text in lexicon.MEN or body[0].text in lexicon.WOMEN:
            return "person"
        after = {t.text for t in self.found[last + 1 :]}
        subject = before in lexicon.AUXILIARIES or before in ("", "quand", "ou", "pourquoi", "que")
        return "person" if subject and after & lexicon.PERSON_VERBS else ""

    def _number(self, body: Sequence[Token], kind: str) -> Number:
        last = next((k for k, t in enumerate(body) if t.text in _OF), len(body))
        head = body[max(0, last - 1)] if self.language == "en" else body[0]
        article = self.found[max(0, self.found.index(body[0]) - 1)].text
        if article in ("les", "los", "las"):
            return "p"
        if head.proper:
            return "" if article == "the" and head.text.endswith("s") else "s"
        plural = head.text in ("people", "police", "children", "women", "men") or (
            self.language == "en" and head.text.endswith("s") and not head.text.endswith("ss")
        )
        return "p" if plural else "s"
