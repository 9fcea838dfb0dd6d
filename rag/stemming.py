"""Cut words to their stems: Arabic by rules of our own, other languages by Snowball's."""

from __future__ import annotations

import re
from collections.abc import Container

from rag.text import fold_text

_ARABIC_LETTER = re.compile(r"[\u0620-\u06d3]")
_SCRIPTS = (  # the letters of a script, Snowball's algorithms for it by language, and the one for all others
    (
        re.compile(r"[a-z]"),
        {
            "en": "english", "fr": "french", "es": "spanish", "de": "german", "tr": "turkish",
            "it": "italian", "pt": "portuguese", "id": "indonesian", "nl": "dutch", "sv": "swedish",
            "da": "danish",
            "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "fi": "finnish", "ro": "romanian",
            "hu": "hungarian", "pl": "polish", "cs": "czech", "ca": "catalan", "et": "estonian",
            "lt": "lithuanian", "ga": "irish", "eu": "basque", "eo": "esperanto",
        },
        "english",
    ),
    (re.compile(r"[\u0400-\u052f]"), {"ru": "russian"}, "russian"),
    (re.compile(r"[\u0370-\u03ff]"), {"el": "greek"}, "greek"),
    (re.compile(r"[\u0531-\u058a]"), {"hy": "armenian"}, "armenian"),
    (re.compile(r"[\u0900-\u097f]"), {"hi": "hindi", "ne": "nepali"}, "hindi"),
    (re.compile(r"[\u0b80-\u0bff]"), {"ta": "tamil"}, "tamil"),
)  # fmt: skip

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


class Stemmer:
    """Cuts a word to its stem.

    Arabic: articles, proclitics and common endings come off by rule (light10's: Larkey, Ballesteros and
    Connell 2007, repeated until nothing changes), ة→ه last. Other scripts: the language's Snowball algorithm.
    Numbers: as `rag.text.words` writes them, without leading zeros.

    Args:
        vocabulary: folded words of a corpus that will not change. A one-letter proclitic then comes off only
            where what remains is one of them; without it, where at least four letters remain.
    """

    def __init__(self, vocabulary: Container[str] | None = None) -> None:
        import Stemmer

        self._vocabulary = vocabulary
        self._open = Stemmer.Stemmer
        self._algorithms: dict[str, Stemmer.Stemmer] = {}

    def stem(self, word: str, language: str = "") -> str:
        """Return the stem of one word, folded or not.

        Args:
            word: without spaces.
            language: ISO 639-1 code of the text; one that does not fit the word's script counts for nothing.
        """
        folded = plain(fold_text(word))
        if folded[:1].isdigit():
            return number(folded)
        if _ARABIC_LETTER.match(folded):
            return self._arabic_stem(folded)
        for letters, algorithms, other in _SCRIPTS:
            if letters.match(folded):
                return self._stem_by(algorithms.get(language, other), folded)
        return folded

    def _stem_by(self, algorithm: str, folded: str) -> str:
        if algorithm not in self._algorithms:
            # No cache of Snowball's own: its results are kept by whoever analyzes texts.
            self._algorithms[algorithm] = self._open(algorithm, 0)
        return str(self._algorithms[algorithm].stemWord(folded)) or folded  # Greek ισμός leaves nothing

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


def plain(folded: str) -> str:
    """Return a folded word without its apostrophes (Iraq's, Qur'an), in the one spelling of several."""
    if "'" in folded:
        folded = folded.replace("'s", "").replace("'", "") or folded
    for written, chosen in _SPELLINGS:
        if written in folded:
            folded = folded.replace(written, chosen)
    return folded


def number(folded: str) -> str:
    """Return 7 for 07 and 3.5 for 3.50, so that one number is one token."""
    if "." in folded:
        folded = folded.rstrip("0").rstrip(".")
    return folded.lstrip("0") or "0"
