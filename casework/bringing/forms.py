from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField, CodesField
from casework.intake.models import Urgency
from casework.once import OnceForm
from permissions.typed import TypedMixin

from .actions import BroughtDraft

# What only makes sense without consent, and has to be said then (domain.md 1.2.2).
WITHOUT = ("how_known", "why", "tried", "next_try", "basis")


class BringForm(TypedMixin, OnceForm):
    in_charge = forms.CharField(label=_("担当者"), max_length=60)
    reply_to = forms.CharField(label=_("折り返し先（機関の電話など）"), max_length=200)
    one_line = forms.CharField(label=_("ひとことで"), max_length=200)
    topics = CodesField("topic", label=_("相談の内容"), required=False)
    urgency = forms.ChoiceField(
        label=_("緊急度"), choices=Urgency.choices, initial=Urgency.UNCHECKED, widget=forms.RadioSelect,
        help_text=_("いま命や身体があぶないときは、先に110番・119番へ。書きこみを待たずに、センターへ電話してください。"),
    )  # fmt: skip
    facts = forms.CharField(
        label=_("分かっていること"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("センターが動くために要ることだけを書きます。見聞きしたことと考えを分けて書いてください。"),
    )  # fmt: skip
    wishes = forms.CharField(
        label=_("センターに望むこと"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    has_consent = forms.TypedChoiceField(
        label=_("センターに伝えることに、本人の同意がありますか"), widget=forms.RadioSelect,
        choices=[("yes", _("ある")), ("no", _("ない"))], coerce=lambda value: value == "yes",
    )  # fmt: skip
    consent_words = forms.CharField(
        label=_("同意をいつ、どのように確かめたか"), max_length=300, required=False,
        help_text=_("同意があるときに書きます（例：11月20日に口頭で、母から）。"),
    )  # fmt: skip
    how_known = forms.CharField(
        label=_("世帯をどのように知ったか"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("ここから下は、同意がないときに、すべて書きます。支援会議のためだけに使います。"),
    )  # fmt: skip
    why = CodeChoiceField(
        "no_consent", label=_("同意がない理由"), required=False, empty_label=_("（同意がないときに選ぶ）")
    )
    tried = forms.CharField(
        label=_("同意を得るために試したこと"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_try = forms.CharField(label=_("次にいつ、どのように試すか"), max_length=300, required=False)
    basis = CodeChoiceField(
        "basis",
        without=["consent"],
        label=_("法的根拠"),
        required=False,
        empty_label=_("（同意がないときに選ぶ）"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "has_consent" not in cleaned:
            return cleaned
        needed = ("consent_words",) if cleaned["has_consent"] else WITHOUT
        for name in needed:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("この項目を入力してください。"))
        unneeded = WITHOUT if cleaned["has_consent"] else ("consent_words",)
        for name in unneeded:
            if cleaned.get(name):
                self.add_error(
                    name, _("「本人の同意」の答えと合いません。消すか、答えを選び直してください。")
                )
        return cleaned

    def draft(self) -> BroughtDraft:
        values = {name: self.cleaned_data[name] for name in BroughtDraft.__dataclass_fields__}
        return BroughtDraft(**{**values, "topics": tuple(values["topics"])})
