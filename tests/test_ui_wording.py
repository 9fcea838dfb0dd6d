"""The interface's words: the same things said in each language, each written as its readers write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from ui import strings

WORDS = {lang: strings.load(lang).words for lang in strings.LANGUAGES}


def said(value: Any) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    else:
        for each in value.values() if isinstance(value, dict) else value:
            yield from said(each)


def every(lang: str) -> list[str]:
    return [text for value in WORDS[lang].values() for text in said(value)]


def blanks(value: Any) -> set[str]:
    """Return the names that a text, or one of its plural forms, has filled in."""
    return {name for text in said(value) for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_language_says_the_same_and_fills_in_the_same(lang: str) -> None:
    assert WORDS[lang].keys() == WORDS["ar"].keys()
    for key, value in WORDS["ar"].items():
        assert blanks(WORDS[lang][key]) == blanks(value), key


def test_arabic_has_its_own_punctuation_quotation_marks_and_order_of_tanween() -> None:
    for text in every("ar"):
        arabic = re.sub(r"\{\w+\}|\([^)]*\)|[A-Za-z0-9+\-/ .]*[A-Za-z][A-Za-z0-9+\-/ .]*", "", text)
        assert not re.search(r"[,;?%\"'“”‘’]", arabic), text
        assert "اً" not in text, text  # جوابًا, not جواباً: one way of the two throughout
        assert "ـ" not in text, text
        assert not re.search(r"[یکھہ]", text), text  # letters of other languages that look the same
        assert not re.search(r" [،؛؟:.!]|« | »", text), text


def test_french_has_its_narrow_spaces_and_typographic_apostrophes() -> None:
    for text in every("fr"):
        assert not re.search(r"(?<!\u202f)[;?!%»]|«(?!\u202f)|(?<!\u00a0):", text), text
        assert not re.search(r"['\"]", text), text


def test_english_has_typographic_quotation_marks() -> None:
    for text in every("en"):
        assert not re.search(r"['\"]| [,;:.?!]", text), text
        assert text.count("“") == text.count("”"), text


@pytest.mark.parametrize(
    ("lang", "said"), [("ar", "171,000 كلمة"), ("en", "171,000 words"), ("fr", "171\u202f000 mots")]
)
def test_the_thousands_of_long_numbers_stand_apart(lang: str, said: str) -> None:
    words = strings.load(lang)
    assert words.count("length", 171_000) == said
    assert words.number(9_999) == "9999"


@pytest.mark.parametrize("lang", strings.LANGUAGES)
def test_no_text_begins_or_ends_with_a_space_or_has_two_in_a_row(lang: str) -> None:
    for text in every(lang):
        assert text == text.strip(), text
        assert "  " not in text, text
        assert "..." not in text, text
