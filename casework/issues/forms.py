from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.dates import EraDateField
from casework.once import OnceForm
from permissions.typed import TypedMixin

from .actions import IssueDraft
from .models import Issue, Severity, Teller


class FollowForm(TypedMixin, OnceForm):
    """What is known of an issue now."""

    severity = forms.ChoiceField(
        label=_("重さ"), choices=Severity.choices, initial=Severity.UNKNOWN, widget=forms.RadioSelect
    )
    said_by = forms.ChoiceField(
        label=_("だれが言っているか"), choices=Teller.choices, widget=forms.RadioSelect
    )
    since = forms.CharField(
        label=_("いつから"),
        max_length=60,
        required=False,
        help_text=_("例：平成13年ごろから、小学校のころから"),
    )
    existing = forms.CharField(label=_("いまかかわっている機関"), max_length=100, required=False)
    words = forms.CharField(
        label=_("くわしいこと"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    closed_on = EraDateField(
        label=_("終わった日"), required=False,
        help_text=_("この課題がなくなったときに、2026-04-01 や令和8年4月1日のように書きます。記録は残ります。"),
        partial=_("年月日のすべてを書いてください。分からないときは、分かった日にします。"),
    )  # fmt: skip

    def __init__(self, *args: Any, issue: Issue | None = None, **kwargs: Any) -> None:
        if issue is not None:
            names = ("severity", "said_by", "since", "existing", "words")
            kwargs["initial"] = {name: getattr(issue, name) for name in names}
        super().__init__(*args, **kwargs)

    def draft(self) -> IssueDraft:
        cleaned = self.cleaned_data
        closed_on: dt.date | None = cleaned.get("closed_on")
        words = (cleaned["since"], cleaned["existing"], cleaned["words"])
        return IssueDraft(cleaned["severity"], cleaned["said_by"], *words, closed_on=closed_on)


class IssueForm(FollowForm):
    """An issue that nobody has written down of this person."""

    field_order = ("code", "severity", "said_by", "since", "existing", "words")
    closed_on: Any = None

    code = CodeChoiceField(
        "issue", label=_("課題"), empty_label=_("選んでください"), without=("unknown", "not_asked")
    )
