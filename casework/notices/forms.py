from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.forms import MomentInput, this_minute
from casework.once import OnceForm
from permissions.typed import TypedMixin

from .models import Law


class PastMoment(forms.DateTimeField):
    """A moment that has come: now, unless something else is typed."""

    widget = MomentInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(initial=this_minute, **kwargs)

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        if moment and moment > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("先の日時になっています。"))
        return moment


class Recorded(TypedMixin, OnceForm):
    """A form whose fields are the columns of the row that it adds."""

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "once"}


class CallForm(Recorded):
    whom = CodeChoiceField("emergency_call", label=_("どこへ"), widget=forms.RadioSelect)
    called_at = PastMoment(label=_("連絡した日時"))
    outcome = forms.CharField(
        label=_("どうなったか"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("つながらなかったときも、書いておきます。あとから変えられません。"),
    )


class NoticeForm(Recorded):
    law = forms.ChoiceField(label=_("根拠の法律"), choices=Law.choices, widget=forms.RadioSelect)
    recipient = forms.CharField(
        label=_("通告・通報した先"), max_length=120, help_text=_("機関と、出た人の名前")
    )
    noticed_at = PastMoment(label=_("通告・通報した日時"))
    content = forms.CharField(
        label=_("伝えた内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("事実と、だれから聞いたことかを分けて書きます。あとから変えられません。"),
    )
    hides_informant = forms.BooleanField(
        label=_("通報した人を明かさない"),
        required=False,
        help_text=_(
            "だれから聞いたかと折り返し先を、この相談から消します。元に戻せません。「ひとことで」と「伝えた内容」にも、その人が分かることを書かないでください。"
        ),
    )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "hides_informant"}


class ReplyForm(Recorded):
    replied_at = PastMoment(label=_("返事があった日時"))
    text = forms.CharField(label=_("返事の内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
