"""PDF by a process of its own: what it is given, what its end means, and what it does itself."""

import io
import os
import re
import resource
import signal
import subprocess
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
import weasyprint
from django.contrib.staticfiles import finders

from permissions import paper, paper_child

STYLE = "casework/sheet.css"
LIMITS = {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGSEGV, 3}


@pytest.fixture
def ended(monkeypatch):
    """Let the process end with this code at once; what it was started with."""
    started = []
    monkeypatch.setattr(paper, "render_to_string", lambda template, context: f"{template} {context} 見本")

    def end(code):
        def run(command, **options):
            started.append((command, options))
            return SimpleNamespace(returncode=code, stdout=b"made")

        monkeypatch.setattr(paper.subprocess, "run", run)
        return started

    return end


def test_process_is_given_the_page_its_style_and_its_limits_and_nothing_else(ended, monkeypatch):
    monkeypatch.setattr(
        os, "environ", {"PATH": "/bin", "LANG": "C", "MARUGOTO_SECRET_KEY": "x", "DATABASE": "y"}
    )
    started = ended(0)

    assert paper.pdf_of("a.html", {"b": 1}, style=STYLE) == b"made"

    child = str(Path(paper_child.__file__))
    assert started == [
        (
            [sys.executable, "-I", child, finders.find(STYLE), "30", "1000"],
            {
                "input": "a.html {'b': 1} 見本".encode(),
                "capture_output": True,
                "timeout": 50,
                "check": False,
                "env": {"PATH": "/bin", "LANG": "C"},
            },
        )
    ]


@pytest.mark.parametrize("code", sorted({*LIMITS, *range(-16, 6)} - {0}))
def test_end_by_a_limit_is_told_apart_from_a_fault(ended, code):
    ended(code)

    with pytest.raises((paper.PdfFailed, paper.PdfTooLarge)) as end:
        paper.pdf_of("-", {}, style=STYLE)

    assert type(end.value) is (paper.PdfTooLarge if code in LIMITS else paper.PdfFailed)
    assert end.value.args == (() if code in LIMITS else (code,))


def test_process_that_takes_too_long_was_too_large(ended, monkeypatch):
    ended(0)

    def late(command, **options):
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(paper.subprocess, "run", late)
    with pytest.raises(paper.PdfTooLarge):
        paper.pdf_of("-", {}, style=STYLE)


@pytest.fixture
def libraries(monkeypatch):
    """Let the libraries be there, or miss them with these words."""
    asked = []

    def be(missing=None):
        def load(name):
            asked.append(name)
            if missing:
                raise OSError(missing)
            return weasyprint

        monkeypatch.setattr(paper, "import_module", load)
        paper._weasyprint.cache_clear()
        return asked

    yield be
    paper._weasyprint.cache_clear()


def test_machine_without_the_libraries_says_so_and_starts_nothing(ended, libraries):
    started = ended(0)
    libraries("no pango")

    assert paper.pdf_available() is False
    with pytest.raises(paper.PdfUnavailable) as why:
        paper.pdf_of("-", {}, style=STYLE)
    assert (why.value.args, started) == (("no pango",), [])


def test_libraries_are_looked_for_once(libraries):
    asked = libraries()

    assert [paper.pdf_available(), paper.pdf_available(), asked] == [True, True, ["weasyprint"]]
    assert paper._weasyprint() is weasyprint


# --- what the process does ------------------------------------------------------------------------------


@pytest.fixture
def child(monkeypatch):
    """The process without its end: what it does to itself in order, and what it writes."""
    done = []
    monkeypatch.setattr(paper_child.resource, "setrlimit", lambda kind, both: done.append((kind, both)))

    def work(text):
        def read():
            done.append("read")
            return text.encode()

        written = io.BytesIO()
        streams = SimpleNamespace(
            stdin=SimpleNamespace(buffer=SimpleNamespace(read=read)),
            stdout=SimpleNamespace(buffer=written),
        )
        monkeypatch.setattr(paper_child, "sys", streams)
        return paper_child.main("/style.css", 7, 11), written.getvalue(), done

    return work


LIMITED = [
    (resource.RLIMIT_CPU, (7, 7)),
    (resource.RLIMIT_DATA, (11 * 2**20, 11 * 2**20)),
    (resource.RLIMIT_CORE, (0, 0)),
    "read",
]


def test_process_limits_itself_before_it_reads_and_writes_what_it_made(child, monkeypatch):
    monkeypatch.setattr(paper_child, "pdf_of_html", lambda html, style: f"{html} {style!r}".encode())

    assert child("見本") == (0, "見本 PosixPath('/style.css')".encode(), LIMITED)


def test_memory_that_runs_out_ends_it_as_too_large(child, monkeypatch):
    def greedy(html, style):
        raise MemoryError

    monkeypatch.setattr(paper_child, "pdf_of_html", greedy)
    assert child("x") == (3, b"", LIMITED)


def unpacked(pdf):
    """Return everything that stands in a PDF, as text of PDF."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"\n".join([pdf, *(zlib.decompress(part) for part in parts if part.startswith(b"x"))])


def test_page_is_made_tagged_in_its_style_and_loads_nothing(tmp_path, monkeypatch):
    refused = []
    made = {"HTML": weasyprint.HTML, "CSS": weasyprint.CSS}

    def watched(kind):
        def make(**words):
            with pytest.raises(ValueError, match=r"^a sheet loads nothing$"):
                words["url_fetcher"].fetch("file:///etc/hostname", {})
            refused.append(kind)
            return made[kind](**words)

        return make

    for kind in made:
        monkeypatch.setattr(weasyprint, kind, watched(kind))
    style = tmp_path / "a.css"
    style.write_text("@page { size: 300px 400px; margin: 0 }")
    html = "<html lang=ja><title>見本</title><p>見本<img src='file:///etc/hostname' alt=''><p>2"

    pdf = paper_child.pdf_of_html(html, style)

    text = unpacked(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    assert text.count(b"/MediaBox [0 0 225 300]") > 0
    assert b"pdfuaid:part" in text
    assert b"/Marked true" in text
    assert sorted(refused) == ["CSS", "HTML"]
