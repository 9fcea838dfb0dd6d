"""The retriever finds a passage by its words, by its meaning, and word against word."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from rag.encoder import StaticEncoder
from rag.pipeline import Pipeline
from rag.retriever import Aligner, Fusion
from rag.schema import Document

TEXTS = {
    "port.txt": "بلغت كلفة توسيع ميناء المرجان ٨٥ مليون دينار.وقال المهندس سليم إن العمل انتهى.",
    "school.txt": "The new school in Halden opened in September with 240 pupils.",
    "twin-a.txt": "تُزرع أشجار الزيتون في السفوح الغربية.",
    "twin-b.txt": "تُزرع أشجار الزيتون في السفوح الغربية.",
}


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with Pipeline.from_documents(Document(id=i, text=t, title="") for i, t in TEXTS.items()) as opened:
        yield opened


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder.open()


def found(pipeline: Pipeline, question: str) -> list[str]:
    return [hit.chunk.document_id for hit in pipeline.search(question)]


@pytest.mark.parametrize(
    "question",
    [
        "كم كلفة توسيع الميناء؟",
        "كَمْ بَلَغَتْ كُلْفَةُ تَوْسِيعِ المِيناء؟",  # harakat
        "كـــلفة ميناء المرجان",  # tatweel
        "وبالميناء كم انفق",  # clitics and a bare alef
        "How much did the port expansion cost?",
        "Combien a coûté l'agrandissement du port ?",
    ],
)
def test_a_passage_is_found_however_it_is_asked_for(pipeline: Pipeline, question: str) -> None:
    assert found(pipeline, question)[0] == "port.txt"


def test_an_arabic_question_finds_an_english_passage(pipeline: Pipeline) -> None:
    assert found(pipeline, "متى افتتحت المدرسة الجديدة؟")[0] == "school.txt"


def test_equal_scores_keep_corpus_order(pipeline: Pipeline) -> None:
    assert found(pipeline, "أين تزرع أشجار الزيتون؟")[:2] == ["twin-a.txt", "twin-b.txt"]


def test_no_more_hits_come_than_were_asked_for_or_are_held(pipeline: Pipeline) -> None:
    assert len(pipeline.search("الزيتون", k=1)) == 1
    assert len(pipeline.search("الزيتون", k=50)) == len(TEXTS)


@pytest.mark.parametrize(("question", "k"), [("  ", 3), ("الزيتون", 0)])
def test_a_blank_question_or_a_k_below_one_is_refused(pipeline: Pipeline, question: str, k: int) -> None:
    with pytest.raises(ValueError):
        pipeline.retriever.retrieve(question, k)


def test_alignment_is_the_weighted_mean_of_each_tokens_best_cosine(encoder: StaticEncoder) -> None:
    question, passages = "ميناء المرجان port", ["بلغت كلفة ميناء المرجان", "olive trees", ""]
    table = encoder.token_vectors
    tokens = sorted(set(encoder.tokenize([question])[0].tolist()))
    expected = []
    for ids in encoder.tokenize(passages):
        total = weight = 0.0
        for token in tokens:
            norm = float(np.linalg.norm(table[token]))
            cosines = [
                float(table[token] @ table[other]) / (norm * float(np.linalg.norm(table[other])))
                for other in ids.tolist()
            ]
            total += norm * max(cosines, default=0.0)
            weight += norm
        expected.append(total / weight)
    ids = [each.astype(np.uint16) for each in encoder.tokenize(passages)]
    assert Aligner(encoder).scores(question, ids) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("question", ["", "؟؟", "🙂"])
def test_alignment_of_a_question_without_words_is_zero(encoder: StaticEncoder, question: str) -> None:
    passage = encoder.tokenize(["ميناء"])[0].astype(np.uint16)
    assert Aligner(encoder).scores(question, [passage]).tolist() == [0.0]


def test_the_fused_score_is_the_weighted_sum_with_damped_lexical_evidence() -> None:
    evidence = {
        "lexical": np.array([30.0, 0.0, 60.0], dtype=np.float32),
        "names": np.array([0.0, 0.0, 8.0], dtype=np.float32),
        "same_script": np.array([0.75, 1.0, 0.5], dtype=np.float32),
        "dense": np.array([0.5, 0.25, 0.0], dtype=np.float32),
        "alignment": np.array([0.75, 0.5, 0.0], dtype=np.float32),
    }
    fusion = Fusion(lexical=2, names=3, dense=0.5, alignment=1, lexical_damping=10, names_damping=8)
    assert fusion.fuse(evidence).tolist() == [
        2 * 30 / (30 + 10) + 0.5 * 0.5 + 0.75,
        0.5 * 0.25 + 0.5,
        2 * (0.5 * 60) / (30 + 10) + 3 * 8 / (8 + 8),
    ]


def test_the_share_of_the_questions_script_leaves_numbers_out(encoder: StaticEncoder) -> None:
    passages = encoder.tokenize(["ميناء المرجان 2021", "olive trees", "", "2021", "ميناء Halden ميناء"])
    shares = Aligner(encoder).same_script("أين ميناء المرجان؟", passages)
    assert shares[:4].tolist() == [1.0, 0.0, 1.0, 1.0]
    assert 0 < shares[4] < 1
    assert Aligner(encoder).same_script("2021", passages).tolist() == [1.0] * 5


def test_a_name_is_found_in_another_script() -> None:
    texts = {
        "a": "التقى المهندس دزموند خبراء المياه.",
        "b": "زار الطبيب كارلسون المستشفى.",
        "c": "خبز وزيتون.",
    }
    with Pipeline.from_documents(Document(id=i, text=t, title="") for i, t in texts.items()) as pipeline:
        [first, *rest] = pipeline.search("Whom did Dezmond meet?")
    assert first.chunk.document_id == "a"
    assert first.evidence["names"] > 0
    assert [hit.evidence["names"] for hit in rest] == [0.0, 0.0]


def test_a_chunk_is_found_by_its_title_and_by_the_words_of_its_neighbour() -> None:
    filler = "وتحدث الحاضرون عن الطقس والطرق والأسواق في المدينة طويلا. " * 7
    about = f"افتتح سد الوادي الأخضر.{filler}\nبلغت كلفته تسعين مليون دينار.{filler}"
    documents = [
        Document(id="a", text=about, title="السد"),
        Document(id="b", text=about.replace("الوادي الأخضر", "النهر"), title="السد"),
        Document(id="c", text=about.replace("الوادي الأخضر", "النهر"), title="جسر الصفصاف"),
    ]
    with Pipeline.from_documents(documents) as pipeline:
        costs = [hit for hit in pipeline.search("كم كلفة سد الوادي الأخضر؟", 20) if "كلفته" in hit.chunk.text]
        assert costs[0].chunk.document_id == "a"
        titled = [hit for hit in pipeline.search("كم كلفة جسر الصفصاف؟", 20) if "كلفته" in hit.chunk.text]
        assert titled[0].chunk.document_id == "c"
        assert "الصفصاف" not in titled[0].chunk.text


def test_a_question_is_stemmed_in_the_languages_of_the_documents() -> None:
    documents = [
        Document(id="fr", text="La ville heureuse fête son port.", title="", lang="fr"),
        Document(id="en", text="Olive trees grow on the western slopes.", title="", lang="en"),
    ]
    with Pipeline.from_documents(documents) as pipeline:
        [first, second] = pipeline.search("heureuse ?")
        blind = {hit.chunk.document_id: hit for hit in pipeline.retriever.retrieve("heureuse ?")}
    assert first.chunk.document_id == "fr"
    # Snowball's French makes "heureux" of it, its English "heureus": without it only the 4-grams meet.
    assert first.evidence["lexical"] > blind["fr"].evidence["lexical"] > 0
    assert second.evidence["lexical"] == 0
