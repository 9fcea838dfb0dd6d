"""The pages before the chat: that it is being made ready, and that a password is needed. No Gradio.

Each is whole in itself, in Arabic, English and French at once; the script shows the language that was chosen
in the chat, and Arabic otherwise.
"""

from __future__ import annotations

import html
import json

from ui.page import FONTS

_FRAME = """<!doctype html>
<html lang="ar" dir="rtl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>إسناد · Isnad</title>
<style>
@font-face {{ font-family: "Isnad Interface"; unicode-range: U+0600-06FF; font-display: swap;
  src: url("{fonts}NotoSansArabic-Regular.woff2") format("woff2"); }}
:root {{ --paper: #faf9f6; --ink: #1c1b19; --soft: #5a564d; --green: #286656; --on: #fff; --bad: #9b2c1f; }}
@media (prefers-color-scheme: dark) {{ :root {{
  --paper: #131211; --ink: #f3f1ec; --soft: #cfcbc0; --green: #84bcaa; --on: #0c201c; --bad: #f0a79b;
}} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 "Isnad Interface", "Noto Sans", "Segoe UI", system-ui, sans-serif; }}
main {{ width: min(24rem, 100%); }}
h1 {{ margin: 0 0 1rem; font-size: 1.6rem; }}
p {{ margin: 0 0 1rem; }}
.soft {{ color: var(--soft); font-size: .9375rem; }}
.bad {{ color: var(--bad); }}
label {{ display: block; margin-bottom: .35rem; }}
input, button {{ width: 100%; font: inherit; padding: .6rem .8rem; border-radius: .5rem; }}
input {{ color: inherit; background: transparent; border: 1px solid var(--soft); }}
button {{ margin-top: .8rem; border: 0; background: var(--green); color: var(--on); cursor: pointer; }}
:is(input, button):focus-visible {{ outline: 2px solid var(--green); outline-offset: 2px; }}
progress {{ width: 100%; height: .5rem; accent-color: var(--green); }}
.far {{ display: flex; justify-content: space-between; gap: 1rem; min-height: 1.6em; margin-top: .5rem; }}
#done {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}
html:lang(ar) :is([lang=en], [lang=fr]), html:lang(en) :is([lang=ar], [lang=fr]),
html:lang(fr) :is([lang=ar], [lang=en]) {{ display: none; }}
</style>
<script>
try {{
  const lang = localStorage.getItem("isnad.language");
  if (["en", "fr"].includes(lang)) {{
    document.documentElement.lang = lang;
    document.documentElement.dir = "ltr";
  }}
}} catch {{}}  // a frame that may keep nothing
</script>
</head>
<body><main><h1>إسناد · Isnad</h1>{body}</main></body>
</html>
"""

_ASK = ("كلمة المرور", "Password", "Mot de passe")
_OPEN = ("دخول", "Open", "Entrer")
_SAID = {
    "wrong": (
        "كلمة المرور غير صحيحة.",
        "This is not the password.",
        "Ce n’est pas le mot de passe.",
    ),
    "wait": (
        "محاولات كثيرة؛ انتظر دقيقة ثم أعد المحاولة.",
        "Too many tries; wait a minute, then try again.",
        "Trop d’essais ; attendez une minute, puis réessayez.",
    ),
}
_READY_SOON = (
    "تُقرأ الوثائق الآن، وتُفتح المحادثة وحدها حين تكتمل القراءة.",
    "The documents are being read; the chat opens by itself when that is done.",
    "Les documents sont en cours de lecture ; la conversation s’ouvre d’elle-même ensuite.",
)

# What a stage of `rag.index.Progress` does; of others (a model is fetched) only the numbers are shown.
_DONE_NOW = {
    "reading": ("قراءة الملفات", "Reading the files", "Lecture des fichiers"),
    "embedding": ("تجهيز المقاطع للبحث", "Preparing the passages", "Préparation des passages"),
    "dense": ("فهرسة المعاني", "Indexing the meanings", "Indexation du sens"),
    "lexical": ("فهرسة الكلمات", "Indexing the words", "Indexation des mots"),
    "opening": ("فتح المحادثة", "Opening the chat", "Ouverture de la conversation"),
}

_POLL = """<script>
const stages = %s, language = ["ar", "en", "fr"].indexOf(document.documentElement.lang);
const stage = document.getElementById("stage");
const bar = document.querySelector("progress"), line = document.getElementById("done");
async function look() {
  try {
    const answer = await fetch("isnad/progress", { cache: "no-store" });
    if (answer.status === 404) return location.reload();  // the chat has taken over
    const { stage: name, done, total } = await answer.json();
    stage.textContent = stages[name]?.[Math.max(language, 0)] ?? "";
    line.textContent = total > 0 ? `${Math.floor(done)} / ${total}` : "";
    if (total > 0) { bar.max = total; bar.value = done; } else bar.removeAttribute("value");
  } catch {}  // between the two servers there is a moment without any
  setTimeout(look, 700);
}
look();
</script>"""


def password(query: str, said: str) -> str:
    """Return the page that asks for the password.

    Args:
        query: the query with which the chat was called; kept for when it opens.
        said: `wrong` or `wait` if that is what became of the last try, else "".
    """
    action = html.escape("isnad/login" + (f"?{query}" if query else ""))
    line = f'<p class="bad" role="alert">{_in_each(_SAID[said])}</p>' if said else ""
    return _page(
        f'{line}<form method="post" action="/{action}"><label for="p">{_in_each(_ASK)}</label>'
        '<input id="p" name="password" type="password" autocomplete="current-password" required autofocus '
        f'dir="auto"><button>{_in_each(_OPEN)}</button></form>'
    )


def waiting() -> str:
    """Return the page that says that the documents are being read, and how far that is."""
    return _page(
        f'<p id="why">{_in_each(_READY_SOON)}</p><progress aria-labelledby="why"></progress>'
        f'<p class="soft far"><span id="stage"></span> <bdi id="done" dir="ltr"></bdi></p>'
        f"{_POLL % json.dumps(_DONE_NOW, ensure_ascii=False)}"
    )


def _page(body: str) -> str:
    return _FRAME.format(fonts=FONTS, body=body)


def _in_each(words: tuple[str, str, str]) -> str:
    return "".join(
        f'<span lang="{lang}">{html.escape(text)}</span>'
        for lang, text in zip(("ar", "en", "fr"), words, strict=True)
    )
