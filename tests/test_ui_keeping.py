"""What the chat keeps and hands out: reports, exports, suggested questions; and its colours."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import threading
from pathlib import Path

import pytest
from ui_corpus import (
    ABSENT,
    AND_IN_2020,
    CLOSED,
    DOCUMENTS,
    GUARD,
    INJURED,
    KILLED,
    LEVEL,
    PRESS,
    FakePipeline,
)

from rag.receipts import check, read
from rag.schema import Answer, AnswerGroup, Citation, Document
from ui import strings, suggestions
from ui.backend import Backend
from ui.html import forms
from ui.kept import export, feedback
from ui.kept.feedback import FullError, Reports

AR, EN = strings.load("ar"), strings.load("en")
STYLE = Path(strings.__file__).parent.parent / "static" / "style"


def answers(*questions: str) -> list[Answer]:
    return [FakePipeline().answer(question) for question in questions]


# Reports


def test_a_report_is_one_line_with_the_whole_answer(tmp_path: Path) -> None:
    path = tmp_path / "new" / "reports.jsonl"
    (answer,) = answers(INJURED)
    first = Reports(path, shared=False).add(answer, "wrong", "source", "ليس «هو»\nبل غيره")
    second = Reports(path, shared=False).add(answer, "right", "nonsense")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == [first, second]
    assert [(line["verdict"], line["reason"], line["note"]) for line in lines] == [
        ("wrong", "source", "ليس «هو»\nبل غيره"),
        ("right", None, ""),
    ]
    assert lines[0]["answer"] == answer.to_dict()


def test_what_is_no_verdict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="verdict is 'so-so'; it must be one of: right, wrong"):
        Reports(tmp_path / "r", shared=False).add(answers(CLOSED)[0], "so-so")
    assert list(tmp_path.iterdir()) == []


def test_a_note_is_cut_and_a_full_file_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "reports.jsonl"
    reports = Reports(path, shared=False)
    reports.add(answers(PRESS)[0], "wrong", "other", "س" * 5000)
    assert len(json.loads(path.read_text("utf-8"))["note"]) == 2000
    monkeypatch.setattr(feedback, "MOST_BYTES", path.stat().st_size + 100)
    with pytest.raises(FullError):
        reports.add(answers(PRESS)[0], "right")
    assert path.read_text("utf-8").count("\n") == 1


def test_reports_of_many_threads_are_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    reports = Reports(path, shared=False)
    (answer,) = answers(CLOSED)
    threads = [threading.Thread(target=reports.add, args=(answer, "right")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()}) == 8
    if os.name != "nt":
        assert path.stat().st_mode & 0o077 == 0  # what people wrote is for the operator


def test_on_a_shared_chat_people_read_only_what_they_wrote(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    shared, own = Reports(path, shared=True), Reports(path, shared=False)
    mine, other = (shared.add(answers(CLOSED)[0], "right") for _ in range(2))
    with path.open("ab") as file:
        file.write(b'{"broken')
    assert [json.loads(line)["id"] for line in shared.lines([mine]).splitlines()] == [mine]
    assert shared.lines([]) == ""
    assert other in own.lines([])
    assert Reports(tmp_path / "none", shared=True).lines([mine]) == ""


def test_a_report_names_an_answer_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    backend = Backend(FakePipeline(), 1000, Reports(path, shared=True))
    key = backend.ledger.keep(answers(CLOSED)[0])
    report_id, problem = backend.report([key, "wrong", "answer", "لا", "ar"])
    assert problem is None
    assert json.loads(backend.reports([[report_id]]))["note"] == "لا"
    assert backend.report(["A" * 16, "wrong", "answer", "", "en"])[0] is None
    assert backend.report([key, "so-so", "", "", "en"]) == [None, "The report could not be kept."]
    assert path.read_text("utf-8").count("\n") == 1


def test_every_reason_and_every_key_has_words_in_every_language() -> None:
    for lang in strings.LANGUAGES:
        words = strings.load(lang)
        assert all(words(f"wrong_{reason}") in forms.report(words) for reason in feedback.REASONS)
        assert all(words(f"does_{key}") in forms.keys(words) for key in forms.KEYS)


# Export


def test_an_exported_conversation_can_be_verified() -> None:
    text = export.as_json(answers(CLOSED, INJURED, ABSENT, GUARD))
    held = {item.id: item for item in DOCUMENTS}
    checks = [check(cited, held.__getitem__) for cited in read(text)]
    assert len(checks) == 3 + 3 + 2 + 1
    assert {each.status for each in checks} == {"ok"}


def test_the_markdown_holds_question_answer_sentence_and_chain() -> None:
    assert export.as_markdown(answers(PRESS), EN) == (
        "## متى يُعقد المؤتمر الصحفي؟\n\n"
        "**الاثنين المقبل** — High confidence\n\n"
        "> ونقلت وكالة الوادي عن المتحدث باسم المستشفى رامي الخطيب أن مؤتمراً صحفياً سيُعقد "
        "**الاثنين المقبل**.\n\n"
        "- \\[1\\] مستشفى وردان يستقبل المصابين · 15 March 2023 · أخبار/002.txt:"
        f"{answers(PRESS)[0].citations[0].start}\\-{answers(PRESS)[0].citations[0].end}"
        " → وكالة الوادي → المتحدث باسم المستشفى → رامي الخطيب · that is, 20 March 2023\n"
    )


def test_the_markdown_tells_conflicts_gaps_and_completed_questions() -> None:
    assert export.as_markdown(answers(INJURED), AR).split("\n\n")[1] == "**الوثائق لا تتفق**"
    absent = export.as_markdown(answers(KILLED), EN)
    assert "**Not in these documents.** The documents touch on the subject" in absent
    assert "The nearest they come, which is not an answer:\n\n> " in absent
    backend = Backend(FakePipeline(), 1000)
    history = [{"role": "assistant", "content": backend.reply(LEVEL, [], "ar")}]
    completed = FakePipeline().answer(AND_IN_2020, earlier=backend.ledger.earlier(history))
    assert "*فُهم سؤالك هكذا:* وكم بلغ منسوب المياه عام 2020؟" in export.as_markdown([completed], AR)


def test_nothing_in_the_markdown_is_markup_of_others() -> None:
    text = export.as_markdown(answers(GUARD), EN)
    assert "<script" not in text.replace("\\<", "")
    assert re.findall(r"(?<!\\)[<>`\[\]]", text.replace("\n> ", "\n")) == []


def test_an_export_names_only_answers_that_are_kept() -> None:
    backend = Backend(FakePipeline(), 1000)
    key = backend.ledger.keep(answers(CLOSED)[0])
    exported = json.loads(backend.export(["json", ["A" * 16, key, "../x"], "ar"]))
    assert [each["question"] for each in exported] == [CLOSED]
    assert backend.export(["md", [], "ar"]) == ""


# Suggestions


class Speaking(FakePipeline):
    """A corpus of two documents in which somebody is quoted; of the first it knows who."""

    texts = (
        "قالت رئيسة البلدية لمى الحداد إن الطريق مغلق منذ الفجر.",
        "The road was closed at dawn, the mayor of Wardan Lina Haddad said.",
    )

    def __init__(self, confidence: float = 0.9, quote: str = "لمى الحداد") -> None:
        self.asked: list[str] = []
        self.confidence, self.quote = confidence, quote

    def documents(self) -> list[Document]:
        langs = ("ar", "en")
        return [Document(f"{i}.txt", self.texts[i], "t", lang=lang) for i, lang in enumerate(langs)]

    def answer(self, question: str, *args: object, **more: object) -> Answer:
        self.asked.append(question)
        text, name = self.texts[0], self.quote
        start = text.index(name)
        found = Citation(
            "0.txt", "t", None, start, start + len(name), name, 0, len(text), text, 0.9, "0" * 64
        )
        # The right answer to one question, and the wrong one to all others.
        return Answer(question, self.confidence, (AnswerGroup((found,), self.confidence),), "single")


class SpeakingOwn(Speaking):
    """The same two documents, and one of a visitor's own."""

    def documents(self) -> list[Document]:
        return [*super().documents(), Document("~/mine.txt", self.texts[0], "t", lang="ar")]

    def answer(self, question: str, *args: object, **more: object) -> Answer:
        found = super().answer(question)
        (group,) = found.groups
        own = dataclasses.replace(group.citations[0], document="~/mine.txt")
        return dataclasses.replace(found, groups=(AnswerGroup((own,), self.confidence),))


def test_suggestions_stay_while_they_are_answered_and_own_documents_come_first() -> None:
    assert suggestions.still(FakePipeline(), [ABSENT, CLOSED, INJURED], own=False) == [CLOSED, INJURED]
    given = ["أول؟", "ثان؟", "ثالث؟"]
    found = suggestions.still(SpeakingOwn(), given, own=True)
    assert found == ["من هي رئيسة البلدية؟", "أول؟", "ثان؟"]
    assert suggestions.still(SpeakingOwn(), given, own=False) == given


def test_given_questions_are_kept_if_they_have_an_answer() -> None:
    given = [ABSENT, CLOSED, " ", KILLED, INJURED]
    assert [each.question for each in suggestions.suggest(FakePipeline(), given)] == [CLOSED, INJURED]


def test_made_questions_ask_of_those_who_are_quoted_and_are_kept_if_the_answer_is_theirs() -> None:
    pipeline = Speaking()
    assert [each.question for each in suggestions.suggest(pipeline, [])] == ["من هي رئيسة البلدية؟"]
    assert "What did Lina Haddad say?" in pipeline.asked  # answered from another document: not kept


@pytest.mark.parametrize(("confidence", "quote"), [(0.4, "لمى الحداد"), (0.9, "الفجر")])
def test_a_made_question_is_not_kept_for_an_unsure_answer_or_for_another(
    confidence: float, quote: str
) -> None:
    assert suggestions.suggest(Speaking(confidence, quote), []) == []


def test_what_somebody_said_is_kept_if_it_is_said_and_not_only_named() -> None:
    said = suggestions.suggest(Speaking(quote="الطريق مغلق منذ الفجر"), [])
    assert [each.question for each in said] == ["ماذا قالت لمى الحداد؟"]


def test_making_questions_stops_when_time_is_up() -> None:
    pipeline = Speaking()
    assert suggestions.suggest(pipeline, [], seconds=-1) == []
    assert pipeline.asked == []


# Colours


def colours(scheme: str) -> dict[str, str]:
    base = (STYLE / "base.css").read_text("utf-8")
    block = re.search(r":root \{(.*?)\}" if scheme == "light" else r"\.dark \{(.*?)\}", base, re.S)
    assert block is not None
    return dict(re.findall(r"--is-([a-z-]+): (#[0-9a-f]{6});", block.group(1)))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_under_it(scheme: str) -> None:
    held = colours(scheme)
    grounds = ("paper", "sheet", "grey-wash", "green-wash", "amber-wash")
    pairs = [(ink, ground) for ink in ("ink", "soft", "green", "low") for ground in grounds]
    pairs += [("ink", "mark"), ("ink", "chosen"), ("amber", "amber-wash"), ("amber", "sheet")]
    pairs += [("red", "red-wash"), ("ink", "found"), ("on-here", "here"), ("sheet", "green")]

    def contrast(one: str, other: str) -> float:
        light, dark = sorted((luminance(held[one]), luminance(held[other])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}
