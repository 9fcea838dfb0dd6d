"""Read the phrases that name a source in an Arabic sentence.

A phrase is read forwards from a known head (وزير، وكالة، مصدر) or taken as a name, and ends before a verb, a
preposition, a time, أن or إن, or punctuation. ل, ب, و and ف before a head that is known, or that a cue asks
for (وفقا ل), stay outside the link; لل is one sign with its word and stays whole.
"""

from __future__ import annotations

from rag.attribution import arabic_cues as cues
from rag.attribution.arabic_offices import LONGEST_CHAIN, Offices
from rag.attribution.line import COMMA, QUOTED, Source, longest

_LONGEST_NAME = 5  # words


class Grammar(Offices):
    """An Arabic sentence and what its phrases are."""

    def source(self, i: int, clitics: str = "", nouns: bool = False) -> Source | None:
        """Return who is named from the i-th word on; None where nobody is.

        Args:
            i: the word at which the phrase starts.
            clitics: letters that may stand before its first word and do not belong to it.
            nouns: what is said may follow as a noun, so nouns of action end the phrase.
        """
        line = self.line
        if i >= self.size:
            return None
        found = self.outlet(i, clitics)
        if found:
            return found
        word, cut = self._head(i, clitics)
        bare = word.removeprefix("ال")
        if word == "علي" and self.stops(i):
            return None  # على
        if word in cues.NOBODY or word in cues.THINGS or bare in cues.THINGS:
            return Source("speaker", line.span(i, i + 1), i + 1, nobody=True)
        if word in cues.STAND_INS:
            return Source("speaker", line.span(i, i + 1), i + 1, stands_for=True)
        if i < line.quoted_end(i) < i + 7:
            return self._quoted(i, bare)
        if word in cues.COUNTS or word in cues.SOURCES or (bare in cues.SOURCES and not self.is_title(word)):
            found = self._anonymous(i, cut)
            if found:
                return found
        size = longest(line, i, cues.ENTITIES, word)
        if size:
            end = i + size
            while not self.ends(end, nouns) and line.token(end) in cues.ADJECTIVES:
                end += 1
            return Source("speaker", line.span(i, end, cut), end)
        if word in cues.PLACES:
            return Source("speaker", line.span(i, i + 1, cut), i + 1)
        if bare in cues.BODIES and word not in cues.GIVEN_NAMES:
            end = self.chain(i, nouns, surnames=False)
            whole = end > i + 1 or word != bare
            return Source("speaker", line.span(i, end, cut), end) if whole else None
        if self.is_title(word) and not self._is_given(i, word):
            return self._titled(i, cut, nouns)
        return self._named(i, cut, word, nouns)

    def _is_given(self, i: int, word: str) -> bool:
        """Tell whether a word that is a trade too is a given name: أمين الحسيني, not أمين السجل نذير حلاق."""
        if word not in cues.GIVEN_NAMES or not self.plain(i):
            return False
        j = i + 1
        while not self.ends(j) and not self.plain(j):
            j += 1
        return j == i + 1 or self.ends(j)

    def _head(self, i: int, clitics: str) -> tuple[str, int]:
        """Return the first word of a phrase without its clitics, and how many letters they are."""
        word = self.line.token(i)
        known = word in cues.SOURCES or word in cues.BODIES or self.is_title(word)
        if not (word[:1] in clitics and len(word) > 3) or known or word in cues.GIVEN_NAMES:
            return word, 0
        if word.startswith("لل"):
            return "ا" + word[1:], 0
        return word[1:], 1

    def _quoted(self, i: int, bare: str) -> Source | None:
        """Return a body or a name between quotation marks: «الهيئة التنسيقية», "جوي هود"."""
        line = self.line
        end = line.quoted_end(i)
        if end == i:
            return None
        body = bare in cues.BODIES or bare in cues.OF_A_NAME
        follows = line.parted(end) >= COMMA or line.token(end) in cues.MARKERS or line.token(end) == "قد"
        if not follows or (end - i > 3 and not body):
            return None
        return Source("speaker", line.span(i, end), end, sure=body)

    def _anonymous(self, i: int, cut: int) -> Source | None:
        """Return "a security source", "three Turkish officials", "a source in the police"."""
        line = self.line
        j = i
        while line.token(j) in cues.COUNTS and j - i < 3 and j < self.size:
            j += 1
        if j == i or (line.token(j) in cues.SOURCES and not self.ends(j)):
            j += 1
        following = line.token(j)
        office = line.token(i) in cues.TITLES and (self.is_title(following) or following in cues.BODIES)
        alone = j == i + 1 and line.token(i) not in cues.COUNTS and self.plain(i)
        if alone and (following.startswith("ال") or office):
            return None  # مسؤول الأمن: an office, read as a title
        while (not self.ends(j) or self.adds(j)) and j - i < 8 and not self.outlet(j):
            j += 1
        j = self.place_of(j)
        return Source("speaker", line.span(i, j, cut), j)

    def _titled(self, i: int, cut: int, nouns: bool) -> Source:
        line = self.line
        end = self.chain(i, nouns)
        while end < self.size and not self.ends(end, nouns) and self.is_title(line.token(end)):
            if line.token(end) in cues.GIVEN_NAMES:
                break
            end = self.chain(end, nouns)  # وزير الصحة الدكتور
        title = line.span(i, end, cut)
        if end < self.size and line.opens[end] and line.breaks[end] == QUOTED:
            quoted = line.quoted_end(end)
            if end < quoted <= end + 3 and (
                line.parted(quoted) >= COMMA or line.token(quoted) in cues.MARKERS
            ):
                return Source("speaker", line.span(end, quoted), quoted, title=title)
        last = self._name_end(end, nouns)
        if last > end and line.token(i).removeprefix("ال") in cues.KIN and not self.owned(line.token(i)):
            return Source("speaker", line.span(i, last, cut), last)
        if last > end and (not nouns or line.token(end) in cues.GIVEN_NAMES or self._name_closed(last)):
            return Source("speaker", line.span(end, last), last, title=title)
        return self._apposed(Source("speaker", title, end))

    def _closed(self, j: int) -> bool:
        """Tell whether a name that ends at `j` is followed by what no object of a verb is followed by."""
        following = self.line.token(j)
        return self.line.parted(j) >= COMMA or following in cues.AFTER_NAMES

    def _apposed(self, title: Source) -> Source:
        """Join a title and a name that a comma parts: وزير النقل، سامي بركات، …"""
        line, end = self.line, title.end
        for _ in range(2):
            if end >= self.size or line.breaks[end] != COMMA or "(" in line.gap(end):
                return title
            last = self._name_end(end, False, after_comma=True)
            word = line.token(end)
            other = self.is_title(word) or word in cues.KNOWN_NOUNS
            if last - end > 1 and not other and self._name_closed(last):
                return Source("speaker", line.span(end, last), last, title=title.name)
            if not word.startswith(("التاب", "الموال", "المقر")):
                return title
            end += 1  # ، التابعة لكذا، and then the name
            while end < self.size and line.breaks[end] < COMMA and end - title.end < 9:
                end += 1
        return title

    def _name_closed(self, j: int) -> bool:
        following = self.line.token(j)
        return self._closed(j) or following in cues.PREPOSITIONS or following[:1] == "ل"

    def _name_end(self, i: int, nouns: bool, after_comma: bool = False) -> int:
        line = self.line
        j = i
        while j - i < _LONGEST_NAME and j < self.size:
            word = line.tokens[j]
            if word in cues.VERBS or word in cues.MARKERS or (j > i and self.outlet(j)):
                break
            if j == i and word in cues.COUNTS:
                break
            office = self.plain(j) and self.is_title(word) and word not in cues.GIVEN_NAMES
            if j > i and (line.opens[j] or (office and not self.ends(j + 1))):
                break  # طارق حداد is a name whole, since nothing follows حداد
            if nouns and j > i + 1 and not (self.plain(j) or word.endswith("ي") or self._joined_name(j)):
                break  # زار بشير غانم القلعة
            if after_comma and j == i:
                if word in cues.STOPS_AR:
                    break
            elif self.ends(j, nouns) and (j == i or self.ends(j) or not self._closed(j + 1)):
                break  # فراس عودة أن: a name, though عودة is a noun of action
            j += 1
        return j

    def _joined_name(self, j: int) -> bool:
        """Tell whether عبد or بن makes one name with the word at `j`."""
        return self.line.token(j - 1) in cues.NAME_STARTS

    def _named(self, i: int, cut: int, word: str, nouns: bool) -> Source | None:
        """Return a name, with the office that stands before it or, after a comma, behind it."""
        line = self.line
        if word in cues.STOPS_AR or word in cues.VERBS or word[0].isdigit() or (self.stops(i) and not cut):
            return None
        last = max(self._name_end(i + 1, nouns), i + 1)
        if not word.startswith("ال"):
            if word not in cues.GIVEN_NAMES:
                for k in range(i + 2, last):
                    if line.token(k) in cues.GIVEN_NAMES and not self.plain(k - 1):
                        return Source("speaker", line.span(k, last), last, title=line.span(i, k, cut))
            name = Source("speaker", line.span(i, last, cut), last, sure=word in cues.GIVEN_NAMES)
            return self._titled_after(name)
        if word in cues.PLAIN_PEOPLE and last > i + 1 and self.plain(i + 1):
            return self._titled_after(Source("speaker", line.span(i + 1, last), last))
        surname = word.endswith("ي") and word not in cues.ADJECTIVES
        k = i + 1
        while k < last and not self.plain(k):
            k += 1
        given = k < last and line.token(k) in cues.GIVEN_NAMES
        if k < last and (given or not (surname or nouns)):  # a trade that no table has, and a name
            return Source("speaker", line.span(k, last), last, title=line.span(i, k, cut), sure=given)
        last = i + 1 if surname or nouns else k
        return self._titled_after(
            Source("speaker", line.span(i, last, cut), last, sure=surname and k == i + 1)
        )

    def _titled_after(self, name: Source) -> Source:
        """Add the office that follows a name: ، وزير الزراعة، or ، وهي المتحدثة باسم …،"""
        line, j = self.line, name.end
        also = line.token(j) in ("وهو", "وهي")
        if line.parted(j) > COMMA or (line.parted(j) < COMMA and not also) or "(" in line.gap(j):
            return name
        j += also
        if not self.is_title(line.token(j)):
            return name
        end = self.chain(j, surnames=False)
        while not self.ends(end) and end - j < LONGEST_CHAIN:
            end += 1
        title = line.span(j, end)
        if "(" in line.gap(end):  # مركز كذا (Such Center)،
            while end < self.size and ")" not in line.gap(end) and end - j < 16:
                end += 1
        if line.parted(end) < COMMA and line.token(end) not in cues.AFTER_TITLES:
            return name
        return Source("speaker", name.name, end, title=title)
