"""Books: notes, what stands beside the chapters, and chapters that cannot be read."""

from __future__ import annotations

import pytest
from hostile import TEXT, packed

from rag.loaders import Extract, Limits, LoadError, load, read

OTHER = "وقالت اللجنة إن العمل يسير على ما يرام، وإن الميناء الجديد يفتح في الربيع المقبل."
OPS = 'xmlns:epub="http://www.idpf.org/2007/ops"'


def book(*chapters: str | None, beside: int | None = None, **more: str) -> bytes:
    """Return a book of these chapters; None is one that is named and not there."""
    names = [f"c{i}.xhtml" for i in range(len(chapters))]
    items = "".join(f'<item id="{x}" href="{x}" media-type="application/xhtml+xml"/>' for x in names)
    aside = [' linear="no"' if i == beside else "" for i in range(len(names))]
    spine = "".join(f'<itemref idref="{x}"{is_}/>' for x, is_ in zip(names, aside, strict=True))
    package = f"<package><metadata/><manifest>{items}</manifest><spine>{spine}</spine></package>"
    texts = {
        x: f"<html {OPS}><body>{text}</body></html>" for x, text in zip(names, chapters, strict=True) if text
    }
    container = '<container><rootfile full-path="p.opf"/></container>'
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "p.opf": package,
            **texts,
            **{f"META-INF/{name}.xml": part for name, part in more.items()},
        }
    )


def text(data: bytes) -> str:
    return load(data, "a.epub", Limits()).text


@pytest.mark.parametrize("hidden", ["", "hidden", 'style="display:none"'])
def test_notes_are_read_be_they_hidden_until_they_are_touched(hidden: str) -> None:
    note = f'<aside epub:type="footnote" id="n" {hidden}><p>أي قبل {"٢٠"} سنة.</p></aside>'
    assert text(book(f"<p>{TEXT}</p>{note}<p>{OTHER}</p>")).split("\n\n") == [TEXT, "أي قبل ٢٠ سنة.", OTHER]
    notes = f'<section epub:type="endnotes" {hidden}><ol><li role="doc-endnote">حاشية</li></ol></section>'
    assert text(book(f"<p>{TEXT}</p>{notes}")).split("\n\n") == [TEXT, "حاشية"]
    assert text(book(f"<p>{TEXT}</p><div {hidden or 'hidden'}>خفي</div>")) == TEXT


@pytest.mark.parametrize(
    "mark",
    [
        '<a epub:type="noteref" href="n.xhtml#n">1</a>',
        '<a role="doc-noteref" href="#n"><sup>١</sup></a>',
        '<sup><a href="#n">[12]</a></sup>',
        '<a href="n.xhtml#n"><sup>*</sup></a>',
    ],
)
def test_the_mark_of_a_note_is_no_digit_of_the_number_before_it(mark: str) -> None:
    assert text(book(f"<p>افتُتح المينـاء عام 2019{mark}.</p>")) == "افتُتح المينـاء عام 2019."


def test_other_links_and_raised_digits_stay() -> None:
    body = '<p>مساحته 12 كم<sup>2</sup>، انظر <a href="#p">12</a> و<a href="#q"><sup>الهامش</sup></a>.</p>'
    assert text(book(body)) == "مساحته 12 كم2، انظر 12 والهامش."


def test_what_stands_beside_the_chapters_comes_last() -> None:
    data = book("<p>حواشٍ</p>", f"<p>{TEXT}</p>", f"<p>{OTHER}</p>", beside=0)
    assert text(data).split("\n\n") == [TEXT, OTHER, "حواشٍ"]


def test_a_chapter_that_cannot_be_read_is_named_and_the_others_read() -> None:
    own, lacking, deep = read(book(f"<p>{TEXT}</p>", None, "<div>" * 5_000), "a.epub", Limits())
    assert isinstance(own.result, Extract)
    assert own.result.text == TEXT
    assert [lacking.name, deep.name] == ["c1.xhtml", "c2.xhtml"]
    assert "lacks" in str(lacking.result)
    assert "nested" in str(deep.result)


def test_fonts_may_be_locked_and_chapters_not() -> None:
    locked = "<encryption><CipherReference URI='{}'/></encryption>"
    assert text(book(f"<p>{TEXT}</p>", encryption=locked.format("fonts/a.otf"))) == TEXT
    with pytest.raises(LoadError, match="DRM"):
        text(book(f"<p>{TEXT}</p>", encryption=locked.format("c0.xhtml")))
