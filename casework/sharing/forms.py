from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import partner_agencies
from permissions.days import DayInput, end_of_day
from permissions.people import name_of
from permissions.typed import TypedMixin

from .actions import Ground, Label
from .bases import bases
from .items import CHOSEN_ITEMS, Item
from .models import Disposal

HOUSEHOLD = "household"


def label_key(label: Label) -> str:
    return f"{label.person_id or HOUSEHOLD}:{label.item}"


def parse_label(text: str) -> Label:
    """Return the label a form value stands for. Raises ValueError for anything else."""
    person, item = text.split(":")
    return Label(None if person == HOUSEHOLD else uuid.UUID(person), Item(item).value)


class LabelGroup:
    """The items of one person (or the household) as boxes to tick; for the template."""

    def __init__(self, name: str, boxes: list[dict[str, Any]]) -> None:
        self.name = name
        self.boxes = boxes


class ReceiverForm(forms.Form):
    """Which agency something is shared with: what may follow depends on it."""

    agency = forms.ModelChoiceField(
        label=_("共有する機関"), queryset=Agency.objects.none(), empty_label=_("選んでください")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = partner_agencies()


class ShareForm(ReceiverForm, TypedMixin):
    """Which agency may see which items of whom, on which basis, until when.

    ``agreed`` and ``unwanted``: (person, item) pairs that a consent names, or that the person asked not to show.
    """

    labels = forms.MultipleChoiceField(
        label=_("見せる項目"), error_messages={"required": _("見せる項目を1つ以上選んでください。")}
    )
    basis = forms.ChoiceField(label=_("法的根拠"), widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("根拠の内容"),
        max_length=300,
        help_text=_(
            "あとで確かめられるように、いつ・だれが・どの方法でしたかを書いてください（例：2026年11月20日 書面の同意 説明者 見本 調）。"
        ),
    )
    until = forms.DateField(
        label=_("いつまで"),
        required=False,
        widget=DayInput,
        help_text=_("この日の終わりまで。空欄なら、終わらせるまで続きます。"),
    )
    approver = forms.ModelChoiceField(
        label=_("承認者"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("なし"),
        help_text=_("臨時の根拠（69条2項2〜4号、生命・身体・財産の保護）のときに必要です。"),
    )

    despite = forms.CharField(
        label=_("本人が見せないでほしいと言った項目を見せる理由"), max_length=300, required=False
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[tuple[uuid.UUID, str]],
        giver: Agency,
        receiver: Agency,
        agreed: set[tuple[uuid.UUID, str]] = frozenset(),  # type: ignore[assignment]
        unwanted: set[tuple[uuid.UUID | None, str]] = frozenset(),  # type: ignore[assignment]
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.bases = {
            code: rule
            for code, rule in bases().items()
            if rule.is_offered and rule.fits(giver=giver.legal_type, receiver=receiver.legal_type)
        }
        basis: Any = self.fields["basis"]
        basis.choices = [(code, rule.label) for code, rule in self.bases.items()]
        self.people = [(None, _("世帯全体")), *people]
        self.agreed, self.unwanted = agreed, unwanted
        if not unwanted:
            del self.fields["despite"]
        labels: Any = self.fields["labels"]
        labels.choices = [
            (label_key(Label(person, item.value)), item.value)
            for person, _name in self.people
            for item in CHOSEN_ITEMS
        ]
        approver: Any = self.fields["approver"]
        approver.queryset = (
            Membership.objects.live().filter(role="chief", agency__is_center=True).select_related("user")
        )
        approver.label_from_instance = _approver_name

    def label_groups(self) -> list[LabelGroup]:
        ticked = set(self["labels"].value() or ())
        return [
            LabelGroup(
                str(name),
                [
                    {
                        "value": key,
                        "name": item.label,
                        "is_ticked": key in ticked,
                        "is_agreed": self._is_agreed(person, item.value),
                        "is_unwanted": (person, item.value) in self.unwanted,
                    }
                    for item in CHOSEN_ITEMS
                    if (key := label_key(Label(person, item.value)))
                ],
            )
            for person, name in self.people
        ]

    def _is_agreed(self, person: uuid.UUID | None, item: str) -> bool:
        """A household's item needs everybody."""
        concerned = [person] if person else [each for each, _name in self.people if each]
        return bool(concerned) and all((each, item) in self.agreed for each in concerned)

    def basis_hints(self) -> list[tuple[str, Any]]:
        return [(str(rule.label), rule.hint) for rule in self.bases.values()]

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < timezone.localdate():
            raise forms.ValidationError(_("過ぎた日は選べません。"))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rule = self.bases.get(cleaned.get("basis", ""))
        if rule and rule.needs_approval:
            for name in ("approver", "until"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("この根拠は臨時のものなので、ここも必要です。"))
        return cleaned

    def chosen_labels(self) -> list[Label]:
        return [parse_label(text) for text in self.cleaned_data["labels"]]

    def ground(self) -> Ground:
        cleaned = self.cleaned_data
        until = end_of_day(cleaned["until"]) if cleaned["until"] else None
        return Ground(
            cleaned["basis"],
            cleaned["evidence"],
            approver=cleaned["approver"],
            until=until,
            despite=cleaned.get("despite", ""),
        )


def _approver_name(membership: Membership) -> str:
    return name_of(membership.user)


class EndForm(TypedMixin, forms.Form):
    """Why a line ends."""

    reason = forms.CharField(label=_("終わりにする理由"), max_length=300)


class RecallForm(TypedMixin, forms.Form):
    """What an agency did with what it no longer sees."""

    kind = forms.ChoiceField(label=_("どうしましたか"), choices=Disposal.choices, widget=forms.RadioSelect)
    law = forms.CharField(
        label=_("法令の名前と、いつまで保存するか"),
        max_length=200,
        required=False,
        help_text=_("法令で決められた記録として保存するときだけ書きます。"),
    )


class BlockForm(TypedMixin, forms.Form):
    """Who must not see a case: one agency, or one person."""

    agency = forms.ModelChoiceField(
        label=_("機関"), queryset=Agency.objects.none(), required=False, empty_label=_("（人を選ぶとき）")
    )
    membership = forms.ModelChoiceField(
        label=_("人"), queryset=Membership.objects.none(), required=False, empty_label=_("（機関を選ぶとき）")
    )
    reason = forms.CharField(label=_("理由"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = partner_agencies()
        membership: Any = self.fields["membership"]
        membership.queryset = (
            Membership.objects.live().select_related("user", "agency").order_by("agency", "user")
        )
        membership.label_from_instance = lambda row: f"{name_of(row.user)}（{row.agency.name}）"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("agency")) == bool(cleaned.get("membership")):
            raise forms.ValidationError(_("機関か人の、どちらか1つを選んでください。"))
        return cleaned
