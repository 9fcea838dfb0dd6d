"""The words of time in Arabic, English, French, Spanish, German and Turkish: letters of `rag.timetokens`."""

from __future__ import annotations

from rag.calendar import hijri
from rag.cues import folded
from rag.dates import MONTHS
from rag.numerals import SMALL

LEXICON: dict[tuple[str, ...], tuple[str, int]] = {}
"""Folded words of a phrase, to its letter and value."""


def _add(symbol: str, value: int, forms: str) -> None:
    for form in folded(forms):
        LEXICON.setdefault(tuple(form.split()), (symbol, value))


_add(
    "R",
    -2,
    """أول_أمس أمس_الأول أول_من_أمس قبل_أمس أول_البارحة البارحة_الأولى the_day_before_yesterday
    day_before_yesterday avant_hier anteayer antes_de_ayer vorgestern evvelsi_gün""",
)
_add("R", -1, "أمس البارحة yesterday ayer gestern dün hier")
_add("R", 0, "اليوم الليلة today tonight aujourd'hui hoy heute bugün")
_add("R", 1, "غدا tomorrow demain yarın mañana morgen")
_add(
    "R",
    2,
    """بعد_غد بعد_الغد بعد_غدا the_day_after_tomorrow day_after_tomorrow après_demain pasado_mañana
    übermorgen öbür_gün""",
)
_add("r", -1, "الأمس")
_add("r", 1, "غد الغد")
_add(
    "n",
    0,
    "الليلة_الماضية الليلة_الفائتة last_night nuit_dernière anoche letzte_nacht letzter_nacht dün_gece",
)
_add(
    "T",
    0,
    """فجر صباح ظهر عصر مساء ليل ضحى ظهيرة عشاء صباحا فجرا ليلا ظهرا عصرا الفجر الصباح الظهر العصر المساء
    الليل بعد_ظهر قبل_ظهر بعد_الظهر قبل_الظهر منتصف_ليل بعد_منتصف_ليل
    منتصف_الليل morning afternoon evening night
    noon midday dawn matin après_midi soir soirée matinée nuit tarde noche
    abend nachmittag vormittag nacht früh
    sabahı akşamı gecesi sabah akşam""",
)
_add("d", 0, "يوم نهار day jour journée día tag gün günü")
_WEEKDAYS = (
    "الاثنين monday lundi lunes montag pazartesi",
    "الثلاثاء tuesday mardi martes dienstag salı",
    "الأربعاء wednesday mercredi miércoles mittwoch çarşamba",
    "الخميس thursday jeudi jueves donnerstag perşembe",
    "الجمعة friday vendredi viernes freitag cuma",
    "السبت saturday samedi sábado samstag cumartesi",
    "الأحد sunday dimanche domingo sonntag pazar",
)
for _value, _forms in enumerate(_WEEKDAYS):
    _add("W", _value, _forms)
_add("w", 1, "أسبوع الأسبوع week semaine semana woche hafta haftası haftanın")
_add("S", 2, "شهر الشهر month mois mes monat monats ay ayı ayın ayında")
_add("A", 3, "عام العام سنة السنة year année an año jahr jahres jahre yıl yılı yılında yılın yılının")
_add("C", 4, "قرن القرن century siècle siglo jahrhundert jahrhunderts yüzyıl yüzyılda yüzyılın")
_add("u", 0, "أيام الأيام يوما days jours días tage tagen")
_add("u", 1, "أسابيع الأسابيع أسبوعا weeks semaines semanas wochen")
_add("u", 2, "أشهر شهور شهرا الأشهر الشهور months meses monate monaten")
_add("u", 3, "أعوام سنوات سنين عاما الأعوام السنوات years ans années años jahren yıllar")
_add("2", 0, "يومين يومان اليومين")
_add("2", 1, "أسبوعين أسبوعان الأسبوعين")
_add("2", 2, "شهرين شهران الشهرين")
_add("2", 3, "عامين عامان سنتين سنتان العامين السنتين")
_add("D", 0, "يومي شهري عامي سنتي")
_add(
    "c",
    0,
    """المقبل المقبلة القادم القادمة المقبلين القادمين coming upcoming prochain prochaine prochains
    prochaines à_venir próximo próxima próximos próximas que_viene kommenden
    kommende kommender kommendes gelecek
    önümüzdeki""",
)
_add("t", 0, "next nächsten nächste nächster nächstes")
_add("l", 0, "last letzten letzte letzter letztes")
_add(
    "p",
    0,
    """الماضي الماضية المنصرم المنصرمة الفائت الفائتة الماضيين المنصرمين الأخيرين past dernier dernière
    derniers dernières passé passée pasado pasada pasados pasadas últimos últimas vergangenen vergangene
    vergangener vergangenes geçen geçtiğimiz""",
)
_add("s", 0, "الجاري الجارية الحالي الحالية courant en_cours en_curso laufenden laufende current")
_add("h", 0, "هذا هذه this ce cette cet este esta diese diesen dieser dieses diesem bu")
_add("P", 0, "مطلع بداية بدايات مستهل beginning start")
_add("P", 1, "أوائل early début principios comienzos anfang başında başlarında")
_add("P", 2, "منتصف أواسط mid middle milieu mi mediados mitte ortasında ortalarında")
_add("P", 3, "أواخر late fin finales ende sonlarında")
_add("P", 4, "نهاية end sonu sonunda sonuna")
_add("a", 0, "il_y_a hace")
_add("Q", 0, "قبل vor")
_add("g", 0, "ago önce")
_add("f", 0, "dans dentro_de")
_add("V", 0, "بعد")
_add("i", 0, "في وفي in en im am on")
_add("i", 1, "خلال في_غضون within during pendant durante während au_cours")
_add("I", 0, "منذ since depuis desde seit")
_add("J", 0, "حتى إلى لغاية until till to hasta bis jusqu jusqu'à jusqu'en kadar au aux")
_add("b", 0, "بحلول مع_حلول by d_ici")
_add("k", 0, "before avant قبيل")
_add("j", 0, "after après después_de nach بعيد")
_add("F", 0, "بين between entre zwischen from von")
_add(
    "o", 0, """من of the de du d des del l le la les der das dem den el los las الموافق الموافقة المصادف ال"""
)
_add("&", 0, "و and et y und ve")
_add("m", 0, "من_الآن from_now from_today ab_jetzt")
_add("B", 0, "في_وقت_سابق earlier plus_tôt")
_add("G", 0, "في_وقت_لاحق later plus_tard sonra")
_add("e", 1, "م ميلادي ميلادية الميلادي الميلادية للميلاد ad ce")
_add("e", 2, "ه هجري هجرية هجريا الهجري الهجرية للهجرة ah")
_add("e", 3, "قبل_الميلاد ق_م قبل_المسيح bc bce av_j v_chr")
_add("y", 0, "كل every each chaque tous cada jeden jede jedes her")
_add(
    "q",
    0,
    """نحو حوالي حوالى قرابة زهاء about around approximately nearly almost roughly over than most least
    environ vers près quelque presque unos unas cerca alrededor casi etwa rund
    ungefähr knapp fast über circa ca
    yaklaşık moitié""",
)
_add(
    "z",
    0,
    """التالي التالية اللاحق اللاحقة السابق السابقة نفسه نفسها ذاته ذاتها المذكور المذكورة suivant suivante
    précédent précédente siguiente anterior""",
)
_add(
    "x",
    0,
    """ذلك تلك that same following previous preceding même mismo misma folgenden folgende ertesi sonraki
    önceki aynı lendemain veille صيف الصيف شتاء الشتاء ربيع الربيع خريف الخريف
    summer winter spring autumn hiver
    automne verano invierno otoño sommer frühling herbst yaz kış weekend week_end wochenende fin_de_semana
    hafta_sonu نهاية_الأسبوع نهايات_الأسبوع عقد العقد decade عشية غداة eve ليلة
    آخر أول نصف النصف ربع الربع half quarter
    trimestre semestre rest بقية""",
)
for _value, _forms in {
    20: "عشرينيات عشرينات العشرينيات العشرينات twenties",
    30: "ثلاثينيات ثلاثينات الثلاثينيات الثلاثينات thirties",
    40: "أربعينيات أربعينات الأربعينيات الأربعينات forties",
    50: "خمسينيات خمسينات الخمسينيات الخمسينات fifties",
    60: "ستينيات ستينات الستينيات الستينات sixties",
    70: "سبعينيات سبعينات السبعينيات السبعينات seventies",
    80: "ثمانينيات ثمانينات الثمانينيات الثمانينات eighties",
    90: "تسعينيات تسعينات التسعينيات التسعينات nineties",
}.items():
    _add("E", _value, _forms)
for _value, _forms in enumerate(
    [
        "الأول first premier primero ersten",
        "الثاني second",
        "الثالث third",
        "الرابع fourth\n    ",
        "الخامس fifth",
        "السادس sixth",
        "السابع seventh",
        "الثامن eighth",
        "التاسع ninth",
        "العاشر tenth",
        "الحادي_عشر eleventh\n    ",
        "الثاني_عشر twelfth",
        "الثالث_عشر thirteenth",
        "الرابع_عشر fourteenth",
        "الخامس_عشر fifteenth",
        "السادس_عشر sixteenth\n    ",
        "السابع_عشر seventeenth",
        "الثامن_عشر eighteenth",
        "التاسع_عشر nineteenth",
        "العشرين العشرون twentieth",
    ],
    1,
):
    _add("O", _value, _forms)
for _value, _forms in enumerate(
    ["الحادي", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع"], 1
):
    _add("O", 20 + _value, f"{_forms}_والعشرين {_forms}_والعشرون")
    _add("O", 30 + _value, f"{_forms}_والثلاثين {_forms}_والثلاثون")
for _value, _forms in enumerate(
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"], 1
):
    _add("O", 20 + _value, f"twenty_{_forms}")
_add("O", 30, "الثلاثين الثلاثون thirtieth")
_add("O", 31, "thirty_first")
for _name, _number in hijri.MONTHS.items():
    LEXICON[tuple(_name.split())] = ("H", _number)
for _name, _number in MONTHS.items():
    LEXICON[tuple(_name.split())] = ("M", _number)
_add("1", 1, "a one un une una ein eine einem einer einen bir واحد واحدة")
for _table in SMALL.values():
    for _name, _number in _table.items():
        if 0 < _number < 1000 and _name not in ("on", "once", "null", "ast"):
            LEXICON.setdefault((_name,), ("v", _number))
for _name, _number in SMALL["ar"].items():
    if 2 < _number <= 10:
        LEXICON.setdefault(("ال" + _name,), ("v", _number))
