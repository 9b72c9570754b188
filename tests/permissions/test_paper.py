"""PDF by a process of its own: what it is given, what its end means, and what it does itself."""

import io
import os
import re
import resource
import signal
import subprocess
import sys
import zlib
from base64 import b64decode
from pathlib import Path
from types import SimpleNamespace

import pytest
import weasyprint
from django.contrib.staticfiles import finders

from permissions import paper, paper_child
from tests.paper import artifacts_of, said_by, structure_of, unshown

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


def test_watermark_stands_behind_every_page_and_is_read_to_nobody(tmp_path):
    """The word and a rare name on each page, drawn as an artifact; the tags hold the text of the page and nothing of it."""
    style = tmp_path / "a.css"
    style.write_text("@page { size: A4 } p { break-after: page }")
    mark = "会議限り&#10;配布番号 3 髙﨑𠮷&#10;<script>東雲</script>"
    html = f"<html lang=ja><head><title>見本</title><meta name=watermark content='{mark}'></head><p>一枚目<p>二枚目<p>三枚目"

    marked = paper_child.pdf_of_html(html, style)
    plain = paper_child.pdf_of_html(html.replace("name=watermark", "name=other"), style)

    for pdf, is_marked in ((marked, True), (plain, False)):
        pages = [said_by(pdf, page=number) for number in (1, 2, 3)]
        for word in ("会議限り", "配布番号3髙﨑𠮷", "<script>東雲</script>"):
            assert [word in page for page in pages] == [is_marked] * 3
        assert [word in page for word, page in zip(("一枚目", "二枚目", "三枚目"), pages, strict=True)] == [
            True
        ] * 3
        assert "会議限り" not in structure_of(pdf)
        assert all(word in structure_of(pdf) for word in ("一枚目", "二枚目", "三枚目"))
        assert b"pdfuaid:part" in unpacked(pdf)
    assert artifacts_of(marked) == [True] * 3
    assert unshown(marked, *"会髙﨑𠮷") == []


def test_watermark_is_one_picture_with_lines_as_long_as_they_may_be():
    """Short words at the largest, long ones down to what fits; no letter of it is an element."""
    address = paper_child.watermark(["会議限り", "  見本の\n長い機関の名前 <b>葛\U000e0100城 A", ""])
    kind, _comma, picture = address.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert b64decode(picture).decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" width="300" height="300"'
        ' font-family="BIZ UDPGothic, Noto Sans CJK JP, sans-serif" text-anchor="middle" fill="#dcdcdc">'
        '<g transform="rotate(-32 150 150)">'
        '<text x="150" y="151.4" font-size="30.0">会議限り</text>'
        '<text x="150" y="173.0" font-size="11.7">見本の 長い機関の名前 &lt;b&gt;葛城 A</text>'
        "</g></svg>"
    )
