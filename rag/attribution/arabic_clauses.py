"""Read the clause around an Arabic verb of saying: who its subject is, and whether anything is said."""

from __future__ import annotations

from rag.attribution import arabic_cues as cues
from rag.attribution.arabic_phrases import Grammar
from rag.attribution.line import COLON, COMMA, QUOTED, STOP, Link, Source
from rag.attribution.outlets import AGENCY_HEADS, OUTLET_HEADS
from rag.cues import folded
from rag.stopwords import ARABIC
from rag.text import words

_SKIPPED = cues.TIMES - folded("خلال في بعد قبل")
_LONGEST_SUBJECT = 3  # words, where nothing but the verb shows that somebody is named
_REACH = 18  # words between who speaks and what is said


def skip_adjuncts(grammar: Grammar, j: int, told: list[Link]) -> int:
    """Step over times, "for his part" and "to the agency" between a verb and who speaks."""
    line = grammar.line
    for _ in range(6):
        outlet = grammar.outlet(j, "ل") if line.token(j)[:1] == "ل" else None
        if outlet is not None:
            told.extend(outlet.links)
            j = outlet.end
        elif line.token(j) == "ل" or line.token(j) in ("الي", "مع"):
            outlet = grammar.outlet(j + 1)
            if outlet is None:
                break
            told.extend(outlet.links)
            j = outlet.end
        elif (
            j < len(line)
            and line.token(j) in _SKIPPED | {"به", "بها", "عنه", "فيه"}
            and line.breaks[j] < COMMA
        ):
            j += 1
        elif line.token(j) == "من" and line.token(j + 1) in ("جهته", "جهتها", "جانبه", "جانبها"):
            j += 2
        else:
            break
    return j


def said_next(grammar: Grammar, j: int) -> bool:
    """Tell whether no subject can stand at `j`, since what is said begins there."""
    line = grammar.line
    if j >= len(line) or line.token(j) in cues.MARKERS or line.parted(j) >= COLON:
        return True
    name = j < line.quoted_end(j) < j + 7 and grammar.source(j) is not None
    return line.opens[j] and not name


def evidence(grammar: Grammar, j: int, told: list[Link], verb: cues.Verb | None) -> bool:
    """Tell whether something is said after the j-th word: أن, a colon, a quotation.

    Agencies and outlets to whom it is said are added to `told`.
    """
    line = grammar.line
    k, last = j, min(len(line), j + _REACH)
    while k < last:
        word = line.tokens[k]
        if line.breaks[k] == COLON or (line.opens[k] and _is_speech(grammar, k)):
            return True
        if word in cues.MARKERS and not _is_time(grammar, k, verb):
            return True
        if line.breaks[k] >= STOP or word == "ثم":
            return False
        if word in cues.VERBS and k > j and not cues.VERBS[word].quotes and line.breaks[k] >= COMMA:
            return False
        leads = word in cues.TOLD_BY or (verb is not None and verb.informs and k == j)
        headed = word not in ("علي", "عبر") or line.token(k + 1) in OUTLET_HEADS  # on the island of …
        outlet = grammar.outlet(k + 1) if leads and word in cues.TOLD_BY and headed else None
        if outlet is None and (word[:1] == "ل" or leads):
            outlet = grammar.outlet(k, "ل")
        if outlet is not None:
            told.extend(link for link in outlet.links if link not in told)
        k = max(outlet.end, k + 1) if outlet is not None else k + 1
    return False


def _is_time(grammar: Grammar, k: int, verb: cues.Verb | None) -> bool:
    """Tell whether أن makes a time or an exception with the word before it: بعد أن, إلى أن, أمله في أن."""
    before = grammar.line.token(k - 1)
    return before in cues.NOT_REPORTED and (verb is None or before not in verb.lead)


def _is_speech(grammar: Grammar, k: int) -> bool:
    """Tell whether a quotation mark opens what somebody says: three words or more, and no name."""
    end = grammar.line.quoted_end(k)
    return not _names_outlet(grammar, k) and (end == k or end - k > 2)


def _names_outlet(grammar: Grammar, k: int) -> bool:
    """Tell whether a quotation mark opens a name and no speech: لـ«فرانس برس», كتلة «الوفاء»."""
    line = grammar.line
    if line.breaks[k] != QUOTED:
        return False
    before = line.token(k - 1)
    return before in ("ل", "الي", "مع", "في") or before in cues.BODIES | OUTLET_HEADS | AGENCY_HEADS


def hangs_on(word: str, verb: cues.Verb) -> bool:
    """Tell whether a word is the preposition that a verb takes: أشار إلى, تعهد ب."""
    return word in verb.lead or ("ب" in verb.lead and word[:1] == "ب" and len(word) > 3)


def noun_follows(grammar: Grammar, j: int, verb: cues.Verb) -> bool:
    """Tell whether what is said follows as a noun (أعلن انسحاب) or on a preposition (أشار إلى)."""
    line = grammar.line
    if verb.lead:
        for k in range(j, min(j + 16, len(line))):
            if line.breaks[k] >= STOP:
                break
            word = line.tokens[k]
            if hangs_on(word, verb):
                return True
            if word in cues.VERBS:
                break
    if verb.noun and line.parted(j) == COMMA:  # ، أمس، اعتقال
        j = next((k for k in range(j + 1, min(j + 7, len(line))) if line.breaks[k] == COMMA), j)
        return j < len(line) and grammar.is_work(line.token(j))
    j = skip_adjuncts(grammar, j, [])
    return verb.noun and line.parted(j) < COMMA and grammar.is_work(line.token(j))


def subject_before(grammar: Grammar, i: int) -> tuple[Source, int, bool] | None:
    """Return who stands before the verb that speaks: الوزير قال, وكان الوزير قد قال, أن الوزير أكد.

    Beside it, where its clause begins and whether it is told by another.
    """
    line = grammar.line
    best: tuple[Source, int, bool] | None = None
    for k in range(i - 1, max(-1, i - 18), -1):
        lead = line.tokens[k] in cues.LEADS
        if not (lead or k == 0 or line.breaks[k] >= COMMA):
            continue
        start = k + 1 if lead else k
        source = grammar.source(start, "و" if start == 0 else "") if start < i else None
        if source is not None and not (source.nobody or source.stands_for or source.end > i):
            rest = line.tokens[source.end : i]
            adjacent = all(word in ("قد", "كان", "كانت", "نفسه") for word in rest)
            apart = line.parted(source.end) == COMMA or line.token(source.end) in cues.RELATIVE
            named = source.sure or (lead and source.end - start < 4 and not _is_made(grammar, start))
            fits = (adjacent and named) or (apart and lead and source.sure)
            if fits and (best is None or (source.title and source.end >= best[0].end)):
                best = source, line.begin(k), lead and line.tokens[k] in cues.MARKERS
        if lead:
            break
    return best


def _is_made(grammar: Grammar, i: int) -> bool:
    """Tell whether a noun with another after it, خطاب الرئيس, is more likely a thing than a name."""
    return grammar.plain(i) and not grammar.plain(i + 1)


def clause_subject(grammar: Grammar, i: int, feminine: bool) -> Source | None:
    """Return the person whom the first verb of the sentence has for its subject, where that is plain."""
    line = grammar.line
    commas = [k for k in range(max(1, i - 40), i) if line.breaks[k] == COMMA]
    for p in [*([0] if i < 40 else []), *commas[:2]]:
        word = line.token(p)
        had = word in ("وكان", "وكانت", "كان", "كانت", "اما", "واما")
        if not had and (word in ARABIC or word in cues.MARKERS or not grammar.plain(p)):
            continue
        subject = grammar.source(skip_adjuncts(grammar, p + 1, []), nouns=True)
        if subject is None or not subject.sure or subject.nobody or subject.role != "speaker":
            continue
        if len(words(line.text[slice(*subject.name)])) > _LONGEST_SUBJECT:
            continue  # its object may have been taken for a part of it
        person = grammar.is_title(line.token(p + 1)) or subject.title or line.token(p + 1) in cues.GIVEN_NAMES
        bare = line.token(p + 1).removeprefix("ال")
        person = person or (bare != line.token(p + 1) and (bare.endswith("ي") or bare in cues.BODIES))
        agrees = word.endswith("ت") is feminine or word in ("اما", "واما")
        between = line.tokens[subject.end : i]
        if person and agrees and subject.end <= i and not cues.RELATIVE & set(between):
            return subject
    return None
