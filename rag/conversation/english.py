"""Complete a follow-up question in English: he, she, it and they, and counts that do not say where."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import latin_words as lexicon
from rag.conversation.latin_cue import Cue
from rag.conversation.latin_ellipsis import elliptical
from rag.conversation.latin_phrases import Finder
from rag.conversation.turns import Carry, Completed, Edit, Reading, Token, Want, choose, close_of, rewrite
from rag.cues import folded

_THINGS = frozenset(("place", "organisation", "event", "thing"))
_HAPPEN = folded("happen occur happened occurred take took")
_NO_OBJECT_AFTER = lexicon.AUXILIARIES | folded("""
    in at on by to from for with about against during before after since near into and or that when where why
    how now then there here again
""")
_BE = folded("is are was were")
_INDEFINITE = folded("a an some any each every another no one two three several")
_EMPTY_IT = folded("""
    true possible likely raining snowing safe legal illegal necessary clear certain important known time
    late early cold hot worth warm mean dark
""")


def follow_up(text: str, found: Sequence[Token], cue: Cue, readings: Sequence[Reading]) -> Completed | None:
    """Return the English question `text` completed from the readings (newest first), or None."""
    return _English(text, found, cue, readings).complete()


class _English:
    def __init__(self, text: str, found: Sequence[Token], cue: Cue, readings: Sequence[Reading]) -> None:
        self.text = text
        self.found = found
        self.cue = cue
        self.readings = readings

    def complete(self) -> Completed | None:
        happened = self._happened()
        if happened is not None:
            return happened
        at = next((i for i, t in enumerate(self.found) if _base(t.text) in lexicon.PRONOUNS), None)
        if at is None:
            return self._slot()
        if (
            not self._in_place(at)
            or self._own_before(at)
            or self._bound(at)
            or self._clashes(at)
            or self._empty(at)
        ):
            return None
        edit = self._replaced(at)
        return rewrite(self.text, [edit]) if edit else None

    def _happened(self) -> Completed | None:
        """Say what "that" or "it" was in "when did it happen"."""
        rest = self.found[self.cue.end :]
        texts = [t.text for t in rest]
        if self.cue.role != "adverb" or len(rest) < 3 or texts[1] not in ("it", "that", "this"):
            return None
        if texts[0] != "did" or texts[2] not in _HAPPEN or texts[3:] not in ([], ["place"]):
            return None
        event = choose(self.readings, Want(kinds=frozenset(("event",))))
        if event is not None and event.kind == "event":
            return rewrite(self.text, [Edit(rest[1].start, rest[1].end, (Carry(event.text),))])
        if not self.readings or self.readings[0].asks not in ("date", "place", "reason", "manner", "yes_no"):
            return None
        return elliptical(self.text, self.found, self.cue, "en", self.readings, rest[-1].end)

    def _own_before(self, at: int) -> bool:
        """Tell whether the question names somebody before the pronoun, or after the clause it stands in."""
        finder = Finder(self.text, self.found, "en", self.cue)
        i = self.cue.start if self.cue.role == "" else self.cue.end
        while i < at:
            end = finder.phrase(i)
            if end is not None and not self._is_property(i, min(end, at - 1)):
                return True
            i = max(i + 1, (end or 0) + 1)
        if any(t.text in ("you", "i", "we", "my", "your", "our") for t in self.found[:at]):
            return True
        clause_ends = any(t.stop for t in self.found[at:-1])
        return clause_ends and any(t.proper and t.text != "i" for t in self.found[at + 1 :])

    def _is_property(self, first: int, last: int) -> bool:
        words = [
            t.text
            for t in self.found[first : last + 1]
            if t.text not in ("the", "of", "first", "last", "main")
        ]
        return bool(words) and all(word in lexicon.PROPERTIES for word in words)

    def _in_place(self, at: int) -> bool:
        """Tell a pronoun whose clause has no other subject: behind the auxiliary, or the object of "who"."""
        found, first = self.found, self.cue.end
        word = _base(found[at].text)
        written = self.text[found[at].start : found[at].end]
        if not self.cue.role or (written.isupper() and len(written) > 1):
            return False
        if any(t.text in _INDEFINITE for t in found[first:at]):
            return False
        if (
            self.cue.role in ("who", "what")
            and at > first + 1
            and found[first].text in ("has", "have", "had")
        ):
            return False  # "what has gluten in it"
        following = found[at + 1].text if at + 1 < len(found) else ""
        if following in lexicon.AUXILIARIES and at > first and found[at - 1].text not in lexicon.AUXILIARIES:
            return False  # "which group claims it is …"
        auxiliary = next((i for i in range(first, at) if found[i].text in lexicon.AUXILIARIES), -1)
        if self.cue.role == "adverb" and at == first and len(found) > first + 3:
            return False  # "when he was 35, Gautama sat"
        if self.cue.role == "yes_no" or at == first or (auxiliary >= 0 and at == auxiliary + 1):
            return at == first or auxiliary >= 0
        if self.cue.role == "adverb":
            return found[at - 1].text == "of" and self._is_property(first + 1, at - 2)
        subject = (lexicon.PRONOUNS[word][2] and word in ("he", "she")) or word == "they"
        about = auxiliary < 0 or found[auxiliary].text in _BE or found[first - 1].text == "what"
        return not subject and about and at - first <= 5

    def _bound(self, at: int) -> bool:
        """Tell a possessive that may stand for "who" or "which camel" itself: "Who lost his wife?"."""
        word = _base(self.found[at].text)
        counted = self.cue.role == "count" and word in ("they", "them")
        if self.cue.role not in ("who", "what", "count") or not (word in lexicon.POSSESSIVES or counted):
            return False
        after_auxiliary = self.found[at - 1].text in lexicon.AUXILIARIES - {"has", "have", "had"}
        return not after_auxiliary and self.found[self.cue.end].text not in ("is", "are", "was", "were")

    def _clashes(self, at: int) -> bool:
        """Tell whether another pronoun stands for somebody else."""
        mine = lexicon.PRONOUNS[_base(self.found[at].text)]
        return any(lexicon.PRONOUNS.get(_base(t.text), mine) != mine for t in self.found)

    def _empty(self, at: int) -> bool:
        """Tell an "it" that stands for nothing: what time is it, is it true that."""
        after = self.found[at + 1 : at + 3]
        if len(after) == 2 and after[0].text in ("called", "named") and after[1].text not in ("that", "so"):
            return True  # "why is it called Scotland"
        if _base(self.found[at].text) != "it":
            return False
        words = {t.text for t in self.found}
        idle = {t.text for t in self.found[at + 1 :]} & {"to", "that", "since"}
        if idle and at and self.found[at - 1].text in _BE:
            return True  # "why is it so hard to …"
        take = not words.isdisjoint(("take", "takes", "mean", "cost", "costs")) and "to" in words
        return take or not words.isdisjoint(_EMPTY_IT) or (self.cue.role == "yes_no" and "that" in words)

    def _replaced(self, at: int) -> Edit | None:
        token = self.found[at]
        word = _base(token.text)
        gender, number, person = lexicon.PRONOUNS[word]
        following = self.found[at + 1] if at + 1 < len(self.found) else None
        owns = word in lexicon.POSSESSIVES
        if word == "her":
            owns = following is not None and not token.stop and following.text not in _NO_OBJECT_AFTER
        if person:
            kinds = frozenset(("person",))
        elif number == "s":
            kinds = _THINGS
        else:
            kinds = frozenset(("person", "organisation", "thing", "event"))
        mention = choose(self.readings, Want(gender, number, kinds))
        if mention is None:
            return None
        end = token.start + len(word) if token.text != word else token.end
        return Edit(token.start, end, (Carry(mention.text), *(("'s",) if owns else ())))

    def _slot(self) -> Completed | None:
        """Say where the wounded are counted, or what the cause is of."""
        found, cue = self.found, self.cue
        rest = [t for t in found[cue.end :] if t.text not in lexicon.FILLERS]
        texts = [t.text for t in rest]
        if cue.role == "count":
            known = folded(
                "people persons were was got have been are more others civilians soldiers men women children"
            )
            if any(t.proper for t in rest) or not all(w in lexicon.HARMED or w in known for w in texts):
                return None
            if not any(word in lexicon.HARMED for word in texts):
                return None
            return self._where()
        if cue.role in ("what", "who") and len(texts) in (3, 4) and texts[0] in ("is", "was", "were", "are"):
            noun = texts[-1]
            kind = next((k for k, nouns in lexicon.WHOLE_PROPERTIES["en"].items() if noun in nouns), None)
            if (
                texts[1] != "the"
                or kind is None
                or (len(texts) == 4 and texts[2] not in ("main", "total", "final", "death"))
            ):
                return None
            mention = choose(self.readings, Want(kinds=frozenset((kind,))))
            if mention is None or mention.kind != kind:
                return None
            link = " in " if noun == "toll" else " of "
            return rewrite(self.text, [Edit(rest[-1].end, rest[-1].end, (link, Carry(mention.text)))])
        return None

    def _where(self) -> Completed | None:
        mention = choose(self.readings, Want(kinds=frozenset(("event",))))
        if (
            (mention is None or mention.kind != "event")
            and self.readings
            and self.readings[0].asks == "number"
        ):
            mention = choose(self.readings[:1], Want(kinds=frozenset(("place",))))
            if mention is None or mention.kind != "place":
                return None
        if mention is None or mention.kind not in ("event", "place"):
            return None
        end = close_of(self.text)
        if mention.lead.lower().startswith(("in ", "at ", "during ")):
            return rewrite(self.text, [Edit(end, end, (" ", Carry(mention.lead)))])
        return rewrite(self.text, [Edit(end, end, (" in ", Carry(mention.text)))])


def _base(word: str) -> str:
    """Return he for he's and she'd."""
    head = word.split("'", 1)[0]
    return head if head in lexicon.PRONOUNS else word
