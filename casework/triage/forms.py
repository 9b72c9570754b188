from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.states import Stage
from casework.cases.words import offered_stages
from casework.once import OnceForm
from permissions.agencies.models import Membership
from permissions.people import name_of
from permissions.typed import TypedMixin

from .actions import ScreeningDraft
from .rules import ACCOMPANIMENT, CHOICES, COORDINATION, REFERRAL, Fact, choice_label

if TYPE_CHECKING:
    from casework.cases.models import Case
    from permissions.viewer import Viewer


def _boxes(facts: tuple[Fact, ...]) -> list[tuple[str, Any]]:
    return [(fact.value, fact.label) for fact in facts]


class FactsForm(forms.Form):
    """What is known, in three groups: what speaks for coordination, for accompaniment, for a referral."""

    coordination = forms.MultipleChoiceField(
        label=_("いくつもの機関で取り組むことを考えるとき"), choices=_boxes(COORDINATION), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    accompaniment = forms.MultipleChoiceField(
        label=_("センターが伴走することを考えるとき"), choices=_boxes(ACCOMPANIMENT), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    referral = forms.MultipleChoiceField(
        label=_("1つの機関につなぐことを考えるとき（すべて当てはまること）"), choices=_boxes(REFERRAL), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def facts(self) -> tuple[str, ...]:
        return tuple(fact for name in self.fields for fact in self.cleaned_data[name])


def initial_of(known: tuple[Fact, ...]) -> dict[str, list[str]]:
    """Return the boxes that the records tick."""
    groups = {"coordination": COORDINATION, "accompaniment": ACCOMPANIMENT, "referral": REFERRAL}
    return {name: [fact.value for fact in facts if fact in known] for name, facts in groups.items()}


class ChoiceForm(TypedMixin, OnceForm):
    """What somebody chooses, the suggestion in sight."""

    chosen = forms.ChoiceField(label=_("どの道に進むか"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("そう決めた理由"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("提案とちがう道を選ぶときは、必ず書きます。"),
    )  # fmt: skip
    second = forms.ModelChoiceField(
        label=_("一緒に確かめた職員"), queryset=Membership.objects.none(), required=False, empty_label=_("なし"),
        help_text=_("「情報提供で終わり」にするときは、2人で確かめます。"),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = offered_stages(case.stage)
        fields: Any = self.fields
        fields["chosen"].choices = [(code.value, choice_label(code)) for code in CHOICES if code in following]
        colleagues = Membership.objects.live().filter(
            agency__is_center=True, role__in=("reception", "coordinator", "chief")
        )
        fields["second"].queryset = (
            colleagues.exclude(user=viewer.user).select_related("user", "agency").order_by("pk")
        )
        fields["second"].label_from_instance = lambda row: f"{name_of(row.user)}（{row.agency.name}）"
        if Stage.CLOSED_INFO not in following:
            del fields["second"]

    def draft(self, facts: tuple[str, ...]) -> ScreeningDraft:
        cleaned = self.cleaned_data
        return ScreeningDraft(cleaned["chosen"], facts, cleaned["why"], cleaned.get("second"))
