"""How often good text is taken for garbled, and garbled text for good: `python bench/legible.py FOLDER CODE`.

FOLDER holds `*.contexts.jsonl.gz`, each line with a "text"; four lines make a document, at most 400 of each
file. CODE holds files of Python and JavaScript. The Arabic, English and French texts are then garbled in ways
that files are, and read again.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.legible import trouble

PER_FILE, PARAGRAPHS = 400, 4
SHAPES = str.maketrans("المنيورتبدسعه", "ﺎﻠﻤﻨﻴﻮﺮﺘﺒﺪﺴﻌﻬ")
CHANCE = random.Random(7)


def documents(path: Path) -> list[str]:
    """Return the texts of a file."""
    found: list[str] = []
    some: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            some.append(json.loads(line)["text"])
            if len(some) == PARAGRAPHS:
                found.append("\n".join(some))
                some = []
            if len(found) == PER_FILE:
                break
    return found


def _sometimes(share: float, change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(c) if c.isalpha() and CHANCE.random() < share else c for c in text)


WAYS: dict[str, Callable[[str], str]] = {
    "shapes of print": lambda text: text.translate(SHAPES),
    "numbers of glyphs": _sometimes(0.3, lambda c: f"(cid:{ord(c) % 300})"),
    "a font's own characters": _sometimes(0.5, lambda c: chr(0xE000 + ord(c) % 256)),
    "replaced characters": _sometimes(0.05, lambda c: "\ufffd"),
    "backwards": lambda text: "\n".join(line[::-1] for line in text.split("\n")),
    "letters apart": lambda text: " ".join(text.replace(" ", "")),
    "words joined": lambda text: text.replace(" ", ""),
    "UTF-8 as cp1252": lambda text: text.encode().decode("cp1252", "replace"),
    "UTF-8 as Latin-1": lambda text: text.encode().decode("latin-1"),
    "cp1256 as cp1252": lambda text: text.encode("cp1256", "ignore").decode("cp1252", "replace"),
}


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("code", type=Path)
    options = parser.parse_args()
    texts = {path.name: documents(path) for path in sorted(options.folder.glob("*.contexts.jsonl.gz"))}
    good = [text for some in texts.values() for text in some]
    languages = {name.split(".")[-5] for name in texts}
    wrong = sum(trouble(text) is not None for text in good)
    print(f"good texts: {len(good)} in {len(languages)} languages; taken for garbled: {wrong}")
    files = sorted(path for path in options.code.rglob("*") if path.suffix in (".py", ".js"))[:1000]
    code = [trouble(path.read_text("utf-8", "replace")) for path in files]
    print(f"files of code: {len(code)}; taken for garbled: {sum(map(bool, code))}")
    for language in ("ar", "en", "fr"):
        some = [text for name, each in texts.items() if name.split(".")[-5] == language for text in each][
            :400
        ]
        print(f"\n{language}: {len(some)} texts, of which are told")
        for way, garble in WAYS.items():
            signs = Counter(trouble(garble(text)) for text in some)
            told = len(some) - signs.pop(None, 0)
            print(f"  {way:<26}{told / max(1, len(some)):>6.0%}  {', '.join(sorted(map(str, signs)))}")


if __name__ == "__main__":
    main()
