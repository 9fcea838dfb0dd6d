"""A receipt says of each quotation whether it still stands where it was cited."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receipt_support import CONTEXT, NEW_LINE, QUOTE, START, TEXT, answer, cited, place_of

from rag.errors import DocumentError
from rag.receipts import Check, ReceiptError, check, read
from rag.schema import Answer, AnswerGroup, Attribution, Citation, Document


def look_up(text: str | None) -> Callable[[str], Document]:
    def of(name: str) -> Document:
        if text is None:
            raise DocumentError(name, "no such document")
        return Document(name, text, "")

    return of


def checked(text: str | None, **changes: Any) -> Check:
    (one,) = read(json.dumps(answer(cited(**changes))))
    return check(one, look_up(text))


def outcome(text: str | None, **changes: Any) -> tuple[str, int | None]:
    found = checked(text, **changes)
    return found.status, found.start


# -- What became of a citation ---------------------------------------------------------------------------


def test_a_quotation_that_stands_is_ok() -> None:
    assert outcome(TEXT) == ("ok", START)


def test_a_quotation_whose_sentence_stands_elsewhere_has_moved_there() -> None:
    found = checked(NEW_LINE + TEXT)
    assert (found.status, found.start, found.end) == (
        "moved",
        START + len(NEW_LINE),
        START + len(NEW_LINE) + len(QUOTE),
    )


def test_of_two_places_the_nearest_to_the_old_one_counts() -> None:
    assert outcome(TEXT + CONTEXT) == ("ok", START)
    # The old place is taken by ten spaces: the sentence before it is further off than the one after.
    base = TEXT.index(CONTEXT)
    moved = CONTEXT + TEXT[len(CONTEXT) : base] + " " * 10 + TEXT[base:]
    assert outcome(moved) == ("moved", START + 10)


def test_of_two_places_as_near_the_earlier_one_counts() -> None:
    text = f"{CONTEXT} {CONTEXT}"
    middle = (len(CONTEXT) + 1) // 2
    inside = CONTEXT.index(QUOTE)
    found = checked(
        text + " " * (len(CONTEXT) % 2),
        context_start=middle,
        context_end=middle + len(CONTEXT),
        start=middle + inside,
        end=middle + inside + len(QUOTE),
    )
    assert (found.status, found.start) == ("moved", inside)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TEXT.replace("٣٦ ضيفا على", "٣٠ ضيفا على"), "but in another sentence"),
        (TEXT.replace("أن ٣٦", "أن نحو ٣٦"), "but in another sentence"),
        (TEXT.replace("ضيفا", "ضَيفًا"), "the document does not say this"),
        (TEXT.replace("٣٦", "36"), "the document does not say this"),
        ("", "the document does not say this"),
    ],
)
def test_a_sentence_that_is_no_longer_there_was_altered(text: str, reason: str) -> None:
    found = checked(text)
    assert (found.status, found.start) == ("altered", None)
    assert reason in found.note


def test_a_document_that_is_gone_is_missing() -> None:
    found = checked(None)
    assert (found.status, found.start, found.note) == ("missing", None, "no such document")


@pytest.mark.parametrize(
    "changes",
    [
        {"start": START + 3, "end": START + 3 + len(QUOTE)},
        {"start": START - 3},
        {"end": START + 3},
        {"start": -5, "end": -5 + len(QUOTE)},
        {"start": -1, "end": -1, "context": None},
        {"start": 10**30, "end": 10**30},
        {"context_start": 0},
        {"context_end": 10},
    ],
)
def test_offsets_that_are_wrong_are_put_right(changes: dict[str, int]) -> None:
    assert outcome(TEXT, **changes) == ("moved", START)


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "٣٧ ضيفا"},
        {"quote": ""},
        {"context": ""},
        {"context": "x"},
        {"context": CONTEXT.replace("٣٦", "٣٧")},
    ],
)
def test_words_that_are_not_those_of_the_document_were_altered(changes: dict[str, str]) -> None:
    assert outcome(TEXT, **changes) == ("altered", None)


def test_without_its_sentence_the_words_alone_are_compared_and_that_is_said() -> None:
    found = checked(TEXT, context=None)
    assert (found.status, found.start) == ("ok", START)
    assert "the words alone were compared" in found.note
    assert outcome(TEXT.replace("٣٦", "36"), context=None) == ("altered", None)


# -- Who said it -----------------------------------------------------------------------------------------

CHAIN = [{"role": "agency", **place_of("وكالة الميناء")}, {"role": "speaker", **place_of("هالة البنّا")}]


def test_those_who_said_it_are_checked_with_it() -> None:
    assert outcome(TEXT, attribution=CHAIN) == ("ok", START)
    assert outcome(NEW_LINE + TEXT, attribution=CHAIN) == ("moved", START + len(NEW_LINE))


def test_a_name_that_is_not_in_the_document_alters_the_citation() -> None:
    found = checked(TEXT.replace("البنّا", "البناء"), attribution=CHAIN)
    assert found.status == "altered"
    assert found.note == "'هالة البنّا', who said it, is not in the document"
    assert (
        checked(TEXT, attribution=[{"role": "speaker", "quote": "", "start": 0, "end": 0}]).status
        == "altered"
    )


def test_a_name_that_moved_by_itself_moves_the_citation() -> None:
    text = TEXT.replace("أن الجو", "أمس أن الجو")  # between the name and the sentence
    found = checked(NEW_LINE + text, attribution=CHAIN)
    assert (found.status, found.start) == ("moved", len(NEW_LINE) + text.index(QUOTE))


@pytest.mark.parametrize("start", [0, 99, -12])  # the last counts from the end in Python, not here
def test_the_offsets_of_a_name_are_put_right(start: int) -> None:
    found = checked(TEXT + " هالة البنّا.", attribution=[{**CHAIN[1], "start": start, "end": start + 11}])
    assert (found.status, found.start) == ("moved", START)
    place = 30 if start < 99 else len(TEXT) + 1
    assert found.note == f"'هالة البنّا', who said it, is at {place}-{place + 11}"


def test_a_name_elsewhere_counts_as_a_whole_word_only() -> None:
    assert outcome("عليها. " + TEXT, attribution=[{"quote": "علي", "start": 60, "end": 63}])[0] == "altered"
    assert outcome("وعلي. " + TEXT, attribution=[{"quote": "علي", "start": 60, "end": 63}])[0] == "moved"


# -- What the receipt says of itself ---------------------------------------------------------------------


def test_an_answer_that_is_not_what_it_cites_was_altered() -> None:
    for record in (
        answer(cited(), answer="٣٧ ضيفا"),
        answer(cited()) | {"groups": [{"answer": "٣٧ ضيفا", "citations": [cited()]}]},
    ):
        (one,) = read(json.dumps(record))
        assert check(one, look_up(TEXT)).status == "altered"


def test_each_group_answers_for_its_own_first_citation_only() -> None:
    other = cited(**place_of("الحفل"))
    record = answer(answer=QUOTE) | {
        "groups": [
            {"answer": QUOTE, "citations": [cited(), cited(**place_of("حضروا"))]},
            {"answer": "الحفل", "citations": [other]},
        ]
    }
    assert [check(one, look_up(TEXT)).status for one in read(json.dumps(record))] == ["ok", "ok", "ok"]


def test_the_digest_tells_a_changed_document_from_an_altered_receipt() -> None:
    digest = Document("a.txt", TEXT, "").sha256
    assert checked(TEXT, sha256=digest).note == ""
    assert checked(TEXT, sha256=digest, quote="٣٧ ضيفا").note.endswith(
        "the document is as it was, so the receipt was altered"
    )
    assert checked(TEXT + ".", sha256=digest).note == "the document has changed since"


def test_a_check_is_plain_json() -> None:
    assert checked(NEW_LINE + TEXT).to_dict() == {
        "question": "كم ضيفا؟",
        "document": "a.txt",
        "start": START,
        "end": START + len(QUOTE),
        "quote": QUOTE,
        "status": "moved",
        "now": {"start": START + len(NEW_LINE), "end": START + len(NEW_LINE) + len(QUOTE)},
        "note": None,
    }
    assert checked(None).to_dict()["now"] is None


# -- Laws ------------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("اأبتيىة ٣6َـ.\n،xé\u2028"), min_size=1, max_size=60)


@given(TEXTS, st.data(), TEXTS)
def test_what_was_quoted_is_found_after_any_change_before_it(
    text: str, data: st.DataObject, inserted: str
) -> None:
    def span() -> tuple[int, int]:
        first = data.draw(st.integers(0, len(text) - 1))
        return first, data.draw(st.integers(first + 1, len(text)))

    (start, end), (name_start, name_end) = span(), span()
    record = {"document": "d", "start": start, "end": end, "quote": text[start:end]}
    record |= {"context_start": 0, "context_end": len(text), "context": text}
    name = {"quote": text[name_start:name_end], "start": name_start, "end": name_end}
    (one,) = read(json.dumps(answer(record | {"attribution": [name]}), ensure_ascii=False))
    assert (check(one, look_up(text)).status, check(one, look_up(text)).start) == ("ok", start)
    found = check(one, look_up(inserted + text))
    assert found.stands
    assert (inserted + text)[found.start : found.end] == text[start:end]


@given(TEXTS, TEXTS, st.integers(-9, 99))
def test_what_is_said_to_stand_stands(text: str, quote: str, start: int) -> None:
    record = {"document": "d", "start": start, "end": start + len(quote), "quote": quote}
    (one,) = read(json.dumps(answer(record)))
    found = check(one, look_up(text))
    assert found.stands is (quote in text)
    if found.stands:
        assert text[found.start : found.end] == quote
        assert (found.status == "ok") is (found.start == start)


# -- Reading a receipt -----------------------------------------------------------------------------------


def test_citations_come_from_one_answer_a_list_and_answers_one_after_the_other() -> None:
    one, other = answer(cited()), answer(cited(), near=(cited(document="b.txt"),))
    assert [c.document for c in read(json.dumps(other))] == ["a.txt", "b.txt"]
    for text in (
        json.dumps([one, other]),
        "\n".join(map(json.dumps, (one, other))),
        json.dumps(one, indent=2) + "\n\n" + json.dumps(other, indent=2) + "\n",
    ):
        assert [c.document for c in read(text)] == ["a.txt", "a.txt", "b.txt"]


def test_a_line_separator_inside_a_sentence_does_not_end_the_answer() -> None:
    lines = [
        json.dumps(answer(cited(quote=f"سطر{end}آخر")), ensure_ascii=False) for end in "\u2028\u2029\x85"
    ]
    assert [c.quote.text for c in read("\n".join(lines))] == ["سطر\u2028آخر", "سطر\u2029آخر", "سطر\x85آخر"]


def test_the_same_place_cited_twice_is_checked_twice() -> None:
    found = read(json.dumps([answer(cited()), answer(cited(quote="٣٧ ضيفا"))]))
    assert [check(one, look_up(TEXT)).status for one in found] == ["ok", "altered"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("ليس هذا إيصالا", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5_000, "not JSON"),
        ('{"groups": []} x', "not JSON"),
        ("", "no citation in it"),
        ("[]", "no citation in it"),
        ('{"groups": []}', "no citation in it"),
        ("3", "answer 1 is no JSON object"),
        ('[{"groups": []}, {"id": "q1"}]', "answer 2 has no list 'groups'"),
        ('{"groups": [7]}', "a group of answer 1 is no JSON object"),
        ('{"groups": [{"citations": []}]}', "a group of answer 1 cites nothing"),
        ('{"groups": [], "answer": "٣٦", "nearest": []}', "gives an answer and cites nothing for it"),
        ('{"groups": [{"citations": [{}]}]}', "a citation of answer 1 has no string 'document'"),
        (json.dumps(answer(cited(start="4"))), "no whole number 'start'"),
        (json.dumps(answer(cited(start=True))), "no whole number 'start'"),
        (json.dumps(answer(cited(context_end=None))), "no whole number 'context_end'"),
        (json.dumps(answer(cited(attribution=[3]))), "who said a citation of answer 1 is no JSON object"),
        (
            json.dumps(answer(cited(), near=({"document": "x"},))),
            "a nearest passage of answer 1 has no string",
        ),
    ],
)
def test_what_is_no_receipt_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ReceiptError, match=reason) as refused:
        read(text)
    assert str(refused.value).endswith("; give what `isnad ask --json` printed")


def test_every_citation_of_an_answers_own_json_is_read() -> None:
    chain = tuple(Attribution(link["role"], link["quote"], link["start"], link["end"]) for link in CHAIN)
    context = place_of(CONTEXT)
    citation = Citation(
        "a.txt", "", None, START, START + len(QUOTE), QUOTE, context["start"], context["end"], CONTEXT, 0.9,
        Document("a.txt", TEXT, "").sha256, chain,
    )  # fmt: skip
    own = Answer("كم ضيفا؟", 0.9, (AnswerGroup((citation,), 0.9),), "single")
    (one,) = read(json.dumps(own.to_dict()))
    assert [link.text for link in one.attribution] == ["وكالة الميناء", "هالة البنّا"]
    assert check(one, look_up(TEXT)) == Check(one, "ok", START)
