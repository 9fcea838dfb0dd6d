"""Fit and measure the sentence reader's few weights: `python -m training.reader fit`.

Three steps, seeded: classifiers of names over the static encoder's vectors; a small perceptron that ranks the
spans of twelve passages, with "no answer" among them; a logistic regression that turns its score into a
probability. About six minutes on one core.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
import typer
from torch import nn
from torch.nn import functional

from rag.encoder import EMBEDDED_FOLDER, StaticEncoder
from rag.features import FEATURES, Candidate, describe
from rag.heads import Heads
from rag.matching import Matcher
from rag.question import Question, parse
from rag.reader import CONFIDENCE_FEATURES, EMBEDDED_WEIGHTS, Weights, choose, confidence_evidence
from training.data import QuestionSet, read_questions
from training.heads import fit_heads
from training.reading import Crossing, Example, examples

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"

#: Questions taken from each training set.
TRAIN = {
    "tydiqa-goldp.en.train": 900,
    "aqad.ar.train": 2100,
    "arcd.ar.train": 400,
    "squad1.1.en.train": 1500,
    "thquad-2020.tr.train": 420,
    "piaf-cnil.fr.all": 90,
    "squad1.1-pt-sample.pt.sample": 180,
}
#: Never trained on; the probability is fitted on the first half of each, and measured on the other.
DEVELOPMENT = {"tydiqa-goldp.ar.dev": 400, "mlqa.ar.dev": 400, "tydiqa-goldp.en.dev": 400}
UNANSWERABLE = 0.3
CROSSED = 0.3  # of the Arabic and English questions, asked in the other language
HIDDEN = 48
SPANS_JUDGED = 3  # of each example, for the probability
KEPT = 160  # candidates of an example, the right ones among them
EPOCHS = 24

Floats = npt.NDArray[np.float32]
app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Described:
    """An example's candidates, by their features and how right each one is (0 … 1)."""

    question: Question
    candidates: list[Candidate]
    features: Floats
    right: Floats  # (n,) overlap with the nearest answer, F1 over characters
    in_sentence: npt.NDArray[np.bool_]  # (n,) the sentence holds an answer
    answerable: bool


@app.command()
def fit(
    data: Annotated[Path, typer.Option(help="The folder of training data.")] = DATA,
    out: Annotated[Path, typer.Option(help="Where to write the weights.")] = EMBEDDED_WEIGHTS,
    encoder_folder: Annotated[Path, typer.Option("--encoder", help="The static encoder.")] = EMBEDDED_FOLDER,
    share: Annotated[float, typer.Option(help="Use this share of the questions, to try things out.")] = 1.0,
    seed: int = 20,
) -> None:
    """Fit the weights and write them."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    encoder = StaticEncoder.open(encoder_folder)
    matcher = Matcher(encoder)
    started = time.monotonic()
    sets = {name: read_questions(data, name) for name in TRAIN}
    heads = fit_heads(sets, matcher, data, seed)
    print(f"heads fitted after {time.monotonic() - started:.0f} s")
    crossing = Crossing(data)
    described: list[Described] = []
    for name, count in TRAIN.items():
        described += describe_set(
            sets[name], int(count * share), matcher, heads, seed, UNANSWERABLE, crossing
        )
        print(f"{name}: {len(described)} examples after {time.monotonic() - started:.0f} s", flush=True)
    weights = fit_ranker(
        [thin(one, random.Random(seed)) for one in described], heads, encoder.fingerprint, seed
    )
    del described
    calibrating, held_out = [], {}
    for name, count in DEVELOPMENT.items():
        both = describe_set(read_questions(data, name), int(count * share), matcher, heads, seed, 0.5)
        calibrating += both[: len(both) // 2]
        held_out[name] = both[len(both) // 2 :]
    weights = fit_confidence(weights, calibrating)
    figures = {name: figures_of(weights, both) for name, both in held_out.items()}
    for name, values in figures.items():
        print(name, values)
    out.parent.mkdir(parents=True, exist_ok=True)
    stored = weights.to_dict() | {"seed": seed, "figures": figures}
    out.write_text(json.dumps(stored, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {out} ({out.stat().st_size // 1024} KB) after {time.monotonic() - started:.0f} s")


@app.command()
def measure(
    data: Annotated[Path, typer.Option(help="The folder of training data.")] = DATA,
    weights_path: Annotated[Path, typer.Option("--weights")] = EMBEDDED_WEIGHTS,
    encoder_folder: Annotated[Path, typer.Option("--encoder")] = EMBEDDED_FOLDER,
    seed: int = 20,
) -> None:
    """Measure the weights on the second half of each development set."""
    matcher = Matcher(StaticEncoder.open(encoder_folder))
    weights = Weights.load(weights_path)
    for name, count in DEVELOPMENT.items():
        both = describe_set(read_questions(data, name), count, matcher, weights.heads, seed, 0.5)
        print(name, figures_of(weights, both[len(both) // 2 :]))


def describe_set(
    questions: QuestionSet,
    count: int,
    matcher: Matcher,
    heads: Heads,
    seed: int,
    unanswerable: float,
    crossing: Crossing | None = None,
) -> list[Described]:
    """Lay out `count` questions of a set and describe them; with `crossing`, a share in another language."""
    rng = random.Random(f"{seed} {questions.name}")
    pool = [question for question in questions.questions if question.answers]
    chosen = rng.sample(pool, min(count, len(pool)))
    described = []
    for example in examples(questions, chosen, rng, unanswerable):
        question = parse(example.question)
        if crossing is not None and questions.language in ("ar", "en") and rng.random() < CROSSED:
            question = crossing.cross(question, rng) or question
        described.append(describe_example(example, question, matcher, heads))
    return described


def describe_example(example: Example, question: Question, matcher: Matcher, heads: Heads) -> Described:
    """Describe one example's candidates; those that repeat the answer elsewhere are marked with -1."""
    candidates, features = describe(question, example.passages, matcher, heads)
    right = np.zeros(len(candidates), dtype=np.float32)
    in_sentence = np.zeros(len(candidates), dtype=bool)
    for i, candidate in enumerate(candidates):
        shape = candidate.sentence.shape
        start = shape.words[candidate.proposal.first].start
        end = shape.words[candidate.proposal.last - 1].end
        for passage, low, high in example.answers:
            if passage == candidate.sentence.passage:
                in_sentence[i] |= shape.start <= low and high <= shape.end
                shared = min(end, high) - max(start, low)
                if shared > 0:
                    right[i] = max(right[i], 2 * shared / (end - start + high - low))
        if not in_sentence[i] and shape.text[start:end] in example.texts:
            right[i] = -1.0  # perhaps right by chance: neither taught nor punished
    return Described(question, candidates, features, right, in_sentence, bool(example.answers))


def thin(one: Described, rng: random.Random) -> Described:
    """Keep the right candidates and a random part of the others, so that all examples fit into memory."""
    wanted = np.flatnonzero(one.right >= 0)
    good = [i for i in wanted if one.right[i] > 0.3 or one.in_sentence[i]]
    rest = [i for i in wanted if not (one.right[i] > 0.3 or one.in_sentence[i])]
    good = good if len(good) <= KEPT // 2 else sorted(good, key=lambda i: -one.right[i])[: KEPT // 2]
    kept = sorted([*good, *rng.sample(rest, min(len(rest), KEPT - len(good)))])
    return replace(
        one, candidates=[], features=one.features[kept].astype(np.float16), right=one.right[kept],
        in_sentence=one.in_sentence[kept],
    )  # fmt: skip


def fit_ranker(described: Sequence[Described], heads: Heads, fingerprint: str, seed: int) -> Weights:
    """Fit the perceptron: a softmax over an example's candidates and "no answer", whose score is 0."""
    usable = [one for one in described if len(one.right) and (not one.answerable or one.right.max() >= 0.5)]
    rng = np.random.default_rng(seed)
    everything = np.concatenate([one.features for one in usable[::5]]).astype(np.float32)
    mean, scale = everything.mean(axis=0), np.maximum(everything.std(axis=0), 0.05)
    features = torch.zeros(len(usable), KEPT, len(FEATURES), dtype=torch.float16)
    target = torch.zeros(len(usable), KEPT + 1)
    valid = torch.zeros(len(usable), KEPT + 1, dtype=torch.bool)
    sentence = torch.zeros(len(usable), KEPT + 1)
    valid[:, KEPT] = True
    for i, one in enumerate(usable):
        n = len(one.right)
        features[i, :n] = torch.from_numpy(((one.features - mean) / scale).astype(np.float16))
        valid[i, :n] = True
        if one.answerable:
            grade = np.where(one.right >= 0.5, one.right, 0) ** 3
            target[i, :n] = torch.from_numpy(grade / grade.sum())
            held_by = one.in_sentence if one.in_sentence.any() else one.right >= 0.5
            sentence[i, :n] = torch.from_numpy(held_by.astype(np.float32))
        else:
            target[i, KEPT] = sentence[i, KEPT] = 1.0
    network = nn.Sequential(nn.Linear(len(FEATURES), HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 1, bias=False))
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-3)
    batch = 64
    steps = EPOCHS * (len(usable) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps + 1)
    for epoch in range(EPOCHS):
        order = torch.from_numpy(rng.permutation(len(usable)))
        total = 0.0
        for at in range(0, len(usable) - batch + 1, batch):
            rows = order[at : at + batch]
            scores = network(features[rows].float()).squeeze(-1)
            scores = torch.cat([scores, torch.zeros(batch, 1)], dim=1).masked_fill(~valid[rows], -1e4)
            log = functional.log_softmax(scores, dim=1)
            span_loss = -(target[rows] * log).sum(dim=1)
            held = torch.logsumexp(log.masked_fill(sentence[rows] == 0, -1e4), dim=1)
            loss = (span_loss - held).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * batch
        print(f"epoch {epoch + 1}: loss {total / len(usable):.3f}", flush=True)
    first, last = network[0], network[2]
    return Weights(
        encoder=fingerprint, mean=mean, scale=scale, hidden=_numpy(first.weight).T.copy(),
        hidden_bias=_numpy(first.bias), out=_numpy(last.weight)[0],
        confidence=np.zeros(len(CONFIDENCE_FEATURES) + 1, dtype=np.float32), heads=heads,
    )  # fmt: skip


def fit_confidence(weights: Weights, described: Sequence[Described]) -> Weights:
    """Fit the probability that a chosen span's sentence answers, on the first three spans of each example."""
    rows, labels = [], []
    for one in described:
        if not one.candidates:
            continue
        evidence, good = top_spans(weights, one)
        rows.append(evidence[:SPANS_JUDGED])
        labels.append(good[:SPANS_JUDGED])
    evidence = torch.from_numpy(np.concatenate(rows))
    right = torch.from_numpy(np.concatenate(labels).astype(np.float32))
    mean, scale = evidence.mean(0), evidence.std(0).clamp_min(0.05)
    slope = torch.zeros(evidence.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([slope, bias], max_iter=200)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        logits = ((evidence - mean) / scale) @ slope + bias
        loss = functional.binary_cross_entropy_with_logits(logits, right) + 1e-3 * slope.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    slopes = (slope / scale).detach()
    confidence = torch.cat([slopes, bias.detach() - slopes @ mean]).numpy()
    print("confidence", dict(zip([*CONFIDENCE_FEATURES, "bias"], confidence.round(3).tolist(), strict=True)))
    return replace(weights, confidence=confidence)


def top_spans(weights: Weights, one: Described) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the evidence for the spans that the reader would choose, and which are right."""
    scores = weights.score(one.features)
    chosen = choose(one.candidates, scores)
    good = one.in_sentence[chosen] | (one.right[chosen] > 0.3) | (one.right[chosen] < 0)
    return confidence_evidence(one.question, one.candidates, one.features, scores, chosen), good


def figures_of(weights: Weights, described: Sequence[Described]) -> dict[str, float]:
    """Return the reader's figures, its passages being the twelve of each example.

    - `sentence_1`, `sentence_3`: the answer's sentence is among the first one, three spans;
    - `overlap`: mean F1 of the first span over characters;
    - `auroc`: how well the probability tells the answerable questions;
    - `threshold_10`, `answered_10`: the probability that one in ten unanswerable questions exceeds, and the
      share of the answerable ones that do.
    """
    first, third, overlap, wanted, unwanted = [], [], [], [], []
    for one in described:
        if not one.candidates:
            continue
        scores = weights.score(one.features)
        chosen = choose(one.candidates, scores)
        evidence = confidence_evidence(one.question, one.candidates, one.features, scores, chosen)
        probability = weights.probability(evidence)
        (wanted if one.answerable else unwanted).append(float(probability.max()))
        if one.answerable:
            ranked = [chosen[i] for i in np.argsort(-probability, kind="stable")]
            first.append(bool(one.in_sentence[ranked[0]]))
            third.append(bool(one.in_sentence[ranked[:3]].any()))
            overlap.append(max(0.0, float(one.right[ranked[0]])))
    pairs = [(a > b) + 0.5 * (a == b) for a in wanted for b in unwanted]
    # The threshold that lets one unanswerable question in ten through, and what it answers of the others.
    threshold = float(np.quantile(unwanted, 0.9))
    return {
        "questions": len(described),
        "sentence_1": round(float(np.mean(first)), 3),
        "sentence_3": round(float(np.mean(third)), 3),
        "overlap": round(float(np.mean(overlap)), 3),
        "auroc": round(float(np.mean(pairs)), 3),
        "threshold_10": round(threshold, 3),
        "answered_10": round(float(np.mean(np.array(wanted) > threshold)), 3),
    }


def _numpy(tensor: torch.Tensor) -> Floats:
    return tensor.detach().numpy().astype(np.float32)


if __name__ == "__main__":
    app()
