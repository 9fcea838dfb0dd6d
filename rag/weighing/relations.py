"""How two statements stand to one another: the same, both true, or at odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.cues import folded
from rag.names import is_arabic
from rag.question import Question
from rag.synonyms import EVENT_OF, forms
from rag.weighing import naming, occasions, quantities, slots, times
from rag.weighing.bodies import COUNTRIES, body
from rag.weighing.origins import copies
from rag.weighing.quantities import Quantity
from rag.weighing.statements import Alike, Statement, is_stop, stem

Comparison = Literal["same", "compatible", "conflict"]

_LONG_NAME = 4  # words from which a name is a description: a cave north of the town
_SHARED_WORDS = 0.7  # of the content words of the shorter text
_SHARED_OF_NAME = 0.6
_FAR = 250  # days between two documents after which an office or a state may have changed hands
_ONE_EVENT = 240  # days: what comes again, as visits do, is seldom closer
_LONG_VOWELS = "اويىءئؤةه"
_RATIO = 4.0  # reports on one thing err by less
_UNLIKE_UNITS = 0.3
_AGAIN = folded("الأخيرة السابقة again previous earlier précédente")
_REGIONS = folded("""
    محافظة ولاية إقليم منطقة مقاطعة جنوب شمال شرق غرب جنوبي شمالي شرقي غربي ريف صحراء ساحل جبال سهل
    province region state county district governorate north south east west northern southern eastern
    western coast coastal valley région province département comté nord sud est ouest vallée côte""")
_FORMER = folded("السابق السابقة سابقا الأسبق الراحل former previous then ex ancien ancienne late")

#: What several do: a question with one of these has more than one right answer.
_SEVERAL = folded("""
    حضر حضروا شارك شاركت شاركوا يشارك تحدث تحدثت التقى التقت اجتمع قابل استقبل زار زارت وقع وقعت وقعوا
    رافق دعا دعت انتقد انتقدت أيد أيدت عارض عارضت رحب رحبت ندد نددت طالب طالبت حذر حذرت قال قالت صرح
    صرحت أكد أشاد ساعد دعم يدعم لعب لعبت مثل ينتشر تنتشر ينتشرون يعمل تعمل يعيش تعيش وصل وصلت مر زارها
    فاز فازت attended attend attends participated took joined spoke speak met meet visited signed
    criticised criticized supported opposed welcomed condemned called urged warned said says helped
    accompanied backs support work live assisté participé parlé rencontré visité signé critiqué soutenu
    dit déclaré salué condamné accompagné aidé""")
_ONCE = folded("""
    ولد ولدت توفي توفيت مات تأسس تأسست أسس أسست أنشئ أنشئت بني بنيت افتتح افتتحت اكتشف استقل استقلت
    اغتيل born died founded established built opened discovered independence assassinated created né née
    mort fondé fondée créé créée inauguré inaugurée construit construite découvert""")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question leaves to compare."""

    question: Question
    tokens: frozenset[str]  # folded
    slot: slots.Slot
    single: bool  # has one answer: one person, one place

    @classmethod
    def of(cls, question: Question, tokens: Sequence[str]) -> Asked:
        """Read a question of these folded words."""
        given = {form for token in tokens for form in forms(token)}
        single = question.kind in ("person", "organisation", "place") and given.isdisjoint(_SEVERAL)
        return cls(question, frozenset(tokens), slots.asked(tokens), single)


def compare(asked: Asked, left: Statement, right: Statement, alike: Alike) -> Comparison:
    """Return how two statements stand.

    Only what is said of one slot of one event can be at odds: what shows two slots or two events makes any
    two values compatible.
    """
    one_sentence = left.document == right.document and left.span.context_start == right.span.context_start
    if left.sort == right.sort == "number":
        return _numbers(asked, left, right, alike, one_sentence)
    if left.sort == right.sort == "time":
        return _times(asked, left, right, alike, one_sentence)
    if {left.sort, right.sort} <= {"name", "text"}:
        return _names(asked, left, right, alike, one_sentence)
    return "compatible"


def _numbers(asked: Asked, left: Statement, right: Statement, alike: Alike, one_sentence: bool) -> Comparison:
    a, b = left.quantity, right.quantity
    if a is None or b is None or _other_thing(left, right, alike):
        return "compatible"
    if quantities.same(a, b):
        if one_sentence or copies([w.text for w in left.words], [w.text for w in right.words]):
            return "same"
        return "compatible" if occasions.differ(left, right, asked.tokens, alike) else "same"
    if one_sentence or quantities.meet(a, b) or _far(left, right) or _out_of_scale(a, b):
        return "compatible"
    return "compatible" if occasions.differ(left, right, asked.tokens, alike) else "conflict"


def _out_of_scale(left: Quantity, right: Quantity) -> bool:
    """Tell whether two values are too far apart for reports on one thing."""
    small, large = sorted((abs(left.value), abs(right.value)))
    return left.dimension is None and (small == 0 or large / small > _RATIO)


def _other_thing(left: Statement, right: Statement, alike: Alike) -> bool:
    """Tell whether two numbers are of different dimensions, slots or things."""
    a, b = left.quantity, right.quantity
    if a is None or b is None:
        return True
    if a.dimension != b.dimension:
        return not (_is_bare(a) or _is_bare(b))
    same_value = quantities.same(a, b)
    one_state = left.slot.state is not None and left.slot.state == right.slot.state
    if same_value and one_state and left.slot.included == right.slot.included:
        return False  # eleven civilians killed and eleven people killed
    if slots.differ(left.slot, right.slot, same_value):
        return True
    if a.counted and b.counted and not (left.slot.people and right.slot.people):
        same = left.slot.state and left.slot.state == right.slot.state
        people = left.slot.people or right.slot.people
        one_script = is_arabic(a.counted) == is_arabic(b.counted)
        if not same and people and "event" in (_noun_of(a.counted), _noun_of(b.counted)):
            return True  # fifty attacks are not fifty wounded
        if not same and not people and one_script and not _one_noun(a, b, alike):
            return True
    return _qualified_apart(left, right, alike)


def _one_noun(left: Quantity, right: Quantity, alike: Alike) -> bool:
    """Tell whether two quantities count the same: قذيفة and قذائف, which have their consonants in common."""
    for one in left.nouns or (left.counted or "",):
        for other in right.nouns or (right.counted or "",):
            if is_stop(one) or is_stop(other):
                continue
            if alike(one, other) >= _UNLIKE_UNITS or (is_arabic(one) and _root(one) == _root(other) != ""):
                return True
    return False


def _noun_of(word: str) -> str:
    return "event" if any(form in EVENT_OF for form in forms(word)) else ""


def _root(word: str) -> str:
    """Return the consonants of an Arabic word, "" for fewer than two."""
    consonants = "".join(letter for letter in word.removeprefix("ال") if letter not in _LONG_VOWELS)
    return consonants if len(consonants) >= 2 else ""


def _is_bare(quantity: Quantity) -> bool:
    return quantity.dimension is None and quantity.counted is None


def _qualified_apart(left: Statement, right: Statement, alike: Alike) -> bool:
    """Tell whether one counts American soldiers and the other foreign ones."""
    a, b = left.quantity, right.quantity
    if a is None or b is None:
        return False
    for one, other, statement in ((a, b, right), (b, a, left)):
        if one.qualifier is None or one.qualifier == other.qualifier:
            continue
        if slots.is_counted(one.qualifier):
            continue
        named = max((alike(one.qualifier, word.text) for word in statement.words), default=0.0)
        if other.qualifier is not None and alike(one.qualifier, other.qualifier) < 0.5:
            return True
        if other.qualifier is None and named < 0.5:
            return True
    return False


def _times(asked: Asked, left: Statement, right: Statement, alike: Alike, one_sentence: bool) -> Comparison:
    if left.days is None or right.days is None:
        return "compatible"
    how = times.compare(left.days, right.days)
    if how == "same":
        return "same"
    if how != "apart" or one_sentence or occasions.differ(left, right, asked.tokens, alike):
        return "compatible"
    gap = times.gap(left.days, right.days)
    once = bool({stem(form) for form in _ONCE} & {stem(token) for token in asked.tokens})
    again = any(word.text in _AGAIN for one in (left, right) for word in one.words)
    near = gap is None or gap <= _ONE_EVENT
    return "conflict" if once or (near and not again) else "compatible"


def _names(asked: Asked, left: Statement, right: Statement, alike: Alike, one_sentence: bool) -> Comparison:
    ours, theirs = naming.key(left.tokens), naming.key(right.tokens)
    bodies = body(list(left.tokens)), body(list(right.tokens))
    if None not in bodies:
        return "same" if bodies[0] == bodies[1] else _one_of_two(asked, left, right, alike, one_sentence)
    if naming.same(ours, theirs, alike) or _abbreviates(left, right) or _abbreviates(right, left):
        return "same"
    if "text" in (left.sort, right.sort):
        return "same" if _same_text(ours, theirs) else "compatible"
    if min(len(ours), len(theirs)) >= _LONG_NAME and _same_text(ours, theirs, _SHARED_OF_NAME):
        return "same"
    return _one_of_two(asked, left, right, alike, one_sentence)


def _one_of_two(
    asked: Asked, left: Statement, right: Statement, alike: Alike, one_sentence: bool
) -> Comparison:
    """Return how two names stand that are not one: at odds where only one can be right."""
    if not asked.single or one_sentence or _far(left, right):
        return "compatible"
    if _named_beside(left, right, alike) or _named_beside(right, left, alike):
        return "compatible"
    if asked.question.kind == "place" and _is_region(left) != _is_region(right):
        return "compatible"
    if any(word.text in _FORMER for one in (left, right) for word in one.words):
        return "compatible"
    return "compatible" if occasions.differ(left, right, asked.tokens, alike) else "conflict"


def _same_text(left: Sequence[str], right: Sequence[str], share: float = _SHARED_WORDS) -> bool:
    few, many = sorted((_content(tuple(left)), _content(tuple(right))), key=len)
    return len(few) >= 2 and len(few & many) >= share * len(few)


@lru_cache(maxsize=1 << 12)
def _content(tokens: tuple[str, ...]) -> frozenset[str]:
    """Return the stems of the words that are no function words."""
    return frozenset(stem(token) for token in tokens if not is_stop(token))


def _abbreviates(short: Statement, long: Statement) -> bool:
    """Tell whether a text gives `short` in brackets after the name that is `long`, or the other way round."""
    for statement in (short, long):
        text = statement.span.chunk.text
        for opened in ("(", "（"):
            for a, b in ((long.span.text, short.span.text), (short.span.text, long.span.text)):
                if f"{a} {opened}{b})" in text:
                    return True
    return False


def _named_beside(other: Statement, named: Statement, alike: Alike) -> bool:
    """Tell whether the sentence of `named` names `other`, too (Mosul, in Iraq): it does not exclude it."""
    name = naming.key(other.tokens)
    others = [word.text for i, word in enumerate(named.words) if not named.first <= i < named.last]
    return bool(name) and all(any(alike(word, one) >= 0.6 for one in others) for word in name)


def _is_region(statement: Statement) -> bool:
    """Tell whether a place is a country or a part of one, which holds towns that are not named with it."""
    around = statement.words[max(0, statement.first - 1) : statement.last]
    tokens = [word.text for word in around]
    french = any(token in ("le", "la", "les", "l") for token in tokens)  # towns have no article
    return french or any(form in COUNTRIES or form in _REGIONS for token in tokens for form in forms(token))


def _far(left: Statement, right: Statement) -> bool:
    """Tell whether two documents are so far apart in time that a state may have changed."""
    if left.date is None or right.date is None:
        return False
    return abs((left.date - right.date).days) > _FAR and not occasions.share_a_year(left, right)
