"""Measure the embedded reader: the words it marks in the answering passage, and how long it takes.

python -m bench.reader [--data DIR] [--most 600] > bench/reader.txt

Each question is read with its gold passage alone. EM and F1 are those of SQuAD's script as it is.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from rag.matching import Matcher
from rag.measures import exact_match, f1, normalize_squad
from rag.network import READER_FOLDER
from rag.reader import Reader, load_reader
from rag.schema import Chunk
from training import data as datasets
from training import measure
from training.data import QuestionSet
from training.readings import arcd_parts

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT = ("tydiqa-goldp.ar.dev", "mlqa.ar.dev", "tydiqa-goldp.en.dev",
               "tydiqa-goldp.ru.dev", "tydiqa-goldp.id.dev", "thquad-2020.tr.test")  # fmt: skip
WORDS = 200  # of the passage that is timed
REPEATS = 21


def question_sets(data: Path, encoder: StaticEncoder, most: int) -> Iterator[QuestionSet]:
    """Yield the development sets, at most so many answerable questions of each, spread evenly."""
    sets = [datasets.read_questions(data, name) for name in DEVELOPMENT]
    others = (
        arcd_parts(data)[1],
        measure.held_out_paragraphs(data),
        *measure.crossed_sets(encoder, data, agreeing=True),
    )
    for one in (*sets, *others):
        asked = [question for question in one.questions if question.answers]
        step = max(1, len(asked) // most)
        yield QuestionSet(one.name, one.language, tuple(asked[::step][:most]), one.passages)


def gold_passage(reader: Reader, dataset: QuestionSet) -> tuple[float, float]:
    """Return mean EM and F1, in percent."""
    scores = []
    for question in dataset.questions:
        spans = reader.read(question.text, [Chunk("", dataset.passages[question.passage_id].text, 0)]).spans
        said = spans[0].text if spans else ""
        golds = [text for text, _ in question.answers]
        scores.append((exact_match(said, golds, normalize_squad), f1(said, golds, normalize_squad)))
    exact, overlap = (100 * np.array(scores).mean(axis=0)).tolist()
    return exact, overlap


def milliseconds(reader: Reader, data: Path) -> float:
    """Return the median time of reading one Arabic passage of `WORDS` words, on one core."""
    dataset = datasets.read_questions(data, "tydiqa-goldp.ar.dev")
    passages = [" ".join(p.text.split()[:WORDS]) for p in dataset.passages.values()]
    long = [text for text in passages if len(text.split()) == WORDS][:REPEATS]
    questions = [question.text for question in dataset.questions][: len(long)]
    took = []
    for question, text in zip(questions, long, strict=True):
        start = time.process_time()  # of all threads, so that two at once gain nothing
        reader.read(question, [Chunk("", text, 0)])
        took.append(time.process_time() - start)
    return 1000 * statistics.median(took)


def main() -> None:
    """Print a line for each set, then size and time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--most", type=int, default=600, help="questions of a set")
    options = parser.parse_args()
    encoder = StaticEncoder.open(EMBEDDED_FOLDER)
    reader = load_reader(matcher=Matcher(encoder))
    print(f"{'set':24} {'questions':>9} {'EM':>6} {'F1':>6}")
    for dataset in question_sets(options.data, encoder, options.most):
        exact, overlap = gold_passage(reader, dataset)
        print(f"{dataset.name:24} {len(dataset.questions):9} {exact:6.1f} {overlap:6.1f}", flush=True)
    size = sum(path.stat().st_size for path in READER_FOLDER.iterdir() if path.suffix in (".onnx", ".json"))
    print(
        f"{WORDS} words: {milliseconds(reader, options.data):.1f} ms of processor time, median of {REPEATS}"
    )
    print(f"weights and vocabulary: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
