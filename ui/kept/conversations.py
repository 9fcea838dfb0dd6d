"""The conversations that a browser keeps: taken up again, and listed. The server keeps none of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rag.errors import SettingsError
from rag.filters import Filters
from rag.receipts import ReceiptError
from ui.html import panel, render
from ui.html.escape import clip_end, escape
from ui.kept import restoring
from ui.kept.ledger import Kept, Ledger
from ui.kept.restoring import LookUp, Restored, restore
from ui.kept.sealing import Seal
from ui.strings import Strings

MOST_TURNS = 100  # of one conversation
MOST_CITATIONS = 2000  # compared with the documents in one call
LISTED = 200
_TITLE_CHARS = 120
_ID = re.compile(r"[a-z0-9]{1,32}")

Message = dict[str, Any]


def record(key: str, kept: Kept, seal: Seal) -> dict[str, Any]:
    """Return what a browser is to keep of an answer: its key, the filters it was asked with, and its JSON.

    What the server itself has answered is sealed, so that it knows it again.
    """
    plain = {"key": key, "filters": written(kept.filters), "answer": kept.answer.to_dict()}
    return {**plain, "seal": seal.mark(plain)} if kept.ours else plain


def written(filters: Filters) -> list[Any]:
    """Return filters as plain JSON values, as `read` takes them."""
    days = (day.isoformat() if day else None for day in (filters.since, filters.until))
    return [list(filters.documents), list(filters.languages), *days]


def read(filters: Any) -> Filters:
    """Return the filters that `written` gave; none where the value is not one of these."""
    if not isinstance(filters, list) or len(filters) != 4:
        return Filters()
    names, codes, since, until = filters
    names, codes = (
        [str(each) for each in value] if isinstance(value, list) else None for value in (names, codes)
    )
    since, until = (value if isinstance(value, str) else None for value in (since, until))
    try:
        return Filters.read(names, codes, since, until)
    except SettingsError:
        return Filters()


def take_up(records: Any, ledger: Ledger, look_up: LookUp, seal: Seal) -> list[tuple[str, Restored]]:
    """Take the answers up that are in the `record`s of a browser; return their keys, and what became of them.

    What is no record of an answer is left out, and so are all after the first `MOST_TURNS`, and after those
    that cite `MOST_CITATIONS` times in all.

    Args:
        records: as the browser sends them.
        ledger: where the answers are kept from now on.
        look_up: the document of an id as it is now; DocumentError where there is none.
        seal: how sure an answer was is believed of those that bear it.
    """
    found = []
    left = MOST_CITATIONS
    for each in records[:MOST_TURNS] if isinstance(records, list) else ():
        if not isinstance(each, Mapping) or left <= 0:
            continue
        try:
            restored = restore(each.get("answer"), look_up, sealed=_is_sealed(each, seal))
        except ReceiptError:
            left -= restoring.MOST_CITATIONS  # it may have got so far
            continue
        left -= restored.lost + len(restored.answer.citations)
        kept = Kept(restored.answer, read(each.get("filters")), restored.ours)
        found.append((ledger.take_up(str(each.get("key")), kept), restored))
    return found


def _is_sealed(each: Mapping[str, Any], seal: Seal) -> bool:
    plain = {name: each.get(name) for name in ("key", "filters", "answer")}
    return seal.holds(plain, each.get("seal"))


def messages(taken: Sequence[tuple[str, Restored]], words: Strings) -> list[Message]:
    """Return questions and answers as the chatbot takes them."""
    return [
        message
        for key, since in taken
        for message in (
            {"role": "user", "content": since.answer.question},
            {"role": "assistant", "content": render.answer(since.answer, words, key, since)},
        )
    ]


def listing(items: Any, words: Strings, *, lasting: bool, undo: bool, current: str) -> str:
    """Return the list of conversations as the panel's HTML, as the browser orders them.

    Args:
        items: of each its id, first question, day (ISO 8601), time of day and number of questions.
        words: the interface's words.
        lasting: whether the browser keeps them beyond this page.
        undo: whether what was deleted last can be brought back.
        current: the id of the one on the screen.
    """
    found = [each for each in items[:LISTED] if isinstance(each, list) and len(each) == 5]
    rows = "".join(_row(each, words, current) for each in found if _ID.fullmatch(str(each[0])))
    hint = words("history_hint" if lasting else "history_closed")
    back = f'<a class="is-act" href="#undrop">{words("undo")}</a>' if undo else ""
    told = (
        f'<p class="is-hint" role="status"><span>{words("forgotten_now")}</span> {back}</p>' if undo else ""
    )
    every = f'<a class="is-act is-forget-all" href="#dropall">{words("forget_all")}</a>' if rows else ""
    listed = f'<ul class="is-documents is-talks">{rows}</ul>{every}' if rows else ""
    empty = "" if rows else f'<p class="is-hint">{words("history_empty")}</p>'
    new = f'<a class="is-new" href="#new">{words("new_conversation")}</a>'
    return panel.view("history", f'{new}<p class="is-hint">{hint}</p>{told}{listed}{empty}', words)


def _row(item: Sequence[Any], words: Strings, current: str) -> str:
    name, question, day, clock, turns = item
    title = escape(clip_end(str(question), _TITLE_CHARS))
    facts = [*_when(str(day), str(clock), words)]
    if isinstance(turns, int) and turns > 0:
        facts.append(words.count("questions", turns))
    spans = "".join(f"<span>{fact}</span>" for fact in facts)
    here = ' aria-current="true"' if name == current else ""
    return (
        f'<li><a class="is-document" href="#talk-{name}"{here}>'
        f'<span class="is-document-title"><bdi>{title}</bdi></span>'
        f'<span class="is-panel-facts">{spans}</span></a>'
        f'<a class="is-forget" role="button" href="#drop-{name}" aria-label="{words("forget")} {title}" '
        f'title="{words("forget")}">✕</a></li>'
    )


def _when(day: str, clock: str, words: Strings) -> list[str]:
    try:
        shown = [words.date(dt.date.fromisoformat(day))]
    except ValueError:
        return []
    return [*shown, f"<bdi>{clock}</bdi>"] if re.fullmatch(r"[0-9]{2}:[0-9]{2}", clock) else shown
