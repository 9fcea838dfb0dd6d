"""The reader marks the words that answer, in the sentence that holds them, and knows when none does."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.confidence import CONFIDENCE, FEATURES, Confidence
from rag.errors import ModelError
from rag.network import READER_FOLDER, Network
from rag.reader import Reader, Reading, load_reader
from rag.schema import Chunk

MUSEUM = (
    "افتتح متحف الخزف في مدينة صور يوم 14 آذار 2019 بعد ثلاث سنوات من العمل.وقالت مديرة المتحف سلمى النجار "
    "إن المبنى يضم نحو 1200 قطعة، وإن ترميمه كلف 4 ملايين دولار. وأغلق الطابق العلوي بسبب تسرب المياه من "
    "السقف."
)
HARBOUR = (
    "يقع ميناء الصيد قرب قرية الناقورة. يعمل فيه خمسون صيادا، ويرأس نقابتهم حسين درويش. "
    "وتبيع النقابة السمك في سوق بيروت كل يوم جمعة."
)
SCHOOL = (
    "The music school opened in Leeds in September 2011. The head of the music school, Anna Whitfield, "
    "said that 340 pupils attend lessons. The old hall was closed because the roof leaked."
)
PASSAGES = (
    Chunk("museum.txt", MUSEUM, 0),
    Chunk("harbour.txt", HARBOUR, 40),
    Chunk("school.txt", SCHOOL, 0),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


def best(reading: Reading) -> str:
    return reading.spans[0].text


LIBRARY = Chunk(
    "bibliotheque.txt", "La bibliothèque compte environ 6 400 livres rares, dont 2 100 persans.", 0
)
FACTORY = Chunk("factory.txt", "ويعمل في المصنع 780 عاملا، وعدد العمال المصريين بينهم 240.", 0)


@pytest.mark.parametrize(
    ("passage", "question", "number", "other"),
    [
        (LIBRARY, "Combien de livres rares compte la bibliothèque ?", "6 400", "2 100"),
        (LIBRARY, "Combien de livres persans compte la bibliothèque ?", "2 100", "6 400"),
        (FACTORY, "كم عاملا يعمل في المصنع؟", "780", "240"),
        (FACTORY, "كم عدد العمال المصريين في المصنع؟", "240", "780"),
        (FACTORY, "كَمْ عَدَدُ الْعُمَّالِ الْمِصْرِيِّينَ في المصنع؟", "240", "780"),
        (FACTORY, "How many Egyptian workers are in the factory?", "240", "780"),
    ],
)
def test_of_a_number_and_a_part_of_it_the_one_that_is_named_comes_first(
    reader: Reader, passage: Chunk, question: str, number: str, other: str
) -> None:
    marked = best(reader.read(question, [passage]))
    assert number in marked
    assert other not in marked


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("متى افتتح متحف الخزف؟", "14 آذار 2019"),
        ("من هي مديرة المتحف؟", "سلمى النجار"),
        ("كم قطعة يضم المبنى؟", "1200"),
        ("كم كلف ترميم المبنى؟", "4 ملايين دولار"),
        ("لماذا أغلق الطابق العلوي؟", "تسرب المياه"),
        ("أين يقع ميناء الصيد؟", "الناقورة"),
        ("كم صيادا يعمل في الميناء؟", "خمسون"),
        ("من يرأس نقابة الصيادين؟", "حسين درويش"),
        ("When did the music school open?", "September 2011"),
        ("Who is the head of the music school?", "Anna Whitfield"),
        ("How many pupils attend lessons?", "340"),
        ("Why was the old hall closed?", "the roof leaked"),
    ],
)
def test_the_first_span_stands_in_the_answering_sentence(reader: Reader, question: str, words: str) -> None:
    assert words in reader.read(question, PASSAGES).spans[0].context


@pytest.mark.parametrize(
    ("question", "words", "more"),
    [
        ("متى افتتح متحف الخزف؟", "14 آذار 2019", "يوم 14 آذار 2019"),
        ("كم كلف ترميم المبنى؟", "4 ملايين دولار", "4 ملايين دولار"),
        ("When did the music school open?", "September 2011", "in September 2011"),
        ("How many pupils attend lessons?", "340", "340 pupils"),
    ],
)
def test_numbers_and_times_are_marked_exactly(reader: Reader, question: str, words: str, more: str) -> None:
    marked = best(reader.read(question, PASSAGES))
    assert words in marked
    assert marked in more


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who is the director of the museum?", "سلمى النجار"),
        ("When did the museum open?", "14 آذار 2019"),
        ("How many fishermen work in the harbour?", "خمسون"),
        ("Quand le musée a-t-il ouvert ?", "14 آذار 2019"),
    ],
)
def test_a_question_crosses_to_passages_of_another_language(
    reader: Reader, question: str, words: str
) -> None:
    contexts = [span.context for span in reader.read(question, PASSAGES[:2]).spans[:3]]
    assert any(words in context for context in contexts)


@pytest.mark.parametrize(
    ("answered", "unanswered"),
    [
        ("من هي مديرة المتحف؟", "من هي زوجة رئيس البلدية؟"),
        ("متى افتتح متحف الخزف؟", "متى احترقت مكتبة الجامعة؟"),
        ("كم صيادا يعمل في الميناء؟", "كم عدد سكان النرويج؟"),
        ("How many pupils attend lessons?", "How many moons does Jupiter have?"),
    ],
)
def test_a_question_without_answer_is_less_sure(reader: Reader, answered: str, unanswered: str) -> None:
    sure, unsure = reader.read(answered, PASSAGES), reader.read(unanswered, PASSAGES)
    assert sure.no_answer < unsure.no_answer - 0.2


def test_marks_on_question_and_passage_change_neither_kind_nor_sentence(reader: Reader) -> None:
    plain = reader.read("من هي مديرة المتحف؟", PASSAGES)
    marked = MUSEUM.replace("مديرة", "مُديرةُ").replace("سلمى", "سـلمى")
    vocalised = reader.read("مَن هي مُديرة المَتحف؟", (Chunk("museum.txt", marked, 0), *PASSAGES[1:]))
    assert "سلمى" in plain.spans[0].context
    assert "سـلمى" in vocalised.spans[0].context


def test_a_full_stop_without_a_space_ends_the_sentence(reader: Reader) -> None:
    context = reader.read("متى افتتح متحف الخزف؟", PASSAGES).spans[0].context
    assert context == "افتتح متحف الخزف في مدينة صور يوم 14 آذار 2019 بعد ثلاث سنوات من العمل."


def test_offsets_point_into_the_document_and_not_into_the_chunk(reader: Reader) -> None:
    span = reader.read("من يرأس نقابة الصيادين؟", PASSAGES[1:2]).spans[0]
    text = " " * 40 + HARBOUR
    assert text[span.start : span.end] == span.text
    assert text[span.context_start : span.context_end] == span.context


def test_nothing_is_found_without_passages_or_without_words(reader: Reader) -> None:
    assert reader.read("من هي المديرة؟", []) == Reading((), 1.0)
    assert reader.read("من هي المديرة؟", [Chunk("a", " \n…", 0)]) == Reading((), 1.0)


_TEXT = st.text(st.sampled_from(list("ابتثمنلوية ً،.؟\n3٣6 «»\"'aBc%-")), max_size=200)


@settings(max_examples=60)
@given(_TEXT, st.lists(_TEXT, max_size=4))
def test_spans_lie_in_their_sentence_apart_from_each_other_best_first(
    question: str, texts: list[str]
) -> None:
    reader = load_reader() if not _KEPT else _KEPT[0]
    _KEPT[:] = [reader]
    passages = [Chunk(str(i), text, 7 * i) for i, text in enumerate(texts)]
    reading = reader.read(question, passages)
    assert reading == reader.read(question, passages)
    assert [span.score for span in reading.spans] == sorted(
        (span.score for span in reading.spans), reverse=True
    )
    taken: dict[str, list[tuple[int, int]]] = {}
    for span in reading.spans:
        assert (
            span.chunk.start
            <= span.context_start
            <= span.start
            < span.end
            <= span.context_end
            <= span.chunk.end
        )
        assert 0 <= span.score <= 1
        others = taken.setdefault(span.chunk.document_id, [])
        assert all(span.end <= a or b <= span.start for a, b in others)
        others.append((span.start, span.end))
    assert all(len(spans) <= 3 for spans in taken.values())
    assert reading.no_answer == (1 - reading.spans[0].score if reading.spans else 1.0)


_KEPT: list[Reader] = []


@pytest.mark.parametrize("unit", ["ا", "كلمة ", "1 ", "«", "سنة 2019، ", "a.b"])
def test_ten_megabytes_in_one_line_do_not_hang(reader: Reader, unit: str) -> None:
    passage = Chunk("long.txt", unit * (10_000_000 // len(unit)), 0)
    started = time.process_time()
    reader.read("كم كلمة في سنة 2019؟", [passage])
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"\x08\x07" * 100])
def test_a_network_that_cannot_be_read_is_named_with_a_remedy(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    for file in ("model.onnx", "tokenizer.json"):
        shutil.copy(READER_FOLDER / file, tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"the reader in '.*reinstall isnad"):
        Network.open(tmp_path)


def test_a_confidence_that_cannot_be_used_is_named_with_a_remedy(tmp_path: Path) -> None:
    damaged, older = tmp_path / "damaged.json", tmp_path / "older.json"
    damaged.write_text("{", "utf-8")
    stored = json.loads((READER_FOLDER / CONFIDENCE).read_text("utf-8"))
    older.write_text(json.dumps(stored | {"features": stored["features"][1:]}), "utf-8")
    with pytest.raises(ModelError, match=r"damaged.*reinstall"):
        Confidence.load(damaged)
    with pytest.raises(ModelError, match=r"other features.*reinstall"):
        Confidence.load(older)
    with pytest.raises(ModelError, match=r"cannot be read.*reinstall"):
        Confidence.load(tmp_path / "none.json")


def test_a_confidence_is_written_as_it_is_read(tmp_path: Path) -> None:
    one = Confidence(np.arange(len(FEATURES), dtype=np.float32) / 8, -0.5)
    one.save(tmp_path / CONFIDENCE)
    other = Confidence.load(tmp_path / CONFIDENCE)
    rows = np.eye(len(FEATURES), dtype=np.float32)
    np.testing.assert_allclose(other.probability(rows), one.probability(rows), atol=1e-4)


def test_the_confidence_of_the_margin_alone_are_the_networks_own_odds() -> None:
    rows = np.zeros((2, len(FEATURES)), dtype=np.float32)
    rows[:, FEATURES.index("margin")] = [0.0, 0.2]  # a margin of 2
    np.testing.assert_allclose(Confidence.of_margin().probability(rows), [0.5, 0.8808], atol=1e-4)


def test_an_unknown_reader_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"reader 'magic'.*ISNAD_READER"):
        load_reader("magic")


def test_a_passage_is_read_alike_whatever_its_company(reader: Reader) -> None:
    question = "من هي مديرة المتحف؟"
    examine = reader.examine  # type: ignore[attr-defined]
    alone = examine(question, PASSAGES[:1]).found[0].run
    beside = next(one.run for one in examine(question, PASSAGES).found if one.run.page == 0)
    assert alone == beside


def test_an_answer_at_the_end_of_a_long_passage_is_found(reader: Reader) -> None:
    text = "نمت الأشجار على التل وغنت الطيور طوال النهار. " * 60 + MUSEUM
    span = reader.read("من هي مديرة المتحف؟", [Chunk("long", text, 0)]).spans[0]
    assert "سلمى النجار" in span.context
