"""What the server counts: right under load, bounded, and named as Prometheus asks."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest
from index_support import fill
from test_operations import get

from rag import metrics
from rag.errors import QuestionError
from rag.pipeline import Pipeline
from rag.schema import Reason
from ui import operations
from ui.kept.remembering import Remembering
from ui.suggestions import suggest

LABELS = r'\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\}'
SAMPLE = re.compile(rf"([a-z_]+)({LABELS})? (\+Inf|[0-9.e+-]+)")
QUESTION = "من افتتح ميناء المرجان؟"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "corpus")


def test_a_histogram_counts_what_is_at_most_each_bound() -> None:
    seconds = metrics.Histogram("s", "Seconds.", "stage", ["read"], bounds=(0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 3.0):
        seconds.observe(value, "read")
    assert list(seconds.lines()) == [
        's_bucket{stage="read",le="0.1"} 2',
        's_bucket{stage="read",le="1"} 3',
        's_bucket{stage="read",le="+Inf"} 4',
        's_sum{stage="read"} 3.65',
        's_count{stage="read"} 4',
    ]
    assert (seconds.count("read"), seconds.sum("read")) == (4, 0.05 + 0.1 + 0.5 + 3.0)
    with pytest.raises(ValueError, match="expected a 'stage'"):
        seconds.observe(1.0)


def test_labels_are_escaped_and_must_fit() -> None:
    counter = metrics.Counter("c_total", "Things.", "what", ['a "b"\\\nسطر'])
    counter.add('a "b"\\\nسطر', by=2)
    assert list(counter.lines()) == ['c_total{what="a \\"b\\"\\\\\\nسطر"} 2']
    with pytest.raises(ValueError, match="expected a 'what'"):
        counter.add()
    with pytest.raises(ValueError, match="at least 0"):
        counter.add("a", by=-1)
    with pytest.raises(ValueError, match="expected a ''"):
        metrics.Counter("c_total", "Things.").add("a")


def test_what_is_known_beforehand_is_there_from_the_start_and_all_else_is_other() -> None:
    counter = metrics.Counter("c_total", "Things.", "what", ["a", "b"])
    assert list(counter.lines()) == ['c_total{what="a"} 0', 'c_total{what="b"} 0']
    for name in ("a", *map(str, range(1000))):
        counter.add(name)
    assert list(counter.lines()) == [
        'c_total{what="a"} 1',
        'c_total{what="b"} 0',
        'c_total{what="other"} 1000',
    ]
    seconds = metrics.Histogram("s", "Seconds.", "stage", ["read"], bounds=(1.0,))
    for name in map(str, range(1000)):
        seconds.observe(0.5, name)
    assert 's_count{stage="other"} 1000' in list(seconds.lines())
    assert len(list(seconds.lines())) == 2 * 4


def test_the_reasons_counted_are_those_that_an_abstention_can_have() -> None:
    shown = "\n".join(metrics.ABSTENTIONS.lines())
    assert set(re.findall(r'reason="(\w+)"', shown)) - {metrics.OTHER} == set(get_args(Reason))


def test_many_threads_lose_no_count() -> None:
    counter, seconds = metrics.Counter("c_total", "Things."), metrics.Histogram("s", "Seconds.")
    together = threading.Barrier(8)

    def count(_: int) -> None:
        together.wait()
        for _ in range(500):
            counter.add()
            seconds.observe(0.2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    assert (counter.value(), seconds.count()) == (8 * 500, 8 * 500)


def counts() -> list[float]:
    outcomes = [metrics.QUESTIONS.value(each) for each in ("answered", "abstained", "refused", "failed")]
    stages = [float(metrics.STAGES.count(each)) for each in ("retrieve", "read", "compose")]
    return [*outcomes, *stages, float(metrics.SECONDS.count()), metrics.REMEMBERED.value()]


def gained(before: Sequence[float]) -> list[float]:
    return [after - was for after, was in zip(counts(), before, strict=True)]


def test_questions_are_counted_by_outcome_and_timed_by_stage(folder: Path) -> None:
    with Pipeline.open(folder) as pipeline:
        before = counts()
        assert pipeline.answer(QUESTION).answered
        assert not pipeline.answer("كم يبلغ سعر الذهب في نيودلهي؟").answered
        with pytest.raises(QuestionError):
            pipeline.answer(" ")
        assert gained(before) == [1, 1, 1, 0, 2, 2, 2, 3, 0]
        remembering = Remembering(pipeline)
        for _ in range(3):
            assert remembering.answer(QUESTION).answered
        assert gained(before) == [4, 1, 1, 0, 3, 3, 3, 6, 2]


def test_the_stages_of_a_question_add_up_to_most_of_its_time(folder: Path) -> None:
    with Pipeline.open(folder) as pipeline:
        pipeline.answer(QUESTION)
        stages = ("retrieve", "read", "compose")
        before, whole = [metrics.STAGES.sum(each) for each in stages], metrics.SECONDS.sum()
        pipeline.answer("متى افتتح ميناء المرجان؟")
        parts = [metrics.STAGES.sum(each) - was for each, was in zip(stages, before, strict=True)]
        assert min(parts) > 0.0005
        assert 0.7 < sum(parts) / (metrics.SECONDS.sum() - whole) <= 1


def test_questions_that_the_server_asks_itself_are_not_counted(folder: Path) -> None:
    with Pipeline.open(folder) as pipeline:
        before = counts()
        assert suggest(pipeline, [QUESTION])
        assert gained(before) == [0] * len(before)
        pipeline.answer(QUESTION)
        assert gained(before)[0] == 1


def parsed(text: str) -> dict[str, dict[str, float]]:
    """Return name → labels → value, having seen that each line is as Prometheus reads it."""
    found: dict[str, dict[str, float]] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            assert line.split(" ", 3)[3].endswith("."), line
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, f"{name} twice"
            kinds[name] = kind
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            name, labels, value = sample.groups()
            family = re.sub("_(bucket|sum|count)$", "", name) if name not in kinds else name
            assert family in kinds, f"{name} before its type"
            found.setdefault(name, {})[labels or ""] = float(value)
    for name, kind in kinds.items():
        assert (kind == "counter") == name.endswith("_total"), name
        assert kind != "histogram" or name.endswith("_seconds"), name
        assert name.startswith(("isnad_", "process_")), name
    return found


def test_metrics_are_named_as_prometheus_asks_and_hold_no_word(folder: Path) -> None:
    with Pipeline.open(folder) as pipeline:
        pipeline.answer(QUESTION)
        text = metrics.render(pipeline.store)
    found = parsed(text)
    assert found["isnad_documents"] == {"": 3}
    assert found["isnad_index_generation"] == found["isnad_catalog_generation"]
    assert 10_000_000 < found["process_resident_memory_bytes"][""] < 5_000_000_000
    assert 3 <= found["process_open_fds"][""] < 1000
    assert found["process_threads"][""] >= 1
    assert found["process_cpu_seconds_total"][""] > 0.1
    (labels,) = found["isnad_build_info"]
    assert re.fullmatch(r'\{version="[\w.]+"\}', labels)
    assert not re.search("المرجان|العطار", text)
    assert len(text.splitlines()) < 150


def test_health_and_metrics_stay_right_while_many_ask_and_the_folder_changes(folder: Path) -> None:
    from starlette.applications import Starlette

    stop = threading.Event()
    asked: Counter[str] = Counter()
    with Pipeline.open(folder) as pipeline:
        app = Starlette(routes=operations.routes(pipeline))
        before, runs = metrics.QUESTIONS.value("answered"), metrics.RUNS.value("done")

        def ask(number: int) -> None:
            while not stop.is_set():
                asked[str(number)] += pipeline.answer(QUESTION).answered

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        try:
            for version in range(4):
                (folder / f"new {version}.txt").write_text(f"خبر جديد رقم {version}.", encoding="utf-8")
                pipeline.refresh()
                status, body = get(app, "/healthz")
                assert (status, json.loads(body)["documents"]) == (200, 4 + version)
                found = parsed(get(app, "/metrics")[1])
                assert found["isnad_documents"][""] == 4 + version
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert metrics.QUESTIONS.value("answered") - before == asked.total() > 0
        assert metrics.RUNS.value("done") - runs == 4
