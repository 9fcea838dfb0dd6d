"""Tell what the words of an Arabic sentence are: offices, nouns of action, what ends a name, outlets."""

from __future__ import annotations

import re

from rag.attribution import arabic_cues as cues
from rag.attribution.line import COMMA, QUOTED, Line, Role, Source, longest
from rag.attribution.outlets import AGENCIES, AGENCY_HEADS, NAMED_HEADS, NOT_NEWS, OUTLET_HEADS, OUTLETS

_TANWIN = "\u064b"
_WORK = re.compile(  # nouns of action, by their shape, folded
    r"ا.ت.ا.|ان..ا.|است..ا.|ا[^ل]ا.ة|است.ا.ة|ا[^لوي][^اي]ا[^ان]|ت..ي.|ت...ة|م.ا..ة|ا.دا.|ا.طا."
)
_PRONOUNS = ("ه", "ها", "هم", "هما")


class Words:
    """An Arabic sentence and what its words are."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.size = len(line)

    def head(self, i: int, table: frozenset[str], clitics: str = "") -> tuple[int, str] | None:
        """Return how many letters of the i-th word are clitics, and the rest, if the rest is in `table`."""
        word = self.line.token(i)
        if word in table:
            return 0, word
        if word[:1] in clitics and word[:1] and word[1:] in table:
            return 1, word[1:]
        if "ل" in clitics and word.startswith("لل") and "ا" + word[1:] in table:
            return 0, "ا" + word[1:]  # للوكالة: one sign, kept whole
        return None

    def is_title(self, word: str) -> bool:
        """Tell whether a word is what people are by office or trade, with or without the article."""
        bare = word.removeprefix("ال")
        if bare in cues.TITLES or (bare.endswith("ا") and bare[:-1] in cues.TITLES):
            return True
        return word == bare and self.owned(word) is not None

    def owned(self, word: str) -> str | None:
        """Return the title in رئيسه or نائبتها."""
        for pronoun in _PRONOUNS:
            stem = word.removesuffix(pronoun)
            if stem != word and len(stem) > 2:
                if stem in cues.TITLES:
                    return stem
                if stem.endswith("ت") and stem[:-1] + "ة" in cues.TITLES:
                    return stem[:-1] + "ة"
        return None

    def ends(self, i: int, nouns: bool = False) -> bool:
        """Tell whether a phrase cannot go on with the i-th word."""
        if i >= self.size or self.line.breaks[i] >= COMMA or self.stops(i, nouns):
            return True
        return self.line.breaks[i] == QUOTED and self.line.opens[i] and nouns

    def stops(self, i: int, nouns: bool = False) -> bool:
        """Tell whether the i-th word is one that no name holds: a verb, a particle, a time, an adverb."""
        line, word = self.line, self.line.tokens[i]
        if word == "علي":
            return "ى" in line.written(i)  # على, and not the name علي
        if word in cues.STOPS_AR or word in cues.VERBS or word[0].isdigit():
            return True
        if word.startswith(("بال", "لل", "كال", "فال", "وال")) and len(word) > 4:
            return True
        if word[0] in "وف" and (word[1:] in cues.STOPS_AR or self.is_title(word[1:])) and len(word) > 3:
            return word not in cues.GIVEN_NAMES
        if word[0] == "ل" and (self.outlet(i, "ل") or word[1:] in cues.STOPS_AR):
            return True
        if word[0] == "ب" and word[1:] in cues.WITH_B:
            return True
        if word[0] in "بل" and word.endswith(("ها", "هم", "ه")) and len(word) > 4:
            return word not in cues.GIVEN_NAMES  # اعترف نابليون بإنجابه
        if word[0] == "ل" and line.written(i)[1:2] in ("أ", "إ"):
            return True  # قال جورج لأدامز
        return _TANWIN in line.written(i)[-4:] or (nouns and self.is_work(word))

    def is_work(self, word: str) -> bool:
        """Tell whether a word is a noun of action, as may follow أعلن and نفى."""
        if word in cues.GIVEN_NAMES:
            return False
        shaped = not word.startswith("ال") and _WORK.fullmatch(word) is not None
        return shaped or word in cues.WORK_NOUNS

    def outlet(self, i: int, clitics: str = "") -> Source | None:
        """Return the agency or outlet that is named from the i-th word on."""
        line = self.line
        if i >= self.size:
            return None
        kinds: tuple[tuple[Role, frozenset[str]], ...] = (("agency", AGENCY_HEADS), ("outlet", OUTLET_HEADS))
        for role, heads in kinds:
            found = self.head(i, heads, clitics)
            if found:
                return self._headed(i, *found, role)
        word = line.token(i)
        options = [(0, word)]
        if word[:1] in clitics and len(word) > 2:
            options.append((1, word[1:]))
        if "ل" in clitics and word.startswith("لل"):
            options.append((0, "ا" + word[1:]))
        for cut, head in options:
            size = longest(line, i, AGENCIES, head)
            if size:
                return Source("agency", line.span(i, self._acronym(i + size), cut), self._acronym(i + size))
            size = longest(line, i, OUTLETS, head)
            if size:
                return Source("outlet", line.span(i, i + size, cut), i + size)
        return None

    def _headed(self, i: int, cut: int, head: str, role: Role) -> Source | None:
        line = self.line
        j = i + 1
        quoted = j < self.size and line.opens[j] and line.breaks[j] == QUOTED
        if quoted:
            j = line.quoted_end(j)
        else:
            size = longest(line, j, AGENCIES) or longest(line, j, OUTLETS)
            if size:
                j += size
                j += line.token(j) in ("نيوز", "عربية", "عربي")
            while j < self.size and j - i < 6 and not self.ends(j) and not (size and self.plain(j)):
                j += 1
        named = j > i + 1
        if role == "agency" and line.token(i + 1) in NOT_NEWS:
            role = "speaker"
        while j < self.size and line.token(j) in cues.ADJECTIVES and line.breaks[j] <= QUOTED:
            j += 1
        if not named and (head in NAMED_HEADS or not head.startswith("ال")):
            return None
        if line.token(j).startswith("لل") and line.breaks[j] < QUOTED and role != "outlet":
            j += 1  # وكالة كذا للأنباء, الوكالة الدولية للطاقة الذرية
            while j < self.size and line.token(j) in cues.ADJECTIVES and line.breaks[j] < QUOTED:
                j += 1
        j = self._acronym(j)
        return Source(role, line.span(i, j, cut), j)

    def plain(self, i: int) -> bool:
        """Tell whether the i-th word is without the article."""
        word = self.line.token(i)
        return not word.startswith("ال") or self.line.written(i)[0] in "أإآ"  # ألكسندر

    def _acronym(self, j: int) -> int:
        """Return the word after "(واع)" or "(د ب أ)", if that stands at `j`; else `j`."""
        line = self.line
        if j >= self.size or "(" not in line.gap(j)[-2:]:
            return j
        for k in range(j, min(j + 4, self.size)):
            if line.gap(k + 1)[:1] == ")":
                return k + 1
        return j
