"""Files from outside: their names, their limits, whose they are, and what becomes of them."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from guard_support import Clock, Reply, request
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import LIBRARY, fill
from loops import finish
from starlette.applications import Starlette

from rag.corpus import scan
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.together import OWN
from ui.guards.limits import UPLOAD, Limits
from ui.html.reasons import readable
from ui.strings import LANGUAGES, load
from ui.uploads import files as uploads
from ui.uploads import visits
from ui.uploads.files import Allowance, RefusedError, another, clean, spelt
from ui.uploads.keeping import Keeper
from ui.uploads.routes import HEADER, Uploads
from ui.uploads.visits import Visited, Visits
from vectorstore.store import Store

TOWER = "برج الصقر\n\nيبلغ ارتفاع بُرج الصقر ٧٣ متراً، وصمّمه المهندس عدنان الشريف.\n"
ORCHARD = "The pear orchard\n\nThe pear orchard at Ain Zahra was planted by Huda Mansour in 1948.\n"
WHO = "من صمّم برج الصقر؟"
SMALL = Allowance(file_bytes=3000, files=3, total_bytes=6000)


# -- Names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("تقرير.pdf", "تقرير.pdf"),
        ("報告書 2021.docx", "報告書 2021.docx"),
        ("گزارش\u200cها.txt", "گزارش\u200cها.txt"),  # Persian is misspelt without the joiner
        ("cafe\u0301.txt", "café.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ("/etc/cron.d/x.txt", "x.txt"),
        ("C:\\Users\\a\\نص.txt", "نص.txt"),
        (".bashrc", "bashrc"),
        ("...hidden.txt", "hidden.txt"),
        ("~$lock.docx", "$lock.docx"),
        ("#draft#.txt", "draft#.txt"),
        ("note.txt~", "note.txt"),
        ("a\u202etxt.exe.pdf", "atxt.exe.pdf"),
        ("a\u0000b\u0007c\nd.txt", "abc d.txt"),
        ("\u200fمذكرة\u200f.txt", "مذكرة.txt"),
        ('a<b>"c|d?.txt', "a_b__c_d_.txt"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("Com1.report.pdf", "_Com1.report.pdf"),
        ("report. . .", "report"),
        ("no suffix", "no suffix"),
        ("a'b`c$(d);e&.txt", "a'b`c$(d);e&.txt"),
    ],
)
def test_a_name_is_put_right(given_name: str, kept: str) -> None:
    assert clean(given_name) == kept


@pytest.mark.parametrize("name", ["", "..", "/", "\\", "\u202e", "~", ".", "\u0000", "\ud800.txt", "a/"])
def test_a_name_of_which_nothing_is_left_is_refused(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        clean(name)
    assert refused.value.reason == "upload_bad_name"


@pytest.mark.parametrize("name", ["صورة.JPG", "setup.exe", "a.py", "data.sqlite"])
def test_a_file_that_is_no_document_by_its_name_is_refused(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        clean(name)
    assert refused.value.reason == "upload_wrong_kind"


@settings(max_examples=300)
@given(st.text(max_size=400))
def test_whatever_it_was_called_the_name_is_one_of_a_plain_file_and_stays_as_it_is(name: str) -> None:
    try:
        found = clean(name)
    except RefusedError:
        return
    assert found == Path(found).name
    assert not found.startswith((".", "~", "#", " "))
    assert not found.endswith((".", " ", "~"))
    assert len(found.encode()) <= 255
    assert unicodedata.is_normalized("NFC", found) or len(found.encode()) > 150  # cut between marks
    assert not any(unicodedata.category(c) in ("Cc", "Cs") or "\u202a" <= c <= "\u202e" for c in found)
    assert clean(found) == found


def test_a_long_name_keeps_its_suffix_and_whole_letters() -> None:
    found = clean("سجلّ" * 200 + ".pdf")
    assert found.endswith(".pdf")
    assert len(found.encode()) <= uploads.NAME_BYTES
    assert not unicodedata.combining(found[-5]) or found[-6] == "ل"


def test_another_name_is_offered_that_is_free_in_every_spelling() -> None:
    taken = {spelt(name) for name in ("Café.TXT", "cafe\u0301 (2).txt")}
    assert another("café.txt", taken) == "café (3).txt"


# -- Visitors --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = fill(tmp_path_factory.mktemp("folder"))
    chosen = Settings.load(home=tmp_path_factory.mktemp("index"))
    with Pipeline.open(folder, settings=chosen) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(pipeline: Pipeline, tmp_path: Path, clock: Clock) -> Iterator[Visits]:
    made = Visits(pipeline, tmp_path / "visits", SMALL, clock=clock, most=3, all_bytes=9000)
    yield made
    made.close()
    assert list((tmp_path / "visits").iterdir()) == [tmp_path / "visits" / "lock"]


def listened_to(app: Any) -> Any:
    """Return an application that is asked as a server does whose client stays to the end."""

    async def asked_so(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "asgi": {"version": "3.0", "spec_version": "2.4"}}, receive, send)

    return asked_so


def send(
    shelf: Visits | Keeper,
    do: str = "add",
    name: str = "tower.txt",
    body: str | bytes | list[bytes] = TOWER,
    token: str = "",
    lang: str = "en",
    **more: Any,
) -> tuple[int, list[dict[str, Any]]]:
    """Call the route and return the status and the events."""
    pieces = body if isinstance(body, list) else [body.encode() if isinstance(body, str) else body]
    app = listened_to(Starlette(routes=[Uploads(shelf).route]))
    query = f"do={do}&lang={lang}&name={quote(name, errors='surrogatepass')}"
    headers = [(HEADER, token), *more.pop("headers", [])]
    reply: Reply = finish(request(app, "POST", UPLOAD, headers, pieces, query=query, **more))
    events = [json.loads(line) for line in reply.text.splitlines() if line]
    return reply.status, events


def added(shelf: Visits, name: str = "tower.txt", body: str | bytes = TOWER, token: str = "") -> str:
    """Upload a file, and return the token of its visit."""
    status, events = send(shelf, name=name, body=body, token=token)
    assert (status, events[-1].get("done")) == (200, True), events[-1]
    return str(events[-1]["visit"])


def asked(shelf: Visits, pipeline: Pipeline, token: str, question: str = WHO) -> str | None:
    visited = Visited(pipeline, shelf)
    with visits.of(token):
        return visited.answer(question).answer


def test_an_upload_is_read_told_step_by_step_and_asked_with_the_collection(
    shelf: Visits, pipeline: Pipeline
) -> None:
    _, events = send(shelf)
    assert [event["stage"] for event in events[:-1]] == ["waiting", "reading", "indexing"]
    assert events[-1] | {"visit": ""} == {
        "done": True,
        "name": "tower.txt",
        "documents": [f"{OWN}tower.txt"],
        "warning": "",
        "visit": "",
    }
    token = events[-1]["visit"]
    assert "عدنان الشريف" in (asked(shelf, pipeline, token) or "")
    assert (
        asked(shelf, pipeline, token, "من يدير مكتبة النخيل؟")
        == pipeline.answer("من يدير مكتبة النخيل؟").answer
    )


def test_nobody_else_is_answered_from_an_upload_or_sees_it(shelf: Visits, pipeline: Pipeline) -> None:
    mine, other = added(shelf), added(shelf, "orchard.txt", ORCHARD)
    visited = Visited(pipeline, shelf)
    assert asked(shelf, pipeline, mine) is not None
    for token in ("", other, "x" * 43, mine[:-1]):
        assert asked(shelf, pipeline, token) is None
        with visits.of(token):
            assert f"{OWN}tower.txt" not in {each.id for each in visited.documents()}
            assert f"{OWN}tower.txt" not in {hit.chunk.document_id for hit in visited.search(WHO, 50)}
            with pytest.raises(Exception, match="no such document"):
                visited.document(f"{OWN}tower.txt")
    assert asked(shelf, pipeline, other, "Who planted the pear orchard?") == "Huda Mansour"


def test_threads_that_answer_different_visitors_do_not_mix_them(shelf: Visits, pipeline: Pipeline) -> None:
    tokens = [added(shelf), added(shelf, body=TOWER.replace("عدنان الشريف", "مازن الرفاعي")), ""]
    wanted = ["عدنان الشريف", "مازن الرفاعي", None]
    wrong: list[object] = []

    def ask(place: int) -> None:
        for _ in range(4):
            found = asked(shelf, pipeline, tokens[place])
            if (found is None) != (wanted[place] is None) or (wanted[place] or "") not in (found or ""):
                wrong.append((place, found))

    threads = [threading.Thread(target=ask, args=(place,)) for place in (0, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_visit_is_forgotten_after_an_hour_without_use_and_not_before(
    shelf: Visits, pipeline: Pipeline, clock: Clock
) -> None:
    token = added(shelf)
    clock.now += visits.SECONDS - 1
    assert asked(shelf, pipeline, token) is not None  # which counts as use
    clock.now += visits.SECONDS - 1
    assert asked(shelf, pipeline, token) is not None
    folder = shelf.folder
    assert len(list(folder.iterdir())) == 2  # the visit's, and the lock
    clock.now += visits.SECONDS + 1
    assert asked(shelf, pipeline, token) is None
    assert [path.name for path in folder.iterdir()] == ["lock"]
    _, events = send(shelf, "remove", token=token)
    assert events[-1]["refused"]
    assert "an hour" in events[-1]["message"]


def test_what_is_forgotten_leaves_nothing_on_the_disk(shelf: Visits, pipeline: Pipeline) -> None:
    token = added(shelf)
    assert send(shelf, "forget", token=token)[1][-1] == {"done": True, "over": True}
    assert asked(shelf, pipeline, token) is None
    assert [path.name for path in shelf.folder.iterdir()] == ["lock"]


def test_a_visit_that_is_forgotten_while_it_is_asked_answers_to_the_end(
    shelf: Visits, pipeline: Pipeline
) -> None:
    token = added(shelf)
    visit = shelf.find(token)
    assert visit is not None
    with visit.pipeline() as both:
        shelf.forget(token)
        assert both.answer(WHO).answered
    with visit.pipeline() as both:
        assert both is None
    assert [path.name for path in shelf.folder.iterdir()] == ["lock"]


def test_the_visits_not_used_for_longest_make_room_of_the_client_with_most(shelf: Visits) -> None:
    def from_client(client: str, name: str) -> str:
        return str(send(shelf, name=name, client=client)[1][-1]["visit"])

    first, second = from_client("203.0.113.1", "a.txt"), from_client("203.0.113.2", "b.txt")
    third = from_client("203.0.113.2", "c.txt")
    assert shelf.find(second)
    fourth = from_client("203.0.113.2", "d.txt")  # one too many: of the second client's the third is oldest
    assert [shelf.find(token) is not None for token in (first, second, third, fourth)] == [
        True,
        True,
        False,
        True,
    ]


def test_all_uploads_together_are_bounded(shelf: Visits) -> None:
    tokens = [added(shelf, body=TOWER + "ا" * 1300) for _ in range(3)]  # 2.7 kB each, of 9 kB
    assert all(shelf.find(token) for token in tokens)
    added(shelf, "b.txt", "ب" * 1400, tokens[2])
    assert [shelf.find(token) is not None for token in tokens] == [False, True, True]


def test_a_file_that_is_removed_answers_no_more_until_it_is_put_back(
    shelf: Visits, pipeline: Pipeline
) -> None:
    token = added(shelf)
    assert send(shelf, "remove", token=token)[1][-1] == {"done": True, "undo": "tower.txt"}
    assert asked(shelf, pipeline, token) is None
    assert send(shelf, "undo", token=token)[1][-1] == {"done": True, "undo": "tower.txt"}
    assert asked(shelf, pipeline, token) is not None


def test_what_is_removed_makes_room_and_can_be_put_back_while_nothing_needs_its_place(
    shelf: Visits, pipeline: Pipeline
) -> None:
    token = added(shelf)
    for name in ("ثانٍ.txt", "third.txt"):  # three are allowed
        added(shelf, name, f"وثيقة {name}: كتبها سالم الحدّاد.\n", token)
    assert send(shelf, name="fourth.txt", body=ORCHARD, token=token)[1][-1]["refused"]
    send(shelf, "remove", name="ثانٍ.txt", token=token)
    send(shelf, "undo", name="ثانٍ.txt", token=token)
    assert send(shelf, name="fourth.txt", body=ORCHARD, token=token)[1][-1]["refused"]
    send(shelf, "remove", name="ثانٍ.txt", token=token)
    assert send(shelf, "check", name="fourth.txt", token=token)[1][-1] == {"done": True}
    assert send(shelf, name="fourth.txt", body=ORCHARD, token=token)[1][-1]["done"]
    assert send(shelf, "undo", name="ثانٍ.txt", token=token)[1][-1]["refused"]  # whose place is taken
    visit = shelf.find(token)
    assert visit is not None
    assert list(visit.files) == ["tower.txt", "third.txt", "fourth.txt"]
    assert asked(shelf, pipeline, token) is not None


def test_bytes_and_text_that_were_removed_make_room_too(
    shelf: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = added(shelf, "a.txt", "ا" * 1300)
    added(shelf, "b.txt", "ب" * 1300, token)  # 5.2 kB of 6
    assert send(shelf, name="c.txt", body="ت" * 1300, token=token)[1][-1]["refused"]
    send(shelf, "remove", name="a.txt", token=token)
    assert send(shelf, name="c.txt", body="ت" * 1300, token=token)[1][-1]["done"]
    monkeypatch.setattr("ui.uploads.visit.TEXT", 1500)
    send(shelf, "remove", name="b.txt", token=token)
    send(shelf, "remove", name="c.txt", token=token)
    assert send(shelf, name="d.txt", body="ث" * 1300, token=token)[1][-1]["done"]
    visit = shelf.find(token)
    assert visit is not None
    assert list(visit.files) == ["d.txt"]


def test_a_name_that_was_removed_is_free(shelf: Visits, pipeline: Pipeline) -> None:
    token = added(shelf)
    send(shelf, "remove", token=token)
    changed = TOWER.replace("عدنان الشريف", "نوال البستاني")
    assert send(shelf, name="TOWER.txt", body=changed, token=token)[1][-1]["done"]
    assert send(shelf, "undo", token=token)[1][-1]["refused"]
    assert "نوال البستاني" in (asked(shelf, pipeline, token) or "")


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("empty.txt", "", "The file is empty"),
        ("blank.txt", " \n\t\n", "There is no text in the file"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), "pictures without text"),
        ("صورة.png", b"\x89PNG", "This kind of file is not read"),
        ("broken.pdf", b"%PDF-1.7\n" + b"x" * 500, "The file is damaged"),
        ("book.docx", b"PK\x03\x04" + bytes(100), "The file is damaged"),
        ("locked.doc", b"\xd0\xcf\x11\xe0" + bytes(600), "This kind of file is not read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason_and_leaves_nothing(
    shelf: Visits, name: str, body: str | bytes, reason: str
) -> None:
    _, events = send(shelf, name=name, body=body)
    assert events[-1]["refused"] is True
    assert reason in events[-1]["message"]
    assert len(shelf) == 0
    assert [path.name for path in shelf.folder.iterdir()] == ["lock"]


def test_a_file_that_is_too_large_is_refused_before_it_has_come(shelf: Visits) -> None:
    headers = [("content-length", "3001")]
    status, events = send(shelf, body=b"x" * 3001, headers=headers)
    assert (status, events[-1]["message"]) == (
        413,
        "The file is larger than 3\u00a0kB: split it, or save it smaller.",
    )
    status, events = send(shelf, "check", headers=[("content-length", "0")])
    assert (status, events) == (200, [{"done": True}])


def test_a_body_that_is_larger_than_it_says_is_cut_off(shelf: Visits) -> None:
    status, events = send(shelf, body=[b"x" * 1000] * 4, headers=[("content-length", "10")])
    assert status == 413
    assert events[-1]["refused"] is True
    assert [path.name for path in shelf.folder.iterdir()] == ["lock"]


def test_a_body_without_end_is_cut_off_by_the_guard_too(shelf: Visits) -> None:
    app = Limits(
        Starlette(routes=[Uploads(shelf).route]), calls_per_minute=0, proxied=False, upload_bytes=2000
    )
    reply = finish(request(app, "POST", UPLOAD, (), [b"x" * 5000] * 4, query="do=add&name=a.txt"))
    assert reply.status == 413
    assert [path.name for path in shelf.folder.iterdir()] == ["lock"]


def test_an_upload_that_breaks_off_leaves_nothing(shelf: Visits) -> None:
    async def broken_off() -> None:
        sent = iter(
            [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
        )

        async def receive() -> Any:
            return next(sent)

        async def ignore(message: Any) -> None:
            return None

        scope = {
            "type": "http",
            "method": "POST",
            "path": UPLOAD,
            "query_string": b"do=add&name=half.txt",
            "headers": [],
            "client": ("203.0.113.9", 1),
        }
        await Starlette(routes=[Uploads(shelf).route])(scope, receive, ignore)

    finish(broken_off())
    assert len(shelf) == 0
    assert [path.name for path in shelf.folder.iterdir()] == ["lock"]


def test_a_name_that_is_taken_is_refused_with_another_that_is_free(shelf: Visits) -> None:
    token = added(shelf, "Tower.txt")
    _, events = send(shelf, name="tower.TXT", token=token)
    assert (events[-1]["refused"], events[-1]["offer"]) == (True, "tower (2).TXT")
    assert added(shelf, "tower (2).TXT", token=token) == token


def test_a_visit_has_room_for_so_many_files_and_bytes(shelf: Visits) -> None:
    token = added(shelf, "1.txt", "ا" * 1400)
    added(shelf, "2.txt", "ب" * 1400, token)
    _, events = send(shelf, name="3.txt", body="ت" * 1400, token=token)
    assert (
        events[-1]["message"] == "Your files would come to more than 6\u00a0kB: forget them, then try again."
    )
    added(shelf, "3.txt", "ث", token)
    _, events = send(shelf, name="4.txt", token=token)
    assert events[-1]["message"].startswith("You have 3 files")


def test_text_that_looks_garbled_is_taken_with_a_warning(shelf: Visits) -> None:
    text = "".join(line[::-1] for line in [TOWER * 6])
    _, events = send(shelf, body=text, lang="ar")
    assert events[-1]["done"] is True
    assert "معكوس" in events[-1]["warning"]


def test_uploads_at_once_all_arrive(pipeline: Pipeline, tmp_path: Path) -> None:
    with_room = Allowance(file_bytes=3000, files=20, total_bytes=60_000)
    shelf = Visits(pipeline, tmp_path / "visits", with_room)
    token = added(shelf, "first.txt")
    threads = [
        threading.Thread(target=added, args=(shelf, f"{number}.txt", f"{TOWER} {number}", token))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    visit = shelf.find(token)
    assert visit is not None
    assert sorted(visit.files) == sorted(["first.txt", *(f"{number}.txt" for number in range(6))])
    shelf.close()


def test_more_at_once_than_is_taken_in_waits_outside(shelf: Visits) -> None:
    service = Uploads(shelf)
    service._coming["203.0.113.5"] = 3
    app = Starlette(routes=[service.route])
    reply = finish(request(app, "POST", UPLOAD, (), [b"x"], query="do=add&name=a.txt&lang=en"))
    assert "try again in a moment" in json.loads(reply.text)["message"]


def test_what_a_killed_process_left_is_removed_and_a_living_one_keeps_its_own(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    home = tmp_path / "visits"
    left = home / "left"
    left.mkdir(parents=True)
    (left / "lock").write_text("process 1 on nowhere")
    (left / "text").write_text(TOWER)
    living = Visits(pipeline, home, SMALL)
    token = added(living)
    other = Visits(pipeline, home, SMALL)
    assert not left.exists()
    assert asked(living, pipeline, token) is not None
    for each in (living, other):
        each.close()


# -- The owner's folder ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = fill(tmp_path_factory.mktemp("owned"), {"library.txt": LIBRARY})
    chosen = Settings.load(home=tmp_path_factory.mktemp("home"))
    with Pipeline.open(folder, settings=chosen) as opened:
        yield opened
        assert opened.store.verify() == []


@pytest.fixture
def folder(owned: Pipeline) -> Path:
    return owned.folder


@pytest.fixture
def keeper(owned: Pipeline, folder: Path, tmp_path: Path) -> Iterator[Keeper]:
    """Keep the folder of one document, which is left as it was."""
    yield Keeper(owned, tmp_path / "removed", Allowance(file_bytes=3000))
    for path in folder.iterdir():
        if path.name != "library.txt":
            path.unlink()
    owned.refresh()


def names(keeper: Keeper) -> list[str]:
    return [each.id for each in keeper._pipeline.documents()]


def test_a_file_for_the_owner_is_written_into_the_folder_and_asked(keeper: Keeper, folder: Path) -> None:
    _, events = send(keeper, name="أبراج/../برج.txt")
    assert events[-1]["documents"] == ["برج.txt"]
    assert (folder / "برج.txt").read_text("utf-8") == TOWER
    assert (folder / "برج.txt").stat().st_mode & 0o777 == 0o644  # as readable as what else is there
    assert keeper._pipeline.answer(WHO).answered
    assert sorted(os.listdir(folder)) == ["library.txt", "برج.txt"]


def test_an_existing_file_is_never_overwritten(keeper: Keeper, folder: Path) -> None:
    before = (folder / "library.txt").read_bytes()
    _, events = send(keeper, name="Library.txt")
    assert (events[-1]["refused"], events[-1]["offer"]) == (True, "Library (2).txt")
    part = folder / ".isnad-x.part"
    part.write_text("other")
    with pytest.raises(FileExistsError):
        uploads.put(part, folder / "library.txt")
    assert (folder / "library.txt").read_bytes() == before
    part.unlink()


def test_what_cannot_be_read_is_not_left_in_the_folder(keeper: Keeper, folder: Path) -> None:
    _, events = send(keeper, name="broken.pdf", body=b"%PDF-1.7\n" + b"x" * 500)
    assert "damaged" in events[-1]["message"]
    assert os.listdir(folder) == ["library.txt"]
    assert keeper._pipeline.skipped() == []


def test_a_removed_file_is_moved_away_whole_and_comes_back(
    keeper: Keeper, folder: Path, tmp_path: Path
) -> None:
    send(keeper, name="tower.txt")
    undo = send(keeper, "remove", "tower.txt")[1][-1]["undo"]
    assert (os.listdir(folder), names(keeper)) == (["library.txt"], ["library.txt"])
    assert (tmp_path / "removed" / undo / "tower.txt").read_text("utf-8") == TOWER
    assert [each.file for each in keeper.removed()] == ["tower.txt"]
    assert send(keeper, "undo", undo)[1][-1] == {"done": True, "name": "tower.txt"}
    assert (folder / "tower.txt").read_text("utf-8") == TOWER
    assert names(keeper) == ["library.txt", "tower.txt"]
    assert keeper.removed() == []


def test_a_removed_file_does_not_come_back_over_another(keeper: Keeper, folder: Path) -> None:
    send(keeper, name="tower.txt")
    undo = send(keeper, "remove", "tower.txt")[1][-1]["undo"]
    send(keeper, name="tower.txt", body=ORCHARD)
    _, events = send(keeper, "undo", undo)
    assert "another file called tower.txt" in events[-1]["message"]
    assert (folder / "tower.txt").read_text("utf-8") == ORCHARD
    assert [each.key for each in keeper.removed()] == [undo]


def test_the_last_document_stays(keeper: Keeper, folder: Path) -> None:
    assert "last document" in send(keeper, "remove", "library.txt")[1][-1]["message"]
    assert os.listdir(folder) == ["library.txt"]


def test_only_what_the_index_knows_can_be_removed(keeper: Keeper, folder: Path) -> None:
    send(keeper, name="tower.txt")
    for name in ("../library.txt", "/etc/passwd", "", "library.txt/", "..", ".", "lib*"):
        assert send(keeper, "remove", name)[1][-1]["refused"] is True, name
    assert sorted(os.listdir(folder)) == ["library.txt", "tower.txt"]


def test_in_a_folder_that_was_closed_nothing_is_removed_and_that_is_said(
    keeper: Keeper, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    send(keeper, name="tower.txt")
    with monkeypatch.context() as patch:  # here a superuser may run, who may open every folder
        patch.setattr(Path, "is_file", closed)
        _, events = send(keeper, "remove", "tower.txt")
    assert events[-1]["refused"] is True
    assert "Permission denied" in events[-1]["message"]
    assert (folder / "tower.txt").exists()


def test_only_what_was_removed_can_be_put_back(keeper: Keeper) -> None:
    for key in ("..", "../x", "", "1234567890-abcdefabcdef"):
        assert send(keeper, "undo", key)[1][-1]["refused"] is True, key


def test_changes_on_the_disk_are_found_by_looking_again(keeper: Keeper, folder: Path) -> None:
    fill(folder, {"tower.txt": TOWER})
    event = send(keeper, "refresh")[1][-1]
    assert (event["added"], event["unchanged"]) == (1, 1)
    assert names(keeper) == ["library.txt", "tower.txt"]


def test_while_another_process_writes_the_index_it_is_said_who(keeper: Keeper, folder: Path) -> None:
    store: Store = keeper._pipeline.store
    other = Store.open(store.folder, fields=store.fields, dimension=store.dimension)
    with other.writing():
        _, events = send(keeper, name="tower.txt")
        assert str(os.getpid()) in events[-1]["warning"]
        fill(folder, {"orchard.txt": ORCHARD})
        _, events = send(keeper, "refresh")
        assert str(os.getpid()) in events[-1]["message"]
    other.close()
    send(keeper, "refresh")
    assert names(keeper) == ["library.txt", "orchard.txt", "tower.txt"]


def failing(code: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(
    ("code", "said"),
    [(28, "The disk is full"), (13, "may not be written"), (30, "may not be written"), (5, "try again")],
)
@pytest.mark.parametrize("step", ["put", "whole", "mkstemp"])
def test_a_disk_that_refuses_is_said_and_nothing_is_left(
    keeper: Keeper, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, said: str
) -> None:
    with monkeypatch.context() as patched:
        if step == "put":
            patched.setattr("ui.uploads.keeping.put", failing(code))
        elif step == "whole":
            patched.setattr("ui.uploads.files.os.fsync", failing(code))
        else:
            patched.setattr("ui.uploads.files.tempfile.mkstemp", failing(code))
        _, events = send(keeper, name="tower.txt")
    assert said in events[-1]["message"]
    assert os.listdir(folder) == ["library.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(keeper: Keeper, folder: Path) -> None:
    folder.chmod(0o500)
    _, events = send(keeper, name="tower.txt")
    folder.chmod(0o700)
    assert "may not be written" in events[-1]["message"]


def test_a_file_is_moved_to_another_disk_whole(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(keeper, name="tower.txt")
    rename = Path.rename

    def across(self: Path, target: Path) -> Path:
        if self.name == "tower.txt" and "removed" in str(target):
            raise OSError(18, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", across)
    undo = send(keeper, "remove", "tower.txt")[1][-1]["undo"]
    assert (tmp_path / "removed" / undo / "tower.txt").read_text("utf-8") == TOWER
    assert names(keeper) == ["library.txt"]


def test_parts_that_a_killed_process_left_are_swept_and_fresh_ones_stay(folder: Path, tmp_path: Path) -> None:
    old, fresh = folder / ".isnad-a.part", folder / ".isnad-b.part"
    for path in (old, fresh):
        path.write_text("half")
    os.utime(old, (1, 1))
    uploads.sweep(folder, time.time() - 60)
    assert (old.exists(), fresh.exists()) == (False, True)
    assert [path.name for path in scan(folder)] == ["library.txt"]
    fresh.unlink()


# -- Words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "reason",
    [
        "is locked with a password; save it without one",
        "is larger than 50 MB; split it",
        "is a damaged PDF file (no pages); save it anew",
        "is pictures without text; read them with OCR",
        "holds no text; write some or remove it",
        "takes longer than 20 s to read; split it or save it anew",
        "has Arabic that comes out backwards; save it anew from its source",
        "holds a file that is packed more than 200 times, as only bombs are; remove it",
    ],
)
def test_what_the_loaders_say_is_said_in_each_language(reason: str, lang: str) -> None:
    said = readable(reason, load(lang))
    assert said != reason
    assert ":" in said  # what to do
