"""Read a line that is nothing but a date: the day a document states for itself."""

from __future__ import annotations

import datetime as dt
import re

from rag.text import fold_text

_MONTH_NAMES = (
    "يناير كانون_الثاني جانفي january jan janvier janv enero ene januar jänner ocak ژانویه",
    "فبراير شباط فيفري february feb février févr fevr febrero febr februar feber şubat فوریه",
    "مارس آذار march mar mars marzo märz mart",
    "أبريل إبريل نيسان أفريل april apr avril avr abril abr nisan آوریل",
    "مايو أيار ماي may mai mayo mayıs مه می",
    "يونيو حزيران جوان يونيه june jun juin junio juni haziran ژوئن",
    "يوليو تموز جويلية يوليوز يوليه july jul juillet juil julio juli temmuz ژوئیه جولای",
    "أغسطس آب أوت غشت august aug août agosto ago ağustos اوت آگوست",
    "سبتمبر أيلول شتنبر september sep sept septembre septiembre setiembre eylül سپتامبر",
    "أكتوبر تشرين_الأول october oct octobre octubre oktober okt ekim اکتبر",
    "نوفمبر تشرين_الثاني نونبر november nov novembre noviembre kasım نوامبر",
    "ديسمبر كانون_الأول دجنبر december dec décembre déc diciembre dic dezember dez aralık دسامبر",
)
_WEEKDAY_NAMES = (
    "الاثنين الإثنين اثنين monday mon lundi lunes montag pazartesi دوشنبه",
    "الثلاثاء ثلاثاء tuesday tue mardi martes dienstag salı سه‌شنبه",
    "الأربعاء أربعاء wednesday wed mercredi miércoles mittwoch çarşamba چهارشنبه",
    "الخميس خميس thursday thu jeudi jueves donnerstag perşembe پنجشنبه",
    "الجمعة جمعة friday fri vendredi viernes freitag cuma جمعه",
    "السبت سبت saturday sat samedi sábado samstag sonnabend cumartesi شنبه",
    "الأحد أحد sunday sun dimanche domingo sonntag pazar یکشنبه",
)


def _numbered(lines: tuple[str, ...], first: int) -> dict[str, int]:
    return {
        fold_text(name).replace("_", " "): number
        for number, line in enumerate(lines, first)
        for name in line.split()
    }


MONTHS = _numbered(_MONTH_NAMES, 1)
"""Folded month names of every calendar and language known, to their number."""

_WEEKDAYS = _numbered(_WEEKDAY_NAMES, 0)


def _any_of(names: dict[str, int]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MONTH = rf"(?:{_any_of(MONTHS)})"
_GAP = r"[\s,،.\-–—/|:]*"
_LABEL = (
    r"(?:(?:تاريخ )?(?:النشر|التحديث|نشر(?: في| بتاريخ)?|تم النشر(?: في)?|التاريخ|بتاريخ|اخر تحديث|حرر في)"
    r"|published(?: on)?|updated(?: on)?|posted(?: on)?|date|last updated|publie le|mis a jour le|le"
    r"|publicado(?: el)?|fecha|el|veroffentlicht(?: am)?|datum|stand|yayin tarihi|tarih|تاريخ انتشار)"
)
_TIME = (
    r"(?:(?:الساعة|at|a|um|saat|ساعت)?\s*\d{1,2}\s*[:.h]\s*\d{2}(?::\d{2})?\s*"
    r"(?:am|pm|a\.m\.|p\.m\.|ص|م|صباحا|مساء|uhr)?\s*"
    r"\(?(?:gmt|utc|cet|est|edt|ast|kst|بتوقيت [\w ]+)?(?:[+-]\d{1,2}(?::?\d{2})?)?\)?)"
)
_DATE = re.compile(
    rf"(?:{_LABEL}\s*:?\s*)?(?:{_TIME}{_GAP})?(?:(?:يوم )?(?P<weekday>{_any_of(_WEEKDAYS)})\.?{_GAP})?(?:"
    r"(?P<y1>\d{4})\s*(?P<s1>[-/.])\s*(?P<m1>\d{1,2})\s*(?P=s1)\s*(?P<d1>\d{1,2})"
    r"|(?P<a>\d{1,2})\s*(?P<s2>[-/.])\s*(?P<b>\d{1,2})\s*(?P=s2)\s*(?P<y2>\d{4})"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?{_GAP}(?:de |of )?(?P<m3>{_MONTH})\b\.?"
    rf"(?:\s*[/(\-]\s*(?P<n3>{_MONTH})\b\s*\)?)?{_GAP}(?:del? )?(?P<y3>\d{{4}})"
    rf"|(?P<m4>{_MONTH})\b\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<y4>\d{{4}})"
    rf")\s*م?(?:{_GAP}(?P<after>{_any_of(_WEEKDAYS)}))?(?:(?:t|{_GAP}){_TIME}z?)?{_GAP}"
)
_LONGEST = 90


def parse_date(line: str) -> dt.date | None:
    """Return the day that `line` names, if it holds nothing else: 17 يوليو 2021, July 17, 2021, 2021/07/17.

    A weekday, a time, a label (تاريخ النشر:) may stand with it; months in Arabic (both sets of names, also
    side by side: 17 تموز/يوليو 2021), English, French, Spanish, German, Turkish and Persian; any digits. None
    for what can be read in two ways (03/04/2021, unless the weekday decides), for days that do not exist,
    years outside 1800–2199, and weekdays that belong to another day.
    """
    if len(line) > _LONGEST:
        return None
    match = _DATE.fullmatch(" ".join(fold_text(line).strip(" \t()[]*_#").split()))
    if not match:
        return None
    days = [day for day in _readings(match) if day is not None]
    weekday = match["weekday"] or match["after"]
    if weekday is not None:
        days = [day for day in days if day.weekday() == _WEEKDAYS[weekday]]
    return days[0] if len(set(days)) == 1 else None


def _readings(match: re.Match[str]) -> list[dt.date | None]:
    """Return every day that the matched digits and names can mean."""
    if match["y1"]:
        return [_day(match["y1"], match["m1"], match["d1"])]
    if match["y2"]:
        day_first = _day(match["y2"], match["b"], match["a"])
        if match["s2"] == ".":  # only ever written day first
            return [day_first]
        return [day_first, _day(match["y2"], match["a"], match["b"])]
    if match["y3"]:
        if match["n3"] and MONTHS[match["m3"]] != MONTHS[match["n3"]]:
            return []
        return [_day(match["y3"], MONTHS[match["m3"]], match["d3"])]
    return [_day(match["y4"], MONTHS[match["m4"]], match["d4"])]


def _day(year: str, month: str | int, day: str) -> dt.date | None:
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1800 <= found.year < 2200 else None
