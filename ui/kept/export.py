"""Write a conversation down: as Markdown to read, as JSON with receipts to check."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import count

from rag.schema import Answer, AnswerGroup, Citation
from ui.html import quoting
from ui.html.render import confidence_word
from ui.strings import Strings

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+\-!|~&$])|(?<=\d)(\.)(?=\s)")


def as_json(answers: Sequence[Answer]) -> str:
    """Return the answers as a JSON list, each as `Answer.to_dict` gives it, which `isnad verify` checks."""
    return json.dumps([answer.to_dict() for answer in answers], ensure_ascii=False, indent=2) + "\n"


def as_markdown(answers: Sequence[Answer], words: Strings) -> str:
    """Return the answers as Markdown: question, answer, sentence, and the chain of each source."""
    return "\n".join(f"{_answer(answer, words)}\n" for answer in answers)


def _answer(answer: Answer, words: Strings) -> str:
    lines = [f"## {_plain(answer.question)}"]
    if answer.completed:
        lines.append(f"*{words('understood')}* {_plain(answer.completed)}")
    if answer.answered:
        if answer.relation == "conflict":
            lines.append(f"**{words('conflict')}**")
        numbered = count(1)
        lines += [_group(group, words, numbered) for group in answer.groups]
    else:
        reason = words(f"reason_{answer.reason}" if answer.reason else "not_found_more")
        heading = words("not_sure" if answer.reason == "low_confidence" else "not_found")
        lines.append(f"**{heading}.** {reason}")
        if answer.nearest:
            lines.append(words("nearest"))
            lines += [f"> {_plain(each.context)}\n>\n> — {_source(each, words)}" for each in answer.nearest]
    return "\n\n".join(lines)


def _group(group: AnswerGroup, words: Strings, numbered: count[int]) -> str:
    best = group.citations[0]
    named = quoting.unit(group)
    beside = f" ({_plain(named)})" if named else ""
    sure = f" — {words(f'confidence_{confidence_word(group.confidence)}')}" if group.confidence else ""
    head = f"**{_plain(best.quote)}**{beside}{sure}"
    chains = "\n".join(f"- \\[{next(numbered)}\\] {_source(each, words)}" for each in group.citations)
    return f"{head}\n\n> {_sentence(best)}\n\n{chains}"


def _sentence(citation: Citation) -> str:
    before = citation.context[: citation.start - citation.context_start]
    after = citation.context[citation.end - citation.context_start :]
    return f"{_plain(before)}**{_plain(citation.quote)}**{_plain(after)}"


def _source(citation: Citation, words: Strings) -> str:
    """Return title, date and place of a citation, and who the document has it from."""
    day = words.date(citation.date) if citation.date else ""
    span = _plain(f"{citation.document}:{citation.start}-{citation.end}")
    named = quoting.place(citation.places, citation.title, words, _plain)
    facts = [fact for fact in (_plain(citation.title), day, named, span) if fact]
    arrow = " ← " if words.direction == "rtl" else " → "
    line = arrow.join([" · ".join(facts), *(_plain(link.quote) for link in citation.attribution)])
    if citation.resolved:
        line += f" · {words('that_is')} {words.days(citation.resolved.first, citation.resolved.last)}"
    return line


def _plain(text: str) -> str:
    """Return `text` in one line in which nothing is Markdown."""
    return _SPECIAL.sub(lambda found: "\\" + found.group(), re.sub(r"\s+", " ", text))
