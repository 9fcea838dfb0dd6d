"""The number words of Arabic, English, French, Spanish, German, Turkish and Persian, folded."""

from __future__ import annotations

from rag.cues import folded
from rag.text import fold_text

SCALES: dict[str, int] = {}
SMALL: dict[str, dict[str, int]] = {}  # language → folded number word → value below 1,000


def _add(language: str, listing: str) -> None:
    table = SMALL.setdefault(language, {})
    for item in listing.split():
        word, _, value = item.rpartition(":")
        for form in word.split("|"):
            table[fold_text(form)] = int(value)


_add(
    "ar",
    """
    صفر:0 واحد|واحدة:1 اثنان|اثنين|اثنتان|اثنتين|إثنان|إثنين:2 ثلاثة|ثلاث:3 أربعة|أربع:4 خمسة|خمس:5 ستة|ست:6
    سبعة|سبع:7 ثمانية|ثماني|ثمان:8 تسعة|تسع:9 عشرة|عشر:10 عشرون|عشرين:20 ثلاثون|ثلاثين:30 أربعون|أربعين:40
    أحد|إحدى:1 اثنا|اثنتا|اثني|اثنتي|إثنا|إثني:2
    خمسون|خمسين:50 ستون|ستين:60 سبعون|سبعين:70 ثمانون|ثمانين:80 تسعون|تسعين:90 مئة|مائة|مية:100
    مئتان|مئتين|مائتان|مائتين|مئتا|مئتي|مائتا|مائتي:200 ثلاثمئة|ثلاثمائة:300 أربعمئة|أربعمائة:400
    خمسمئة|خمسمائة:500 ستمئة|ستمائة:600 سبعمئة|سبعمائة:700 ثمانمئة|ثمانمائة|ثمانيمئة:800
    تسعمئة|تسعمائة:900""",
)
_add(
    "en",
    """
    zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12
    thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30
    forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100 dozen:12""",
)
_add(
    "fr",
    """
    zéro:0 un|une:1 deux:2 trois:3 quatre:4 cinq:5 six:6 sept:7 huit:8 neuf:9 dix:10 onze:11 douze:12
    treize:13 quatorze:14 quinze:15 seize:16 vingt|vingts:20 trente:30 quarante:40 cinquante:50 soixante:60
    septante:70 huitante:80 nonante:90 cent|cents:100 dizaine:10 douzaine:12 vingtaine:20 trentaine:30
    quarantaine:40 cinquantaine:50 soixantaine:60 centaine:100""",
)
_add(
    "es",
    """
    cero:0 un|uno|una:1 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 once:11 doce:12
    trece:13 catorce:14 quince:15 dieciséis:16 diecisiete:17 dieciocho:18 diecinueve:19 veinte:20 veintiuno:21
    veintiún:21 veintidós:22 veintitrés:23 veinticuatro:24 veinticinco:25 veintiséis:26 veintisiete:27
    veintiocho:28 veintinueve:29 treinta:30 cuarenta:40 cincuenta:50 sesenta:60 setenta:70 ochenta:80
    noventa:90 cien|ciento:100 doscientos|doscientas:200 trescientos|trescientas:300
    cuatrocientos|cuatrocientas:400 quinientos|quinientas:500 seiscientos|seiscientas:600
    setecientos|setecientas:700 ochocientos|ochocientas:800 novecientos|novecientas:900 decena:10 docena:12
    centenar:100""",
)
_add(
    "de",
    """
    null:0 ein|eins|eine|einen|einem|einer:1 zwei:2 drei:3 vier:4 fünf:5 sechs:6 sieben:7 acht:8 neun:9
    zehn:10 elf:11 zwölf:12 dreizehn:13 vierzehn:14 fünfzehn:15 sechzehn:16 siebzehn:17 achtzehn:18
    neunzehn:19 zwanzig:20 dreißig:30 vierzig:40 fünfzig:50 sechzig:60 siebzig:70 achtzig:80 neunzig:90
    hundert:100 dutzend:12""",
)
_add(
    "tr",
    """
    sıfır:0 bir:1 iki:2 üç:3 dört:4 beş:5 altı:6 yedi:7 sekiz:8 dokuz:9 on:10 yirmi:20 otuz:30 kırk:40 elli:50
    altmış:60 yetmiş:70 seksen:80 doksan:90 yüz:100""",
)
_add(
    "fa",
    """
    صفر:0 یک:1 دو:2 سه:3 چهار:4 پنج:5 شش:6 هفت:7 هشت:8 نه:9 ده:10 یازده:11 دوازده:12 سیزده:13 چهارده:14
    پانزده:15 شانزده:16 هفده:17 هجده:18 نوزده:19 بیست:20 سی:30 چهل:40 پنجاه:50 شصت:60 هفتاد:70 هشتاد:80
    نود:90 صد:100 دویست:200 سیصد:300 چهارصد:400 پانصد:500 ششصد:600 هفتصد:700 هشتصد:800 نهصد:900""",
)
for _one, _n in [(w, v) for w, v in SMALL["de"].items() if v < 10]:  # siebenunddreißig
    for _ten, _m in [(w, v) for w, v in SMALL["de"].items() if v % 10 == 0 and 20 <= v < 100]:
        SMALL["de"].setdefault(f"{_one}und{_ten}", _n + _m)
    SMALL["de"].setdefault(f"{_one}hundert", _n * 100)
_SCALE_WORDS = """
    ألف|ألفا|آلاف|الاف:1000 ألفان|ألفين|ألفي|ألفا:2000 مليون|مليونا|ملايين:1000000
    مليونان|مليونين|مليوني:2000000 مليار|مليارا|مليارات|بليون:1000000000 ملياران|مليارين|ملياري:2000000000
    تريليون|ترليون|تريليونا:1000000000000 thousand|thousands:1000
    million|millions|millón|millones|milyon|میلیون|mio|millionen:1000000
    billion|billions|milliard|milliards|milliarde|milliarden|milyar|میلیارد|bn:1000000000
    trillion|trilyon|تریلیون|billones|billón|billionen:1000000000000 mille|mil|tausend|bin|هزار:1000
    millier|milliers|millar|millares:1000 k:1000"""
for _item in _SCALE_WORDS.split():
    _words, _, _value = _item.rpartition(":")
    for _form in _words.split("|"):
        SCALES.setdefault(fold_text(_form), int(_value))
#: Scales that are a number by themselves: a thousand books. The others need one before them.
WHOLE_SCALES = folded("ألف ألفا مليون مليونا مليار مليارا mille mil tausend هزار میلیون")
#: Half of the scale after them: half a million, نصف مليون.
HALVES = folded("نصف half demi medio media halbe halben")
DUALS = folded("ألفان ألفين ألفي مليونان مليونين مليوني ملياران مليارين ملياري")
