"""Chunks are whole sentences of the document, in order, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.boilerplate import boilerplate
from rag.chunking import SIZE, chunk
from rag.schema import Document
from rag.text import MAX_SENTENCE, sentences


def document(text: str, body_start: int = 0) -> Document:
    return Document("a.txt", text, "عنوان", body_start=body_start)


def pieces(text: str, size: int = SIZE) -> list[str]:
    return [piece.text for piece in chunk(document(text), size)]


def test_sentences_fill_a_chunk_up_to_its_size() -> None:
    sentence = "وصلت الباخرة إلى الميناء."
    text = sentence * 4  # no space after the full stops
    assert len(sentence) == 25
    assert pieces(text, 60) == [sentence * 2, sentence * 2]


def test_a_chunk_has_no_white_space_at_its_ends() -> None:
    text = "  أول جملة هنا.  \n\n  ثاني جملة هنا.\n"
    assert pieces(text, 20) == ["أول جملة هنا.", "ثاني جملة هنا."]


def test_a_sentence_longer_than_the_size_stays_whole() -> None:
    long = "وصلت الباخرة " * 40 + "."
    assert SIZE < len(long) <= MAX_SENTENCE
    assert pieces("قبل ذلك.\n" + long + "\nبعد ذلك.") == ["قبل ذلك.", long, "بعد ذلك."]


def test_headings_and_datelines_stay_with_the_sentence_after_them() -> None:
    first = "وصل الوزير إلى ميناء المرجان صباح اليوم."
    text = f"{first}\n\nافتتاح الرصيف\nالسبت 2021/07/17\n\n## البداية\n{first}"
    assert pieces(text, 100) == [first, text[len(first) + 2 :]]


def test_a_heading_with_nothing_after_it_is_not_lost() -> None:
    assert pieces("وصل الوزير.\n\nالخاتمة") == ["وصل الوزير.\n\nالخاتمة"]
    assert pieces("الخاتمة") == ["الخاتمة"]


def test_boilerplate_is_no_passage() -> None:
    text = "وصل الوزير.\nاقرأ أيضا: ميناء آخر\nثم خرج.\n\nربما يعجبك أيضا"
    assert pieces(text) == ["وصل الوزير.", "ثم خرج."]


def test_front_matter_is_no_passage() -> None:
    text = "---\ntitle: x\n---\nوصل الوزير."
    assert chunk(document(text, text.index("وصل")))[0].start == text.index("وصل")


def test_a_blank_body_has_no_chunks_and_a_size_below_one_is_refused() -> None:
    assert pieces(" \n\t") == []
    assert pieces("") == []
    with pytest.raises(ValueError, match="size is 0; give at least 1"):
        chunk(document("نص"), 0)


LINES = ["عنوان قصير", "ربما يعجبك أيضا", "السبت 2021/07/17", "# Heading", "---", "قال الوزير: «نعم.»"]
WORDS = ["وغداة اليوم.ثم عاد.", "كلمة ", "د. سليم", "مُحَمَّد", "3.5", "x" * 700, "كلمة " * 150, "\ue000", "😀"]
fragments = st.sampled_from([*LINES, *WORDS, "\n", "\n\n", "\r\n", " ", "، ", '"'])
texts = st.one_of(st.lists(fragments, max_size=20).map("".join), st.text(max_size=60))


@given(texts, st.sampled_from([1, 30, 120, SIZE]), st.integers(0, 20))
def test_chunks_quote_the_document_in_order_and_cover_all_but_space_and_boilerplate(
    text: str, size: int, body_start: int
) -> None:
    body_start = min(body_start, len(text))
    skipped = {i for low, high in boilerplate(text, body_start) for i in range(low, high)}
    position = body_start
    covered = set(skipped)
    for piece in chunk(document(text, body_start), size):
        assert position <= piece.start < piece.end <= len(text)
        assert text[piece.start : piece.end] == piece.text == piece.text.strip()
        within = set(range(piece.start, piece.end))
        assert not {i for i in within & skipped if not text[i].isspace()}
        covered |= within
        position = piece.end
    assert [i for i in range(body_start, len(text)) if i not in covered and not text[i].isspace()] == []


@given(texts, st.sampled_from([30, 120, SIZE]))
def test_a_chunk_ends_where_a_sentence_ends_and_is_no_longer_than_it_must_be(text: str, size: int) -> None:
    ends = {end for _, end in sentences(text)}
    longest = max((end - start for start, end in sentences(text)), default=0)
    if boilerplate(text):
        return  # a paragraph cut by such a line has other sentences
    for piece in chunk(document(text), size):
        assert piece.end in ends
        assert len(piece.text) <= max(size, size + longest)


def test_the_splitter_is_imported_only_when_something_is_chunked() -> None:
    code = (
        "import sys, rag.chunking\n"
        "from rag.schema import Document\n"
        "before = 'langchain_text_splitters' in sys.modules\n"
        "rag.chunking.chunk(Document('a', 'نص.', 'a'))\n"
        "print(before, 'langchain_text_splitters' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]
