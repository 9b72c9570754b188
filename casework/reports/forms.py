from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms

from .counts import Count


class CellForm(forms.Form):
    """Which cell of a count somebody wants to see the list of; nothing for the whole."""

    by = forms.ChoiceField(required=False)
    cell = forms.CharField(required=False, max_length=40)

    def __init__(self, *args: Any, count: Count, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by: Any = self.fields["by"]
        by.choices = [(each.code, each.label) for each in count.by]

    def wanted(self) -> tuple[str, str]:
        """Return dimension and cell; both empty for the whole, and for what is not sound."""
        if not self.is_valid():
            return "", ""
        return self.cleaned_data["by"], self.cleaned_data["cell"]

    def query(self) -> str:
        dimension, cell = self.wanted()
        return urlencode({"by": dimension, "cell": cell}) if dimension else ""
