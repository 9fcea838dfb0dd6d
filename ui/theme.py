"""The look: ink, paper and one green, in light and dark; typefaces from this server and this machine."""

from __future__ import annotations

from ui.stubless import gr

# Names only, so that nothing is fetched but our own Arabic letters (static/style/base.css): for all others
# each machine uses the first that it has.
SANS = ("Isnad Interface", "Noto Sans", "Segoe UI", "Helvetica Neue", "system-ui", "sans-serif")
MONO = ("ui-monospace", "Consolas", "monospace")

_GREEN = gr.themes.Color(
    name="isnad",
    c50="#eef6f3",
    c100="#d8ebe4",
    c200="#b3d7ca",
    c300="#84bcaa",
    c400="#559b87",
    c500="#377f6c",
    c600="#286656",
    c700="#215246",
    c800="#1d4239",
    c900="#193730",
    c950="#0c201c",
)
_PAPER = gr.themes.Color(
    name="paper",
    c50="#faf9f6",
    c100="#f3f1ec",
    c200="#e5e2da",
    c300="#cfcbc0",
    c400="#a09b8f",
    c500="#767166",
    c600="#5a564d",
    c700="#403d37",
    c800="#2a2825",
    c900="#1c1b19",
    c950="#131211",
)


def theme() -> gr.themes.Base:
    """Return the theme; its colours are also what `static/style/` is written with."""
    return gr.themes.Base(
        primary_hue=_GREEN, secondary_hue=_GREEN, neutral_hue=_PAPER, font=list(SANS), font_mono=list(MONO)
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_900",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="#ffffff",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
