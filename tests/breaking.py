"""Breaks files and questions, and knows what may come of them: for the tests, and for `scripts/fuzz.py`."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.conversation import Turn
from rag.errors import IsnadError
from rag.filters import Filters
from rag.loaders import Limits, LoadError, Read
from rag.pipeline import Pipeline

FOLDER = Path(__file__).resolve().parent / "data" / "formats"
LIMITS = Limits(text=200_000, unpacked=5_000_000, seconds=10)
GOLDEN = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}


# -- Files -----------------------------------------------------------------------------------------------


def check(found: Iterable[Read]) -> None:
    """See that each document can be stored, with its places inside it, and that each refusal says why."""
    for name, result in found:
        name.encode("utf-8")
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        if isinstance(result, LoadError):
            assert str(result)
            assert "\n" not in str(result)
            continue
        assert "\0" not in result.text
        result.text.encode("utf-8")
        assert len(result.text) <= LIMITS.text
        starts = [section.start for section in result.sections]
        assert starts == sorted(starts)
        assert all(0 <= start < len(result.text) for start in starts)
        assert not any(result.text[start].isspace() for start in starts)


def broken(data: bytes, seed: int) -> bytes:
    """Return the bytes with a few of them changed, cut out, doubled or replaced by troublesome ones."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(len(changed) + 1)
        length = chance.choice((1, 1, 2, 8, 100))
        match chance.randrange(5):
            case 0:
                changed[place : place + length] = chance.randbytes(length)
            case 1:
                del changed[place : place + length]
            case 2:
                changed[place:place] = changed[place : place + length] * chance.choice((1, 3, 50))
            case 3:
                changed[place:place] = chance.choice(
                    (b"\0", b"\xff\xff\xff\xff", b"<" * 50, b'"', b"\r", b"--", b"%")
                )
            case _:
                del changed[place:]
        if not changed:
            break
    return bytes(changed)


def broken_inside(data: bytes, seed: int) -> bytes:
    """Return an archive of which one member is broken, and packed anew."""
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    victim = chance.choice([name for name, content in members.items() if content])
    members[victim] = broken(members[victim], seed)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# -- Questions -------------------------------------------------------------------------------------------

PIECES = (
    *(
        "من",
        "متى",
        "كم",
        "أين",
        "لماذا",
        "هل",
        "ما",
        "ومتى",
        "وهو",
        "who",
        "when",
        "how many",
        "and he",
        "où",
        "combien",
    ),
    *("ميناء المرجان", "المـــرجان", "مُهَنْدِس", "أإآٱ", "12000", "١٢٠٠٠", "٤ مايو 2019", "wheat a day", "2011"),
    *("؟", "?", "،", ".", "«", "»", '"', "'", "\\", "/", "%", "*", "[", "(", "\n", "\t", "\r", " "),
    *("\u202e", "\u2066", "\u200f", "\u200d", "\u0640", "\ufeff", "\u0301" * 30, "\0", "\ud800", "🕌", "𞸀"),
    *(
        "AND",
        "NOT",
        "word^9",
        "field:x",
        "--",
        "<script>",
        "${x}",
        "{{",
        "OR 1=1",
        "a" * 300,
        "٣" * 200,
        "ا" * 500,
    ),
)


def asked(
    pipeline: Pipeline, question: str, k: int, chosen: Sequence[str | None], earlier: Sequence[str]
) -> None:
    """Ask, and see that an answer quotes its documents, or that the error is one of ours and says why.

    Args:
        pipeline: to be asked.
        question: whatever it is.
        k: how many groups.
        chosen: a name or pattern of documents, a language, and the first and last day; None for any.
        earlier: questions before it, the first half of which were answered.
    """
    name, language, since, until = chosen
    turns = [Turn(text, text[::-1] if i % 2 else None) for i, text in enumerate(earlier)]
    try:
        filters = Filters.read([name] if name else None, [language] if language else None, since, until)
        answer = pipeline.answer(question, k, filters or None, turns)
        hits = pipeline.search(question, max(k, 1), filters or None)
    except IsnadError:
        return
    told: dict[str, Any] = answer.to_dict()
    assert json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")) is not None
    assert 0 <= answer.confidence <= 1
    assert answer.answered == bool(answer.groups)
    assert len(answer.groups) <= k
    for citation in (*answer.citations, *answer.nearest):
        assert pipeline.document(citation.document).text[citation.start : citation.end] == citation.quote
    assert len({(hit.chunk.document_id, hit.chunk.start) for hit in hits}) == len(hits)
