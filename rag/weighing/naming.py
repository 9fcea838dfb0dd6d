"""Whether two names are one: across titles, spellings, scripts and abbreviations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from rag.cues import folded
from rag.names import is_arabic, similarity, skeleton

Alike = Callable[[str, str], float]

TITLES = folded("""
    السيد السيدة الدكتور الدكتورة دكتور الشيخ الإمام الرئيس رئيس رئيسة الوزراء الوزير وزير وزيرة نائب
    الملك ملك الأمير أمير الأميرة الجنرال اللواء العميد العقيد الفريق المهندس الأستاذ البروفيسور القاضي
    المدرب مدرب اللاعب المتحدث المتحدثة باسم الناطق الناطقة المدير مدير مديرة العام السفير سفير الأمين
    الحاكم حاكم المحافظ محافظ عمدة المفوض المبعوث الباحث الباحثة الكاتب الكاتبة الخارجية الدفاع الداخلية
    المالية الصحة التعليم مدينة المدينة محافظة ولاية قرية بلدة جمهورية مملكة دولة منطقة إقليم بلدية شركة
    منظمة مؤسسة هيئة جماعة mr mrs ms dr sir lord president minister prime general captain coach king
    queen prince princess professor prof judge mayor governor ambassador secretary spokesman spokeswoman
    spokesperson chief director foreign defense defence interior finance former city town village
    province republic kingdom state of the company m mme mlle le la les l el président présidente
    ministre premier première roi reine général capitaine maire ville village république affaires
    étrangères de du des d señor señora don doña herr frau der die das""")
_LEAST_ALIKE = 0.75
_LONGEST = 8  # words of a name; longer texts are not compared by their sound
_RESPELT = 0.85  # of two skeletons of at least four consonants in the Arabic script: غوتيريش, جوتيريس
_TRANSLATED = 0.55  # of the words of a body's or a place's name in another language
#: A word that makes somebody or something else of a name: the deputy minister, the minister's son.
_OTHERS = folded("""
    نائب نائبة مساعد مساعدة وكيل معاون سكرتير نجل ابنة زوجة زوج شقيق شقيقة والد والدة حفيد خليفة سلف
    مستشار سابق السابق الأسبق deputy vice assistant acting son daughter wife husband brother sister
    father mother adviser advisor former ex adjoint adjointe fils fille épouse frère sœur père mère
    conseiller ancien ancienne""")
#: Words that are written apart in one language and together in another: عبد القادر, Abdelkader.
_JOINED = folded("عبد بن ابن أبو أبي ابو آل أم ben bin ibn abu abou abd abdel abdul abdal ould umm")
_ARTICLES = frozenset(("al", "el"))
_LINKS = folded("of the de du des la le les and et في من d l")


def key(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a name that tell it from others: no title, article or conjunction."""
    return _key(tuple(tokens))


@lru_cache(maxsize=1 << 12)
def _key(tokens: tuple[str, ...]) -> tuple[str, ...]:
    given = list(tokens)
    if len(given) > 1 and len(given[0]) > 3 and given[0] not in TITLES:
        given[0] = given[0].removeprefix("و")  # "and": وقاسم is قاسم
    bare = [token.removesuffix("'s") for token in given if token not in _ARTICLES] or given
    content = [token for token in bare if not is_title(token)] or bare
    return tuple(_plain(token) for token in content)


def is_title(token: str) -> bool:
    """Tell whether a folded word is part of a title, with or without its article."""
    return token in TITLES or "ال" + token in TITLES or token.removeprefix("ال") in TITLES


def same(left: Sequence[str], right: Sequence[str], alike: Alike) -> bool:
    """Tell whether two names, as `key` gives them, are one: every word of the shorter is in the longer.

    A name of one script keeps its letters, but for what transliteration leaves open in Latin; between two
    scripts its sound decides, or, for words that are translated (the United Nations), `alike`.
    """
    if _OTHERS.intersection(left) != _OTHERS.intersection(right):
        return False
    few, many = sorted((list(left), list(right)), key=len)
    if not few:
        return False
    if len(few) == 1 and _stands_for(few[0], many):
        return True
    few, many = sorted((_joined(few), _joined(many)), key=len)
    if len(few) > _LONGEST:
        return few == many
    rest = list(many)
    for token in few:
        one = next((other for other in rest if _word(token, other, alike)), None)
        if one is None:
            return False
        rest.remove(one)
    return True


def _joined(name: Sequence[str]) -> list[str]:
    """Write what may be written apart together: عبد القادر, Abd al-Kader."""
    found: list[str] = []
    open_ = False
    for token in name:
        if open_:
            found[-1] += token
        else:
            found.append(token)
        open_ = token in _JOINED
    return found


def _word(left: str, right: str, alike: Alike) -> bool:
    """Tell whether two words are one."""
    if left == right or _sound_alike(left, right):
        return True
    if is_arabic(left) != is_arabic(right):
        return alike(left, right) >= _TRANSLATED
    return not is_arabic(left) and _kin(left, right, alike)


@lru_cache(maxsize=1 << 14)
def _sound_alike(left: str, right: str) -> bool:
    """Tell whether two words are one by their letters and what those sound like."""
    one, other = skeleton(left), skeleton(right)
    least = min(len(left), len(right))
    if is_arabic(left) != is_arabic(right):
        return similarity(one, other) >= _LEAST_ALIKE
    if is_arabic(left):
        foreign = least >= 5 and min(len(one), len(other)) >= 4 and similarity(one, other) >= _RESPELT
        return foreign or (least >= 6 and _edits(left, right) <= 1)
    if least == 1:
        return left[0] == right[0]
    sound = min(len(one), len(other)) >= 2 and one == other and left[0] == right[0] and len(left) > 3
    return sound or _edits(left, right) <= (least >= 7)


def _kin(left: str, right: str, alike: Alike) -> bool:
    """Tell whether two Latin words of different languages name one place or body: Germany, Allemagne."""
    return min(len(left), len(right)) >= 4 and left[0] != right[0] and alike(left, right) >= 0.85


def _stands_for(token: str, name: Sequence[str]) -> bool:
    """Tell whether a word is made of the initials of a name: un, United Nations."""
    content = [word for word in name if word not in _LINKS]
    return len(content) >= 2 and token == "".join(word[0] for word in content)


def _plain(token: str) -> str:
    token = token.replace("ة", "ه")
    for article in ("وال", "بال", "لل", "ال"):
        if token.startswith(article) and len(token) - len(article) >= 3:
            return token[len(article) :]
    return token[3:] if token.startswith("al-") else token


def _edits(left: str, right: str) -> int:
    """Return 0, 1 or 2 for equal words, words one letter apart, and others."""
    if left == right:
        return 0
    if len(left) > len(right):
        left, right = right, left
    if len(right) - len(left) > 1:
        return 2
    at = next((i for i, letter in enumerate(left) if letter != right[i]), len(left))
    rest = left[at + 1 :] if len(left) == len(right) else left[at:]
    return 1 if rest == right[at + 1 :] else 2
