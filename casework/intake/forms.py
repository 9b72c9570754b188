from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.codes.lists import UNKNOWN
from casework.dates import BIRTH_HINT, EraDateField
from casework.forms import MomentInput, this_minute
from casework.once import OnceForm
from permissions.typed import TypedMixin

from .models import ContactState, Urgency

URGENCY_CHOICES = [choice for choice in Urgency.choices if choice[0] != Urgency.UNCHECKED]


class ContactRecordForm(TypedMixin, OnceForm):
    """What is written down in the sixty seconds of a call (domain.md 1.11, L0)."""

    channel = CodeChoiceField(
        "channel", without=["web"], label=_("方法"), initial="phone", widget=forms.RadioSelect
    )
    speaker = CodeChoiceField("speaker", label=_("だれから"), initial=UNKNOWN, widget=forms.RadioSelect)
    one_line = forms.CharField(
        label=_("ひとことで"),
        max_length=200,
        help_text=_("聞いたことばのまま、短く書いてください。くわしいことはケースの記録に書きます。"),
    )
    urgency = forms.ChoiceField(label=_("緊急度"), choices=URGENCY_CHOICES, widget=forms.RadioSelect)
    reply_to = forms.CharField(
        label=_("折り返し先"),
        max_length=200,
        required=False,
        help_text=_("電話番号と、かけてよい時間。名前は言わなくてもかまいません。"),
    )
    received_at = forms.DateTimeField(label=_("受けた日時"), initial=this_minute, widget=MomentInput)

    def clean_received_at(self) -> Any:
        received_at = self.cleaned_data["received_at"]
        if received_at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("受けた日時が、先の日時になっています。"))
        return received_at


class TakeForm(forms.Form):
    """Taking a contact means having looked at its urgency."""

    urgency = forms.ChoiceField(
        label=_("緊急度"),
        choices=URGENCY_CHOICES,
        widget=forms.RadioSelect,
        help_text=_("いのち・暴力・虐待・食べ物・今夜の寝る所を先に確かめます。"),
    )


class CaseFilter(forms.Form):
    """The inbox, narrowed by state; lives in the URL."""

    state = forms.ChoiceField(
        label=_("状態"), required=False, choices=[("", _("終わっていないもの")), *ContactState.choices]
    )


class OpenCaseForm(TypedMixin, forms.Form):
    """The household and its first person."""

    household_name = forms.CharField(
        label=_("世帯の呼び名"),
        max_length=60,
        help_text=_("画面で世帯を呼ぶときの名前です。例：葉月原さん世帯"),
    )
    household_kind = CodeChoiceField("household_kind", label=_("世帯の類型"), initial=UNKNOWN)
    name = forms.CharField(
        label=_("はじめに登録する人の氏名"),
        max_length=100,
        help_text=_("分からないときは「氏名不明」など。旧字や外国の文字も、そのまま書いてください。"),
    )
    kana = forms.CharField(label=_("ふりがな"), max_length=100, required=False)
    relation = CodeChoiceField("relation", label=_("続柄"), initial="self")
    birth_on = EraDateField(label=_("生年月日"), required=False, help_text=BIRTH_HINT)
    age_about = forms.IntegerField(label=_("年齢（およそ）"), required=False, min_value=0, max_value=130)
    occupation = forms.CharField(label=_("仕事・学校"), max_length=100, required=False)

    def person(self) -> dict[str, Any]:
        names = ("name", "kana", "relation", "birth_on", "age_about", "occupation")
        return {name: self.cleaned_data[name] for name in names}


class ReplyForm(TypedMixin, forms.Form):
    """A message for the citizen's status page, which somebody else in the family may open, too."""

    body = forms.CharField(
        label=_("返事"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("相談した人が、受付番号と合言葉で読みます。ほかの人が見ることもあります。"),
    )
    is_safe = forms.BooleanField(label=_("名前・住所・機関の名前が入っていないことを確かめました"))
