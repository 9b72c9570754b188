from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from permissions.days import DayInput
from permissions.people import name_of
from permissions.typed import TypedMixin

from .actions import OrdinanceDraft
from .models import MeetingKind
from .selectors import seats


class OrdinanceForm(TypedMixin, OnceForm):
    """One version of an ordinance."""

    title = forms.CharField(label=_("要綱の名前"), max_length=100, help_text=_("例：見本市支援会議設置要綱"))
    kinds = forms.MultipleChoiceField(
        label=_("対象の会議"), choices=MeetingKind.choices, widget=forms.CheckboxSelectMultiple
    )
    valid_from = forms.DateField(label=_("施行の日"), initial=timezone.localdate, widget=DayInput)
    valid_until = forms.DateField(label=_("効力の終わり"), required=False, widget=DayInput)
    text = forms.CharField(label=_("本文"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 16}))

    def draft(self) -> OrdinanceDraft:
        told = self.cleaned_data
        names = ("title", "text", "valid_from", "valid_until")
        return OrdinanceDraft(kinds=tuple(told["kinds"]), **{name: told[name] for name in names})


class SwearForm(forms.Form):
    """The word with which somebody binds themselves."""

    agrees = forms.BooleanField(
        label=_("上のことを読み、守ります。"),
        error_messages={"required": _("守る場合は、印を付けてください。")},
    )


class PaperOathForm(TypedMixin, forms.Form):
    """An oath that was signed on paper."""

    membership = forms.ChoiceField(label=_("誓約した人"))
    signed_on = forms.DateField(label=_("誓約した日"), initial=timezone.localdate, widget=DayInput)
    kept_at = forms.CharField(
        label=_("書面の保管場所"), max_length=100, help_text=_("例：事務室 棚3 誓約書つづり")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {str(seat.pk): seat for seat in seats()}
        membership: Any = self.fields["membership"]
        membership.choices = [
            ("", _("選んでください")),
            *((key, f"{seat.agency.name} {name_of(seat.user)}") for key, seat in self.seats.items()),
        ]
