from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.states import Stage
from casework.cases.words import stage_label
from casework.codes.fields import CodeChoiceField
from casework.meetings.held import HeldItemField
from casework.meetings.models import AgendaItem
from casework.once import OnceForm
from casework.tasks.forms import owner_choices
from casework.tasks.selectors import owners
from permissions.days import DayInput
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import SuspensionDraft, lacking

# Entered with the day of the next monitoring (cases/guards.py).
LOOKED_AT_AGAIN = frozenset({Stage.ACTIVE, Stage.AGREED})


class SuspensionForm(TypedMixin, OnceForm):
    """Why a case rests, who decided it, and when somebody looks again."""

    reason = CodeChoiceField(
        "suspend_reason",
        label=_("中断の理由"),
        empty_label=_("選んでください"),
        error_messages={"required": _("中断の理由を選んでください。")},
    )
    words = forms.CharField(
        label=_("くわしいこと"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    review_on = forms.DateField(
        label=_("見直しの日"),
        widget=DayInput,
        help_text=_("この日に、続けるか、再開するか、終えるかを決めます。"),
        error_messages={"required": _("見直しの日を決めてください。")},
    )
    reviewer = forms.ChoiceField(label=_("だれが見直すか"))
    agenda = HeldItemField(label=_("どの会議で決めたか"))
    decided_in = forms.CharField(
        label=_("一覧にない会議"),
        max_length=100,
        required=False,
        help_text=_("会議の番号と日。センター長が自分で決めたときは、書かなくてかまいません。"),
    )

    def __init__(self, *args: Any, viewer: Viewer, held: list[AgendaItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        agenda: Any = self.fields["agenda"]
        agenda.offer(held)
        reviewer: Any = self.fields["reviewer"]
        reviewer.choices = owner_choices()
        reviewer.initial = str(viewer.membership.pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.cleaned_data = cleaned
        if not ({"reason", "review_on", "reviewer"} & set(self.errors)):
            for name, words in lacking(self.viewer, self.draft()).items():
                self.add_error(name, words)
        elif (
            self.viewer.role != "chief"
            and not (cleaned.get("agenda") or cleaned.get("decided_in"))
            and "decided_in" not in self.errors
        ):
            self.add_error(
                "decided_in", _("中断は、センター長か会議が決めます。どの会議で決めたかを書いてください。")
            )
        return cleaned

    def draft(self) -> SuspensionDraft:
        told = self.cleaned_data
        reviewer = owners().get(pk=told["reviewer"])
        return SuspensionDraft(
            told["reason"], told["review_on"], reviewer, told.get("words", ""), told.get("decided_in", ""),
            told.get("agenda"),
        )  # fmt: skip


class ResumeForm(TypedMixin, forms.Form):
    """Where a case that rested goes on, and why."""

    stage = forms.ChoiceField(label=_("つぎの段階"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("理由を書いてください。")},
    )  # fmt: skip
    next_on = forms.DateField(
        label=_("次のモニタリングの日"),
        widget=DayInput,
        required=False,
        help_text=_("支援実施か申合せにもどるときに決めます。"),
    )
    next_owner = forms.ChoiceField(label=_("次にだれが確かめるか"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, ways: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["stage"].choices = [(stage, stage_label(stage)) for stage in ways]
        fields["next_owner"].choices = owner_choices()
        fields["next_owner"].initial = str(viewer.membership.pk)
        if not LOOKED_AT_AGAIN & set(ways):
            del self.fields["next_on"], self.fields["next_owner"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (
            cleaned.get("stage") in LOOKED_AT_AGAIN
            and not cleaned.get("next_on")
            and "next_on" not in self.errors
        ):
            self.add_error("next_on", _("次のモニタリングの日を決めてください。"))
        return cleaned

    def told(self) -> dict[str, Any]:
        """Return the arguments of ``resume_case``."""
        given = self.cleaned_data
        found: dict[str, Any] = {"stage": given["stage"], "words": given["words"]}
        if given["stage"] in LOOKED_AT_AGAIN:
            found |= {"next_on": given["next_on"], "next_owner": owners().get(pk=given["next_owner"])}
        return found
