"""Folding forgets spelling and nothing else; words and sentences know where they stand."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import MAX_SENTENCE, detect_language, fold, fold_text, sentences, words

# Letters and signs that folding treats in different ways, so that they meet often.
HARD = (
    "اأإآٱلـمحدةىيیکؤئء\u064b\u064e\u0651\u0652\u0653\u0654\u0655\u0670ﷺﻻﷲ½²ﬁ٢۵,.٬٫0123-/'’ \n»«\".؟!،؛"
    "abé\u0301Iiİıß\u1112\u1161\u11abか\u3099Дй\u0306ก\u0e49\U0001d400😀_\u200f\u200c\u200b\ufeff"
)
hard_texts = st.text(alphabet=HARD, max_size=40)
texts = st.one_of(hard_texts, st.text(max_size=30))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("مُحَمَّدٌ", "محمد"),
        ("العـــراق", "العراق"),
        ("أإآٱ", "اااا"),
        ("إلى مستشفى", "الي مستشفي"),
        ("کابل در یمن", "كابل در يمن"),
        ("٢٠٢١ ۲۰۲۱ 2021", "2021 2021 2021"),
        ("٢٬٥٠٠٫٧٥ ٪", "2,500.75 %"),
        ("مدرسة", "مدرسة"),  # ة is the stemmer's
        ("مسؤول وشئون", "مسؤول وشئون"),
        ("ﻻ ﷲ ﷺ", "لا الله صلي الله عليه وسلم"),
        ("\u202bنص\u202c\u200f", "نص"),
        ("می‌خواهم", "ميخواهم"),
        ("Café À LA Crème", "cafe a la creme"),
        ("Straße IŞIK ışık İzmir", "strasse isik isik izmir"),
        ("ﬁn de l’été", "fin de l'ete"),
        ("Войска ёлка", "войска елка"),
        ("3½ 10² ①", "3 1/2  10 2   1 "),
        ("", ""),
    ],
)
def test_folding_unifies_spellings(written: str, folded: str) -> None:
    assert fold_text(written) == folded


@pytest.mark.parametrize(
    "written", ["\u0648\u0654\u064e", "\u0627\u0655", "e\u0301", "\u0438\u0306", "か\u3099"]
)
def test_composed_and_decomposed_letters_fold_alike(written: str) -> None:
    assert fold_text(written) == fold_text(unicodedata.normalize("NFC", written))


def test_every_single_character_folds_to_a_fixed_point() -> None:
    characters = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    moving = [c for c in characters if fold_text(fold_text(c)) != fold_text(c)]
    assert moving == []


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@given(texts)
def test_folding_does_not_see_the_unicode_form(text: str) -> None:
    assert fold_text(unicodedata.normalize("NFD", text)) == fold_text(text)


@given(texts)
def test_folded_text_is_that_of_fold_text_and_maps_back_in_order(text: str) -> None:
    folded = fold(text)
    assert folded.text == fold_text(text)
    offsets = [folded.offset(i) for i in range(len(folded) + 1)]
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)


@given(texts)
def test_the_original_of_everything_folds_to_everything(text: str) -> None:
    folded = fold(text)
    start, end = folded.original(0, len(folded.text))
    assert fold_text(text[start:end]) == folded.text


@given(hard_texts, st.data())
def test_the_original_of_a_part_covers_that_part(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    low, high = folded.original(start, end)
    assert 0 <= low <= high <= len(text)
    if start < end:
        assert folded.text[start:end] in fold_text(text[low:high])


def test_a_span_keeps_the_marks_of_its_last_letter() -> None:
    text = "قُتِلَ رَجُلٌ."
    folded = fold(text)
    assert folded.text == "قتل رجل."
    start, end = folded.original(folded.text.index("رجل"), folded.text.index("رجل") + 3)
    assert text[start:end] == "رَجُلٌ"


def test_a_span_of_an_expanded_sign_is_the_whole_sign() -> None:
    folded = fold("قال ﷺ اليوم")
    at = folded.text.index("عليه")
    assert folded.original(at, at + 4) == (4, 5)


def test_a_span_takes_in_tatweel_but_no_direction_mark() -> None:
    text = "عام 1442هـ\u200f ثم"
    folded = fold(text)
    at = folded.text.index("ه")
    start, end = folded.original(at, at + 1)
    assert text[start:end] == "هـ"


def test_an_empty_range_stays_empty_and_offsets_outside_are_refused() -> None:
    folded = fold("مُدن")
    assert folded.original(1, 1) == (2, 2)
    with pytest.raises(IndexError, match="9 is outside 0 … 3"):
        folded.offset(9)


# -- Words


def found(text: str) -> list[str]:
    return [word.text for word in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قُتِلَ رَجُلٌ", ["قتل", "رجل"]),
        ("«المبكرة».وغداة،ثم", ["المبكرة", "وغداة", "ثم"]),
        ("#سد_الموصل", ["سد", "الموصل"]),
        ("2,500 و٢٬٥٠٠ و2.500 و2\u00a0500", ["2500", "و", "2500", "و", "2500", "و", "2500"]),
        ("3.5 ٣٫٥ 3,5 0.125", ["3.5", "3.5", "3.5", "0.125"]),
        (
            "2021-07-24 26/7 ٢٠٢١/٠٧/١٧ 17.07.2021",
            ["2021", "07", "24", "26", "7", "2021", "07", "17", "17", "07", "2021"],
        ),
        ("10:30 بين 30-36", ["10", "30", "بين", "30", "36"]),
        ("30ألف 2021م و26", ["30", "الف", "2021", "م", "و", "26"]),
        ("F-16 F16 COVID-19", ["f", "16", "f", "16", "covid", "19"]),
        ("O'Neil’s Al-Kadhimi", ["o'neil's", "al", "kadhimi"]),
        ("l'Irak qu’il d'un dell'Iraq", ["l", "irak", "qu", "il", "d", "un", "dell", "iraq"]),
        ("قال ﷺ", ["قال", "صلي", "الله", "عليه", "وسلم"]),
        ("3½ kg", ["3", "1", "2", "kg"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("", []),
        ("؟! «»…", []),
    ],
)
def test_words_are_cut_right(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_the_span_of_a_vocalised_word_takes_in_its_last_mark() -> None:
    text = "قال مُحَمَّدٌ: «نَعَمْ»."
    assert [text[word.start : word.end] for word in words(text)] == ["قال", "مُحَمَّدٌ", "نَعَمْ"]


@given(texts)
def test_words_stand_in_order_inside_the_text_and_hold_no_space(text: str) -> None:
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
        assert word.text
        assert not any(map(str.isspace, word.text))
    assert [w.start for w in words(text)] == sorted(w.start for w in words(text))


@given(hard_texts)
def test_words_of_folded_text_are_the_same_words(text: str) -> None:
    assert found(fold_text(text)) == found(text)


# -- Sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["انتهى العمل في الجسر.", "وغداة افتتاحه مر ألف زائر."],
        ["قال المدير: «نعم».", "وخرج."],
        ["قال المدير: «نعم.»", "وخرج."],
        ['قال "لا."', "ثم عاد."],
        ["هل عاد؟", "نعم!", "عاد."],
        ["حضر د. سليم وأ.د. هدى وم. كريم.", "وتأخر الباقون."],
        ["بلغ الطول ٣.٥ كيلومترا.", "وبلغ العرض 2.5."],
        ["التفاصيل على https://a.example.org/x.html?q=1.2 كاملة.", "انتهى."],
        ["سأل: «أين؟»، ثم مضى.", "ولم يعد."],
        ["M. Dupont est venu.", "Le Dr. Martin aussi."],
        ["Il a dit « oui. »", "Puis il partit."],
        ["Mr. Smith met J. K. Brown at 5.30.", "He left."],
        ['"Yes." he said.', "They left."],
        ["Er kam am 3. Juli 2021.", "Dann ging er."],
        ["خبر عاجل.. الفريق يفوز بالكأس"],
        ["これは本です。", "あれも本です。"],
    ],
)
@pytest.mark.parametrize("glue", [" ", ""])
def test_sentences_are_cut_right(expected: list[str], glue: str) -> None:
    if expected[0][0].isascii():
        glue = " "  # a Latin full stop with no space after it may be a name: example.org
    assert cut(glue.join(expected)) == expected


def test_a_heading_line_is_its_own_sentence() -> None:
    assert cut("افتتاح الجسر\nوصل الوزير.\n\n## الخطوة التالية\r\nيبدأ العمل غدا.") == [
        "افتتاح الجسر",
        "وصل الوزير.",
        "## الخطوة التالية",
        "يبدأ العمل غدا.",
    ]


def test_a_paragraph_wrapped_at_a_fixed_width_is_read_as_one() -> None:
    wrapped = (
        "The harbour was opened in the spring of that year, and ships\n"
        "from eleven countries called at it within a month. The mayor\n"
        "said that nobody had expected so many of them to come before\n"
        "summer."
    )
    assert cut(wrapped) == [
        wrapped[: wrapped.index(" The mayor")],
        wrapped[wrapped.index("The mayor") :],
    ]


def test_an_overlong_sentence_is_cut_at_its_weakest_joint() -> None:
    clause = "وصلت الباخرة إلى الميناء، وأنزلت حمولتها، " * 6
    text = clause.strip("، ") + "؛ " + clause.strip("، ") + "؛ " + clause.strip("، ") + "."
    pieces = cut(text)
    assert len(text) > MAX_SENTENCE >= max(map(len, pieces))
    assert [piece[-1] for piece in pieces] == ["؛", "."]


def test_only_the_range_asked_for_is_cut() -> None:
    text = "أول. ثان. ثالث."
    assert [text[a:b] for a, b in sentences(text, 5, 9)] == ["ثان."]


pieces_of_text = st.sampled_from(
    [
        "قال.",
        "«نعم.»",
        "د. سليم",
        " ",
        "\n",
        "\n\n",
        "وعاد",
        ".",
        "؟",
        '"',
        "3.5",
        "كلمة " * 150,
        "x" * 700,
        "،",
    ]
)


@given(st.one_of(texts, st.lists(pieces_of_text, max_size=12).map("".join)))
def test_sentences_partition_the_text_but_for_the_space_around_them(text: str) -> None:
    position = 0
    for start, end in sentences(text):
        assert position <= start < end <= start + MAX_SENTENCE
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


# -- Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("كم سفينة دخلت الميناء؟", "ar"),
        ("چند کشتی وارد بندر شد؟", "fa"),
        ("How many ships entered the harbour?", "en"),
        ("Combien de navires sont entrés dans le port ?", "fr"),
        ("¿Cuántos barcos entraron en el puerto?", "es"),
        ("Wie viele Schiffe liefen in den Hafen ein?", "de"),
        ("Limana kaç gemi girdi?", "tr"),
        ("כמה אוניות נכנסו לנמל?", "he"),
        ("港に何隻の船が入りましたか", "ja"),
        ("", None),
        ("2021-07-24 ؟", None),
    ],
)
def test_languages_are_told_apart(text: str, language: str | None) -> None:
    assert detect_language(text) == language
