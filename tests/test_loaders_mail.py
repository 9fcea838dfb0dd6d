"""Messages as programs write them: forms of one text, what is forwarded, what has no name, and mailboxes."""

from __future__ import annotations

import base64
import datetime as dt
from email.message import EmailMessage

import pytest

from rag.loaders import Extract, Limits, LoadError, load, read

LETTER = "تبدأ دورة الخطّ العربي في قاعة الياسمين مساء الأحد، ويشرف عليها الأستاذ كمال النقّاش."
REPLY = "نرجو تأجيل الموعد أسبوعاً واحداً، فالقاعة محجوزة لمعرض الزرابي حتى الثاني عشر."
TABLE = (
    "<table><tr><th>القاعة</th><th>المقاعد</th></tr><tr><td>الياسمين</td><td>٤٥</td></tr>"
    "<tr><td>النرجس</td><td>120</td></tr></table>"
)
ROWS = "القاعة: الياسمين | المقاعد: ٤٥\nالقاعة: النرجس | المقاعد: 120"


def message(subject: str = "دورة الخط", **fields: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": "كمال <k@example.org>", "To": "n@example.org", **fields}.items():
        made[name] = value
    made["Date"] = "Sun, 06 Mar 2022 18:30:00 +0100"
    made["Subject"] = subject
    return made


def extract(made: EmailMessage | bytes, name: str = "a.eml") -> Extract:
    return load(made if isinstance(made, bytes) else made.as_bytes(), name, Limits())


def text(made: EmailMessage | bytes, name: str = "a.eml") -> str:
    return extract(made, name).text


def documents(made: EmailMessage | bytes, name: str = "a.eml") -> dict[str, str]:
    data = made if isinstance(made, bytes) else made.as_bytes()
    found = list(read(data, name, Limits()))
    return {
        each.name: each.result.text if isinstance(each.result, Extract) else str(each.result)
        for each in found
    }


def nested(kind: str, *parts: EmailMessage) -> EmailMessage:
    made = EmailMessage()
    made["Content-Type"] = f"multipart/{kind}"
    made.set_payload(list(parts))
    return made


def part(content: str, subtype: str = "plain") -> EmailMessage:
    made = EmailMessage()
    made.set_content(content, subtype=subtype)
    return made


# -- Forms of one text


def test_a_table_of_a_message_in_html_is_read() -> None:
    made = message()
    made.set_content(f"<html><body>{TABLE}</body></html>", subtype="html")
    assert text(made) == f"دورة الخط\n\n{ROWS}"


def test_an_empty_plain_form_does_not_hide_a_table() -> None:
    made = message()
    made.set_content(" \n")
    made.add_alternative(TABLE, subtype="html")
    assert text(made) == f"دورة الخط\n\n{ROWS}"


def test_a_plain_form_that_lacks_the_table_is_not_taken() -> None:
    made = message()
    made.set_content(f"{LETTER}\n\n{REPLY}\n")
    made.add_alternative(f"<p>{LETTER}</p><p>{REPLY}</p>{TABLE}", subtype="html")
    assert text(made) == f"دورة الخط\n\n{LETTER}\n\n{REPLY}\n\n{ROWS}"


def test_addresses_that_only_the_plain_form_spells_out_make_it_no_other_text() -> None:
    made = message()
    made.set_content(f"{LETTER}\nhttps://example.org/a1/b2/c3?d4=e5&f6=g7 <k@example.org>\n")
    made.add_alternative(f"<p>{LETTER} <a href=https://example.org>هنا للتسجيل</a></p>", subtype="html")
    assert text(made) == f"دورة الخط\n\n{LETTER} هنا للتسجيل"


def test_forms_that_say_different_things_are_both_read() -> None:
    made = message()
    made.set_content(LETTER)
    made.add_alternative(f"<p>{REPLY}</p>", subtype="html")
    assert text(made) == f"دورة الخط\n\n{LETTER}\n\n{REPLY}"


def test_other_forms_of_a_text_that_is_read_are_no_documents() -> None:
    made = message()
    made.set_content(LETTER)
    made.add_alternative("BEGIN:VCALENDAR\nSUMMARY:دورة\nEND:VCALENDAR\n", subtype="calendar")
    assert documents(made) == {"": f"دورة الخط\n\n{LETTER}"}


def test_texts_beside_one_another_are_all_read_in_order() -> None:
    made = message()
    parts = [part(LETTER), part(f"<p>{REPLY}</p>", "html"), part("مع التحية، كمال")]
    made["Content-Type"] = "multipart/mixed"
    made.set_payload(parts)
    assert text(made) == f"دورة الخط\n\n{LETTER}\n\n{REPLY}\n\nمع التحية، كمال"


def test_an_attachment_inside_one_form_is_a_document_though_the_other_form_is_read() -> None:
    file = EmailMessage()
    file.set_content(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="جدول.csv")
    made = message()
    made["Content-Type"] = "multipart/alternative"
    made.set_payload([part(LETTER), nested("mixed", part(f"<p>{LETTER}</p>", "html"), file)])
    assert documents(made) == {"": f"دورة الخط\n\n{LETTER}", "جدول.csv": "a: 1 | b: 2"}


def test_a_message_whose_parts_cannot_be_told_apart_is_read_as_it_stands() -> None:
    head = "From: k@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n"
    assert text(f"{head}\n{LETTER}\n".encode()) == f"x\n\n{LETTER}"


# -- Messages with pictures, and pages


def test_a_message_with_a_picture_in_its_html_is_a_message() -> None:
    made = message()
    made.set_content(f"<html><body><p>{LETTER}</p><img src='cid:logo'></body></html>", subtype="html")
    made.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo>")
    made.add_attachment(REPLY.encode(), maintype="text", subtype="plain", filename="رد.txt")
    related = message()
    related.set_content(f"<html><body><p>{LETTER}</p></body></html>", subtype="html")
    related.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo>")
    for each in (made, related):
        found = extract(each)
        assert (found.title, found.source, found.date) == ("دورة الخط", "كمال", dt.date(2022, 3, 6))
        assert found.text == f"دورة الخط\n\n{LETTER}"
    assert documents(made)["رد.txt"] == REPLY


@pytest.mark.parametrize(
    "head",
    [
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://example.org/\n",
        "From: <Saved by WebKit>\n",
        'From: "Saved by Windows Internet Explorer 11"\n',
        "",
    ],
)
def test_a_page_that_a_browser_saved_is_known_by_who_sent_it(head: str) -> None:
    source = f"<html><body><nav><a href=/>رئيسية</a></nav><article><p>{LETTER}</p><p>{REPLY}</p></article>"
    data = (
        f"{head}Subject: دورة\nDate: Sun, 06 Mar 2022 18:30:00 +0100\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\n\n'
        f"--b\nContent-Type: text/html; charset=utf-8\n\n{source}\n\n"
        "--b\nContent-Type: text/css\n\nbody {}\n--b--\n"
    )
    found = extract(data.encode(), "a.mhtml")
    assert (found.text, found.date, found.source) == (f"{LETTER}\n\n{REPLY}", None, None)


# -- What is forwarded


def test_a_forwarded_message_is_read_with_its_subject_and_sender_beside_what_was_written() -> None:
    inner = message("تأجيل الموعد", From="لينا <l@example.org>")
    inner.set_content(f"<p>{REPLY}</p>{TABLE}", subtype="html")
    made = message("Fwd: تأجيل")
    made.set_content("للاطلاع.")
    made.add_attachment(inner)
    found = extract(made)
    assert found.text == (
        "Fwd: تأجيل\n\nللاطلاع.\n\nتأجيل الموعد\n\n"
        f"From: لينا <l@example.org> | Date: Sun, 06 Mar 2022 18:30:00 +0100\n\n{REPLY}\n\n{ROWS}"
    )
    assert [section.label for section in found.sections if section.kind == "heading"] == [
        "Fwd: تأجيل",
        "تأجيل الموعد",
    ]
    assert (found.title, found.source) == ("Fwd: تأجيل", "كمال")


def test_the_messages_of_a_digest_are_all_read() -> None:
    made = message("ملخص")
    made["Content-Type"] = "multipart/digest"
    inner = []
    for words in (LETTER, REPLY):
        each = message(words.split()[0])
        each.set_content(words)
        inner.append(each)
    made.set_payload([nested_message(each) for each in inner])
    assert text(made).count("From: كمال") == 2
    assert LETTER in text(made)
    assert REPLY in text(made)


def test_a_forwarded_message_that_was_encoded_as_a_whole_is_read() -> None:
    inner = message("تأجيل الموعد", From="لينا <l@example.org>")
    inner.set_content(REPLY)
    made = message()
    encoded = part("")
    encoded.set_payload(base64.encodebytes(inner.as_bytes()).decode())
    encoded.replace_header("Content-Type", "message/rfc822")
    encoded.replace_header("Content-Transfer-Encoding", "base64")
    made["Content-Type"] = "multipart/mixed"
    made.set_payload([part(LETTER), encoded])
    assert text(made).endswith(f"\n\nFrom: لينا <l@example.org> | Date: {inner['Date']}\n\n{REPLY}")


def nested_message(inner: EmailMessage) -> EmailMessage:
    made = EmailMessage()
    made.set_content(inner)
    return made


# -- Attachments without a name


def test_an_attachment_without_a_name_gets_one() -> None:
    made = message()
    made.set_content(LETTER)
    made.add_attachment(b"%PDF-1.4 ...", maintype="application", subtype="pdf")
    made.add_attachment("أ,ب\n١,٢\n".encode(), maintype="text", subtype="csv")
    made.add_attachment(REPLY.encode(), maintype="application", subtype="octet-stream")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png")
    made.add_attachment(b"-----BEGIN PGP SIGNATURE-----", maintype="application", subtype="pgp-signature")
    found = documents(made)
    assert list(found) == ["", "attachment-1.pdf", "attachment-2.csv", "attachment-3"]
    assert found["attachment-1.pdf"].startswith("is a damaged PDF file")
    assert found["attachment-2.csv"] == "أ: ١ | ب: ٢"
    assert found["attachment-3"] == REPLY


# -- Mailboxes


def mailbox(*made: EmailMessage) -> bytes:
    line = b"From k@example.org Sun Mar  6 18:30:00 2022\n"
    return b"".join(line + each.as_bytes() + b"\n" for each in made)


def test_each_message_of_a_mailbox_is_a_document() -> None:
    first, second = message(), message("رد")
    first.set_content(f"{LETTER}\n\nFrom the office, 18:30\nكمال\n")
    second.set_content(REPLY)
    second.add_attachment(LETTER.encode(), maintype="text", subtype="plain", filename="دورة.txt")
    for data in (mailbox(first, second), mailbox(first, second).replace(b"\n", b"\r\n")):
        assert documents(data, "inbox.mbox") == {
            "message-1.eml": f"دورة الخط\n\n{LETTER}\n\nFrom the office, 18:30\nكمال",
            "message-2.eml": f"رد\n\n{REPLY}",
            "message-2.eml/دورة.txt": LETTER,
        }


def test_a_mailbox_is_known_by_its_beginning_whatever_its_name() -> None:
    made = message()
    made["X-Mozilla-Keys"] = "    "
    made.set_content(LETTER)
    assert list(documents(mailbox(made, made), "Inbox")) == ["message-1.eml", "message-2.eml"]
    assert documents(mailbox(made), "Inbox") == {"": f"دورة الخط\n\n{LETTER}"}


def test_a_mailbox_with_too_many_messages_is_refused_with_a_reason() -> None:
    made = message()
    made.set_content(LETTER)
    with pytest.raises(LoadError, match="holds more than 3 messages; split it"):
        load(mailbox(*[made] * 4), "a.mbox", Limits(members=3))
