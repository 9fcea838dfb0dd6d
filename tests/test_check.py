"""`isnad doctor --check` finds what does not agree, wherever it is planted, be the checksums right."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from index_support import fill, opened

from rag.cli import main
from rag.commands.check import examine
from rag.index import place
from rag.settings import Settings
from vectorstore.catalog import Catalog
from vectorstore.dense import FaissIndex
from vectorstore.derived import read_manifest, seal, write_manifest
from vectorstore.forward import PREFIX
from vectorstore.tables import mark

pytestmark = pytest.mark.damaged


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The index of a small folder."""
    folder = fill(tmp_path / "corpus")
    opened(folder).close()
    assert examine(folder, Settings.load())[0] == []
    return place(folder, Settings.load())


def sealed_again(home: Path, kind: str) -> None:
    """Let the manifest say of an index that its files are as they should be."""
    with Catalog.open(home / "catalog.sqlite") as catalog:
        parts = read_manifest(home, catalog.identity)
        part = parts[kind]
        parts[kind] = seal(home, part.name, part.generation, part.facts)
        write_manifest(home, catalog.identity, parts)


def part(home: Path, kind: str) -> Path:
    (found_,) = home.glob(f"{kind}-*")
    return found_


def another_vector(home: Path) -> None:
    vectors = np.load(part(home, "dense") / "vectors.npy")
    vectors[1] = -vectors[1]
    np.save(part(home, "dense") / "vectors.npy", vectors)
    sealed_again(home, "dense")


def vectors_that_changed_places(home: Path) -> None:
    ids, rows = np.load(part(home, "dense") / "ids.npy")
    np.save(part(home, "dense") / "ids.npy", np.stack([ids[::-1], rows]))
    sealed_again(home, "dense")


def a_vector_less(home: Path) -> None:
    folder = part(home, "dense")
    shorter = FaissIndex.load(folder).with_changes([1], [])
    shutil.rmtree(folder)
    shorter.save(folder)
    sealed_again(home, "dense")


def other_codes(home: Path) -> None:
    """Change what FAISS picks candidates by, and not the vectors themselves."""
    path = part(home, "dense") / "codes.faiss"
    data = bytearray(path.read_bytes())
    data[-20:] = bytes(20)
    path.write_bytes(data)
    sealed_again(home, "dense")


def another_word(home: Path) -> None:
    path = part(home, "lexical") / f"{PREFIX}0.bin"
    codes = np.fromfile(path, dtype="<u4")
    codes[0] += 1
    codes.tofile(path)
    sealed_again(home, "lexical")


def words_without_their_index(home: Path) -> None:
    """Leave the forward files as they are, and take a passage out of tantivy's."""
    import tantivy

    index = tantivy.Index.open(str(part(home, "lexical")))
    writer = index.writer(15_000_000, 1)
    writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "id", 1))
    writer.commit()
    writer.wait_merging_threads()
    sealed_again(home, "lexical")


def a_word_under_another(home: Path) -> None:
    """Let tantivy hold every passage, but one of them under other words."""
    import tantivy

    index = tantivy.Index.open(str(part(home, "lexical")))
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    writer = index.writer(15_000_000, 1)
    writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "id", 1))
    document = tantivy.Document()
    document.add_unsigned("id", 1)
    document.add_text("text0", "مركب")
    writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    sealed_again(home, "lexical")


def a_row_changed(statement: str, *values: object) -> Callable[[Path], None]:
    def plant(home: Path) -> None:
        connection = sqlite3.connect(home / "catalog.sqlite")
        connection.execute(statement, values)
        connection.commit()
        connection.close()

    return plant


def a_text_with_its_checksum(home: Path) -> None:
    """Change a document as a program could that knows of the checksums: its passages still tell."""
    connection = sqlite3.connect(home / "catalog.sqlite")
    text, layout = connection.execute("SELECT text, layout FROM texts WHERE document = 1").fetchone()
    text = text.replace("سليم", "سالم")
    connection.execute(
        "UPDATE texts SET text = ?, mark = ? WHERE document = 1", (text, mark(1, text, layout))
    )
    connection.commit()
    connection.close()


PLANTED: dict[str, tuple[Callable[[Path], None], str]] = {
    "catalog, a text": (a_text_with_its_checksum, "chunk 1 differs from its checksum"),
    "catalog, a title": (
        a_row_changed("UPDATE documents SET attributes = '{}' WHERE id = 2"),
        "document 2 differs from its checksum",
    ),
    "catalog, a passage gone": (
        a_row_changed("DELETE FROM chunks WHERE id = 1"),
        "the list of chunks is damaged",
    ),
    "catalog, a passage without words": (
        a_row_changed("DELETE FROM terms WHERE chunk = 1"),
        "chunk 1 has no tokens",
    ),
    "catalog, a passage of nobody": (
        a_row_changed("UPDATE chunks SET document = 77 WHERE id = 1"),
        "row 1 of chunks has no row in documents",
    ),
    "vectors, another one": (another_vector, "the dense index holds another chunk 2 than the catalog"),
    "vectors, in other places": (vectors_that_changed_places, "the dense index holds another chunk"),
    "vectors, one less": (a_vector_less, "the list of chunks is damaged"),
    "vectors, what FAISS picks by": (other_codes, "the dense index does not find chunk"),
    "words, another one": (another_word, "the lexical index holds another chunk 1 than the catalog"),
    "words, tantivy lacks a passage": (words_without_their_index, "the lexical index does not find chunk 1"),
    "words, tantivy has others": (a_word_under_another, "in other chunks than hold it"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_does_not_agree_is_found(store: Path, tmp_path: Path, what: str) -> None:
    plant, message = PLANTED[what]
    plant(store)
    problems, _ = examine(tmp_path / "corpus", Settings.load())
    assert any(message in problem for problem in problems), problems


def test_an_index_of_nothing_is_whole(tmp_path: Path) -> None:
    from rag.errors import CorpusError

    folder = fill(tmp_path / "empty", {"فارغ.txt": " "})
    with pytest.raises(CorpusError, match="no document"):
        opened(folder)
    assert examine(folder, Settings.load())[0] == []


def stopped_after(count: int) -> Callable[[], bool]:
    """Return what asks to stop when so many files have been read."""
    asked = iter(range(1_000_000))
    return lambda: next(asked) >= count


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    return main(["doctor", "--check", "-c", str(folder)]), capsys.readouterr().out


def test_what_a_stopped_run_left_to_the_next_one_is_no_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = fill(tmp_path / "corpus")
    opened(folder, stop=stopped_after(0)).close()
    assert told(folder, capsys)[0] == 0
    opened(folder, stop=stopped_after(2)).close()
    status, out = told(folder, capsys)
    assert (status, "✗" in out) == (0, False)
    assert "2 documents wait for the next run of `isnad index`" in out
    opened(folder).close()
    assert told(folder, capsys)[1].endswith("✓ catalog, vectors and words agree\n")

    fill(
        folder,
        {"harbour.txt": "ميناء المرجـان\n\nأغلق الميناء عام ٢٠٢٠.\n", "new.txt": "خبر جديد عن القافلة.\n"},
    )
    opened(folder, stop=stopped_after(3)).close()
    problems, facts = examine(folder, Settings.load())
    assert (problems, facts["waiting"]) == ([], 2)
    assert told(folder, capsys)[0] == 0


def test_damage_stays_damage_while_documents_wait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fill(tmp_path / "corpus")
    opened(folder).close()
    fill(folder, {"new.txt": "خبر جديد عن القافلة.\n"})
    opened(folder, stop=stopped_after(3)).close()
    vectors = part(place(folder, Settings.load()), "dense") / "vectors.npy"
    data = bytearray(vectors.read_bytes())
    data[-5] ^= 1
    vectors.write_bytes(data)
    status, out = told(folder, capsys)
    assert (status, "✗ no dense index" in out) == (2, True)


def test_what_was_removed_and_is_still_indexed_is_no_damage(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Catalog.open(store / "catalog.sqlite") as catalog:
        catalog.remove(["library.txt"])
    status, out = told(tmp_path / "corpus", capsys)
    assert (status, "✗" in out) == (0, False)
    assert "changes wait for the next run of `isnad index`" in out


def test_an_index_that_calls_itself_older_and_holds_the_same_is_looked_into(
    store: Path, tmp_path: Path
) -> None:
    with Catalog.open(store / "catalog.sqlite") as catalog:
        parts = read_manifest(store, catalog.identity)
        older = {kind: seal(store, one.name, one.generation - 1, one.facts) for kind, one in parts.items()}
        write_manifest(store, catalog.identity, older)
    problems, facts = examine(tmp_path / "corpus", Settings.load())
    assert problems == [f"the {kind} index is older than the catalog" for kind in ("dense", "lexical")]
    assert facts["waiting"] == 0
