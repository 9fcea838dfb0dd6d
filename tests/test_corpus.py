"""A file becomes a document as it is, and says of itself what it states."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.boilerplate import boilerplate
from rag.corpus import parse_document, read_all, read_document, read_file, scan
from rag.dateline import parse_date
from rag.errors import CorpusError, DocumentError
from rag.loaders.plain import load_text

ARABIC = (
    "وصل المهندس إلى ميناء المرجان صباح اليوم، وتفقّد الرصيف الجديد مع العمال.وبلغت كلفته 85 مليون دينار.\n"
)
FRENCH = "Le navire est entré dans le port à l'aube ; l'équipage, très fatigué, a été reçu par le maire.\n"
TURKISH = "Gemi sabah limana girdi; işçiler yeni rıhtımı gezdi ve şehrin ışıkları söndü.\n"
RUSSIAN = "Корабль вошёл в порт на рассвете, и команду встретил мэр города.\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


# -- Folders


def close(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a folder be read by nobody; the tests may run as root, who may read everything."""
    scandir = os.scandir

    def refuse(path: str) -> object:
        if os.path.samefile(path, folder):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)


def names(folder: Path, **options: bool) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in scan(folder, **options)]


def test_scan_returns_files_that_may_be_documents_by_relative_path(tmp_path: Path) -> None:
    kept = ["A.TXT", "b/ا.md", "c.pdf", "d.doc", "e", "notes.text", "ب.txt"]
    left_out = ["p.JPG", "code.py", "data.json", ".hidden.txt", "~$lock.txt", "old.txt~", ".git/x.txt"]
    for name in kept + left_out:
        write(tmp_path, name, ARABIC)
    assert names(tmp_path) == kept


PAGE = f"\ufeff<!-- saved -->\n<!DOCTYPE html><html><body><p>{ARABIC}</p></body></html>"


def test_a_number_sign_at_the_beginning_makes_no_file_temporary(tmp_path: Path) -> None:
    kept = ["#1 جدول/a.txt", "#5 محضر.docx", "C#"]
    left_out = ["#رسالة.txt#", "#recycle/a.txt", "#snapshot/b.txt", "رسالة.txt~", "__pycache__/a.txt"]
    for name in kept + left_out:
        write(tmp_path, name, ARABIC)
    assert names(tmp_path) == kept


def test_a_page_that_keeps_the_name_of_the_program_behind_it_is_a_document(tmp_path: Path) -> None:
    write(tmp_path, "page.php", PAGE)
    write(tmp_path, "show.PL", PAGE)
    write(tmp_path, "code.php", f"<?php echo 'x'; ?>\n{PAGE}")
    write(tmp_path, "frame.php", PAGE.replace("<p>", "<p><?= $x ?>"))
    write(tmp_path, "library.php", "<?php\nclass A {}\n")
    write(tmp_path, "page.js", PAGE)
    assert names(tmp_path) == ["page.php", "show.PL"]
    [document] = read_all(tmp_path / "page.php", tmp_path).documents
    assert document.text == ARABIC.strip()


def test_scan_follows_no_link_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    kept = write(inside, "a.txt", ARABIC)
    secret = write(outside, "secret.txt", ARABIC)
    (inside / "b.txt").symlink_to(secret)
    (inside / "c.txt").symlink_to(kept)
    (inside / "linked").symlink_to(outside)
    (inside / "up").symlink_to(inside)
    (inside / "gone.txt").symlink_to(inside / "nothing")
    assert names(inside) == ["a.txt", "c.txt"]
    with pytest.raises(
        DocumentError, match=r"b\.txt: is a link that leads out of the folder; put the file itself there"
    ):
        read_all(inside / "b.txt", inside)


def test_links_out_of_the_folder_are_followed_when_asked_and_never_in_circles(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(inside, "a.txt", ARABIC)
    write(outside, "other.txt", ARABIC)
    (outside / "back").symlink_to(inside)
    (inside / "linked").symlink_to(outside)
    (inside / "b.txt").symlink_to(outside / "other.txt")
    assert names(inside, follow_links=True) == ["a.txt", "b.txt", "linked/other.txt"]
    assert read_all(inside / "b.txt", inside, follow_links=True).documents[0].text == ARABIC


def test_a_pipe_is_no_document_and_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", ARABIC)
    try:
        os.mkfifo(tmp_path / "b.txt")
    except (AttributeError, OSError):
        pytest.skip("this system has no pipes in folders")
    assert names(tmp_path) == ["a.txt"]
    with pytest.raises(DocumentError, match=r"b\.txt: is a device or a pipe, not a file; remove it"):
        read_all(tmp_path / "b.txt", tmp_path)


def test_scan_leaves_out_names_that_cannot_be_stored(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", ARABIC)
    try:
        with open(os.fsencode(tmp_path) + b"/\xff.txt", "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert [path.name for path in scan(tmp_path)] == ["a.txt"]


def test_a_missing_folder_a_file_and_an_empty_folder_are_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        CorpusError, match=r"no folder .*; name one that exists with --corpus or ISNAD_CORPUS"
    ):
        scan(tmp_path / "gone")
    with pytest.raises(CorpusError, match="is a file; name the folder that holds it"):
        scan(write(tmp_path, "a.png", b"x"))
    with pytest.raises(CorpusError, match=r"no document in .*supported: txt, md, html, pdf, "):
        scan(tmp_path)


def test_an_unreadable_folder_is_refused_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(CorpusError, match=r"cannot read .*: Permission denied; allow it to be read"):
        scan(tmp_path)


def test_an_unreadable_subfolder_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "مغلق/b.txt", "مغلق/أعمق/c.txt", "z/d.txt"):
        write(tmp_path, name, ARABIC)
    close(monkeypatch, tmp_path / "مغلق")
    assert names(tmp_path) == ["a.txt", "z/d.txt", "مغلق"]


# -- Files


def test_a_parser_is_imported_only_where_it_is_needed() -> None:
    parsers = (
        "pypdfium2",
        "openpyxl",
        "selectolax",
        "defusedxml",
        "email",
        "zipfile",
        "csv",
        "charset_normalizer",
    )
    code = f"import sys, rag.corpus; print([name for name in {parsers!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def refusal(folder: Path, name: str, content: bytes, **options: int) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_document(write(folder, name, content), folder, **options)
    return caught.value


def test_a_document_is_its_file_decoded(tmp_path: Path) -> None:
    text = "عنوان قصير\r\n\r\nوصل المهندس.\rثم خرج.\n"
    document, digest = read_file(write(tmp_path, "sub/a.txt", b"\xef\xbb\xbf" + text.encode()), tmp_path)
    assert (document.id, document.text, document.title) == ("sub/a.txt", text, "عنوان قصير")
    assert digest == hashlib.sha256(b"\xef\xbb\xbf" + text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no text; write some or remove it"),
        (b" \n\t\n", "holds no text; write some or remove it"),
        (b"---\ntitle: x\n---\n \n", "holds no text; write some or remove it"),
        (b"%PDF-1.7 ...", "is a damaged PDF file (data format error); save it anew"),
        (b"PK\x03\x04....", "is a damaged ZIP file (File is not a zip file); save it anew"),
        (b"\x89PNG\r\n", "is a picture, which is not supported; read its text with OCR, or remove it"),
        (b"{\\rtf1 x}", "is an RTF file, which is not supported; save it as DOCX"),
        (b"Rar!\x1a", "is a RAR archive, which is not supported; unpack it, or pack it as ZIP"),
        (bytes(range(32)) * 40, "holds binary data, not text; save it as UTF-8 text or remove it"),
    ],
)
def test_what_holds_no_text_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    error = refusal(tmp_path, "a.txt", content)
    assert (error.document, error.reason) == ("a.txt", reason)
    assert str(error) == f"a.txt: {reason}"


def test_too_large_a_file_is_refused_with_the_limit(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, "a.txt", b"x" * 101, max_bytes=100).reason == "is larger than 0.0001 MB; split it"
    )
    assert read_document(write(tmp_path, "a.txt", b"x" * 100), tmp_path, max_bytes=100).text == "x" * 100


def test_a_file_that_is_gone_or_unsupported_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"a\.txt: cannot be read \(No such file"):
        read_document(tmp_path / "a.txt", tmp_path)
    assert refusal(tmp_path, "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1").reason == (
        "is an old Office file (.doc, .xls, .ppt) or one with a password, which is not supported; "
        "save it as DOCX or XLSX without"
    )


# -- Encodings


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *[(text, code) for text in (ARABIC, FRENCH) for code in ("utf-8", "utf-8-sig", "utf-16", "utf-32")],
        *[(text, code) for text in (ARABIC, FRENCH, RUSSIAN) for code in ("utf-16-le", "utf-16-be")],
        (ARABIC, "cp1256"),
        (ARABIC.replace("،", ",").replace("ّ", ""), "iso8859_6"),
        (FRENCH, "cp1252"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
    ],
)
def test_any_usual_encoding_is_read(text: str, encoding: str) -> None:
    assert load_text(text.encode(encoding)) == text


def test_a_few_broken_bytes_do_not_make_utf_8_another_encoding() -> None:
    data = ARABIC.encode()
    assert load_text(data[:-2]) == ARABIC[:-1] or load_text(data[:-2]).startswith(ARABIC[:-2])
    assert load_text(data[:40] + b"\xff" + data[40:]) == ARABIC[:22] + "\ufffd" + ARABIC[22:]


def test_nul_and_lone_surrogates_become_one_character_each() -> None:
    assert load_text("نص\0آخر".encode()) == "نص\ufffdآخر"
    assert load_text("نص \0\x86".encode()) == "نص \ufffd\x86"  # no UTF-16, though of eight bytes
    assert load_text("نص نص".encode("utf-16-be")) == "نص نص"
    assert load_text("نص\ud800آخر".encode("utf-8", "surrogatepass")) == "نص\ufffdآخر"


@given(st.text())
def test_utf_8_is_read_letter_by_letter(text: str) -> None:
    try:
        read = load_text(("نص " + text).encode())
    except ValueError:
        assert sum(c < " " or c in "\x7f\ufffd" for c in text) > 0  # control characters: binary data
        return
    assert len(read) == len(text) + 3
    assert read == ("نص " + text).replace("\0", "\ufffd")


@given(st.binary(max_size=200))
def test_bytes_become_text_that_can_be_stored_or_are_refused(data: bytes) -> None:
    try:
        text = load_text(data)
    except ValueError as error:
        text, said = "", str(error)
        assert said.count("; ") == 1, said  # the reason, then the remedy
    assert "\0" not in text
    text.encode("utf-8")


# -- What a document states


def test_front_matter_is_read_and_stays_in_the_text() -> None:
    text = (
        "---\ntitle: افتتاح: الميناء\nlang: ar-IQ\ndate: 2019-05-04\nsource: صحيفة المرجان\n"
        "about: [ميناء]\n---\nوصل الوزير.\n"
    )
    document = parse_document("a.md", text)
    assert (document.title, document.lang, document.date, document.source) == (
        "افتتاح: الميناء",
        "ar",
        dt.date(2019, 5, 4),
        "صحيفة المرجان",
    )
    assert document.text == text
    assert text[document.body_start :] == "وصل الوزير.\n"


@pytest.mark.parametrize(
    "text",
    [
        "---\nوصل الوزير.\n---\nثم خرج.",
        "---\n- a\n- b\n---\nx",
        "--- title\n---\nx",
        "x\n---\ntitle: y\n---\n",
        "---\nopen",
    ],
)
def test_a_rule_at_the_top_is_no_front_matter(text: str) -> None:
    assert parse_document("a.md", text).body_start == 0


def test_front_matter_may_hold_anything() -> None:
    for block in (
        "title: [[[[",
        "date: 2021-13-45",
        "title: {a: b}",
        "lang: no",
        "a: &x [1]\nb: *x",
        "title:",
    ):
        document = parse_document("ميناء.md", f"---\n{block}\n---\nوصل الوزير إلى المدينة.\n")
        assert document.title
        assert document.date is None
    assert parse_document("a.md", "---\nlang: no\n---\nx").lang == "no"
    assert parse_document("a.md", "---\ndate: 17 تموز/يوليو 2021\n---\nx").date == dt.date(2021, 7, 17)


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "مقدمة.\n\n# **افتتاح** الميناء #\n\nوصل.", "افتتاح الميناء"),
        ("a.txt", "\n  افتتاح الميناء الجديد  \nوصل الوزير.", "افتتاح الميناء الجديد"),
        ("a.txt", "هل يفتتح الميناء الجديد؟\nوصل الوزير.", "a"),  # ends as a sentence does
        ("01-new_harbour.ar.md", "وصل الوزير إلى الميناء.", "new harbour"),
        ("000_af93c07acf.txt", "وصل الوزير إلى الميناء.\nثم خرج.", "وصل الوزير إلى الميناء."),
        ("12.txt", "وصل الوزير " * 20 + ".", "وصل الوزير " * 6 + "وصل الوزير…"),
        ("تقرير.txt", "السبت 2021/07/17\nوصل الوزير.", "تقرير"),
    ],
)
def test_the_title_is_the_best_the_file_offers(name: str, text: str, title: str) -> None:
    assert parse_document(name, text).title == title


@pytest.mark.parametrize("place", range(8))
def test_a_date_alone_among_the_first_six_lines_dates_the_document(place: int) -> None:
    lines = [f"سطر رقم {i} من الخبر" for i in range(10)]
    lines[place] = "السبت ٢٠٢١/٠٧/١٧"
    expected = dt.date(2021, 7, 17) if place < 6 else None
    assert parse_document("a.txt", "\n\n".join(lines)).date == expected


def test_a_date_inside_a_sentence_does_not_date_the_document() -> None:
    assert parse_document("a.txt", "وصل الوزير في 17 يوليو 2021 إلى الميناء.").date is None


def test_the_language_is_detected_on_the_body() -> None:
    assert parse_document("a.md", "---\ntitle: Harbour news of the day\n---\n" + ARABIC).lang == "ar"
    assert parse_document("a.md", FRENCH).lang == "fr"


# -- Datelines


@pytest.mark.parametrize(
    "line",
    [
        "السبت 2021/07/17",
        "17 يوليو 2021",
        "17 تموز 2021",
        "17 تموز/يوليو 2021",
        "السبت، ١٧ تموز (يوليو) ٢٠٢١م",
        "يوم السَّبْت 17 جويلية 2021",
        "تاريخ النشر: 17 يوليو 2021 - 10:30 ص",
        "2021-07-17",
        "2021-07-17T10:30:00Z",
        "17.07.2021",
        "17/7/2021",
        "07/17/2021",
        "July 17, 2021",
        "Sat, 17th July 2021 14:30 GMT",
        "Published on Jul. 17, 2021",
        "17 juillet 2021",
        "Publié le samedi 17 juillet 2021",
        "sábado, 17 de julio de 2021",
        "Samstag, 17. Juli 2021, 14:30 Uhr",
        "17 Temmuz 2021 Cumartesi",
        "۱۷ ژوئیه ۲۰۲۱",
        "**17 يوليو 2021**",
    ],
)
def test_a_dateline_is_read_in_every_language(line: str) -> None:
    assert parse_date(line) == dt.date(2021, 7, 17)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("3 كانون الثاني 2021", dt.date(2021, 1, 3)),
        ("3 كانون الأول/ديسمبر 2021", dt.date(2021, 12, 3)),
        ("3 تشرين الأول 2021", dt.date(2021, 10, 3)),
        ("3 تشرين الثاني/نوفمبر 2021", dt.date(2021, 11, 3)),
        ("3 آب/أغسطس 2021", dt.date(2021, 8, 3)),
        ("1er août 2021", dt.date(2021, 8, 1)),
        ("3. März 2021", dt.date(2021, 3, 3)),
        ("05/05/2021", dt.date(2021, 5, 5)),  # both readings agree
        ("السبت 03/04/2021", dt.date(2021, 4, 3)),  # 4 March was a Thursday
        ("03/04/2021", None),
        ("الأحد 17 يوليو 2021", None),  # that was a Saturday
        ("17 يوليو/آب 2021", None),
        ("31 فبراير 2021", None),
        ("17 يوليو", None),
        ("2021", None),
        ("7 ذو الحجة 1442", None),
        ("في 17 يوليو 2021 وصل", None),
        ("", None),
    ],
)
def test_a_dateline_is_read_only_where_it_can_be_read_one_way(line: str, date: dt.date | None) -> None:
    assert parse_date(line) == date


@given(st.dates(dt.date(1800, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_written_year_first_is_read(day: dt.date) -> None:
    eastern = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%Y/%m/%d}".translate(eastern)) == day


@given(st.text(max_size=100))
def test_any_line_has_a_date_or_none(line: str) -> None:
    parse_date(line)


# -- Boilerplate


def test_lines_of_the_web_page_are_found_and_sentences_are_not() -> None:
    text = (
        "اقرأ أيضاً: ميناء جديد في الجنوب\nوصل الوزير.\nشارك الوزير في الافتتاح.\n"
        "Read more\nLire aussi : le port\n"
        "للمزيد من التفاصيل زار الوزير الرصيف.\n© 2021 صحيفة المرجان\n>> ربما يعجبك أيضا <<\n"
    )
    assert [text[a:b] for a, b in boilerplate(text)] == [
        "اقرأ أيضاً: ميناء جديد في الجنوب",
        "Read more",
        "Lire aussi : le port",
        "© 2021 صحيفة المرجان",
        ">> ربما يعجبك أيضا <<",
    ]


def test_boilerplate_is_looked_for_from_the_body_on() -> None:
    text = "Read more\nx\nRead more"
    assert boilerplate(text, 10) == [(12, 21)]
