"""The options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Corpus = Annotated[
    Path | None,
    typer.Option("--corpus", "-c", metavar="DIR", help="The folder to ask; ISNAD_CORPUS if left out."),
]
Documents = Annotated[
    list[str] | None,
    typer.Option(
        "--document", "-d", metavar="ID", help="Only this document, or those like '2021/*'; can be repeated."
    ),
]
Languages = Annotated[
    list[str] | None,
    typer.Option(
        "--lang", "-l", metavar="CODE", help="Only documents in this language (ar, en, …); likewise."
    ),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Only documents of this day (month, year) or later."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only documents of this day (month, year) or earlier."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
