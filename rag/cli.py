"""`isnad`: the commands, their arguments and their help.

Exit statuses are grep's: 0 answered, 1 not found, 2 error. What a command does is in `rag.commands`, and is
imported when it is asked for, so that `isnad ask` loads no more than it needs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from rag.commands.options import Corpus, Documents, Json, Languages, Since, Until
from rag.commands.running import run_app
from rag.commands.terminal import typed

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,  # plain help can be piped, and keeps paragraphs as they were written
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def isnad(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Ask a folder of documents; the answer comes in their own words, with its source.

    Nothing is generated: an answer is a quotation, or a plain "not in these documents". Ask in Arabic or in
    another language, whatever language the documents are in.

    \b
    Start here:
      isnad ask "من هو المتحدث باسم البنتاغون؟"     ask the corpus that ships
      isnad ask -c ~/articles "Who won?"     ask your own folder: PDF, Word, web pages, texts
      isnad verify answer.json               does what was quoted still stand in the documents?
      isnad serve                            the same as a chat, in the browser
      isnad doctor                           something is wrong: find out what

    Exit status: 0 answered, 1 not found, 2 error.
    Settings come from the environment: ISNAD_CORPUS, ISNAD_HOME (where indexes are kept), ISNAD_ENCODER,
    ISNAD_READER, ISNAD_THRESHOLD; for an encoder of the hub also ISNAD_DEVICE, ISNAD_BATCH_SIZE,
    ISNAD_QUERY_PROMPT and ISNAD_DOCUMENT_PROMPT. ISNAD_DEBUG=1 shows the traceback of an error.
    """
    if version:
        from importlib.metadata import version as version_of

        print(f"isnad {version_of('isnad')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def ask(
    question: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="The question; - reads it from standard input.")
    ],
    corpus: Corpus = None,
    as_json: Json = False,
    k: Annotated[int, typer.Option("-k", metavar="N", help="At most so many different answers.")] = 5,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the scores of every stage, and what rests on one source.")
    ] = False,
    after: Annotated[
        list[str] | None,
        typer.Option(
            "--after",
            "-a",
            metavar="QUESTION",
            help="A question asked before; can be repeated, oldest first.",
        ),
    ] = None,
    document: Documents = None,
    lang: Languages = None,
    since: Since = None,
    until: Until = None,
) -> int:
    """Answer a question from the documents, or say that they do not.

    The answer stands first, then each sentence that says so with the answer marked, its title, its date and
    its place, as document:start-end; below it who said it (document → agency → speaker, title), the days that
    "next Monday" means, counted from the document's date, and the day as of which it speaks of what was to
    come. Documents that do not agree are said to, before anything else, and all quoted. Copies of one text
    count as one origin. In a terminal the mark is bold and underlined, in a pipe it is **two stars**.

    A question that leans on earlier ones ("And when did he resign?") is completed from those given with
    --after, and shown as it was asked.

    Documents can be chosen by name, language and date: those that meet all that is set are asked. A document
    that states no date is left out as soon as a date is set; `isnad documents` takes the same options.

    \b
    Examples:
      isnad ask "كم قتيلا أوقع الهجوم؟"
      isnad ask -c ~/articles -d 000.txt -d "2021/*" "Who said so?"
      isnad ask --lang ar --since 2021-07 --until 2021-07-24 "من استقال؟"
      isnad ask "ومتى زار واشنطن؟" --after "من هو رئيس الوزراء؟"
      isnad ask --json "متى وقع الانفجار؟" | jq -r .answer
      isnad ask "is it in there?" > /dev/null && echo yes

    Exit status: 0 answered, 1 not in the documents, 2 error.
    """
    from rag.commands.ask import ask as run
    from rag.filters import Filters

    words = sys.stdin.read() if question == ["-"] else typed(" ".join(question))
    filters = Filters.read(document, lang, since, until)
    return run(words, corpus, k, filters, as_json, explain, [typed(earlier) for earlier in after or ()])


@app.command()
def index(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="The folder; ISNAD_CORPUS if left out."),
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Start over, as after a new encoder.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Then follow the folder, until Ctrl-C.")] = False,
    follow_links: Annotated[
        bool | None,
        typer.Option(
            "--follow-links/--no-follow-links",
            help="Read what links lead to out of the folder, from now on; ISNAD_FOLLOW_LINKS, else not.",
        ),
    ] = None,
) -> int:
    """Bring the index of a folder up to date: files added, changed, renamed and removed since the last time.

    `ask` and `serve` do this by themselves; run it for a large folder, or to see which files were skipped
    and why. What is read is kept: after Ctrl-C, or a power cut, the next run goes on there, and until a run
    is done the index answers as before it.

    \b
    Examples:
      isnad index ~/articles
      isnad index ~/articles --watch
      isnad index ~/articles --rebuild
    """
    from rag.commands.index import index as run

    return run(folder, rebuild, watch, follow_links)


@app.command()
def serve(
    corpus: Corpus = None,
    host: Annotated[
        str | None,
        typer.Option("--host", help="The address to listen on; ISNAD_HOST, else this machine only."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="The port; ISNAD_PORT, else 7860; 0 takes a free one."),
    ] = None,
    editable: Annotated[
        bool, typer.Option("--editable", help="Let the folder be changed from the chat; else ISNAD_EDITABLE.")
    ] = False,
) -> int:
    """Open the chat in the browser, until Ctrl-C.

    Visitors may add documents of their own, which they alone can ask, for as long as they stay;
    ISNAD_UPLOADS=off turns that off. With --editable, files that are added in the chat are written into the
    folder, and what is removed there is moved to ISNAD_HOME.

    \b
    Examples:
      isnad serve
      isnad serve -c ~/articles --port 8000
      isnad serve -c ~/articles --editable
      isnad serve --host 0.0.0.0        other machines can ask, too
    """
    from rag.commands.serve import serve as run

    return run(corpus, host, port, editable)


@app.command()
def documents(
    corpus: Corpus = None,
    as_json: Json = False,
    document: Documents = None,
    lang: Languages = None,
    since: Since = None,
    until: Until = None,
) -> int:
    """List the documents: name, title, language, date and length, and the files that were skipped.

    In a pipe the fields are separated by tabs.

    \b
    Examples:
      isnad documents
      isnad documents -c ~/articles | cut -f1
      isnad documents --lang ar --since 2021-07
    """
    from rag.commands.documents import documents as run
    from rag.filters import Filters

    return run(corpus, Filters.read(document, lang, since, until), as_json)


@app.command()
def show(
    document: Annotated[str, typer.Argument(metavar="DOC", help="Its name, as citations give it.")],
    span: Annotated[
        str | None,
        typer.Option("--span", metavar="A:B", help="Mark these characters and show what stands around them."),
    ] = None,
    corpus: Corpus = None,
) -> int:
    """Print a document, or the part around a citation with the quotation marked.

    \b
    Examples:
      isnad show 000.txt
      isnad show 000.txt --span 412:421
    """
    from rag.commands.documents import show as run

    return run(document, span, corpus)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An answer's JSON; - for standard input.")],
    corpus: Corpus = None,
    as_json: Json = False,
) -> int:
    """Check the citations of an answer that was given before against the documents as they are now.

    FILE holds what `isnad ask --json` printed: an answer, a list of them, or one after the other. Of each
    citation it is said whether it is ok, moved (the same text elsewhere in the document, and where), altered
    (the document does not say this, or not in this sentence) or missing (there is no such document).

    \b
    Examples:
      isnad verify answer.json
      isnad verify -c ~/articles answers.jsonl
      isnad ask --json "من استقال؟" | isnad verify -
      isnad verify --json answer.json | jq '.citations[] | select(.status == "altered")'

    Exit status: 0 all are ok or moved, 1 some are not, 2 error.
    """
    from rag.commands.verify import verify as run

    return run(file, corpus, as_json)


@app.command("eval")
def evaluate(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS.json", help="In SQuAD's format, 1.1 or 2.0.")
    ],
    contexts: Annotated[
        Path | None,
        typer.Option(
            "--contexts", metavar="OTHER.json", help="Ask these paragraphs instead, joined by question id."
        ),
    ] = None,
    gold_passage: Annotated[
        bool, typer.Option("--gold-passage", help="Give the reader the right paragraph: no retrieval.")
    ] = False,
    predictions: Annotated[
        Path | None,
        typer.Option("--predictions", metavar="OUT.jsonl", help="Write a line for each question."),
    ] = None,
    as_json: Json = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="DIR", help="Write the risk-coverage curve as PNG and CSV."),
    ] = None,
) -> int:
    """Measure on a question set: exact match and F1, recall and MRR, abstention, time.

    Every paragraph becomes a document of a temporary index. A line of the predictions holds id, answer
    (empty when abstained), confidence and ranking (the best 20 contexts, by 0-based order of appearance).
    ISNAD_THRESHOLD=0 answers whatever it can, and so draws the whole risk-coverage curve.

    \b
    Examples:
      isnad eval xquad.ar.json
      isnad eval xquad.en.json --contexts xquad.ar.json --predictions en-ar.jsonl
      isnad eval dev-v2.0.json --gold-passage --json
    """
    from rag.commands.evaluate import run

    return run(questions, contexts, gold_passage, predictions, as_json, plot)


@app.command()
def doctor(
    as_json: Json = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the catalog with the indexes, to the last bit.")
    ] = False,
    corpus: Corpus = None,
) -> int:
    """Check every link of the chain, from Python to an exact citation, and say how to mend what is broken.

    With --check only the index of a folder is looked at, but all of it: every page, every row's checksum,
    every vector and every word.

    \b
    Examples:
      isnad doctor
      isnad doctor --json | jq '.checks[] | select(.ok | not)'
      isnad doctor --check -c ~/articles

    Exit status: 0 all is well, 2 something is not.
    """
    if check:
        from rag.commands.check import check as look

        return look(corpus, as_json)
    from rag.commands.doctor import run

    return run(as_json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `isnad` with `arguments` (those of the process if None) and return the exit status."""
    return run_app(app, arguments)


if __name__ == "__main__":
    sys.exit(main())
