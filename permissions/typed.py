"""What a person typed, kept as it was typed (ux.md 3.2), but for a My Number, of which nothing is kept (R-SEC-2)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from permissions.audit.origin import current_origin
from permissions.my_number import mask_my_numbers


def as_typed(text: str) -> str:
    """Return the text trimmed and without control characters; nothing else changes.

    No normal form is applied: even NFC would turn 神 (U+FA19) into another shape of the name. Line ends
    arrive as CR LF from every browser and leave as LF.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in lines if char in {"\n", "\t"} or _is_kept(char)).strip()


def free_texts(fields: Mapping[str, forms.Field]) -> list[str]:
    """Return the names of the fields into which somebody may write anything."""
    return [
        name
        for name, field in fields.items()
        if isinstance(field, forms.CharField)
        and not isinstance(field, forms.UUIDField)
        and not field.widget.is_hidden
    ]


def without_my_numbers(data: Any, names: Iterable[str]) -> Any:
    """Return what was sent with every My Number under these names masked; the same object if there was none.

    The request remembers that there was one, and its page says so (permissions/access.py).
    """
    has_many = hasattr(data, "getlist")
    changed: dict[str, Any] = {}
    for name in names:
        texts = data.getlist(name) if has_many else [data[name]] if name in data else []
        masked = [mask_my_numbers(text) if isinstance(text, str) else text for text in texts]
        if masked != texts:
            changed[name] = masked
    if not changed:
        return data
    origin = current_origin()
    if origin:
        origin.has_masked = True
    copy = data.copy()
    for name, masked in changed.items():
        if has_many:
            copy.setlist(name, masked)
        else:
            copy[name] = masked[0]
    return copy


class TypedMixin(forms.BaseForm):
    """Keeps every text of a form as typed, without My Numbers. Not for passwords, which are taken whole.

    Browsers cut a pasted text at ``maxlength`` without a word; here the server says what is too long.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)

    def full_clean(self) -> None:
        # Before anything looks at the data: what is shown again after an error has none either.
        if self.is_bound:
            names = {self.add_prefix(name): name for name in free_texts(self.fields)}
            self.data = without_my_numbers(self.data, names)
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: as_typed(value) if isinstance(value, str) else value for name, value in cleaned.items()}


def _is_kept(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs"}
