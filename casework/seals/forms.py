from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from permissions.people import name_of
from permissions.typed import TypedMixin

from .selectors import seats_on_duty


class SealForm(TypedMixin, forms.Form):
    """Who of the center may see a case."""

    members = forms.MultipleChoiceField(
        label=_("見てよい人"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("見てよい人を選んでください。")},
        help_text=_("自分と担当者をふくめて、2人以上を選びます。"),
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        help_text=_("例：職員の親族の相談。くわしい事情は書かなくてかまいません。"),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members: Any = self.fields["members"]
        members.choices = [
            (seat.user_id, f"{name_of(seat.user)}（{seat.agency.name}・{seat.get_role_display()}）")
            for seat in seats_on_duty()
        ]

    def people(self) -> set[int]:
        return {int(key) for key in self.cleaned_data["members"]}


class UnsealForm(TypedMixin, forms.Form):
    """Why everybody on duty may see a case again."""

    reason = forms.CharField(label=_("理由"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)
