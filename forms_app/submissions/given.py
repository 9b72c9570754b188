"""One answer on its way from the form to the database. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ANSWER_SHAPE = ("key", "kind", "label", "value", "display")


@dataclass(frozen=True)
class GivenAnswer:
    """An answered question: what was typed or chosen, and how a person reads it."""

    key: str
    kind: str
    label: str
    value: Any
    display: str
