"""Find who says what in a sentence in Latin script: English, French, common forms of three others."""

from __future__ import annotations

from rag.attribution import latin_cues as cues
from rag.attribution.latin_phrases import Grammar
from rag.attribution.line import COMMA, QUOTED, STOP, Event, Line, Source


def events(line: Line) -> list[Event]:
    """Return what is said in a sentence and by whom, in the order of the text."""
    grammar = Grammar(line)
    found: list[Event] = []
    for i in range(len(line)):
        event = _by(grammar, i) or _said(grammar, i)
        if event is not None and not (found and found[-1].speaker and found[-1].speaker == event.speaker):
            found.append(event)
    return found


def _name(event: Event, source: Source) -> None:
    if source.role == "speaker":
        event.speaker = source.links
    else:
        event.outer = [*source.links, *event.outer]


def _by(grammar: Grammar, i: int) -> Event | None:
    """Read "according to", "X'e göre", "quoted by", and an interview with an outlet."""
    line = grammar.line
    for phrase in cues.ACCORDING:
        if tuple(line.tokens[i : i + len(phrase)]) == phrase:
            source = grammar.source(i + len(phrase))
            if source is None or not source.sure or not grammar.joined(i + len(phrase)):
                return None
            event = Event(i, line.begin(i), line.end, nominal=True, after=i > 0)
            _name(event, source)
            _told(grammar, source.end, event)
            return event
    if line.tokens[i] in cues.FOLLOWING:
        start = _clause(grammar, i)
        source = grammar.source(start) if i - start < 7 else None
        if source and source.end == i and source.sure | (source.end - start > 1) | ("'" in line.token(i - 1)):
            proper = grammar.capital(i - 1) or line.tokens[i - 1] in cues.SPEAKERS
            if proper and (
                source.sure or line.tokens[start] in cues.DETERMINERS or "'" in line.tokens[i - 1]
            ):
                event = Event(i, line.begin(start), line.end, nominal=True)
                _name(event, source)
                return event
        return None
    for phrase in cues.QUOTED_BY:
        if tuple(line.tokens[i : i + len(phrase)]) == phrase:
            outlet = grammar.outlet(i + len(phrase))
            if outlet is None:
                return None
            event = Event(i, line.start, line.end, list(outlet.links), nominal=True)
            subject = _subject(grammar, i) if i else None
            if subject:
                event.speaker = subject.links
            event.inside = not event.speaker
            return event
    if line.tokens[i] in cues.TALKS_LATIN:
        for k in range(i + 1, min(i + 4, len(line))):
            outlet = grammar.outlet(k + 1) if line.tokens[k] in cues.TO and k + 1 < len(line) else None
            if outlet:
                return Event(i, line.start, line.end, list(outlet.links), nominal=True, inside=True)
    return None


def _said(grammar: Grammar, i: int) -> Event | None:
    """Read the verb that the i-th word ends: who speaks, to whom, and whether anything is said at all."""
    line, word = grammar.line, grammar.line.tokens[i]
    if i and grammar.capital(i):
        return None
    if word in ("quoted", "cited") and line.token(i - 1) not in cues.PASSIVE:
        return _quoting(grammar, i)
    start = _verb(grammar, i)
    if start is None:
        return None
    event = Event(i, line.begin(start), line.end, continuing=word in cues.CONTINUING)
    said = _evidence(grammar, start, i)
    told = _told(grammar, i, event)
    pronoun, at = _pronoun(grammar, start, i)
    if pronoun:
        quoted = at > 0 and _closes_quotation(line, at)
        event.carried = (said or quoted) and (at == 0 or quoted or event.continuing)
        event.feminine = cues.PRONOUNS[pronoun]
        return event if event.carried and (word != "told" or event.outer) else None
    if word in cues.LAST_VERBS:
        return _said_last(grammar, i, event)
    source = _subject(grammar, start)
    turned = start == 0 or any(c in line.gap(start) for c in ',»”"?!')
    if source is None and turned and i + 1 < len(line) and line.breaks[i + 1] < QUOTED:
        after_told = told and line.token(i + 1) in cues.TO and line.parted(told) < QUOTED
        source = grammar.source(told if after_told else i + 1)
        event.after = start > 0
        if source:
            _told(grammar, source.end, event)
    if source is None:
        spanish = word in ("anadio", "agrego") and (start == 0 or line.breaks[start] >= QUOTED)
        event.carried = spanish and (said or start > 0)
        return event if event.carried else None
    if not (said or event.outer or _is_enough(grammar, start, i, source, event)):
        return None
    _name(event, source)
    if event.speaker:
        if not event.after:
            event.lo = min(event.lo, event.speaker[0].start)
        event.after = event.after or _closes_quotation(line, first_of(line, source))
    return event


def _pronoun(grammar: Grammar, start: int, i: int) -> tuple[str, int]:
    """Return the pronoun that is the subject of a verb ("he said", "a-t-il dit"), and where they begin."""
    line = grammar.line
    if i - start > 1 and line.token(i - 1) in cues.PRONOUNS:
        return line.token(i - 1), start
    if line.token(i + 1) == "t" and line.token(i + 2) in cues.PRONOUNS:
        return line.token(i + 2), start
    if line.token(i + 1) in cues.PRONOUNS and line.parted(i + 1) < COMMA:
        return line.token(i + 1), start
    if start and line.token(start - 1) in cues.PRONOUNS and line.parted(start) < COMMA:
        return line.token(start - 1), start - 1
    return "", 0


def _said_last(grammar: Grammar, i: int, event: Event) -> Event | None:
    """Read a Turkish sentence: its subject first, its verb last."""
    line = grammar.line
    first = i
    while first > 0 and line.breaks[first] < STOP and i - first < 60:
        first -= 1
    source = grammar.source(first)
    if i != len(line) - 1:
        return None
    if source and source.sure and line.parted(source.end) >= QUOTED:
        event.lo = line.start
        _name(event, source)
        return event
    event.carried = event.continuing and source is None
    return event if event.carried else None


def _is_enough(grammar: Grammar, start: int, i: int, source: Source, event: Event) -> bool:
    """Tell whether a verb and who stands beside it show by themselves that something is said."""
    line, word = grammar.line, grammar.line.tokens[i]
    if word == "said" and source.end == start and len(line) - i > 3:
        return source.sure or line.parted(i + 1) < QUOTED
    if word in ("told", "tells"):
        return source.sure and len(line) - i > 7
    if word == "reported" and source.title and line.token(i + 1) != "to":
        return True
    strong = word in cues.SURE_VERBS or (word in cues.PARTICIPLES and i > start)
    return source.role != "speaker" or (source.sure and (strong or event.after))


def _closes_quotation(line: Line, i: int) -> bool:
    return any(c in line.gap(i) for c in '»”"')


def _verb(grammar: Grammar, i: int) -> int | None:
    """Return where the verb of saying that the i-th word ends begins; None if it is none."""
    line, word = grammar.line, grammar.line.tokens[i]
    have = cues.ENGLISH_HAVE if word in cues.ENGLISH_PARTICIPLES else cues.HAVE
    if word in cues.PARTICIPLES:
        for k in range(i - 1, max(-1, i - 5), -1):
            if line.parted(k + 1) >= COMMA or line.tokens[k] not in have | cues.BETWEEN:
                break
            if line.tokens[k] in have:
                return k
        if line.written(i).endswith("é"):  # déclaré, without a verb before it, and not déclare
            return None
    passive = line.parted(i) < QUOTED and line.token(i - 1) in cues.PASSIVE
    return i if word in cues.SAID and not passive and line.token(i + 1) != "to" else None


def _clause(grammar: Grammar, i: int) -> int:
    """Return the word at which the clause that holds the word before `i` begins."""
    line = grammar.line
    k = i - 1
    while k > 0 and grammar.joined(k) and i - k < 24:
        joins = line.tokens[k] in cues.PLURAL_AND and _joins(grammar, k)
        if (line.tokens[k] in cues.CLAUSES and not joins) or (
            line.tokens[k] in cues.THAT and line.token(k) != "que"
        ):
            return k + 1
        k -= 1
    return k + 1 if k >= 0 and line.tokens[k] in cues.CLAUSES else max(k, 0)


def _joins(grammar: Grammar, k: int) -> bool:
    """Tell whether "and" joins two that speak, and not two clauses."""
    first = k
    while first > 0 and grammar.joined(first) and k - first < 6:
        first -= 1
    source = grammar.source(first)
    return source is not None and source.end == k and (source.sure or grammar.capital(first))


def _subject(grammar: Grammar, start: int) -> Source | None:
    """Return who stands before the verb at `start`, with or without a clause about him in between."""
    line = grammar.line
    if start == 0:
        return None
    first = _clause(grammar, start)
    if line.breaks[start] < QUOTED:
        source = grammar.source(first)
        if source is None or source.end > start:
            return None
        rest = line.tokens[source.end : start]
        if rest and rest[0] in cues.PLURAL_AND:
            other = grammar.source(source.end + 1)
            if other and other.end == start and not source.title and not other.title:
                return Source("speaker", grammar.span(first_of(line, source), start), start, sure=source.sure)
            return None
        plain = not rest or all(word in cues.ADVERBS for word in rest)
        return source if plain or (rest[0] in cues.RELATIVES and len(rest) < 10) else None
    if line.breaks[start] >= QUOTED and (
        line.breaks[start] > COMMA or any(c in line.gap(start) for c in '»”"')
    ):
        return None
    first, near, far = start, None, None
    for _ in range(4):  # Name, his office, said
        first = _segment(grammar, first)
        source = grammar.source(first)
        if source and source.end == start and source.sure:
            far = source
        elif source and near is None and _described(grammar, source, start):
            near = source
        if first == 0:
            break
    return far or near


def _segment(grammar: Grammar, i: int) -> int:
    """Return the word after the comma before the word that stands before `i`."""
    k = i - 1
    while k > 0 and grammar.joined(k) and i - k < 24:
        k -= 1
    return max(k, 0)


def _described(grammar: Grammar, source: Source, start: int) -> bool:
    """Tell whether between a name and its verb commas or brackets hold what says more of him."""
    line, end = grammar.line, source.end
    if not source.sure and line.token(end) not in ("who", "whom", "qui"):
        return False
    if "(" in line.gap(end):
        return ")" in line.gap(start)
    return line.parted(end) == COMMA and line.token(end) in cues.DESCRIBING


def first_of(line: Line, source: Source) -> int:
    """Return the first word of a phrase."""
    return next(k for k in range(source.end) if line.begin(k) >= (source.title or source.name)[0])


def _evidence(grammar: Grammar, start: int, i: int) -> bool:
    """Tell whether what is said stands beside the verb: "that", a quotation before or after it, a colon."""
    line = grammar.line
    for k in range(i + 1, min(i + 14, len(line))):
        if line.tokens[k] in cues.THAT or line.opens[k] or ":" in line.gap(k):
            return True
        if line.breaks[k] >= STOP:
            break
    for k in range(start, max(-1, start - 12), -1):
        if any(c in line.gap(k) for c in "»”") or ('"' in line.gap(k) and not line.opens[k]):
            return True
    return False


def _told(grammar: Grammar, i: int, event: Event) -> int:
    """Add the agency or outlet that is told it (told Reuters, à l'AFP); return the word after it, or 0."""
    line = grammar.line
    for k in range(i, min(i + 8, len(line) - 1)):
        if k > i and line.breaks[k] >= STOP:
            break
        if line.tokens[k] in cues.TO and (k == i or line.tokens[k] != "told"):
            outlet = grammar.outlet(k + 1) if line.breaks[k + 1] < QUOTED else None
            if outlet:
                event.outer.extend(link for link in outlet.links if link not in event.outer)
                return outlet.end
    return 0


def _quoting(grammar: Grammar, i: int) -> Event | None:
    """Read "SANA quoted the governor as saying"."""
    line = grammar.line
    passer, source = _subject(grammar, i), grammar.source(i + 1)
    if (
        source is None
        or source.role != "speaker"
        or line.tokens[source.end : source.end + 2] != ["as", "saying"]
    ):
        return None
    outer = list(passer.links) if passer and passer.role != "speaker" else []
    event = Event(i, line.begin(i), line.end, outer, source.links)
    event.lo = min(event.lo, outer[0].start) if outer else event.lo
    event.after = any(c in line.text[line.start : event.lo] for c in '»”"')
    return event
