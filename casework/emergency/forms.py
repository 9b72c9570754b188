from __future__ import annotations

from django import forms
from django.core.validators import MinLengthValidator
from django.utils.translation import gettext_lazy as _

from permissions.typed import TypedMixin


class EmergencyForm(TypedMixin, forms.Form):
    """Whose record, and what danger there is."""

    number = forms.CharField(
        label=_("ケース番号"),
        max_length=20,
        help_text=_("本人が持っている控えなどに書いてあります（例：K-2026-0001）。"),
    )
    name = forms.CharField(
        label=_("目の前の人の氏名"),
        max_length=100,
        help_text=_("氏名、またはふりがな。空白はあってもなくてもかまいません。"),
    )
    reason = forms.CharField(
        label=_("どのような危険があり、なぜ待てないか"),
        max_length=300,
        validators=[
            MinLengthValidator(10, _("あとで審査する人に分かるように、10文字以上で書いてください。"))
        ],
    )
