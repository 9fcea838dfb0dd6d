"""Which of a table's first rows are titles, and which the names of columns, by evidence alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.text import fold_text

NUMBER = re.compile(
    r"[-+(]?\W{0,2}[\d\u0660-\u0669\u06f0-\u06f9][\d\u0660-\u0669\u06f0-\u06f9.,:/٫٬٪% -]*\W{0,2}"
)
_YEAR = re.compile(r"(1[2-9]\d\d|2[01]\d\d)(?:\s?[-/–]\s?\d{2,4})?", re.ASCII)
_ADDRESS = re.compile(r"\S+@\S+\.\S+|https?://\S+|www\.\S+")
_ANSWERS = "true false yes no oui non ja nein sí evet hayır نعم لا كلا x ✓ ✔ ✗"
_KNOWN = """
    id nr code name title city town village country region province governorate district branch address street
    phone telephone mobile email mail date day month year quarter time start end age gender sex birthday job
    role position profession department team owner manager author publisher type kind category class group
    status state amount value price cost total sum quantity qty count number unit currency balance salary rent
    population area length height weight distance rate percent percentage share score rank description details
    note notes comment comments remarks language nationality company organization school subject product item
    nom prénom ville pays région adresse téléphone courriel jour mois année âge sexe métier poste statut prix
    montant quantité nombre numéro superficie population remarque remarques
    nombre apellido ciudad país dirección teléfono correo fecha mes año edad precio cantidad cargo
    vorname nachname stadt ort land anschrift adresse telefon datum tag monat jahr alter beruf preis betrag
    menge anzahl bemerkung ad soyad şehir il ülke adres tarih gün ay yıl yaş fiyat miktar sayı
    الاسم اللقب العنوان المدينة البلدة القرية البلد الدولة المنطقة المحافظة الحي الشارع الفرع الهاتف
    الجوال الموبايل البريد التاريخ اليوم الشهر السنة العام الساعة الوقت البداية النهاية العمر السن
    الجنس المهنة الوظيفة المنصب القسم الفريق المالك المدير المؤلف الناشر النوع الصنف الفئة المجموعة
    الحالة المبلغ القيمة السعر الكلفة التكلفة المجموع الإجمالي الكمية العدد الرقم الوحدة العملة
    الرصيد الراتب الإيجار السكان المساحة الطول الارتفاع الوزن المسافة النسبة الحصة الدرجة الوصف
    التفاصيل ملاحظة ملاحظات الملاحظات اللغة الجنسية الشركة المدرسة المادة المنتج البند
"""
_LONGEST = 80  # characters of a name
_COLUMNS = 200  # that are looked at
_MOST_TITLES = 10
_MOST_NAMES = 3  # rows of names above one another
_NEVER = -100.0

FILE = 1.0
"""What is to be expected of a file that is a table and nothing else: its first row names the columns."""
SHEET = 0.5
"""Likewise, of a sheet, which may hold anything."""
TEXT = 0.0
"""Likewise, of a table in a text."""
_ENOUGH = 1.0


class Head(NamedTuple):
    """What stands above the values of a table."""

    titles: int  # rows that hold a title or a note and no cells of columns
    rows: int  # rows after those that hold names of columns
    names: Sequence[str]  # of the columns; empty where nothing tells them


def head_of(rows: Sequence[Sequence[str]], expected: float, marked: Collection[int] = ()) -> Head:
    """Return which of the first rows are titles and names.

    Args:
        rows: the first of a table, as text, none of them blank.
        expected: `FILE`, `SHEET` or `TEXT`.
        marked: which of them are shown as names of columns.
    """
    titles = _titles(rows)
    below = rows[titles:]
    count = 0
    while count < min(len(below), _MOST_NAMES) and titles + count in marked:
        if (count or expected == SHEET) and any(map(_is_quantity, below[count])):
            break  # sums are bold as well
        count += 1
    count = count if count < len(below) else 1
    if 0 < count < len(below):
        names = _joined(below[:count])
        if all(_may_be_name(name) for name in names) and len(set(filter(None, names))) > 1:
            return Head(titles, count, names)
    if len(below) > 2 and _are_two(below[0], below[1], below[2:]):
        return Head(titles, 2, _joined(below[:2]))
    if is_header(below, expected=expected):
        return Head(titles, 1, below[0])
    return Head(0, 0, ())  # what stands alone in a row may be the name of a group of rows


def is_header(rows: Sequence[Sequence[str]], *, sure: bool = False, expected: float = TEXT) -> bool:
    """Tell whether the first of some rows holds the names of the columns.

    Names are short, not all alike and no numbers but years in a row; and unless `sure`, the columns tell:
    what stands below is of another kind.
    """
    if len(rows) < 2:
        return False
    width = min(max(map(len, rows)), _COLUMNS)
    names = [*rows[0][:width], *[""] * (width - len(rows[0]))]
    filled = [name for name in names if name]
    if not filled or not all(map(_may_be_name, filled)) or (len(filled) > 1 and len(set(filled)) < 2):
        return False
    if sure:
        return True
    if len(filled) < (width + 1) // 2 or (len(filled) < 2 and (width > 1 or expected < FILE)):
        return False
    columns = [[row[i] for row in rows[1:] if i < len(row) and row[i]] for i in range(width)]
    known = sum(map(is_known, filled))
    if width == 2 and sum(map(is_known, columns[0])) > max(1, len(columns[0]) / 3):
        return False  # what the first column holds are names, a row each
    score = expected + (2.0 if known > 1 else 0.5) * known
    years = _years(names, columns, known)
    if years:
        score += 2.0
    for i, name in enumerate(names):
        if name and i not in years:
            score += _evidence(name, columns[i], known > 1 and is_known(name))
    return score >= _ENOUGH + (width < 2)


def is_known(name: str) -> bool:
    """Tell whether a name is one that columns often have: as a whole, or its first or last word."""
    found = re.findall(r"[^\W\d_]+", fold_text(name))
    return 0 < len(found) <= 4 and (found[0] in _NAMES or found[-1] in _NAMES)


_YES = frozenset(_ANSWERS.split())
_NAMES = frozenset(fold_text(_KNOWN).split()) | {
    word.removeprefix("ال")
    for word in fold_text(_KNOWN).split()
    if word not in ("العمر", "المالك")  # Omar, Malik
}


def _may_be_name(cell: str) -> bool:
    return len(cell) <= _LONGEST and "\n" not in cell


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows above a table of several columns hold one cell only."""
    count = 0
    while count < min(len(rows), _MOST_TITLES) and sum(map(bool, rows[count])) == 1:
        count += 1
    below = [sum(map(bool, row)) for row in rows[count:]]
    if not count or not below or sum(cells > 1 for cells in below) < 0.7 * len(below):
        return 0
    cells = [next(filter(None, row)) for row in rows[:count]]
    first_only = all(row[0] for row in rows[:count]) or max(below) > 2  # `,2019`: a name, not a title
    return count if first_only and not any(map(NUMBER.fullmatch, cells)) else 0


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names that rows of names make together, that of a group before those of its columns."""
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    for upper, lower in pairwise(padded):
        for i in range(1, width):
            if not upper[i] and upper[i - 1] and lower[i] and lower[i - 1]:
                upper[i] = upper[i - 1]
    return [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*padded, strict=True)]


def _are_two(upper: Sequence[str], lower: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether two rows are names of groups, which span columns, and of the columns, over numbers."""
    width = min(max(map(len, rows)), _COLUMNS)
    above, names = ([*row[:width], *[""] * (width - len(row))] for row in (upper, lower))
    if sum(bool(a or b) for a, b in zip(above, names, strict=True)) < width - 1:
        return False
    if any(map(_is_quantity, (*above, *names))):
        return False
    groups = {i for i in range(width - 1) if above[i] and not above[i + 1] and names[i] and names[i + 1]}
    if any(above[i] and names[i] and i not in groups for i in range(width)):
        return False  # where a name stands alone, none is below it
    if not all(map(_may_be_name, (*above, *names))):
        return False
    for i in range(1, width):
        below = [row[i] for row in rows if i < len(row) and row[i]]
        if above[i] or not above[i - 1] or not names[i] or not names[i - 1] or not below:
            continue
        if all(map(NUMBER.fullmatch, below)) and not (_year(names[i]) and all(map(_year, below))):
            return True
    return False


def _is_quantity(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell)) and not _year(cell)


def _year(cell: str) -> int:
    """Return the year that a cell names, alone or as the first of two; 0 for others."""
    match = _YEAR.fullmatch(fold_text(cell).strip())
    return int(match[1]) if match else 0


def _years(names: Sequence[str], columns: Sequence[Sequence[str]], known: int) -> Collection[int]:
    """Return the columns whose names are years in a row, over numbers that are none."""
    places = [i for i, name in enumerate(names) if NUMBER.fullmatch(name)]
    years = [_year(names[i]) for i in places]
    if not all(years) or len(places) == len(names) or len(places) < (1 if known else 2):
        return ()
    if len(set(years)) < len(years) or (years != sorted(years) and years != sorted(years, reverse=True)):
        return ()
    below = [cell for i in places for cell in columns[i]]
    if not below or sum(bool(_year(cell)) for cell in below) > 0.5 * len(below):
        return ()
    return places


def _kind(cell: str) -> str:
    if NUMBER.fullmatch(cell):
        return "number"
    if _ADDRESS.fullmatch(cell):
        return "address"
    if cell.casefold() in _YES:
        return "yes"
    return "digits" if re.search(r"\d", cell) else "words"


def _evidence(name: str, values: Sequence[str], known: bool) -> float:
    """Return how much tells for a cell as the name of the values below it: below 0, it is one of them."""
    own = _kind(name)
    if own in ("number", "address"):
        return _NEVER
    kinds = [_kind(value) for value in values]
    kind = max(set(kinds), key=kinds.count, default="words")
    if kinds.count(kind) < 0.8 * len(kinds):
        kind = "words"
    if name in values:
        return -2.0
    if kind != "words":
        return (
            {"number": 2.0, "address": 2.0}.get(kind, 1.5) if own == "words" else 1.0 if own != kind else -1.0
        )
    return _evidence_of_words(name, values, known) if values and own == "words" else 0.0


def _evidence_of_words(name: str, values: Sequence[str], known: bool) -> float:
    if re.fullmatch(r"[a-z]+(?:_[a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+", name):
        return 2.0  # first_name, firstName
    found = 0.0
    if (name.islower() or (name.isupper() and len(name) > 3)) and all(value[0].isupper() for value in values):
        found += 0.0 if all(value.isupper() for value in values) else 1.5
    counts = [len(value.split()) for value in values]
    own = len(name.split())
    if min(map(len, values)) > max(20, 2.5 * len(name)):
        found += 1.0
    elif own == 1 and len(values) > 1 and min(counts) > 1:
        found += 0.75
    elif own > 1 and set(counts) == {own} and not known:
        found -= 1.0  # Nadia Salim over Omar Fathi
    if len(values) >= 4 and len(set(values)) <= len(values) / 2:
        found += 0.75  # classes, of which it is none
    return found
