"""The folded row under the question box that narrows the documents asked: by name, language and date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from rag.errors import SettingsError
from rag.filters import Filters
from rag.schema import Document
from ui.strings import OWN_NAMES, Strings
from ui.stubless import gr

_SHOWN_CHARS = 120  # of a filter that is named because it is broken
_SHOWN_BROKEN = 5
_OFFERED = 500  # documents named in the list; of the others a name or a pattern can be typed

Narrowed = tuple[list[str] | None, list[str] | None, str | None, str | None]
"""What the row holds: documents, languages, first and last day."""


def fields(documents: Sequence[Document], word: Any) -> list[Any]:
    """Return the row's components, not yet on the page; `word` makes references to the interface's words."""
    names, languages = choices(documents)
    return [
        gr.Dropdown(
            names,
            label=word("isnad.filter_documents"),
            multiselect=True,
            allow_custom_value=len(documents) > _OFFERED,
            render=False,
            elem_id="is-filter-documents",
        ),
        gr.Dropdown(
            languages,
            label=word("isnad.filter_languages"),
            multiselect=True,
            render=False,
            elem_id="is-filter-languages",
        ),
        *(
            gr.Textbox(
                label=word(f"isnad.filter_{end}"),
                placeholder="2021-07-24",
                max_length=40,
                render=False,
                elem_id=f"is-filter-{end}",
            )
            for end in ("since", "until")
        ),
    ]


def choices(documents: Sequence[Document]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the documents and the languages that are offered: what is shown, and what it stands for."""
    titles = Counter(document.title for document in documents)
    names = [
        (_shown(document, alone=titles[document.title] == 1), document.id)
        for document in documents[:_OFFERED]
    ]
    codes = sorted({document.lang for document in documents if document.lang})
    return names, [(OWN_NAMES.get(code, code), code) for code in codes]


def read(narrowed: Narrowed, words: Strings) -> Filters:
    """Return the filters that the row holds.

    Raises:
        ValueError: if a day cannot be read, or the last is before the first; in the interface's words.
    """
    documents, languages, since, until = narrowed
    try:
        return Filters.read(documents, languages, since, until)
    except SettingsError as error:
        raise ValueError(words("bad_dates")) from error


def broken(filters: Any, names: Collection[str], languages: Collection[str | None]) -> list[str]:
    """Return what in the filters of a link is not here, or cannot be read, as it stands there.

    Args:
        filters: what the row is to hold, from outside: a list of documents, languages, first and last day.
        names: the ids of the documents that there are.
        languages: theirs.
    """
    documents, codes, *days = filters if isinstance(filters, list) and len(filters) == 4 else [None] * 4
    wrong = [str(each) for each in documents or () if each not in names]
    wrong += [str(each) for each in codes or () if each not in languages]
    since, until = (str(day) if day else None for day in days)
    for first, last in ((since, None), (None, until)):
        try:
            Filters.read(since=first, until=last)
        except SettingsError:
            wrong.append(first or last or "")
    if not wrong:
        try:
            Filters.read(since=since, until=until)
        except SettingsError:
            wrong.append(f"{since} – {until}")
    return [each[:_SHOWN_CHARS] for each in wrong[:_SHOWN_BROKEN]]


def _shown(document: Document, *, alone: bool) -> str:
    """Return the title, and the id where the title is not `alone`; what turns text round is named."""
    parts = [document.title] if alone else [document.title, document.id]
    return " · ".join(
        f"\N{FIRST STRONG ISOLATE}{part}\N{POP DIRECTIONAL ISOLATE}" for part in parts
    ).translate({0x202D: "[LRO]", 0x202E: "[RLO]"})
