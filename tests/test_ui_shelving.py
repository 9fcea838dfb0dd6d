"""The list of documents as HTML: what is in it, and what it says of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from index_support import LIBRARY, fill
from ui_corpus import FakePipeline
from ui_reader import Reader

from rag.loaders.kinds import SUPPORTED
from rag.pipeline import Pipeline
from rag.schema import Document
from ui import strings
from ui.backend import Backend
from ui.html import panel
from ui.html.escape import document_token
from ui.html.shelving import SEARCHED, Shelving
from ui.uploads import visits
from ui.uploads.files import Allowance
from ui.uploads.keeping import Keeper
from ui.uploads.shelves import check_editable, shelf_of
from ui.uploads.visits import Visited, Visits

AR, EN = strings.load("ar"), strings.load("en")
TOWER = "برج الصقر\n\nيبلغ ارتفاع بُرج الصقر ٧٣ متراً، وصمّمه المهندس عدنان الشريف.\n"
BACKWARDS = "".join(
    ("قالت المهندسة ليلى إن البناء في المدينة القديمة استغرق سنة كاملة على الأقل. " * 6)[::-1]
)


class Many(FakePipeline):
    """So many short documents."""

    def __init__(self, count: int) -> None:
        self.count = count

    def documents(self, *_: object) -> list[Document]:
        return [
            Document(id=f"{n:04}.txt", text="نصّ قصير", title=f"وثيقة {n}", lang="ar")
            for n in range(self.count)
        ]

    def skipped(self) -> list[tuple[str, str]]:
        return [("خرائط/قديمة.pdf", "is pictures without text; read them with OCR")]


def test_a_long_list_of_documents_says_how_many_more_there_are() -> None:
    page = Reader(Shelving(Many(panel.LISTED_DOCUMENTS + 3), None).html(AR))
    assert len(page.all("a", "is-document")) == panel.LISTED_DOCUMENTS
    assert "و3 وثائق أخرى" in page.text
    assert page.texts("is-counted") == ["503 وثائق"]


def test_titles_can_be_searched_only_where_there_are_many() -> None:
    fields = [
        len(Reader(Shelving(Many(SEARCHED + more), None).html(EN)).all("div", "is-titles")) for more in (0, 1)
    ]
    assert fields == [0, 1]


def test_each_document_has_its_language_length_and_box() -> None:
    page = Reader(Shelving(Many(2), None).html(AR))
    assert page.texts("is-panel-facts") == ["العربيةكلمتان0000.txt", "العربيةكلمتان0001.txt"]
    boxes = [attrs for tag, attrs in page.tags if tag == "input" and attrs["type"] == "checkbox"]
    assert [box["value"] for box in boxes] == [document_token("0000.txt"), document_token("0001.txt")]
    assert boxes[1]["aria-label"] == "اسأل هذه الوثيقة وحدها: وثيقة 1"


def test_files_that_could_not_be_read_are_listed_with_the_reason_in_each_language() -> None:
    assert "ملف واحد لم يُقرأ" in Reader(Shelving(Many(1), None).html(AR)).text
    page = Reader(Shelving(Many(1), None).html(EN))
    assert "خرائط/قديمة.pdf" in page.text
    assert "The file is pictures without text: read it with OCR." in page.text


def test_where_nothing_is_taken_nothing_is_offered() -> None:
    page = Reader(Shelving(Many(1), None).html(EN))
    assert page.all("div", "is-add") == []
    assert page.all("a", "is-remove") == []


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = fill(tmp_path_factory.mktemp("folder"), {"library.txt": LIBRARY, "معكوس.txt": BACKWARDS})
    with Pipeline.open(folder) as opened:
        yield opened


def test_limits_stand_before_any_upload_in_the_language_of_the_interface(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    shelf = Visits(pipeline, tmp_path, Allowance(2_000_000, 11, 10_000_000))
    said = [
        " ".join(Reader(Shelving(pipeline, shelf).html(words)).texts("is-limits")[0].split())
        for words in (AR, EN)
    ]
    shelf.close()
    assert said == [
        f"{SUPPORTED} · حتى 2 ميغابايت للملف · 11 ملفًا · 10 ميغابايت في المجموع",
        f"{SUPPORTED} · up to 2 MB a file · 11 files · 10 MB in all",
    ]


def test_own_documents_stand_apart_and_only_in_their_visit(pipeline: Pipeline, tmp_path: Path) -> None:
    shelf = Visits(pipeline, tmp_path / "visits", Allowance(3000))
    visit = shelf.begin()
    path = tmp_path / "up"
    path.write_text(TOWER, "utf-8")
    shelf.add(visit, "برج.txt", path, lambda *_: None)
    shelving = Shelving(Visited(pipeline, shelf), shelf)
    with visits.of(visit.token):
        mine = Reader(shelving.html(AR))
    nobodys = Reader(shelving.html(AR))
    assert mine.texts("is-document-title") == ["برج الصقر", "مكتبة النخيل", "معكوس"]
    assert mine.texts("is-counted") == ["3 وثائق"]
    assert len(mine.all("a", "is-remove")) == 1
    assert nobodys.texts("is-document-title") == ["مكتبة النخيل", "معكوس"]
    assert "برج" not in nobodys.text
    visit.remove("برج.txt")
    with visits.of(visit.token):
        removed = Reader(shelving.html(AR))
    assert removed.texts("is-removed") == ["برج.txtأُزيلتتراجع"]
    shelf.forget(visit.token)
    with visits.of(visit.token):
        assert Reader(shelving.html(AR)).texts("is-over") == [AR("visit_over")]
    shelf.close()


def test_what_was_answered_from_a_forgotten_document_is_not_explained_any_more(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    shelf = Visits(pipeline, tmp_path / "visits", Allowance(3000))
    visit = shelf.begin()
    path = tmp_path / "up"
    path.write_text(TOWER, "utf-8")
    shelf.add(visit, "برج.txt", path, lambda *_: None)
    backend = Backend(Visited(pipeline, shelf), 1000, shelf=shelf)
    with visits.of(visit.token):
        said = Reader(backend.reply("من صمّم برج الصقر؟", [], "en"))
        assert said.texts("is-answer") == ["عدنان الشريف"]
        key = next(
            str(attrs["href"])[5:] for _, attrs in said.tags if str(attrs.get("href")).startswith("#why-")
        )
        assert "الصقر" in backend.why([key, "en"])
    assert "برج" not in backend.why([key, "en"])  # asked from elsewhere
    shelf.forget(visit.token)
    with visits.of(visit.token):
        assert backend.why([key, "en"]) == f"<p>{EN('missing')}</p>"
        assert "This document is no longer there" in backend.source(
            [document_token("~/برج.txt"), None, [], "en"]
        )
    shelf.close()


def test_a_text_that_looks_garbled_is_marked_so(pipeline: Pipeline) -> None:
    page = Reader(Shelving(pipeline, None).html(EN))
    (warning,) = page.texts("is-garbled")
    assert warning.startswith("The text may be garbled. Its Arabic is backwards")


def test_what_the_owner_removed_can_be_put_back_from_its_line(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    folder = fill(tmp_path / "corpus", {"a.txt": LIBRARY, "b/tower.txt": TOWER, "c.txt": LIBRARY + TOWER})
    with Pipeline.open(folder) as opened:
        keeper = Keeper(opened, tmp_path / "removed", Allowance(3000))
        removed = keeper.remove("b/tower.txt", lambda *_: None)
        page = Reader(Shelving(opened, keeper).html(EN))
    rows = page.texts("is-shelved")
    assert [row.startswith("b/tower.txtRemovedUndo") for row in rows] == [False, True, False]
    assert f"#shelf-undo-{document_token(removed.key)}" in [attrs.get("href") for _, attrs in page.tags]
    assert len(page.all("a", "is-remove")) == 2


def test_a_folder_that_everybody_could_change_is_not_opened(pipeline: Pipeline) -> None:
    from rag.errors import SettingsError
    from rag.settings import Settings

    chosen = Settings.load(editable=True)
    check_editable(chosen, "127.0.0.1")
    check_editable(Settings.load(editable=True, password="سر الوادي الطويل"), "0.0.0.0")
    with pytest.raises(SettingsError, match="ISNAD_PASSWORD"):
        shelf_of(pipeline, chosen, "0.0.0.0")
    assert isinstance(shelf_of(pipeline, chosen, "127.0.0.1"), Keeper)


def test_uploads_can_be_turned_off(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.settings import Settings

    monkeypatch.setenv("ISNAD_UPLOADS", "off")
    assert shelf_of(pipeline, Settings.load(), "0.0.0.0") is None
