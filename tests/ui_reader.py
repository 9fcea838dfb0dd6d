"""Reads the HTML of the chat as a browser would, for its tests."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """The text of a page, its tags, and what stands in each `<mark>`."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: list[str] = []
        self.chosen: list[str] = []
        self._open: list[tuple[int, str, str]] = []  # where it began in the text, tag, class
        self._parts: list[tuple[str, str]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("input", "br", "img"):  # which nothing closes
            return
        self._open.append((len(self.text), tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        start, opened, kind = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        text = self.text[start:]
        if tag == "mark":
            (self.chosen if kind == "is-chosen" else self.marks).append(text)
        self._parts.append((kind, text))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, kind: str) -> list[dict[str, str | None]]:
        """Return the attributes of each `<tag>` of a class."""
        return [
            attrs for name, attrs in self.tags if name == tag and kind in (attrs.get("class") or "").split()
        ]

    def texts(self, kind: str) -> list[str]:
        """Return the text of each element of a class, in the order in which they end."""
        return [text for kinds, text in self._parts if kind in kinds.split()]
