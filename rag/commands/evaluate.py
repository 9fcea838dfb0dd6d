"""`isnad eval`: figures for people, JSON for machines."""

from __future__ import annotations

import contextlib
import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from rag.commands.terminal import ProgressBar, to_json
from rag.errors import IsnadError, SettingsError
from rag.evaluation import Evaluation, Predict, ask_pipeline, ask_reader, evaluate
from rag.measures import RiskPoint
from rag.pipeline import Pipeline
from rag.reader import load_reader
from rag.settings import Settings
from rag.squad import QuestionSet

_ROWS = (
    ("questions", "questions"),
    ("  of them impossible", "impossible"),
    ("contexts", "contexts"),
    ("answered", "answered"),
    ("exact match", "exact"),
    ("F1", "f1"),
    ("exact match, SQuAD's own script", "exact_squad"),
    ("F1, SQuAD's own script", "f1_squad"),
    ("recall@1", "recall@1"),
    ("recall@5", "recall@5"),
    ("recall@20", "recall@20"),
    ("MRR@10", "mrr@10"),
    ("F1 of the answerable", "possible_f1"),
    ("accuracy on the impossible", "impossible_accuracy"),
    ("AUROC of confidence", "auroc"),
    ("p50 of a question, ms", "p50_ms"),
    ("p95 of a question, ms", "p95_ms"),
    ("index built in, s", "index_seconds"),
)


def run(
    questions: Path,
    contexts: Path | None,
    gold_passage: bool,
    predictions: Path | None,
    as_json: bool,
    plot: Path | None,
) -> int:
    """Measure on a question set, print the figures and write what was asked for.

    Raises:
        IsnadError: if a file cannot be read or written, or is not in SQuAD's format.
    """
    if plot:
        _matplotlib()  # before the work, not after it
    asked = QuestionSet.load(questions, contexts)
    settings = Settings.load()
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(_opened(predictions)) if predictions else None
        progress = stack.enter_context(ProgressBar())
        start = time.perf_counter()
        if gold_passage:
            predict = _reader(asked, settings, progress)
        else:
            predict = stack.enter_context(_pipeline(asked, settings, progress))
        seconds = time.perf_counter() - start

        def write(line: Any) -> None:
            if out:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")

        result = evaluate(asked, predict, progress, write)
    figures = result.figures | {"index_seconds": None if gold_passage else round(seconds, 3)}
    if as_json:
        print(to_json(figures))
    else:
        print("\n".join(_table(figures)))
    if plot:
        _write_plot(result, plot)
    return 0


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); name a file"
        raise SettingsError(f"--predictions {path} {reason}") from error


def _reader(asked: QuestionSet, settings: Settings, progress: ProgressBar) -> Predict:
    threshold = settings.threshold if asked.has_impossible else 0.0
    reader = load_reader(
        settings.reader, device=settings.device, batch_size=settings.batch_size, progress=progress
    )
    return ask_reader(reader, asked.documents, threshold)


@contextlib.contextmanager
def _pipeline(asked: QuestionSet, settings: Settings, progress: ProgressBar) -> Iterator[Predict]:
    """Yield what asks a pipeline over the contexts, whose index is removed afterwards."""
    longest = max(len(question.text) for question in asked.questions)
    limit = max(longest, settings.max_question_chars)
    own = settings.model_copy(update={"max_question_chars": limit})
    with Pipeline.from_documents(asked.documents, settings=own, progress=progress) as pipeline:
        yield ask_pipeline(pipeline)


def _table(figures: dict[str, Any]) -> list[str]:
    lines = []
    for label, key in _ROWS:
        value = figures[key]
        if value is None or (key == "impossible" and not value):
            continue
        # Shares in percent, as papers print them; counts and times as they are.
        timed = key.endswith(("_ms", "_seconds"))
        shown = str(value) if isinstance(value, int) else f"{value:.1f}" if timed else f"{100 * value:.2f} %"
        lines.append(f"{label:<34}{shown:>10}")
    return lines


def _matplotlib() -> Any:
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise SettingsError(
            f"--plot needs matplotlib ({error}); run `pip install matplotlib` or leave --plot out"
        ) from error
    mpl.use("Agg")  # files only: no window, no display
    import matplotlib.pyplot as plt

    return plt


def _write_plot(result: Evaluation, folder: Path) -> None:
    """Write risk-coverage.csv and risk-coverage.png into `folder`."""
    points = result.risk_coverage()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "risk-coverage.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["confidence", "coverage", "risk"])
            writer.writerows([f"{p.confidence:.6f}", f"{p.coverage:.6f}", f"{p.risk:.6f}"] for p in points)
        _draw(points, folder / "risk-coverage.png")
    except OSError as error:
        raise IsnadError(f"--plot {folder} cannot be written ({error.strerror}); name a folder") from error


def _draw(points: list[RiskPoint], path: Path) -> None:
    plt = _matplotlib()
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.step([p.coverage for p in points], [p.risk for p in points], where="pre")
    axes.set(xlabel="coverage: share of questions answered", ylabel="risk: 1 - F1 of those")
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)
    plt.close(figure)
