"""What a server counts, in the text format that Prometheus reads; nothing here knows a document's words.

Counters are of the process and may be shared by threads. What can be looked up (the index, memory) is looked
up when the metrics are read.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import IsnadError, StoreError

if TYPE_CHECKING:
    from rag.schema import Answer
    from rag.sync import SyncReport
    from vectorstore.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds

_log = logging.getLogger("isnad.question")

Labels = tuple[str, ...]


class Counter:
    """A number that only grows, for each set of labels."""

    kind = "counter"

    def __init__(self, name: str, text: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.text = text
        self.labels = tuple(labels)
        self._values: dict[Labels, float] = {} if labels else {(): 0.0}
        self._mutex = threading.Lock()

    def add(self, *labels: str, by: float = 1.0) -> None:
        """Add to the number of these labels.

        Raises:
            ValueError: if there are more or fewer labels than the counter has, or `by` is negative.
        """
        if len(labels) != len(self.labels) or by < 0:
            raise ValueError(f"{self.name}: labels {labels} by {by}, expected {self.labels} and at least 0")
        with self._mutex:
            self._values[labels] = self._values.get(labels, 0.0) + by

    def value(self, *labels: str) -> float:
        """Return the number of these labels; 0 before the first."""
        return self._values.get(labels, 0.0)

    def lines(self) -> Iterator[str]:
        """Yield a line for each set of labels."""
        with self._mutex:
            values = sorted(self._values.items())
        for labels, value in values:
            yield line(self.name, dict(zip(self.labels, labels, strict=True)), value)


class Histogram:
    """How many observations were at most so large, for each set of labels."""

    kind = "histogram"

    def __init__(
        self, name: str, text: str, labels: Sequence[str] = (), bounds: Sequence[float] = _BOUNDS
    ) -> None:
        self.name = name
        self.text = text
        self.labels = tuple(labels)
        self._bounds = tuple(bounds)  # ascending
        self._counts: dict[Labels, list[int]] = {}  # by bucket, the last for what is above every bound
        self._sums: dict[Labels, float] = {}
        self._mutex = threading.Lock()

    def observe(self, value: float, *labels: str) -> None:
        """Count one observation."""
        with self._mutex:
            counts = self._counts.setdefault(labels, [0] * (len(self._bounds) + 1))
            counts[bisect_left(self._bounds, value)] += 1
            self._sums[labels] = self._sums.get(labels, 0.0) + value

    def count(self, *labels: str) -> int:
        """Return how many observations there were."""
        return sum(self._counts.get(labels, ()))

    def lines(self) -> Iterator[str]:
        """Yield a line for each bucket, the sum and the count, for each set of labels."""
        with self._mutex:
            kept = [(labels, list(counts), self._sums[labels]) for labels, counts in self._counts.items()]
        for labels, counts, total in sorted(kept):
            named = dict(zip(self.labels, labels, strict=True))
            below = 0
            for bound, count in zip((*self._bounds, math.inf), counts, strict=True):
                below += count
                yield line(f"{self.name}_bucket", {**named, "le": _number(bound)}, below)
            yield line(f"{self.name}_sum", named, total)
            yield line(f"{self.name}_count", named, below)


QUESTIONS = Counter(
    "isnad_questions_total", "Questions by outcome: answered, abstained, refused, failed.", ["outcome"]
)
ABSTENTIONS = Counter("isnad_abstentions_total", "Questions not answered, by reason.", ["reason"])
SECONDS = Histogram("isnad_question_seconds", "From question to answer.")
STAGES = Histogram("isnad_stage_seconds", "Parts of a question: retrieve, read, compose.", ["stage"])
RUNS = Counter("isnad_index_runs_total", "Looks at the folder, by outcome: done, busy.", ["outcome"])
FILES = Counter("isnad_index_documents_total", "Documents by what became of them.", ["change"])
_ALL = (QUESTIONS, ABSTENTIONS, SECONDS, STAGES, RUNS, FILES)
_STARTED = time.time()


class Asked:
    """A question that is being answered."""

    answer: Answer | None = None


@contextmanager
def question(text: str) -> Iterator[Asked]:
    """Count and log a question; the block sets `answer`.

    The log has its length, its outcome and its time; its words only at level debug.
    """
    asked, started = Asked(), time.perf_counter()
    outcome = "failed"
    reason: str | None = None
    try:
        yield asked
        if asked.answer is not None:
            outcome, reason = "answered" if asked.answer.answered else "abstained", asked.answer.reason
    except IsnadError as error:
        outcome = "failed" if isinstance(error, StoreError) else "refused"
        reason = type(error).__name__
        raise
    except Exception as error:
        reason = type(error).__name__
        raise
    finally:
        took = time.perf_counter() - started
        QUESTIONS.add(outcome)
        SECONDS.observe(took)
        if outcome == "abstained":
            ABSTENTIONS.add(reason or "unknown")
        facts: dict[str, object] = {"outcome": outcome, "reason": reason, "took_ms": round(took * 1000)}
        facts["characters"] = len(text) if isinstance(text, str) else 0
        _log.log(logging.WARNING if outcome == "failed" else logging.INFO, "question", extra=facts)
        _log.debug("question asked", extra={"question": text})


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time one stage of a question."""
    started = time.perf_counter()
    try:
        yield
    finally:
        STAGES.observe(time.perf_counter() - started, name)


def looked(report: SyncReport) -> None:
    """Count a look at the folder."""
    RUNS.add("busy" if report.writer else "done")
    for change in ("added", "changed", "renamed", "removed"):
        FILES.add(change, by=len(getattr(report, change)))


def render(store: Store | None = None) -> str:
    """Return everything, a metric after the other; with a store, how its index stands."""
    parts = []
    for metric in _ALL:
        parts += [*_head(metric.name, metric.text, metric.kind), *metric.lines()]
    gauges = [("process_start_time_seconds", "When the process started.", _STARTED)]
    if (memory := resident()) is not None:
        gauges.append(("process_resident_memory_bytes", "Memory that the process holds.", float(memory)))
    if store is not None:
        gauges += _of(store)
    for name, text, value in gauges:
        parts += [*_head(name, text, "gauge"), line(name, {}, value)]
    return "\n".join(parts) + "\n"


def _of(store: Store) -> list[tuple[str, str, float]]:
    catalog = store.catalog
    with store.reading():
        return [
            ("isnad_catalog_generation", "Commits to the catalog.", float(catalog.generation)),
            ("isnad_index_generation", "The commit that the indexes stand for.", float(store.generation)),
            ("isnad_documents", "Documents in the index.", float(catalog.count())),
            ("isnad_passages", "Passages in the index.", float(len(catalog))),
            ("isnad_skipped", "Files that could not be taken in.", float(len(catalog.skipped()))),
        ]


def health(store: Store) -> tuple[dict[str, Any], int]:
    """Return how the index stands, and the HTTP status that says so: 200 when it can be asked, else 503."""
    try:
        with store.reading():
            generation, own = store.catalog.generation, store.generation
            documents, passages = store.catalog.count(), len(store.catalog)
    except Exception as error:  # whatever is wrong; its message may hold a path, which is nobody's business
        return {"status": "failed", "reason": type(error).__name__}, 503
    behind = own < generation  # until the next look at the folder
    found = {"generation": own, "documents": documents, "passages": passages, "behind": behind}
    return {"status": "ok", **found}, 200


def resident() -> int | None:
    """Return the bytes of memory that the process holds; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    import resource

    return pages * resource.getpagesize()


def line(name: str, labels: Mapping[str, str], value: float) -> str:
    """Return one sample."""
    quoted = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
    return f"{name}{{{quoted}}} {_number(value)}" if quoted else f"{name} {_number(value)}"


def _head(name: str, text: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if value == math.inf:
        return "+Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
