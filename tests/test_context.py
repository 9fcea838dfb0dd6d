"""A chunk is found by its document's title and its neighbours' words, and quotes neither."""

from __future__ import annotations

from rag.analysis import Analyzer
from rag.context import terms, titled
from rag.schema import Chunk, Document

TITLE = "جسر الصفصاف"
TEXTS = ("بدأ البناء. ", "بلغت الكلفة تسعين. ", "انتهى العمل.")
DOCUMENT = Document(id="a.txt", text="".join(TEXTS), title=TITLE, lang="ar")
CHUNKS = [Chunk("a.txt", text, DOCUMENT.text.index(text)) for text in TEXTS]


def test_the_title_stands_before_what_is_embedded_but_not_twice() -> None:
    assert titled(DOCUMENT, CHUNKS[1]) == f"{TITLE}\n{TEXTS[1]}"
    heading = Chunk("b.md", f"# {TITLE}\nبدأ البناء.", 0)
    assert titled(DOCUMENT, heading) == heading.text
    assert titled(Document(id="c", text=TEXTS[0], title=""), CHUNKS[0]) == TEXTS[0]


def test_a_chunk_has_the_titles_tokens_and_the_words_of_both_neighbours() -> None:
    analyzer = Analyzer()
    own = [analyzer.fields(text, "ar") for text in TEXTS]
    title = analyzer.fields(TITLE, "ar")
    first, middle, last = terms(analyzer, DOCUMENT, CHUNKS)
    assert middle["words"] == title["words"] + own[1]["words"] + own[0]["words"] + own[2]["words"]
    assert first["words"] == title["words"] + own[0]["words"] + own[1]["words"]
    assert last["words"] == title["words"] + own[2]["words"] + own[1]["words"]
    for field in ("grams", "names"):
        assert middle[field] == title[field] + own[1][field]
