"""Ask some of the documents only: by name, by language, by date."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rag.dateline import parse_date
from rag.errors import DocumentError, SettingsError
from rag.text import fold_text
from vectorstore.base import DocumentEntry, Ids
from vectorstore.catalog import Catalog

_KEPT = 16  # filters whose chunks are remembered
_SHOWN = 5  # names in a message

Chosen = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents are asked: those that meet every condition that is set.

    A document that states no date meets no condition on dates, and one of unknown language none on languages.

    >>> Filters(documents=("2021/*.md",), languages=("ar",), since=dt.date(2021, 7, 1))

    Raises:
        SettingsError: if `since` is after `until`, or one string stands where several are expected.
    """

    documents: tuple[str, ...] = ()  # ids, or patterns: * any characters, also /; ? one; [ab] one of these
    languages: tuple[str, ...] = ()  # ISO 639-1
    since: dt.date | None = None  # the first day
    until: dt.date | None = None  # the last day, itself included

    def __post_init__(self) -> None:
        for name in ("documents", "languages"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise SettingsError(f"{name} is '{value}', but several are expected: ('{value}',)")
            object.__setattr__(self, name, tuple(value))
        languages = tuple(re.split("[-_]", code.strip().lower())[0] for code in self.languages)
        object.__setattr__(self, "languages", languages)
        for name in ("since", "until"):
            if isinstance(value := getattr(self, name), dt.datetime):
                object.__setattr__(self, name, value.date())
        if self.since and self.until and self.since > self.until:
            raise SettingsError(f"since, {self.since}, is after until, {self.until}; swap them")

    def __bool__(self) -> bool:
        """Tell whether any condition is set."""
        return bool(self.documents or self.languages or self.since or self.until)

    @classmethod
    def read(
        cls,
        documents: Iterable[str] | None = None,
        languages: Iterable[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Filters:
        """Return the filters that somebody has typed; None and empty strings are no conditions.

        Args:
            documents: ids or patterns.
            languages: ISO 639-1 codes.
            since: a day, a month or a year (2021-07-24, 2021-07, 2021), or a day in words (24 يوليو 2021).
            until: likewise; the whole of the month or year is meant.

        Raises:
            SettingsError: if a date cannot be read, or as `Filters`.
        """
        return cls(
            tuple(name for name in documents or () if name.strip()),
            tuple(code for code in languages or () if code.strip()),
            _day("since", since, last=False) if since and since.strip() else None,
            _day("until", until, last=True) if until and until.strip() else None,
        )

    def __str__(self) -> str:
        """Return the conditions in one line."""
        named = [("documents", ", ".join(self.documents)), ("languages", ", ".join(self.languages))]
        days = [("since", str(self.since or "")), ("until", str(self.until or ""))]
        return "; ".join(f"{name} {value}" for name, value in named + days if value)


def _day(name: str, text: str, *, last: bool) -> dt.date:
    """Return the day, or the first or `last` day of the month or year, that `text` stands for."""
    match = re.fullmatch(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?", fold_text(text).strip())
    try:
        if match:
            year, month, day = (int(part) if part else None for part in match.groups())
            assert year is not None  # noqa: S101 - tells mypy what the pattern promises
            month = month or (12 if last else 1)
            return dt.date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))
    except ValueError:  # there is no such day
        pass
    else:
        if found := parse_date(text):
            return found
    raise SettingsError(f"{name} is '{text}', but a date is expected, such as 2021-07-24, 2021-07 or 2021")


def state_of(catalog: Catalog) -> tuple[str, int]:
    """Return what tells one state of a catalog from all others, also from those of one made anew."""
    state = catalog.state
    return state.identity, state.generation


class Listing:
    """The documents of one state of a catalog, and which chunks are whose.

    Finding out takes a while with many documents, so the chunks of the last few filters are remembered.
    """

    def __init__(self, state: Hashable, entries: Sequence[DocumentEntry], ids: Ids, owners: Ids) -> None:
        self.state = state  # as `state_of` tells it
        self._names = [entry.name for entry in entries]
        self._languages = [entry.attributes.get("lang") for entry in entries]
        self.languages = frozenset(str(language) for language in self._languages if language)  # as known
        days = [entry.attributes.get("date") for entry in entries]
        self._days = np.array(
            [dt.date.fromisoformat(str(day)).toordinal() if day else 0 for day in days], dtype=np.int64
        )  # 0 where there is none
        self._ids = ids  # (n,) of the chunks, ascending
        self._owners = owners  # (n,) the place of each chunk's document in `entries`
        self._place = {_composed(name): place for place, name in enumerate(self._names)}
        self._place |= {name: place for place, name in enumerate(self._names)}
        self.chunks = lru_cache(_KEPT)(self._chunks)

    @classmethod
    def of(cls, catalog: Catalog) -> Listing:
        """Return the listing of a catalog as it is now."""
        with catalog.snapshot():
            return cls(state_of(catalog), catalog.documents(), *catalog.owners())

    def called(self, name: str) -> str | None:
        """Return the id of the document of a name, in whichever form its letters and marks are written."""
        place = self._place.get(name, self._place.get(_composed(name)))
        return None if place is None else self._names[place]

    def names(self, filters: Filters | None = None) -> list[str]:
        """Return the ids of the documents that meet `filters`, sorted; raises as `chunks` does."""
        if not filters:
            return sorted(self._names)
        return sorted(self._names[place] for place in np.flatnonzero(self._chosen(filters)).tolist())

    def _chunks(self, filters: Filters) -> Ids:
        """Return the ids of the chunks of the documents that meet `filters`, (n,), ascending.

        Raises:
            DocumentError: if there is no document of a name, or a pattern matches none.
            SettingsError: if no document is in one of the languages, of the time, or meets all conditions.
        """
        found = self._ids[self._chosen(filters)[self._owners]]
        found.flags.writeable = False  # so that the stores, too, may remember what they make of it
        return found

    def _chosen(self, filters: Filters) -> Chosen:
        chosen = np.ones(len(self._names), dtype=np.bool_)
        if filters.documents:
            chosen &= np.logical_or.reduce([self._named(name) for name in filters.documents])
        if filters.languages:
            chosen &= np.logical_or.reduce([self._in(code) for code in filters.languages])
        if filters.since or filters.until:
            chosen &= self._between(filters.since, filters.until)
        if not chosen.any():
            raise SettingsError(f"no document meets all of these: {filters}; leave one of them out")
        return chosen

    def _named(self, name: str) -> Chosen:
        chosen = np.zeros(len(self._names), dtype=np.bool_)
        composed = _composed(name)
        place = self._place.get(name, self._place.get(composed))
        if place is not None:
            chosen[place] = True
        elif re.search(r"[*?\[]", name):
            matches = re.compile(translate(composed)).match
            chosen[:] = [matches(_composed(held)) is not None for held in self._names]
        if not chosen.any():
            raise self.missing(name)
        return chosen

    def missing(self, name: str) -> DocumentError:
        """Return the error that says that there is no document of that name, or none that matches it."""
        names = sorted(self._names)
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        return DocumentError(name, f"no such document; there are {len(names)}: {shown}")

    def _in(self, code: str) -> Chosen:
        chosen = np.array([language == code for language in self._languages], dtype=np.bool_)
        if not chosen.any():
            counts = Counter(str(language or "unknown") for language in self._languages)
            held = ", ".join(f"{language} ({count})" for language, count in counts.most_common())
            raise SettingsError(f"no document is in language '{code}'; there are: {held}")
        return chosen

    def _between(self, since: dt.date | None, until: dt.date | None) -> Chosen:
        dated = self._days > 0
        first, last = since or dt.date.min, until or dt.date.max
        chosen: Chosen = dated & (self._days >= first.toordinal()) & (self._days <= last.toordinal())
        if not chosen.any():
            days = self._days[dated]
            held = "none has a date"
            if len(days):
                low, high = (dt.date.fromordinal(int(day)) for day in (days.min(), days.max()))
                held = f"{len(days)} are dated, from {low} to {high}, and {len(dated) - len(days)} are not"
            raise SettingsError(f"no document is of that time ({Filters(since=since, until=until)}); {held}")
        return chosen


def _composed(name: str) -> str:
    """Return a name in the one form of several in which letters and their marks can be written."""
    return unicodedata.normalize("NFC", name)
