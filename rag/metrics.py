"""What a server counts, in the text format that Prometheus reads; nothing here knows a document's words.

Counters are of the process and may be shared by threads. Their labels have few values, known beforehand: all
are there from the start, so that a rate can be taken of the first event, and whatever else comes counts as
`other`. What can be looked up (the index, memory) is looked up when the metrics are read.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import IsnadError, StoreError

if TYPE_CHECKING:
    from rag.schema import Answer
    from rag.sync import SyncReport
    from vectorstore.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds

OTHER = "other"

_log = logging.getLogger("isnad.question")


class Counter:
    """A number that only grows, for each value of its label if it has one."""

    kind = "counter"

    def __init__(self, name: str, text: str, label: str = "", values: Sequence[str] = ()) -> None:
        self.name = name
        self.text = text
        self._label = label
        self._counts = dict.fromkeys(values or [""], 0.0)
        self._mutex = threading.Lock()

    def add(self, value: str = "", by: float = 1.0) -> None:
        """Add to the number of a label's value.

        Raises:
            ValueError: if `by` is negative, or there is a value without a label, or none with one.
        """
        if by < 0 or bool(value) != bool(self._label):
            raise ValueError(f"{self.name}: {value!r} by {by}, expected a {self._label!r} and at least 0")
        with self._mutex:
            known = value if value in self._counts else OTHER
            self._counts[known] = self._counts.get(known, 0.0) + by

    def value(self, value: str = "") -> float:
        """Return the number of a label's value; 0 before the first."""
        return self._counts.get(value, 0.0)

    def lines(self) -> Iterator[str]:
        """Yield a line for each value of the label."""
        with self._mutex:
            counts = dict(self._counts)
        for value, count in counts.items():
            yield line(self.name, {self._label: value} if self._label else {}, count)


class Histogram:
    """How many observations were at most so large, for each value of its label if it has one."""

    kind = "histogram"

    def __init__(
        self,
        name: str,
        text: str,
        label: str = "",
        values: Sequence[str] = (),
        bounds: Sequence[float] = _BOUNDS,
    ) -> None:
        self.name = name
        self.text = text
        self._label = label
        self._bounds = tuple(bounds)  # ascending
        # By bucket, the last for what is above every bound.
        self._counts = {value: [0] * (len(self._bounds) + 1) for value in values or [""]}
        self._sums = dict.fromkeys(self._counts, 0.0)
        self._mutex = threading.Lock()

    def observe(self, seen: float, value: str = "") -> None:
        """Count one observation.

        Raises:
            ValueError: if there is a value without a label, or none with one.
        """
        if bool(value) != bool(self._label):
            raise ValueError(f"{self.name}: {value!r}, expected a {self._label!r}")
        with self._mutex:
            known = value if value in self._counts else OTHER
            counts = self._counts.setdefault(known, [0] * (len(self._bounds) + 1))
            counts[bisect_left(self._bounds, seen)] += 1
            self._sums[known] = self._sums.get(known, 0.0) + seen

    def count(self, value: str = "") -> int:
        """Return how many observations there were."""
        return sum(self._counts.get(value, ()))

    def sum(self, value: str = "") -> float:
        """Return the sum of the observations."""
        return self._sums.get(value, 0.0)

    def lines(self) -> Iterator[str]:
        """Yield a line for each bucket, the sum and the count, for each value of the label."""
        with self._mutex:
            kept = [(value, list(counts), self._sums[value]) for value, counts in self._counts.items()]
        for value, counts, total in kept:
            named = {self._label: value} if self._label else {}
            below = 0
            for bound, count in zip((*self._bounds, math.inf), counts, strict=True):
                below += count
                yield line(f"{self.name}_bucket", {**named, "le": _number(bound)}, below)
            yield line(f"{self.name}_sum", named, total)
            yield line(f"{self.name}_count", named, below)


_OUTCOMES = ("answered", "abstained", "refused", "failed")
_REASONS = ("no_passage", "no_value", "low_confidence")
_STAGES = ("retrieve", "read", "compose")
_CHANGES = ("added", "changed", "renamed", "removed")

QUESTIONS = Counter("isnad_questions_total", "Questions asked, by outcome.", "outcome", _OUTCOMES)
ABSTENTIONS = Counter("isnad_abstentions_total", "Questions not answered, by reason.", "reason", _REASONS)
SECONDS = Histogram("isnad_question_seconds", "From question to answer.")
STAGES = Histogram("isnad_stage_seconds", "Parts of working out an answer.", "stage", _STAGES)
REMEMBERED = Counter("isnad_remembered_total", "Questions answered from memory.")
RUNS = Counter("isnad_index_runs_total", "Looks at the folder, by outcome.", "outcome", ("done", "busy"))
FILES = Counter("isnad_index_documents_total", "Documents by what became of them.", "change", _CHANGES)
_ALL = (QUESTIONS, ABSTENTIONS, SECONDS, STAGES, REMEMBERED, RUNS, FILES)
_STARTED = time.time()

_own: ContextVar[bool] = ContextVar("own", default=False)


@contextmanager
def own_questions() -> Iterator[None]:
    """Count and log no question of the block: the server asks them, and nobody else."""
    token = _own.set(True)
    try:
        yield
    finally:
        _own.reset(token)


class Asked:
    """A question that is being answered."""

    answer: Answer | None = None


@contextmanager
def question(text: str) -> Iterator[Asked]:
    """Count and log a question; the block sets `answer`.

    The log has its length, its outcome and its time; its words only at level debug.
    """
    asked, started = Asked(), time.perf_counter()
    if _own.get():
        yield asked
        return
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
    if _own.get():
        yield
        return
    started = time.perf_counter()
    try:
        yield
    finally:
        STAGES.observe(time.perf_counter() - started, name)


def looked(report: SyncReport) -> None:
    """Count a look at the folder."""
    RUNS.add("busy" if report.writer else "done")
    for change in _CHANGES:
        FILES.add(change, by=len(getattr(report, change)))


def render(store: Store | None = None) -> str:
    """Return everything, a metric after the other; with a store, how its index stands."""
    parts = []
    for metric in _ALL:
        parts += [*_head(metric.name, metric.text, metric.kind), *metric.lines()]
    samples = [("isnad_build_info", "The version that runs.", "gauge", {"version": _version()}, 1.0)]
    samples += [(name, text, kind, {}, value) for name, text, kind, value in _process()]
    if store is not None:
        samples += [(name, text, "gauge", {}, float(value)) for name, text, value in _of(store)]
    for name, text, kind, labels, value in samples:
        parts += [*_head(name, text, kind), line(name, labels, value)]
    return "\n".join(parts) + "\n"


def _process() -> Iterator[tuple[str, str, str, float]]:
    """Yield what the system says of the process, under the names that Prometheus' own clients use."""
    times = os.times()
    yield "process_start_time_seconds", "When the process started.", "gauge", _STARTED
    yield "process_cpu_seconds_total", "Processor time taken.", "counter", times.user + times.system
    if (memory := resident()) is not None:
        yield "process_resident_memory_bytes", "Memory that the process holds.", "gauge", float(memory)
    yield "process_threads", "Threads of Python.", "gauge", float(threading.active_count())
    with suppress(OSError):  # where the system does not tell
        files = len(os.listdir("/proc/self/fd")) - 1  # but for the one that is listed from
        yield "process_open_fds", "Open files and connections.", "gauge", float(files)


def _of(store: Store) -> list[tuple[str, str, int]]:
    catalog = store.catalog
    with store.reading():
        return [
            ("isnad_catalog_generation", "Commits to the catalog.", catalog.generation),
            ("isnad_index_generation", "The commit that the indexes stand for.", store.generation),
            ("isnad_documents", "Documents in the index.", catalog.count()),
            ("isnad_passages", "Passages in the index.", len(catalog)),
            ("isnad_skipped_files", "Files that could not be taken in.", len(catalog.skipped())),
        ]


@cache
def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("isnad")
    except PackageNotFoundError:  # on a Space, nothing is installed
        return "unknown"


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
