"""A folder of files → documents: what each file says, and what it says about itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.dateline import parse_date
from rag.errors import CorpusError, DocumentError
from rag.loaders import LOADERS
from rag.schema import Document
from rag.text import detect_language, fold_text

MAX_BYTES = 50_000_000
_FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_MAX_FRONT_MATTER = 20_000  # characters
_MAX_TITLE = 120
_DATE_LINES = 6  # a dateline stands among the first lines


def scan(folder: Path) -> list[Path]:
    """Return the files of `folder` and its subfolders that can be documents, by relative path.

    Left out: other suffixes than those supported, hidden and temporary files and folders, links that lead out
    of the folder, and names that are not valid Unicode.

    Raises:
        CorpusError: if the folder is missing, not a folder, cannot be read, or holds no such file.
    """
    supported = ", ".join(LOADERS)
    if not folder.exists():
        raise CorpusError(f"no folder {folder}; name one that exists with --corpus or ISNAD_CORPUS")
    if not folder.is_dir():
        raise CorpusError(f"{folder} is a file; name the folder that holds it")
    root = folder.resolve()
    found: dict[str, Path] = {}

    def refuse(error: OSError) -> None:
        raise CorpusError(f"cannot read {error.filename}: {error.strerror}; allow it to be read") from error

    for place, subfolders, names in os.walk(folder, onerror=refuse):
        subfolders[:] = [name for name in subfolders if not _is_passed_over(name)]
        for name in names:
            path = Path(place, name)
            if path.suffix.lower() not in LOADERS or _is_passed_over(name):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                continue
            relative = path.relative_to(folder).as_posix()
            if _is_storable(relative):
                found[relative] = path
    if not found:
        raise CorpusError(
            f"no document in {folder}; put files there of a kind that is supported: {supported}"
        )
    return [found[name] for name in sorted(found)]


def read_document(path: Path, folder: Path, *, max_bytes: int = MAX_BYTES) -> Document:
    """Return the document that `path`, a file inside `folder`, holds.

    Raises:
        DocumentError: if it is too large, empty, of no supported kind, or cannot be read; the reason says the
            remedy.
    """
    return read_file(path, folder, max_bytes=max_bytes)[0]


def read_file(path: Path, folder: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Document, str]:
    """Return a document as `read_document` does, and the SHA-256 of the file's bytes in hexadecimal."""
    name = path.relative_to(folder).as_posix()
    if not _is_storable(name):
        shown = name.encode("utf-8", "replace").decode("utf-8")
        raise DocumentError(shown, "its name is not valid UTF-8; rename it")
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        raise DocumentError(name, f"files of this kind are not supported; supported: {', '.join(LOADERS)}")
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise DocumentError(name, f"cannot be read ({error.strerror}); allow it to be read") from error
    if len(data) > max_bytes:
        raise DocumentError(name, f"is larger than {max_bytes / 1e6:g} MB; split it")
    try:
        text = loader(data)
    except ValueError as error:
        raise DocumentError(name, str(error)) from error
    document = parse_document(name, text)
    if not document.text[document.body_start :].strip():
        raise DocumentError(name, "holds no text; write some or remove it")
    return document, hashlib.sha256(data).hexdigest()


def parse_document(name: str, text: str) -> Document:
    """Return the document named `name` whose text is `text`, with what the text states about itself.

    Front matter (a YAML block between ``---`` lines at the very start: title, lang, date, source) comes
    first. Else the title is the first markdown heading, else a short first line that is no sentence, else the
    file's name, or where that is a number or a hash the beginning of the text; the date is that of a line
    among the first six that is nothing but a date; the language is detected.
    """
    facts, body_start = _front_matter(text)
    body = text[body_start : body_start + 20_000]
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return Document(
        id=name,
        text=text,
        title=_words(facts.get("title")) or _title(lines, name),
        lang=_language(facts.get("lang")) or detect_language(body),
        date=_date(facts.get("date")) or next(filter(None, map(parse_date, lines[:_DATE_LINES])), None),
        source=_words(facts.get("source")),
        body_start=body_start,
    )


# -- Front matter ----------------------------------------------------------------------------------------


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """Return what the front matter states, and where the body starts; nothing and 0 where there is none."""
    match = _FRONT_MATTER.match(text[:_MAX_FRONT_MATTER])
    if not match:
        return {}, 0
    facts = _parse_yaml(match["yaml"])
    if facts is None:
        return {}, 0
    return facts, match.end()


def _parse_yaml(block: str) -> dict[str, Any] | None:
    """Return a YAML mapping, or that of plain ``key: value`` lines, or None where `block` is neither."""
    import yaml

    try:
        facts = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError):  # an unquoted colon, a 31st of June, deep brackets
        pairs = [line.partition(":") for line in block.splitlines() if line.strip()]
        if not all(colon and re.fullmatch(r"\w[\w -]*", key) for key, colon, _ in pairs):
            return None
        facts = {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    if facts is None:
        return {}
    return {str(key).lower(): value for key, value in facts.items()} if isinstance(facts, dict) else None


def _words(value: object) -> str | None:
    """Return a plain value as one line of text; None for nothing, or for lists and mappings."""
    if isinstance(value, (str, int, float, dt.date)) and not isinstance(value, bool):
        return " ".join(str(value).split()) or None
    return None


def _language(value: object) -> str | None:
    if value is False:  # YAML takes the code of Norwegian for "no"
        return "no"
    match = re.match(r"([A-Za-z]{2,3})(?:[-_]|$)", str(value)) if isinstance(value, str) else None
    return match[1].lower() if match else None


def _date(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return parse_date(value) if isinstance(value, str) else None


# -- Title -----------------------------------------------------------------------------------------------


def _title(lines: list[str], name: str) -> str:
    heading = next(filter(None, (re.match(r"#{1,6}\s+(.+?)\s*#*$", line) for line in lines[:40])), None)
    if heading:
        return _unmarked(heading[1])[:_MAX_TITLE]
    first = _unmarked(lines[0]) if lines else ""
    if len(lines) > 1 and is_heading(first):
        return first
    stem = re.sub(r"(?:\.[a-z]{2,3})$", "", Path(name).stem)  # harbour.ar.md
    stem = re.sub(r"^\d+[\s._-]+", "", stem).replace("_", " ").replace("-", " ").strip()
    if first and (
        not stem or re.fullmatch(r"(?=.*\d)[\da-f ]+", stem.lower())
    ):  # a number or a hash tells nothing
        return first if len(first) <= 80 else first[:80].rsplit(" ", 1)[0].rstrip("،,;؛:") + "…"
    return stem or name


def _unmarked(line: str) -> str:
    return re.sub(r"[*_`]{1,3}", "", line).strip(" #=-")


def is_heading(line: str) -> bool:
    """Tell whether a line is a title: short, with letters, not ended as a sentence is, and not a date."""
    line = line.strip()
    if re.match(r"#{1,6}\s+\S", line):
        return True
    return (
        0 < len(line) < _MAX_TITLE
        and line[-1] not in ".!?؟…:؛;،,。！？।"
        and line.rstrip("»”\"')]")[-1:] not in tuple(".!?؟…")
        and not re.match(r"[-*•·▪]\s|\d+[.)]\s|\||>", line)
        and any(map(str.isalpha, line))
        and parse_date(line) is None
    )


# -- Boilerplate -----------------------------------------------------------------------------------------

_READ_ALSO = """
    ربما يعجبك أيضا | قد يعجبك أيضا | قد يهمك أيضا | قد يهمك | اقرأ أيضا | إقرأ أيضا | اقرؤوا أيضا |
    طالع أيضا | شاهد أيضا | اقرأ المزيد | للمزيد | مواضيع ذات صلة | مقالات ذات صلة | أخبار ذات صلة |
    موضوعات متعلقة | مواضيع متعلقة | الأكثر قراءة | read also | also read | read more | see also |
    related articles | related stories | related | you may also like | recommended for you | most read |
    lire aussi | à lire aussi | voir aussi | sur le même sujet | lea también | lee también | te puede
    interesar | ver también | noticias relacionadas | lesen sie auch | mehr zum thema | auch interessant
    | ayrıca okuyun | bunları da okuyun | ilginizi çekebilir | ilgili haberler | بیشتر بخوانید | همچنین
    بخوانید | مطالب مرتبط
"""
_WHOLE_LINE = """
    شارك | شارك الخبر | مشاركة | شارك المقال | طباعة | أرسل | تابعونا | تابعنا على تويتر | تابعنا على
    فيسبوك | اشترك | اشترك الآن | جميع الحقوق محفوظة | share | share this | share this article | print |
    tweet | follow us | subscribe | subscribe now | advertisement | all rights reserved | partager |
    imprimer | publicité | tous droits réservés | compartir | imprimir | publicidad | todos los derechos
    reservados | teilen | drucken | anzeige | alle rechte vorbehalten | paylaş | yazdır | reklam | tüm
    hakları saklıdır | إعلان | اعلانات
"""


def _phrases(listed: str) -> str:
    return "|".join(re.escape(fold_text(" ".join(phrase.split()))) for phrase in listed.split("|"))


_BOILERPLATE = re.compile(
    rf"\W*(?:(?:{_phrases(_READ_ALSO)})(?:\s*[:：|]\s*.{{0,200}})?|{_phrases(_WHOLE_LINE)}"
    rf"|(?:©|\(c\)|copyright\b|{_phrases('جميع الحقوق محفوظة')}).{{0,100}})\W*"
)


def boilerplate(text: str, start: int = 0) -> list[tuple[int, int]]:
    """Return the spans of the lines from `start` on that belong to a web page and not to its text.

    "ربما يعجبك أيضا", "Read also: …", "Partager", copyright notices. They stay in the document, so that
    offsets hold; they are only not searched.
    """
    return [
        (low, high)
        for low, high in _lines(text, start)
        if high - low < 260 and _BOILERPLATE.fullmatch(fold_text(text[low:high]).strip())
    ]


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(r"[^\r\n]+").finditer(text, start):
        yield match.span()


def _is_passed_over(name: str) -> bool:
    """Tell whether a name is that of a hidden or a temporary file or folder."""
    return name.startswith((".", "~", "#")) or name.endswith(("~", "#")) or name == "__pycache__"


def _is_storable(name: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in name)
