"""The store: indexes in step with the catalog, whatever happens to the files, the process or the threads."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.base import ChunkRecord, DamagedError, DocumentRecord, LockedError
from vectorstore.exact import ExactIndex
from vectorstore.lexical import TantivyIndex
from vectorstore.store import Store

FIELDS = {"words": 1.0, "grams": 0.5}
DIMENSION = 8
WORDS = ["مطار", "قوات", "انسحاب", "جندي", "airport", "13", "كابول"]


def made(name: str, seed: int, count: int = 3) -> tuple[DocumentRecord, list[ChunkRecord]]:
    """Return a document of `count` chunks that follows from its name and `seed`."""
    random_ = random.Random(f"{name} {seed}")
    vectors = np.random.default_rng(random_.randrange(1 << 30)).normal(size=(count, DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    text, chunks = "", []
    for i in range(count):
        words = random_.choices(WORDS, k=random_.randint(1, 6))
        start, text = len(text), text + " ".join(words) + ".\n"
        fields = {"words": words, "grams": [word[:3] for word in words]}
        vector = vectors[i].astype(np.float32)
        chunks.append(
            ChunkRecord(start, len(text), fields, np.array([i, seed % 100], dtype=np.uint16), vector)
        )
    return DocumentRecord(name, text, f"{seed}", len(text.encode()), seed, {"title": "عنوان"}), chunks


def opened(folder: Path, readonly: bool | None = None) -> Store:
    return Store.open(folder, fields=FIELDS, dimension=DIMENSION, readonly=readonly)


QUERIES = np.eye(DIMENSION, dtype=np.float32)[:3]
ASKED: Sequence[dict[str, list[str]]] = [
    {"words": ["مطار", "قوات"], "grams": ["مطا"]},
    {"words": ["airport"], "grams": ["13", "كاب", "انس"]},
]


def answers(store: Store) -> object:
    return [
        store.dense.search(QUERIES, 10),
        [[(id_, round(score, 4)) for id_, score in store.lexical.search(query, 500)] for query in ASKED],
    ]


def expected_answers(store: Store) -> object:
    """Return what indexes built anew from the catalog answer."""
    with tempfile.TemporaryDirectory() as folder:
        dense = ExactIndex.build(store.catalog.vectors(), DIMENSION)
        lexical = TantivyIndex.build(Path(folder) / "anew", store.catalog.terms(), FIELDS)
        return [
            dense.search(QUERIES, 10),
            [[(id_, round(score, 4)) for id_, score in lexical.search(query, 500)] for query in ASKED],
        ]


def ids_in(store: Store) -> list[list[int]]:
    """Return the ids that the catalog and each index hold."""
    loaded = store._loaded
    assert loaded.dense is not None
    assert loaded.lexical is not None
    return [
        store.catalog.chunk_ids().tolist(),
        sorted(loaded.dense.index.ids.tolist()),
        loaded.lexical.index.ids.tolist(),
    ]


def index_files(folder: Path) -> list[Path]:
    """Return every file that is derived from the catalog."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("catalog.sqlite") and path.suffix != ".lock"
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "store") as found:
        yield found


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder with three documents, in step, closed."""
    folder = tmp_path / "filled"
    with opened(folder) as found:
        found.catalog.put_many([made(name, 1) for name in ("أول.txt", "ثان.txt", "third.md")])
        found.sync()
    return folder


def test_a_new_store_is_made_and_syncs_to_nothing(store: Store) -> None:
    assert store.stale
    with pytest.raises(DamagedError, match="no dense and no lexical index; call sync"):
        _ = store.dense
    assert store.sync()
    assert (store.stale, store.generation, len(store.dense), len(store.lexical)) == (False, 0, 0, 0)


def test_sync_brings_indexes_to_the_catalogs_generation(store: Store) -> None:
    store.catalog.put(*made("أول.txt", 1))
    store.catalog.put(*made("ثان.txt", 1))
    assert store.sync()
    assert store.generation == 2
    assert answers(store) == expected_answers(store)
    store.catalog.put(*made("أول.txt", 2))
    store.catalog.remove(["ثان.txt"])
    assert (store.stale, store.generation) == (True, 2)
    assert store.sync()
    assert store.generation == 4
    assert answers(store) == expected_answers(store)
    assert not store.sync()


def test_progress_is_told_by_stage(store: Store) -> None:
    store.catalog.put(*made("أول.txt", 1))
    told: list[tuple[str, int, int]] = []
    store.sync(lambda *step: told.append(step))
    assert told == [("dense", 0, 3), ("dense", 3, 3), ("lexical", 0, 3), ("lexical", 3, 3)]


def test_commits_that_touch_no_chunk_keep_the_files(store: Store) -> None:
    store.catalog.put(*made("أول.txt", 1))
    store.sync()
    before = index_files(store.folder)
    store.catalog.rename("أول.txt", "آخر.txt")
    store.catalog.set_skipped([("x.pdf", "لا نص فيه", "d", 1, 1)])
    store.sync()
    assert store.generation == 3
    assert index_files(store.folder) == before


def test_opening_again_needs_no_sync(filled: Path) -> None:
    with opened(filled) as store:
        assert not store.stale
        assert answers(store) == expected_answers(store)


def test_a_snapshot_stays_as_it_was(store: Store) -> None:
    store.catalog.put(*made("أول.txt", 1))
    store.sync()
    old = store.snapshot()
    before = (old.dense.search(QUERIES, 5), old.lexical.search(ASKED[0], 5))
    store.catalog.clear()
    store.sync()
    assert (old.dense.search(QUERIES, 5), old.lexical.search(ASKED[0], 5)) == before
    assert store.catalog.chunk_rows([id_ for id_, _ in before[1]]) == []
    assert (old.generation, store.generation, len(store.dense)) == (1, 2, 0)


def test_another_dimension_asks_for_clearing(filled: Path) -> None:
    with Store.open(filled, fields=FIELDS, dimension=4) as store:
        with pytest.raises(ValueError, match="have 8 numbers, expected 4"):
            store.sync()
        store.catalog.clear()
        store.sync()
        assert len(store.dense) == 0


def test_other_fields_build_the_words_anew(filled: Path) -> None:
    with Store.open(filled, fields={"words": 1.0}, dimension=DIMENSION) as store:
        assert store.stale
        store.sync()
        assert store.lexical.search({"words": ["مطار"]}, 1)
        with pytest.raises(ValueError, match="'grams' is not one of words"):
            store.lexical.search({"grams": ["مطا"]}, 1)


@pytest.mark.parametrize("weights", [{}, {"words": 0.0}, {"words": -1.0}, {"words": float("nan")}])
def test_fields_must_count_something(weights: dict[str, float], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Store.open(tmp_path / "store", fields=weights, dimension=DIMENSION)


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "remove"])
def test_any_damage_to_any_derived_file_is_found_and_mended(harm: str, filled: Path, tmp_path: Path) -> None:
    with opened(filled) as store:
        expected = answers(store)
    names = [path.relative_to(filled) for path in index_files(filled)]
    assert len(names) >= 8  # manifest, vectors, ids, and tantivy's files
    for place, name in enumerate(names):
        folder = tmp_path / f"{harm}-{place}"
        shutil.copytree(filled, folder)
        content = bytearray((folder / name).read_bytes())
        if harm == "remove":
            (folder / name).unlink()
        else:
            if harm == "flip":
                content[random.Random(place).randrange(len(content))] ^= 1 << place % 8
            (folder / name).write_bytes({"flip": content, "cut": content[:-1], "empty": b""}[harm])
        with opened(folder) as store:
            assert store.stale, name
            assert store.sync()
            assert answers(store) == expected, name
        with opened(folder) as store:
            assert not store.stale, name


def test_indexes_of_another_catalog_are_not_used(filled: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "other") as store:
        store.catalog.put_many([made(name, 2) for name in ("a", "b", "c")])
        store.sync()
    for path in (tmp_path / "other").glob("catalog*"):
        shutil.copy(path, filled / path.name)
    with opened(filled) as store:
        assert store.stale
        store.sync()
        assert answers(store) == expected_answers(store)


def test_only_the_lost_index_is_built_anew(filled: Path) -> None:
    (kept,) = filled.glob("lexical-*")
    shutil.rmtree(next(filled.glob("dense-*")))
    with opened(filled) as store:
        store.sync()
        assert [path.name for path in filled.glob("lexical-*")] == [kept.name]
        assert answers(store) == expected_answers(store)


def test_what_a_killed_writer_left_is_swept_away(filled: Path) -> None:
    (filled / "dense-9-abcdef01").mkdir()
    (filled / "dense-9-abcdef01" / "vectors.faiss").write_bytes(b"half")
    (filled / "lexical-9-abcdef01").mkdir()
    (filled / "manifest.json.12345678.tmp").write_text("{")
    (filled / "notes.txt").write_text("ليس لنا")
    opened(filled).close()
    left = {path.name.split("-")[0] for path in filled.iterdir()}
    assert left == {"catalog.sqlite", "catalog.sqlite.lock", "dense", "lexical", "manifest.json", "notes.txt"}
    assert len(list(filled.iterdir())) == 6


def test_a_failed_sync_leaves_the_old_indexes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.catalog.put(*made("أول.txt", 1))
    store.sync()
    before, files = answers(store), index_files(store.folder)
    store.catalog.put(*made("ثان.txt", 1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("vectorstore.store.write_manifest", full)
        with pytest.raises(OSError, match="No space left"):
            store.sync()
    assert (answers(store), index_files(store.folder), store.stale) == (before, files, True)
    store.sync()
    assert answers(store) == expected_answers(store)


def test_two_stores_on_one_folder_share_the_work(filled: Path) -> None:
    with opened(filled) as one, opened(filled) as two:
        one.catalog.put(*made("رابع.txt", 1))
        one.sync()
        files = index_files(filled)
        assert two.stale
        assert two.sync()
        assert index_files(filled) == files  # read, not built again
        assert answers(two) == answers(one)
        with one.writing(), pytest.raises(LockedError, match=f"process {os.getpid()} on "):
            two.catalog.put(*made("خامس.txt", 1))


def test_a_store_opened_while_another_writes_answers_from_the_last_indexes(filled: Path) -> None:
    with opened(filled) as writer:
        before = answers(writer)
        with writer.writing():
            writer.catalog.put(*made("رابع.txt", 1))
            with opened(filled) as reader:
                assert (reader.stale, answers(reader)) == (True, before)
                with pytest.raises(LockedError):
                    reader.sync()


def test_changes_to_many_chunks_are_made_in_place_and_answer_the_same(store: Store) -> None:
    store.catalog.put_many([made(f"{i}.txt", 1, count=10) for i in range(150)])
    store.sync()
    rows = [made(f"{i}.txt", 2, count=10) for i in range(5)]
    store.catalog.put_many(rows)
    store.catalog.remove(["7.txt", "8.txt"])
    told: list[tuple[str, int, int]] = []
    store.sync(lambda *step: told.append(step))
    assert told[-1] == ("lexical", 50, 50)
    assert ids_in(store) == [store.catalog.chunk_ids().tolist()] * 3
    assert answers(store) == expected_answers(store)
    with opened(store.folder) as again:
        assert answers(again) == expected_answers(store)


def test_verify_names_what_is_wrong(filled: Path) -> None:
    with opened(filled) as store:
        assert store.verify() == []
        vectors = next(filled.glob("dense-*")) / "vectors.npy"
        vectors.write_bytes(vectors.read_bytes()[:-1])
        store.catalog.remove(["third.md"])
        damage, *others = store.verify()
        assert damage.startswith(vectors.relative_to(filled).as_posix() + ": ")
        assert others == [
            "the dense index is older than the catalog",
            "the lexical index is older than the catalog",
        ]
        store.sync()
        assert store.verify() == []


READ_ONLY = """
    import os, sys
    from pathlib import Path
    import faiss, mmap, tantivy  # now, since another user may not be let into this one's packages
    sys.path.insert(0, {tests!r})
    import test_vectorstore_store as t
    if os.getuid() == 0:  # to whom nothing is read-only
        os.setgid(65534), os.setuid(65534)
    folder = Path({folder!r})
    try:
        (folder / "x").touch()
    except OSError:
        pass
    else:
        sys.exit("the folder can be written")
    with t.opened(folder) as store:
        print(store.catalog.readonly, store.stale, store.sync(), store.stale)
        assert t.answers(store) == t.expected_answers(store)
        try:
            store.catalog.remove(["a"])
        except Exception as error:
            print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders there have no such mode")
@pytest.mark.parametrize(
    ("stale", "shipped", "told"),
    [
        (False, True, "True False False False\nCatalogError\n"),
        (False, False, "True False False False\nCatalogError\n"),
        (True, True, "True True True False\nCatalogError\n"),
    ],
)
def test_a_read_only_folder_is_read_and_mended_elsewhere(stale: bool, shipped: bool, told: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder = Path(name) / "store"
        with opened(folder) as store:
            store.catalog.put_many([made(name, 1) for name in ("أول.txt", "ثان.txt")])
            store.sync()
            if stale:
                store.catalog.remove(["أول.txt"])
            if shipped:
                store.catalog.checkpoint()
        for path in [Path(name), *folder.rglob("*"), folder]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        code = textwrap.dedent(READ_ONLY.format(tests=str(Path(__file__).parent), folder=str(folder)))
        try:
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert (done.stdout, done.returncode) == (told, 0), done.stderr
            assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
        finally:
            for path in [Path(name), folder, *folder.rglob("*")]:
                path.chmod(0o755)


WRITER = """
    import sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    import test_vectorstore_store as t
    with t.opened(Path({folder!r})) as store:
        print("ready", flush=True)
        for seed in range({first}, 1_000_000):
            name = f"{{seed % 7}}.txt"
            print("try", name, seed, flush=True)
            if seed % 5:
                store.catalog.put(*t.made(name, seed))
            else:
                store.catalog.remove([name])
            print("did", name, seed, flush=True)
            if seed % 3 == 0:
                store.sync()
"""


def test_four_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    folder, delays = tmp_path / "store", random.Random(0)
    known: dict[str, int] = {}  # the seed each document was last written from
    first = 1
    for _ in range(4):
        code = textwrap.dedent(
            WRITER.format(tests=str(Path(__file__).parent), folder=str(folder), first=first)
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(delays.uniform(0.02, 0.3))
            writer.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
            steps = [line.split() for line in writer.stdout.read().splitlines()]
        trying: tuple[str, int] | None = None
        for word, name, number in steps:
            seed = int(number)
            first = max(first, seed + 1)
            trying = (name, seed) if word == "try" else None
            if word == "did" and seed % 5:
                known[name] = seed
            elif word == "did":
                known.pop(name, None)
        with opened(folder) as store:
            assert store.catalog.verify() == []
            held = {entry.name: int(entry.digest) for entry in store.catalog.documents()}
            if trying and held != known:  # the last step was committed, but not told
                name, seed = trying
                known = {**known, name: seed} if seed % 5 else {n: s for n, s in known.items() if n != name}
            assert held == known
            for name, seed in known.items():
                document, chunks = made(name, seed)
                rows = store.catalog.chunk_rows(store.catalog.chunk_ids([name]).tolist())
                assert store.catalog.document(name) == document
                assert [(row.start, row.end) for row in rows] == [
                    (chunk.start, chunk.end) for chunk in chunks
                ]
            store.sync()
            assert answers(store) == expected_answers(store)
            assert len(list(folder.glob("dense-*"))) == len(list(folder.glob("lexical-*"))) == 1
    assert first > 4  # the writers did write


def test_readers_never_wait_and_never_see_half_of_a_change(tmp_path: Path) -> None:
    # Every version of a document has three chunks, and every chunk one of the words: 60 are always found.
    with opened(tmp_path / "store") as store:
        store.catalog.put_many([made(f"{i}.txt", 0) for i in range(20)])
        store.sync()
        stop, wrong, searches = threading.Event(), [], [0] * 8

        def read(place: int) -> None:
            last = 0
            try:
                while not stop.is_set():
                    snapshot = store.snapshot()
                    dense = {id_ for id_, _ in snapshot.dense.search(QUERIES[:1], 1000)[0]}
                    every = snapshot.lexical.search({"words": WORDS}, 1000)
                    assert snapshot.generation >= last
                    assert len(dense) == 60
                    assert {id_ for id_, _ in every} == dense
                    assert all(row.text for row in store.catalog.chunk_rows(dense))
                    last = snapshot.generation
                    searches[place] += 1
            except BaseException as error:
                wrong.append(error)

        readers = [threading.Thread(target=read, args=(place,)) for place in range(8)]
        for reader in readers:
            reader.start()
        end, generations = time.monotonic() + 2, [store.generation]
        seed = 1
        while time.monotonic() < end or seed <= 5:
            store.catalog.put(*made(f"{seed % 20}.txt", seed))
            store.sync()
            generations.append(store.generation)
            seed += 1
        stop.set()
        for reader in readers:
            reader.join()
        assert wrong == []
        assert min(searches) > 0
        assert generations == list(range(1, len(generations) + 1))


def test_writers_in_two_threads_take_turns(store: Store) -> None:
    def alone(name: str) -> None:
        for seed in range(5):
            store.catalog.put(*made(name, seed))
            store.sync()

    def held(name: str) -> None:
        for seed in range(5):
            with store.writing():
                store.catalog.put(*made(name, seed))
                store.sync()

    writers = [
        threading.Thread(target=target, args=(target.__name__,), daemon=True)  # a deadlock ends with the test
        for target in (alone, held)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert not any(writer.is_alive() for writer in writers)
    store.sync()
    assert store.generation == 10
    assert answers(store) == expected_answers(store)


names = st.sampled_from(["أ.txt", "ب.txt", "ج/د.md", "e.txt"])
steps = st.one_of(
    st.tuples(st.just("put"), names, st.integers(0, 50), st.integers(0, 4)),
    st.tuples(st.just("remove"), names),
    st.tuples(st.just("rename"), names, names),
    st.tuples(st.just("sync")),
    st.tuples(st.just("reopen")),
)


@settings(max_examples=30)
@given(steps=st.lists(steps, max_size=12))
def test_after_any_steps_catalog_and_indexes_agree(
    steps: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law") / "store"
    store, model, last = opened(folder), {}, 0
    try:
        for step, *values in steps:
            if step == "put":
                name, seed, count = values
                store.catalog.put(*made(name, int(seed), int(count)))
                model[name] = made(name, int(seed), int(count))
            elif step == "remove":
                store.catalog.remove(values)
                model.pop(values[0], None)
            elif step == "rename" and values[0] in model and values[1] not in model:
                store.catalog.rename(*values)
                model[values[1]] = model.pop(values[0])
            elif step == "sync":
                store.sync()
            elif step == "reopen":
                store.close()
                store = opened(folder)
            assert store.catalog.generation >= last
            last = store.catalog.generation
        store.sync()
        ids = store.catalog.chunk_ids().tolist()
        assert store.generation == store.catalog.generation
        assert ids_in(store) == [ids, ids, ids]
        assert answers(store) == expected_answers(store)
        assert store.catalog.verify() == []
        assert {entry.name for entry in store.catalog.documents()} == set(model)
        for name, (document, chunks) in model.items():
            rows = store.catalog.chunk_rows(store.catalog.chunk_ids([name]).tolist())
            assert [row.text for row in rows] == [document.text[c.start : c.end] for c in chunks]
            assert [row.token_ids.tolist() for row in rows] == [c.token_ids.tolist() for c in chunks]
    finally:
        store.close()
