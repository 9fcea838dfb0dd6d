"""Lay out the chat: the conversation beside the source panel, and the `ask` endpoint.

Imported only to build the page, because Gradio takes seconds to import.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from rag.errors import DocumentError, IsnadError, QuestionError, SettingsError
from rag.filters import Filters
from rag.schema import Answer, Document
from ui import narrow, panel, render, strings
from ui.theme import theme

STATIC = Path(__file__).parent / "static"
CONCURRENT_QUESTIONS = 2
WAITING_QUESTIONS = 32


class Asked(Protocol):
    """What the chat needs of a pipeline; `rag.pipeline.Pipeline` has it."""

    def answer(self, question: str, k: int = 5, filters: Filters | None = None) -> Answer:
        """Return the answer of the documents that meet `filters`, in at most `k` groups, or an abstention."""
        ...

    def documents(self) -> list[Document]:
        """Return the documents of the corpus, in order."""
        ...

    def document(self, document_id: str, /) -> Document:
        """Return one document, or raise `DocumentError`."""
        ...


class _PlainQuestions:
    """Shows questions, too, as text: Gradio escapes neither Markdown nor HTML in them."""

    def preprocess(self, payload: Any) -> Any:
        """Return the conversation with the questions as they were typed."""
        messages = super().preprocess(payload) or []  # type: ignore[misc]
        return [_each_question(message, html.unescape) for message in messages]

    def postprocess(self, value: Any) -> Any:
        """Return the conversation with the questions escaped."""
        messages = [_each_question(message, render.question) for message in value or []]
        return super().postprocess(messages)  # type: ignore[misc]


# By `type.__new__`, because Gradio's own metaclass writes a .pyi file beside the source of each component.
Chatbot: Any = type.__new__(type(gr.Chatbot), "Chatbot", (_PlainQuestions, gr.Chatbot), {})


def _each_question(message: Any, change: Callable[[str], str]) -> Any:
    """Return a message with `change` applied to its text if it is a question."""
    if not isinstance(message, dict) or message.get("role") != "user":
        return message
    content = message["content"]
    if isinstance(content, str):
        return {**message, "content": change(content)}
    if isinstance(content, list):
        parts = [
            {**part, "text": change(part["text"])} if isinstance(part, dict) and "text" in part else part
            for part in (change(part) if isinstance(part, str) else part for part in content)
        ]
        return {**message, "content": parts}
    return message


class Chat:
    """The functions behind the page: what is asked, and what the source panel shows."""

    def __init__(self, pipeline: Asked, max_question_chars: int) -> None:
        self._pipeline = pipeline
        self._max_question_chars = max_question_chars

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
        """Return the answer to `message` as HTML, with the interface's words in `lang`."""
        words = strings.load(lang)
        question = message.strip()
        if not question:
            return render.notice(words("empty_question"), words)
        if len(question) > self._max_question_chars:
            return render.notice(
                words("long_question", n=len(question), limit=self._max_question_chars), words
            )
        try:
            filters = narrow.read((documents, languages, since, until), words)
        except ValueError as error:
            return render.notice(str(error), words)
        try:
            return render.answer(self._pipeline.answer(question, filters=filters), words)
        except QuestionError:
            return render.notice(words("bad_question"), words)
        except SettingsError:
            return render.notice(words("none_left"), words)
        except IsnadError as error:
            return render.notice(words("failed", reason=error), words)

    def ask(
        self,
        question: str,
        k: int = 5,
        documents: list[str] | None = None,
        languages: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the documents, in their own words, with sources; at most `k` answers.

        Documents can be chosen by name or pattern (2021/*.md), by language (ar) and by date (2021-07-24).
        """
        if len(question) > self._max_question_chars:
            raise gr.Error(
                f"the question has {len(question)} characters; at most {self._max_question_chars} fit",
                print_exception=False,
            )
        try:
            filters = Filters.read(documents, languages, since, until)
            return self._pipeline.answer(question, k=k, filters=filters).to_dict()
        except (IsnadError, ValueError) as error:
            raise gr.Error(str(error), print_exception=False) from error

    def sources(self, arguments: list[Any]) -> str:
        """Return the list of documents as HTML; `arguments` is [language]."""
        (lang,) = arguments
        return panel.documents(self._pipeline.documents(), strings.load(str(lang)))

    def source(self, arguments: list[Any]) -> str:
        """Return a document as HTML; `arguments` is [token, chosen span or None, cited spans, language]."""
        token, chosen, cited, lang = arguments
        words = strings.load(str(lang))
        try:
            item = self._pipeline.document(render.document_id(str(token)))
        except (DocumentError, ValueError):
            return panel.missing(words)
        spans = [(int(start), int(end)) for start, end in cited[:1000]]
        return panel.document(item, spans, (int(chosen[0]), int(chosen[1])) if chosen else None, words)


def build(pipeline: Asked, *, examples: Sequence[str] = (), max_question_chars: int = 1000) -> gr.Blocks:
    """Return the page, not yet launched.

    Args:
        pipeline: what answers.
        examples: questions offered while the conversation is empty.
        max_question_chars: longer questions get a friendly refusal.
    """
    chat = Chat(pipeline, max_question_chars)

    # Gradio puts a mark on a server function, which a bound method does not take.
    def source(arguments: list[Any]) -> str:
        return chat.source(arguments)

    def sources(arguments: list[Any]) -> str:
        return chat.sources(arguments)

    word = gr.I18n()  # only makes references; the words themselves are given to launch()
    with gr.Blocks(
        title="إسناد · Isnad",
        fill_height=True,
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(86_400, 86_400),
    ) as page:
        with gr.Row(elem_id="is-header"):
            gr.HTML(word("isnad.header"), elem_id="is-brand", js_on_load=None)
            language = gr.Radio(
                [(name, code) for code, name in strings.LANGUAGES.items()],
                value=strings.DEFAULT,
                label=word("isnad.language"),
                show_label=False,
                container=False,
                min_width=0,
                elem_id="is-language",
            )
        with gr.Row(elem_id="is-main"):
            with gr.Column(elem_id="is-chat", scale=3, min_width=0):
                narrowing = narrow.fields(pipeline.documents(), word)
                _conversation(chat, [language, *narrowing], word, examples)
            with gr.Column(elem_id="is-source", scale=2, min_width=0):
                gr.HTML(
                    html_template='<div class="is-slot"></div>',
                    js_on_load=(STATIC / "panel.js").read_text(encoding="utf-8"),
                    server_functions=[source, sources],
                    elem_id="is-panel",
                )
        language.change(None, language, None, js="(language) => { window.isnad.change(language); }")
        page.load(None, None, language, js="() => window.isnad.language()")
        gr.api(chat.ask, api_name="ask", concurrency_limit=CONCURRENT_QUESTIONS)
    _fill_in(page, "ask", chat.ask)
    page.queue(max_size=WAITING_QUESTIONS, default_concurrency_limit=CONCURRENT_QUESTIONS)
    return page


def _fill_in(page: gr.Blocks, endpoint: str, function: Callable[..., Any]) -> None:
    """Let an endpoint be called with the first few of its arguments, as the function can be.

    Gradio fills the rest in for callers that name their arguments, and refuses those that list them.
    """
    defaults = [each.default for each in inspect.signature(function).parameters.values()]
    required = defaults.count(inspect.Parameter.empty)
    check = page.validate_inputs

    def filled(called: Any, inputs: list[Any]) -> None:
        if called.api_name == endpoint and len(inputs) >= required:
            inputs.extend(defaults[len(inputs) :])
        check(called, inputs)

    page.validate_inputs = filled


def _conversation(chat: Chat, also: Sequence[Any], word: gr.I18n, examples: Sequence[str]) -> None:
    interface = gr.ChatInterface(
        chat.reply,
        chatbot=Chatbot(
            label=word("isnad.conversation"),
            show_label=False,
            container=False,
            height="100%",
            buttons=[],
            placeholder=word("isnad.welcome_block"),
            autoscroll=False,  # panel.js brings the question to the top, so that the answer's start is seen
            latex_delimiters=[],
            allow_tags=False,
            group_consecutive_messages=False,
            elem_id="is-messages",
        ),
        textbox=gr.Textbox(
            placeholder=word("isnad.placeholder"),
            label=word("isnad.placeholder"),
            show_label=False,
            container=False,
            lines=1,
            max_lines=6,
            autofocus=True,
            submit_btn=True,
            stop_btn=True,
            elem_id="is-question",
        ),
        additional_inputs=list(also),
        additional_inputs_accordion=gr.Accordion(
            word("isnad.filters"), open=False, elem_id="is-filters", render=False
        ),
        examples=[[example, *[None] * len(also)] for example in examples] or None,
        cache_examples=False,
        flagging_mode="never",
        analytics_enabled=False,
        concurrency_limit=CONCURRENT_QUESTIONS,
        api_visibility="private",
        show_progress="hidden",
        autoscroll=False,
        fill_height=True,
    )
    # Gradio empties the placeholder with each question, and leaves it so.
    interface.chatbot.change(
        lambda: gr.update(placeholder=word("isnad.placeholder")),
        None,
        interface.textbox,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def launch_options(documents: int) -> dict[str, Any]:
    """Return what the page needs of `launch()`: words and theme.

    Args:
        documents: how many documents there are, as the header says.
    """
    return {
        "i18n": gr.I18n(**{lang: _translations(strings.load(lang), documents) for lang in strings.LANGUAGES}),
        "theme": theme(),
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "share": False,
        "inbrowser": False,
        "show_error": False,
        "max_file_size": "1b",  # nothing is uploaded here
    }


def _translations(words: strings.Strings, documents: int) -> dict[str, str]:
    own = {f"isnad.{key}": value for key, value in words.words.items() if isinstance(value, str)}
    own["isnad.header"] = (
        f"<h1>{words('name')}</h1><p><span>{words('tagline')}</span>"
        f'<a class="is-count" href="#documents">{words.count("documents", documents)}</a></p>'
    )
    own["isnad.welcome_block"] = f"<h2>{words('welcome')}</h2><p>{words('welcome_more')}</p>"
    return {**words.gradio, **own}
