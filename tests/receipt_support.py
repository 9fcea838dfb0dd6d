"""A text, a citation of it and an answer that holds the citation, as JSON has them."""

from __future__ import annotations

from typing import Any

FIRST = "نقلت وكالة الميناء عن المديرة هالة البنّا أن الجو كان ماطرًا."
CONTEXT = "وأضافت أن ٣٦ ضيفا على الأقل حضروا الحفل."
TEXT = f"{FIRST}\n{CONTEXT}ثم غادروا.\nوفي المأدبة ٣٦ ضيفا.\n"
QUOTE = "٣٦ ضيفا"
START = TEXT.index(QUOTE)
NEW_LINE = "عنوان جديد\n"


def place_of(words: str, text: str = TEXT) -> dict[str, Any]:
    start = text.index(words)
    return {"quote": words, "start": start, "end": start + len(words)}


def cited(**changes: Any) -> dict[str, Any]:
    context = place_of(CONTEXT)
    return {
        "document": "a.txt",
        **place_of(QUOTE),
        "context": CONTEXT,
        "context_start": context["start"],
        "context_end": context["end"],
        **changes,
    }


def answer(*found: dict[str, Any], near: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    groups = [{"citations": list(found)}] if found else []
    return {"question": "كم ضيفا؟", "groups": groups, "nearest": list(near), **more}
