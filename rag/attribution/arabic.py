"""Find who says what in an Arabic sentence: verbs of saying, and cues like بحسب and نقلا عن."""

from __future__ import annotations

from rag.attribution import arabic_cues as cues
from rag.attribution.arabic_clauses import (
    clause_subject,
    evidence,
    hangs_on,
    noun_follows,
    said_next,
    skip_adjuncts,
    subject_before,
)
from rag.attribution.arabic_phrases import Grammar
from rag.attribution.line import COLON, COMMA, STOP, Event, Line, Link, Source


def events(line: Line) -> list[Event]:
    """Return what is said in a sentence and by whom, in the order of the text."""
    grammar = Grammar(line)
    found: list[Event] = []
    i = 0
    while i < len(line):
        verb = _verb(line, i)
        if verb is not None:
            event, last = _said(grammar, i, verb, found)
        elif line.tokens[i] in cues.SAYING:
            event, last = _going_on(grammar, i, found), i + 1
        else:
            event, last = _by(grammar, i, found)
        if event is not None:
            found.append(event)
        i = max(i + 1, last)
    return found


def _verb(line: Line, i: int) -> cues.Verb | None:
    """Return the verb of saying that the i-th word is; after "as", with its object too: كما ذكره."""
    word = line.tokens[i]
    verb = cues.VERBS.get(word)
    if (word in cues.LONG_ENDED) is ("ى" not in line.written(i)) and word in cues.LONG_ENDED | cues.CALLED:
        return None
    if verb is None and i and (line.token(i - 1) in cues.AS or line.token(i - 1) == "لما"):
        stem = word.removesuffix("ها").removesuffix("ه")
        verb = cues.VERBS.get(stem) if stem != word else None
    return verb


def _said(grammar: Grammar, i: int, verb: cues.Verb, found: list[Event]) -> tuple[Event | None, int]:
    """Read the verb at the i-th word: who speaks, to whom, and whether anything is said at all."""
    line = grammar.line
    what = line.token(i - 1) == "لما" and line.token(i - 2) in ("وفقا", "ووفقا", "طبقا", "تبعا")
    if (line.token(i - 1) in cues.NOT_SAID and not what) or (
        line.token(i - 1) == "ان" and _is_imperfect(line.token(i))
    ):
        return None, i + 1
    if i and line.token(i - 1) in cues.VERBS and line.breaks[i] < COMMA:
        return None, i + 1  # a noun of the same letters: دعا تعهد
    if verb.quotes:
        return _quoted(grammar, i)
    told: list[Link] = []
    j = skip_adjuncts(grammar, i + 1, told)
    source = None if said_next(grammar, j) else grammar.source(j, nouns=verb.noun or bool(verb.lead))
    if line.token(j) in cues.PAPERS and (source is None or source.nobody):
        source = _from_paper(grammar, j, "")
    after = source.end if source else j
    said = evidence(grammar, after, told, verb)
    event = Event(i, line.begin(i), line.end, told, continuing=verb.continuing, feminine=verb.feminine)
    if source is None and not _near(grammar, j, verb):
        return None, i + 1
    if source is not None and i and said | noun_follows(grammar, after, verb):
        before = subject_before(grammar, i)
        first = before is not None and before[0].sure and before[0].end == i and _is_imperfect(line.token(i))
        unsure = before is not None and not (source.sure or source.title) and line.token(i - 1) != "قد"
        if first or unsure:
            return _without_subject(grammar, event, verb, None, found), after  # كان نيوتن يرى كذا أنه
    if source is None or source.stands_for:
        hangs = source is None and i == 0 and hangs_on(line.token(j), verb)
        return (_without_subject(grammar, event, verb, source, found) if said or hangs else None), after
    as_said = what or line.token(i - 1) in cues.AS
    if source.nobody:
        event.nobody = True
        return (event if said or as_said else None), after
    if verb.informs and not told:
        return None, i + 1  # whom it tells may follow bare, and who speaks be left out
    if line.token(i - 1) in ("الذي", "التي", "الذين") and not (said and source.sure):
        return None, i + 1
    if not source.sure and (verb.names_another or _may_be_a_thing(grammar, i, j, source)):
        return None, i + 1
    closed = i > 0 and line.breaks[i] == COMMA and any(c in line.gap(i) for c in '»”"')
    if line.token(i) in cues.HELD and line.token(after) not in cues.MARKERS and line.parted(after) < COMMA:
        return None, i + 1
    if not (_is_closed(grammar, after) or verb.noun or verb.lead or verb.informs or told):
        return None, i + 1  # تابع الجيش تفادي كذا: an object, and nothing said
    comma = (
        line.token(i) in cues.JUST_SAY and source.sure and line.gap(after)[:1] in ("،", ",") and not as_said
    )
    direct = said or comma or (source.sure and noun_follows(grammar, after, verb))
    if not direct:
        if not ((as_said or closed) and (source.sure or (closed and line.parted(after) >= COMMA))):
            return None, i + 1
        event.after = True
    _name(event, source)
    return event, after


def _near(grammar: Grammar, j: int, verb: cues.Verb) -> bool:
    """Tell whether what is said can follow a verb that has no subject after it."""
    word = grammar.line.token(j)
    return said_next(grammar, j) or word in cues.BETWEEN or word[:1] == "ل" or hangs_on(word, verb)


def _is_closed(grammar: Grammar, j: int) -> bool:
    """Tell whether a phrase that ends at `j` is not cut short by an object of the verb."""
    word = grammar.line.token(j)
    return grammar.ends(j) or word[:1] == "ل" or word in cues.COUNTS


def _is_imperfect(word: str) -> bool:
    bare = word if word[0] in "يت" else word[1:]
    return bare.startswith("ي") or (bare.startswith("ت") and "ي" + bare[1:] in cues.VERBS)


def _may_be_a_thing(grammar: Grammar, i: int, j: int, source: Source) -> bool:
    """Tell whether an unknown noun need not be a person: لفت التوقيت إلى."""
    word, verb = grammar.line.token(j), grammar.line.token(i)
    person = word.endswith(("ي", "ون", "ين")) or source.title is not None
    human = verb in cues.HUMAN or verb[1:] in cues.HUMAN
    return word.startswith("ال") and not person and not human


def _without_subject(
    grammar: Grammar, event: Event, verb: cues.Verb, source: Source | None, found: list[Event]
) -> Event | None:
    """Find who speaks where no one follows the verb: before it, in the clause before, or earlier."""
    line, i = grammar.line, event.first
    before = subject_before(grammar, i)
    if before is not None:
        event.lo, event.speaker = before[1], before[0].links
        event.inside = before[2] and bool(found)
        if before[0].role != "speaker":
            event.outer, event.speaker = [*before[0].links, *event.outer], ()
        return event
    if _may_carry(grammar, i, verb, source, found):
        event.carried = True
        return event
    joined = line.token(i)[0] in "وف" and i > 1 and source is None
    subject = clause_subject(grammar, i, verb.feminine) if joined and not _speaks(found) else None
    if subject is not None:
        event.speaker = subject.links
        return event
    event.nobody = i == 0
    return event if event.nobody else None


def _speaks(found: list[Event]) -> bool:
    return bool(found) and not found[-1].nominal and bool(found[-1].speaker or found[-1].carried)


def _going_on(grammar: Grammar, i: int, found: list[Event]) -> Event | None:
    """Read "زار … المدينة، مؤكدا أن": the subject of the sentence speaks, though its verb does not say so."""
    line = grammar.line
    if _speaks(found) or i < 3 or not evidence(grammar, i + 1, [], cues.ANY_LEAD):
        return None
    subject = clause_subject(grammar, i, line.token(i).endswith("ة"))
    if subject is None:
        return None
    return Event(i, line.begin(i), line.end, speaker=subject.links, feminine=line.token(i).endswith("ة"))


def _name(event: Event, source: Source) -> None:
    """Enter who is named: an outlet passes on what somebody says, a speaker says it."""
    if source.role == "speaker":
        event.speaker = source.links
    else:
        event.outer = [*source.links, *event.outer]


def _quoted(grammar: Grammar, i: int) -> tuple[Event | None, int]:
    """Read نقلت … عن … قوله: an outlet, and whom it quotes."""
    line = grammar.line
    told: list[Link] = []
    j = skip_adjuncts(grammar, i + 1, told)
    passer = grammar.source(j) if line.token(j) != "عن" else None
    k = passer.end if passer else j
    while k < min(len(line), j + 8) and line.token(k) != "عن" and line.parted(k) < STOP:
        k += 1
    event = Event(i, line.begin(i), line.end)
    if passer and passer.role != "speaker":
        event.outer = list(passer.links)
    if line.token(k) == "عن":
        speaker = grammar.source(k + 1)
        if speaker and not speaker.nobody:
            said = line.token(speaker.end) in ("قوله", "قولها", "قولهم", "قولهما", "ان", "بان", "انه", "انها")
            said = said or evidence(grammar, speaker.end, told, None)
            if said and (passer is None or passer.role != "speaker" or passer.sure):
                _name(event, speaker)
                return event, speaker.end
    elif passer:
        said = evidence(grammar, passer.end, told, None)
        known = line.token(j) in cues.SOURCES or line.token(j) in cues.COUNTS
        if said and (event.outer or known):
            if not event.outer:
                _name(event, passer)
            return event, passer.end
    return None, i + 1


def _by(grammar: Grammar, i: int, found: list[Event]) -> tuple[Event | None, int]:
    """Read a cue without a verb: بحسب, وفقا ل, نقلا عن, على لسان; or an outlet somebody speaks to."""
    line = grammar.line
    if line.token(i) in cues.TALKS or (line.token(i)[1:] in cues.TALKS and line.token(i)[0] == "و"):
        return _talk(grammar, i)
    if i == 0 and line.parted(1) < STOP:
        headline = grammar.source(0) if grammar.is_title(line.token(0)) else None
        if headline and line.parted(headline.end) == COLON:
            event = Event(0, line.start, line.end)
            _name(event, headline)
            return event, headline.end
    for phrase in cues.BY:
        clitic = phrase[-1] == "ل"
        size = len(phrase) - clitic
        if tuple(line.tokens[i : i + size]) != phrase[:size]:
            continue
        j = i + size
        if clitic and line.token(j) == "ل":
            j, clitic = j + 1, False
        elif clitic and line.token(j)[:1] != "ل":
            return None, i + 1
        if line.token(j) in cues.AS or line.token(j)[clitic:] in cues.AS:
            return None, j + 1  # وفق ما أعلن: the verb says it
        j += line.token(j) in ("هذا", "هذه")
        source = _from_paper(grammar, j, "ل" if clitic else "")
        if source is None or source.nobody or source.stands_for:
            return None, i + 1
        if not source.sure and phrase[-1] not in cues.IN_THE_WORDS_OF:
            return None, i + 1
        event = Event(i, line.begin(i), line.end, nominal=True, after=i > 1)
        event.inside = phrase in cues.QUOTING and bool(found)
        _name(event, source)
        if source.role == "speaker":
            evidence(grammar, source.end, event.outer, None)
        return event, max(source.end, i + 1)
    return None, i + 1


def _from_paper(grammar: Grammar, j: int, clitics: str) -> Source | None:
    """Return who is named at the j-th word, or who made the statement that is named there."""
    line = grammar.line
    word = line.token(j).removeprefix(clitics) if clitics else line.token(j)
    if word not in cues.PAPERS:
        return grammar.source(j, clitics)
    for k in range(j + 1, min(j + 6, len(line))):
        if line.breaks[k] >= COMMA:
            return None
        if line.tokens[k] in cues.FROM_PAPERS:
            return grammar.source(k + 1)
        if line.tokens[k] == "ل":
            return grammar.source(k + 1)
        if line.tokens[k][0] == "ل":
            return grammar.source(k, "ل")
        if line.tokens[k] in cues.BODIES or grammar.outlet(k) or grammar.is_title(line.tokens[k]):
            return grammar.source(k)
    return None


def _talk(grammar: Grammar, i: int) -> tuple[Event | None, int]:
    """Read "in an interview with …": the outlet in which somebody speaks."""
    line = grammar.line
    for k in range(i + 1, min(i + 7, len(line))):
        if line.breaks[k] >= COMMA or line.tokens[k] in cues.MARKERS:
            break
        alone = line.tokens[k - 1] in cues.TOLD_BY
        outlet = grammar.outlet(k, "ل") if alone or line.tokens[k][0] == "ل" else None
        if outlet:
            event = Event(i, line.start, line.end, list(outlet.links), nominal=True)
            event.inside = True
            return event, outlet.end
    return None, i + 1


def _may_carry(grammar: Grammar, i: int, verb: cues.Verb, source: Source | None, found: list[Event]) -> bool:
    """Tell whether a verb without a subject goes on with who spoke last."""
    line = grammar.line
    if _speaks(found):
        return False  # the same speaker, in the same sentence
    led = i == 1 and line.token(0) in cues.AS | {"فقد", "وقد", "قد", "لقد"}
    first = i == 0 or led or any(c in line.gap(i) for c in '»”"')
    joined = line.token(i)[0] in "وف" or led
    return first and (verb.continuing or joined)
