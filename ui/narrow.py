"""The folded row under the question box that narrows the documents asked: by name, language and date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import gradio as gr

from rag.errors import SettingsError
from rag.filters import Filters
from rag.schema import Document
from ui.strings import OWN_NAMES, Strings

_OFFERED = 500  # documents named in the list; of the others a name or a pattern can be typed

Narrowed = tuple[list[str] | None, list[str] | None, str | None, str | None]
"""What the row holds: documents, languages, first and last day."""


def fields(documents: Sequence[Document], word: Any) -> list[Any]:
    """Return the row's components, not yet on the page; `word` makes references to the interface's words."""
    titles = Counter(document.title for document in documents)
    languages = sorted({document.lang for document in documents if document.lang})
    return [
        gr.Dropdown(
            [
                (_shown(document, alone=titles[document.title] == 1), document.id)
                for document in documents[:_OFFERED]
            ],
            label=word("isnad.filter_documents"),
            multiselect=True,
            allow_custom_value=len(documents) > _OFFERED,
            render=False,
            elem_id="is-filter-documents",
        ),
        gr.Dropdown(
            [(OWN_NAMES.get(code, code), code) for code in languages],
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


def _shown(document: Document, *, alone: bool) -> str:
    """Return the title, and the id where the title is not `alone`; what turns text round is named."""
    parts = [document.title] if alone else [document.title, document.id]
    return " · ".join(
        f"\N{FIRST STRONG ISOLATE}{part}\N{POP DIRECTIONAL ISOLATE}" for part in parts
    ).translate({0x202D: "[LRO]", 0x202E: "[RLO]"})
