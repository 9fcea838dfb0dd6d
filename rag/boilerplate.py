"""Lines that belong to a web page and not to its text: what to read next, share buttons, notices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text import fold_text

_READ_ALSO = """
    ربما يعجبك أيضا | قد يعجبك أيضا | قد يهمك أيضا | قد يهمك | اقرأ أيضا | إقرأ أيضا | اقرؤوا أيضا |
    طالع أيضا | شاهد أيضا | اقرأ المزيد | للمزيد | مواضيع ذات صلة | مقالات ذات صلة | أخبار ذات صلة |
    موضوعات متعلقة | مواضيع متعلقة | الأكثر قراءة | read also | also read | read more | see also |
    related articles | related stories | related | you may also like | recommended for you | most read |
    lire aussi | à lire aussi | voir aussi | sur le même sujet | lea también | lee también | te puede
    interesar | ver también | noticias relacionadas | lesen sie auch | mehr zum thema | auch interessant
    | ayrıca okuyun | bunları da okuyun | ilginizi çekebilir | ilgili haberler | بیشتر بخوانید | همچنین
    بخوانید | مطالب مرتبط
"""
_WHOLE_LINE = """
    شارك | شارك الخبر | مشاركة | شارك المقال | طباعة | أرسل | تابعونا | تابعنا على تويتر | تابعنا على
    فيسبوك | اشترك | اشترك الآن | جميع الحقوق محفوظة | share | share this | share this article | print |
    tweet | follow us | subscribe | subscribe now | advertisement | all rights reserved | partager |
    imprimer | publicité | tous droits réservés | compartir | imprimir | publicidad | todos los derechos
    reservados | teilen | drucken | anzeige | alle rechte vorbehalten | paylaş | yazdır | reklam | tüm
    hakları saklıdır | إعلان | اعلانات
"""


def _phrases(listed: str) -> str:
    return "|".join(re.escape(fold_text(" ".join(phrase.split()))) for phrase in listed.split("|"))


_BOILERPLATE = re.compile(
    rf"\W*(?:(?:{_phrases(_READ_ALSO)})(?:\s*[:：|]\s*.{{0,200}})?|{_phrases(_WHOLE_LINE)}"
    rf"|(?:©|\(c\)|copyright\b|{_phrases('جميع الحقوق محفوظة')}).{{0,100}})\W*"
)


def boilerplate(text: str, start: int = 0) -> list[tuple[int, int]]:
    """Return the spans of the lines from `start` on that belong to a web page and not to its text.

    "ربما يعجبك أيضا", "Read also: …", "Partager", copyright notices. They stay in the document, so that
    offsets hold; they are only not searched.
    """
    return [
        (low, high)
        for low, high in _lines(text, start)
        if high - low < 260 and _BOILERPLATE.fullmatch(fold_text(text[low:high]).strip())
    ]


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(r"[^\r\n]+").finditer(text, start):
        yield match.span()
