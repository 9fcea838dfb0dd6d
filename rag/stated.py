"""What a text states about itself: its front matter, its title, the line with its date."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.dateline import parse_date

_FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_MAX_FRONT_MATTER = 20_000  # characters
_MAX_TITLE = 120
_DATE_LINES = 6  # a dateline stands among the first lines

# -- Front matter ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text states about itself in its front matter; None for what it does not."""

    title: str | None = None
    lang: str | None = None
    date: dt.date | None = None
    source: str | None = None


def front_matter(text: str) -> tuple[Facts, int]:
    """Return what the front matter states, and where the body starts; nothing and 0 where there is none.

    Front matter is a YAML block between ``---`` lines at the very start.
    """
    found, body_start = _front_matter(text)
    return (
        Facts(
            _words(found.get("title")),
            _language(found.get("lang")),
            _date(found.get("date")),
            _words(found.get("source")),
        ),
        body_start,
    )


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    match = _FRONT_MATTER.match(text[:_MAX_FRONT_MATTER])
    if not match:
        return {}, 0
    facts = _parse_yaml(match["yaml"])
    if facts is None:
        return {}, 0
    return facts, match.end()


def _parse_yaml(block: str) -> dict[str, Any] | None:
    """Return a YAML mapping, or that of plain ``key: value`` lines, or None where `block` is neither."""
    import yaml

    try:
        facts = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError):  # an unquoted colon, a 31st of June, deep brackets
        pairs = [line.partition(":") for line in block.splitlines() if line.strip()]
        if not all(colon and re.fullmatch(r"\w[\w -]*", key) for key, colon, _ in pairs):
            return None
        facts = {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    if facts is None:
        return {}
    return {str(key).lower(): value for key, value in facts.items()} if isinstance(facts, dict) else None


def _words(value: object) -> str | None:
    """Return a plain value as one line of text; None for nothing, or for lists and mappings."""
    if isinstance(value, (str, int, float, dt.date)) and not isinstance(value, bool):
        return " ".join(str(value).split()) or None
    return None


def _language(value: object) -> str | None:
    if value is False:  # YAML takes the code of Norwegian for "no"
        return "no"
    match = re.match(r"([A-Za-z]{2,3})(?:[-_]|$)", str(value)) if isinstance(value, str) else None
    return match[1].lower() if match else None


def _date(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return parse_date(value) if isinstance(value, str) else None


# -- Title and date --------------------------------------------------------------------------------------


def dateline(lines: Sequence[str]) -> dt.date | None:
    """Return the day of the first of the first six lines that is nothing but a date."""
    return next(filter(None, map(parse_date, lines[:_DATE_LINES])), None)


def title_of(lines: Sequence[str], name: str) -> str:
    """Return the title of a text: its first markdown heading, or a short first line that is no sentence.

    Else the file's name, or where that is a number or a hash the beginning of the text.

    Args:
        lines: those of the text that are not blank.
        name: of the file.
    """
    heading = next(filter(None, (re.match(r"#{1,6}\s+(.+?)\s*#*$", line) for line in lines[:40])), None)
    if heading:
        return _unmarked(heading[1])[:_MAX_TITLE]
    first = _unmarked(lines[0]) if lines else ""
    if len(lines) > 1 and is_heading(first):
        return first
    stem = re.sub(r"(?:\.[a-z]{2,3})$", "", Path(name).stem)  # harbour.ar.md
    stem = re.sub(r"^\d+[\s._-]+", "", stem).replace("_", " ").replace("-", " ").strip()
    if first and (
        not stem or re.fullmatch(r"(?=.*\d)[\da-f ]+", stem.lower())
    ):  # a number or a hash tells nothing
        return first if len(first) <= 80 else first[:80].rsplit(" ", 1)[0].rstrip("،,;؛:") + "…"
    return stem or name


def _unmarked(line: str) -> str:
    return re.sub(r"[*_`]{1,3}", "", line).strip(" #=-")


def is_heading(line: str) -> bool:
    """Tell whether a line is a title: short, with letters, not ended as a sentence is, and not a date."""
    line = line.strip()
    if re.match(r"#{1,6}\s+\S", line):
        return True
    return (
        0 < len(line) < _MAX_TITLE
        and line[-1] not in ".!?؟…:؛;،,。！？।"
        and line.rstrip("»”\"')]")[-1:] not in tuple(".!?؟…")
        and not re.match(r"[-*•·▪]\s|\d+[.)]\s|\||>", line)
        and any(map(str.isalpha, line))
        and parse_date(line) is None
    )
