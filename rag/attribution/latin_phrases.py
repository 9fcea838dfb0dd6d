"""Read the phrases that name a source in a sentence in Latin script.

Capitals show names; offices and trades come from a table, before the name or, after a comma, behind it.
Articles stay outside a link, and so does what an apostrophe hangs on a name in Turkish (Reuters'a).
"""

from __future__ import annotations

from dataclasses import replace

from rag.attribution import latin_cues as cues
from rag.attribution import outlets
from rag.attribution.line import COMMA, QUOTED, Line, Role, Source, longest

_LONGEST = 12  # words of a phrase


class Grammar:
    """A sentence in Latin script and what its phrases are."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.size = len(line)

    def capital(self, i: int) -> bool:
        """Tell whether the i-th word is written with a capital."""
        return i < self.size and self.line.written(i)[0].isupper()

    def joined(self, i: int) -> bool:
        """Tell whether the i-th word stands in one phrase with the one before it."""
        line = self.line
        if i >= self.size:
            return False
        before = line.token(i - 1)
        initial = before in cues.HONORIFICS or len(before) == 1
        return line.breaks[i] < QUOTED or (initial and line.gap(i).strip() == ".")

    def ends(self, i: int) -> bool:
        """Tell whether a phrase cannot go on with the i-th word."""
        return not self.joined(i) or self.stops(i)

    def stops(self, i: int) -> bool:
        """Tell whether the i-th word is a verb, a conjunction or a function word that no phrase holds."""
        return self.line.tokens[i] in cues.ENDS and not self.capital(i)

    def run(self, i: int) -> int:
        """Return the word after the capitals that start at `i`, with al, de and the like between them."""
        j = i
        while self.capital(j) and (j == i or self.joined(j)):
            j += 1
            k = j
            while k < j + 2 and self.joined(k) and self.line.token(k) in cues.NAME_JOINING:
                k += 1
            if k > j and self.capital(k) and self.joined(k) and not self.capital(j):
                j = k
        return j

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets of words[first:last], without what an apostrophe hangs on the last one."""
        line = self.line
        begin, end = line.span(first, last)
        written = line.written(last - 1)
        for apostrophe in "'’":
            stem, found, suffix = written.rpartition(apostrophe)
            if found and stem and self.capital(last - 1) and (suffix[:1].islower() and len(stem) > 2):
                end = line.begin(last - 1) + len(stem)
        return begin, end

    # -- Phrases -----------------------------------------------------------------------------------------

    def outlet(self, i: int) -> Source | None:
        """Return the agency or outlet that is named from the i-th word on, past its article and kind."""
        line, j = self.line, i
        kind: Role | None = None
        while j < self.size and j - i < 5 and (j == i or self.joined(j)):
            word = line.token(j)
            german = word.endswith("agentur")
            if (word == "news" or german or not self.capital(j)) and word in outlets.AGENCY_WORDS:
                kind = "agency"
            elif (word not in cues.DETERMINERS and word not in outlets.OUTLET_NOUNS) or self.known(j):
                break
            elif word not in cues.DETERMINERS and word != "news":
                kind = kind or "outlet"
            if self.capital(j) and word not in cues.DETERMINERS and word not in outlets.AGENCY_WORDS:
                break
            j += 1
        known = self.known(j)
        if known:
            return known
        last = self.run(j) if j < self.size and (j == i or self.joined(j)) else j
        if last > j and kind:
            return Source(kind, self.span(j, last), last)
        if last > j + 1 and any(line.tokens[k] in outlets.OUTLET_WORDS for k in range(j, last)):
            return Source("outlet", self.span(j, last), last)
        return None

    def known(self, i: int) -> Source | None:
        """Return the agency or outlet of the tables that starts at the i-th word."""
        line = self.line
        head = line.token(i).partition("'")[0]
        tables: tuple[tuple[Role, outlets.Names, frozenset[str]], ...] = (
            ("agency", outlets.AGENCIES, outlets.CAPITAL_AGENCIES),
            ("outlet", outlets.OUTLETS, outlets.CAPITAL_OUTLETS),
        )
        for role, names, capitals in tables:
            size = longest(line, i, names, head)
            if not size or (not self.capital(i) and head not in ("state", "local")):
                continue
            if (
                size == 1
                and head in capitals
                and head not in outlets.OUTLETS
                and not line.written(i).isupper()
            ):
                continue
            return Source(role, self.span(i, i + size), i + size)
        return None

    def source(self, i: int) -> Source | None:
        """Return who is named from the i-th word on; None where the words name nobody."""
        line = self.line
        j = i
        passed = cues.LEADING | cues.DETERMINERS if i == 0 else cues.DETERMINERS
        while line.token(j) in passed and j < self.size and (j == i or self.joined(j)):
            j += 1
        if j >= self.size or (j > i and not self.joined(j)) or line.gap(j) in (".", "@"):
            return None
        outlet = self.outlet(i) or self.outlet(j)
        if outlet:
            return outlet
        word = line.token(j)
        if word in cues.THINGS_LATIN or word in cues.NOT_SAYERS or word in cues.PRONOUNS:
            return None
        if not self.capital(j) and (self.stops(j) or word in cues.JOINING):
            return None
        if j == 0 and word in cues.STOPS_LATIN | cues.JOINING and not (self.joined(1) and "." in line.gap(1)):
            return None
        end = j + 1
        while end - j < _LONGEST and not self.ends(end):
            end += 1
        for k in range(j, end):
            word = line.tokens[k]
            if word in outlets.AGENCY_WORDS and self.capital(k + 1) and k + 1 < end:
                last = self.run(k + 1)
                return Source("agency", self.span(k + 1, last), last)
            if word in cues.TITLES_LATIN and not (self.capital(k) and self._is_surname(j, k)):
                return self._titled(j, k, end)
            if word in cues.JOINING and k > j and not self.capital(k):
                break
        if (
            self.capital(j)
            and self.run(j) > j
            and not (line.tokens[j] in cues.SPEAKERS and not self.capital(j + 1))
        ):
            last = self.run(j)
            final = line.tokens[last - 1]
            if final in cues.TEXTS or final.startswith(cues.TURKISH_TEXTS):
                return None
            if not self._is_adjective(last, end):
                sure = last > j + 1 or j > 0
                return self._described(Source("speaker", self.span(j, last), last, sure=sure))
        noun = self._noun(j, end)
        if noun is not None:
            last = self._where(self._qualified(noun + 1, end))
            return Source("speaker", self.span(j, last), last)
        last = j + 1
        while last < end and line.tokens[last] not in cues.AROUND and last - j < 4:
            last += 1
        for k in range(j + 1, last if not self.capital(j) else j):
            if self.capital(k) and self.run(k) >= last:  # an emotional Garcia
                return Source("speaker", self.span(k, self.run(k)), self.run(k))
        thing = line.tokens[last - 1] in cues.THINGS_LATIN
        return None if thing else Source("speaker", self.span(j, last), last, sure=False)

    def _is_adjective(self, last: int, end: int) -> bool:
        """Tell whether a noun follows the capitals before `last`: Indonesian regulations, Paris police."""
        word = self.line.token(last)
        if last >= end or self.capital(last):
            return False
        return word not in cues.AFTER_NAMES

    def _noun(self, j: int, end: int) -> int | None:
        """Return the word that says who speaks in a phrase without a name; None where it is what he made."""
        tokens = self.line.tokens
        found = None
        for k in range(j, end):
            if tokens[k] in cues.JOINING and not self.capital(k):
                break
            if tokens[k] in cues.SPEAKERS:
                found = k
            elif found is not None and not tokens[k].endswith(cues.ADJECTIVES):
                return None  # a police report
        return found

    def _qualified(self, k: int, end: int) -> int:
        """Return the word after the adjectives that follow a noun in French and Spanish."""
        while k < end and not self.capital(k) and self.line.tokens[k].endswith(cues.ADJECTIVES):
            k += 1
        return k

    def _where(self, k: int) -> int:
        """Return where "in the ministry" ends, if that stands at `k`; else `k`."""
        line = self.line
        if k >= self.size or not self.joined(k) or line.tokens[k] not in cues.WHERE or self.capital(k):
            return k
        if line.written(k) == "a":  # the verb, and not à
            return k
        j = k + 1
        while j < self.size and self.joined(j) and line.tokens[j] in cues.DETERMINERS | cues.OWN:
            j += 1
        first = j
        while j - first < 5 and not self.ends(j) and line.token(j) not in cues.TALKS_LATIN | cues.TO:
            j += 1
        occasion = line.token(first) in cues.TALKS_LATIN | cues.NOT_SAYERS
        return j if j > first and not occasion else k

    def _is_surname(self, first: int, k: int) -> bool:
        """Tell whether a capitalised word like King or Major is a name: nothing follows, a name precedes."""
        line = self.line
        return k == first + 1 and not self.capital(k + 1) and line.tokens[first] not in cues.TITLE_PARTS

    def _titled(self, first: int, k: int, end: int) -> Source:
        line = self.line
        while k + 1 < end and line.tokens[k + 1] in cues.TITLES_LATIN:
            k += 1
        k += 1
        if k < end and line.tokens[k] == "elect":
            k += 1
        if k < end and line.tokens[k] in cues.OF and not self.capital(k):
            k = self._complement(k, end)
        else:
            k = self._qualified(k, end)
        last = self.run(k) if k < end and self.joined(k) else k
        if last > k:
            return Source("speaker", self.span(k, last), last, title=self.span(first, k))
        whole = Source("speaker", self.span(first, k), k)
        if line.parted(k) == COMMA and self.capital(k):
            last = self.run(k)
            if line.tokens[k] not in cues.TITLES_LATIN and line.parted(last) >= COMMA:
                return Source("speaker", self.span(k, last), last, title=self.span(first, k))
        return whole

    def _complement(self, k: int, end: int) -> int:
        """Return where "of the port authority", "de la Santé" ends and a name may begin."""
        line = self.line
        while k < end:
            if not self.capital(k):
                k += 1
                continue
            if line.tokens[k - 1] not in cues.AROUND:
                return k  # l'armée Karim …
            last = self.run(k)
            if last - k >= 3:
                keep = k + 1
                while keep < last and (keep < last - 2 or line.tokens[keep] in cues.TITLE_PARTS):
                    keep += 1
                return keep
            k = last
        return k

    def _described(self, source: Source) -> Source:
        """Add the office that follows a name after a comma: , a spokesman for the port authority."""
        line, j = self.line, source.end
        if line.parted(j) != COMMA or j >= self.size or "(" in line.gap(j):
            return source
        while line.token(j) in cues.DETERMINERS and j < self.size:
            j += 1
        end = j
        while end < self.size and end - j < _LONGEST and (end == j or not self.ends(end)):
            end += 1
        if end == j or (line.parted(end) < COMMA and line.token(end) not in cues.SAID | cues.HAVE):
            return source
        head = j
        while head < end and line.tokens[head] not in cues.JOINING:
            head += 1
        office = any(word in cues.TITLES_LATIN for word in line.tokens[j:head])
        verb = line.parted(end) == COMMA and line.token(end) in cues.SAID | cues.HAVE
        article = j > source.end and (line.token(j - 1) in cues.ONE or verb)
        return replace(source, title=self.span(j, end), end=end) if office or article else source
