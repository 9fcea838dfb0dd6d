"""Complete a follow-up question in French: il behind the verb, son before the noun, l' before the verb."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import latin_words as lexicon
from rag.conversation.latin_cue import Cue
from rag.conversation.latin_phrases import Finder
from rag.conversation.turns import (
    Carry,
    Completed,
    Edit,
    Gender,
    Mention,
    Number,
    Piece,
    Reading,
    Token,
    Want,
    choose,
    close_of,
    rewrite,
)
from rag.cues import folded
from rag.text import fold_text

_SUBJECTS: dict[str, tuple[Gender, Number]] = {
    "il": ("m", "s"), "elle": ("f", "s"), "ils": ("", "p"), "elles": ("f", "p"),
}  # fmt: skip
_OWNERS = folded("son sa ses leur leurs")
_CLITICS = folded("se s ne n y en l le la les lui leur")
_EMPTY = folded("heure pleut pleuvoir neige faut agit existe vrai possible certain exact temps")
_DETERMINERS = folded("""
    un une des le la les l ce cet cette ces on chaque mon ton notre votre son sa ses leur tout toute
""")
_EMPTY_PHRASES = ("y a t il", "il y a", "se passe t il", "arrive t il", "reste t il")
_AUXILIARIES = folded("a ont avait avaient est sont était étaient aura fut sera")
_BEFORE_NOUN = folded("""
    premier première dernier dernière nouveau nouvelle ancien ancienne petit petite grand grande jeune
""")
_PREPOSITIONS = folded("""
    à au aux en dans depuis sur par pour avec contre vers chez de du des d pendant avant après lors
""")
_HARMED_WITH = folded("de d personnes ont été sont a y eu il t gens")
_THINGS = frozenset(("place", "organisation", "event", "thing"))
_VOWELS = tuple("aeiouh")
_ASPIRATED = folded("hauteur héros hasard haine handicap honte hanche hausse haut")


def follow_up(text: str, found: Sequence[Token], cue: Cue, readings: Sequence[Reading]) -> Completed | None:
    """Return the French question `text` completed from the readings (newest first), or None."""
    return _French(text, found, cue, readings).complete()


def of(mention: Mention) -> tuple[Piece, ...]:
    """Return "de" and the name, as French joins them: d'Irak, du musée."""
    lead = mention.lead
    if mention.language == "fr" and fold_text(lead).startswith(("du ", "des ", "de ", "d'", "d’")):
        return (Carry(lead),)
    return _joined("de", "du", "d'", mention.text)


def to(mention: Mention) -> tuple[Piece, ...]:
    """Return "à" and the name: à Claire, au ministre."""
    return _joined("à", "au", "à ", mention.text)


def _joined(alone: str, with_le: str, before_vowel: str, name: str) -> tuple[Piece, ...]:
    if name.startswith("le "):
        return (with_le + " ", Carry(name[3:]))
    if name.startswith("les "):
        return ("des " if alone == "de" else "aux ", Carry(name[4:]))
    if fold_text(name[:1]).startswith(tuple("aeiou")):
        return (before_vowel, Carry(name))
    return (alone + " ", Carry(name))


class _French:
    def __init__(self, text: str, found: Sequence[Token], cue: Cue, readings: Sequence[Reading]) -> None:
        self.text = text
        self.found = found
        self.cue = cue
        self.readings = readings

    def complete(self) -> Completed | None:
        texts = [t.text for t in self.found]
        if any(t in ("je", "tu", "nous", "vous") for t in texts):
            return None
        if self.cue.role == "count" and self._is_count():
            return self._where()
        if not _EMPTY.isdisjoint(texts) or any(empty in " ".join(texts) for empty in _EMPTY_PHRASES):
            return None
        at = next((i for i, t in enumerate(texts) if t in _SUBJECTS or t in _OWNERS), None)
        if at is None:
            return self._object() or self._slot()
        if texts[at] == "leur" and at + 1 < len(texts) and texts[at + 1] in _AUXILIARIES:
            return None
        if self._own_before(at):
            return None
        others = {_SUBJECTS[t] for t in texts if t in _SUBJECTS}
        if len(others) > 1:
            return None
        if texts[at] in _OWNERS:
            return self._owned(at)
        return self._subject(at)

    def _own_before(self, at: int) -> bool:
        finder = Finder(self.text, self.found, "fr", self.cue)
        i = self.cue.end
        while i < at:
            end = finder.phrase(i)
            if end is not None and i < at:
                words = [
                    t.text
                    for t in self.found[i : min(end, at - 1) + 1]
                    if t.text not in ("le", "la", "l", "de", "d")
                ]
                return not all(word in lexicon.PROPERTIES for word in words) or end >= at
            i += 1
        return any(t.proper for t in self.found[self.cue.end : at])

    # -- il, elle ----------------------------------------------------------------------------------------

    def _subject(self, at: int) -> Completed | None:
        token = self.found[at]
        gender, number = _SUBJECTS[token.text]
        kinds = frozenset(("person",)) if self.cue.role == "who" else frozenset()
        mention = choose(self.readings, Want(gender, number, kinds))
        if mention is None:
            return None
        if self.text[token.start - 1 : token.start] in ("-", "‐", "‑"):
            return self._inverted(at, mention)
        before = self.found[at - 1] if at else None
        if before is not None and before.text == "qu" and before.end + 1 == token.start:
            vowel = fold_text(mention.text[:1]).startswith(tuple("aeiou"))
            pieces: tuple[Piece, ...] = ("qu'" if vowel else "que ", Carry(mention.text))
            return rewrite(self.text, [Edit(before.start, token.end, pieces)])
        return rewrite(self.text, [Edit(token.start, token.end, (Carry(mention.text),))])

    def _inverted(self, at: int, mention: Mention) -> Completed | None:
        """Put the name before the verb that the pronoun follows, or after it behind qui and que."""
        found = self.found
        verb = at - 2 if found[at - 1].text == "t" else at - 1
        if verb < 0:
            return None
        if self.cue.role in ("who", "what") and verb == self.cue.end and self.cue.end == self.cue.start + 1:
            after = at + 1
            compound = (
                found[verb].text in _AUXILIARIES
                and after < len(found)
                and found[after].text not in _PREPOSITIONS
            )
            end = found[after].end if compound else found[at].end
            tail = self.text[found[at].end : end]
            return rewrite(self.text, [Edit(found[verb].end, end, (tail, " ", Carry(mention.text)))])
        first = verb
        while first - 1 >= self.cue.end and found[first - 1].text in _CLITICS:
            first -= 1
        if any(t.text in _DETERMINERS for t in found[self.cue.end : first]):
            return None  # a subject stands before the verb: "Quand un élève peut-il …"
        start = found[first].start
        letter = self.text[start].lower() if first == 0 else self.text[start]
        return rewrite(self.text, [Edit(start, start + 1, (Carry(mention.text), " " + letter))])

    # -- son, sa, ses ------------------------------------------------------------------------------------

    def _owned(self, at: int) -> Completed | None:
        found, token = self.found, self.found[at]
        noun = at + 1
        while noun < len(found) and found[noun].text in _BEFORE_NOUN:
            noun += 1
        if noun >= len(found):
            return None
        following = found[noun + 1] if noun + 1 < len(found) else None
        if following is not None and not found[noun].stop and following.text not in _PREPOSITIONS:
            return None  # an adjective or a verb may follow: where the name goes cannot be told
        plural = token.text in ("leur", "leurs")
        noun_text = found[noun].text
        kinds = frozenset(("person",)) if noun_text in lexicon.OF_PEOPLE else frozenset()
        kinds = _THINGS if noun_text in lexicon.OF_THINGS else kinds
        mention = choose(self.readings, Want("", "p" if plural else "s", kinds))
        if mention is None:
            return None
        if any(t.text in _OWNERS or t.text in _SUBJECTS for t in found[noun:]):
            return None
        first = found[at + 1].text
        vowel = first.startswith(_VOWELS) and first not in _ASPIRATED
        if token.text in ("ses", "leurs"):
            article = "les "
        elif token.text == "leur":
            return None  # le or la cannot be told
        elif vowel:
            article = "l'"
        else:
            article = "le " if token.text == "son" else "la "
        return rewrite(
            self.text,
            [
                Edit(token.start, found[at + 1].start, (article,)),
                Edit(found[noun].end, found[noun].end, (" ", *of(mention))),
            ],
        )

    # -- l', le, la, lui ---------------------------------------------------------------------------------

    def _object(self) -> Completed | None:
        """Put the name behind the verb for l', le, la, les and lui: "Qui l'a fondée ?"."""
        found, i = self.found, self.cue.end
        if self.cue.role != "who" or i + 1 >= len(found):
            return None
        clitic = found[i]
        if clitic.text not in ("l", "le", "la", "les", "lui"):
            return None
        compound = found[i + 1].text in _AUXILIARIES and i + 2 < len(found)
        verb = found[i + 2] if compound else found[i + 1]
        after = found.index(verb) + 1
        if after < len(found) and not verb.stop and found[after].text not in _PREPOSITIONS:
            return None
        if clitic.text == "l" and not compound:
            return None
        written = self.text[verb.start : verb.end]
        gender: Gender = "m" if clitic.text == "le" else "f" if clitic.text == "la" else ""
        number: Number = "p" if clitic.text == "les" else "s"
        end = verb.end
        if compound and clitic.text in ("l", "les"):
            stripped = written
            if stripped.endswith("s") and number == "p":
                stripped = stripped[:-1]
            if stripped.endswith(("ée", "ie", "ue", "te", "se")):
                stripped, gender = stripped[:-1], "f"
            elif number == "s":
                gender = "m"
            end = verb.start + len(stripped)
        mention = choose(self.readings, Want(gender, number))
        if mention is None:
            return None
        pieces = (" ", *to(mention)) if clitic.text == "lui" else (" ", Carry(mention.text))
        return rewrite(self.text, [Edit(clitic.start, found[i + 1].start, ()), Edit(end, verb.end, pieces)])

    # -- counts and causes -------------------------------------------------------------------------------

    def _is_count(self) -> bool:
        texts = [t.text for t in self.found[self.cue.end :]]
        harmed = any(word in lexicon.HARMED for word in texts)
        return harmed and all(word in lexicon.HARMED or word in _HARMED_WITH for word in texts)

    def _where(self) -> Completed | None:
        mention = choose(self.readings, Want(kinds=frozenset(("event",))))
        if mention is None or mention.kind != "event":
            return None
        end = close_of(self.text)
        if mention.language == "fr" and fold_text(mention.lead).startswith(("dans ", "lors ", "pendant ")):
            return rewrite(self.text, [Edit(end, end, (" ", Carry(mention.lead)))])
        return rewrite(self.text, [Edit(end, end, (" dans ", Carry(mention.text)))])

    def _slot(self) -> Completed | None:
        found = self.found[self.cue.end :]
        texts = [t.text for t in found]
        if self.cue.role != "what" or len(texts) != 3 or texts[0] not in ("est", "etait"):
            return None
        kinds = lexicon.WHOLE_PROPERTIES["fr"].items()
        kind = next((k for k, nouns in kinds if texts[2] in nouns and texts[1] in ("le", "la", "l")), None)
        if kind is None:
            return None
        mention = choose(self.readings, Want(kinds=frozenset((kind,))))
        if mention is None or mention.kind != kind:
            return None
        return rewrite(self.text, [Edit(found[2].end, found[2].end, (" ", *of(mention)))])
