from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from permissions.typed import TypedMixin


class SameForm(TypedMixin, forms.Form):
    """Whom a mark is about, and why."""

    other = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("そう考える理由"),
        max_length=300,
        help_text=_("例：生年月日と前の住所を本人に確かめた"),
    )
