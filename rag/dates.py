"""Find expressions of time: dates, years, weekdays, relative phrases ("الإثنين المقبل", "last week").

Arabic (both calendars' month names), English, French, Spanish, German, Turkish and Persian, by one grammar:
a run of words of time that holds at least one anchor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.cues import folded
from rag.text import Word

MONTHS: dict[str, int] = {}
_MONTH_NAMES = """
    يناير|كانون_الثاني|جانفي|january|jan|janvier|enero|januar|jänner|ocak|ژانویه
    فبراير|شباط|فيفري|february|feb|février|febrero|februar|şubat|فوریه
    مارس|آذار|march|mars|marzo|märz|mart
    أبريل|إبريل|نيسان|أفريل|april|apr|avril|abril|nisan|آوریل
    مايو|أيار|ماي|may|mai|mayo|mayıs|مه
    يونيو|يونيه|حزيران|جوان|june|jun|juin|junio|juni|haziran|ژوئن
    يوليو|يوليه|يوليوز|تموز|جويلية|july|jul|juillet|julio|juli|temmuz|ژوئیه|جولای
    أغسطس|غشت|آب|أوت|august|aug|août|agosto|ağustos|اوت
    سبتمبر|شتنبر|أيلول|september|sept|sep|septembre|septiembre|eylül|سپتامبر
    أكتوبر|تشرين_الأول|october|oct|octobre|octubre|oktober|ekim|اکتبر
    نوفمبر|نونبر|تشرين_الثاني|november|nov|novembre|noviembre|kasım|نوامبر
    ديسمبر|دجنبر|كانون_الأول|december|dec|décembre|diciembre|dezember|aralık|دسامبر"""
for _number, _line in enumerate(_MONTH_NAMES.split("\n")[1:], start=1):
    for _name in folded(_line.replace("|", " ")):
        MONTHS.setdefault(_name, _number)
_HIJRI = folded("محرم صفر ربيع جمادى رجب شعبان رمضان شوال القعدة الحجة")
_WEEKDAYS = folded("""
    السبت الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة monday tuesday wednesday thursday friday
    saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes
    sábado domingo montag dienstag mittwoch donnerstag freitag samstag sonntag pazartesi salı çarşamba
    perşembe cuma cumartesi شنبه یکشنبه دوشنبه چهارشنبه پنجشنبه جمعه""")
_DEICTIC = folded("""
    أمس غدا اليوم البارحة حاليا الليلة الغد today yesterday tomorrow tonight hier aujourd demain ayer hoy
    mañana gestern heute morgen dün bugün yarın امروز دیروز فردا""")
_UNITS = folded("""
    عام العام عاما أعوام سنة السنة سنوات سنين شهر الشهر شهرا أشهر شهور يوم يوما أيام الأيام أسبوع الأسبوع
    أسابيع ساعة الساعة ساعات دقيقة دقائق قرن القرن قرون عقد العقد عقود عهد فجر صباح مساء ظهر ليلة الفجر
    الصباح المساء صيف الصيف شتاء الشتاء ربيع خريف عامين سنتين شهرين يومين أسبوعين قرنين الشهرين العامين
    اليومين العقدين year years month months week weeks day days hour hours century centuries decade decades
    morning evening summer winter spring autumn noon midnight night
    an ans année années mois semaine semaines jour jours heure heures siècle matin soir été hiver printemps
    año años mes meses semana semanas día días siglo década hora horas verano invierno primavera otoño
    jahr jahre jahren jahres monat monate monaten woche wochen tag tage tagen jahrhundert sommer winter stunde
    stunden yıl yılı yılında yılda yıllarda ay ayında hafta gün günü yüzyıl yüzyılda
    سال سال‌ها سالهای ماه هفته روز قرن دهه""")
_MODIFIERS = folded("""
    المقبل المقبلة القادم القادمة الماضي الماضية الحالي الحالية الجاري الجارية الأول الثاني الثالث الرابع
    الخامس السادس السابع الثامن التاسع العاشر الحادي عشر العشرين الثلاثين العشرون والعشرين والعشرون الأولى
    الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة المنصرم المنصرمة الفائت الفائتة
    نفسه نفسها ميلادي ميلادية الميلادي الميلادية هجري هجرية الهجري الهجرية قليلة مبكر متأخر واحد واحدة
    next last this past coming previous following same early late mid ago later bc ad bce ce
    prochain prochaine dernier dernière passé passée courant derniers dernières suivant
    próximo próxima pasado pasada último última siguiente nächste nächsten nächster letzte letzten vergangenen
    kommenden diesem geçen gelecek önümüzdeki bu önce sonra گذشته آینده جاری""")
_PARTS = folded("""
    مطلع نهاية بداية أوائل أواسط أواخر منتصف وسط بدايات نهايات غداة آخر أول نصف حلول بحلول مستهل خلال أثناء
    beginning end middle start mid late early during début fin milieu principios finales fines mediados
    anfang ende mitte başında sonunda ortasında اواخر اوایل اواسط پایان آغاز""")
_LEADS = folded("""
    في قبل بعد منذ حتى خلال بين من وحتى إلى لـ منتصف قبيل بعيد in on at since until before after by from
    between within around during depuis avant après dès en au le vers desde hasta antes después de el a seit
    bis vor nach im am um beri önce sonra از تا در پیش بعد""")
_LINKS = folded(
    "من في of the de del du des d l der le la el y et und and و إلى حتى to bis a au nin in on st nd rd th"
)
_YEAR_LEADS = folded(
    "عام العام سنة السنة year année año jahr jahre in en im since depuis desde seit سال yılı yılında"
)
_ORDINAL_DAYS = folded("""
    الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر first second third fourth fifth sixth
    seventh eighth ninth tenth eleventh twelfth premier primero ersten""")
_COUNTS = folded("""
    ثلاثة ثلاث أربعة أربع خمسة خمس ستة ست سبعة سبع ثمانية ثماني تسعة تسع عشرة عشر بضعة بضع عدة several few two
    three four five six seven eight nine ten deux trois quatre cinq six dos tres cuatro cinco zwei drei vier
    fünf iki üç dört beş دو سه چهار پنج""")
_NEVER_ALONE = folded("""
    يوم يوما الأيام أيام day days jour jours día días tag tage gün روز ساعة الساعة hour hours ظهر عهد عقد ربيع
    may mars ماي mai مه mart آب ماه ay أول صباح ليلة night an jan sep nov mes mois عشر sal salı nisan cuma
    سنوات أعوام أشهر شهور أسابيع years months weeks années semaines años meses semanas jahre monate yıllar
    جوان juli mañana morgen morning evening summer winter spring جمعه شنبه spring""")


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An expression of time in a list of words."""

    first: int  # words[first:last], with neither a leading preposition nor a trailing connective
    last: int
    lead: int  # words[lead:first] is the preposition before it (في، منذ, since); equal to `first` without one
    year: int | None  # a year it names
    dated: bool  # names a year, a month or a weekday, so that it can be placed in a calendar


def time_expressions(text: str, words: Sequence[Word]) -> list[TimeExpression]:
    """Return the expressions of time among `words`, in order, without overlaps."""
    tokens = [word.text for word in words]
    kinds = [_kind(text, words, tokens, i) for i in range(len(tokens))]
    found = []
    i = 0
    while i < len(tokens):
        if kinds[i] in ("", "link", "lead"):
            i += 1
            continue
        last = _run_end(text, words, kinds, i)
        expression = _expression(tokens, kinds, i, last)
        if expression is not None:
            found.append(expression)
        i = last
    return found


def _kind(text: str, words: Sequence[Word], tokens: Sequence[str], i: int) -> str:
    """Return what part words[i] can play in an expression of time; "" for none."""
    token = tokens[i]
    if token[0].isdigit():
        return _number_kind(text, words, tokens, i)
    bare = token[1:] if token[0] in "وبلف" and len(token) > 4 else token
    pair = f"{token} {tokens[i + 1]}" if i + 1 < len(tokens) else ""
    for name in (token, bare):
        if name in MONTHS or name in _HIJRI:
            return "month"
        if name in _WEEKDAYS:
            return "weekday"
        if name in _DEICTIC:
            return "deictic"
    if pair in MONTHS or (pair and pair[1:] in MONTHS and pair[0] in "وبل"):
        return "month"
    if i and f"{tokens[i - 1]} {token}" in MONTHS:
        return "month"
    if token in _UNITS or bare in _UNITS:
        return "unit"
    if token in _MODIFIERS:
        return "modifier"
    if token in _PARTS or bare in _PARTS:
        return "part"
    if token in ("s",) and i and len(tokens[i - 1]) == 4 and tokens[i - 1].isdigit():
        return "modifier"
    if token in _COUNTS and i + 1 < len(tokens) and tokens[i + 1] in _UNITS:
        return "day"
    if token in _LINKS:
        return "link"
    return "lead" if token in _LEADS or bare in _LEADS else ""


def _number_kind(text: str, words: Sequence[Word], tokens: Sequence[str], i: int) -> str:
    token = tokens[i]
    if not token.isdigit() or (i and text[words[i].start - 1 : words[i].start] in "$€£"):
        return ""
    if text[words[i].end : words[i].end + 1] in ("%", "٪"):
        return ""
    value = int(token) if len(token) <= 4 else 10_000
    if len(token) == 4 and 1000 <= value <= 2100 and words[i].end - words[i].start == 4:
        return "year"
    if len(token) == 4 and i + 1 < len(tokens) and tokens[i + 1] == "s":
        return "year"
    if value <= 31:
        return "day"
    led = i > 0 and tokens[i - 1] in _YEAR_LEADS
    return "year" if led and 100 <= value <= 2100 and tokens[i - 1] not in ("in", "en", "im") else ""


def _run_end(text: str, words: Sequence[Word], kinds: Sequence[str], first: int) -> int:
    """Return the end of the run of time words from `first`, connectives inside allowed."""
    last = i = first + 1
    while i < len(words):
        gap = text[words[i - 1].end : words[i].start]
        if len(gap) > 3 or gap.strip(" \u00a0\u202f,،/-–.()'’\u200f\u200e") or "\n" in gap:
            break
        if kinds[i] in ("", "lead") or i - last >= 2:
            break
        if kinds[i] != "link":
            if "." in gap and kinds[i] not in ("day", "month", "year"):
                break
            last = i + 1
        i += 1
    return last


def _expression(tokens: Sequence[str], kinds: Sequence[str], first: int, last: int) -> TimeExpression | None:
    """Return the run as an expression, or None when it holds nothing that says a time."""
    inside = kinds[first:last]
    dated = bool({"month", "year", "weekday"} & set(inside))
    if dated and last - first == 1 and tokens[first] in _NEVER_ALONE:
        dated = False
    related = {"modifier", "part", "day"} & set(inside)
    lead = first
    if (first and kinds[first - 1] == "lead") or (first and _is_lead(tokens[first - 1])):
        lead = first - 1
    if not dated and "deictic" not in inside:
        if "unit" not in inside or not (related or lead < first):
            return None
        if tokens[first:last] and all(token in _NEVER_ALONE for token in tokens[first:last]):
            return None
    years = [int(tokens[i]) for i in range(first, last) if kinds[i] == "year" and tokens[i].isdigit()]
    return TimeExpression(first, last, lead, years[0] if years else None, dated)


def _is_lead(token: str) -> bool:
    return token in _LEADS or (len(token) > 2 and token[0] in "وف" and token[1:] in _LEADS)
