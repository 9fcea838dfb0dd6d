"""Read what an office or a body is called: وزير الخارجية العراقي, المتحدث باسم هيئة السدود."""

from __future__ import annotations

from rag.attribution import arabic_cues as cues
from rag.attribution.arabic_words import Words
from rag.attribution.line import COMMA, QUOTED, longest

_DEEPEST = 3  # chains inside of one another
LONGEST_CHAIN = 12  # words of a title or of a body's name


class Offices(Words):
    """An Arabic sentence, with the phrases that follow an office, a body or a source in it."""

    def chain(self, i: int, nouns: bool = False, surnames: bool = True, depth: int = 0) -> int:
        """Return the word after the genitive chain that starts at `i`: وزير الخارجية العراقي, هيئة السدود.

        A definite word that looks like a surname ends it where `surnames` may follow. `depth` says how many
        chains it is inside of.
        """
        line = self.line
        first = line.token(i)
        j = i + 1
        closed = first.startswith(("ال", "لل", "بال", "وال")) or self.owned(first) is not None
        named = first.removeprefix("ال") in cues.NAMED_AFTER
        while j < self.size and j - i < LONGEST_CHAIN and line.breaks[j] < COMMA:
            word = line.tokens[j]
            if line.opens[j] and line.breaks[j] == QUOTED and not (closed and line.token(j - 1) != "باسم"):
                quoted = line.quoted_end(j)
                if quoted == j:
                    break
                j, closed = quoted, True
                continue
            if word == "باسم" and j + 1 < self.size and line.breaks[j + 1] < COMMA:
                if line.opens[j + 1]:
                    j = max(line.quoted_end(j + 1), j + 1)
                else:
                    j = self.chain(j + 1, nouns, surnames, depth + 1) if depth < _DEEPEST else j + 1
                closed = True
                continue
            linked = self._linked(i, j, depth)
            if linked > j:
                j, closed = linked, True
                continue
            if self.ends(j, nouns and closed):
                break
            if closed:
                if self.plain(j) or (surnames and self.surname(j, nouns)):
                    break
                if not surnames and not self._agrees(first, word):
                    break  # دعت اللجنة الأطراف
                j += 1
                continue
            size = longest(line, j, cues.ENTITIES)
            if size and j > i + 1 - (first in cues.BODIES):
                j, closed = j + size, True
                continue
            if word in cues.GIVEN_NAMES and j > i + 1 and not self._definite_ahead(j):
                break
            closed = not self.plain(j) or word in cues.PLACES or named or self.owned(word) is not None
            if not closed and j > i + 1 - (first in cues.TITLES) and word not in cues.BODIES:
                closed = not self._definite_ahead(j + 1) and not self.is_title(word)
            named = word in cues.NAMED_AFTER
            if line.opens[j + 1 : j + 2] == [True] and line.breaks[j + 1] == QUOTED:
                closed = False  # كتلة «الوفاء»
            j += 1
        return j

    def _agrees(self, body: str, word: str) -> bool:
        """Tell whether a definite word may be an adjective of a body, and no object: رفض الحزب الدعوة."""
        if word in cues.ADJECTIVES:
            return True
        masculine = body.removeprefix("ال") in cues.MASCULINE
        return word.endswith("ي") or (word.endswith("ة") and not masculine)

    def _linked(self, i: int, j: int, depth: int) -> int:
        """Return where a phrase that an office has after it ends: للأمم المتحدة, لشؤون المياه, في الحركة."""
        line = self.line
        word, office = line.token(j), line.token(i).removeprefix("ال")
        if word == "بالانابة":
            return j + 1
        speaks_for = word == "عن" and office in cues.OF_VOTERS
        works = word in ("في", "لدي") and office in cues.TITLES and not office.startswith(("وزير", "رئيس"))
        if speaks_for or works:
            return self._before_name(j + 1, max(self.place_of(j), j + 1)) if self.place_of(j) > j else j
        if word.startswith("ب"):
            k = self.place_of(j)
            return self._before_name(j, k) if k > j else j
        if not word.startswith("ل") or len(word) < 4 or word in cues.NO_COMPLEMENT:
            return j
        if line.breaks[j] >= QUOTED or self.outlet(j, "ل") or word[1:] in cues.STOPS_AR:
            return j
        if word.startswith("لل"):
            k = j + 1
            while not self.ends(k) and not self.plain(k) and not self.surname(k, False):
                k += 1
        elif (
            office in cues.FOR
            or word[1:] in cues.BODIES
            or word == "لشوون"
            or line.token(j - 1) in ("العام", "العامة", "التنفيذي", "التنفيذية")
        ):
            k = self.chain(j, depth=depth + 1) if depth < _DEEPEST else j + 1
        else:
            return j
        while line.token(k)[:1] == "و" and line.token(k)[1:] in ("شمال", "جنوب", "شرق", "غرب"):
            k += 2
        return min(k, self.size)

    def _before_name(self, first: int, last: int) -> int:
        """Return where a name begins in "الحركة عماد الفتلاوي", or `last`."""
        line = self.line
        for k in range(first + 1, last):
            before = line.tokens[k - 1]
            closed = (
                before.startswith(("ال", "بال", "لل")) or before in cues.PLACES or line.breaks[k] == QUOTED
            )
            if line.tokens[k] in cues.GIVEN_NAMES and not line.opens[k]:
                return k
            if closed and self.plain(k) and not self.ends(k) and not line.opens[k]:
                return k
        return last

    def _definite_ahead(self, j: int) -> bool:
        for k in range(j, min(j + 2, self.size)):
            word = self.line.token(k)
            if self.ends(k) or word in cues.GIVEN_NAMES:
                return False
            if not self.plain(k) or word in cues.PLACES:
                return True
        return False

    def surname(self, j: int, nouns: bool) -> bool:
        """Tell whether a definite word that ends the phrase is a surname and no adjective: الرئيس السيسي."""
        line, word = self.line, self.line.token(j)
        if not word.endswith("ي") or not self.ends(j + 1, nouns):
            return False
        twice = line.token(j - 1) in cues.ADJECTIVES and word.endswith("اني")  # الوزراء العراقي السوداني
        return word not in cues.ADJECTIVES or twice

    def place_of(self, j: int) -> int:
        """Return where "in the police", "بالوفد العراقي" ends, if it stands at `j`; else `j`."""
        line = self.line
        if j >= self.size or line.breaks[j] >= COMMA:
            return j
        word = line.token(j)
        k = j
        if word in cues.PREPOSITIONS:
            k = j + 1 + (line.token(j + 1) in ("تلك", "هولاء"))
            if k >= self.size or line.token(k) in cues.OCCASIONS or self.outlet(k):
                return j
            if self.ends(k) and line.quoted_end(k) == k:
                return j
        elif word[0] != "ب" or len(word) < 5 or word in cues.MARKERS or not self._is_place(word[1:]):
            return j
        end = max(line.quoted_end(k), k + 1)
        while end < self.size and end - k < 7 and not self.outlet(end):
            quoted = line.quoted_end(end) if line.breaks[end] == QUOTED else end
            if quoted == end and self.ends(end) and not (self.adds(end) or line.token(end) == "للابحاث"):
                break
            end = max(quoted, end + 1)
        return end

    def _is_place(self, word: str) -> bool:
        """Tell whether a word after ب is where somebody is, and not what he speaks of (بالوفد, بالتحقيق)."""
        bare = word.removeprefix("ال")
        if word in cues.OCCASIONS:
            return False
        if bare in cues.BODIES or word in cues.PLACES or word == "تلك":
            return True
        return bare != word and not self.is_work(bare)

    def adds(self, j: int) -> bool:
        """Tell whether a second adjective is joined by و: أميركيون وعراقيون, الأميركي والعراقي."""
        word, before = self.line.token(j), self.line.token(j - 1)
        if j >= self.size or self.line.breaks[j] >= COMMA or word[:1] != "و":
            return False
        return word[1:] in cues.ADJECTIVES or (
            word.startswith("وال") and before.startswith("ال") and word[-1:] == before[-1:] != "ة"
        )
