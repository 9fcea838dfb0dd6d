"""Train, measure and export the reader's network.

    python -m training.reader train --body FOLDER
    python -m training.reader evaluate --body FOLDER
    python -m training.reader export --body FOLDER

`train` goes on from `training.masked`, or else from `training.parallel`: question sets of all languages
together, the body included. It writes `reader.pt` and resumes from it. Seeded; about an hour on two cores
that multiply in bfloat16.
`evaluate` measures in single precision what `python -m bench.reader` measures of the exported network.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from tokenizers import Tokenizer
from torch.nn import functional

from rag.decoding import Page, Scores, decode
from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from rag.matching import Matcher
from rag.measures import exact_match, f1
from rag.network import READER_FOLDER
from rag.question import parse
from rag.windows import PAD, Layout
from training import data as datasets
from training import measure, network, readings
from training.data import QuestionSet
from training.export import export as write_graph
from training.loop import train as run_loop
from training.memory import reuse_memory

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
RATES = (3e-4, 1.2e-4)  # of the table and of the body
STEPS = 4200
MEASURED = {"tydiqa-goldp.ar.dev": 400, "mlqa.ar.dev": 300, "tydiqa-goldp.en.dev": 300}

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)
OUT = ROOT / "build" / "reader"
Out = Annotated[Path, typer.Option(help="where `training.wordpieces` and `training.parallel` wrote")]
Body = Annotated[Path, typer.Option(help="folder of all-MiniLM-L6-v2")]


@app.command()
def train(
    body: Body,
    out: Out = OUT,
    data: Path = DATA,
    steps: int = STEPS,
    threads: int = 2,
    seed: int = 4,
) -> None:
    """Lay the questions out once, train on them, and measure on the way."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    encoder = StaticEncoder.open(EMBEDDED_FOLDER)
    layout, matcher = Layout(Tokenizer.from_file(str(out / "tokenizer.json"))), Matcher(encoder)
    laid_out = out / "readings.npz"
    if not laid_out.exists():
        readings.read_sets(readings.training_sets(data, encoder, seed), layout, matcher, seed).save(laid_out)
    masked = out / "masked.pt"
    reader = open_network(body, masked if masked.exists() else out / "parallel.pt")
    sets = list(development_sets(data))

    def report(step: int) -> None:
        figures = [
            f"{one.name} {100 * score:.1f}"
            for one in sets
            for _, score in [gold_passage(reader, layout, matcher, one)]
        ]
        print(f"step {step}: F1 " + ", ".join(figures), flush=True)

    run_loop(
        reader,
        readings.batches(readings.Readings.load(laid_out), seed),
        lambda batch: loss_of(reader, batch),
        steps=steps,
        rates=RATES,
        checkpoint=out / "reader.pt",
        report=report,
    )


@app.command()
def evaluate(body: Body, out: Out = OUT, data: Path = DATA, threads: int = 2) -> None:
    """Print EM and F1 of the trained network on the gold passages of the development sets."""
    torch.set_num_threads(threads)
    reader = open_network(body, out / "reader.pt").eval()
    matcher = Matcher(StaticEncoder.open(EMBEDDED_FOLDER))
    layout = Layout(Tokenizer.from_file(str(out / "tokenizer.json")))
    with torch.inference_mode():
        for dataset in development_sets(data):
            exact, overlap = gold_passage(reader, layout, matcher, dataset)
            print(f"{dataset.name}: EM {100 * exact:.1f}, F1 {100 * overlap:.1f}", flush=True)


@app.command()
def export(
    body: Body,
    out: Out = OUT,
    to: Annotated[Path, typer.Option(help="the reader's folder")] = READER_FOLDER,
) -> None:
    """Write the trained network in 8 bits, and its vocabulary, to the reader's folder."""
    write_graph(open_network(body, out / "reader.pt").eval(), to / "model.onnx")
    shutil.copyfile(out / "tokenizer.json", to / "tokenizer.json")
    print(f"{(to / 'model.onnx').stat().st_size / 1e6:.1f} MB")


def loss_of(reader: network.Reader, batch: readings.Batch) -> torch.Tensor:
    """Return the mean cross-entropy of the start and of the end over "no answer" and the passage's pieces."""
    scores = reader(batch.ids, batch.types).float()
    places = torch.arange(batch.ids.shape[1])
    open_ = (places >= batch.leads[:, None]) & (batch.ids != PAD) | (places == 0)
    scores = scores.masked_fill(~open_[..., None], -1e4)
    start, end = (functional.cross_entropy(scores[..., i], batch.answers[:, i]) for i in (0, 1))
    return (start + end) / 2


def open_network(body: Path, checkpoint: Path) -> network.Reader:
    """Return the network that a checkpoint holds."""
    saved = torch.load(checkpoint, weights_only=True)["network"]
    if "reader.body.words.weight" in saved:  # of `training.masked`, which has a head of its own
        inner = {name: value for name, value in saved.items() if name.startswith("reader.")}
        saved = {name.removeprefix("reader."): value for name, value in inner.items()}
    reader = network.Reader(network.pretrained(body, saved["body.words.weight"]))
    reader.load_state_dict(saved)
    return reader


def development_sets(data: Path) -> list[QuestionSet]:
    """Return small development sets: Arabic, English, and both crossings."""
    found = []
    for name, count in MEASURED.items():
        one = datasets.read_questions(data, name)
        found.append(QuestionSet(one.name, one.language, one.questions[:count], one.passages))
    for one in (
        readings.arcd_parts(data)[1],
        measure.held_out_paragraphs(data),
        *measure.crossed_sets(StaticEncoder.open(EMBEDDED_FOLDER), data, agreeing=True),
    ):
        found.append(QuestionSet(one.name, one.language, one.questions[:300], one.passages))
    return found


def gold_passage(
    reader: network.Reader, layout: Layout, matcher: Matcher, dataset: QuestionSet
) -> tuple[float, float]:
    """Return mean EM and F1 of the best words of the answering passage."""
    totals = np.zeros(2)
    asked = [question for question in dataset.questions if question.answers]
    for question in asked:
        page = Page.of(dataset.passages[question.passage_id].text)
        pieces = layout.cut([page])
        parsed = parse(question.text)
        scores = []
        for one in layout.windows(parsed, pieces, matcher.meet(parsed, [page.words])):
            ends = reader(torch.from_numpy(one.ids)[None], torch.from_numpy(one.types)[None])[0]
            of_piece = np.full(len(one.ids), -1)
            of_piece[one.lead : -1] = pieces[0].word_of[one.first : one.last]
            scores.append(Scores(0, of_piece, ends.float().numpy()))
        found = decode(scores, 1)
        span = page.words[found[0].first : found[0].last] if found else ()
        text = page.text[span[0].start : span[-1].end] if span else ""
        golds = [answer for answer, _ in question.answers]
        totals += (exact_match(text, golds), f1(text, golds))
    return tuple((totals / max(len(asked), 1)).tolist())


if __name__ == "__main__":
    reuse_memory()
    sys.exit(app())
