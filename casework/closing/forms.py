from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.cases.states import Flow
from casework.codes.fields import CodeChoiceField
from casework.codes.settings import count_of
from casework.dates import in_months
from casework.meetings.held import HeldItemField
from casework.meetings.models import AgendaItem
from casework.once import OnceForm
from casework.plans.models import Decision
from permissions.agencies.models import Agency
from permissions.days import DayInput
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import NOT_TOLD, ClosureDraft, lacking
from .rules import DECIDED_BEFORE


class ClosureForm(TypedMixin, OnceForm):
    """The closing sheet. What it must hold depends on the kind, the flow and the stage (rules.py)."""

    kind = CodeChoiceField(
        "close_kind",
        label=_("終結の区分"),
        empty_label=_("選んでください"),
        error_messages={"required": _("終結の区分を選んでください。")},
    )
    decision = forms.ChoiceField(
        label=_("終わることを決めた決定"),
        required=False,
        help_text=_("終わることを決めた会議の決定を選びます。プランの決定は選べません。"),
    )
    agenda = HeldItemField(label=_("どの会議で決めたか"))
    decided_by_words = forms.CharField(
        label=_("一覧にない会議"),
        max_length=100,
        required=False,
        help_text=_("例：11月20日の内部会議。センター長が自分で決めたときは、書かなくてかまいません。"),
    )
    lead = forms.ChoiceField(
        label=_("終わったあとの窓口"),
        required=False,
        help_text=_("困ったときに、本人がまずどこへ話せばよいか。"),
    )
    lead_words = forms.CharField(
        label=_("窓口のくわしいこと"),
        max_length=200,
        required=False,
        help_text=_("一覧にない窓口や、家族の一人ひとりの窓口。窓口がないときは、その理由。"),
    )
    watch = forms.CharField(
        label=_("見守り（だれが、どのように）"),
        max_length=200,
        required=False,
        help_text=_("例：民生委員が週に1回、声をかける"),
    )
    watch_until = forms.DateField(
        label=_("見守りはいつまで"),
        required=False,
        widget=DayInput,
        help_text=_("この日も、様子を確かめるまで、あなたの期限になります。"),
    )
    signs = forms.CharField(
        label=_("また相談してほしいとき（サイン）"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例：郵便物がたまる、夜に大きな声がする、年金を引き出していない"),
    )
    follow_up_on = forms.DateField(
        label=_("終わったあとに確かめる日"),
        required=False,
        widget=DayInput,
        help_text=_("この日が、あなたの期限になります。"),
    )
    told = forms.CharField(
        label=_("本人に伝えたこと"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("伝えられなかったときは、その理由。"),
        error_messages={"required": NOT_TOLD},
    )

    def __init__(
        self, *args: Any, viewer: Viewer, case: Case, decisions: Iterable[Decision], held: list[AgendaItem],
        agencies: Iterable[Agency], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.viewer, self.case = viewer, case
        self.decisions: dict[str, Any] = {str(each.pk): each for each in decisions}
        self.agencies = {str(each.pk): each for each in agencies}
        fields: dict[str, Any] = self.fields
        fields["follow_up_on"].initial = in_months(timezone.localdate(), count_of("closing_follow_up"))
        is_coordination = case.flow == Flow.COORDINATION
        nothing = (
            _("終わることを決めた会議の決定が、まだありません")
            if is_coordination
            else _("決定がまだありません")
        )
        fields["decision"].choices = [
            ("", _("選んでください") if self.decisions else nothing),
            *((key, each.words) for key, each in self.decisions.items()),
        ]
        fields["lead"].choices = [
            ("", _("選んでください")),
            *((key, each.name) for key, each in self.agencies.items()),
        ]
        fields["agenda"].offer(held)
        if is_coordination or case.stage in DECIDED_BEFORE:
            del fields["decided_by_words"], fields["agenda"]
        if not is_coordination and not self.decisions:
            del fields["decision"]

    def clean(self) -> dict[str, Any]:
        """Say everything at once: also what is missing beside a field that cannot be read."""
        cleaned = super().clean() or {}
        for name, words in lacking(self.case, self.draft(), self.viewer).items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, words)
        return cleaned

    def draft(self) -> ClosureDraft:
        told = self.cleaned_data
        words = ("kind", "told", "lead_words", "decided_by_words", "watch", "signs")
        return ClosureDraft(
            lead=self.agencies.get(told.get("lead", "")),
            decision=self.decisions.get(told.get("decision", "")),
            agenda=told.get("agenda"),
            watch_until=told.get("watch_until"),
            follow_up_on=told.get("follow_up_on"),
            **{name: told.get(name, "") for name in words},
        )
