from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.tasks.forms import owner_choices
from casework.tasks.selectors import owners
from permissions.agencies.models import Membership
from permissions.typed import TypedMixin

NOBODY = "0"


class GiverForm(forms.Form):
    """Whose cases are handed over; lives in the address, which holds keys only."""

    worker = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class HandoverForm(TypedMixin, forms.Form):
    """Which cases go to whom."""

    cases = forms.MultipleChoiceField(
        label=_("引き継ぐケース"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("引き継ぐケースを選んでください。")},
    )
    taker = forms.ChoiceField(
        label=_("引き継ぐ人"), error_messages={"required": _("引き継ぐ人を選んでください。")}
    )
    words = forms.CharField(
        label=_("引き継ぐこと"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("選んだケースのすべてに書かれます。ケースごとのことは、支援経過に書いてください。"),
    )

    def __init__(self, *args: Any, cases: Sequence[Case], giver: Membership | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {str(case.pk): case for case in cases}
        fields: dict[str, Any] = self.fields
        fields["cases"].choices = [
            (key, f"{case.number} {case.get_stage_display()}") for key, case in self.by_key.items()
        ]
        others = [each for each in owner_choices() if not giver or each[0] != str(giver.pk)]
        fields["taker"].choices = [("", _("選んでください")), *others]

    def chosen(self) -> list[Case]:
        return [self.by_key[key] for key in self.cleaned_data["cases"]]

    def taker_chosen(self) -> Membership:
        return owners().get(pk=self.cleaned_data["taker"])
