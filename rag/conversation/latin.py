"""Complete a follow-up question in Latin letters: by its language; Spanish, German and Turkish here."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import english, french
from rag.conversation import latin_words as lexicon
from rag.conversation.latin_cue import Cue, find_cue, language_of
from rag.conversation.latin_ellipsis import elliptical
from rag.conversation.turns import (
    Carry,
    Completed,
    Edit,
    Gender,
    Mention,
    Number,
    Reading,
    Token,
    Want,
    choose,
    rewrite,
    tokens,
)
from rag.cues import folded

_LONGEST = 30  # words
_TAKES_SUBJECT: dict[str, frozenset[str]] = {
    "es": folded("""
        nació murió vive vivió visitó ganó dimitió renunció llegó salió escribió dijo fundó trabaja trabajó
        estudió empezó terminó comenzó ocurrió está es fue tiene gobernó dejó
    """),
}
_OBJECT_PLACES = folded("visitó dejó")
_TURKISH_VERB = ("di", "du", "ti", "tu", "yor", "cek", "cak", "mis", "mus", "ndi", "dir", "dur")
_GERMAN = {
    "er": ("m", "s"), "ihn": ("m", "s"), "ihm": ("m", "s"), "sie": ("f", "s"),
}  # fmt: skip


def follow_up(question: str, readings: Sequence[Reading]) -> Completed | None:
    """Return the `question` completed from the readings (newest first), or None."""
    found = tokens(question)
    if not 1 <= len(found) <= _LONGEST:
        return None
    language = language_of(found)
    if not language:
        return None
    cue = find_cue(found, language)
    rest = found[cue.end :] if language != "tr" else [*found[cue.end :]]
    if cue.role == "adverb" and all(t.text in lexicon.FILLERS for t in rest):
        before = [t for t in found[: cue.start] if t.text not in lexicon.OPENERS]
        return None if before else elliptical(question, found, cue, language, readings)
    if language == "en":
        return english.follow_up(question, found, cue, readings)
    if language == "fr":
        return french.follow_up(question, found, cue, readings)
    return _plain(question, found, cue, language, readings)


def _plain(
    text: str, found: Sequence[Token], cue: Cue, language: str, readings: Sequence[Reading]
) -> Completed | None:
    """Complete the plain cases of Spanish, German and Turkish: a verb with no subject, a pronoun."""
    rest = found[cue.end :]
    if language == "tr":
        return _turkish(text, found, cue, readings)
    if not rest or cue.role not in ("adverb", "who", "what"):
        return None
    if language == "es":
        return _spanish(text, rest, cue, readings)
    first = next((i for i, t in enumerate(rest) if t.text in _GERMAN), None)
    if first is None or any(t.proper for t in rest[: first + 1]) or cue.role == "who":
        return None
    token = rest[first]
    if any(t.text in _GERMAN for t in rest[first + 1 :]):
        return None
    verb = rest[first - 1].text if first else ""
    if token.text == "sie" and (verb.endswith("en") or verb in ("sind", "waren")):
        return None  # they, or the one spoken to
    gender, number = _GERMAN[token.text]
    mention = _person(readings, gender, number)  # type: ignore[arg-type]
    return rewrite(text, [Edit(token.start, token.end, (Carry(mention.text),))]) if mention else None


def _person(readings: Sequence[Reading], gender: Gender, number: Number) -> Mention | None:
    mention = choose(readings, Want(gender, number, frozenset(("person",))))
    return mention if mention is not None and mention.kind == "person" else None


def _spanish(text: str, rest: Sequence[Token], cue: Cue, readings: Sequence[Reading]) -> Completed | None:
    if cue.role != "adverb" and not (cue.role == "what" and rest[0].text == "dijo"):
        return None
    verb = rest[0]
    if verb.text not in _TAKES_SUBJECT["es"]:
        return None
    following = rest[1:]
    place = len(following) == 1 and following[0].text in lexicon.PLACES and verb.text in _OBJECT_PLACES
    if following and not place and following[0].text not in folded("a en de con por para desde sobre"):
        return None
    mention = _person(readings, "", "s")
    return rewrite(text, [Edit(verb.end, verb.end, (" ", Carry(mention.text)))]) if mention else None


def _turkish(text: str, found: Sequence[Token], cue: Cue, readings: Sequence[Reading]) -> Completed | None:
    if cue.role != "adverb":
        return None
    body = [t for t in found[: cue.start] if t.text not in lexicon.OPENERS]
    rest = found[cue.end :]
    pronoun = len(body) == 1 and body[0].text == "o"
    if (body and not pronoun) or len(rest) != 1 or not rest[0].text.endswith(_TURKISH_VERB):
        return None
    mention = _person(readings, "", "s")
    if mention is None:
        return None
    if pronoun:
        return rewrite(text, [Edit(body[0].start, body[0].end, (Carry(mention.text),))])
    start = found[cue.start].start
    first = text[start]
    lower = first.lower() if cue.start == 0 else first
    return rewrite(text, [Edit(start, start + 1, (Carry(mention.text), " " + lower))])
