"""Tell whether a clause speaks of what is to come or of what was, by the verbs and particles around a word.

No grammar is parsed: the clause is cut at punctuation and at words like إن and that, and the nearest cue
before the word decides, as the verb stands before its time in Arabic and mostly elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.calendar.timetokens import gap, latin_language, nearby
from rag.cues import SAYING, folded
from rag.text import Word

Direction = Literal["future", "past", "open", "mixed"]
"""``open``: a present, which news uses for both; ``mixed``: cues of both kinds, none of them nearer."""

_FUTURE_AR = folded("""
    سوف لن المقرر المتوقع المنتظر المرتقب المزمع مقرر مقررة المقررة يعتزم تعتزم يعتزمون ينوي تنوي يستعد
    تستعد يتوقع تتوقع يخطط تخطط المرجح سيتم قريبا لاحقا""")
_PAST_AR = (folded("""
    كان كانت كانوا لم لقد فقد تم تمت جرى جرت أسفر قتل أصيب زار وصل غادر وقع التقى عقد شهد بدأ انتهى استقبل
    تعرض انفجر هاجم استهدف توفي فاز سقط اندلع افتتح حدث نفذ انطلق عاد سلم تسلم أطلق دخل خرج هبط رفض وافق أقر
    دعا طالب حذر اعتقل أوقف ضبط أعيد عثر حكم قضى وجه أدان ألغى استقال انتخب عين أقال ولد مات رحل سافر
    التحق حضر شارك ناقش بحث تلقى حصل خسر هزم تعادل سجل ارتفع انخفض بلغ اختتم نشر بث نظم نظمت أجرى أجرت أنهى
    أنهت احتل حرر اغتال نجا أغلق فتح ضرب هز دمر أحرق غرق انهار تأسس أسس بني أنشئ صدر أصدر بعث تبنى أمر""")
    | folded("""
    قال قالت أعلن أعلنت أكد أكدت أضاف أضافت ذكر ذكرت صرح صرحت أشار أشارت أوضح أوضحت كشف كشفت وصف وصفت اعتبر
    اعتبرت اتهم اتهمت هدد هددت توعد أفاد أفادت نقل نقلت نفى نفت""")) - folded("""
    عين أمر بني أسس""")  # fmt: skip
_FUTURE_WEAK = folded(
    "المقبل المقبلة القادم القادمة غدا"
)  # as they may belong to something else in the clause
_PAST_WEAK = folded("الماضي الماضية المنصرم المنصرمة الفائت الفائتة أمس")
_NOUNS_TOO = folded(
    "قتل بحث عقد حكم ضرب فتح نشر بث طالب سجل خرج ولد حرر نظم سلم كشف وصف هز رفض وقع أمر دمر ألغى"
)
_SAID_FUTURE = _FUTURE_WEAK | folded("""
    غد tomorrow next coming upcoming prochain prochaine prochains prochaines demain próximo próxima próximos
    próximas kommenden nächsten nächste nächster übermorgen yarın gelecek önümüzdeki""")
_SAID_PAST = _PAST_WEAK | folded("""
    البارحة الأمس yesterday ago last hier dernier dernière derniers dernières passé passée ayer anteayer
    pasado pasada gestern vorgestern letzten letzte letzter letztes vergangenen vergangene dün geçen önce""")
_NOT_FUTURE = folded("""
    سيد سيدي سيدة سيدات سيدتي سيف سيوف سيل سيول سير سيرة سيرا سيما سيئ سيئة سيئا سينا سيناء سينما سيجار ستة
    ستون ستين ستينات ستينيات ستار ستائر سنة سنين سنوي سنويا سنوية سنوات سنتين سنتان سندات سند سنية سنام سناء
    سنجار سنتيمتر سنابل ستاد سيدا سيلان""")
_NOT_FUTURE_STEMS = tuple(sorted(folded(
    "سياس سيار سياد سياق سياح سياج سيناريو سيناتور سيطر سيولة سيبيري سيمفون سيدني سيمنز"
    " ستوديو ستوكهولم ستالين "
    "ستراتيج ستاندر سنغافور سنسكريت سنغال سينمائ سيلفي سيراليون سيكولوج")))  # fmt: skip
_NOT_PRESENT = tuple(sorted(folded("""
    يوم يولي يونيو يونيه يناير يمين يسار يد يهود يمن يورو ياسر ياسين يوسف يحيى يونس يعقوب يابان يافا يونان
    يقين يأس يتيم ينبوع يخت يعني يمكن يجب ينبغي يذكر يشار""")))  # fmt: skip
_PRESENT_AR = folded("""
    تبدأ تنطلق تعقد تجري تستضيف تستقبل تصل تزور تنظم تشهد تنتهي تفتح تختتم تبحث تناقش تعود تغادر تلتقي تعلن
    تفتتح تواصل تعتبر تدخل""")
_AFTER_MODAL = folded("""
    المقرر المتوقع المنتظر المرتقب المزمع المفترض المرجح مقررا متوقعا يتوقع تتوقع يجب يمكن ينبغي يريد يعتزم
    ينوي قبل بعد دون""")
_BREAKS_AR = folded("""
    أن إن أنه إنه أنها إنها أنهم إنهم بأن بأنه بأنها الذي التي الذين اللذان اللتان حيث فيما بينما لكن لكنه
    لكنها ثم عندما بعدما قبلما إذ مما وأن وإن وأنه وأنها كما لأن""")
_PROCLITICS = "وف"
_WAS = folded("كان كانت كانوا وكان وكانت was were")

_FUTURE = {
    "en": folded(
        "will shall won upcoming due expected scheduled planned slated going plans plan set tomorrow ll"
    ),
    "fr": folded(
        "sera seront va vont aura auront doit doivent devrait devraient prévu prévue prévus prévues"
    ),
    "es": folded("será serán va van habrá tendrá prevé previsto prevista debe deberá"),
    "de": folded("wird werden soll sollen will wollen geplant"),
    "tr": folded("planlanıyor bekleniyor"),
}
_PAST = {
    "en": SAYING & folded("said told announced added stated declared wrote argued explained claimed")
    | folded("""
    was were had did didn met left came went took killed held won lost began ended struck fell rose gave made
    sent saw spoke wrote led fled hit broke found became flew signed died has have been told gave ran shot
    stood brought kept felt drew grew burst sank swam swore threw bought sold taught thought caught fought
    sought paid hurt chose drove rode spent shook stole wore hung heard knew laid blew hid built got"""),
    "fr": folded("a ont avait avaient était étaient fut furent été arrivé parti venu mort né"),
    "es": folded("""
    fue fueron era eran había habían dijo anunció declaró afirmó ha han llegó murió estaba ocurrió"""),
    "de": folded("""
    war waren hat haben wurde wurden hatte hatten sagte erklärte teilte starb kam kamen ging gingen traf
    begann fand fanden gab gaben sprach sah nahm trat fiel fielen stand verlor gewann schoss"""),
    "tr": folded("dedi söyledi açıkladı belirtti geldi gitti oldu öldü"),
}  # fmt: skip
_OPEN = {  # of the present, for what is fixed: "the talks begin on Tuesday"
    "en": folded("""
    begin begins start starts open opens leave leaves arrive arrives meet meets visit visits travel travels
    hold holds resume resumes return returns host hosts vote votes head heads face faces take takes go goes
    come comes end ends close closes"""),
    "fr": folded("""
    rend rendent débute débutent commence commencent ouvre ouvrent rencontre arrive arrivent part partent
    reçoit réunit réunissent tient tiennent vote votent reprend reprennent accueille"""),
    "es": folded("""
    abre abren empieza comienza comienzan llega llegan viaja visita reúne reúnen vuelve recibe termina"""),
    "de": folded("beginnt beginnen öffnet reist trifft kommt kommen endet tagt besucht empfängt startet"),
    "tr": folded("başlıyor geliyor gidiyor başlar açılıyor"),
}  # fmt: skip
_ENDINGS: dict[str, tuple[tuple[re.Pattern[str], Direction], ...]] = {
    "en": ((re.compile(r"\w{3,}ed"), "past"),),
    "fr": ((re.compile(r"\w{2,}(?:era|eront|ira|iront|dra|dront|vra|vront|rra|rront)"), "future"),),
    "es": ((re.compile(r"\w{3,}[aei]ra(?:n)?"), "future"),),
    "de": ((re.compile(r"(?:ge\w{3,}(?:t|en)|\w{3,}te(?:n)?)"), "past"),),
    "tr": (
        (re.compile(r"\w{2,}[ae]ca[kg]\w*|\w{2,}ece[kg]\w*"), "future"),
        (re.compile(r"\w{2,}(?:[dt][iu]|[dt][iu]lar|[dt]iler)"), "past"),
    ),
}
_NOT_ENDINGS = folded("""
    need indeed speed red bed fed seed feed united camera opera hundred para zweiten heute bitte kendi
    primera tercera manera bandera fuera cualquiera entera quiera""")
_BREAKS = folded("""
    that who which when while but and qui que quand mais et alors y pero quien cuando dass und aber der die
    wenn ve ama because where whose dont où après avoir""")  # fmt: skip


def tense(text: str, start: int, end: int) -> Literal["future", "past", None]:
    """Return whether the clause around text[start:end] speaks of the future or of the past.

    What text[start:end] says itself (المقبل, ago) comes first, then the verb of its clause. None when nothing
    says so, when cues of both kinds stand around, and for an Arabic present (يزور), which
    news uses for both. Works on Arabic, English and French, and on the common forms of Spanish, German and
    Turkish.
    """
    said = {form for word in nearby(text, start, end) if word.start < end and word.end > start
            for form in (word.text, word.text[1:], word.text[2:])}  # fmt: skip
    if bool(said & _SAID_FUTURE) != bool(said & _SAID_PAST):
        return "future" if said & _SAID_FUTURE else "past"
    found = direction(text, start, end)
    return found if found == "future" or found == "past" else None


def direction(text: str, start: int, end: int) -> Direction | None:
    """Return what `tense` knows, and besides whether the clause is open to both or mixes them."""
    given = nearby(text, start, end)
    inside = [i for i, word in enumerate(given) if word.start < end and word.end > start]
    if not inside:
        return None
    language = latin_language(given) or "en"
    first, last = inside[0], inside[-1]
    cues = [None if first <= i <= last else _cue(text, given, i, language) for i in range(len(given))]
    narrow = (_edge(text, given, cues, first, -1, False), _edge(text, given, cues, last, 1, False))
    wide = (_edge(text, given, cues, first, -1, True), _edge(text, given, cues, last, 1, True))
    found = _nearest(given, cues, first, last, narrow)
    if found is not None:
        return found
    kinds = {cue for cue in cues[wide[0] : wide[1] + 1] if cue in ("future", "past")}
    if len(kinds) == 1:
        return next(iter(kinds))
    return "mixed" if kinds else None


def _nearest(
    given: Sequence[Word], cues: Sequence[Direction | None], first: int, last: int, bounds: tuple[int, int]
) -> Direction | None:
    """Return the cue of the clause: the nearest before the word, else the first after it."""
    before = [i for i in range(first - 1, bounds[0] - 1, -1) if cues[i]]
    after = [i for i in range(last + 1, bounds[1] + 1) if cues[i]]
    strong = [i for i in before + after if cues[i] != "open" and not _is_weak(given[i].text)]
    open_arabic = [i for i in before + after if cues[i] == "open" and not given[i].text.isascii()]
    decided = strong or open_arabic or [i for i in before + after if cues[i] != "open"] or before + after
    if not decided:
        return None
    best = cues[decided[0]]
    if best == "future" and any(given[i].text in _WAS for i in decided[1:] if i < first):
        return "mixed"  # كان سيزور, was to visit
    return best


def _is_weak(word: str) -> bool:
    """Tell whether a word may be no verb: "the planned visit", قتل "killing"."""
    if word.isascii():
        return not any(word in cues for table in (_FUTURE, _PAST, _OPEN) for cues in table.values())
    return word in _FUTURE_WEAK or word in _PAST_WEAK or word in _NOUNS_TOO


def _edge(
    text: str, given: Sequence[Word], cues: Sequence[Direction | None], i: int, step: int, whole: bool
) -> int:
    """Return the last word in the direction of `step` of the same clause, or of the whole sentence."""
    while 0 <= i + step < len(given):
        left, right = (i + step, i) if step < 0 else (i, i + step)
        between = gap(text, given[left], given[right])
        if between in ("!", "¦") or (not whole and between in (",", "«", "»", "~")):
            break
        if not whole and _begins_clause(given, cues, right):
            return right if step < 0 else left
        i += step
    return i


def _begins_clause(given: Sequence[Word], cues: Sequence[Direction | None], i: int) -> bool:
    word = given[i].text
    if word in _BREAKS:
        return True
    if word in _BREAKS_AR:
        return not (i and given[i - 1].text in _AFTER_MODAL)
    return (
        len(word) > 3
        and word[0] in _PROCLITICS
        and cues[i] in ("future", "past")
        and word not in ("فقد", "وقع")
    )


def _cue(text: str, given: Sequence[Word], i: int, language: str) -> Direction | None:
    """Return what the i-th word says of the time."""
    word = given[i].text
    if word.isascii():
        if word in _FUTURE[language]:
            return "future"
        if word in ("is", "are", "s") and language == "en":
            return "future" if i + 1 < len(given) and given[i + 1].text == "to" else None
        if word in _PAST[language] and text[given[i].start : given[i].end] != "à":
            return "past"
        if word in _OPEN[language]:
            return "open"
        if word in _NOT_ENDINGS:
            return None
        return next((found for ending, found in _ENDINGS[language] if ending.fullmatch(word)), None)
    for form in (word, word[1:]) if word[0] in _PROCLITICS and len(word) > 3 else (word,):
        if form in _FUTURE_AR or form in _FUTURE_WEAK or _is_coming(form):
            return "future"
        if form in _PAST_WEAK or any(stem in _PAST_AR for stem in _verb_stems(form)):
            return "past"
        if form in _PRESENT_AR or (form[0] == "ي" and len(form) > 3 and not form.startswith(_NOT_PRESENT)):
            if i and given[i - 1].text in ("لم", "ولم", "كان", "كانت", "كانوا"):
                return "past"
            return "open"
    return None


def _verb_stems(word: str) -> set[str]:
    """Return an Arabic past without its endings: أعلنت, انتخبته → أعلن, انتخب; some are no words."""
    bare = {word, *(word.removesuffix(pronoun) for pronoun in ("ه", "ها", "هم", "نا"))}
    return {stem.removesuffix(ending) for stem in bare for ending in ("", "ت", "ا", "وا") if len(stem) > 2}


def _is_coming(word: str) -> bool:
    """Tell whether an Arabic word is a verb with the future's سـ (سيزور, ستجري, سنعمل)."""
    if len(word) < 4 or word[0] != "س" or word[1] not in "يتن":
        return False
    return word not in _NOT_FUTURE and not word.startswith(_NOT_FUTURE_STEMS)
