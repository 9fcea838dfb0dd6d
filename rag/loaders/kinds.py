"""Tell what a file is by how it begins; its name decides only between kinds of plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import PurePosixPath

from rag.loaders.base import LoadError

HEAD = 65_536  # bytes that are looked at

SUPPORTED = "txt, md, html, pdf, docx, odt, epub, csv, xlsx, jsonl, eml, zip"
"""The formats as messages name them."""

_NO_DOCUMENTS = """
    jpg jpeg jpe png gif bmp tif tiff webp heic heif avif ico icns svg psd ai eps raw cr2 nef xcf
    mp3 wav ogg oga opus flac aac m4a wma mid midi mp4 m4v mov avi mkv webm wmv flv mpg mpeg 3gp srt vtt
    ttf otf woff woff2 eot exe dll so dylib a o obj lib bin msi app deb rpm apk jar class pyc pyo pyd whl wasm
    py pyi ipynb js mjs cjs ts tsx jsx css scss sass less map c h cc cpp cxx hpp cs java kt go rs rb php pl pm
    lua r jl swift m mm scala sql sh bash zsh fish bat cmd ps1 vue svelte
    json yaml yml toml ini cfg conf properties lock plist xml xsd xsl xslt dtd db sqlite sqlite3 mdb accdb
    idx pkl pickle npy npz parquet arrow feather h5 pt pth onnx safetensors gguf tmp temp bak swp crdownload
    torrent log pid url lnk desktop webloc iso dmg img vmdk vhd
"""
_PASSED_OVER = frozenset(_NO_DOCUMENTS.split())
"""Suffixes of pictures, sound, film, fonts, programs, code, and of what programs keep for themselves.

A folder may hold them by the thousand, so they are not even mentioned among what was skipped.
"""

_SERVED = ("php", "pl")
"""Suffixes among those that a saved page may keep: of the program that a server ran to make it."""

_KEPT_ASIDE = ("__pycache__", "__MACOSX", "#recycle", "#snapshot")  # the last two on network drives
BEGINNING = 16_384  # bytes by which a page is told from the program that makes it

_SIGNATURES = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"AT&TFORM", "a DjVu file"),
    (b"%!PS", "a PostScript file"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.doc, .xls, .ppt) or one with a password"),
)
_REMEDIES = {
    "a picture": "read its text with OCR, or remove it",
    "a program": "remove it",
    "an SQLite database": "export it as CSV",
    "a DjVu file": "save it as PDF",
    "a PostScript file": "save it as PDF",
    "an RTF file": "save it as DOCX",
    "an old Office file (.doc, .xls, .ppt) or one with a password": "save it as DOCX or XLSX without",
}
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PDF_WITHIN = re.compile(rb"[\r\n]%PDF-\d\.\d[ \t]*[\r\n](?s:.*?)\b\d+[ \t]+\d+[ \t]+obj\b")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z][\w.-]{1,60}):|[ \t]+\S")  # or a line that goes on
_ENVELOPE = re.compile(r"From .*\d\d:\d\d")  # what stands above each message of a mailbox
_ONLY_IN_MAIL = frozenset(("received", "message-id", "mime-version", "return-path"))
_MAIL_FIELDS = _ONLY_IN_MAIL | {"from", "to", "date", "subject", "delivered-to", "content-type"}


def is_passed_over(name: str) -> bool:
    """Tell whether a file of that name is no document, whatever it holds."""
    return PurePosixPath(name).suffix[1:].lower() in _PASSED_OVER


def is_saved_page(name: str, begin: Callable[[], bytes]) -> bool:
    """Tell whether a file that is called like a program is the page that the program made.

    Args:
        name: of the file.
        begin: returns its first `BEGINNING` bytes; called only where the name leaves it open.
    """
    if PurePosixPath(name).suffix[1:].lower() not in _SERVED:
        return False
    text = begin().decode("utf-8", "replace").removeprefix("\ufeff")
    return bool(_HTML.match(text, _prologue(text))) and not re.search(r"<\?(?:php\b|=)", text)


def is_set_aside(name: str) -> bool:
    """Tell whether a file or folder is hidden, temporary, or what a system keeps for itself, by its name."""
    is_autosave = len(name) > 1 and name[0] == name[-1] == "#"
    return is_autosave or name.startswith((".", "~")) or name.endswith("~") or name in _KEPT_ASIDE


def kind_of(head: bytes) -> str:
    """Return the kind of a file by its first `HEAD` bytes: ``pdf``, ``zip`` (Office files too), or ``text``.

    Raises:
        LoadError: if it is of a kind that is not supported; the message says which.
    """
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):  # before PDF: one may lie unpacked at its beginning
        return "zip"
    if _is_pdf(head):
        return "pdf"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            remedy = _REMEDIES.get(kind, "unpack it, or pack it as ZIP")
            raise LoadError(f"is {kind}, which is not supported; {remedy}")
    if head[257:262] == b"ustar":
        raise LoadError("is a tar archive, which is not supported; unpack it, or pack it as ZIP")
    return "text"


def _is_pdf(head: bytes) -> bool:
    """Tell whether a file is a PDF, which may begin with something else, and no text that speaks of one."""
    if b"%PDF-" not in head[:1024]:
        return False
    start = head[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"%PDF-") or bool(_CONTROLS.search(head) or _PDF_WITHIN.search(head[:8192]))


def text_kind_of(text: str, name: str) -> str:
    """Return the kind of a text: ``html``, ``mail``, ``jsonl``, ``csv``, ``markdown`` or ``plain``.

    Args:
        text: as much as the first `HEAD` bytes hold.
        name: decides where the content does not.

    Raises:
        LoadError: if it is XML of an unknown kind.
    """
    suffix = PurePosixPath(name).suffix.lower()
    start = _prologue(text)
    if _HTML.match(text, start):
        return "html"
    if text.startswith("<?xml"):
        if re.match(r"<\w+:?html\b", text[start : start + 100], re.IGNORECASE):
            return "html"
        raise LoadError("is XML of an unknown kind; save it as HTML or text")
    if suffix in (".html", ".htm", ".xhtml") and re.search(r"<[a-zA-Z]+[^<>]*>", text):
        return "html"
    if suffix in (".csv", ".tsv", ".tab") or (suffix == ".xls" and "\t" in text[:4000]):
        return "csv"
    if suffix in (".jsonl", ".ndjson") or _is_jsonl(text):
        return "jsonl"
    if _is_mail(text, suffix):
        return "mail"
    return "markdown" if suffix in (".md", ".markdown", ".mdown", ".mkd") else "plain"


def _prologue(text: str) -> int:
    """Return where a text's first element starts: after white space, an XML declaration and comments."""
    place = 0
    while True:
        while text[place : place + 1].isspace():
            place += 1
        closing = "?>" if text.startswith("<?", place) else "-->" if text.startswith("<!--", place) else ""
        end = text.find(closing, place) if closing else -1
        if end < 0:
            return place
        place = end + len(closing)


def _is_jsonl(text: str) -> bool:
    """Tell whether the first two lines are a JSON object each."""
    lines = [line for line in text[:HEAD].split("\n", 3)[:2] if line.strip()]
    if len(lines) < 2 or not all(line.startswith("{") and line.rstrip().endswith("}") for line in lines):
        return False
    try:
        return all(isinstance(json.loads(line), dict) for line in lines)
    except (ValueError, RecursionError):
        return False


def _is_mail(text: str, suffix: str) -> bool:
    """Tell whether a text begins with the header of a message."""
    fields: list[str] = []
    is_sure = suffix in (".eml", ".mht", ".mhtml", ".mbox") or bool(_ENVELOPE.match(text))
    for line in text[:HEAD].splitlines():
        if not line.strip():
            break
        match = _FIELD.match(line)
        if not match and not (line.startswith("From ") and not fields):
            return False
        if match and match[1]:
            fields.append(match[1].lower())
    known = _MAIL_FIELDS.intersection(fields)
    return len(known) >= 2 and (is_sure or bool(known & _ONLY_IN_MAIL))
