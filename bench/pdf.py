"""How many words of a printed text come out in order: our loader, poppler's pdftotext and pypdf.

    python bench/pdf.py > bench/pdf.txt

Prints the briefs of seeds/ with Chromium, and with LibreOffice where it is installed, in four fonts and in
two columns, and compares what each reader gives with what was printed: the share of the words that are found
whole and in order, punctuation and vowel signs included, and in the last line without these. pdftotext and
pypdf are asked where they are there; their direction marks and shapes of letters are taken away first.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

STYLES = {
    "Noto Naskh": "font-family: 'Noto Naskh Arabic'",
    "Amiri": "font-family: Amiri",
    "DejaVu Sans": "font-family: 'DejaVu Sans'",
    "Noto Sans, justified": "font-family: 'Noto Sans Arabic'; text-align: justify",
    "Noto Naskh, two columns": "font-family: 'Noto Naskh Arabic'; columns: 2; text-align: justify",
}


def ours(path: Path) -> str:
    """Return what our loader reads."""
    from rag.loaders import Limits, load

    return load(path.read_bytes(), path.name, Limits()).text


def poppler(path: Path) -> str:
    """Return what pdftotext reads."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def pypdf(path: Path) -> str:
    """Return what pypdf reads."""
    from pypdf import PdfReader  # type: ignore[import-not-found]

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def readers() -> dict[str, Callable[[Path], str]]:
    """Return the readers that are here."""
    found: dict[str, Callable[[Path], str]] = {"ours": ours}
    if shutil.which("pdftotext"):
        found["pdftotext"] = poppler
    try:
        import pypdf  # noqa: F401
    except ImportError:
        return found
    return {**found, "pypdf": globals()["pypdf"]}


def words(text: str) -> list[str]:
    """Return the words of a text, in one spelling of their shapes."""
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", unicodedata.normalize("NFKC", text)).split()


def letters(text: str) -> list[str]:
    """Return the words as they are searched: folded, without vowel signs and punctuation."""
    from rag.text import words as folded

    return [word.text for word in folded(text)]


def in_order(one: list[str], other: list[str]) -> float:
    """Return the share of the printed words that were read in order."""
    match = SequenceMatcher(None, one, other, autojunk=False)
    return sum(block.size for block in match.get_matching_blocks()) / len(one)


def main() -> None:
    """Print, read and compare."""
    scores: dict[tuple[str, str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    searched: dict[str, list[float]] = defaultdict(list)
    pages = seconds = 0.0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for brief in sorted((ROOT / "seeds").glob("*.md")):
            source = re.sub(
                r"\A---.*?^---\n", "", brief.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
            )
            paragraphs = [re.sub(r"^#+ ", "", paragraph) for paragraph in source.split("\n\n")]
            language = brief.suffixes[-2][1:]
            for style, css in STYLES.items():
                name = re.sub(r"\W+", "-", style)
                body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
                page = folder / f"{brief.stem}.{name}.html"
                direction = "rtl" if language == "ar" else "ltr"
                page.write_text(
                    f"<!doctype html><html dir={direction}><meta charset=utf-8>"
                    f'<body style="font-size: 13pt; {css}">{body}',
                    encoding="utf-8",
                )
                for writer, printed in printings(page, folder, style):
                    for reader, read in readers().items():
                        start = time.process_time()
                        text = read(printed)
                        if reader == "ours":
                            seconds += time.process_time() - start
                            pages += count(printed)
                        whole = "\n".join(paragraphs)
                        scores[language, writer, style][reader].append(in_order(words(whole), words(text)))
                        if language == "ar":
                            searched[reader].append(in_order(letters(whole), letters(text)))
    report(scores)
    row = "".join(f"{mean(found):11.3f}" for found in searched.values())
    print(f"{'ar, all, as they are searched':46}{row}{len(searched['ours']):10}")
    print(f"\nours: {pages:.0f} pages, {1000 * seconds / pages:.0f} ms of processor time a page")


def printings(page: Path, folder: Path, style: str) -> list[tuple[str, Path]]:
    """Return the PDFs of a page, by what printed them."""
    made = [("Chromium", page.with_suffix(".chromium.pdf"))]
    chromium = shutil.which("chromium") or sys.exit("chromium is missing")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [chromium, *options, f"--print-to-pdf={made[0][1]}", page], check=True, capture_output=True
    )
    if (
        shutil.which("soffice") and "," not in style
    ):  # it takes neither columns nor justified text from a page
        office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        for form, source in (("odt:writer8", page), ("pdf", page.with_suffix(".odt"))):
            web = ["--infilter=HTML (StarWriter)"] if source is page else []
            command = [*office, *web, "--convert-to", form, "--outdir", str(folder), str(source)]
            subprocess.run(command, check=True, capture_output=True)
        made.append(("LibreOffice", page.with_suffix(".pdf")))
    return made


def count(path: Path) -> int:
    """Return how many pages a PDF has."""
    from pypdfium2 import PdfDocument

    return len(PdfDocument(path))


def report(scores: dict[tuple[str, str, str], dict[str, list[float]]]) -> None:
    """Print a table, and the means over all Arabic PDFs."""
    names = list(readers())
    print(f"{'':46}" + "".join(f"{name:>11}" for name in names) + "      PDFs")
    for (language, writer, style), found in sorted(scores.items()):
        row = "".join(f"{mean(found[name]):11.3f}" for name in names)
        print(f"{language} {writer:12}{style:31}{row}{len(found['ours']):10}")
    arabic = {
        name: [x for key, found in scores.items() if key[0] == "ar" for x in found[name]] for name in names
    }
    row = "".join(f"{mean(arabic[name]):11.3f}" for name in names)
    print(f"{'ar, all':46}{row}{len(arabic['ours']):10}")


if __name__ == "__main__":
    main()
