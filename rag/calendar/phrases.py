"""Find the phrases of time among the letters of `rag.timetokens`, and leave those that more words belong to.

A phrase is the longest pattern from the leftmost place where one begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag import cues
from rag.calendar.timetokens import Line, Token
from rag.cues import folded

_COUNT = r"(?P<count>[NKv1](?:[&-]?[NKv]){0,2})"
_UNIT = "[wSAC]"
_MONTH = r"(?P<month>M)(?:[/«](?P<other>M)»?)?"
_YEAR = (
    r"(?:[,oi]*Ao*,?(?P<year1>[YK])(?P<era1>e)?|[,o]*(?P<year>Y)(?P<era>e)?"
    r"|[oi]*(?P<whole>A[cpsl]|[htlcps]A)|(?P<which>[cpslt]))"
)
_HIJRI_YEAR = r"(?:[,oA]*(?P<year>[YK]|N(?=e))(?P<era>e)?|(?P<which>[cps])|o*(?P<whole>A[cps]|hA))"
_PART = r"(?:(?P<part>P)-?o*)"
_WEEKDAY = r"(?:d?(?P<weekday>W)T*[,«]?[oi]*T*)"
_ALSO = r"(?:[,«]?d?(?P<weekday>W)»?)?T*"
_ONE = r"(?P<one>[dwSA])1?(?![WMHYNOKREPcltpsho])"
_AWAY = rf"(?:{_COUNT}(?P<unit>[uwSAd])|(?P<dual>2)(?![cp])|{_ONE})(?P<now>m)?"
_WEEK = rf"(?:[oi]*(?P<week>[htlcps]?{_UNIT}[cps]?)|(?P<after>[cpslt]))"

_PATTERNS = {
    # 26/7/2021, 26 July 2021, July 26, 3-5 May, May to July, July
    "numeric": rf"T*{_WEEKDAY}?d?(?P<a>[NKY])(?P<sign>[/!-])(?P<b>N)(?P=sign)(?P<c>[NKY])»?e?T*",
    "date": rf"T*{_WEEKDAY}?d?(?P<day>[NO])!?o*(?:So*)?{_MONTH}{_YEAR}?»?T*",
    "date_us": r"T*(?:(?P<weekday>W)T*,?)?(?P<month>M)!?o*(?P<day>[NO])"
    r"(?:,?(?P<year>Y)(?P<era>e)?|,?(?P<whole>[tlh]A))?T*",
    "days": r"(?P<between>[Fo])?d?(?P<day>[NO])(?P<sign>[J1&~-])o*(?P<until>[NO])!?o*(?:So*)?"
    rf"{_MONTH}{_YEAR}?",
    "days_us": r"(?P<month>M)(?P<day>N)(?P<sign>[J~-])(?P<until>N)(?:,?(?P<year>Y))?",
    "months": rf"(?P<between>[Fo])?(?:So*)?(?P<month>M)(?P<sign>[J1~-])(?P<until>M){_YEAR}?",
    "month": rf"{_PART}?(?:(?P<unit>h?S)o*)?(?P<before>[tlhcp])?{_MONTH}{_YEAR}?",
    # 10 Muharram 1443, Ramadan
    "hijri": rf"T*(?:d?(?P<weekday>W)[,«]?)?d?(?P<day>[NO])o*S?(?P<hijri>H){_HIJRI_YEAR}?»?",
    "hijri_month": rf"{_PART}?(?P<unit>S)?(?P<hijri>H){_HIJRI_YEAR}?",
    # year 2019, 2014-2017, 1990s, nineties of the last century, années 90, 19th century
    "year": rf"{_PART}?(?:(?P<unit>A)o*)?(?P<year>[YKN])(?P<era>e)?",
    "year_tr": r"(?P<year>Y)(?:(?P<unit>A)(?P<part>P)?|(?P<part1>P))",
    "years": r"(?P<between>[Fo](?:D|2|u|A)?)?(?:A)?(?P<year>Y)(?P<sign>[J1&~-])o*A?(?P<until>Y)",
    "decade": rf"{_PART}?(?:[uA]o*)?(?P<decade>9)[uA]?",
    "nineties": rf"{_PART}?(?:[uA]o*)?(?P<tens>E)(?:u|A)?(?:[oi]*C(?:(?P<past>p)|o*(?P<number>[ON])))?",
    "years_of": rf"{_PART}?(?P<several>u)(?P<tens>Y|N|v)",
    "century": rf"{_PART}?(?:Co*(?P<number>[ON])|(?P<number1>[ON])[!-]?C)(?P<era>e)?",
    # last week, the end of the year, earlier this month, the 5th of this month
    "unit": rf"{_PART}?(?P<before>[htlcps])?(?P<unit>{_UNIT})(?P<after>[cpslt])?(?:[,«]?(?P<year>Y)»?)?",
    "unit_tr": r"(?P<before>[hcp])?(?P<unit>[SA])(?P<part>P)",
    "since": r"(?P<side>[BG])o*(?P<before>[hs])?(?P<unit>[wSA])(?P<after>s)?",
    "day_of_month": r"(?P<lead>[di])?(?P<day>[NO])(?P<of>o*)(?:(?P<before>h)?S(?P<after>[cps])?|(?P<only>s))",
    # next Monday, Monday of last week, yesterday, this evening
    "weekday": rf"(?:(?P<early>[PBG])i?)?T*(?P<before>h?[tlcps]|h)?d?(?P<weekday>W)T*{_WEEK}?T*",
    "relative": rf"(?:(?P<early>[PBG])i?)?(?P<prefix>[Td]*h?[Td]*)(?P<day>R)T*{_ALSO}",
    "relative_weak": rf"[iIJTd]*[IJTdi](?P<day>r)T*{_ALSO}",
    "this_evening": r"hT",
    "last_night": r"n",
    # three days ago, in two weeks, the next three days
    "ago": rf"[aQI]{_AWAY}",
    "ago_after": rf"{_COUNT}(?P<unit>[uwSAd])g",
    "in": rf"(?P<lead>[fVi]){_AWAY}",
    "from_now": rf"{_COUNT}(?P<unit>[uwSAd])(?P<now>m)",
    "stretch": rf"h?(?:(?P<unit>u){_COUNT}(?P<after>[cp])|(?P<dual>2)(?P<after1>[cp]))",
    "stretch_latin": rf"h?(?:(?P<before>[cltp]){_COUNT}|(?P<count1>[NKv1])(?P<after>[cp]))(?P<unit>[uwSA])",
    # from Monday to Friday, 2017-18, …
    "unsure": r"Y[/-][NYK]|d?W[/J~-]d?W|D[WMY]&?[WMY]|[NK][/-][NK]|E[/-]E|9[/-]9|H[/-]H",
}
_COMPILED = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}

_AFTER = "WMHwSACu2D9EcpsRrnz"  # right after a phrase, these belong to it or change what it means
_BEFORE = "WMHwSCu2DcpPE9OzxyqF"
_NAMES = "WMHYwSAC9E"
_FEASTS = folded("صلاة خطبة سوق جسر black good bloody super ash holy")
_FEAST_TAILS = folded("""
    prayers prayer sermon times العظيمة السوداء البيضاء الحزينة الدامي الدامية
    الأسود noir saint negro santo""")
_DAY_TAILS = folded("العالمي الوطني الدولي العربي الأول الثاني السابع الموعود الدراسي المفتوح القريب الواحد")
_GENERAL = folded("""
    الأمين المدير القائد المدعي المفتش المراقب السكرتير القنصل المشرف المنسق الحاكم الرأي القطاع النظام
    الأمن الشأن المال النائب الاتحاد المجلس المؤتمر الاجتماع الإضراب الإطار الاتجاه الحق القانون الطريق
    الصالح العفو الوضع المناخ الجو المستوى التعليم النقل المسار السياق المحاسب المفوض المخطط الهدف الإنفاق
    الدين المحامي الوكيل الكاتب المندوب أمين مدير قائد مدعي النفع الذوق العام""")
_OTHER_YEARS = folded(
    "الدراسي الدراسية المالي المالية الجامعي الجامعية القضائي الجديد الجديدة scolaire fiscal"
)
_AND_MORE = folded("نصف ربع نيف بضعة")
_DATED = folded("تاريخ بتاريخ التاريخ وتاريخ وبتاريخ لتاريخ موعد موعده موعدها")
_MEASURES = frozenset().union(*cues.MEASURES.values())
_CHANGED_BY = folded("من على عن of from de du des d von")  # after "three days": counted from something else
LEADS = "iIJbQVkjfF"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of time in a line, by the name of its pattern."""

    kind: str
    line: Line
    match: re.Match[str]

    def token(self, *groups: str) -> Token | None:
        """Return the first token of the first of `groups` that took part in the match."""
        for group in groups:
            if group in self.match.re.groupindex and self.match[group]:
                return self.line.tokens[self.match.start(group)]
        return None

    def __getitem__(self, group: str) -> str:
        """Return the letters of a group; "" where it took no part."""
        return (self.match[group] or "") if group in self.match.re.groupindex else ""

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Return the tokens of the phrase."""
        return self.line.tokens[self.match.start() : self.match.end()]

    @property
    def left(self) -> Token | None:
        """Return the token before the phrase and the articles before it."""
        i = self.match.start() - 1
        while i >= 0 and self.line.symbols[i] == "o":
            i -= 1
        return self.line.tokens[i] if i >= 0 else None

    @property
    def lead(self) -> str:
        """Return the letter of the preposition before the phrase; "" without one, and for à (also "at")."""
        left = self.left
        return (
            left.symbol
            if left is not None and left.symbol in LEADS and left.text not in ("a", "au", "aux")
            else ""
        )

    @property
    def previous(self) -> Token | None:
        """Return the token right before the phrase."""
        return self.line.tokens[self.match.start() - 1] if self.match.start() else None

    @property
    def following(self) -> Token | None:
        """Return the token right after the phrase."""
        return self.line.tokens[self.match.end()] if self.match.end() < len(self.line.tokens) else None

    @property
    def article(self) -> str:
        """Return the article or genitive right before the phrase; "" without one."""
        previous = self.previous
        return previous.text if previous is not None and previous.symbol == "o" else ""

    @property
    def names_year(self) -> bool:
        """Tell whether the phrase says of which year its month is."""
        return any(self[group] for group in ("year", "year1", "whole", "which", "before"))

    @property
    def arabic(self) -> bool:
        """Tell whether the phrase, or else the word before it, is in Arabic script."""
        words = [token for token in (*self.tokens, self.previous) if token and token.text[:1].isalpha()]
        return bool(words) and words[0].text[0] >= "ء"


def first_phrase(line: Line, start: int, end: int) -> Phrase | None:
    """Return the first phrase that has a character in [start, end) of the text; None without one."""
    for phrase in _phrases(line):
        tokens = phrase.tokens
        if tokens[-1].end > start and tokens[0].start < end:
            return phrase
    return None


def _phrases(line: Line) -> Iterator[Phrase]:
    i = 0
    while i < len(line.symbols):
        found = [
            Phrase(kind, line, match)
            for kind, pattern in _COMPILED.items()
            if (match := pattern.match(line.symbols, i)) and match.end() > i
        ]
        found = [phrase for phrase in found if _is_possible(phrase)]
        if found:
            longest = max(found, key=lambda phrase: phrase.match.end())
            yield longest
            i = longest.match.end()
        else:
            i += 1


def _is_possible(phrase: Phrase) -> bool:
    """Tell whether what the letters cannot say fits the pattern, too."""
    left = phrase.left
    led = left is not None and left.symbol in LEADS
    if phrase.kind == "year" and not (phrase["unit"] or phrase["part"] or phrase["era"]):
        return phrase["year"] == "Y"
    if phrase.kind == "year" and phrase["year"] != "Y":
        return bool(phrase["era"] or (phrase["year"] == "K" and phrase["unit"]))
    if phrase.kind == "year_tr":
        return all(token.text.startswith(("yil", "bas", "son", "orta")) for token in phrase.tokens[1:])
    if phrase.kind == "month":
        bare = not (phrase["part"] or phrase["unit"] or phrase["before"] or phrase["other"])
        return not bare or led or any(phrase[group] for group in ("year", "year1", "whole", "which"))
    if phrase.kind == "hijri_month":
        bare = not (phrase["part"] or phrase["unit"])
        return not bare or led or any(phrase[group] for group in ("year", "which", "whole"))
    if phrase.kind in ("date_us", "days_us"):
        return phrase.tokens[0].text.isascii() and not (
            left is not None and left.symbol == "i" and left.text in ("in", "en") and not phrase["year"]
        )
    if phrase.kind == "unit":
        return bool(phrase["part"] or phrase["before"] or phrase["after"])
    if phrase.kind == "since":
        return bool(phrase["before"] or phrase["after"])
    if phrase.kind == "day_of_month":
        if phrase["only"]:
            return phrase.arabic
        by_name = phrase["day"] == "O" or phrase["of"] or phrase["lead"]
        return bool(by_name and (phrase["before"] or phrase["after"]))
    if phrase.kind == "years_of":
        several, tens = phrase.token("several"), phrase.token("tens")
        return bool(
            several and tens and several.value == 3 and several.text.isascii() and tens.value % 10 == 0
        )
    if phrase.kind in ("days", "years") and phrase["sign"] == "&":
        between = phrase.token("between")
        return between is not None and between.symbol == "F"
    return True


def is_unsure(phrase: Phrase) -> bool:
    """Tell whether words around a phrase belong to it, or change its meaning, in a way not understood."""
    return phrase.kind == "unsure" or _goes_on(phrase) or _begins_before(phrase) or _is_other_sense(phrase)


def _goes_on(phrase: Phrase) -> bool:
    """Tell whether what follows belongs to the phrase."""
    j, following = phrase.match.end(), phrase.following
    rest = phrase.line.symbols[j:]
    if following is None:
        return False
    counted = phrase.kind in ("ago", "ago_after", "in", "from_now", "stretch", "stretch_latin")
    if rest[0] in _AFTER and not (counted and rest[0] in "cps"):
        return True
    if re.match(rf"[oi]+d?[{_NAMES}]|h[{_NAMES}]|Po*[{_NAMES}]|[/~-][{_NAMES}NKOv]|!N[/!-]", rest):
        return True
    if phrase["month"] and not phrase.names_year and re.match(r"[,&J~oi-]*[NO]?!?o*M", rest):
        return True  # in June and July 2020
    if following.symbol == "e" and (following.value == 3 or (following.value == 2 and phrase.kind == "unit")):
        return True
    if re.match("[oi]*y", rest) or following.text in _OTHER_YEARS:
        return True  # of every year; the school year
    if following.symbol == "P" and following.text.isascii():
        return True
    if rest.startswith("-o") and phrase.line.tokens[j + 1].text == "la":
        return True  # cette année-là
    if not counted or phrase["now"]:
        return False
    more = following.symbol in "Nv" or following.text in _AND_MORE
    return (
        following.text in _CHANGED_BY
        or rest[0] in "QVkjgG&"
        or following.text in ("تقريبا", "environ")
        or (following.clitic == "و" and more)
    )


def _begins_before(phrase: Phrase) -> bool:
    """Tell whether what goes before belongs to the phrase."""
    symbols, i = phrase.line.symbols, phrase.match.start()
    rest, previous, left = symbols[phrase.match.end() :], phrase.previous, phrase.left
    if left and left.symbol in _BEFORE:
        alone = left.text in ("from", "von") and not rest.startswith("J")
        night = left.text == "ليلة" and phrase["day"] == "R"
        over = phrase.kind.startswith("stretch") and left.text == "over"
        if not (alone or night or over):
            return True
    if left and left.symbol == "A" and left.text != "العام":
        return True
    if previous and previous.symbol in "oF" and re.match("J[odi]*[WMYR]", rest):
        return True  # from Monday to Wednesday
    if i > 1 and symbols[i - 1] in "/~-" and symbols[i - 2] in _NAMES + "NKOv":
        return True
    if i > 1 and phrase["day"] in ("N", "O") and symbols[i - 1] in "&," and symbols[i - 2] in "NO":
        return True  # 3 and 5 May
    if phrase.kind in ("date", "hijri") and not phrase.names_year and _is_name(phrase):
        return True  # ثورة 25 يناير
    if phrase.kind == "date_us" and not phrase.names_year and phrase.article == "the":
        return True  # the September 11 attacks
    # Turkish "seçimden üç gün önce": three days before the vote
    return bool(
        phrase.kind == "ago_after" and previous and previous.text.endswith(("den", "dan", "ten", "tan"))
    )


def _is_other_sense(phrase: Phrase) -> bool:
    """Tell whether the phrase and its neighbours make a name, a habit or something else than a time."""
    before = phrase.left.text if phrase.left else ""
    after = phrase.following.text if phrase.following else ""
    begin, j = phrase.tokens[0].text, phrase.match.end()
    if phrase["weekday"] and (before in _FEASTS or after in _FEAST_TAILS):
        return True
    if phrase.kind == "weekday" and not (phrase["before"] or phrase["after"] or phrase["week"]):
        return phrase.article in ("the", "le", "los", "las", "der", "die")  # every Monday, or one told of
    rolling = phrase.article == "the" or begin.startswith(("dernier", "pass", "past"))
    if phrase.kind == "unit" and phrase["before"] in ("l", "t", "p") and not phrase["part"] and rolling:
        return True  # the last year: the twelve months until now, or those of a reign
    if phrase.kind in ("nineties", "years_of"):
        ages = any(token.text.startswith(("عمر", "العمر")) for token in phrase.line.tokens[j : j + 3])
        return ages or before in ("his", "her", "their", "my")
    if phrase.kind == "year":
        return not phrase["unit"] and after in _MEASURES
    if phrase["day"] == "R":
        return after in _DAY_TAILS or before == "مثل"
    return begin == "العام" and before in _GENERAL


def _is_name(phrase: Phrase) -> bool:
    """Tell whether an Arabic day and month follow a noun right away, as in the name of a street."""
    previous = phrase.previous
    noun = previous is not None and previous.symbol == "?" and previous.text not in _DATED
    return noun and phrase.arabic and phrase.tokens[0].symbol in "NO"
