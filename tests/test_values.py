"""Numbers, times and names are found in running text, in every script and spelling."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import time_expressions
from rag.names import similarity, skeleton
from rag.text import fold_text, words
from rag.values import number_value, numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("36", 36),
        ("٣٦", 36),
        ("۳۶", 36),
        ("ستة وثلاثون", 36),
        ("ستّةً وثلاثين", 36),
        ("خمسة عشر", 15),
        ("مئة وخمسة وعشرون ألفا", 125_000),
        ("ثلاثة آلاف وخمسمائة", 3_500),
        ("ألفي جندي", 2_000),
        ("مئتا كتاب", 200),
        ("٢٬٥٠٠", 2_500),
        ("155 مليون دولار", 155_000_000),
        ("3,5 Millionen", 3_500_000),
        ("two thousand five hundred soldiers were there", 2_500),
        ("thirty-six", 36),
        ("quatre-vingt-dix-sept ans", 97),
        ("soixante et onze des", 71),
        ("2 500 soldats", 2_500),
        ("treinta y seis", 36),
        ("siebenunddreißig", 37),
        ("otuz altı", 36),
        ("سی و شش نفر", 36),
        ("ألف كتاب", 1_000),
        ("هزار و دویست", 1_200),
        ("$3.5 billion", 3_500_000_000),
        ("one of the best", None),
        ("ولا شيء", None),
    ],
)
def test_a_number_has_one_value_in_every_spelling(text: str, value: float | None) -> None:
    assert number_value(text) == value


@pytest.mark.parametrize(
    ("text", "quantity", "measure"),
    [
        ("وصل نحو 300 عامل موسمي إلى البستان", "نحو 300 عامل موسمي", None),
        ("جُرح ٣٦ شخصاً على الأقل في الحفل", "٣٦ شخصاً على الأقل", None),
        ("كلف الجسر 40 مليون دينار", "40 مليون دينار", "money"),
        ("بنسبة 15 في المئة من الأصوات", "15 في المئة", "percent"),
        ("ارتفع 12٪ خلال عام", "12", "percent"),
        ("باع خمسين كتابا", "خمسين كتابا", None),
        ("على بعد 70 كلم من الساحل", "70 كلم", "length"),
        ("at least 40 people were there", "at least 40 people", None),
        ("environ 200 élèves dans la cour", "environ 200 élèves", None),
        ("It cost more than $90 in the shop", "more than $90", "money"),
    ],
)
def test_a_quantity_takes_in_its_hedge_and_its_unit(text: str, quantity: str, measure: str | None) -> None:
    given_words = words(text)
    found = numbers(text, given_words)[0]
    assert text[given_words[found.hedge].start : given_words[found.tail - 1].end] == quantity
    assert found.measure == measure


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("يعود الوفد في 26 يوليو إلى بلده", "26 يوليو"),
        ("افتتح في أغسطس/آب 2020 قرب النهر", "أغسطس/آب 2020"),
        ("في السابع من أبريل الماضي اتفقوا", "السابع من أبريل الماضي"),
        ("بدأ البناء في العام 2017 على التل", "العام 2017"),
        ("يصل القطار الإثنين المقبل، كما قيل", "الإثنين المقبل"),
        ("سقط المطر فجر أمس الأول بغزارة", "فجر أمس الأول"),
        ("ينتهي العمل بنهاية العام الحالي.", "بنهاية العام الحالي"),
        ("انتقل قبل ثلاثة أشهر من الحفل", "ثلاثة أشهر"),
        ("تأسس في ٣١ ديسمبر/كانون الأول ٢٠٢١ هناك", "٣١ ديسمبر/كانون الأول ٢٠٢١"),
        ("They met on 6 June 1944, at dawn", "6 June 1944"),
        ("Built in the late 1990s, it", "late 1990s"),
        ("It opened last week, he said", "last week"),
        ("né le 14 juillet 1789 à Lyon", "14 juillet 1789"),
        ("el 5 de mayo de 1862 en Puebla", "5 de mayo de 1862"),
        ("am 3. Oktober 1990 wurde", "3. Oktober 1990"),
        ("29 Mayıs 1453 tarihinde", "29 Mayıs 1453"),
        ("در سال ۱۳۵۷ آمد", "سال ۱۳۵۷"),
    ],
)
def test_an_expression_of_time_is_taken_whole(text: str, expression: str) -> None:
    given_words = words(text)
    found = [
        text[given_words[one.first].start : given_words[one.last - 1].end]
        for one in time_expressions(text, given_words)
    ]
    assert found == [expression]


@pytest.mark.parametrize(
    "text", ["كتب القصيدة شاعر من حلب", "باع 300 كتاب", "He may go", "يوم جميل", "Mehr als 12 %"]
)
def test_no_time_is_seen_where_none_is_told(text: str) -> None:
    assert time_expressions(text, words(text)) == []


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Mahfouz", "محفوظ"),
        ("Baghdad", "بغداد"),
        ("Washington", "وواشنطن"),
        ("Casablanca", "كازابلانكا"),
        ("Khartoum", "الخرطوم"),
        ("Shakespeare", "شكسبير"),
        ("Chomsky", "تشومسكي"),
    ],
)
def test_a_name_is_known_in_the_other_script(latin: str, arabic: str) -> None:
    assert (
        similarity(skeleton(fold_text(latin)), skeleton(fold_text(arabic).removeprefix("و") or arabic)) >= 0.7
    )


@pytest.mark.parametrize(("latin", "arabic"), [("Paris", "لندن"), ("Berlin", "بيروت"), ("Omar", "خالد")])
def test_other_names_are_not(latin: str, arabic: str) -> None:
    assert similarity(skeleton(fold_text(latin)), skeleton(fold_text(arabic))) < 0.7


@given(st.text(st.sampled_from(list("ابو٣3 .,«»\"'%$ aمنعاميوم2020")), max_size=120))
def test_whatever_the_text_every_find_lies_inside_it(text: str) -> None:
    given_words = words(text)
    for number in numbers(text, given_words):
        assert (
            0 <= number.hedge <= number.first < number.last <= number.unit <= number.tail <= len(given_words)
        )
    for expression in time_expressions(text, given_words):
        assert 0 <= expression.lead <= expression.first < expression.last <= len(given_words)


@pytest.mark.parametrize("unit", ["1 ", "مئة ", "عام ", "«", "2020/", "و", '"x '])
def test_long_monotonous_text_takes_time_in_proportion(unit: str) -> None:
    text = unit * 20_000
    started = time.process_time()
    given_words = words(text)
    numbers(text, given_words)
    time_expressions(text, given_words)
    assert time.process_time() - started < 5
