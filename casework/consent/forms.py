from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from casework.sharing.items import Item
from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import partner_agencies
from permissions.days import DayInput
from permissions.people import name_of
from permissions.typed import TypedMixin

from .actions import ConsentDraft, Exclusion
from .models import Aid, Answer, Capacity, ConsentMethod, Giver
from .selectors import ConsentView

# What has to be said before somebody can agree (domain.md 3.5).
POINTS = (
    _("何のために見せるのか"),
    _("どの機関に見せるのか（一つひとつの名前）"),
    _("どの項目を見せるのか"),
    _("いつまで見せるのか"),
    _("いつでも、全部でも一部でも、取り消せること"),
    _("同意しなくても相談は続けられること、同意しないとできないこと"),
)
SCOPE_ROWS = 3
EXCLUSION_ROWS = 3


class ConsentForm(TypedMixin, OnceForm):
    """What was explained and what the person said; scope and exclusions are rows of their own."""

    points = forms.MultipleChoiceField(
        label=_("説明したこと"),
        choices=[(str(number), text) for number, text in enumerate(POINTS)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    explained_note = forms.CharField(
        label=_("説明について、ほかに残すこと"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    explained_on = forms.DateField(label=_("説明した日"), initial=timezone.localdate, widget=DayInput)
    answer = forms.ChoiceField(label=_("返事"), choices=Answer.choices, widget=forms.RadioSelect)
    giver = forms.ChoiceField(
        label=_("だれが答えたか"), choices=Giver.choices, initial=Giver.SELF, widget=forms.RadioSelect,
        help_text=_("保護者から暴力や虐待を受けているおそれがあるときは、その保護者に尋ねないでください。"),
    )  # fmt: skip
    giver_name = forms.CharField(label=_("答えた人の氏名（本人のほか）"), max_length=100, required=False)
    own_view = forms.CharField(
        label=_("本人のことば"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("ほかの人が答えたとき、とくに子どものときは、本人がどう言ったかをそのまま書きます。"),
    )  # fmt: skip
    method = forms.ChoiceField(
        label=_("方法"),
        choices=ConsentMethod.choices,
        initial=ConsentMethod.WRITTEN,
        widget=forms.RadioSelect,
    )
    witness = forms.ModelChoiceField(
        label=_("立ち会った職員"), queryset=Membership.objects.none(), required=False, empty_label=_("なし"),
        help_text=_("口頭の同意は、2人の職員で聞きます。"),
    )  # fmt: skip
    kept_at = forms.CharField(label=_("書面の保管場所"), max_length=100, required=False)
    aid = forms.ChoiceField(label=_("助けになったもの"), choices=Aid.choices, initial=Aid.NONE)
    aid_note = forms.CharField(label=_("ことば、通訳した人など"), max_length=100, required=False)
    capacity = forms.ChoiceField(label=_("判断する力"), choices=Capacity.choices, initial=Capacity.CLEAR)
    capacity_note = forms.CharField(
        label=_("本人の意思をどう確かめたか"), max_length=500, required=False,
        help_text=_("疑いがあるときは必ず書きます。権利擁護（成年後見など）の利用も考えてください。"),
    )  # fmt: skip
    valid_until = forms.DateField(
        label=_("いつまで有効か"), required=False, widget=DayInput,
        help_text=_("この日の終わりに、同意をもとにした共有はひとりでに終わります。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        witness: Any = self.fields["witness"]
        witness.queryset = (
            Membership.objects.live().filter(agency__is_center=True).select_related("user", "agency")
        ).order_by("agency", "user__last_name", "pk")
        witness.label_from_instance = lambda row: f"{name_of(row.user)}（{row.agency.name}）"

    def clean_explained_on(self) -> Any:
        explained_on = self.cleaned_data["explained_on"]
        if explained_on > timezone.localdate():
            raise forms.ValidationError(_("説明した日が、先の日になっています。"))
        return explained_on

    def clean_valid_until(self) -> Any:
        valid_until = self.cleaned_data["valid_until"]
        if valid_until and valid_until < timezone.localdate():
            raise forms.ValidationError(_("過ぎた日は選べません。"))
        return valid_until

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("answer") == Answer.GIVEN and len(cleaned.get("points") or ()) < len(POINTS):
            self.add_error("points", _("同意とするには、このすべてを説明している必要があります。"))
        if not cleaned.get("points") and not cleaned.get("explained_note") and "points" not in self.errors:
            self.add_error("points", _("何を説明したかを選んでください。"))
        return cleaned

    def explained(self) -> str:
        said = [str(POINTS[int(number)]) for number in self.cleaned_data["points"]]
        return "\n".join([*said, self.cleaned_data["explained_note"]]).strip()

    def draft(
        self, scopes: tuple[tuple[Agency, str], ...], exclusions: tuple[Exclusion, ...]
    ) -> ConsentDraft:
        taken = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"once", "points", "explained_note"}
        }
        return ConsentDraft(explained=self.explained(), scopes=scopes, exclusions=exclusions, **taken)


class ScopeForm(forms.Form):
    """Some agencies, and the items each of them may see."""

    agencies = forms.ModelMultipleChoiceField(
        label=_("機関"), queryset=Agency.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    items = forms.MultipleChoiceField(
        label=_("項目"), choices=Item.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies: Any = self.fields["agencies"]
        agencies.queryset = partner_agencies()
        agencies.label_from_instance = lambda agency: agency.name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("agencies")) != bool(cleaned.get("items")) and not self.errors:
            raise forms.ValidationError(_("機関と項目の、両方を選んでください。"))
        return cleaned

    def pairs(self) -> list[tuple[Agency, str]]:
        cleaned = self.cleaned_data
        return [(agency, item) for agency in cleaned.get("agencies", ()) for item in cleaned.get("items", ())]


class ExclusionForm(TypedMixin, forms.Form):
    """Somebody who must not be told: an agency, or anybody in words."""

    agency = forms.ModelChoiceField(
        label=_("機関"), queryset=Agency.objects.none(), required=False, empty_label=_("（機関ではない）")
    )
    words = forms.CharField(
        label=_("機関ではないとき"), max_length=200, required=False, help_text=_("例：遠くに住む娘")
    )
    item = forms.ChoiceField(
        label=_("見せない項目"), choices=[("", _("すべて")), *Item.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = partner_agencies()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("item") and not cleaned.get("agency") and not cleaned.get("words"):
            raise forms.ValidationError(_("だれに見せないのかを書いてください。"))
        return cleaned

    def exclusion(self) -> Exclusion | None:
        cleaned = self.cleaned_data
        if not (cleaned.get("agency") or cleaned.get("words")):
            return None
        return Exclusion(cleaned.get("agency"), cleaned.get("item", ""), cleaned.get("words", ""))


ScopeFormSet: type[BaseFormSet] = forms.formset_factory(
    ScopeForm, extra=SCOPE_ROWS, max_num=SCOPE_ROWS, absolute_max=SCOPE_ROWS
)
ExclusionFormSet: type[BaseFormSet] = forms.formset_factory(
    ExclusionForm, extra=EXCLUSION_ROWS, max_num=EXCLUSION_ROWS, absolute_max=EXCLUSION_ROWS
)


def scopes_of(rows: Iterable[ScopeForm]) -> tuple[tuple[Agency, str], ...]:
    return tuple(pair for row in rows for pair in row.pairs())


def exclusions_of(rows: Iterable[ExclusionForm]) -> tuple[Exclusion, ...]:
    return tuple(found for row in rows if (found := row.exclusion()))


class WithdrawalForm(TypedMixin, forms.Form):
    """What of a consent is taken back."""

    part = forms.ChoiceField(label=_("何を取り消しますか"), required=False)
    said_on = forms.DateField(label=_("申し出のあった日"), initial=timezone.localdate, widget=DayInput)
    how = forms.CharField(
        label=_("だれから、どのように聞いたか"), max_length=300,
        help_text=_("機関には、共有が終わったことだけが伝わります。理由は伝わりません。"),
    )  # fmt: skip

    def __init__(self, *args: Any, consent: ConsentView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = {str(agency.pk): agency for agency in consent.standing}
        items = {item for items in consent.standing.values() for item in items}
        part: Any = self.fields["part"]
        part.choices = [
            ("", _("すべて")),
            (
                _("1つの機関"),
                [(f"a:{key}", agency.name) for key, agency in self.agencies.items()],
            ),
            (_("1つの項目"), [(f"i:{item.value}", item.label) for item in Item if item in items]),
            (
                _("1つの機関の1つの項目"),
                [
                    (f"b:{agency.pk}:{item}", f"{agency.name}：{Item(item).label}")
                    for agency, of_agency in consent.standing.items()
                    for item in of_agency
                ],
            ),
        ]

    def clean_said_on(self) -> Any:
        said_on = self.cleaned_data["said_on"]
        if said_on > timezone.localdate():
            raise forms.ValidationError(_("申し出のあった日が、先の日になっています。"))
        return said_on

    def chosen(self) -> tuple[Agency | None, str]:
        """Return (agency or None for all, item or empty for all)."""
        kind, _colon, rest = self.cleaned_data["part"].partition(":")
        if kind == "i":
            return None, rest
        key, _colon, item = rest.partition(":")
        return self.agencies.get(key), item
