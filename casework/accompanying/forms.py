from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import MOST_WEEKS

BOUNDS = _("1週から26週までで決めてください。")


class IntervalForm(forms.Form):
    """Every how many weeks."""

    weeks = forms.IntegerField(
        label=_("何週間に1回、本人か世帯の人と話すか"),
        min_value=1,
        max_value=MOST_WEEKS,
        help_text=_("この間隔を過ぎて話せていないと、期限の一覧と、センター長の「担当の状況」に出ます。"),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), BOUNDS),
    )
