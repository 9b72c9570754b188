from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import partner_agencies
from permissions.days import DayInput
from permissions.people import name_of
from permissions.typed import TypedMixin

from .actions import GroundDraft, Threat
from .models import ConcealmentKind, PlaceKind

if TYPE_CHECKING:
    from casework.households.models import Person

THREAT_ROWS = 3


class GroundForm(TypedMixin, OnceForm):
    kind = forms.ChoiceField(
        label=_("何にもとづく秘匿か"), choices=ConcealmentKind.choices, widget=forms.RadioSelect,
        initial=ConcealmentKind.PROVISIONAL,
        help_text=_("正式な決定を待つ必要はありません。本人の言葉だけで、いますぐ始められます。"),
    )  # fmt: skip
    words = forms.CharField(
        label=_("根拠の内容"), max_length=300,
        help_text=_("だれが、いつ、どう言ったか。支援措置なら、決定した市区町村と日付。住所は書かないでください。"),
    )  # fmt: skip
    ends_on = forms.DateField(
        label=_("措置の終わりの日"), required=False, widget=DayInput,
        help_text=_("支援措置のときに書きます（ふつう1年）。この日が過ぎても、秘匿は人が終わりにするまで続きます。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (
            cleaned.get("kind") == ConcealmentKind.MEASURE
            and not cleaned.get("ends_on")
            and "ends_on" not in self.errors
        ):
            self.add_error("ends_on", _("支援措置の終わりの日を書いてください。"))
        return cleaned

    def draft(self) -> GroundDraft:
        cleaned = self.cleaned_data
        return GroundDraft(cleaned["kind"], cleaned["words"], cleaned["ends_on"])


class ConcealForm(GroundForm):
    person = forms.ChoiceField(label=_("だれの申し出か"), widget=forms.RadioSelect)

    field_order = ("person", "kind", "words", "ends_on")

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(str(person.pk), person.name) for person in people]  # type: ignore[attr-defined]
        if len(people) == 1:
            self.initial.setdefault("person", str(people[0].pk))


class ThreatForm(TypedMixin, forms.Form):
    """One who must not learn it. Rows left empty are none."""

    name = forms.CharField(label=_("名前や呼び名"), max_length=100, required=False)
    relation = forms.CharField(
        label=_("本人との関係"), max_length=100, required=False, help_text=_("元の夫、その母、代理人など")
    )
    agency = forms.ModelChoiceField(
        label=_("その人とつながりのある機関"), queryset=Agency.objects.none(), required=False,
        empty_label=_("なし・分からない"),
        help_text=_("選んだ機関には、このケースがすぐに見えなくなります。"),
    )  # fmt: skip
    worker = forms.ModelChoiceField(
        label=_("その人とつながりのある職員"), queryset=Membership.objects.none(), required=False,
        empty_label=_("なし・分からない"),
        help_text=_("親族など。選んだ職員には、このケースがすぐに見えなくなります。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = partner_agencies()  # type: ignore[attr-defined]
        workers: Any = self.fields["worker"]
        workers.queryset = (
            Membership.objects.live().select_related("user", "agency").order_by("agency__name", "pk")
        )
        workers.label_from_instance = lambda row: f"{row.agency.name} {name_of(row.user)}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        said = cleaned.get("relation") or cleaned.get("agency") or cleaned.get("worker")
        if said and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("名前か呼び名を書いてください。"))
        return cleaned


ThreatFormSet = forms.formset_factory(ThreatForm, extra=THREAT_ROWS, max_num=THREAT_ROWS)


def threats_of(rows: Any) -> tuple[Threat, ...]:
    """Return the rows that say something."""
    return tuple(
        Threat(row["name"], row["relation"], row["agency"], row["worker"].user_id if row["worker"] else None)
        for row in (form.cleaned_data for form in rows)
        if row.get("name")
    )


class LiftForm(TypedMixin, forms.Form):
    reason = forms.CharField(label=_("秘匿を終える理由"), max_length=300)


class PlaceForm(TypedMixin, forms.Form):
    kind = forms.ChoiceField(label=_("見たい場所"), choices=PlaceKind.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("見る理由"), max_length=300, help_text=_("記録に残り、担当者に知らされます。")
    )

    def __init__(self, *args: Any, kinds: list[PlaceKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.initial.setdefault("kind", kinds[0].value)
