"""Turn text into search tokens: stems of words, and n-grams of characters that forgive what stems miss.

A word's tokens depend on the word alone, never on the language guessed for its text, on the other words or on
when it was indexed. So a question and a passage always agree, and an index stays right when documents come
and go.
"""

from __future__ import annotations

import re
from collections.abc import Container

from rag.stopwords import is_stop_word
from rag.text import fold_text, words

FIELDS = ("words", "grams")
"""The fields that an `Analyzer` makes."""

_GRAM = 4
_CACHED_WORDS = 1 << 16

_ARABIC_LETTER = re.compile(r"[\u0620-\u06d3]")
_CYRILLIC_LETTER = re.compile(r"[\u0400-\u052f]")
_UNSPACED = re.compile(
    r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)

# The article, alone or after a one-letter preposition, and how much of the word must be left.
_ARTICLES = (("بال", 3), ("كال", 3), ("فال", 3), ("لل", 3), ("ال", 2))
_PROCLITICS = "وبكل"  # and, with, like, to; ف begins too many words of its own
_SUFFIXES = ("ها", "هم", "ا", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")
_MIN_STEM = 3
_WHOLE = {  # their first letters look like the article or a preposition
    **dict.fromkeys(("الله", "والله", "بالله", "لله", "فالله"), "الله"),
    **dict.fromkeys(("والد", "والده", "والدة", "والدي", "والدته", "والدتها", "والدها", "والدهم"), "والد"),
    **dict.fromkeys(("والدين", "والدان", "والديه", "والديها"), "والد"),
    **dict.fromkeys(("بالغ", "بالغة", "بالغا", "بالغين", "بالغون"), "بالغ"),
    **dict.fromkeys(("الاف", "الالاف"), "الاف"),
    **dict.fromkeys(("الات", "الالات", "الة", "الالة"), "الات"),
    **dict.fromkeys(("الية", "اليات", "الالية", "الاليات"), "اليات"),
    **dict.fromkeys(("للجنة", "للجان"), "لجن"),
    "الان": "الان",
}
_RADICAL_FORMS = """
    وادي واشنطن واقع وباء وثائق وثيق وجه وجود وحد وراث وردي ورش ورق وزار وزراء وزن وزير وسائل وسطاء وسيط
    وسيل وصاي وصف وصول وضع وطن وظائف وظيف وعد وعود وعي وفا وفد وفود وقت وقف وقوف وكال وكلاء وكيل ولائ
    ولاد ولاي وليد باب بابل باحث باريس باص باكستان بايدن بحث بحر بحوث بدا بديل برازيل برامج برتغال
    برلمان برلين برنامج بريطان بشر بصر بضائع بضاع بطار بطاق بطل بطول بعث بعيد بغداد بقاء بكتيريا بكين
    بلاد بلاغ بلجيك بلدان بلدي بلغار بلوغ بناء بند بنغاز بنغلاديش بنك بنود بنوك بني بوتين بورما بوش
    بولند بيئ بيان بيت بيروت بيض بيع بيوت كائن كاتب كاظم كامل كبار كبير كتائب كتاب كتب كتل كثاف كثير
    كرام كربلاء كرة كردستان كرس كركوك كفاء كلم كلي كليات كماي كمبيوتر كميات كميه كنائس كندا كنز كنيس
    كهرباء كواكب كوب كورونا كوري كوكب كولومب كويت كيان كيميا كيني لاجئ لاعب لباس لبنان لجان لجن لحظ لعب
    لغات لغو لقاء لقاح لندن لواء لوائح لوح لوكسمبورغ لون ليبر ليبيا ليتوان ليل
"""
# Common words whose own first letter is و ب ك or ل, by what all their forms begin with.
_RADICAL = tuple(fold_text(form) for form in _RADICAL_FORMS.split())
_SPELLINGS = (  # one spelling of what is written in several; on folded words, after their proclitics
    ("اميرك", "امريك"),
    ("انكليز", "انجليز"),
    ("انكلتر", "انجلتر"),
    ("غوغل", "جوجل"),
    ("قوقل", "جوجل"),
    ("تليفزيون", "تلفزيون"),
    ("تليفون", "تلفون"),
    ("تموز", "يوليو"),
    ("حزيران", "يونيو"),
    ("ايار", "مايو"),
    ("نيسان", "ابريل"),
    ("شباط", "فبراير"),
    ("ايلول", "سبتمبر"),
    ("مائة", "مئة"),
    ("مائت", "مئت"),
    ("ئو", "ؤو"),  # مسئول, شئون
    ("اوربا", "اوروبا"),
    ("اوربي", "اوروبي"),
)


class Analyzer:
    """Makes the tokens of each search field from text.

    - ``words``: stems without stop words. Arabic: articles, proclitics and common endings come off by rule
      (light10's, repeated until nothing changes), ة→ه last; Latin letters: Snowball English; Cyrillic:
      Snowball Russian; numbers as `rag.text.words` writes them, without leading zeros. Chinese, Japanese and
      Korean: pairs of characters.
    - ``grams``: the four-character runs of each word, its ends marked by ``_``; Chinese, Japanese and
      Korean: single characters.

    Args:
        vocabulary: folded words of a corpus that will not change. A one-letter proclitic then comes off only
            where what remains is one of them; without it, where at least four letters remain.
    """

    def __init__(self, vocabulary: Container[str] | None = None) -> None:
        import Stemmer

        self._vocabulary = vocabulary
        self._english = Stemmer.Stemmer("english")
        self._russian = Stemmer.Stemmer("russian")
        self._cache: dict[str, tuple[bool, tuple[str, ...], tuple[str, ...]]] = {}

    def fields(self, text: str) -> dict[str, list[str]]:
        """Return the tokens of `text` by field, in order. Every field is there, if empty.

        Stop words are left out unless there is nothing else. A token holds no white space.
        """
        found = [self._tokens(word.text) for word in words(text)]
        kept = [entry for entry in found if not entry[0]] or found
        return {
            "words": [token for entry in kept for token in entry[1]],
            "grams": [token for entry in kept for token in entry[2]],
        }

    def stem(self, word: str) -> str:
        """Return the stem of one word, folded or not."""
        folded = _plain(fold_text(word))
        if folded[:1].isdigit():
            return _number(folded)
        if _ARABIC_LETTER.match(folded):
            return self._arabic_stem(folded)
        if _CYRILLIC_LETTER.match(folded):
            return str(self._russian.stemWord(folded))
        return str(self._english.stemWord(folded))

    def is_stop(self, word: str) -> bool:
        """Tell whether a word, folded or not, is a stop word in any of the languages known."""
        return is_stop_word(fold_text(word))

    def _tokens(self, folded: str) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
        """Return for a folded word whether it is a stop word, its tokens for ``words``, and for ``grams``."""
        entry = self._cache.get(folded)
        if entry is None:
            if len(self._cache) >= _CACHED_WORDS:
                self._cache.clear()
            entry = self._cache[folded] = (is_stop_word(folded), *self._analyze(folded))
        return entry

    def _analyze(self, folded: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if _UNSPACED.match(folded):
            pairs = tuple(folded[i : i + 2] for i in range(len(folded) - 1))
            return pairs or (folded,), tuple(folded)
        word = _number(folded) if folded[0].isdigit() else _plain(folded)
        marked = f"_{word}_"
        return (self.stem(word),), tuple(
            marked[i : i + _GRAM] for i in range(max(1, len(marked) - _GRAM + 1))
        )

    def _arabic_stem(self, word: str) -> str:
        before = ""
        while before != word:
            if word in _WHOLE:
                return _WHOLE[word]
            before, word = word, self._without_prefix(word)
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= _MIN_STEM:
                word = word[: -len(suffix)]
        return word.replace("ة", "ه")

    def _without_prefix(self, word: str) -> str:
        for article, least in _ARTICLES:
            if word.startswith(article) and len(word) - len(article) >= least:
                return word[len(article) :]
        if word[0] in _PROCLITICS and not word.startswith(_RADICAL):
            rest = word[1:]
            if self._vocabulary is None:
                if len(rest) >= 4:
                    return rest
            elif len(rest) >= 2 and (rest in self._vocabulary or "ال" + rest in self._vocabulary):
                return rest
        return word


def _plain(folded: str) -> str:
    """Return a folded word without its apostrophes (Iraq's, Qur'an), in the one spelling of several."""
    if "'" in folded:
        folded = folded.replace("'s", "").replace("'", "") or folded
    for written, chosen in _SPELLINGS:
        if written in folded:
            folded = folded.replace(written, chosen)
    return folded


def _number(folded: str) -> str:
    """Return 7 for 07 and 3.5 for 3.50, so that one number is one token."""
    if "." in folded:
        folded = folded.rstrip("0").rstrip(".")
    return folded.lstrip("0") or "0"
