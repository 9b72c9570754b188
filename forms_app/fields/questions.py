"""A question as it is frozen into a FormRevision. Pure; changing this shape needs old shapes to be read too."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Self

TOPICS_KEY = "topics"


@dataclass(frozen=True)
class Option:
    """One choice. ``key`` is what is stored and counted, so renaming ``label`` splits no statistics."""

    key: str
    label: str
    is_urgent: bool = False


@dataclass(frozen=True)
class Question:
    """One item of a form, also texts and headings. ``key`` survives every change of the label."""

    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"options": [asdict(option) for option in self.options]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        options = tuple(Option(**option) for option in stored["options"])
        return cls(**(stored | {"options": options}))

    def option_label(self, key: str) -> str:
        """Return the label of one option, or the key itself if no option has it."""
        return next((option.label for option in self.options if option.key == key), key)
