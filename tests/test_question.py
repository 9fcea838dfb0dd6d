"""What a question asks for is understood in seven languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import noun_kind, parse


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("متى وصل الوفد إلى عمّان؟", "date"),
        ("ومتى وصل الوفد؟", "date"),
        ("مَتَى وَصَلَ الوَفْدُ؟", "date"),
        ("مـتـى وصل الوفد؟", "date"),
        ("منذ متى يعمل المصنع؟", "date"),
        ("في أي عام افتتح الجسر؟", "date"),
        ("أين يقع المتحف؟", "place"),
        ("إلى أين سافرت الوزيرة؟", "place"),
        ("من أين جاء الوفد؟", "place"),
        ("في أيّ مدينة عقد المؤتمر؟", "place"),
        ("كم طالبا حضر الدرس؟", "number"),
        ("بكم بيعت السيارة؟", "number"),
        ("ما عدد سكان القرية؟", "number"),
        ("ما قيمة الجائزة؟", "number"),
        ("من كتب الرواية؟", "person"),
        ("لمن أهدى الشاعر القصيدة؟", "person"),
        ("من هو مدير المصنع؟", "person"),
        ("ما اسم مديرة المدرسة؟", "person"),
        ("أي شركة بنت السد؟", "organisation"),
        ("لماذا أغلق المصنع؟", "reason"),
        ("ما سبب الحريق؟", "reason"),
        ("هل وصل القطار؟", "yes_no"),
        ("ما هي المواد التي يصدرها الميناء؟", "other"),
        ("ما هي الصادرات التي يعتمد عليها البلد؟", "list"),
        ("ما هو الفسفور؟", "definition"),
        ("كيف تصنع الجبنة؟", "other"),
        ("When did the train arrive?", "date"),
        ("In which year was the bridge opened?", "date"),
        ("Where is the museum?", "place"),
        ("What city hosted the fair?", "place"),
        ("How many pupils came?", "number"),
        ("How much did the car cost?", "number"),
        ("What is the population of Lyon?", "number"),
        ("Who wrote the novel?", "person"),
        ("To whom was the poem given?", "person"),
        ("Which company built the dam?", "organisation"),
        ("Why was the factory closed?", "reason"),
        ("Was the train late?", "yes_no"),
        ("What is phosphorus?", "definition"),
        ("Quand le train est-il arrivé ?", "date"),
        ("En quelle année le pont a-t-il ouvert ?", "date"),
        ("Où se trouve le musée ?", "place"),
        ("D'où vient le fromage ?", "place"),
        ("Combien d'élèves sont venus ?", "number"),
        ("Qui a écrit le roman ?", "person"),
        ("Quelle entreprise a construit le barrage ?", "organisation"),
        ("Pourquoi l'usine a-t-elle fermé ?", "reason"),
        ("Qu'est-ce que le phosphore ?", "definition"),
        ("¿Cuándo llegó el tren?", "date"),
        ("¿En qué año se abrió el puente?", "date"),
        ("¿Dónde está el museo?", "place"),
        ("¿Cuántos alumnos vinieron?", "number"),
        ("¿Quién escribió la novela?", "person"),
        ("¿Por qué cerró la fábrica?", "reason"),
        ("Wann kam der Zug an?", "date"),
        ("Wo steht das Museum?", "place"),
        ("Wie viele Schüler kamen?", "number"),
        ("Wer schrieb den Roman?", "person"),
        ("Warum wurde die Fabrik geschlossen?", "reason"),
        ("Was ist Phosphor?", "definition"),
        ("Tren ne zaman geldi?", "date"),
        ("Müze nerede?", "place"),
        ("Derse kaç öğrenci geldi?", "number"),
        ("Romanı kim yazdı?", "person"),
        ("Fabrika neden kapandı?", "reason"),
        ("قطار چه زمانی رسید؟", "date"),
        ("موزه کجاست؟", "place"),
        ("چند دانش‌آموز آمدند؟", "number"),
        ("چه کسی رمان را نوشت؟", "person"),
        ("چرا کارخانه بسته شد؟", "reason"),
        ("توزيع البريد", "other"),
    ],
)
def test_the_kind_of_a_question_is_known(text: str, kind: str) -> None:
    assert parse(text).kind == kind


def test_the_interrogative_is_no_term_and_the_counted_noun_is_the_focus() -> None:
    question = parse("كم عدد الطلاب في الصف؟")
    assert [term.text for term in question.terms] == ["الطلاب", "الصف"]
    assert question.focus == "الطلاب"


def test_terms_point_into_the_question_as_asked() -> None:
    text = "مَن كَتَبَ «الأيّام»؟"
    question = parse(text)
    assert [(term.text, text[term.start : term.end]) for term in question.terms] == [
        ("كتب", "كَتَبَ"),
        ("الايام", "الأيّام"),
    ]


def test_a_noun_that_asks_for_any_number_weighs_little_and_a_population_does_not() -> None:
    assert parse("ما قيمة الجائزة؟").terms[0].weight == 0.3
    assert parse("What is the population of Lyon?").terms[0].weight == 1.0


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("ما سعر الخبز؟", "money"),
        ("كم دولارا كلف الجسر؟", "money"),
        ("ما نسبة الأمية؟", "percent"),
        ("How long did the strike last?", "time"),
        ("How tall is the tower?", "length"),
        ("كم طالبا حضر؟", None),
        ("من كتب الرواية؟", None),
    ],
)
def test_what_a_number_measures_is_known(text: str, measure: str | None) -> None:
    assert parse(text).measure == measure


def test_who_is_before_a_name_asks_for_a_description_and_before_an_office_for_a_name() -> None:
    assert parse("من هو نجيب محفوظ؟").describes
    assert not parse("من هو مدير المصنع؟").describes
    assert not parse("من كتب الرواية؟").describes
    assert parse("Who was Marie Curie?").describes
    assert not parse("Who was the president of Egypt?").describes


def test_nouns_are_known_with_article_clitic_pronoun_or_suffix() -> None:
    assert [noun_kind(noun) for noun in ("والعاصمة", "قيمتها", "years", "baskentinin", "قلم")] == [
        "place", "number", "date", "place", None,
    ]  # fmt: skip


def test_a_question_without_words_has_no_terms() -> None:
    assert parse("؟!… ").terms == ()
    assert parse("").kind == "other"


@given(st.text(max_size=80))
def test_any_text_is_a_question_and_its_terms_lie_inside_it(text: str) -> None:
    for term in parse(text).terms:
        assert 0 <= term.start < term.end <= len(text)
        assert 0 < term.weight <= 1


@given(st.sampled_from(["متى وصل الوفد إلى عمان", "كم طالبا حضر الدرس", "من كتب الرواية"]), st.data())
def test_tashkeel_and_tatweel_do_not_change_what_is_understood(text: str, data: st.DataObject) -> None:
    marked = "".join(
        letter + (data.draw(st.sampled_from(["", "", "َ", "ـ"])) if letter.isalpha() else "")
        for letter in text
    )
    plain, vocalised = parse(text), parse(marked)
    assert (plain.kind, [t.text for t in plain.terms]) == (vocalised.kind, [t.text for t in vocalised.terms])
