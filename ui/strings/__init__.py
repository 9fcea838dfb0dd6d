"""The words of the interface, one JSON file a language; Arabic is the default."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = {"ar": "العربية", "en": "English", "fr": "Français"}
DEFAULT = "ar"
OWN_NAMES = {**LANGUAGES, "es": "Español", "de": "Deutsch", "tr": "Türkçe", "fa": "فارسی"}  # of languages
_THOUSANDS = {"fr": "\u202f"}  # what stands between them, where that is no comma
RIGHT_TO_LEFT = frozenset({"ar"})


class Strings:
    """The interface's words in one language."""

    def __init__(self, lang: str, words: dict[str, Any], gradio: dict[str, str]) -> None:
        self.lang = lang
        self.words = words
        self.gradio = gradio  # Gradio's own keys that it has no words for in this language

    @property
    def direction(self) -> str:
        """Return `rtl` or `ltr`."""
        return "rtl" if self.lang in RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str, **values: object) -> str:
        """Return the words for `key`, with `values` filled in.

        Raises:
            KeyError: if no words have that key.
        """
        words = str(self.words[key])
        return words.format(**values) if values else words

    def count(self, key: str, n: int) -> str:
        """Return the words for `n` things, in the plural form that the language asks for."""
        forms = self.words[key]
        return str(forms.get(plural(self.lang, n), forms["other"])).format(n=self.number(n))

    def number(self, n: int) -> str:
        """Return a number with its thousands apart, from five digits on."""
        return f"{n:,}".replace(",", _THOUSANDS.get(self.lang, ",")) if n >= 10_000 else str(n)

    def date(self, day: dt.date) -> str:
        """Return the day in words, such as `24 يوليو 2021`."""
        return f"{day.day} {self.words['months'][day.month - 1]} {day.year}"

    def days(self, first: dt.date, last: dt.date) -> str:
        """Return the days from `first` to `last` in words: a day, a month, a year, or a range of these."""
        year = first.strftime("%m%d") == "0101" and last.strftime("%m%d") == "1231"
        month = first.day == 1 and (last == dt.date.max or (last + dt.timedelta(days=1)).day == 1)
        if year:
            one, other = str(first.year), str(last.year)
        elif month:
            one, other = self._month(first), self._month(last)
        else:
            one, other = self.date(first), self.date(last)
        return one if one == other else self("range", first=one, last=other)

    def _month(self, day: dt.date) -> str:
        return f"{self.words['months'][day.month - 1]} {day.year}"

    def percent(self, share: float) -> str:
        """Return a share in [0, 1] as a percentage, rounded."""
        return self("percent", n=round(100 * share))

    def language(self, code: str) -> str:
        """Return the name of a language, or its code where no name is known."""
        return str(self.words["langs"].get(code, code))


@cache
def load(lang: str) -> Strings:
    """Return the interface's words in `lang`; in the default language where there are none."""
    if lang not in LANGUAGES:
        lang = DEFAULT
    data = json.loads((files(__package__) / f"{lang}.json").read_text(encoding="utf-8"))
    return Strings(lang, data["isnad"], data["gradio"])


def plural(lang: str, n: int) -> str:
    """Return the CLDR plural category of `n` in `lang`: zero, one, two, few, many or other."""
    if lang == "ar":
        if n <= 2:
            return ("zero", "one", "two")[n]
        if 3 <= n % 100 <= 10:
            return "few"
        return "many" if n % 100 >= 11 else "other"
    if lang == "fr":
        return "one" if n < 2 else "other"
    return "one" if n == 1 else "other"
