from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from permissions.typed import TypedMixin


class ReopeningForm(TypedMixin, OnceForm):
    """Why a household came back."""

    words = forms.CharField(
        label=_("何があって、また相談になったか"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("何があって、また相談になったかを書いてください。")},
    )


class ContactReopeningForm(ReopeningForm):
    """The same for a contact: which case went before."""

    number = forms.CharField(
        label=_("前のケースの番号"),
        max_length=20,
        help_text=_("例：K-2025-0012"),
        error_messages={"required": _("前のケースの番号を書いてください。")},
    )
    field_order = ("number", "words")
