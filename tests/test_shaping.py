"""A marked run keeps numbers, times and names whole, and a negation with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.decoding import Page, Run
from rag.question import parse
from rag.shaping import kind_of, read_sentences, shaped


def shape(question: str, text: str, marked: str) -> str:
    """Return what becomes of `marked`, a run of words of `text`."""
    page = Page.of(text)
    start = text.index(marked)
    inside = [i for i, w in enumerate(page.words) if start <= w.start and w.end <= start + len(marked)]
    run = Run(0, inside[0], inside[-1] + 1, 1.0)
    sentence = next(s for s in read_sentences(page) if s.first <= run.first < s.last)
    found = shaped(parse(question), page, sentence, run)
    return text[page.words[found.first].start : page.words[found.last - 1].end]


@pytest.mark.parametrize(
    ("question", "text", "marked", "whole"),
    [
        ("كم كلف الجسر؟", "كلف الجسر 40 مليون دينار عراقي.", "40", "40 مليون دينار"),
        ("كم كلف الجسر؟", "كلف الجسر أربعين مليون دينار.", "مليون دينار", "أربعين مليون دينار"),
        ("كم جريحا؟", "جُرح ٣٦ شخصاً على الأقل في الحفل.", "٣٦ شخصاً", "٣٦ شخصاً على الأقل"),
        ("كم طالبا؟", "حضر نحو 300 طالب أمس.", "300 طالب", "نحو 300 طالب"),
        ("كم طالبا؟", "حضر ستة وثلاثون طالبا.", "وثلاثون", "ستة وثلاثون طالبا"),
        ("كم نسبة النجاح؟", "بلغت النسبة 15 في المئة هذا العام.", "15", "15 في المئة"),
        ("How much did it cost?", "It cost 3.5 million dollars in all.", "3.5", "3.5 million dollars"),
        ("متى افتتح المتحف؟", "افتتح المتحف في 26 تموز 2019 صباحا.", "تموز", "26 تموز 2019"),
        ("When did it open?", "It opened on 6 June 1944 at dawn.", "June 1944", "6 June 1944"),
        ("في أي عام افتتح؟", "افتتح المتحف في 26 تموز 2019 صباحا.", "2019", "2019"),
        ("من افتتحه؟", "افتتحه عبد الرحمن القاضي أمس.", "الرحمن القاضي", "عبد الرحمن القاضي"),
        ("Who opened it?", "Then Anna Maria Whitfield opened it.", "Maria Whitfield", "Anna Maria Whitfield"),
        ("أين يقع؟", "يقع في وسط بيروت عند الساحل.", "بيروت عند", "بيروت عند"),
        ("أين يقع؟", "يقع قرب بيروت في الجبل.", "بيروت في", "بيروت"),
        ("من زار؟", "زارها أو زار أخاها سالم.", "أو زار", "زار"),
        ("كم جنديا؟", "جُرح 90 شخصا بينهم 60 جنديا.", "بينهم 60 جنديا", "60 جنديا"),
        ("Combien de soldats ?", "Il y a 90 militaires, dont 60 soldats.", "dont 60 soldats", "60 soldats"),
        ("ماذا حدث؟", "قال إن الوزير لم يستقل من منصبه.", "يستقل", "لم يستقل"),
        ("من المدير؟", "المدير: هالة النجار | الراتب: 900", "هالة النجار | الراتب", "هالة النجار"),
        ("Who owns it?", "Owner: Rima Asfar | Price: 300", "Rima Asfar | Price: 300", "Rima Asfar"),
        ("Who owns it?", "Owner: Rima | Nader Asfar: 300", "Rima", "Rima"),
        ("What happened?", "He said they did not sign the paper.", "sign the paper", "not sign the paper"),
    ],
)
def test_the_bounds_are_those_a_reader_would_give(question: str, text: str, marked: str, whole: str) -> None:
    assert shape(question, text, marked) == whole


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("افتتح سليم الخازن الجسر.", "سليم الخازن"),
        ("افتتح سليم كريم الخازن الجسر.", "سليم كريم الخازن"),
        ("افتتح سليم، الخازن الأول، الجسر.", "سليم"),
        ("افتتح سليم الجمعة جسرا.", "سليم"),
        ("قال سليم المدير إن الجسر مفتوح.", "سليم"),
    ],
)
def test_a_given_name_goes_on_with_the_family_name_after_it(text: str, whole: str) -> None:
    assert shape("من افتتح الجسر؟", text, "سليم") == whole


def test_a_negation_beyond_a_comma_belongs_to_something_else() -> None:
    assert shape("من حضر؟", "لم يتأخر أحد، سالم حضر.", "سالم") == "سالم"


def test_a_run_stays_inside_the_sentence_that_it_begins_in() -> None:
    page = Page.of("حضر سالم.وغاب علي.")
    first = read_sentences(page)[0]
    found = shaped(parse("من حضر؟"), page, first, Run(0, 1, 4, 1.0))
    assert (found.first, found.last) == (1, 2)


def test_a_run_is_a_number_or_a_date_where_that_is_asked() -> None:
    page = Page.of("حضر 300 طالب في 6 حزيران 2019.")
    (sentence,) = read_sentences(page)
    assert kind_of(parse("كم طالبا حضر؟"), sentence, Run(0, 1, 3, 1.0)) == "number"
    assert kind_of(parse("متى حضروا؟"), sentence, Run(0, 4, 7, 1.0)) == "date"
    assert kind_of(parse("من حضر؟"), sentence, Run(0, 1, 3, 1.0)) == "person"


_TEXT = st.text(st.sampled_from(list("ابو٣3 .,،«»\"'%$ aMلم عبد بن ne 2020يوم")), max_size=120)


@given(_TEXT, _TEXT, st.data())
def test_whatever_the_text_the_result_is_a_run_of_its_sentence(
    question: str, text: str, data: st.DataObject
) -> None:
    page = Page.of(text)
    for sentence in read_sentences(page):
        first = data.draw(st.integers(sentence.first, sentence.last - 1))
        last = data.draw(st.integers(first + 1, len(page.words)))
        found = shaped(parse(question), page, sentence, Run(0, first, last, 0.0))
        assert sentence.first <= found.first < found.last <= sentence.last


@given(_TEXT)
def test_every_word_lies_in_one_sentence(text: str) -> None:
    page = Page.of(text)
    covered = [i for s in read_sentences(page) for i in range(s.first, s.last)]
    assert covered == list(range(len(page.words)))
