"""Lay out the chat: the conversation beside the source panel, and the `ask` endpoint.

Imported only to build the page, because Gradio takes seconds to import.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Sequence
from functools import update_wrapper
from pathlib import Path
from typing import Any

from rag.schema import Answer
from ui import changing, narrow, strings
from ui.api import gradio as api
from ui.backend import Asked, Backend
from ui.html import escape, panel
from ui.kept import conversations
from ui.kept.feedback import Reports
from ui.kept.sealing import Seal
from ui.stubless import gr
from ui.theme import theme
from ui.uploads import visits
from ui.uploads.shelves import Shelf

STATIC = Path(__file__).parent / "static"
CONCURRENT_QUESTIONS = 2
WAITING_QUESTIONS = 32

SCRIPTS = ("panel.js", "documents.js", "answers.js", "find.js", "history.js", "menu.js")  # in one scope

# What the scripts call by name on the server.
SERVED = (
    "source", "sources", "timeline", "agreement", "why", "export", "form", "report", "reports",
    "receipts", "forgotten", "recall", "history", "linked",
)  # fmt: skip


class _PlainQuestions:
    """Shows questions, too, as text: Gradio escapes neither Markdown nor HTML in them."""

    def preprocess(self, payload: Any) -> Any:
        """Return the conversation with the questions as they were typed."""
        messages = super().preprocess(payload) or []  # type: ignore[misc]
        return [_each_question(message, html.unescape) for message in messages]

    def postprocess(self, value: Any) -> Any:
        """Return the conversation with the questions escaped."""
        messages = [_each_question(message, escape.question) for message in value or []]
        return super().postprocess(messages)  # type: ignore[misc]


# By `type.__new__`, because Gradio's own metaclass writes a .pyi file beside the source of each component.
Chatbot: Any = type.__new__(type(gr.Chatbot), "Chatbot", (_PlainQuestions, gr.Chatbot), {})


class _Conversation(gr.ChatInterface):  # type: ignore[misc]
    """Holds the conversation in the browser alone, so that it goes on when the server was started anew.

    Gradio would hold it in the server's memory, too, and go on from what it finds there.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Empty, for history.js keeps the conversations; but Gradio complains where it cannot decipher what an
        # earlier server had it write.
        self.saved_conversations.storage_key = "isnad.gradio"
        self.saved_conversations.secret = "isnad"  # noqa: S105 - of nothing

    def _render_chatbot_area(self, *arguments: Any) -> None:
        super()._render_chatbot_area(*arguments)
        self.chatbot_state = self.chatbot

    async def _submit_fn(self, message: Any, history: list[Any], *arguments: Any) -> Any:
        if history and history[-1]["role"] == "user":  # the question itself, which is shown already
            history = history[:-1]
        return await super()._submit_fn(message, history, *arguments)


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


def build(
    pipeline: Asked,
    *,
    suggested: Sequence[Answer] = (),
    max_question_chars: int = 1000,
    reports: Reports | None = None,
    shelf: Shelf | None = None,
    seal: Seal | None = None,
) -> gr.Blocks:
    """Return the page, not yet launched.

    Args:
        pipeline: what answers.
        suggested: questions offered while the conversation is empty, with their answers.
        max_question_chars: longer questions get a friendly refusal.
        reports: where verdicts on answers are kept; None keeps none.
        shelf: where documents go that are added; None takes none.
        seal: as `Backend` takes it.
    """
    backend = Backend(pipeline, max_question_chars, reports, suggested, shelf, seal)
    served = [getattr(backend, name) for name in SERVED]
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
                examples = [each.question for each in suggested]
                visit = changing.token()
                chatbot = _conversation(backend, [language, *narrowing, visit], word, examples)
            with gr.Column(elem_id="is-source", scale=2, min_width=0):
                source = gr.HTML(
                    html_template=f'<div class="is-slot" data-corpus="{_corpus(pipeline)}"></div>',
                    js_on_load=_script(*SCRIPTS),
                    server_functions=[_function(each) for each in served],
                    elem_id="is-panel",
                )
        _acts(backend, source, chatbot, narrowing)
        changing.attach(source, pipeline, visit, narrowing, chatbot, examples)
        language.change(None, language, None, js="(language) => { window.isnad.change(language); }")
        page.load(None, None, language, js="() => window.isnad.language()")
        api.add(page, pipeline, max_question_chars, CONCURRENT_QUESTIONS)
    page.queue(max_size=WAITING_QUESTIONS, default_concurrency_limit=CONCURRENT_QUESTIONS)
    return page


def _script(*names: str) -> str:
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


def _function(method: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    """Return a method as a function: Gradio puts a mark on those it serves, which a bound method refuses."""

    def function(arguments: list[Any]) -> Any:
        sent, visit = changing.served_for_visit(arguments)
        with visits.of(visit):
            return method(sent)

    return update_wrapper(function, method)


def _corpus(pipeline: Asked) -> str:
    """Return a name for the folder that tells no more than whether it is the same."""
    folder = str(getattr(pipeline, "folder", "")).encode("utf-8", "surrogatepass")
    return hashlib.sha256(folder).hexdigest()[:12]


def _acts(backend: Backend, source: Any, chatbot: Any, narrowing: Sequence[Any]) -> None:
    """Let the scripts change the conversation, and the row of filters as a link says."""

    def act(event: gr.EventData, history: list[Any]) -> list[Any]:
        with visits.of(event._data.get("visit")):
            return backend.act(event._data, history)

    def choose(event: gr.EventData) -> list[Any]:
        names, codes, since, until = conversations.written(conversations.read(event._data.get("filters")))
        return [names, codes, since or "", until or ""]

    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    source.input(act, chatbot, chatbot, concurrency_limit=CONCURRENT_QUESTIONS, **quiet)
    source.select(choose, None, list(narrowing), queue=False, **quiet).then(
        None, None, None, js="() => { window.dispatchEvent(new CustomEvent('isnad:chosen')); }"
    )


def _conversation(backend: Backend, also: Sequence[Any], word: gr.I18n, examples: Sequence[str]) -> Any:
    """Lay the conversation out, and return what shows its messages."""
    interface = _Conversation(
        changing.for_visit(backend.reply),
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
        examples=[[example, *[None] * len(also)] for example in examples or ("",)],
        cache_examples=False,
        editable=True,
        flagging_mode="never",
        analytics_enabled=False,
        concurrency_limit=CONCURRENT_QUESTIONS,
        api_visibility="private",
        show_progress="hidden",
        autoscroll=False,
        fill_height=True,
    )
    if not examples:
        interface.chatbot.examples = []  # until there are some: then they can be pressed
    # Gradio empties the placeholder with each question, and leaves it so.
    interface.chatbot.change(
        lambda: gr.update(placeholder=word("isnad.placeholder")),
        None,
        interface.textbox,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    return interface.chatbot


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
        f'<a class="is-fresh" href="#new" title="{words("new_conversation")}"><span class="is-unseen">'
        f"{words('new_conversation')}</span></a>"
        f'<details class="is-menu"><summary title="{words("menu")}"><span class="is-unseen">{words("menu")}'
        f"</span></summary><div>{_menu(words)}</div></details>"
    )
    own["isnad.welcome_block"] = f"<h2>{words('welcome')}</h2><p>{words('welcome_more')}</p>"
    return {**words.gradio, **own}


def _menu(words: strings.Strings) -> str:
    items = ("new", "history", "export-md", "export-json", "print", "map", "timeline", "reports", "keys")
    named = {"new": "new_conversation", **{view: f"view_{view}" for view in panel.VIEWS}}
    return "".join(
        f'<a href="#{item}">{words(named.get(item, item.replace("-", "_")))}</a>' for item in items
    )
