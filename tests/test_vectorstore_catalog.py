"""The catalog: what goes in comes out, all of it or nothing."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vectorstore.base import (
    CatalogError,
    ChunkRecord,
    ChunkRow,
    DocumentRecord,
    FileEntry,
    LockedError,
    Skipped,
)
from vectorstore.catalog import Catalog

# Vocalised and stretched words, three forms of alef, both kinds of digits, a stop with no space after it.
TEXT = "زارَ مُحَمَّدٌ أسواقَ المديــنة.ثم إشترى ١٢ كتابا و7 أقلام. Then he left for Paris."


def chunk(
    start: int, end: int, words: Sequence[str] = ("سوق",), vector: Sequence[float] = (1.0, 0.0)
) -> ChunkRecord:
    return ChunkRecord(
        start=start,
        end=end,
        fields={"words": list(words), "grams": ["ءاسو", "سواق"]},
        token_ids=np.array([start, end, 65535], dtype=np.uint16),
        vector=np.array(vector, dtype=np.float32),
    )


def document(name: str = "سوق/أول.txt", text: str = TEXT) -> DocumentRecord:
    attributes = {"title": "السوق", "lang": "ar", "body_start": 0, "source": None}
    return DocumentRecord(name, text, f"digest {len(text)}", len(text), 1_700_000_000_123_456_789, attributes)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "catalog.sqlite") as opened:
        yield opened


def test_a_document_comes_back_as_it_went_in(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(0, 31), chunk(31, len(TEXT))])
    assert catalog.document("سوق/أول.txt") == document()
    assert catalog.document("ثان.txt") is None


def test_a_listing_holds_all_but_the_text(catalog: Catalog) -> None:
    catalog.put_many([(document("b"), []), (document("a"), [])])
    first = catalog.documents()[0]
    assert [entry.name for entry in catalog.documents()] == ["b", "a"]
    assert (first.digest, first.size, first.mtime_ns) == (
        document().digest,
        document().size,
        document().mtime_ns,
    )
    assert first.attributes == document().attributes


def test_chunks_are_cut_from_the_text_by_code_points(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(5, 14), chunk(31, 45)])
    one, two = catalog.chunk_ids().tolist()
    found = catalog.chunk_rows([two, 999, one])
    assert [row[:5] for row in found] == [
        (two, "سوق/أول.txt", 31, 45, TEXT[31:45]),
        (one, "سوق/أول.txt", 5, 14, TEXT[5:14]),
    ]
    assert isinstance(found[0], ChunkRow)
    assert found[1].text == "مُحَمَّدٌ"
    assert found[0].token_ids.tolist() == [31, 45, 65535]


def test_letters_outside_the_first_plane_count_as_one(catalog: Catalog) -> None:
    catalog.put(document(text="𐤀𐤁🙂 ابت"), [chunk(2, 6)])
    assert catalog.chunk_rows(catalog.chunk_ids().tolist())[0].text == "🙂 اب"


def test_token_ids_stand_in_the_order_asked_for(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(0, 5), chunk(5, 9)])
    one, two = catalog.chunk_ids().tolist()
    ids, token_ids = catalog.token_ids([two, 77, one, two])
    assert ids.tolist() == [two, one, two]
    assert [tokens.tolist() for tokens in token_ids] == [[5, 9, 65535], [0, 5, 65535], [5, 9, 65535]]
    ids, token_ids = catalog.token_ids([77])
    assert (ids.tolist(), token_ids) == ([], [])


def test_many_ids_can_be_asked_for_at_once(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(i % 40, i % 40 + 1) for i in range(2000)])
    ids = catalog.chunk_ids().tolist()
    assert [row.id for row in catalog.chunk_rows(reversed(ids))] == ids[::-1]
    assert catalog.token_ids(ids)[0].tolist() == ids


def test_vectors_and_tokens_are_read_in_batches(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(i, i + 1, ["كلمة", f"و{i}"], (float(i), 1.0)) for i in range(5)])
    ids = catalog.chunk_ids().tolist()
    batches = list(catalog.vectors(batch=2))
    assert [some.tolist() for some, _ in batches] == [ids[:2], ids[2:4], ids[4:]]
    assert np.concatenate([rows for _, rows in batches]).tolist() == [[float(i), 1.0] for i in range(5)]
    assert [rows.tolist() for _, rows in catalog.vectors([ids[4], ids[1], 99])] == [[[1.0, 1.0], [4.0, 1.0]]]
    expected = [(id_, {"words": f"كلمة و{i}", "grams": "ءاسو سواق"}) for i, id_ in enumerate(ids)]
    assert [row for some in catalog.terms(batch=2) for row in some] == expected
    assert list(catalog.terms([ids[3], 99])) == [[expected[3]]]


def test_chunk_ids_can_be_asked_for_by_document(catalog: Catalog) -> None:
    catalog.put(document("a"), [chunk(0, 1), chunk(1, 2)])
    catalog.put(document("b"), [chunk(0, 1)])
    catalog.put(document("c"), [chunk(0, 1)])
    every = catalog.chunk_ids().tolist()
    assert catalog.chunk_ids({"c", "a", "not there"}).tolist() == [*every[:2], every[3]]
    assert catalog.chunk_ids([]).tolist() == []


def test_putting_a_document_again_replaces_it_and_uses_new_ids(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(0, 5), chunk(5, 9)])
    before = catalog.chunk_ids().tolist()
    catalog.put(document(text="نص جديد"), [chunk(0, 3)])
    after = catalog.chunk_ids().tolist()
    assert (len(catalog.documents()), len(after)) == (1, 1)
    assert after[0] > max(before)
    assert catalog.chunk_rows([*before, *after])[0].text == "نص "


def test_ids_are_not_used_again_after_the_last_was_removed(catalog: Catalog) -> None:
    catalog.put(document(), [chunk(0, 5)])
    first = catalog.chunk_ids().tolist()
    catalog.clear()
    catalog.put(document(), [chunk(0, 5)])
    assert catalog.chunk_ids().tolist()[0] > first[0]


def test_removing_takes_the_chunks_along(catalog: Catalog) -> None:
    catalog.put_many([(document("a"), [chunk(0, 5)]), (document("b"), [chunk(0, 5)])])
    assert catalog.remove(["a", "not there"]) == 1
    assert [row.document for row in catalog.chunk_rows(catalog.chunk_ids().tolist())] == ["b"]
    assert [len(some) for some, _ in catalog.vectors()] == [1]
    assert catalog.verify() == []


def test_renaming_keeps_the_chunks(catalog: Catalog) -> None:
    catalog.put_many([(document("a"), [chunk(0, 5)]), (document("b"), [])])
    ids = catalog.chunk_ids(["a"]).tolist()
    catalog.rename("a", "ج.txt")
    assert catalog.chunk_ids(["ج.txt"]).tolist() == ids
    with pytest.raises(KeyError):
        catalog.rename("a", "d")
    with pytest.raises(ValueError, match="another document"):
        catalog.rename("ج.txt", "b")


def test_settling_changes_what_the_file_system_says(catalog: Catalog) -> None:
    catalog.put(document("a"), [chunk(0, 5)])
    catalog.settle([FileEntry("a", "e", 3, 4), FileEntry("b", "f", 5, 6)])
    (held,) = catalog.documents()
    assert (held.digest, held.size, held.mtime_ns) == ("e", 3, 4)


def test_the_layout_of_a_text_is_kept_as_it_is_also_while_it_waits(catalog: Catalog) -> None:
    first = replace(document("كتاب.pdf"), layout='[["page","1",0]]')
    second = replace(document("كتاب.pdf", TEXT + " نعم."), layout='[["page","٢",3]]')
    catalog.put(first, [])
    assert catalog.document("كتاب.pdf") == first
    catalog.stage_many([(second, [])])
    assert catalog.document("كتاب.pdf") == first
    catalog.publish()
    assert catalog.document("كتاب.pdf") == second
    assert catalog.verify() == []


def test_meta_values_and_skipped_files_are_kept(catalog: Catalog) -> None:
    assert (catalog.get_meta("encoder"), catalog.skipped()) == (None, [])
    catalog.set_meta({"encoder": "embedded", "analysis": "1"})
    catalog.set_meta({"analysis": "2"})
    assert (catalog.get_meta("encoder"), catalog.get_meta("analysis")) == ("embedded", "2")
    catalog.set_skipped([("ب.pdf", "تعذر", "d", 1, 2), ("أ.pdf", "too big", "e", 3, 4)])
    assert catalog.skipped() == [Skipped("أ.pdf", "too big", "e", 3, 4), Skipped("ب.pdf", "تعذر", "d", 1, 2)]
    catalog.set_skipped([])
    assert catalog.skipped() == []


def test_the_generation_grows_by_one_with_each_commit(catalog: Catalog) -> None:
    assert catalog.generation == 0
    assert catalog.put(document(), [chunk(0, 5)]) == 1
    catalog.rename(document().name, "b")
    catalog.set_meta({"a": "b"})
    catalog.set_skipped([])
    catalog.settle([FileEntry("b", "d", 1, 1)])
    catalog.remove(["b"])
    assert catalog.generation == 6


def test_what_is_kept_is_there_after_opening_again(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(document(), [chunk(0, 5)])
        identity = catalog.identity
    with Catalog.open(tmp_path / "c") as catalog:
        assert (catalog.document(document().name), catalog.generation) == (document(), 1)
        assert (catalog.identity, catalog.dimension, len(catalog)) == (identity, 2, 1)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (chunk(3, 3), "empty or outside"),
        (replace(chunk(0, 3), start=-1), "empty or outside"),
        (chunk(0, len(TEXT) + 1), "empty or outside"),
        (chunk(0, 5, vector=(1.0, 0.0, 0.0)), "expected 2 finite"),
        (chunk(0, 5, vector=(1.0, float("nan"))), "expected 2 finite"),
        (chunk(0, 5, ["كلمة واحدة"]), "holds a space"),
        (chunk(0, 5, ["كلمة\u00a0واحدة"]), "holds a space"),
        (chunk(0, 5, ["كلمة", ""]), "empty"),
        (replace(chunk(0, 5), token_ids=np.array([70_000])), "outside 0..65535"),
    ],
)
def test_a_bad_chunk_changes_nothing(catalog: Catalog, bad: ChunkRecord, message: str) -> None:
    catalog.put(document(), [chunk(0, 5)])
    with pytest.raises(ValueError, match=message):
        catalog.put_many([(document("b"), [chunk(0, 5)]), (document(text=TEXT), [chunk(0, 9), bad])])
    assert (catalog.generation, len(catalog), [entry.name for entry in catalog.documents()]) == (
        1,
        1,
        [document().name],
    )


@pytest.mark.parametrize("text", ["نص\0فيه صفر", "نص \ud800 ناقص"])
def test_text_that_databases_break_on_is_refused(catalog: Catalog, text: str) -> None:
    with pytest.raises(ValueError, match="map it to another character first"):
        catalog.put(document(text=text), [])
    assert catalog.documents() == []


def test_a_snapshot_does_not_see_what_is_written_meanwhile(catalog: Catalog) -> None:
    catalog.put(document("a"), [chunk(0, 5)])
    with catalog.snapshot():
        before = (catalog.generation, len(catalog))
        writer = threading.Thread(target=lambda: catalog.put(document("b"), [chunk(0, 5)]))
        writer.start()
        writer.join()
        assert (catalog.generation, len(catalog)) == before
    assert (catalog.generation, len(catalog)) == (2, 2)


def test_a_file_that_is_no_catalog_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("ليس قاعدة بيانات " * 100, "utf-8")
    with pytest.raises(CatalogError, match="not a database"):
        Catalog.open(tmp_path / "text")
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(CatalogError, match="not a catalog"):
        Catalog.open(tmp_path / "other")


def test_a_catalog_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Catalog.open(tmp_path / "c").close()
    with sqlite3.connect(tmp_path / "c") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(CatalogError, match="version 99, expected 3"):
        Catalog.open(tmp_path / "c")


def test_a_missing_catalog_is_not_made_read_only(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="unable to open"):
        Catalog.open(tmp_path / "c", readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_catalog_reads_and_refuses_to_write(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(document(), [chunk(0, 5)])
    with Catalog.open(tmp_path / "c", readonly=True) as catalog:
        assert catalog.document(document().name) == document()
        with pytest.raises(CatalogError, match="read-only"):
            catalog.remove([document().name])


def test_a_checkpointed_catalog_is_one_file_and_can_be_written_again(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(document("a"), [chunk(0, 5)])
        catalog.checkpoint()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "c.lock"]
        catalog.put(document("b"), [chunk(0, 5)])
        assert len(catalog) == 2


def test_a_closed_catalog_says_so(tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "c")
    catalog.close()
    with pytest.raises(CatalogError, match="closed"):
        catalog.documents()


def test_damage_to_the_file_is_found(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.put(document(), [chunk(0, 5), chunk(5, 9)])
        ids = catalog.chunk_ids().tolist()
        assert catalog.verify() == []
    with sqlite3.connect(tmp_path / "c") as connection:
        connection.execute('UPDATE chunks SET "end" = 5000 WHERE id = ?', (ids[0],))
        connection.execute("DELETE FROM embeddings WHERE chunk = ?", (ids[1],))
    connection.close()
    with Catalog.open(tmp_path / "c") as catalog:
        assert catalog.verify() == [
            f"chunk {ids[0]} lies outside its document",
            f"chunk {ids[1]} has no vector, or one of another length",
        ]


def test_another_process_that_writes_is_named(catalog: Catalog) -> None:
    code = (
        "import sys; from vectorstore.catalog import Catalog\n"
        f"catalog = Catalog.open({str(catalog.path)!r})\n"
        "with catalog.writing():\n"
        "    print('locked', flush=True); sys.stdin.read()\n"
        "catalog.close()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(LockedError) as raised:
            catalog.put(document(), [])
        assert raised.value.owner == f"process {other.pid} on {socket.gethostname()}"
        assert catalog.documents() == []  # reading goes on
        other.kill()
    catalog.put(document(), [])  # the lock died with its process
    assert len(catalog.documents()) == 1


def test_the_lock_can_be_waited_for(catalog: Catalog) -> None:
    with Catalog.open(catalog.path) as other:
        entered, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with other.writing():
                entered.set()
                leave.wait(10)

        holder = threading.Thread(target=hold)
        holder.start()
        assert entered.wait(10)
        threading.Timer(0.1, leave.set).start()
        with catalog.writing(timeout=10):
            catalog.put(document(), [])
        holder.join()
    assert catalog.generation == 1
