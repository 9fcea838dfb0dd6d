"""What the page asks of the server: answers, documents, and what lies behind an answer. No Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from rag.conversation import Turn
from rag.errors import DocumentError, IsnadError, QuestionError, SettingsError
from rag.filters import Filters
from rag.schema import Answer, Document
from ui import narrow, strings
from ui.html import agreement, escape, forms, panel, render, timeline, why
from ui.html.shelving import Shelving
from ui.kept import conversations, export
from ui.kept.feedback import FullError, Reports
from ui.kept.ledger import Ledger
from ui.kept.restoring import Restored
from ui.kept.sealing import Seal
from ui.uploads.shelves import Shelf

_MOST_SPANS = 1000  # marked in one document
_MOST_ANSWERS = 200  # of one conversation
_MOST_DOCUMENTS = 60  # in a timeline


class Asked(Protocol):
    """What the chat needs of a pipeline; `rag.pipeline.Pipeline` has it."""

    def answer(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        earlier: Sequence[Turn | Answer] = (),
    ) -> Answer:
        """Return the answer of the documents that meet `filters`, in at most `k` groups, or an abstention."""
        ...

    def explain(self, answer: Answer, /) -> Mapping[str, Any]:
        """Return how an answer came about, as plain data."""
        ...

    def documents(self) -> list[Document]:
        """Return the documents of the corpus, in order."""
        ...

    def document(self, document_id: str, /) -> Document:
        """Return one document, or raise `DocumentError`."""
        ...


class Backend:
    """The functions behind the page. Each takes what the browser sends, and trusts none of it.

    The functions that the browser calls by itself take one list, for that is how Gradio passes them on.
    """

    def __init__(
        self,
        pipeline: Asked,
        max_question_chars: int,
        reports: Reports | None = None,
        suggested: Sequence[Answer] = (),
        shelf: Shelf | None = None,
        seal: Seal | None = None,
    ) -> None:
        """Answer from `pipeline`.

        Args:
            pipeline: what answers.
            max_question_chars: longer questions are refused.
            reports: where verdicts on answers are kept; None keeps none.
            suggested: answers to the questions offered, which the map shows before anything was asked.
            shelf: where documents go that are added; None takes none.
            seal: by which answers that a browser kept are known again; one for this process when None.
        """
        self.pipeline = pipeline
        self.ledger = Ledger()
        self._seal = seal or Seal()
        self._max_question_chars = max_question_chars
        self._reports = reports
        self._suggested = tuple(suggested)
        self._shelving = Shelving(pipeline, shelf)

    def reply(
        self,
        message: str,
        history: list[Any],
        lang: str,
        documents: list[str] | None = None,
        languages: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> str:
        """Return the answer to `message` as HTML, with the interface's words in `lang`.

        What `message` leaves to the questions before it is taken from `history`.
        """
        words = strings.load(lang)
        try:
            filters = narrow.read((documents, languages, since, until), words)
        except ValueError as error:
            return render.notice(str(error), words)
        return self._answer(message, filters, self.ledger.earlier(history), words)

    def _answer(
        self, message: str, filters: Filters, earlier: Sequence[Turn | Answer], words: strings.Strings
    ) -> str:
        question = message.strip()
        if not question:
            return render.notice(words("empty_question"), words)
        if len(question) > self._max_question_chars:
            return render.notice(
                words("long_question", n=len(question), limit=self._max_question_chars), words
            )
        try:
            answer = self.pipeline.answer(question, filters=filters, earlier=earlier)
        except QuestionError:
            return render.notice(words("bad_question"), words)
        except SettingsError:
            return render.notice(words("none_left"), words)
        except IsnadError as error:
            return render.notice(words("failed", reason=error), words)
        return render.answer(answer, words, self.ledger.keep(answer, filters))

    def act(self, wanted: Mapping[str, Any], history: list[Any]) -> list[Any]:
        """Return the conversation after something was done with it that is no plain question.

        `wanted` is what the browser sends: `language`, `kind`, and what that takes. `open` shows the
        `records` that a browser kept, none for a new conversation. `ask` asks a `question` as it stands, with
        `filters`, or says what in these is not here.
        """
        words = strings.load(str(wanted.get("language")))
        if wanted.get("kind") == "open":
            taken = self._take_up(wanted.get("records"))
            return conversations.messages(taken, words)
        question, filters = str(wanted.get("question") or ""), wanted.get("filters")
        if broken := self.linked([filters, words.lang]):
            said = render.notice(broken, words)
        else:
            said = self._answer(question, conversations.read(filters), (), words)
        shown = escape.clip_end(question.strip(), escape.QUESTION_CHARS)
        return [*history, {"role": "user", "content": shown}, {"role": "assistant", "content": said}]

    def linked(self, arguments: list[Any]) -> str:
        """Say which filters of a link are not of these documents, or nothing.

        `arguments` is [filters, language].
        """
        filters, lang = arguments
        words = strings.load(str(lang))
        held = self.pipeline.documents()
        names = {item.id for item in held}
        codes = {item.lang for item in held}
        broken = narrow.broken(filters, names, codes)
        listed = f"{words('comma')} ".join(
            f"\N{FIRST STRONG ISOLATE}{each}\N{POP DIRECTIONAL ISOLATE}" for each in broken
        )
        return words("link_filter", what=listed) if broken else ""

    def receipts(self, arguments: list[Any]) -> list[dict[str, Any]]:
        """Return what a browser keeps of answers; `arguments` is [keys]."""
        keys = [str(key) for key in list(arguments[0])[-_MOST_ANSWERS:]]
        kept = ((key, self.ledger.kept(key)) for key in keys)
        return [conversations.record(key, each, self._seal) for key, each in kept if each is not None]

    def forgotten(self, arguments: list[Any]) -> list[str]:
        """Return those of `arguments`, which is [keys], whose answers are not kept any more."""
        keys = [str(key) for key in list(arguments[0])[-_MOST_ANSWERS:]]
        return [key for key in keys if self.ledger.get(key) is None]

    def recall(self, arguments: list[Any]) -> None:
        """Keep answers again that are forgotten here; `arguments` is [records of them]."""
        self._take_up(arguments[0])

    def _take_up(self, records: Any) -> list[tuple[str, Restored]]:
        return conversations.take_up(records, self.ledger, self.pipeline.document, self._seal)

    def history(self, arguments: list[Any]) -> str:
        """Return the conversations of a browser as HTML.

        `arguments` is [conversations, whether they last, whether a deletion can be undone, the id of the one
        on the screen, language].
        """
        items, lasting, undo, current, lang = arguments
        return conversations.listing(
            items, strings.load(str(lang)), lasting=bool(lasting), undo=bool(undo), current=str(current)
        )

    def sources(self, arguments: list[Any]) -> str:
        """Return the list of documents as HTML; `arguments` is [language]."""
        (lang,) = arguments
        return self._shelving.html(strings.load(str(lang)))

    def source(self, arguments: list[Any]) -> str:
        """Return a document as HTML; `arguments` is [token, chosen span or None, cited spans, language]."""
        token, chosen, cited, lang = arguments
        words = strings.load(str(lang))
        try:
            item = self.pipeline.document(escape.document_id(str(token)))
        except (DocumentError, ValueError):
            return panel.missing(words)
        spans = [(int(start), int(end)) for start, end in cited[:_MOST_SPANS]]
        return panel.document(item, spans, (int(chosen[0]), int(chosen[1])) if chosen else None, words)

    def why(self, arguments: list[Any]) -> str:
        """Return why an answer was given, as HTML; `arguments` is [key of the answer, language]."""
        key, lang = arguments
        words = strings.load(str(lang))
        kept = self.ledger.kept(str(key))
        if kept is None:
            return f"<p>{words('forgotten')}</p>"
        answer, changed = kept.answer, ""
        if not answer.hits:  # it was taken up again, and what it was read in was not kept
            try:
                answer = self.pipeline.answer(answer.completed or answer.question, filters=kept.filters)
            except IsnadError as error:
                return f"<p>{escape.escape(words('failed', reason=error))}</p>"
            changed = why.changed(kept.answer, answer, words)
            if not changed and kept.ours:
                self.ledger.renew(str(key), replace(kept.answer, hits=answer.hits, spans=answer.spans))
        titles = {item.id: item.title for item in self.pipeline.documents()}
        try:
            explained = self.pipeline.explain(answer)
        except DocumentError:  # it was removed, or forgotten with its visit
            return f"<p>{words('missing')}</p>"
        return changed + why.why(answer, explained, titles, words)

    def timeline(self, arguments: list[Any]) -> str:
        """Return the timeline as HTML; `arguments` is [keys of the answers on the screen, language].

        Of the documents that these cite; of all where they cite none.
        """
        keys, lang = arguments
        cited = {each.document: None for answer in self._answers(keys) for each in answer.citations}
        documents = [item for item in self.pipeline.documents() if not cited or item.id in cited]
        return timeline.timeline(documents[:_MOST_DOCUMENTS], strings.load(str(lang)))

    def agreement(self, arguments: list[Any]) -> str:
        """Return who supports and contradicts whom, as HTML; `arguments` as for `timeline`.

        In the answers on the screen, or where there are none, in those to the suggested questions.
        """
        keys, lang = arguments
        return agreement.agreement(self._answers(keys) or self._suggested, strings.load(str(lang)))

    def export(self, arguments: list[Any]) -> str:
        """Return the conversation as text; `arguments` is [`md` or `json`, keys of its answers, language]."""
        form, keys, lang = arguments
        answers = self._answers(keys)
        if form == "json":
            return export.as_json(answers)
        return export.as_markdown(answers, strings.load(str(lang)))

    def form(self, arguments: list[Any]) -> str:
        """Return a dialog as HTML; `arguments` is [`report` or `keys`, language]."""
        name, lang = arguments
        return (forms.report if name == "report" else forms.keys)(strings.load(str(lang)))

    def report(self, arguments: list[Any]) -> list[str | None]:
        """Keep a verdict; `arguments` is [key, verdict, reason, note, language].

        Return the report's id, or None and why there is none, in the interface's words.
        """
        key, verdict, reason, note, lang = arguments
        words = strings.load(str(lang))
        kept = self.ledger.kept(str(key))
        if kept is None or self._reports is None:
            return [None, words("forgotten")]
        said = (str(verdict), str(reason), str(note or ""))
        try:
            return [self._reports.add(kept.answer, *said, ours=kept.ours), None]
        except FullError:
            return [None, words("reports_full")]
        except (OSError, ValueError):
            return [None, words("reports_failed")]

    def reports(self, arguments: list[Any]) -> str:
        """Return the reports as JSON lines; `arguments` is [ids of one's own]."""
        (own,) = arguments
        return self._reports.lines({str(each) for each in own}) if self._reports else ""

    def _answers(self, keys: Any) -> list[Answer]:
        return self.ledger.all(str(key) for key in list(keys)[-_MOST_ANSWERS:])
