"""The dialogs of the chat as HTML: what is wrong with an answer, and which keys there are."""

from __future__ import annotations

from ui.kept.feedback import NOTE_CHARS, REASONS
from ui.strings import Strings

KEYS = ("slash", "enter", "newline", "up", "quotations", "find", "escape")


def report(words: Strings) -> str:
    """Return the form that asks what is wrong with an answer."""
    reasons = "".join(
        f'<label><input type="radio" name="reason" value="{reason}"{" checked" if not place else ""}>'
        f"<span>{words(f'wrong_{reason}')}</span></label>"
        for place, reason in enumerate(REASONS)
    )
    return (
        f'<form method="dialog" lang="{words.lang}" dir="{words.direction}"><h2>{words("wrong_title")}</h2>'
        f'<fieldset><legend class="is-unseen">{words("wrong_title")}</legend>{reasons}</fieldset>'
        f'<label class="is-note-label"><span>{words("wrong_note")}</span>'
        f'<textarea name="note" rows="3" dir="auto" maxlength="{NOTE_CHARS}"></textarea></label>'
        f'<p class="is-hint">{words("wrong_kept")}</p>'
        f'<div class="is-buttons"><button type="submit" value="send" class="is-send">{words("send")}</button>'
        f'<button type="submit" value="" formnovalidate>{words("cancel")}</button></div></form>'
    )


def keys(words: Strings) -> str:
    """Return the list of keys."""
    rows = "".join(
        f"<dt><kbd>{words(f'key_{key}')}</kbd></dt><dd>{words(f'does_{key}')}</dd>" for key in KEYS
    )
    return (
        f'<form method="dialog" lang="{words.lang}" dir="{words.direction}"><h2>{words("keys")}</h2>'
        f'<dl class="is-keys">{rows}</dl>'
        f'<div class="is-buttons"><button type="submit" value="">{words("close")}</button></div></form>'
    )
