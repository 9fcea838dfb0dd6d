"""Read an earlier question in Latin letters: how it asked, whom and what it spoke of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.conversation import latin_words as lexicon
from rag.conversation.latin_cue import Cue, find_cue, language_of
from rag.conversation.latin_phrases import ARTICLES, Finder, gender_of
from rag.conversation.turns import Carry, Mention, Number, Piece, Reading, Token, Turn, close_of, cut, tokens
from rag.question import parse
from rag.stopwords import STOP_WORDS


def read_question(turn: Turn) -> Reading:
    """Return what a turn spoke of, its subject first, and what may be asked of it again."""
    text = turn.question
    found = tokens(text)
    language = language_of(found)
    if not found or not language or len(found) > 60:
        return Reading(clear=False, language=language)
    cue = find_cue(found, language)
    finder = Finder(text, found, language, cue)
    mentions = finder.mentions()
    parsed = parse(text)
    who = turn.kind == "person" or (turn.kind == "other" and parsed.kind == "person")
    answer = answered(turn)
    clear = (bool(cue.role) and not any(token.text in lexicon.PRONOUNS for token in found)) or bool(mentions)
    named = cue.end + 1 < len(found) and found[cue.end + 1].proper and found[cue.end + 1].text not in ARTICLES
    if who and parsed.describes and named:  # "who is X": the answer says what X is
        mentions = [replace(m, kind="person", rank=0) if m.rank == 1 and not m.kind else m for m in mentions]
        answer = None
    elif who:
        described = finder.after_copula
        if answer is not None:
            kept = [m for m in mentions if not (described and m.rank == 1 and m.kind in ("person", ""))]
            mentions = [replace(answer, kind="person", rank=0), *kept]
        elif turn.answer is not None or not described:
            clear = False
            mentions = [m for m in mentions if m.kind not in ("person", "")]
    elif answer is not None and turn.kind == "organisation" and cue.role in ("who", "what"):
        mentions = [m for m in mentions if m.kind != "organisation" or m.rank != 1]
        mentions = [replace(answer, kind="organisation", rank=0), *mentions]
    elif answer is not None and turn.kind == "place" and answer.kind == "place":
        mentions.append(replace(answer, rank=2 if cue.role == "adverb" else 1))
    asks, predicate = _asked_again(text, found, language, cue, answer if who else None)
    return Reading(tuple(mentions), clear, asks, predicate, language)


def answered(turn: Turn) -> Mention | None:
    """Return the answer of a turn as a mention, or None where it is no plain name."""
    if not turn.answer:
        return None
    text = turn.answer.strip()
    for stop in ",;([\n":
        text = text.split(stop, 1)[0]
    text = text[: close_of(text)].strip()
    found = tokens(text)
    if not 1 <= len(found) <= 8 or text not in turn.answer or not any(t.proper for t in found):
        return None
    if found[-1].text in STOP_WORDS or any(t.text in lexicon.AUXILIARIES or t.stop for t in found[:-1]):
        return None
    pair = any(t.text in ("and", "et", "y", "und", "ve") for t in found)
    first = next(t.text for t in found if t.proper)
    place = all(t.proper for t in found) and " ".join(t.text for t in found) in lexicon.PLACES
    number: Number = "p" if pair else "s"
    return Mention(
        text, "place" if place else "", gender_of(first), number, pair=pair, language=language_of(found)
    )


def _asked_again(
    text: str, found: Sequence[Token], language: str, cue: Cue, answer: Mention | None
) -> tuple[str, tuple[Piece, ...]]:
    """Return what was asked with, and the sentence without it, to be asked with another interrogative."""
    rest = found[cue.end :]
    if not rest:
        return ("number" if cue.role == "count" else ""), ()
    if cue.role == "adverb":
        pieces: list[Piece] = [Carry(cut(text, rest[0], rest[-1]))]
        before = [t for t in found[: cue.start] if t.text not in lexicon.OPENERS]
        if language == "tr" and before:
            pieces.insert(0, Carry(cut(text, before[0], before[-1])))
        return cue.kind, tuple(pieces)
    if cue.role == "yes_no":
        auxiliary = text[found[cue.start].start : found[cue.start].end]
        return "yes_no", (auxiliary.lower() + " ", Carry(cut(text, rest[0], rest[-1])))
    if language != "en":
        return ("number" if cue.role == "count" else ""), ()
    if cue.role == "who" and answer is not None and len(rest) > 1 and not answer.pair:
        base = lexicon.BASE_FORMS.get(rest[0].text)
        if base:
            tail = cut(text, rest[1], rest[-1])
            return "person", ("did ", Carry(answer.text), f" {base} ", Carry(tail))
    if cue.role == "what" and len(rest) > 2 and rest[0].text == "did":
        finder = Finder(text, found, language, cue)
        end = finder.phrase(cue.end + 1)
        if end is not None and end + 2 == len(found):
            return "thing", (Carry(cut(text, rest[0], rest[-1])), " it")
    return ("number" if cue.role == "count" else ""), ()
