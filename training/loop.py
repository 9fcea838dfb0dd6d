"""A training loop that stops and resumes: AdamW with a warm-up and a linear fall, and a checkpoint file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

Batch = TypeVar("Batch")

SAVE_EVERY = 180.0  # seconds
WARM_UP = 0.05  # of all steps
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0


def train(
    network: nn.Module,
    batches: Iterator[Batch],
    loss_of: Callable[[Batch], torch.Tensor],
    *,
    steps: int,
    rates: tuple[float, float],
    checkpoint: Path,
    report: Callable[[int], None] | None = None,
    report_every: int = 700,
    save_every: float = SAVE_EVERY,
) -> None:
    """Train `network` for `steps` batches; go on from `checkpoint` where there is one.

    Args:
        network: has a `body.words` table; the rest is called the body here.
        batches: endless, and the same each time, so that a resumed run sees what the stopped one had left.
        loss_of: the scalar loss of a batch, run in bfloat16 where PyTorch finds that safe.
        steps: batches in all, those before the checkpoint included.
        rates: highest learning rates of the table and of the body.
        checkpoint: written every few minutes and at the end, whole or not at all.
        report: called with the step every `report_every` steps, in evaluation mode without gradients.
        report_every: steps.
        save_every: seconds.
    """
    table = [p for n, p in network.named_parameters() if n.endswith("words.weight")]
    rest = [p for n, p in network.named_parameters() if not n.endswith("words.weight") and p.ndim > 1]
    bare = [p for n, p in network.named_parameters() if not n.endswith("words.weight") and p.ndim == 1]
    groups = [
        {"params": table, "weight_decay": 0.0},
        {"params": rest, "weight_decay": WEIGHT_DECAY},
        {"params": bare, "weight_decay": 0.0},
    ]
    peaks = (rates[0], rates[1], rates[1])
    optimizer = torch.optim.AdamW(groups, lr=rates[1], betas=(0.9, 0.98), fused=True)
    first = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
        print(f"resumed after step {first}", flush=True)
    started = saved_at = time.perf_counter()
    network.train()
    mean = 0.0
    for step, batch in enumerate(islice(batches, first, steps), start=first):
        rate = min((step + 1) / (WARM_UP * steps), (steps - step) / (steps * (1 - WARM_UP)))
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * rate
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(batch)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        mean += (loss.item() - mean) / min(50, step - first + 1)
        now = time.perf_counter()
        if (step + 1) % 50 == 0:
            print(f"[{now - started:5.0f} s] step {step + 1} of {steps}: loss {mean:.3f}", flush=True)
        if now - saved_at > save_every or step + 1 == steps:
            _save(network, optimizer, step + 1, checkpoint)
            saved_at = now
        if report is not None and ((step + 1) % report_every == 0 or step + 1 == steps):
            network.eval()
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
                report(step + 1)
            network.train()


def _save(network: nn.Module, optimizer: torch.optim.Optimizer, step: int, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    torch.save(
        {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, unfinished
    )
    unfinished.replace(path)
