"""Write tests/data/formats: one report in every format, by the programs that people write them with.

And tests/data/print: a letter in the font that stands in for Arial on many machines, its last page a line.

    python scripts/golden.py

Needs Chromium and LibreOffice. The tests read what is committed, so this runs only when the report changes.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "data" / "formats"
PRINT = ROOT / "tests" / "data" / "print"

TITLE = "تقرير ميناء المرجان"
FIRST = (
    "وصل المهندس سالم العبيدي إلى ميناء المرجان صباح يوم الثلاثاء، وتفقّد الرصيف الجديد مع 36 عاملًا من أبناء "
    "المدينة.وبلغت كلفة الرصيف ٨٥ مليون دينار (أي نحو 58.5% من الموازنة)، كما قال المدير لوكالة Harbour News."
)
QUOTE = "وأضاف المدير: «سنفتح الأرصفة الثلاثة قبل نهاية العام»، ثم غادر الموقع."
HEADING = "حركة السفن"
SECOND = "رست في المينـاء 412 سفينة خلال سنة 2018، مقابل ٣٩٠ سفينة في السنة التي قبلها. لا إله إلا الله."
TABLE = [["السنة", "السفن", "الحمولة (طن)"], ["2017", "390", "١٢٠٠"], ["2018", "412", "١٣٥٠"]]
LAST = "أعدّ التقرير مكتب الإحصاء في المدينة، وراجعته لجنة من ثلاثة خبراء."
ROWS = [
    ["المدينة", "المحافظة", "عدد السكان", "الافتتاح"],
    ["المرجان", "الساحل", "٤١٢٠٠", "2018-05-04"],
    ["النخيل", "الواحة", "36,500", "2019-11-17"],
    ["الزيتون", "الجبل, الشمالي", "9800", "2020-02-29"],
]


LETTER = """<!DOCTYPE html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>رسالة</title>
<body style="font: 10pt 'DejaVu Sans'"><p>كانوا ينامون في المخيمات أسابيع، وأنشد الشاعر قصيدة ثمانية أبيات،
ووزّعت البيانات بالمجان على النازحين، ثم عادوا إلى البساتين.
<p style="page-break-before: always">بيعت سنة 1974 نحو 6318 نخلة و(فسيلة) وفق المادة (27).
"""


def page(*, alone: bool = False) -> str:
    """Return the report as a web page, with what surrounds one, or `alone`, to be printed."""
    cells = "".join(
        "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for row, tag in zip(TABLE, ("th", "td", "td"), strict=True)
    )
    data = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2019-05-04T08:30:00+03:00"}
    links = "".join(f'<li><a href="/{i}">خبر آخر من أخبار المدينة رقم {i}</a></li>' for i in range(8))
    title = TITLE if alone else f"{TITLE} | صحيفة المرجان"
    before = f"<nav><ul>{links}</ul></nav>"
    after = f"""<aside class="related"><h3>اقرأ أيضا</h3><ul>{links}</ul></aside>
<div class="comments"><p>تعليق: هذا خبر سار لأهل المدينة كلهم، والشكر لمن عمل عليه طوال السنين.</p></div>
<footer>جميع الحقوق محفوظة 2019</footer>"""
    return f"""<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title}</title>
<meta property="og:site_name" content="صحيفة المرجان">
<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>
<style>body {{ font: 14pt "Noto Naskh Arabic" }}</style></head>
<body>{"" if alone else before}
<main><article><h1>{TITLE}</h1>
<p>{escape(FIRST)}</p><p>{escape(QUOTE)}</p>
<div><h2 style="page-break-before: always">{HEADING}</h2><p>{escape(SECOND)}</p>
<table border="1">{cells}</table><p>{escape(LAST)}</p></div></article></main>
{"" if alone else after}</body></html>
"""


def office(folder: Path, source: Path, *steps: str) -> Path:
    """Convert a file with LibreOffice, step by step; return the last."""
    for step in steps:
        form, _, options = step.partition("|")
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
        command += ["--convert-to", form, *filter(None, [options]), "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        source = folder / f"{source.stem}.{form.partition(':')[0]}"
    return source


def mail() -> bytes:
    """Return the report as a message, with the table attached."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "مكتب الإحصاء <office@example.org>"
    message["To"] = "desk@example.org"
    message["Subject"] = TITLE
    message["Date"] = "Sat, 04 May 2019 08:30:00 +0300"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(f"{FIRST}\n\n{QUOTE}\n")
    table = (FOLDER / "table.csv").read_bytes()
    message.add_attachment(table, maintype="text", subtype="csv", filename="جدول المدن.csv")
    return message.as_bytes()


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "report.html").write_text(page(), encoding="utf-8")
    with (FOLDER / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(ROWS)
    lines = [json.dumps(dict(zip(ROWS[0], row, strict=True)), ensure_ascii=False) for row in ROWS[1:]]
    (FOLDER / "table.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (FOLDER / "report.eml").write_bytes(mail())
    text = f"# {TITLE}\n\n{FIRST}\n\n{QUOTE}\n\n## {HEADING}\n\n{SECOND}\n\n{LAST}\n"
    (FOLDER / "report.md").write_text(text, encoding="utf-8")
    old = f"{TITLE}\r\n\r\n{FIRST.replace('٨٥', '85')}\r\n\r\n{LAST}\r\n"  # Windows had no Arabic digits
    (FOLDER / "report.txt").write_bytes(old.encode("cp1256"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        web = folder / "report.html"
        web.write_text(page(alone=True), encoding="utf-8")
        chromium = shutil.which("chromium") or sys.exit("chromium is missing")
        printed = FOLDER / "report.chromium.pdf"
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        subprocess.run([*command, f"--print-to-pdf={printed}", str(web)], check=True, capture_output=True)
        PRINT.mkdir(exist_ok=True)
        letter, printed = folder / "letter.html", PRINT / "letter.chromium.pdf"
        letter.write_text(LETTER, encoding="utf-8")
        subprocess.run([*command, f"--print-to-pdf={printed}", str(letter)], check=True, capture_output=True)
        text = office(folder, web, "odt:writer8|--infilter=HTML (StarWriter)")
        shutil.copy(text, FOLDER / "report.odt")
        shutil.copy(office(folder, text, "pdf"), FOLDER / "report.libreoffice.pdf")
        shutil.copy(office(folder, text, "epub"), FOLDER / "report.epub")
        shutil.copy(office(folder, text, "docx:MS Word 2007 XML"), FOLDER / "report.docx")
        table = folder / "table.csv"
        shutil.copy(FOLDER / "table.csv", table)
        shutil.copy(office(folder, table, "xlsx|--infilter=CSV:44,34,76,1,,1025"), FOLDER / "table.xlsx")
    with zipfile.ZipFile(FOLDER / "reports.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(FOLDER / "report.md", "2019/تقرير.md")
        archive.write(FOLDER / "report.docx", "2019/report.docx")
        archive.write(FOLDER / "table.csv", "جداول/المدن.csv")
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
