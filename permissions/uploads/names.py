"""What a sender called a file, as a text for people. It never becomes part of a path."""

from __future__ import annotations

import re
import unicodedata

MOST_LETTERS = 100
# Line ends, controls and marks that turn the direction of writing ("exe.gpj" shown as "jpg.exe").
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def title_of(name: str) -> str:
    """Return a sender's file name without path, suffix and letters that nobody sees; may be empty."""
    last = re.split(r"[/\\]", name)[-1]
    stem = last.rpartition(".")[0] or last
    shown = "".join(char for char in stem if unicodedata.category(char) not in _UNSEEN)
    return " ".join(shown.split())[:MOST_LETTERS].strip(". ")
