"""What a person typed, kept as it was typed (ux.md 3.2)."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms


def as_typed(text: str) -> str:
    """Return the text trimmed and without control characters; nothing else changes.

    No normal form is applied: even NFC would turn 神 (U+FA19) into another shape of the name. Line ends
    arrive as CR LF from every browser and leave as LF.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in lines if char in {"\n", "\t"} or _is_kept(char)).strip()


class TypedMixin(forms.BaseForm):
    """Keeps every text of a form as typed. Not for passwords, which are taken whole.

    Browsers cut a pasted text at ``maxlength`` without a word; here the server says what is too long.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: as_typed(value) if isinstance(value, str) else value for name, value in cleaned.items()}


def _is_kept(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs"}
