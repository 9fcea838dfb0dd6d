"""A folder of reports on ships that changes as it is asked about, and what may be cited from it when."""

from __future__ import annotations

import hashlib
import random
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ui.html import escape

FEWEST, MOST = 25, 70  # documents
PORTS = ("وردان", "سلمى", "الرمانة", "تل الغار", "رأس النخل", "عين الصفا", "برج الملح", "خور الزيتون")
GOODS = ("القمح", "الرز", "السكر", "الأدوية", "الورق", "الحديد", "الأسمدة", "القماش")
LETTERS = "بتجدرزسعفقكلمنهي"
ASKED = (
    "كم صندوقا حملت السفينة {}؟", "إلى أي مرفأ وصلت السفينة {}؟", "ماذا حملت السفينة {}؟",
    "متى وصلت السفينة {}؟", "من هو ربان السفينة {}؟", "Where did the ship {} arrive?",
)  # fmt: skip
CITED = re.compile(r"#src-([A-Za-z0-9_-]+)-(\d+)-(\d+)")


def word(number: int) -> str:
    """Return a word of its own for each number."""
    number, letters = number * 7919 + 104_729, ""
    while number:
        number, digit = divmod(number, len(LETTERS))
        letters += LETTERS[digit]
    return letters


def report_of(ship: str, version: int) -> str:
    """Return what a document says of a ship in one of its versions."""
    draw = random.Random(f"{ship} {version}")
    port, goods, boxes, day = (
        draw.choice(PORTS), draw.choice(GOODS), draw.randint(20, 9000), draw.randint(1, 28)
    )  # fmt: skip
    lines = [
        f"رحلة السفينة {ship}",
        "",
        f"وصلت السفينة {ship} إلى مرفأ {port} يوم {day} آذار ٢٠٢٤، وعلى متنها {boxes} صندوقاً من {goods}.",
        f"وقال ربّان السفينة {ship}، سامر {word(boxes + version)}، إن البحر كان هادئا طوال الرحلة.",
        "",
        f"وذكرت إدارة المرفأ أن تفريغ الحمولة يستغرق {draw.randint(2, 9)} أيام.وأضافت أن الأرصفة مزدحمة.",
    ]
    return "\n".join(lines) + "\n"


@dataclass
class Version:
    """A text that a document had, for as long as the index could hold it."""

    text: str
    sha256: str
    gone: float = float("inf")  # when its removal or replacement was committed


@dataclass
class World:
    """The folder, and what it held when."""

    folder: Path
    draw: random.Random
    ships: dict[str, str] = field(default_factory=dict)  # file → ship
    versions: dict[str, list[Version]] = field(default_factory=dict)  # by file
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: int = 0

    def write(self, name: str, text: str) -> None:
        """Put a version in its place, all at once."""
        if name.endswith(".html"):
            paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines() if line)
            text = f"<!doctype html><html lang=ar><body><article>{paragraphs}</article></body></html>"
        temporary = self.folder / ".tmp"
        temporary.write_text(text, encoding="utf-8")
        (self.folder / name).parent.mkdir(exist_ok=True)
        temporary.replace(self.folder / name)
        found = Version(text, hashlib.sha256(text.encode()).hexdigest())
        with self.lock:
            self.versions.setdefault(name, []).append(found)

    def add(self) -> str:
        """Add a document about a ship that was never heard of; return its name."""
        self.made += 1
        suffix = ".html" if self.made % 5 == 0 else ".txt"
        name, ship = f"{('رحلات', 'log')[self.made % 2]}/{self.made}{suffix}", word(self.made)
        self.write(name, report_of(ship, 0))
        with self.lock:
            self.ships[name] = ship
        return name

    def change(self) -> tuple[list[Version], list[str]]:
        """Change a few files; return the versions that the folder holds no more, and what was added."""
        ended: list[Version] = []
        added = []
        for _ in range(self.draw.randint(2, 5)):
            name, kind = self.draw.choice(sorted(self.ships)), self.draw.random()
            if len(self.ships) < FEWEST or (kind < 0.3 and len(self.ships) < MOST):
                added.append(self.add())
                continue
            ended.append(self.versions[name][-1])
            if kind < 0.55:
                self.write(name, report_of(self.ships[name], len(self.versions[name])))
                continue
            with self.lock:
                ship = self.ships.pop(name)
            if kind < 0.75:
                (self.folder / name).unlink()
                continue
            self.made += 1
            other = f"renamed {self.made}{Path(name).suffix}"
            (self.folder / name).replace(self.folder / other)
            with self.lock:
                self.versions[other] = [replace(ended[-1])]
                self.ships[other] = ship
        return ended, [name for name in added if name in self.ships]

    def question(self, draw: random.Random) -> str:
        """Return a question about a ship of the folder."""
        with self.lock:
            ship = draw.choice(list(self.ships.values()))
        return draw.choice(ASKED).format(ship)

    def wrong(self, answer: str | dict[str, Any], asked: float) -> Iterator[str]:
        """Yield what is wrong with the citations of an answer to a question asked at a time."""
        if isinstance(answer, str):
            for token, _, _ in CITED.findall(answer):
                name = escape.document_id(token)
                if not any(each.gone > asked for each in self.versions.get(name, ())):
                    yield f"{name} was removed before it was asked for, and is cited"
            return
        cited = [*(each for group in answer["groups"] for each in group["citations"]), *answer["nearest"]]
        for citation in cited:
            name = citation["document"]
            if name.endswith(".html"):  # whose text is another than the file's
                if not any(each.gone > asked for each in self.versions.get(name, ())):
                    yield f"{name} was removed before it was asked for, and is cited"
                continue
            found = [each for each in self.versions.get(name, ()) if each.sha256 == citation["sha256"]]
            if not any(each.gone > asked for each in found):
                yield f"{name}: a version is cited that was gone before it was asked for"
            elif found[0].text[citation["start"] : citation["end"]] != citation["quote"]:
                yield f"{name}: '{citation['quote']}' does not stand there"
