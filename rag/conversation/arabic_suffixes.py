"""Pronouns joined to Arabic words: what they say of whom they mean, and the word without them."""

from __future__ import annotations

from dataclasses import dataclass

from rag.conversation import arabic_words as lexicon
from rag.conversation.arabic_nouns import NAMES, definite, is_arabic, kind_of
from rag.conversation.turns import Gender, Number
from rag.cues import folded
from rag.stopwords import ARABIC

_WHOLE = (
    folded("""
        وجه اتجاه مياه شبه فقه نبيه وجيه نزيه كره انتباه اشتباه منتزه توجه تشابه مشابه سفيه إله الله
        هذه لله والله شاه سهم فهم مهم وهم دعم أهم اتهم تفاهم ساهم استفهم التهم داهم ألهم أسهم دراهم
        مراهم ملهم مبهم تنبيه توجيه ترفيه تشبيه تشويه تافه معتوه عبده طه مها بها نها أبها هاها فواكه
        أفواه مكروه شبيه تأليه جباه شفاه أشباه سنه مره ساعه مدينه دوله شركه قريه جهه منطقه فتره نسبه
        درجه عاصمه قيمه حكومه حركه جامعه محافظه جلاله مواجهه مكتبه فاكهه نزهه جبهه برهه سها زها كريه
        معافاه وفاه حياه يشبه تشبه يواجه تواجه يكره تكره يتجه تتجه ينتبه تنتبه يشوه يوجه ينبه يتوجه
        تتوجه اتجه انتبه يشتبه نبه شوه
    """)
    | ARABIC
)
_KEEP_TA = folded("""
    وقت بيت صوت بنت أخت موت زيت صمت سكوت توقيت تصويت تثبيت حوت ملكوت كبريت صيت تابوت بيوت أصوات موقت تفويت
    تفتيت كلمات نبت سبت هفوات تعنت بخت تخت كبت
""")
_LONG_TA = folded("""
    وفات حيات نجات مبارات معانات مأسات قنات مساوات زكات فتات محاكات مراعات مواسات ملهات قضات
    ولات رعات دعات موالات مكافات معادات مفاجات مقاضات محابات مجارات
""")
_KEEP_ALEF = folded("دعا غزا أبا أخا رجا تلا شكا ضحايا قضايا هدايا نوايا مزايا خلايا وصايا بقايا زوايا")


@dataclass(frozen=True, slots=True)
class Suffix:
    """A pronoun joined to a word."""

    letters: int  # how many letters it has
    gender: Gender
    number: Number
    stem: str  # the folded word without it, as it is written alone: زوجة for زوجته


def suffixed(word: str) -> Suffix | None:
    """Return the pronoun joined to a folded noun or verb; None where its end belongs to the word itself."""
    if definite(word) or word in _WHOLE or word in NAMES or word in lexicon.PLACES or not is_arabic(word):
        return None
    if word.startswith(("وال", "بال", "فال", "كال", "لل")):
        return None
    for end, gender, number in (("هم", "", "p"), ("ها", "f", ""), ("ه", "m", "s")):
        if word.endswith(end) and len(word) - len(end) >= 2:
            stem = word[: -len(end)]
            known = kind_of(stem) or stem in lexicon.PROPERTIES or stem in lexicon.OWNERS
            if end == "ه" and not known and kind_of(stem + "ة"):  # ة written ه
                return None
            return Suffix(len(end), gender, number, alone(stem))  # type: ignore[arg-type]
    return None


def alone(stem: str) -> str:
    """Return a folded word as written without its pronoun: زوجت → زوجة, بنا → بنى."""
    if stem.endswith(("اؤ", "ائ")):
        return stem[:-1] + "ء"
    if stem in _LONG_TA:
        return stem[:-1] + "ة"
    if stem.endswith("ت") and not stem.endswith("ات") and stem not in _KEEP_TA and len(stem) > 2:
        return stem[:-1] + "ة"
    if stem.endswith("ا") and not stem.endswith("يا") and stem not in _KEEP_ALEF:
        return stem[:-1] + "ى"
    return stem
