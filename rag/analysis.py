"""Turn text into search tokens: stems, n-grams of characters that forgive what stems miss, names by sound.

A passage's tokens depend on its own words and its document's language alone, never on other documents or on
when it was indexed: an index stays right when documents come and go. A question is stemmed in every language
of the corpus, since its own is a guess where it is short.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from rag.names import is_arabic, skeleton
from rag.stemming import Stemmer, number, plain
from rag.stopwords import is_stop_word
from rag.text import Word, fold_text, words

FIELDS = ("words", "grams", "names")
"""The fields that an `Analyzer` makes."""

_GRAM = 4
_LEAST_NAME = 3  # consonants; fewer are shared by too many words
_CACHED_WORDS = 1 << 16

_UNSPACED = re.compile(
    r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)

_Tokens = tuple[tuple[str, ...], tuple[str, ...]]


class Analyzer:
    """Makes the tokens of each search field from text.

    - ``words``: stems (`rag.stemming`) without stop words. Chinese, Japanese and Korean: pairs of characters.
    - ``grams``: the four-character runs of each word, its ends marked by ``_``; Chinese, Japanese and
      Korean: single characters.
    - ``names``: the consonants (`rag.names.skeleton`) of Arabic words and of Latin words with a capital,
      after the script that a passage has them in. A question looks for them in the other script, so this
      field finds الكاظمي for Kadhimi and never counts a word twice that the others have found.

    Args:
        vocabulary: as `rag.stemming.Stemmer` takes it.
    """

    def __init__(self, vocabulary: Container[str] | None = None) -> None:
        self._stemmer = Stemmer(vocabulary)
        self._stop: dict[str, bool] = {}
        self._known: dict[str, dict[str, _Tokens]] = {}  # by language

    def fields(self, text: str, language: str = "") -> dict[str, list[str]]:
        """Return the tokens of a passage by field, in order. Every field is there, if empty.

        Stop words are left out unless there is nothing else. A token holds no white space.

        Args:
            text: of any language.
            language: ISO 639-1 code of its document; by the words' script if empty.
        """
        kept = self._without_stop_words(words(text))
        found = [self._tokens(word.text, language) for word in kept]
        return {
            "words": [token for tokens, _ in found for token in tokens],
            "grams": [token for _, tokens in found for token in tokens],
            "names": [f"{_script(word)}:{sounds}" for word, sounds in _names(kept, text, any_case=False)],
        }

    def question_fields(self, text: str, languages: Iterable[str] = ()) -> dict[str, list[str]]:
        """Return the tokens to look for, by field: as `fields`, but a word has a stem for each language.

        Args:
            text: a question in any language.
            languages: ISO 639-1 codes of the documents that it is asked of.
        """
        kept = self._without_stop_words(words(text))
        codes = ["", *sorted(set(languages))]
        found = [[self._tokens(word.text, language) for language in codes] for word in kept]
        # Typed without any capital, a name looks like every other word.
        any_case = text == text.lower()
        return {
            "words": [
                token for each in found for token in dict.fromkeys(t for tokens, _ in each for t in tokens)
            ],
            "grams": [token for each in found for token in each[0][1]],
            "names": [
                f"{'latin' if is_arabic(word) else 'arabic'}:{sounds}"
                for word, sounds in _names(kept, text, any_case=any_case)
            ],
        }

    def stem(self, word: str) -> str:
        """Return the stem of one word, folded or not."""
        return self._stemmer.stem(word)

    def is_stop(self, word: str) -> bool:
        """Tell whether a word, folded or not, is a stop word in any of the languages known."""
        return is_stop_word(fold_text(word))

    def _without_stop_words(self, found: list[Word]) -> list[Word]:
        stop = self._stop
        if len(stop) > _CACHED_WORDS:
            stop = self._stop = {}  # a thread that still uses the old one keeps it
        for word in found:
            if word.text not in stop:
                stop[word.text] = is_stop_word(word.text)
        return [word for word in found if not stop[word.text]] or found

    def _tokens(self, folded: str, language: str) -> _Tokens:
        """Return the tokens of a folded word for ``words``, and for ``grams``."""
        known = self._known.setdefault(language, {})
        tokens = known.get(folded)
        if tokens is None:
            if len(known) >= _CACHED_WORDS:
                known.clear()
            tokens = known[folded] = self._analyze(folded, language)
        return tokens

    def _analyze(self, folded: str, language: str) -> _Tokens:
        if _UNSPACED.match(folded):
            pairs = tuple(folded[i : i + 2] for i in range(len(folded) - 1))
            return pairs or (folded,), tuple(folded)
        word = number(folded) if folded[0].isdigit() else plain(folded)
        marked = f"_{word}_"
        grams = tuple(marked[i : i + _GRAM] for i in range(max(1, len(marked) - _GRAM + 1)))
        return (self._stemmer.stem(word, language),), grams


def _names(found: Iterable[Word], text: str, *, any_case: bool) -> list[tuple[str, str]]:
    """Return (folded word, its consonants) of each word that can be a name."""
    names = []
    for word in found:
        if is_arabic(word.text) or any_case or text[word.start].isupper():
            sounds = skeleton(word.text)
            if len(sounds) >= _LEAST_NAME:
                names.append((word.text, sounds))
    return names


def _script(word: str) -> str:
    return "arabic" if is_arabic(word) else "latin"
