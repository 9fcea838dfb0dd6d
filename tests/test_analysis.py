"""Search tokens join what is one word to a reader, and depend on nothing but the word."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.analysis import FIELDS, Analyzer
from rag.stopwords import STOP_WORDS
from rag.text import fold_text

LETTERS = "اأإآبتثجحخدذرزسشصضطظعغفقكلمنهويىةؤئء\u064e\u0651ـ"
arabic_words = st.text(alphabet=LETTERS, min_size=1, max_size=9)
texts = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.one_of(arabic_words, st.sampled_from(["Iraq's", "2,500", "٣٫٥", "من", "the", "日本語", "."]))
    ).map(" ".join),
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.mark.parametrize(
    ("forms", "stem"),
    [
        ("انسحاب لانسحاب الانسحاب والانسحاب بالانسحاب للانسحاب", "انسحاب"),
        ("قوات القوات والقوات بقوات لقواتها", "قوات"),
        ("بغداد لبغداد ببغداد وبغداد وَبَغْدَاد", "بغداد"),
        ("عراقي العراقي عراقية العراقيين والعراقيون العراقيّة", "عراق"),
        ("أميركي الأمريكي الأميركيّة أمريكيين", "امريك"),
        ("ألماني الألمانية والألمان", "مان"),
        ("إنكليزي الإنجليزية", "انجليز"),
        ("مسؤول مسئول المسؤولين المسئولون", "مسؤول"),
        ("وكالة الوكالة وكالات لوكالات", "وكال"),
        ("لجنة اللجنة للجنة", "لجن"),
        ("الله والله بالله", "الله"),
        ("والده والدته", "والد"),
        ("دم الدم", "دم"),
        ("مئة مائة", "مئه"),
        ("تموز يوليو", "يوليو"),
        ("soldier Soldiers soldier’s", "soldier"),
        ("Qur'an Quran", "quran"),
        ("войска войсками", "войск"),
        ("7 07 ٧ ۷", "7"),
        ("3.5 ٣٫٥٠", "3.5"),
    ],
)
def test_forms_of_one_word_share_a_stem(analyzer: Analyzer, forms: str, stem: str) -> None:
    assert {form: analyzer.stem(form) for form in forms.split()} == dict.fromkeys(forms.split(), stem)


@pytest.mark.parametrize(
    ("one", "other"),
    [("كتاب", "تاب"), ("بيان", "يان"), ("لبنان", "بنان"), ("وزير", "زير"), ("سنة", "سن"), ("2021", "2012")],
)
def test_words_that_only_look_alike_keep_apart(analyzer: Analyzer, one: str, other: str) -> None:
    assert analyzer.stem(one) != analyzer.stem(other)


@given(arabic_words)
def test_a_word_keeps_its_stem_behind_the_article(word: str) -> None:
    analyzer = Analyzer()
    folded = fold_text(word)
    if len(folded) >= 4 and not folded.startswith("ل"):
        bare = analyzer.stem("ال" + folded)
        assert analyzer.stem("وال" + folded) == bare
        assert analyzer.stem("بال" + folded) == bare


def test_tokens_are_stems_and_marked_runs_of_four_characters(analyzer: Analyzer) -> None:
    assert analyzer.fields("القوات، 2021") == {
        "words": ["قوات", "2021"],
        "grams": ["_الق", "القو", "لقوا", "قوات", "وات_", "_202", "2021", "021_"],
        "names": [],  # two consonants are too few
    }


def test_a_short_word_is_one_run(analyzer: Analyzer) -> None:
    assert analyzer.fields("دم")["grams"] == ["_دم_"]
    assert analyzer.fields("ذ")["grams"] == ["_ذ_"]


def test_scripts_without_spaces_give_pairs_and_single_characters(analyzer: Analyzer) -> None:
    assert analyzer.fields("東京都") == {"words": ["東京", "京都"], "grams": ["東", "京", "都"], "names": []}
    assert analyzer.fields("한국어")["words"] == ["한국", "국어"]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("كم عدد السفن في الميناء؟", ["عدد", "سفن", "ميناء"]),
        ("متى وصلت السفينة ولماذا؟", ["وصلت", "سفين"]),
        ("How many ships were in the harbour?", ["ship", "harbour"]),
        ("Où est le navire ?", ["navir"]),
        ("¿Cuándo llegó el barco?", ["llego", "barco"]),
        ("Wann kam das Schiff?", ["kam", "schiff"]),
        ("Gemi ne zaman geldi?", ["gemi", "zaman", "geldi"]),
        ("کشتی کجا است؟", ["كشت"]),
    ],
)
def test_stop_words_and_question_words_are_left_out(
    analyzer: Analyzer, question: str, kept: list[str]
) -> None:
    assert analyzer.fields(question)["words"] == kept


def test_content_words_of_one_language_are_no_stop_words_of_another(analyzer: Analyzer) -> None:
    assert [
        w for w in ("war", "die", "car", "son", "man", "كرد", "سر", "فقد", "عدد") if analyzer.is_stop(w)
    ] == []


def test_a_question_of_stop_words_keeps_them(analyzer: Analyzer) -> None:
    assert analyzer.fields("من هو؟")["words"] == ["من", "هو"]


def test_stop_words_are_found_in_any_spelling_and_behind_waw(analyzer: Analyzer) -> None:
    assert all(map(analyzer.is_stop, ["إلى", "الى", "اِلى", "وفي", "فَمن", "Über", "ÜBER", "où", "چه"]))
    assert "الي" in STOP_WORDS


def test_every_field_is_there_for_every_text(analyzer: Analyzer) -> None:
    assert analyzer.fields("") == {"words": [], "grams": [], "names": []}
    assert analyzer.fields("؟! …") == {"words": [], "grams": [], "names": []}
    assert tuple(analyzer.fields("نص")) == FIELDS


@given(texts)
def test_tokens_hold_no_space_and_depend_on_no_other_text(text: str) -> None:
    fresh, used = Analyzer(), Analyzer()
    used.fields("لانسحاب القوات من بغداد في 2021")
    fields = fresh.fields(text)
    assert used.fields(text) == fields
    assert all(token and not any(map(str.isspace, token)) for tokens in fields.values() for token in tokens)


@given(texts)
def test_spelling_does_not_change_the_tokens(text: str) -> None:
    analyzer = Analyzer()
    assert analyzer.fields(text.replace("ـ", "").replace("\u064e", "")) == analyzer.fields(text)


@pytest.mark.parametrize(
    ("language", "word", "stem"),
    [
        ("fr", "manifestations", "manifest"),
        ("es", "ciudades", "ciudad"),
        ("de", "Häuser", "haus"),
        ("tr", "evlerde", "ev"),
        ("", "soldiers", "soldier"),
        ("ar", "soldiers", "soldier"),  # an English word in an Arabic document
        ("fr", "القوات", "قوات"),
        ("el", "войсками", "войск"),
        ("el", "ισμός", "ισμοσ"),  # Snowball leaves nothing of it
    ],
)
def test_a_word_is_stemmed_in_the_language_of_its_document(
    analyzer: Analyzer, language: str, word: str, stem: str
) -> None:
    assert analyzer.fields(word, language)["words"] == [stem]


def test_a_question_meets_the_stems_of_every_language_of_the_corpus(analyzer: Analyzer) -> None:
    english, french = (analyzer.fields("heureuse", code)["words"] for code in ("en", "fr"))
    assert english != french
    asked = analyzer.question_fields("heureuse", ["ar", "en", "fr"])["words"]
    assert asked == [*english, *french]


def test_a_name_is_found_in_the_other_script_only(analyzer: Analyzer) -> None:
    arabic = analyzer.fields("وصل الكاظمي إلى واشنطن")["names"]
    latin = analyzer.fields("Kadhimi arrived in Washington")["names"]
    asked = analyzer.question_fields("Where did Blinken meet Kazimi?")["names"]
    assert set(asked) & set(arabic) == {"arabic:KZM"}
    assert not set(asked) & set(latin)
    assert set(analyzer.question_fields("متى زار بلينكن واشنطن؟")["names"]) & set(latin) == {"latin:WXNTN"}


def test_a_question_without_capitals_can_still_name_somebody(analyzer: Analyzer) -> None:
    assert "arabic:KZM" in analyzer.question_fields("who is kadhimi")["names"]
    assert analyzer.question_fields("The soldiers left")["names"] == []


def test_a_vocabulary_decides_which_first_letters_are_proclitics() -> None:
    analyzer = Analyzer(vocabulary={"مدينة", "بلاط", "قمر"})
    assert analyzer.stem("لمدينة") == "مدين"
    assert analyzer.stem("بلاط") == "بلاط"
    assert analyzer.stem("وقمر") == "قمر"
    assert analyzer.stem("كسرتهم") == "كسرت"


def test_a_hundred_thousand_characters_take_a_fraction_of_a_second(analyzer: Analyzer) -> None:
    text = "وصلت الباخرة إلى ميناء المرجان صباح الثلاثاء 26 يوليو وأنزلت 2,500 حاوية. " * 1400
    started = time.process_time()
    analyzer.fields(text)
    # 60 s for 100,000 passages of 450 characters is 0.13 s; a slow machine may take some times as long
    assert len(text) > 100_000
    assert time.process_time() - started < 1.5
