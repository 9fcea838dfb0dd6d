"""What a question asks for is understood in seven languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.plurals import names_many
from rag.question import noun_kind, parse
from rag.text import fold_text


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
        ("ما هي المواد التي يصدرها الميناء؟", "list"),
        ("ما هي الصادرات التي يعتمد عليها البلد؟", "list"),
        ("ما هو الفسفور؟", "definition"),
        ("كيف تصنع الجبنة؟", "manner"),
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


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("كيف حالك؟", "other"),
        ("كيف حال المصاب؟", "other"),
        ("كيف يسمى النهر؟", "other"),
        ("بأي طريقة وصل الوفد؟", "manner"),
        ("ما كيفية تشغيل الآلة؟", "manner"),
        ("لِمَ أغلق المصنع؟", "reason"),
        ("لم أغلق المصنع؟", "reason"),
        ("لم يغلق المصنع؟", "other"),
        ("لماذا لم يحضر الوزير؟", "reason"),
        ("ما الذي دفع العمال إلى الإضراب؟", "reason"),
        ("بسبب ماذا أغلق المصنع؟", "reason"),
        ("ما الفسفور؟", "definition"),
        ("ما معنى السراج؟", "definition"),
        ("ماذا تعني كلمة سراج؟", "definition"),
        ("عرّف الركود", "definition"),
        ("ما هي حركة الإصلاح؟", "definition"),
        ("ما هي كتائب النور؟", "definition"),
        ("من هم الصيادون؟", "definition"),
        ("ما هي عاصمة البلد؟", "place"),
        ("ما هي أكبر مدينة في البلد؟", "place"),
        ("ما هي الشركة التي بنت الجسر؟", "organisation"),
        ("ما هو لون السيارة؟", "other"),
        ("ما هو موقف الوزير من الإضراب؟", "other"),
        ("ما القانون الذي أقره البرلمان؟", "other"),
        ("ما هو التلفزيون؟", "definition"),
        ("ما أبرز نتائج الزيارة؟", "list"),
        ("ما هي أهداف الزيارة؟", "list"),
        ("أي الدول تشارك في المناورات؟", "list"),
        ("أي دولة تشارك في المناورات؟", "place"),
        ("من هم أعضاء الوفد؟", "list"),
        ("ما هي أسماء الفائزين؟", "list"),
        ("ما اسم السفينة؟", "other"),
        ("عدّد الدول المشاركة", "list"),
        ("عدد سكان القرية", "other"),
        ("كم عدد المجالات؟", "number"),
        ("How are you?", "other"),
        ("How did the thieves enter?", "manner"),
        ("How is the river called?", "other"),
        ("How far is the lake?", "number"),
        ("How old is the bridge?", "number"),
        ("How come the shop closed?", "reason"),
        ("What made the workers strike?", "reason"),
        ("Why not use the old bridge?", "reason"),
        ("What year did it open?", "date"),
        ("What are quasars?", "definition"),
        ("What are the symptoms of flu?", "list"),
        ("What is the colour of the car?", "other"),
        ("What is the average farm size in China?", "other"),
        ("What is causing the delay?", "other"),
        ("What does recession mean?", "definition"),
        ("Who are the Rovers?", "definition"),
        ("Who are the members of the crew?", "list"),
        ("Which areas does the deal cover?", "list"),
        ("Which countries border Chad?", "list"),
        ("Which sports team won?", "other"),
        ("What accounts for the delay?", "other"),
        ("Comment le vol a-t-il eu lieu ?", "manner"),
        ("Comment s'appelle le fleuve ?", "other"),
        ("Combien de pays participent ?", "number"),
        ("Quels sont les pays membres ?", "list"),
        ("Quelle région est touchée ?", "place"),
        ("Qu'est-ce que Paul a dit ?", "other"),
        ("Que signifie ce mot ?", "definition"),
        ("Pour quelle raison a-t-il démissionné ?", "reason"),
        ("Warum ist er so groß wie sein Vater?", "reason"),
        ("Wie heißt der Fluss?", "other"),
        ("Wie funktioniert die Mühle?", "manner"),
        ("¿Cómo funciona el molino?", "manner"),
        ("¿Cuáles son los países miembros?", "list"),
        ("Köprü nasıl yapıldı?", "manner"),
        ("Hangi ülkeler katıldı?", "list"),
    ],
)
def test_questions_for_a_clause_or_a_list_are_told_from_their_look_alikes(text: str, kind: str) -> None:
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


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("الدول", True), ("الفصائل", True), ("التدابير", True), ("العوامل", True), ("لغات", True),
        ("الموظفين", True), ("القانون", False), ("الرواية", False), ("النبات", False), ("التأمين", False),
        ("countries", True), ("people", True), ("news", False), ("class", False), ("king's", False),
    ],
)  # fmt: skip
def test_plurals_are_told_from_singulars_that_look_like_them(noun: str, many: bool) -> None:
    assert names_many(fold_text(noun), "", frozenset(), "which") is many


def test_a_pattern_that_singulars_share_counts_beside_what_agrees_with_a_plural() -> None:
    assert names_many("المطالب", "", frozenset(), "ما")
    assert names_many("الهجوم", "", frozenset({"هو"}), "ما") is False
    assert names_many("البحوث", "", frozenset({"هي"}), "ما")
    assert not names_many("البحوث", "", frozenset(), "ما")


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
