"""What a person typed: on one line, and as a key to compare by. Pure."""

from __future__ import annotations

import re
import unicodedata

from permissions.typed import as_typed

HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−－ーｰ", "-"))


def on_one_line(text: str) -> str:
    """Return the typed text with line ends and tabs as single spaces."""
    return as_typed(re.sub(r"[\r\n\t]+", " ", text))


def as_key(text: str) -> str:
    """Return the text for comparing: full width folded, lower case, every hyphen alike, no spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(HYPHENS)
    return re.sub(r"\s+", "", folded)
