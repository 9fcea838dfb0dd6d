"""How words are cut, and what each step of it is worth: two tables of the retrieval benchmark."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bench.ranking import K1, B, Bm25, Task, Tokens, table
from rag.stemming import Stemmer, number, plain
from rag.stopwords import is_stop_word
from rag.text import words


def content(text: str) -> list[str]:
    """Return the folded words of a text that are no stop words."""
    found = [word.text for word in words(text)]
    return [word for word in found if not is_stop_word(word)] or found


def grams(size: int) -> Tokens:
    """Return the function that makes the runs of `size` characters of each word."""

    def cut(text: str) -> list[str]:
        marked = [f"_{plain(word)}_" for word in content(text)]
        return [word[i : i + size] for word in marked for i in range(max(1, len(word) - size + 1))]

    return cut


def stems(language: str = "", vocabulary: set[str] | None = None) -> Tokens:
    """Return the function that makes the stems of ours, in the language of a document."""
    stemmer = Stemmer(vocabulary)
    return lambda text: [stemmer.stem(word, language) for word in content(text)]


def snowball(language: str) -> Tokens:
    """Return the function that makes Snowball's stems of folded words."""
    from Stemmer import Stemmer as Snowball

    stemmer = Snowball(language)
    return lambda text: stemmer.stemWords(content(text))


def lexical(tasks: Sequence[Task]) -> None:
    """Print what each step of the analysis brings, by words alone."""

    def row(tokens: Tokens, k1: float = K1, b: float = B) -> list[float]:
        return [t.rank(Bm25(map(tokens, t.texts), k1, b).scores(map(tokens, t.questions))) for t in tasks]

    def vocabulary() -> list[float]:
        found = []
        for each in tasks:
            cut = stems("", {word.text for text in each.texts for word in words(text)})
            found.append(each.rank(Bm25(map(cut, each.texts)).scores(map(cut, each.questions))))
        return found

    def mixed(weight: float) -> list[float]:
        found = []
        for each in tasks:
            parts = [
                Bm25(map(cut, each.texts)).scores(map(cut, each.questions)) for cut in (stems(), grams(4))
            ]
            found.append(each.rank(parts[0] + weight * parts[1]))
        return found

    table("How words are cut (a chunk's own words only)", tasks, (
        ("`\\w+` in lower case", row(lambda text: re.findall(r"\w+", text.lower()))),
        ("words as we cut and fold them", row(lambda text: [word.text for word in words(text)])),
        ("… without stop words", row(content)),
        ("… and Snowball's Arabic stems", row(snowball("arabic"))),
        ("… and our stems", row(stems())),
        ("… proclitics checked against the vocabulary", vocabulary()),
        ("3-grams", row(grams(3))),
        ("4-grams", row(grams(4))),
        ("5-grams", row(grams(5))),
        ("stems + ¼ 4-grams", mixed(0.25)),
        ("**stems + ½ 4-grams**", mixed(0.5)),
        ("stems + 4-grams", mixed(1.0)),
        ("our stems, k1 1.2, b 0.75", row(stems(), 1.2, 0.75)),
    ))  # fmt: skip


def languages(tasks: Sequence[Task]) -> None:
    """Print what stemming by language brings."""

    def row(cut: Callable[[str], Tokens], weight: float) -> list[float]:
        found = []
        for each in tasks:
            language = each.documents[0].lang or ""
            tokens = cut(language)
            scores = Bm25(map(tokens, each.texts)).scores(map(tokens, each.questions))
            if weight:
                gram = grams(4)
                scores = scores + weight * Bm25(map(gram, each.texts)).scores(map(gram, each.questions))
            found.append(each.rank(scores))
        return found

    def plainly(_: str) -> Tokens:
        return lambda text: [number(w) if w[0].isdigit() else plain(w) for w in content(text)]

    rows = []
    for name, cut in (
        ("no stems", plainly),
        ("English or Russian stems, by script", lambda _: stems()),
        ("stems of the document's language", stems),
    ):
        rows += [(name, row(cut, 0.0)), (f"{name}, + ½ 4-grams", row(cut, 0.5))]
    table("Stemming by language", tasks, rows)
