"""Whether everything that a sheet says is on the paper: layout can swallow a cell without a word of warning."""

from __future__ import annotations

import io
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from tempfile import NamedTemporaryFile
from typing import Any
from unittest import mock

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ContentStream

from permissions import paper

UNPRINTED = {"style", "script", "title"}


class Words(HTMLParser):
    """The texts between the tags of a page, without white space."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.unprinted = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unprinted += tag in UNPRINTED

    def handle_endtag(self, tag: str) -> None:
        self.unprinted -= tag in UNPRINTED

    def handle_data(self, data: str) -> None:
        text = _without_space(data)
        if text and not self.unprinted:
            self.texts.append(text)


def lost(html: str, pdf: bytes) -> list[str]:
    """Return the texts of a page that its PDF says less often: a name stands in many cells, and one may be swallowed."""
    words = Words()
    words.feed(html)
    said = said_by(pdf)
    return [text for text, times in Counter(words.texts).items() if said.count(text) < times]


def said_by(pdf: bytes, *, page: int = 0) -> str:
    """Return the text of a PDF, or of one page, in the order in which it is drawn, without white space."""
    command = ["pdftotext", "-raw", *(["-f", str(page), "-l", str(page)] if page else []), "-", "-"]
    return _without_space(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode())


def _without_space(text: str) -> str:
    return re.sub(r"[\s\u200b\f]+", "", text)


@pytest.fixture(autouse=True)
def nothing_lost_on_paper() -> Iterator[None]:
    """Every PDF that a test makes is read again."""
    made_apart: Callable[..., bytes] = paper.made_apart

    def read_again(html: str, *, style: str) -> bytes:
        pdf = made_apart(html, style=style)
        assert not pdf.startswith(b"%PDF-") or lost(html, pdf) == []
        return pdf

    with mock.patch.object(paper, "made_apart", read_again):
        yield


def structure_of(pdf: bytes) -> str:
    """Return what a screen reader reads, by the tags of a PDF, without white space."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        command = ["pdfinfo", "-struct-text", file.name]
        return _without_space(subprocess.run(command, capture_output=True, check=True).stdout.decode())


def artifacts_of(pdf: bytes) -> list[bool]:
    """Return of each page whether everything that it draws as a picture is marked as an artifact, and that there is some."""
    found = []
    reader = PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        marks: list[str] = []
        pictures = []
        for operands, operator in ContentStream(page["/Contents"].get_object(), reader).operations:
            if operator in (b"BMC", b"BDC"):
                marks.append(str(operands[0]))
            elif operator == b"EMC":
                marks.pop()
            elif operator == b"Do":
                pictures.append("/Artifact" in marks)
        found.append(bool(pictures) and all(pictures))
    return found


def unshown(pdf: bytes, *texts: str) -> list[str]:
    """Return which of these characters (a kanji, with its variation selector) no font of a PDF draws.

    A character that no font has is still there for whoever searches or copies: its glyph is the empty box.
    """
    drawn: dict[str, bool] = {}
    for font in _fonts_of(pdf):
        file = font["/DescendantFonts"][0]["/FontDescriptor"]
        program = file["/FontFile2"] if "/FontFile2" in file else file["/FontFile3"]
        glyphs = TTFont(io.BytesIO(program.get_data()))
        box = _outline(glyphs, 0)
        for glyph_id, text in _unicode_of(font["/ToUnicode"].get_data().decode()):
            outline = _outline(glyphs, glyph_id)
            drawn[text] = drawn.get(text, False) or outline not in ([], box)
    return [text for text in texts if not drawn.get(text)]


def _fonts_of(pdf: bytes) -> Iterator[Any]:
    """Of pages, and of the pictures in them."""
    waiting = [page["/Resources"] for page in PdfReader(io.BytesIO(pdf)).pages]
    while waiting:
        resources = waiting.pop().get_object()
        yield from (each.get_object() for each in resources.get("/Font", {}).get_object().values())
        pictures = [each.get_object() for each in resources.get("/XObject", {}).get_object().values()]
        waiting += [each["/Resources"] for each in pictures if "/Resources" in each]


def _unicode_of(table: str) -> Iterator[tuple[int, str]]:
    for glyph_id, text in re.findall(r"^<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>$", table, re.MULTILINE):
        yield int(glyph_id, 16), bytes.fromhex(text).decode("utf-16-be")


def _outline(glyphs: TTFont, glyph_id: int) -> list[Any]:
    if glyph_id >= len(glyphs.getGlyphOrder()):
        return []
    pen = RecordingPen()
    glyphs.getGlyphSet()[glyphs.getGlyphName(glyph_id)].draw(pen)
    return pen.value
