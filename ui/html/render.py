"""Turn answers into HTML for the chat. Pure functions: no Gradio, no state.

All that came from a document, a file name or a question passes through `ui.html.escape`. The rest is markup
written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from rag.schema import Answer, AnswerGroup, Citation
from ui.html import quoting
from ui.html.escape import clip_end, escape
from ui.kept.restoring import Restored
from ui.strings import Strings

HIGH_CONFIDENCE = 0.75
MEDIUM_CONFIDENCE = 0.5
SHOWN_SOURCES = 3  # of one answer at once; the others unfold

_LARGE_CHARS = 40  # a longer answer is set smaller, to be read at one glance all the same


def confidence_word(confidence: float) -> str:
    """Return `high`, `medium` or `low` for a probability."""
    if confidence >= HIGH_CONFIDENCE:
        return "high"
    return "medium" if confidence >= MEDIUM_CONFIDENCE else "low"


def answer(result: Answer, words: Strings, key: str = "", since: Restored | None = None) -> str:
    """Return an answer as one block of HTML: the answer, what else is said, or that it is not there.

    Args:
        result: the answer.
        words: the interface's words.
        key: by which the answer can be asked about afterwards (`ui.kept.ledger`); without one it cannot.
        since: of an answer that was given before, what became of it; None for one that is given now.
    """
    numbered = quoting.numbers()
    understood = completed(result, words) + (_since(since, words, key) if since else "")
    if since and since.gone:
        return _message(understood, words)
    if not result.answered:
        body = understood + _not_found(result, words, numbered) + _why(words, key, "why_none")
        return _message(body, words, _actions(words, key))
    said = _conflict if result.relation == "conflict" else _answered
    copying = f'<a class="is-act is-copy" href="#copy">{words("copy")}</a>'
    body = understood + said(result, words, numbered) + _why(words, key)
    return _message(body, words, copying + _actions(words, key))


def _since(since: Restored, words: Strings, key: str) -> str:
    """Return what became of an answer that was given before, with the means to ask again; else nothing."""
    if since.lost:
        told = words("gone") if since.gone else words.count("lost", since.lost)
    elif since.changed:
        told = words("changed_since")
    else:
        return ""
    again = f'<a class="is-act" href="#again-{key}">{words("ask_again")}</a>' if key else ""
    return f'<div class="is-notice is-since"><span>{told}</span>{again}</div>'


def notice(text: str, words: Strings) -> str:
    """Return a line of the interface's own, such as that the question is empty."""
    return _message(f'<div class="is-notice"><span>{escape(text)}</span></div>', words)


def completed(result: Answer, words: Strings) -> str:
    """Return the question as it was understood, where it leaned on earlier ones, with the means to edit it.

    What was carried over from them is set apart.
    """
    if result.completed is None:
        return ""
    return (
        f'<div class="is-completed"><span>{words("understood")}</span> '
        f'<span class="is-full" dir="auto">{_carried(result.question, result.completed)}</span> '
        f'<a class="is-act" href="#edit">{words("edit")}</a>'
        f'<a class="is-act" href="#typed">{words("as_typed")}</a></div>'
    )


def _carried(asked: str, understood: str) -> str:
    """Return `understood` with the words that `asked` has not in `<b>`."""
    old, new = asked.split(), re.findall(r"\S+\s*", understood)
    same = SequenceMatcher(None, old, [word.strip() for word in new], autojunk=False)
    pieces = []
    for kind, _, _, first, last in same.get_opcodes():
        text = escape("".join(new[first:last]))
        pieces.append(text if kind == "equal" or not text else f"<b>{text}</b>")
    return "".join(pieces)


def _message(body: str, words: Strings, actions: str = "") -> str:
    # Gradio puts its own buttons on the line of the actions, so the line is there even when it is empty.
    return (
        f'<div class="isnad" lang="{words.lang}" dir="{words.direction}">{body}'
        f'<div class="is-actions">{actions}</div></div>'
    )


def _why(words: Strings, key: str, label: str = "why") -> str:
    """Return the fold that is filled with the reasons when it is opened."""
    if not key:
        return ""
    return (
        f'<details class="is-why"><summary>{words(label)}</summary>'
        f'<div class="is-why-body"><a href="#why-{key}">{words("loading")}</a></div></details>'
    )


def _actions(words: Strings, key: str) -> str:
    """Return the links that share the question and judge the answer."""
    if not key:
        return ""
    judge = "".join(
        f'<a class="is-act is-judge is-{verdict}" href="#{verdict}-{key}" title="{words(verdict)}">'
        f'<span class="is-unseen">{words(verdict)}</span></a>'
        for verdict in ("right", "wrong")
    )
    share = f'<a class="is-act is-share" href="#share">{words("share")}</a>'
    return f'{share}<span class="is-judges">{judge}</span>'


def _conflict(result: Answer, words: Strings, numbered: Iterator[int]) -> str:
    cards = "".join(_group(group, words, numbered, "is-card") for group in result.groups)
    return (
        f'<div class="is-notice is-conflict"><strong>{words("conflict")}</strong>'
        f"<span>{words('conflict_more')}</span></div>"
        f'<div class="is-cards">{cards}</div>'
    )


def _answered(result: Answer, words: Strings, numbered: Iterator[int]) -> str:
    first, *others = result.groups
    body = _group(first, words, numbered, "is-top")
    if not others:
        return body
    heading = words("also_compatible" if result.relation == "compatible" else "also")
    rest = "".join(_group(group, words, numbered, "is-other") for group in others)
    return f'{body}<div class="is-also"><div class="is-heading">{heading}</div>{rest}</div>'


def _group(group: AnswerGroup, words: Strings, numbered: Iterator[int], kind: str) -> str:
    best = group.citations[0]
    size = " is-long" if len(best.quote) > _LARGE_CHARS else ""
    quotation = escape(clip_end(best.quote, quoting.QUOTE_CHARS))
    named = quoting.unit(group)
    said = f'<div class="is-answer{size}" dir="auto">{quotation}</div>'
    if (
        named
    ):  # in the direction of its own letters, for a number has none; an answer's `dir` is not looked into
        said = f'<div class="is-counted" dir="auto">{said}<span class="is-unit">{escape(named)}</span></div>'
    facts = _confidence(group.confidence, words) + _support(group, words) + quoting.as_of(best, words)
    return (
        f'<div class="is-group {kind}">'
        f'<div class="is-head">{said}'
        f'<div class="is-facts">{facts}</div></div>'
        f"{quoting.when(best, words)}{quoting.sentence(best)}{_sources(group, words, numbered)}</div>"
    )


def _confidence(confidence: float, words: Strings) -> str:
    if not confidence:  # it is not known (`ui.kept.restoring`)
        return ""
    word = confidence_word(confidence)
    tip = words("confidence_tip", score=round(100 * confidence))
    return f'<span class="is-confidence is-{word}" title="{tip}">{words(f"confidence_{word}")}</span>'


def _support(group: AnswerGroup, words: Strings) -> str:
    """Return how many documents say it, and from how many origins where some are copies."""
    documents, origins = group.documents, group.origins
    if documents < 2:
        return ""
    if origins == documents:
        said = words.count("agreed", documents)
    else:
        said = f"{words.count('documents', documents)}{words('comma')} {words.count('origins', origins)}"
    return f'<span class="is-agreed">{said}</span>'


def _sources(group: AnswerGroup, words: Strings, numbered: Iterator[int]) -> str:
    """Return the chains of a group, and folded what each source but the first says in its own words."""
    first_of: dict[int, int] = {}  # origin → the number of its first citation
    chains, wordings = [], []
    for place, citation in enumerate(group.citations):
        number = next(numbered)
        original = first_of.setdefault(citation.origin, number)
        chains.append(quoting.chain(citation, words, number, original if original != number else None))
        if place:
            wordings.append(_wording(citation, words, number))
    shown, folded = chains[:SHOWN_SOURCES], chains[SHOWN_SOURCES:]
    more = ""
    if folded:
        more = _folded(words.count("more_documents", len(folded)), "".join(folded))
    if wordings:
        more += _folded(words("wordings"), "".join(wordings))
    return f'<div class="is-chips">{"".join(shown)}{more}</div>'


def _folded(label: str, body: str) -> str:
    return f'<details class="is-more"><summary>{label}</summary>{body}</details>'


def _wording(citation: Citation, words: Strings, number: int) -> str:
    return (
        f'<div class="is-wording"><span class="is-number">{number}</span><div>'
        f"{quoting.whole_sentence(citation)}{quoting.when(citation, words)}"
        f"{quoting.as_of(citation, words)}</div></div>"
    )


def _not_found(result: Answer, words: Strings, numbered: Iterator[int]) -> str:
    reason = words(f"reason_{result.reason}" if result.reason else "not_found_more")
    heading = words("not_sure" if result.reason == "low_confidence" else "not_found")
    body = f'<div class="is-notice is-absent"><strong>{heading}</strong><span>{reason}</span></div>'
    if not result.nearest:
        return body
    passages = "".join(
        f'<div class="is-group is-near"><div class="is-passage" dir="auto">'
        f"{escape(clip_end(quoting.unheaded(each.context), 2 * quoting.CONTEXT_CHARS))}</div>"
        f'<div class="is-chips">'
        f"{quoting.chip(each, (each.context_start, each.context_end), words, next(numbered))}</div></div>"
        for each in result.nearest
    )
    return f'{body}<div class="is-nearest"><div class="is-heading">{words("nearest")}</div>{passages}</div>'
