"""The process that makes one PDF: HTML on standard input, PDF on standard output. Started by paper.py, knows no Django.

It gives itself its limits before it loads anything, so whatever a text makes of the layout ends here.
"""

from __future__ import annotations

import resource
import sys
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


def pdf_of_html(html: str, style: Path) -> bytes:
    import weasyprint  # noqa: PLC0415 -- behind the limits
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    class RefuseAll(URLFetcher):
        """WeasyPrint wants a class: a plain function that raises breaks it (assurance.md A23)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("a sheet loads nothing")

    css = weasyprint.CSS(filename=style, url_fetcher=RefuseAll())
    made = weasyprint.HTML(string=html, url_fetcher=RefuseAll())
    pdf: bytes = made.write_pdf(stylesheets=[css], pdf_variant="pdf/ua-1")
    return pdf


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
