"""Find the places that a sentence names: those that a preposition or a word such as "city" announces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.cues import folded
from rag.names import is_arabic
from rag.weighing.bodies import COUNTRIES, TOWNS
from rag.weighing.statements import Statement, is_stop

STOPS = frozenset("،,;؛:()[]—–")
LONGEST = 3  # words
IN = folded("في in at near through across outside off around à au aux en dans sur près vers")
PLACE_NOUNS = folded("""
    مدينة محافظة ولاية قرية بلدة منطقة إقليم حي قضاء جزيرة ميناء مطار city town province
    village district island ville région quartier commune île port""")
NO_PLACE = folded("""
    حين الوقت وقت ظل إطار حال سياق بيان مؤتمر تصريح تغريدة مقابلة كلمة خطاب تقرير خبر حديث حادث الحادث
    حادثة جلسة مختلف أنحاء أرجاء عدة بعض كل جميع أكثر أقل نحو المنطقة البلاد المدينة القرية المحافظة
    العاصمة بلد بلاد العالم سوق السوق مبنى المبنى مدرسة المدرسة مستشفى المستشفى منزل المنزل شارع الشارع
    طريق الطريق مسجد كنيسة ملعب قاعة مصنع المصنع منجم المنجم نفق النفق جسر الجسر محطة المحطة مطعم فندق
    معسكر قاعدة موقع الموقع مكان المكان داخل خارج مقتل إصابة جرح الأقل الأكثر المئة المائة المجموع مجموع
    الإجمالي إجمالي جولة الجولة دورة الدورة مباراة المباراة صفوف حق شأن مجال قطاع نهاية بداية مطلع ختام
    أعقاب أثناء غضون ما ذلك هذا هذه تلك الذي التي ه ها هم""")


def places(statement: Statement, tokens: Sequence[str], said: frozenset[int]) -> Iterator[tuple[str, ...]]:
    """Yield the folded words of each place that is not part of the answer, of a time or of `said`."""
    timed = {i for time in statement.times for i in range(time.first, time.last)}
    for i, token in enumerate(tokens):
        place = _arabic_place(tokens, i) if is_arabic(token) else _latin_place(statement, tokens, i)
        taken = said | timed | set(range(statement.first, statement.last))
        if place and taken.isdisjoint(place):
            yield tuple(_plain(tokens[j]) for j in place)


def _plain(token: str) -> str:
    for form in (token, token.removeprefix("ب"), token.removeprefix("و"), token.removeprefix("ل")):
        if form in COUNTRIES or form in TOWNS:
            return form.removeprefix("ال")
    return token.removeprefix("ال")


def _arabic_place(tokens: Sequence[str], i: int) -> range | None:
    """Return the word that names a place: one that follows "city", or a country or town that is known."""
    token = tokens[i]
    if any(
        form in COUNTRIES or form in TOWNS
        for form in (token, token.removeprefix("ب"), token.removeprefix("و"))
    ):
        return range(i, i + 1)
    kind = token.removeprefix("ب").removeprefix("و")
    if kind in PLACE_NOUNS and i + 1 < len(tokens):
        following = tokens[i + 1]
        if following not in NO_PLACE and following not in PLACE_NOUNS and not is_stop(following):
            return range(i + 1, i + 2)
    return None


def _latin_place(statement: Statement, tokens: Sequence[str], i: int) -> range | None:
    """Return the capitals after a preposition: in Tarring, at the mill of Arlanc."""
    if tokens[i] not in IN:
        return None
    text, given = statement.span.context, statement.words
    first = i + 1
    while first < len(tokens) and first - i <= LONGEST + 1 and not text[given[first].start].isupper():
        if STOPS.intersection(text[given[first - 1].end : given[first].start]):
            return None
        first += 1
    last = first
    while last < len(tokens) and last - first < LONGEST and text[given[last].start].isupper():
        if last > first and text[given[last - 1].end : given[last].start].strip(" -'’"):
            break
        last += 1
    return range(first, last) if last > first and last - i <= 2 * LONGEST else None
