"""What looks garbled, and what must not be taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from rag.legible import trouble

ARABIC = (
    "أعلنت بلدية الينبوع أمس أن أعمال ترميم السوق القديمة ستنتهي في الخريف، وأن كلفتها بلغت ٣٫٧ مليون دينار. "
    "وقالت المهندسة رنا الصبّاغ إنّ العمّال كشفوا عن قوسين من الحجر لم يُعرف بهما من قبل، وإن المتحف سيعرضهما. "
    "وكان المجلس قد خصّص للمشروع مبلغا أقل، ثم زاده بعد أن تضرّرت الجدران في شتاء 2019 من الأمطار والسيول التي "
    "اجتاحت المدينة، كما ذكرت الصحف في ذلك الوقت، ولم يصدر عن المجلس حتى اليوم بيان آخر في هذا الأمر."
)
FRENCH = (
    "À l’été, la mairie a rouvert le marché couvert, fermé depuis l’hiver ; les voûtes, où l’on a dégagé "
    "deux arcs oubliés, ont été consolidées, et l’entrée, élargie, mène désormais au musée."
)
CODE = """def f(x, y, z):
    a = x[i] + y[j] * z[k]
    for n in range(m):
        b += a ** n - c / d
    return b
"""
MIXED = "أطلقت شركة Nahr Works خدمة Cloud-9 بسعر 12.50 USD شهريا (بدل 15)، بحسب مديرها Sami K. Haddad أمس."
SHAPES = str.maketrans("المنيورتبدسعه", "ﺎﻠﻤﻨﻴﻮﺮﺘﺒﺪﺴﻌﻬ")

GARBLED = {
    "symbols": [
        "".join(chr(0xE000 + ord(c) % 256) if c.isalpha() else c for c in ARABIC),
        ARABIC.replace("ا", "\ufffd"),
        "".join(f"(cid:{ord(c) % 300})" if c in "المن" else c for c in ARABIC),
    ],
    "encoding": [
        ARABIC.encode("cp1256", "ignore").decode("cp1252", "replace"),
        FRENCH.encode().decode("latin-1"),
    ],
    "apart": [" ".join(ARABIC.replace(" ", "")), " ".join(FRENCH.replace(" ", ""))],
    "joined": [ARABIC.replace(" ", ""), FRENCH.replace(" ", "").replace(",", "").replace("’", "")],
    "backwards": ["\n".join(line[::-1] for line in ARABIC.split(". "))],
    "shapes": [ARABIC.translate(SHAPES)],
}


@pytest.mark.parametrize(("sign", "text"), [(sign, text) for sign, some in GARBLED.items() for text in some])
def test_each_way_of_coming_out_garbled_is_told(sign: str, text: str) -> None:
    assert trouble(text) == sign


@pytest.mark.parametrize(
    "text",
    [
        ARABIC,
        FRENCH,
        CODE,
        MIXED,
        "".join(f"{letter}\u064e" for letter in ARABIC),
        ARABIC.replace("ا", "ا\u0640\u0640"),
        "١٢ ٣٤ ٥٦ ٧٨ ٩٠ 12 34 56 78 90 " * 20,
        "図書館は二〇一九年に開館し、毎日およそ三千人が訪れる。ABC の A と B を x と y に置く。" * 5,
        "पुस्तकालय नदी के किनारे बना है और उसमें बारह हज़ार किताबें हैं।" * 4,
        "קהל רב ביקר בספרייה החדשה שליד הנהר, ובה שנים־עשר אלף ספרים וחדר קריאה." * 3,
        "",
        "\ufffd\ufffd",
    ],
)
def test_text_that_is_well_read_sets_off_nothing(text: str) -> None:
    assert trouble(text) is None


@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "seeds").glob("*.md")), *sorted((ROOT / "ui").glob("*.py"))],
    ids=lambda path: path.name,
)
def test_neither_the_shipped_briefs_nor_code_are_taken_for_garbled(path: Path) -> None:
    assert trouble(path.read_text("utf-8")) is None


def test_trouble_in_the_middle_of_a_long_text_is_seen() -> None:
    rest = ARABIC * 40
    assert trouble(rest + "\ufffd" * 3000 + rest) == "symbols"
