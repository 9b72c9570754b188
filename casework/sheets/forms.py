from __future__ import annotations

from typing import Any

from django import forms

from .kinds import DECISION, sheet_kinds


class SheetForm(forms.Form):
    """Which of the registered sheets; the decision sheet unless said."""

    kind = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.code, each.label) for each in sheet_kinds().values()]

    def kind_chosen(self) -> str:
        chosen: str = self.cleaned_data["kind"]
        return chosen or DECISION
