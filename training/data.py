"""Read the shared training and development data: questions, parallel text, word lists, plain text.

The layout and the licences are described in the README of the data folder. Nothing here writes to it.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

LANGUAGES = ("ar", "en", "fr", "es", "de", "tr", "fa", "it", "pt", "ru", "he", "ur", "id", "hi", "zh")

#: Kept out of training: they measure it.
DEVELOPMENT_PARALLEL = ("ud-pud", "flores200-devtest")
NTREX = "ntrex128"

#: Of the role `train`, yet kept out too: the only questions like ARCD's test set.
DEVELOPMENT_QUESTIONS = ("arcd.ar.train",)

#: SQuAD 1.1 articles kept out of training: those whose questions AQAD's development set was translated from,
#: and 21 that AQAD left alone. Together they are as many as XQuAD has.
HELD_OUT_ARTICLES = frozenset(
    {
        "Aircraft carrier", "Alfred North Whitehead", "American Idol", "Athanasius of Alexandria", "Baptists",
        "Charleston, South Carolina", "Diarrhea", "Financial crisis of 2007–08", "Florida",
        "Franco-Prussian War", "Heresy", "Immunology", "Literature", "Marshall Islands", "Marvel Comics",
        "Materialism", "Montevideo", "Namibia",
        "Napoleon", "Paris", "Portugal", "Renewable energy commercialization", "Space Race",
        "States of Germany", "Strasbourg", "Treaty", "United States Air Force",
        "2008 Sichuan earthquake", "Annelid", "BBC Television", "Cardinal (Catholicism)",
        "Communications in Somalia", "Dutch language", "Eton College", "Geography of the United States",
        "Hard rock", "Humanism", "Jehovah's Witnesses", "Liberal Party of Australia", "Miami", "Neptune",
        "Pacific War", "Political corruption", "Qing dynasty", "Royal Institute of British Architects",
        "Serbo-Croatian", "Spanish language in the United States", "To Kill a Mockingbird",
    }
)  # fmt: skip

#: Every NTREX document whose ordinal is even is kept out: a sentence of one language over the other's
#: documents.
HELD_OUT_EVERY = 2

#: Dialects, scripts and codes of the sources, by the language that they count as here.
_CODES = {
    "ara": "ar", "arb": "ar", "arb_Arab": "ar", "arz": "ar", "eng": "en", "eng_Latn": "en", "fra": "fr",
    "fra_Latn": "fr", "spa": "es", "spa_Latn": "es", "es-LA": "es", "deu": "de", "deu_Latn": "de",
    "tur": "tr", "tur_Latn": "tr", "fas": "fa", "pes": "fa", "per": "fa", "pes_Arab": "fa", "ita": "it",
    "ita_Latn": "it", "por": "pt", "por_Latn": "pt", "pt-BR": "pt", "rus": "ru", "rus_Cyrl": "ru",
    "heb": "he", "heb_Hebr": "he", "urd": "ur", "urd_Arab": "ur", "ind": "id", "ind_Latn": "id",
    "hin": "hi", "hin_Deva": "hi", "cmn": "zh", "zho": "zh", "zho-CN": "zh", "zho_Hans": "zh",
    "cmn_Hans": "zh", "zh-CN": "zh",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that mean the same, each with the code of its language."""

    left_language: str
    left: str
    right_language: str
    right: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that questions are asked about."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the passage that answers it, and where: `answers` are (text, start) in its text."""

    id: str
    language: str
    text: str
    passage_id: str
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One data set of questions with its passages by id, both in the order of the file."""

    name: str
    language: str
    questions: tuple[Question, ...]
    passages: dict[str, Passage]


def language_of(code: str) -> str | None:
    """Return our two-letter code for a source's code, or None for a language that is not trained."""
    code = _CODES.get(code, code)
    return code if code in LANGUAGES else None


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a gzipped text file without their ends."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")


def read_questions(data: Path, name: str) -> QuestionSet:
    """Read one question set, such as `tydiqa-goldp.ar.dev`; questions without an answer are kept."""
    passages = {}
    for line in read_lines(data / "qa" / f"{name}.contexts.jsonl.gz"):
        record = json.loads(line)
        title = record["title"].replace("_", " ")
        passages[record["context_id"]] = Passage(record["context_id"], title, record["text"])
    questions = []
    for line in read_lines(data / "qa" / f"{name}.jsonl.gz"):
        record = json.loads(line)
        answers = tuple((answer["text"], answer["start"]) for answer in record["answers"])
        questions.append(
            Question(record["id"], record["lang"], record["question"], record["context_id"], answers)
        )
    return QuestionSet(name, name.split(".")[-2], tuple(questions), passages)


def training_question_sets(data: Path) -> list[QuestionSet]:
    """Read every question set that the data's README gives the role `train`, in our languages.

    The roles are taken from its table, so a set that is moved to `dev` there is never trained on. What is
    held out here is left out: `DEVELOPMENT_QUESTIONS`, and `HELD_OUT_ARTICLES` with their questions.
    """
    roles = re.findall(r"^\| (\S+) \| (train|dev) \|", (data / "README.md").read_text("utf-8"), re.MULTILINE)
    names = [name for name, role in roles if role == "train"]
    wanted = [n for n in names if n.split(".")[-2] in LANGUAGES and n not in DEVELOPMENT_QUESTIONS]
    return [by_article(read_questions(data, name), HELD_OUT_ARTICLES, held_out=False) for name in wanted]


def by_article(dataset: QuestionSet, articles: frozenset[str], *, held_out: bool) -> QuestionSet:
    """Return the part of a question set that lies in `articles`, or the part that does not."""
    passages = {id_: p for id_, p in dataset.passages.items() if (p.title in articles) is held_out}
    questions = tuple(question for question in dataset.questions if question.passage_id in passages)
    return QuestionSet(dataset.name, dataset.language, questions, passages)


def parallel_pairs(data: Path) -> Iterator[Pair]:
    """Yield every pair of parallel sentences, development sets left out, in an order that repeats."""
    for path in sorted((data / "parallel").glob("*.tsv.gz")):
        source, languages = path.name.split(".")[:2]
        if source in DEVELOPMENT_PARALLEL:
            continue
        if languages == "all":
            yield from _wide_pairs(path, held_out=_ntrex_held_out(path) if source == NTREX else frozenset())
        else:
            yield from _two_columns(path, languages)


def lexicon_pairs(data: Path) -> Iterator[Pair]:
    """Yield every pair of words or names that translate each other, in an order that repeats."""
    for path in sorted((data / "lexicon").glob("*.tsv.gz")):
        yield from _two_columns(path, path.name.split(".")[1])
    for line in read_lines(data / "parallel" / "omw.synsets.jsonl.gz"):
        yield from _term_pairs(json.loads(line)["lemmas"])
    for line in read_lines(data / "parallel" / "countries.jsonl.gz"):
        names = json.loads(line)["names"].items()  # among them are keys that are no language
        yield from _term_pairs(
            {code: sorted(set(both.values())) for code, both in names if language_of(code)}
        )
    for line in read_lines(data / "parallel" / "cldr-names.jsonl.gz"):
        yield from _term_pairs({code: [name] for code, name in json.loads(line)["names"].items()})


def wide_columns(path: Path, codes: tuple[str, ...]) -> list[list[str]]:
    """Return the columns of a wide table that `codes` name in its header, rows with a gap left out."""
    lines = read_lines(path)
    header = next(lines).split("\t")
    wanted = [header.index(code) for code in codes]
    columns: list[list[str]] = [[] for _ in codes]
    for line in lines:
        cells = line.split("\t")
        row = [cells[i].strip() if i < len(cells) else "" for i in wanted]
        if all(row):
            for column, cell in zip(columns, row, strict=True):
                column.append(cell)
    return columns


def plain_texts(data: Path) -> Iterator[tuple[str, str]]:
    """Yield (language, text) for each line of plain text; Arabic encyclopedia paragraphs come last."""
    for path in sorted((data / "text").glob("*.txt.gz")):
        language = language_of(path.name.split(".")[1])
        if language is not None:
            for line in read_lines(path):
                yield language, line
    for _, paragraphs in encyclopedia(data):
        for paragraph in paragraphs:
            yield "ar", paragraph


def encyclopedia(data: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield (title, paragraphs) of each Arabic encyclopedia article."""
    for line in read_lines(data / "text" / "comparablewiki.ar.docs.jsonl.gz"):
        record = json.loads(line)
        yield record["title"], record["paras"]


def _two_columns(path: Path, languages: str) -> Iterator[Pair]:
    left_code, _, right_code = languages.partition("-")
    left_language, right_language = language_of(left_code), language_of(right_code)
    if left_language is None or right_language is None:
        return
    for line in read_lines(path):
        left, _, right = line.partition("\t")
        if left.strip() and right.strip():
            yield Pair(left_language, left.strip(), right_language, right.strip())


def ntrex_documents(data: Path, code: str) -> list[list[str]]:
    """Return the held-out documents of NTREX in the column `code`, each as its sentences."""
    path = data / "parallel" / f"{NTREX}.all.tsv.gz"
    held_out = _ntrex_held_out(path)
    documents: dict[str, list[str]] = {}
    for name, sentence in zip(*wide_columns(path, ("docid", code)), strict=True):
        if name in held_out:
            documents.setdefault(name, []).append(sentence)
    return list(documents.values())


def _ntrex_held_out(path: Path) -> frozenset[str]:
    names = dict.fromkeys(line.split("\t", 1)[0] for line in read_lines(path))
    return frozenset(list(names)[1::HELD_OUT_EVERY])  # the first is the header


def _wide_pairs(path: Path, held_out: frozenset[str]) -> Iterator[Pair]:
    """Pair English and Arabic with every other column, and with each other; `held_out` are first cells."""
    lines = read_lines(path)
    header = next(lines).split("\t")
    columns = {}  # the first column of a language wins: the others are its variants
    for position, code in enumerate(header):
        language = language_of(code)
        if language is not None and language not in columns:
            columns[language] = position
    for line in lines:
        cells = line.split("\t")
        if cells[0] in held_out:
            continue
        for hub in ("ar", "en"):
            for language, position in columns.items():
                if language not in ("ar", hub) and cells[columns[hub]] and cells[position]:
                    yield Pair(hub, cells[columns[hub]], language, cells[position])


def _term_pairs(terms: dict[str, list[str]]) -> Iterator[Pair]:
    """Pair Arabic and English terms with each other language's: the first two with Arabic, else the first."""
    ours: dict[str, list[str]] = {}
    for code, words in terms.items():
        language = language_of(code)
        if language is not None and language not in ours:
            ours[language] = [word.replace("+", " ") for word in words[:2]]
    for left, right in combinations(sorted(ours, key=LANGUAGES.index), 2):
        if left in ("ar", "en"):
            wanted = slice(2 if "ar" in (left, right) else 1)
            for one, other in product(ours[left][wanted], ours[right][wanted]):
                yield Pair(left, one, right, other)
