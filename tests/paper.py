"""Whether everything that a sheet says is on the paper: layout can swallow a cell without a word of warning."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from unittest import mock

import pytest

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


def said_by(pdf: bytes) -> str:
    """Return the text of a PDF in the order in which it is drawn, without white space."""
    command = ["pdftotext", "-raw", "-", "-"]
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
