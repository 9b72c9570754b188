from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from casework.seen import SeenForm
from permissions.days import DayInput
from permissions.typed import TypedMixin, as_typed

from .models import Code
from .settings import LONGEST_TEXT, Count, Text

HELP = {
    "label": _("職員の画面に出ることばです。"),
    "plain_label": _("住民に見せる紙や画面に使います。書かなければ、上のことばがそのまま出ます。"),
    "label_en": _("英語の画面に出ます。書かなければ、日本語がそのまま出ます。"),
    "report_code": _("国の様式のどの区分に数えるか。分からなければ空けておきます。"),
    "valid_from": _("この日から選べます。"),
}
WIDGETS = {"valid_from": DayInput}


class CodeForm(SeenForm):
    """The words of a code. Its code is not among them: other tables hold it."""

    class Meta:
        model = Code
        fields = ("label", "plain_label", "label_en", "report_code", "valid_from")
        help_texts, widgets = HELP, WIDGETS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("valid_from"), self.instance.valid_to
        if first and last and first > last:
            self.add_error("valid_from", _("最初の日が、最後の日よりあとになっています。"))
        return cleaned


class NewCodeForm(OnceForm, SeenForm):
    """A new code of a list."""

    class Meta:
        model = Code
        fields = ("code", "label", "plain_label", "label_en", "report_code", "valid_from")
        help_texts = {
            **HELP,
            "code": _("半角の小文字・数字・「_」。あとから変えられません。例：night_call"),
        }
        widgets = WIDGETS

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code != code.lower() or "-" in code:
            raise forms.ValidationError(_("半角の小文字・数字・「_」で書いてください。"))
        return code


class RetireForm(forms.Form):
    """The last day of a code as a choice."""

    last_day = forms.DateField(
        label=_("選べる最後の日"),
        widget=DayInput,
        help_text=_("きのうより前の日にすると、すぐに選べなくなります。"),
    )


class SettingForm(TypedMixin, forms.Form):
    """A number or a text that the city decides, and what held when the form was shown."""

    value = forms.CharField(label=_("内容"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, definition: Count | Text, now: str, **kwargs: Any) -> None:
        value = _number(definition) if isinstance(definition, Count) else _text(definition)
        # Before TypedMixin looks at the fields.
        self.base_fields = {**self.base_fields, "value": value}  # type: ignore[misc] # of this form alone
        super().__init__(*args, **kwargs)
        self.initial.update(value=now, seen=now)

    def clean_seen(self) -> str:
        # Browsers send line ends of their own.
        seen: str = as_typed(self.cleaned_data["seen"])
        return seen

    def typed(self) -> str:
        return str(self.cleaned_data["value"])


def _number(definition: Count) -> forms.Field:
    return forms.IntegerField(
        label=format_lazy("{}{}{}{}", _("数"), _("（"), definition.unit, _("）")),
        min_value=definition.least,
        max_value=definition.most,
    )


def _text(definition: Text) -> forms.Field:
    return forms.CharField(
        label=_("文"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8 if definition.is_list else 4}),
        help_text=_("1行が1つの「・」になります。")
        if definition.is_list
        else _("改行すると、段落が分かれます。"),
    )
