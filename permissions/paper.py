"""HTML to PDF by WeasyPrint: tagged, loading nothing, each in a process of its own with limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from .paper_child import TOO_LARGE

# A decision sheet takes half a second and 100 MB, a hundred pages thirteen seconds. Less than a transaction may idle (60 s).
SECONDS = 30  # of processor time
WALL_SECONDS = 50
MEGABYTES = 1_000
# No key and no address of the database: what reads people's text knows none.
PASSED_ON = (
    "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
    "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
)  # fmt: skip
# What the limits end it with: of processor time, of memory (the libraries below Python give up in their own ways).
_ENDED_BY_LIMITS = {
    -signal.SIGXCPU,
    -signal.SIGKILL,
    -signal.SIGABRT,
    -signal.SIGTRAP,
    -signal.SIGSEGV,
    TOO_LARGE,
}


class PdfUnavailable(Exception):
    """The system libraries for PDF are missing; the site runs without."""


class PdfTooLarge(PdfUnavailable):
    """Making it would take more time or memory than any sheet may."""


class PdfFailed(Exception):
    """The process that makes PDFs ended with a fault; what it said may quote the text, so it is not repeated."""


@cache
def _weasyprint() -> Any:
    try:
        return import_module("weasyprint")
    except OSError as error:
        raise PdfUnavailable(str(error)) from error


def pdf_available() -> bool:
    """Return whether PDFs can be made on this machine."""
    try:
        _weasyprint()
    except PdfUnavailable:
        return False
    return True


def pdf_of(template: str, context: dict[str, Any], *, style: str) -> bytes:
    """Render a template with a style sheet of ours as a tagged PDF.

    Text of people is escaped by the template, and every address is refused, so that no text can make the
    worker open a file or a connection (assurance.md A23).

    errors   PdfUnavailable without the system libraries, PdfTooLarge beyond SECONDS or MEGABYTES (A36), else PdfFailed
    """
    _weasyprint()
    return made_apart(render_to_string(template, context), style=style)


def made_apart(html: str, *, style: str) -> bytes:
    """Return the PDF of a page, made by a process of its own. Raises PdfTooLarge or PdfFailed."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("paper_child.py"))]
    limits = [str(finders.find(style)), str(SECONDS), str(MEGABYTES)]
    try:
        made = subprocess.run(  # noqa: S603 -- our own program and words
            [*command, *limits],
            input=html.encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        raise PdfTooLarge from error
    if made.returncode in _ENDED_BY_LIMITS:
        raise PdfTooLarge
    if made.returncode:
        raise PdfFailed(made.returncode)
    return made.stdout
