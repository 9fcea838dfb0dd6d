"""Whatever the bytes: a loader gives text that can be stored, with places inside it, or a reason."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from breaking import GOLDEN, LIMITS, broken, broken_inside, check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.loaders import LOADERS, Extract, Limits, LoadError, load, read
from rag.loaders.sandbox import read_safely
from rag.schema import Section

PRINTED = [name for name in GOLDEN if name.endswith(".pdf")]
OTHERS = [name for name in GOLDEN if name not in PRINTED]
NAMES = [
    f"a.{kind}"
    for kind in ("txt", "md", "html", "csv", "tsv", "jsonl", "eml", "docx", "xlsx", "zip", "xls", "")
]

quietly = settings(
    max_examples=100,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@quietly
@given(
    st.binary(max_size=400),
    st.sampled_from(NAMES),
    st.sampled_from([b"", b"PK\x03\x04", b"<html>", b"From: a\nDate: b\nMessage-ID: c\n", b"{}\n{}\n"]),
)
def test_any_bytes_are_text_or_refused(data: bytes, name: str, start: bytes) -> None:
    check(read(start + data, name, LIMITS))


@quietly
@given(st.text(max_size=300), st.sampled_from(NAMES))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    check(read(text.encode("utf-8", "surrogatepass"), name, LIMITS))


@settings(quietly, max_examples=250)
@given(st.sampled_from(OTHERS), st.integers(0, 2**32))
def test_broken_files_are_read_or_refused(name: str, seed: int) -> None:
    check(read(broken(GOLDEN[name], seed), name, LIMITS))


@settings(quietly, max_examples=250)
@given(st.sampled_from([name for name in OTHERS if GOLDEN[name].startswith(b"PK")]), st.integers(0, 2**32))
def test_files_broken_inside_their_archive_are_read_or_refused(name: str, seed: int) -> None:
    check(read(broken_inside(GOLDEN[name], seed), name, LIMITS))


@settings(quietly, max_examples=30)
@given(st.sampled_from(PRINTED), st.integers(0, 2**32))
def test_broken_print_is_read_or_refused_and_costs_no_more_than_a_process(name: str, seed: int) -> None:
    check(read_safely(broken(GOLDEN[name], seed), name, LIMITS))


@quietly
@given(st.lists(st.lists(st.text(max_size=20), max_size=6), max_size=8), st.sampled_from(",;\t|"))
def test_any_table_is_read_or_refused(rows: list[list[str]], delimiter: str) -> None:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    check(read(out.getvalue().encode("utf-8", "surrogatepass"), "a.csv", LIMITS))


MARKUP = st.recursive(
    st.text(max_size=30),
    lambda inner: st.tuples(
        st.sampled_from(
            ["p", "div", "table", "tr", "td", "th", "ul", "li", "h2", "a", "b", "br", "article", "nav"]
        ),
        st.sampled_from(["", " hidden", " class=share", " colspan=9999999999", " style='display:none'"]),
        st.lists(inner, max_size=4),
    ).map(lambda made: f"<{made[0]}{made[1]}>{''.join(made[2])}</{made[0]}>"),
    max_leaves=20,
)


@quietly
@given(MARKUP)
def test_any_page_is_read_or_refused(markup: str) -> None:
    check(read(f"<html><body>{markup}".encode("utf-8", "surrogatepass"), "a.html", LIMITS))


@pytest.mark.parametrize("kind", LOADERS)
def test_an_error_that_nobody_foresaw_is_a_refusal(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def loader(error: BaseException) -> Callable[[bytes, Limits], Extract]:
        def load_(data: bytes, limits: Limits) -> Extract:
            raise error

        return load_

    monkeypatch.setattr("rag.loaders.kind", lambda data, name: kind if kind != "zip" else "plain")
    module = LOADERS[kind if kind != "zip" else "plain"]
    for error, reason in (
        (KeyError("x"), r"is damaged \(KeyError: 'x'\); save it anew"),
        (RecursionError(), "is nested too deeply, as only damaged files are; save it anew"),
        (MemoryError(), "needs more than 1,000 MB of memory; split it"),
        (LoadError("so; do"), "so; do"),
    ):
        monkeypatch.setattr(f"rag.loaders.{module}", loader(error))
        with pytest.raises(LoadError, match=reason):
            load(b"x", "a", Limits())


@given(st.lists(st.tuples(st.sampled_from(["page", "row", "sheet", "heading"]), st.integers(0, 30))))
def test_places_are_among_the_sections_before_an_offset(made: list[tuple[str, int]]) -> None:
    from rag.schema import Document

    sections = tuple(
        sorted((Section(kind, str(i), start) for i, (kind, start) in enumerate(made)), key=lambda s: s.start)  # type: ignore[arg-type]
    )
    document = Document("a", "x" * 31, "a", sections=sections)
    for offset in range(31):
        places = document.places(offset)
        assert all(place.start <= offset for place in places)
        assert len({place.kind for place in places}) == len(places) <= 3
        assert bool(places) == any(section.start <= offset for section in sections)
