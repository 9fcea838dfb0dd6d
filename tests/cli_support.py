"""Two ways to show text, and two citations to show."""

from __future__ import annotations

import datetime as dt

from rag.commands.terminal import Page
from rag.schema import Citation

PIPE = Page(terminal=False, styled=False)
TERMINAL = Page(terminal=True, styled=True)


def citation(context: str, quote: str, **more: object) -> Citation:
    start = context.index(quote)
    facts: dict[str, object] = {
        "document": "000.txt",
        "title": "عنوان",
        "date": dt.date(2021, 7, 24),
        "offset": 100,
    }
    facts |= more
    offset = int(str(facts["offset"]))
    return Citation(
        document=str(facts["document"]),
        title=str(facts["title"]),
        date=facts["date"],  # type: ignore[arg-type]
        start=offset + start,
        end=offset + start + len(quote),
        quote=quote,
        context_start=offset,
        context_end=offset + len(context),
        context=context,
        score=0.8,
        sha256="",
    )


THIRTY = citation("سقط ٣٠ جريحًا في المرفأ.", "٣٠ جريحًا")
FIFTY = citation(
    "Fifty were hurt, they said.", "Fifty", document="b.txt", title="At the port", date=None, offset=7
)
