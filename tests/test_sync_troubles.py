"""What happens to a folder while it is read, or to the reading, costs no document."""

from __future__ import annotations

import errno
import io
import os
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest
from index_support import HARBOUR, LIBRARY, MILL, fill, indexed, names, opened

from rag import corpus, fetching, sync, updating
from rag import index as index_module
from rag.errors import CorpusError, DocumentError
from rag.filters import Filters
from rag.index import Index, place
from rag.loaders import Extract, Read
from rag.loaders.base import PassingError
from rag.settings import Settings
from rag.updating import Stop
from vectorstore.catalog import Catalog
from vectorstore.discarding import discard, identity_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "corpus", {"harbour.txt": HARBOUR, "library.txt": LIBRARY})


# -- Another process -------------------------------------------------------------------------------------


def test_a_file_that_another_process_took_in_since_the_scan_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    load = index_module.encoders

    def slow(*arguments: Any) -> Any:
        monkeypatch.setattr(index_module, "encoders", load)
        fill(folder, {"طاحونة.txt": MILL})
        opened(folder).close()
        return load(*arguments)

    monkeypatch.setattr(index_module, "encoders", slow)
    with indexed(folder) as index:
        assert index.report.removed == ()
        assert names(index) == ["harbour.txt", "library.txt", "طاحونة.txt"]


def test_an_unchanged_folder_is_scanned_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "RACY", 0)  # so that files may be new
    with opened(folder) as index:
        scans: list[Path] = []
        scan = index_module.scan

        def counted(folder: Path, settings: Settings) -> dict[str, Path]:
            scans.append(folder)
            return scan(folder, settings)

        monkeypatch.setattr(index_module, "scan", counted)
        assert len(index.sync().unchanged) == 2
        assert len(scans) == 1


def test_a_reader_of_an_index_made_anew_lists_what_that_one_holds(folder: Path) -> None:
    with opened(folder) as reader:
        assert names(reader) == ["harbour.txt", "library.txt"]
        generation = reader.store.catalog.generation
        for path in folder.iterdir():
            path.unlink()
        fill(folder, {"بئر.txt": "عمق البئر ٤٠ مترا.", "طاحونة.txt": MILL})
        discard(reader.home, identity_of(reader.home))
        opened(folder).close()
        assert reader.store.catalog.generation == generation
        assert names(reader) == ["بئر.txt", "طاحونة.txt"]
        (chunk,) = reader.select(Filters(documents=("بئر.txt",))) or ()
        (row,) = reader.store.catalog.chunk_rows([int(chunk)])
        assert row.document == "بئر.txt"


# -- Names that change hands -----------------------------------------------------------------------------


def pack(path: Path, **members: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.txt", text)


def test_a_folder_that_becomes_an_archive_keeps_its_documents(folder: Path) -> None:
    fill(folder, {"أرشيف.zip/one.txt": MILL})
    opened(folder).close()
    shutil.rmtree(folder / "أرشيف.zip")
    pack(folder / "أرشيف.zip", one=MILL, two="سجل الزوار لسنة ١٩٩٨.")
    with indexed(folder) as index:
        assert index.report.added == ("أرشيف.zip/two.txt",)
        assert index.report.removed == ()
        assert names(index) == [
            "harbour.txt",
            "library.txt",
            "أرشيف.zip/one.txt",
            "أرشيف.zip/two.txt",
        ]


def test_an_archive_that_becomes_a_folder_keeps_its_documents(folder: Path) -> None:
    pack(folder / "أرشيف.zip", one=MILL, two="سجل الزوار لسنة ١٩٩٨.")
    opened(folder).close()
    (folder / "أرشيف.zip").unlink()
    fill(folder, {"أرشيف.zip/one.txt": MILL})
    with indexed(folder) as index:
        assert index.report.removed == ("أرشيف.zip/two.txt",)
        assert names(index) == ["harbour.txt", "library.txt", "أرشيف.zip/one.txt"]


@pytest.mark.parametrize("moved", ["a.zip", "z.zip"])
def test_a_name_that_one_file_left_and_another_took_holds_the_others_text(folder: Path, moved: str) -> None:
    pack(folder / "m.zip", one=MILL, two="سجل الزوار لسنة ١٩٩٨.")
    opened(folder).close()
    (folder / "m.zip").rename(folder / moved)
    (folder / "m.zip").mkdir()
    (folder / "harbour.txt").rename(folder / "m.zip" / "one.txt")
    with indexed(folder) as index:
        assert index.report.removed == ()
        assert set(names(index)) == {"library.txt", "m.zip/one.txt", f"{moved}/one.txt", f"{moved}/two.txt"}
        assert index.document("m.zip/one.txt").text == HARBOUR
        assert index.document(f"{moved}/one.txt").text == MILL


def test_two_members_of_one_name_are_two_documents(folder: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", "ارتفاع البرج ٤٠ مترا.")
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("y.zip", inner.getvalue())
        archive.writestr("y.zip/a.txt", "طول الجسر ٩٠ مترا.")
    for _ in range(2):
        with indexed(folder) as index:
            texts = {document.id: document.text for document in index.documents(Filters(documents=("x*",)))}
            assert texts == {
                "x.zip/y.zip/a.txt": "ارتفاع البرج ٤٠ مترا.",
                "x.zip/y.zip/a.txt~2": "طول الجسر ٩٠ مترا.",
            }


def test_many_members_of_one_name_are_told_apart_at_once() -> None:
    names: dict[str, int] = {}
    given = [corpus._own_name(name, names) for name in ["a", "a~2", "a", "a", "a~2", *["b"] * 20_000]]
    assert given[:5] == ["a", "a~2", "a~3", "a~4", "a~2~2"]
    assert len(set(given)) == len(given)
    assert max(map(len, given)) == len("b~20000")


# -- Where in the document -------------------------------------------------------------------------------


def places(index: Index, name: str) -> list[tuple[str, str]]:
    return [(section.kind, section.label) for section in index.document(name).sections]


def test_rows_that_blank_lines_move_are_cited_by_their_new_numbers(folder: Path) -> None:
    rows = "المدينة,العمدة\n{}صيدا,سامي حداد\nجبيل,لينا عزيز\n"
    fill(folder, {"مدن.csv": rows.format("")})
    with indexed(folder) as index:
        assert places(index, "مدن.csv") == [("row", "2"), ("row", "3")]
    fill(folder, {"مدن.csv": rows.format("\n\n")})
    with indexed(folder) as index:
        assert index.report.changed == ("مدن.csv",)
        assert places(index, "مدن.csv") == [("row", "4"), ("row", "5")]


def test_a_text_that_becomes_markdown_gets_its_headings(folder: Path) -> None:
    fill(folder, {"بئر.txt": "# بئر الوادي\n\nعمق البئر ٤٠ مترا.\n"})
    opened(folder).close()
    (folder / "بئر.txt").rename(folder / "بئر.md")
    with indexed(folder) as index:
        assert index.report.renamed == (("بئر.txt", "بئر.md"),)
        assert places(index, "بئر.md") == [("heading", "بئر الوادي")]


# -- The disk --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rebuild", [True, False])
def test_a_disk_that_is_unplugged_while_it_is_read_costs_nothing(
    folder: Path, tmp_path: Path, rebuild: bool
) -> None:
    opened(folder).close()
    fill(folder, {"harbour.txt": MILL, "library.txt": MILL * 2})
    aside = tmp_path / "aside"

    def unplug(stage: str, done: float, total: int) -> None:
        if stage == "reading" and folder.exists():
            folder.rename(aside)

    with pytest.raises(CorpusError, match="no folder"):
        opened(folder, rebuild=rebuild, progress=unplug)
    aside.rename(folder)
    with Catalog.open(place(folder, Settings.load()) / "catalog.sqlite", readonly=True) as catalog:
        assert catalog.count() == 2
    with indexed(folder) as index:
        assert index.report.changed == ("harbour.txt", "library.txt")


def test_a_file_that_is_away_for_a_moment_keeps_its_last_version(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    path, aside = folder / "harbour.txt", tmp_path / "aside"
    path.write_text("نص جديد.", encoding="utf-8")
    digest = fetching._digest

    def away(some: Path) -> str:
        if some != path:
            return digest(some)
        path.rename(aside)
        try:
            return digest(some)
        finally:
            aside.rename(path)

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "_digest", away)
        with indexed(folder) as index:
            assert index.report.removed == ()
            assert dict(index.skipped())["harbour.txt"].startswith("was replaced while it was read")
            assert index.document("harbour.txt").text == HARBOUR
    with indexed(folder) as index:
        assert index.document("harbour.txt").text == "نص جديد."
        assert index.skipped() == []


def test_a_file_that_the_disk_fails_to_give_keeps_its_last_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).close()
    path = folder / "harbour.txt"
    path.write_text("نص جديد.", encoding="utf-8")
    open_ = corpus.opened
    opens: list[Path] = []

    def failing(some: Path) -> BinaryIO:
        opens.append(some)
        if opens.count(path) == 3:  # its bytes have been summed twice
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return open_(some)

    with monkeypatch.context() as patch:
        patch.setattr(corpus, "opened", failing)
        with indexed(folder) as index:
            assert dict(index.report.skipped)["harbour.txt"].startswith("cannot be read (")
            assert index.document("harbour.txt").text == HARBOUR
    with indexed(folder) as index:
        assert index.report.changed == ("harbour.txt",)
        assert index.skipped() == []


def test_a_member_that_cannot_be_read_now_keeps_its_last_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(folder / "أرشيف.zip", one=MILL, two="سجل الزوار لسنة ١٩٩٨.", three="عمق البئر ٤٠ مترا.")
    opened(folder).close()
    pack(folder / "أرشيف.zip", one=MILL + LIBRARY, two="سجل الزوار لسنة ١٩٩٩.")
    safely = corpus.read_safely

    def starving(*arguments: Any) -> Iterator[Read]:
        for found in safely(*arguments):
            yield Read(found.name, PassingError("was ended")) if found.name == "two.txt" else found

    with monkeypatch.context() as patch:
        patch.setattr(corpus, "read_safely", starving)
        with indexed(folder) as index:
            assert index.report.changed == ("أرشيف.zip/one.txt",)
            assert index.report.removed == ("أرشيف.zip/three.txt",)
            assert "أرشيف.zip/two.txt" in index.report.unchanged
            assert index.skipped() == [("أرشيف.zip/two.txt", "was ended")]
            assert index.document("أرشيف.zip/two.txt").text.endswith("١٩٩٨.")
    with indexed(folder) as index:
        assert index.report.changed == ("أرشيف.zip/two.txt",)
        assert "أرشيف.zip/one.txt" in index.report.unchanged
        assert index.skipped() == []


def test_a_file_whose_reader_is_ended_each_time_is_read_ever_less_often(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(folder / "أرشيف.zip", one=MILL, two="سجل الزوار لسنة ١٩٩٨.")
    tries: list[int] = []
    clock = [0]

    def ended(*arguments: Any) -> Iterator[Read]:
        if arguments[1] != "أرشيف.zip":
            yield from safely(*arguments)
            return
        tries.append(clock[0])
        yield Read("one.txt", PassingError("was ended"))
        yield Read("two.txt", Extract("سجل الزوار."))

    safely = corpus.read_safely
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=time.sleep))
    monkeypatch.setattr(corpus, "read_safely", ended)
    with opened(folder) as index:
        generation = index.store.catalog.generation
        for clock[0] in (*range(2, 40, 2), *range(40, 4000, 50)):
            assert index.sync().skipped == (("أرشيف.zip/one.txt", "was ended"),)
        assert index.skipped() == [("أرشيف.zip/one.txt", "was ended")]
        assert index.store.catalog.generation == generation  # nothing was written
        monkeypatch.setattr(corpus, "read_safely", safely)
        clock[0] += 600
        assert index.sync().added == ("أرشيف.zip/one.txt",)
        assert index.skipped() == []
    assert tries[:5] == [0, 2, 4, 8, 16]
    assert tries[-1] - tries[-2] >= 600
    assert len(tries) < 20


# -- A stop ----------------------------------------------------------------------------------------------


def mail(path: Path, said: str, *, kind: str = "", content: bytes = b"") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "الميناء", "a@example.org", "b@example.org"
    message.set_content(said)
    if kind:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename="plan.txt")
    path.write_bytes(bytes(message))


def after(files: int) -> Stop:
    """Return what stops a run after so many files."""
    looks = iter(range(100))
    return lambda: next(looks) >= files


def test_a_refused_attachment_is_listed_after_a_stop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "RACY", 0)
    mail(folder / "a.eml", "افتتح العمدة الميناء.", kind="application/octet-stream", content=b"\x7fELF" * 50)
    with opened(folder, stop=after(1)) as index:
        assert index.report.left == 2
    for _ in range(2):
        with indexed(folder) as index:
            assert names(index) == ["a.eml", "harbour.txt", "library.txt"]
            assert [name for name, _ in index.skipped()] == ["a.eml/plan.txt"]


def test_an_attachment_that_was_taken_out_is_gone_after_a_stop(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "RACY", 0)
    mail(folder / "a.eml", "افتتح العمدة الميناء.", kind="text/plain", content="كلفته سر.".encode())
    opened(folder).close()
    mail(folder / "a.eml", "افتتح العمدة الميناء أمس.")
    fill(folder, {"harbour.txt": MILL})
    with opened(folder, stop=after(1)) as index:
        assert index.report.left == 1
    with indexed(folder) as index:
        assert index.report.removed == ("a.eml/plan.txt",)
        assert index.report.changed == ("a.eml", "harbour.txt")
        assert names(index) == ["a.eml", "harbour.txt", "library.txt"]
    with indexed(folder) as index:
        assert len(index.report.unchanged) == 3


def test_a_renamed_archive_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "RACY", 0)
    pack(folder / "أرشيف.zip", one=MILL, two="سجل الزوار لسنة ١٩٩٨.")
    opened(folder).close()
    (folder / "أرشيف.zip").rename(folder / "archive.zip")
    with opened(folder) as index:
        assert len(index.report.renamed) == 2
        monkeypatch.setattr(fetching, "_digest", None)
        assert len(index.sync().unchanged) == 4


# -- What a system says of a file ------------------------------------------------------------------------


def test_a_time_or_an_inode_of_more_than_63_bits_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def far(self: Path, **options: bool) -> object:
        found = stat(self, **options)
        if self.name != "harbour.txt":
            return found
        more = {"st_mtime_ns": 10_413_792_000 * 10**9, "st_ino": (1 << 64) - 5, "st_mode": found.st_mode}
        return SimpleNamespace(st_size=found.st_size, st_ctime_ns=found.st_ctime_ns, **more)

    monkeypatch.setattr(sync, "RACY", 0)
    monkeypatch.setattr(Path, "stat", far)
    with opened(folder) as index:
        assert names(index) == ["harbour.txt", "library.txt"]
        monkeypatch.setattr(fetching, "_digest", None)  # none is read again
        assert len(index.sync().unchanged) == 2


def test_a_raised_limit_takes_in_what_was_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "RACY", 0)
    settings = Settings.load(max_file_bytes=len(HARBOUR.encode()) - 1)
    with Index.open(folder, settings) as index:
        assert [name for name, _ in index.skipped()] == ["harbour.txt"]
        with monkeypatch.context() as patch:
            patch.setattr(updating, "identify", None)  # nothing is read while the limit is as it was
            assert [name for name, _ in index.sync().skipped] == ["harbour.txt"]
    with indexed(folder) as index:
        assert index.report.added == ("harbour.txt",)
        assert index.skipped() == []


def test_a_document_is_had_by_its_name_in_either_form_of_its_letters(folder: Path) -> None:
    name = "آثار.txt"
    fill(folder, {unicodedata.normalize("NFD", name): MILL})
    with indexed(folder) as index:
        for form in ("NFC", "NFD"):
            assert index.document(unicodedata.normalize(form, name)).text == MILL
        with pytest.raises(DocumentError, match="no such document"):
            index.document("اثار.txt")
