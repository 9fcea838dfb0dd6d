"""Cut the Arabic letters out of the Noto typefaces that Debian ships: `python scripts/fonts.py`.

Needs Debian's package fonts-noto-core, and fonttools with brotli. The result is committed in ui/static/fonts,
so that the chat looks the same on every machine and asks nobody for a typeface.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset

INSTALLED = Path("/usr/share/fonts/truetype/noto")
FONTS = Path(__file__).resolve().parent.parent / "ui" / "static" / "fonts"
LETTERS = [
    0x20, 0xA0, 0xAB, 0xBB, 0x2010, 0x2011, 0x2026, 0x204F, 0x2E41, 0xFDF2, 0xFDFC,
    *range(0x600, 0x700), *range(0x750, 0x780), *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2066, 0x206A), *range(0xFB50, 0xFBC2), *range(0xFE70, 0xFF00),
]  # fmt: skip


def main() -> None:
    """Write the four files."""
    for name in ("NotoNaskhArabic", "NotoSansArabic"):
        for weight in ("Regular", "Bold"):
            options = subset.Options(flavor="woff2", layout_features=["*"])
            font = subset.load_font(str(INSTALLED / f"{name}-{weight}.ttf"), options)
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=LETTERS)
            cutter.subset(font)
            subset.save_font(font, str(FONTS / f"{name}-{weight}.woff2"), options)


if __name__ == "__main__":
    main()
