"""The list of documents as HTML: what there is, what could not be read, what is the visitor's own.

Escaped as in `ui.html.render`. What comes and goes while the page is open, static/documents.js shows.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rag.legible import Trouble, trouble
from rag.loaders.kinds import SUPPORTED
from rag.schema import Document
from rag.together import OWN
from ui.html import panel
from ui.html.escape import document_token, escape
from ui.html.reasons import readable, size
from ui.strings import Strings
from ui.uploads import visits
from ui.uploads.files import Allowance
from ui.uploads.keeping import Keeper, Removed
from ui.uploads.shelves import Shelf
from ui.uploads.visit import Held, Visit
from ui.uploads.visits import Visits

SEARCHED = 12  # more titles than that can be searched
_KEPT = 5000  # documents whose length and legibility are remembered
_SAID = (
    "stage_waiting", "stage_sending", "stage_done", "upload_broken", "upload_as",
    "retry", "dismiss", "drop_now",
)  # fmt: skip


@dataclass(frozen=True)
class _Facts:
    """What it takes a while to find out about a document."""

    words: int
    trouble: Trouble | None


class Shelving:
    """Draws the list of documents. Threads may share it."""

    def __init__(self, pipeline: Any, shelf: Shelf | None) -> None:
        self._pipeline = pipeline
        self._shelf = shelf
        self._facts: dict[tuple[str, int, int], _Facts] = {}

    def html(self, words: Strings) -> str:
        """Return the list, for the visit of this thread's block."""
        documents: list[Document] = self._pipeline.documents()
        visit = self._visit()
        own = {each.id: each for each in documents if each.id.startswith(OWN)}
        shared = [each for each in documents if each.id not in own]
        body = (
            f'<p class="is-hint">{words("panel_hint")}</p>{self._adding(words)}'
            f'<span class="is-counted" hidden>{words.count("documents", len(documents))}</span>'
            f"{self._narrowed(words)}{self._search(len(documents), words)}"
            f"{self._own(visit, own, words)}{self._collection(shared, headed=bool(own), words=words)}"
            f"{self._unread(words)}"
        )
        return panel.view("documents", f'<div class="is-shelf">{body}</div>', words)

    def _visit(self) -> Visit | None:
        token = visits.current()
        return self._shelf.find(token) if token and isinstance(self._shelf, Visits) else None

    def _adding(self, words: Strings) -> str:
        """Return where files are added, with the limits; nothing where none are taken."""
        if self._shelf is None:
            return ""
        over = ""
        if visits.current() and self._visit() is None:
            over = f'<p class="is-over" role="status">{words("visit_over")}</p>'
        said = html.escape(json.dumps({key: words(key) for key in _SAID}, ensure_ascii=False))
        stay = words("stay_owner" if isinstance(self._shelf, Keeper) else "stay_visit")
        return (
            f'{over}<div class="is-add" data-words="{said}"><div class="is-add-row">'
            f'<label class="is-add-button"><span>{words("add_files")}</span></label>'
            f'<span class="is-drop-here">{words("drop_here")}</span></div>'
            f'<p class="is-hint is-limits">{_limits(self._shelf.allowance, words)}</p>'
            f'<p class="is-hint is-limits">{stay}</p><div class="is-coming-place"></div></div>'
        )

    @staticmethod
    def _narrowed(words: Strings) -> str:
        """Return the line that says that only some are asked; the script shows it and counts."""
        forms = html.escape(json.dumps(words.words["asked_only"], ensure_ascii=False))
        return (
            f'<p class="is-only" data-forms="{forms}" hidden><span role="status"></span>'
            f'<a href="#shelf-all" role="button">{words("ask_all")}</a></p>'
        )

    @staticmethod
    def _search(count: int, words: Strings) -> str:
        if count <= SEARCHED:
            return ""
        return (
            f'<div class="is-titles" role="search"><input type="search" dir="auto" maxlength="100" '
            f'aria-label="{words("find_title")}" placeholder="{words("find_title")}">'
            f'<p class="is-hint is-no-title" role="status" hidden>{words("no_title")}</p></div>'
        )

    def _own(self, visit: Visit | None, own: dict[str, Document], words: Strings) -> str:
        """Return the visitor's documents, by file, and those that can be put back."""
        if visit is None or not visit.files:
            return ""
        rows = "".join(self._own_file(held, own, words) for held in list(visit.files.values()))
        return (
            f'<div class="is-shelf-head"><h3>{words("own_documents")}</h3>'
            f'<a href="#shelf-forget" role="button">{words("forget_documents")}</a></div>'
            f'<ul class="is-documents is-own">{rows}</ul>'
        )

    def _own_file(self, held: Held, own: dict[str, Document], words: Strings) -> str:
        token = document_token(held.name)
        if held.removed:
            return _gone(held.name, token, words)
        found = [own[OWN + each.id] for each in held.documents if OWN + each.id in own]
        rows = [
            self._row(each, words, removable=(token, held.name) if not place else None)
            for place, each in enumerate(found)
        ]
        return "".join([*rows, *(_refused(name, reason, words) for name, reason in held.refused)])

    def _collection(self, documents: list[Document], *, headed: bool, words: Strings) -> str:
        owner = isinstance(self._shelf, Keeper)
        rows = [
            (each.id, self._row(each, words, removable=(document_token(each.id), each.id) if owner else None))
            for each in documents[: panel.LISTED_DOCUMENTS]
        ]
        if isinstance(self._shelf, Keeper):
            rows += [(each.file, _put_back(each, words)) for each in self._shelf.removed()]
            rows.sort(key=lambda row: row[0])
        rest = len(documents) - panel.LISTED_DOCUMENTS
        more = f'<li class="is-hint">{words.count("more_documents", rest)}</li>' if rest > 0 else ""
        head = ""
        if headed or owner:
            again = f'<a href="#shelf-refresh" role="button">{words("reindex")}</a>' if owner else ""
            head = f'<div class="is-shelf-head"><h3>{words("collection")}</h3>{again}</div>'
        return f'{head}<ul class="is-documents">{"".join(row for _, row in rows)}{more}</ul>'

    def _unread(self, words: Strings) -> str:
        """Return the files that could not be read, folded, each with the reason."""
        skipped: list[tuple[str, str]] = getattr(self._pipeline, "skipped", list)()
        if not skipped:
            return ""
        removable = isinstance(self._shelf, Keeper)
        rows = "".join(_refused(name, reason, words, removable=removable) for name, reason in skipped[:100])
        return (
            f'<details class="is-unread"><summary>{words.count("unread", len(skipped))}</summary>'
            f'<ul class="is-documents">{rows}</ul></details>'
        )

    def _row(self, item: Document, words: Strings, removable: tuple[str, str] | None) -> str:
        token, facts = document_token(item.id), self._facts_of(item)
        only = words("ask_only", title=_plain(item.title))
        remove = _remove(*removable, words) if removable else ""
        warning = ""
        if facts.trouble:
            warning = (
                f'<p class="is-garbled"><strong>{words("looks_garbled")}</strong> '
                f"<span>{words(f'trouble_{facts.trouble}')}</span></p>"
            )
        return (
            f'<li class="is-shelved"><label class="is-pick" title="{only}">'
            f'<input type="checkbox" value="{token}" aria-label="{only}"></label>'
            f'<a class="is-document" href="#doc-{token}">'
            f'<span class="is-document-title"><bdi>{escape(item.title)}</bdi></span>'
            f"{panel.facts(item, words, [words.count('length', facts.words)])}</a>{remove}{warning}</li>"
        )

    def _facts_of(self, item: Document) -> _Facts:
        key = (item.id, len(item.text), hash(item.text))
        found = self._facts.get(key)
        if found is None:
            body = item.text[item.body_start :]
            found = _Facts(len(body.split()), trouble(body))
            if len(self._facts) >= _KEPT:
                self._facts.clear()
            self._facts[key] = found
        return found


def _limits(allowed: Allowance, words: Strings) -> str:
    """Return which files are taken, and how large."""
    parts: Iterable[str | None] = (
        f'<bdi dir="ltr">{SUPPORTED}</bdi>',
        words("limits_file", size=size(allowed.file_bytes, words)),
        words.count("limits_files", allowed.files) if allowed.files else None,
        words("limits_total", size=size(allowed.total_bytes, words)) if allowed.total_bytes else None,
    )
    return " · ".join(f"<span>{part}</span>" for part in parts if part)


def _plain(text: str) -> str:
    """Return text as it may stand in an attribute: characters that turn it round are left out."""
    return "".join(
        f"&#{ord(each)};" for each in text if not "\u202a" <= each <= "\u202e" and each.isprintable()
    )


def _remove(token: str, name: str, words: Strings) -> str:
    label = words("remove_named", name=_plain(name))
    address = f"#shelf-remove-{token}"
    return f'<a class="is-remove" role="button" href="{address}" aria-label="{label}" title="{label}"></a>'


def _gone(name: str, token: str, words: Strings) -> str:
    """Return the line of a file that was removed and can be put back."""
    label = words("undo_named", name=_plain(name))
    return (
        f'<li class="is-shelved is-removed"><span class="is-name">{panel.path(name)}</span>'
        f"<span>{words('removed')}</span>"
        f'<a role="button" href="#shelf-undo-{token}" aria-label="{label}">{words("undo_remove")}</a></li>'
    )


def _put_back(removed: Removed, words: Strings) -> str:
    return _gone(removed.file, document_token(removed.key), words)


def _refused(name: str, reason: str, words: Strings, *, removable: bool = False) -> str:
    remove = _remove(document_token(name), name, words) if removable else ""
    return (
        f'<li class="is-shelved is-refused"><span class="is-name">{panel.path(name)}</span>{remove}'
        f'<p class="is-garbled">{escape(readable(reason, words))}</p></li>'
    )
