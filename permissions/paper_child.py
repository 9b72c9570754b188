"""The process that makes one PDF: HTML on standard input, PDF on standard output. Started by paper.py, knows no Django.

It gives itself its limits before it loads anything, so whatever a text makes of the layout ends here.
"""

from __future__ import annotations

import re
import resource
import sys
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

TOO_LARGE = 3


def main(style: str, seconds: int, megabytes: int) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(pdf_of_html(sys.stdin.buffer.read().decode(), Path(style)))
    except MemoryError:
        return TOO_LARGE
    return 0


def pdf_of_html(html: str, style: Path, *, fonts: Any = None) -> bytes:
    """Return the tagged PDF of a page.

    fonts   a FontConfiguration of WeasyPrint, for who makes many in one process: each of its own leaves 0.2 MB behind
    """
    import weasyprint  # noqa: PLC0415 -- behind the limits
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    marks: list[str] = []

    class RefuseAll(URLFetcher):
        """WeasyPrint wants a class: a plain function that raises breaks it (assurance.md A23)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in marks:  # the watermark, which is made here and part of its own address
                return super().fetch(url, headers)
            raise ValueError("a sheet loads nothing")

    css = [weasyprint.CSS(filename=style, url_fetcher=RefuseAll())]
    made = weasyprint.HTML(string=html, url_fetcher=RefuseAll())
    for meta in made.etree_element.iterfind(".//meta[@name='watermark']"):
        marks.append(watermark(meta.get("content", "").split("\n")))
        css.append(weasyprint.CSS(string=BEHIND % marks[-1], url_fetcher=RefuseAll()))
    pdf: bytes = made.write_pdf(stylesheets=css, font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


# Behind the text of every page. As the background of a page it is an artifact: a screen reader does not read it.
BEHIND = (
    '@page { background: url("%s") no-repeat center; background-size: cover; background-origin: border-box }'
)
# Of a square of 300 over the longer side of the page, so that three lines are not cut on an upright page either.
ACROSS, HIGHEST = 190.0, 30.0
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def watermark(lines: list[str]) -> str:
    """Return the address of a picture with these lines, pale, large and across.

    WeasyPrint draws the text of a picture sign by sign, so a kanji stands in its common form here; the foot of the page has it as it is written.
    """
    shown = list(filter(None, (" ".join(SELECTORS.sub("", line).split()) for line in lines)))
    sizes = [min(HIGHEST, ACROSS / sum(_width(sign) for sign in line)) for line in shown]
    top = 150 - sum(sizes) * 0.65
    texts = []
    for line, size in zip(shown, sizes, strict=True):
        top += size * 1.3
        texts.append(
            f'<text x="150" y="{top - size * 0.35:.1f}" font-size="{size:.1f}">{escape(line)}</text>'
        )
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" width="300" height="300"'
        ' font-family="BIZ UDPGothic, Noto Sans CJK JP, sans-serif" text-anchor="middle" fill="#dcdcdc">'
        f'<g transform="rotate(-32 150 150)">{"".join(texts)}</g></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(picture.encode()).decode()}"


def _width(sign: str) -> float:
    return 0.6 if sign.isascii() else 1.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
