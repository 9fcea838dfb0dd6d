"""Fit the reader's confidence, and say how far it can be trusted.

    python -m training.calibration [--plot docs/images]

Development questions with the twelve passages that a search brings; half of them have no answer there. The
weights are fitted on the first half of each set and measured on the second.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from rag.confidence import FEATURES, Confidence
from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from rag.matching import Matcher
from rag.measures import auroc, f1
from rag.network import READER_FOLDER, Network
from rag.reader import Read, SpanReader, chosen
from training import measure
from training.data import read_questions
from training.passages import Example, examples
from training.readings import arcd_parts

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
DEVELOPMENT = {
    "tydiqa-goldp.ar.dev": 400,
    "mlqa.ar.dev": 400,
    "tydiqa-goldp.en.dev": 400,
}
OTHERS = 200  # questions of what is left of ARCD, and of each crossing
UNANSWERABLE = 0.5
JUDGED = 2  # spans of each question
RIGHT = 0.5  # F1 from which a span counts as an answer
BINS = 10
NEAR = 5.0  # how firmly the last fit is held to the weights that rank best
RIDGE = 0.5  # keeps weights of evidence that goes together from growing against each other
OF_QUESTION = [FEATURES.index(name) for name in ("missing", "terms", "best")]  # the same for all of its runs

Floats = npt.NDArray[np.float32]
app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Judged:
    """The runs of one question: what was read, and whether each is right."""

    read: Read
    right: npt.NDArray[np.bool_]  # (len(read.found),)
    answerable: bool


@app.command()
def main(
    data: Path = DATA,
    out: Annotated[Path, typer.Option(help="where the weights go")] = READER_FOLDER / "confidence.json",
    plot: Annotated[Path | None, typer.Option(help="folder for the reliability diagram")] = None,
    seed: int = 4,
) -> None:
    """Fit the weights, write them, and print what they are worth on questions they were not fitted on."""
    encoder = StaticEncoder.open(EMBEDDED_FOLDER)
    blank = Confidence(np.zeros(len(FEATURES), dtype=np.float32), 0.0)
    reader = SpanReader(Network.open(), Matcher(encoder), blank)
    sets = [(name, read_questions(data, name), count) for name, count in DEVELOPMENT.items()]
    others = (arcd_parts(data)[1], *measure.crossed_sets(encoder, data, agreeing=True))
    sets += [(one.name, one, OTHERS) for one in others]
    fitted: list[Judged] = []
    kept: dict[str, list[Judged]] = {}
    for name, dataset, count in sets:
        draw = random.Random(seed)
        chosen = draw.sample(dataset.questions, min(count, len(dataset.questions)))
        judged = [judge(reader, one) for one in examples(dataset, chosen, draw, UNANSWERABLE)]
        half = len(judged) // 2
        fitted += judged[:half]
        kept[name] = judged[half:]
        print(f"{name}: {len(judged)} questions read", flush=True)
    confidence = fit(fitted)
    confidence.save(out)
    print(dict(zip(FEATURES, np.round(confidence.weights, 2).tolist(), strict=True)), confidence.bias)
    for name, judged in [*kept.items(), ("all", [one for some in kept.values() for one in some])]:
        print(f"{name}: {figures(confidence, judged)}")
    if plot is not None:
        draw_reliability(*answers(confidence, [one for some in kept.values() for one in some]), plot)


def judge(reader: SpanReader, example: Example) -> Judged:
    """Read an example's passages and mark the right ones of the runs."""
    read = reader.examine(example.question, example.passages)
    right = []
    for one in read.found:
        page = read.pages[one.run.page]
        said = page.text[page.words[one.run.first].start : page.words[one.run.last - 1].end]
        right.append(bool(example.answers) and f1(said, example.texts) >= RIGHT)
    return Judged(read, np.array(right, dtype=np.bool_), bool(example.answers))


def fit(judged: Sequence[Judged]) -> Confidence:
    """Return the weights of the evidence.

    First those that rank the runs of one question, by the likelihood of the right ones among all of them.
    Then, of the runs that would be shown, how likely that rank makes them right, together with what is the
    same for all runs of a question (Platt 1999); and at last all weights together, held to these.
    """
    judged = [one for one in judged if one.read.found]
    ranking = rank_weights([one for one in judged if one.right.any()])
    first = Confidence(ranking, 0.0)
    rows, shown = [], []
    for one in judged:
        for i in chosen(one.read, first.probability(one.read.evidence))[:JUDGED]:
            rows.append(one.read.evidence[i])
            shown.append(bool(one.right[i]))
    evidence = np.array(rows, dtype=np.float64)
    model = LogisticRegression(C=1e3, max_iter=5000).fit(
        np.column_stack([evidence @ ranking, evidence[:, OF_QUESTION]]), np.array(shown)
    )
    slope, *others = model.coef_[0].tolist()
    weights = ranking * slope
    weights[OF_QUESTION] += np.array(others, dtype=np.float32)
    return refined(
        Confidence(weights, float(model.intercept_[0])), evidence, np.array(shown, dtype=np.float64)
    )


def refined(
    start: Confidence, evidence: npt.NDArray[np.float64], right: npt.NDArray[np.float64]
) -> Confidence:
    """Return weights that fit (n, F) evidence of shown runs better, and stay near those of `start`."""
    near = start.weights.astype(np.float64)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logits = evidence @ weights[:-1] + weights[-1]
        gap = 1 / (1 + np.exp(-logits)) - right
        away = weights[:-1] - near
        value = float(np.sum(np.logaddexp(0, logits) - right * logits) + NEAR * np.sum(away**2))
        return value, np.append(evidence.T @ gap + 2 * NEAR * away, gap.sum())

    found = minimize(loss, np.append(near, start.bias), jac=True, method="L-BFGS-B").x
    return Confidence(found[:-1].astype(np.float32), float(found[-1]))


def rank_weights(judged: Sequence[Judged]) -> Floats:
    """Return (F,) weights; 0 for what is the same for all runs of a question, which ranks nothing."""
    kept = np.array([i for i in range(len(FEATURES)) if i not in OF_QUESTION])
    sets = [(one.read.evidence[:, kept].astype(np.float64), one.right) for one in judged]

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        total, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for rows, right in sets:
            logits = rows @ weights
            shares = np.exp(logits - logits.max())
            among = np.where(right, shares, 0.0)
            total -= float(np.log(among.sum() / shares.sum()))
            slope = slope - (among / among.sum() - shares / shares.sum()) @ rows
        return total, slope

    found = minimize(loss, np.zeros(len(kept)), jac=True, method="L-BFGS-B").x
    weights = np.zeros(len(FEATURES), dtype=np.float32)
    weights[kept] = found
    return weights


def answers(confidence: Confidence, judged: Sequence[Judged]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return (n,) the probability of each question's answer, and whether it is right."""
    said, right = [], []
    for one in judged:
        scores = confidence.probability(one.read.evidence)
        best = next(iter(chosen(one.read, scores)), None)
        said.append(0.0 if best is None else float(scores[best]))
        right.append(best is not None and bool(one.right[best]))
    return np.array(said, dtype=np.float32), np.array(right)


def figures(confidence: Confidence, judged: Sequence[Judged]) -> str:
    """Return the line of figures of a set."""
    said, right = answers(confidence, judged)
    answerable = np.array([one.answerable for one in judged])
    area = auroc(said[answerable].tolist(), said[~answerable].tolist())
    gap = abs(float(said.mean() - right.mean()))
    at = [
        f"{t:.2f}: {float((said[~answerable] >= t).mean()):.3f} answered without one, "
        f"{float((said[answerable] >= t).mean()):.3f} with one"
        for t in (0.2, 0.3, 0.4, 0.5, 0.6)
    ]
    return (
        f"right {right[answerable].mean():.3f}, AUROC {area or 0:.3f}, calibration error "
        f"{calibration_error(said, right):.3f} (mean {gap:.3f}); " + "; ".join(at)
    )


def calibration_error(said: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error over `BINS` bins of equal width (Guo et al. 2017)."""
    at = np.minimum((said * BINS).astype(int), BINS - 1)
    total = 0.0
    for b in range(BINS):
        if (at == b).any():
            total += (at == b).mean() * abs(float(said[at == b].mean() - right[at == b].mean()))
    return total


def draw_reliability(said: Floats, right: npt.NDArray[np.bool_], folder: Path) -> None:
    """Write ``reliability.svg``: how often answers of about one confidence are right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    at = np.minimum((said * BINS).astype(int), BINS - 1)
    bins = [b for b in range(BINS) if (at == b).sum() >= 5]
    x, y = [float(said[at == b].mean()) for b in bins], [float(right[at == b].mean()) for b in bins]
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="perfect")
    axes.plot(x, y, marker="o", label="reader")
    for b, a, c in zip(bins, x, y, strict=True):
        axes.annotate(
            str(int((at == b).sum())), (a, c), textcoords="offset points", xytext=(6, -10), fontsize=8
        )
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "reliability.svg", metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(app())
