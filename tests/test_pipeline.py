"""From a folder to an answer: what a caller of `Pipeline` and `answer` relies on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rag
from rag.errors import DocumentError, IsnadError, QuestionError
from rag.filters import Filters
from rag.pipeline import Pipeline
from rag.schema import Answer, Document

ROOT = Path(__file__).resolve().parent.parent

BRIDGE = (
    "افتتح الوزير كريم الدباغ جسر السلام في مدينة الواحة يوم 12 مارس 2018.وبلغ طول الجسر 640 مترا.\n"
    "وقالت المهندسة ليلى الشماع إن بناء الجسر استغرق أربع سنوات."
)
FESTIVAL = (
    "يُقام مهرجان الرُّمان في بلدة الينبوع كل خريف. وحضر دورة العام الماضي نحو ٣٥٠٠ زائر، "
    "بحسب مدير المهرجان سامي القاضي."
)
ENGLISH = "The Harmony Bridge opened on 12 March 2018. It is 640 metres long and was built by Karim Dabbagh."


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    documents = [
        Document(id="bridge.txt", text=BRIDGE, title="جسر السلام", lang="ar"),
        Document(id="festival.txt", text=FESTIVAL, title="مهرجان الرمان", lang="ar"),
    ]
    with Pipeline.from_documents(documents) as opened:
        yield opened


def test_a_second_pipeline_loads_no_model_again(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> None:
        raise AssertionError("a model was loaded again")

    monkeypatch.setattr("onnxruntime.InferenceSession", load)
    monkeypatch.setattr("tokenizers.Tokenizer.from_buffer", load)
    (tmp_path / "bridge.txt").write_text(BRIDGE, "utf-8")
    with Pipeline.open(tmp_path) as second:
        assert second.answer("كم يبلغ طول الجسر؟").citations[0].quote.startswith("640")


def assert_citations_hold(answer: Answer, documents: dict[str, str]) -> None:
    for citation in (*answer.citations, *answer.nearest):
        text = documents[citation.document]
        assert text[citation.start : citation.end] == citation.quote
        assert text[citation.context_start : citation.context_end] == citation.context
        assert citation.context_start <= citation.start < citation.end <= citation.context_end


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("متى افتُتح جسر السلام؟", "12 مارس 2018"),
        ("كم يبلغ طول الجسر؟", "640"),
        ("من هو مدير مهرجان الرمان؟", "سامي القاضي"),
        ("كم زائرا حضر المهرجان العام الماضي؟", "٣٥٠٠"),
        ("أين يقام مهرجان الرمان؟", "الينبوع"),
    ],
)
def test_an_arabic_question_is_answered_from_its_sentence(
    pipeline: Pipeline, question: str, sentence: str
) -> None:
    answer = pipeline.answer(question)
    assert answer.answered
    assert sentence in answer.citations[0].context


def test_harakat_tatweel_and_alef_forms_in_a_question_change_nothing(pipeline: Pipeline) -> None:
    plain = pipeline.answer("متى افتتح جسر السلام؟")
    written = pipeline.answer("متى اُفْتُتِحَ جِسْـر السَّلام؟")
    assert written.citations[0].context == plain.citations[0].context


@pytest.mark.parametrize("question", ["ما هي عاصمة البرازيل؟", "Who invented the telephone?", "؟؟؟", "🙂"])
def test_a_question_about_something_else_is_not_answered(pipeline: Pipeline, question: str) -> None:
    answer = pipeline.answer(question)
    assert not answer.answered
    assert (answer.answer, answer.groups, answer.relation) == (None, (), None)
    assert len(answer.nearest) <= 3


def test_filtering_by_document_leaves_the_others_out(pipeline: Pipeline) -> None:
    hits = pipeline.search("من افتتح جسر السلام؟", filters=Filters(documents=("festival.txt",)))
    assert {hit.chunk.document_id for hit in hits} == {"festival.txt"}
    with pytest.raises(DocumentError, match=r"nowhere\.txt"):
        pipeline.search("من افتتح جسر السلام؟", filters=Filters(documents=("nowhere.txt",)))


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "س" * 100_000])
def test_an_empty_or_endless_question_is_refused_in_one_line(pipeline: Pipeline, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        pipeline.answer(question)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_k_bounds_the_answers_and_must_be_positive(pipeline: Pipeline) -> None:
    assert len(pipeline.answer("كم يبلغ طول الجسر؟", k=1).groups) == 1
    with pytest.raises(IsnadError, match="at least 1"):
        pipeline.answer("كم يبلغ طول الجسر؟", k=0)


def test_the_same_question_gives_the_same_answer(pipeline: Pipeline) -> None:
    first, second = (pipeline.answer("من افتتح جسر السلام؟").to_dict() for _ in range(2))
    assert {**first, "took_ms": 0} == {**second, "took_ms": 0}


def test_the_answer_is_json_of_the_documented_shape(pipeline: Pipeline) -> None:
    answer = json.loads(json.dumps(pipeline.answer("كم يبلغ طول الجسر؟").to_dict()))
    assert list(answer) == [
        "question", "completed", "answered", "answer", "confidence", "groups", "relation", "reason",
        "nearest", "took_ms",
    ]  # fmt: skip
    group = answer["groups"][0]
    assert list(group) == ["answer", "confidence", "value", "documents", "origins", "citations"]
    assert list(group["citations"][0]) == [
        "document", "title", "date", "start", "end", "quote", "context_start", "context_end", "context",
        "score", "sha256", "attribution", "resolved", "as_of", "origin", "places",
    ]  # fmt: skip
    assert answer["relation"] in ("single", "agree", "compatible", "conflict")


def test_a_follow_up_is_completed_from_the_turns_before_it_and_says_so(pipeline: Pipeline) -> None:
    first = pipeline.answer("متى افتتح جسر السلام؟")
    answer = pipeline.answer("وكم يبلغ طوله؟", earlier=[first])
    assert (answer.question, first.completed) == ("وكم يبلغ طوله؟", None)
    assert answer.completed is not None
    assert "جسر السلام" in answer.completed
    assert answer.hits == pipeline.answer(answer.completed).hits


def test_explain_says_what_the_answer_would_be_without_its_first_source(pipeline: Pipeline) -> None:
    answer = pipeline.answer("كم يبلغ طول الجسر؟")
    other = pipeline.explain(answer)["without_first_source"]
    assert other["document"] == answer.citations[0].document
    assert other["document"] not in [citation.document for citation in answer.citations[1:]]
    assert other["answered"] == (len({citation.document for citation in answer.citations}) > 1)


def test_an_english_question_finds_the_arabic_sentence(pipeline: Pipeline) -> None:
    hits = pipeline.search("How long is the bridge?", k=1)
    assert hits[0].chunk.document_id == "bridge.txt"


def test_explain_shows_the_evidence_of_every_passage(pipeline: Pipeline) -> None:
    answer = pipeline.answer("كم يبلغ طول الجسر؟")
    passages = pipeline.explain(answer)["passages"]
    assert [passage["start"] for passage in passages] == [hit.chunk.start for hit in answer.hits]
    assert set(passages[0]["evidence"]) == {
        "lexical", "names", "dense", "alignment", "same_script",
    }  # fmt: skip


WORDS = (
    "جسر الجِسْر وبالجسر مدينة المدينه ٣٥٠٠ 3500 2,500 2018 كريم الدبّاغ فى في على «نصر» . .وقال ، ؛ ؟ ـ \n "
    "Bridge opened in 1998 É 𝔸 مُحَمَّد \u202b \u200f لا، قتل 30 شخصا د. سليم "
)
words = st.sampled_from(WORDS.split(" "))
texts = st.one_of(st.lists(words, min_size=1, max_size=60).map(" ".join), st.text(max_size=300))
questions = st.one_of(
    st.lists(words, min_size=1, max_size=8).map(lambda some: "من " + " ".join(some) + "؟"),
    st.sampled_from(["متى افتتح الجسر؟", "How many?", "كم عدد القتلى؟", "Où est le pont ?"]),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(texts.filter(str.strip), min_size=1, max_size=4), question=questions)
def test_every_citation_quotes_its_document_exactly(texts: list[str], question: str) -> None:
    clean = [text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8") for text in texts]
    documents = {f"{i}.txt": text for i, text in enumerate(clean)}
    with Pipeline.from_documents(Document(id=i, text=t, title=i) for i, t in documents.items()) as opened:
        assert_citations_hold(opened.answer(question), documents)
        for hit in opened.search(question):
            chunk = hit.chunk
            assert documents[chunk.document_id][chunk.start : chunk.end] == chunk.text


def test_answer_asks_the_default_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    monkeypatch.setenv("ISNAD_CORPUS", str(tmp_path))
    monkeypatch.setattr("rag.pipeline._default", None)
    answer = rag.answer("كم يبلغ طول الجسر؟")
    assert answer.citations[0].document == "bridge.txt"


def test_a_corpus_with_crlf_bom_and_front_matter_is_quoted_as_the_file_stands(tmp_path: Path) -> None:
    text = "---\r\ntitle: الجسر\r\nlang: ar\r\n---\r\n\r\n" + BRIDGE.replace("\n", "\r\n")
    (tmp_path / "bridge.md").write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
    with Pipeline.open(tmp_path) as opened:
        answer = opened.answer("كم يبلغ طول الجسر؟")
        assert opened.document("bridge.md").title == "الجسر"
    assert_citations_hold(answer, {"bridge.md": text})
    assert answer.citations[0].start > text.index("\r\n---")


def test_asking_loads_no_heavy_package(tmp_path: Path) -> None:
    (tmp_path / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    code = (
        "import sys\nfrom rag import Pipeline\n"
        "pipeline = Pipeline.open(sys.argv[1])\n"
        "if len(sys.argv) > 2:\n"
        "    assert pipeline.answer('كم يبلغ طول الجسر؟').answered\n"
        "    heavy = {'torch', 'transformers', 'gradio', 'langchain_text_splitters'}\n"
        "    print(sorted(heavy & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT)  # builds the index, for which langchain is needed
    done = subprocess.run([*command, "ask"], check=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("content", "expected"), [('["متى؟", 3, "Who?"]', ["متى؟", "Who?"]), ("{}", []), ("[", []), (None, [])]
)
def test_a_folder_may_bring_questions_to_begin_with(
    tmp_path: Path, content: str | None, expected: list[str]
) -> None:
    (tmp_path / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    if content is not None:
        (tmp_path / "examples.json").write_text(content, encoding="utf-8")
    with Pipeline.open(tmp_path) as opened:
        assert opened.examples() == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        # The number of what is counted, not the one beside it.
        ("أسفر انهيار المصنع في الرملة عن 14 قتيلا و41 جريحا.", "كم قتيلا أسفر عنه انهيار المصنع؟", "14"),
        ("أسفر انهيار المصنع في الرملة عن 14 قتيلا و41 جريحا.", "كم جريحا أسفر عنه انهيار المصنع؟", "41"),
        # The number of the kind that is asked for, among two of one noun.
        (
            "About 620 foreign students live in Halden, and 310 of them are Chinese.",
            "How many Chinese students live in Halden?",
            "310",
        ),
        # The whole name, and nothing but the name.
        (
            "وتعهد عادل المنصوري، رئيس بلدية الواحة، بإصلاح الجسر.",
            "من هو رئيس بلدية الواحة؟",
            "عادل المنصوري",
        ),
        ("Yusuf al-Tamimi directs the Halden museum.", "Who directs the Halden museum?", "Yusuf al-Tamimi"),
    ],
)
def test_the_span_is_what_was_asked_for(text: str, question: str, expected: str) -> None:
    with Pipeline.from_documents([Document(id="a.txt", text=text, title="a")]) as opened:
        quote = opened.answer(question).groups[0].answer
    assert expected in quote
    assert len(quote) <= len(expected) + len(" foreign students")


def test_a_bare_duration_does_not_say_when() -> None:
    text = "قد تنسحب الفرقة من الوادي بعد سنوات."
    with Pipeline.from_documents([Document(id="a.txt", text=text, title="a")]) as opened:
        assert "سنوات" not in [group.answer for group in opened.answer("متى تنسحب الفرقة؟").groups]


def test_a_lone_surrogate_in_a_question_is_read_past(pipeline: Pipeline) -> None:
    assert pipeline.answer("كم يبلغ طول الجسر؟\ud800").answered
