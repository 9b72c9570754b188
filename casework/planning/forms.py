from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.assessments.models import Assessment
from casework.codes.fields import CodeChoiceField
from casework.consent.models import ConsentMethod, Giver
from casework.dates import in_months
from casework.households.models import Person
from casework.meetings.minutes import AlsoThere
from casework.meetings.minutes_forms import CirculationFields, proposed_until
from casework.meetings.models import AgendaItem
from casework.once import OnceForm
from casework.plans.actions import RoleDraft
from casework.plans.forms import AboutForm, People, RoleForm, TakesPlaceFields, written_in
from casework.plans.models import TERMS
from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD
from casework.sharing.items import Item
from permissions.agencies.models import Membership
from permissions.days import DayInput
from permissions.people import name_of
from permissions.typed import TypedMixin

from .actions import AtMeeting, PartDraft, PlanDraft
from .agreements import AgreementDraft, against
from .confirmations import ConfirmationDraft
from .confirmations import against as against_confirmation
from .models import AgreementAnswer, ConfirmationOutcome, Section

# What an entry may be about; it decides who sees it once the plan is decided.
PART_ITEMS = [(item.value, item.label) for item in (Item.PLAN, Item.HEALTH, Item.MONEY, Item.HISTORY)]
HELP = {
    Section.WISH: _(
        "一人ひとりの言葉のまま書きます。言いかえません。尋ねても聞けなかった人は「（聞けなかった）」、本人にも分からないときは"
        "「（まだ分からない）」に続けて、そのわけを書きます。（ ）で始まる文は、本人の言葉としては出ません。"
    ),
    Section.ISSUE: _("先に取り組むものから順に並べます。"),
    Section.AIM: _("どんな暮らしになるとよいか。"),
    Section.GOAL: _("この期間でできたかどうかが、あとで分かるように書きます。"),
    Section.DIRECTION: _("2つから5つの文で書きます。決定のあと、決定書の「支援方針」になります。"),
    Section.SERVICE: _(
        "参加支援、アウトリーチ、家計改善、介護など。使うことにしたものを1つずつ選びます。くわしいことと、一覧にないものは、言葉で書きます。"
        "選んだものは、月の数に入ります。"
    ),
    Section.SELF: _("本人や家族が自分で行うこと。"),
    Section.MONITORING: _("いつ、だれが、どうやって確かめるか。"),
    Section.EXIT: _("何がどうなったら、センターの調整を終えるか。"),
}
SPARE = {Section.AIM: 1, Section.MONITORING: 1, Section.EXIT: 1}
# A role for each of ten agencies and the seats beside them fit the first version, written in one go (domain.md 10.A, 10.C).
ROLES, SPARE_ROLES = 14, 4
MOST = 30


class PlanForm(OnceForm):
    """The head of the sheet."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    period_from = forms.DateField(label=_("期間の始まり"), widget=DayInput)
    period_to = forms.DateField(label=_("期間の終わり"), widget=DayInput)
    monitor_on = forms.DateField(label=_("次のモニタリングの日"), widget=DayInput)
    assessment = forms.ChoiceField(
        label=_("もとにしたアセスメント"),
        required=False,
        help_text=_("確定した版から選びます。いちばん新しい版が選ばれています。"),
    )

    def __init__(self, *args: Any, assessments: Iterable[Assessment] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assessments = {str(each.pk): each for each in assessments}
        chosen: Any = self.fields["assessment"]
        chosen.choices = [
            ("", _("なし") if self.assessments else _("確定したアセスメントがありません")),
            *((key, f"{each.name} {each.fixed_on:%Y-%m-%d}") for key, each in self.assessments.items()),
        ]
        chosen.initial = next(iter(self.assessments), "")

    def rests_on(self) -> Assessment | None:
        """Return the assessment that was chosen."""
        return self.assessments.get(self.cleaned_data["assessment"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begin, end, check = (cleaned.get(name) for name in ("period_from", "period_to", "monitor_on"))
        if begin and end and end < begin:
            self.add_error("period_to", _("期間の終わりが、始まりより前になっています。"))
        elif begin and end and check and not begin <= check <= end:
            self.add_error("monitor_on", _("次のモニタリングの日は、期間の中の日にしてください。"))
        return cleaned

    @staticmethod
    def proposed() -> dict[str, dt.date]:
        """Half a year from today, looked at after three months."""
        today = timezone.localdate()
        return {"period_from": today, "period_to": in_months(today, 6), "monitor_on": in_months(today, 3)}


def _plain_field(help_text: Any) -> forms.CharField:
    """Return the box for the words that stand on the person's own paper."""
    box = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(
        label=_("やさしい日本語"), max_length=1000, required=False, widget=box, help_text=help_text
    )


def _place_field() -> forms.IntegerField:
    """Return the box with which a row is moved without writing it again."""
    return forms.IntegerField(
        label=_("順番"), required=False, min_value=1, max_value=MOST,
        help_text=_("並べ替えるときだけ、何番目にするかを数字で書きます。"),
    )  # fmt: skip


def in_places(rows: Iterable[Any]) -> list[Any]:
    """Return the rows of a formset, those that name a place at it, the others around them in their order."""
    written = list(rows)
    found = [row for row in written if not row.cleaned_data.get("place")]
    for row in sorted(
        (row for row in written if row not in found), key=lambda row: row.cleaned_data["place"]
    ):
        found.insert(row.cleaned_data["place"] - 1, row)
    return found


class PartForm(AboutForm):
    """One entry of a block; one that says nothing does not count."""

    item = forms.ChoiceField(label=_("内容の種類"), choices=PART_ITEMS, initial=Item.PLAN.value)
    text = forms.CharField(
        label=_("内容"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    plain = _plain_field(
        _(
            "本人に渡す紙に、こちらの言葉で出ます。通訳が書いたほかの言葉も、行を変えて続けられます。空欄なら、上の言葉がそのまま出ます。"
        )
    )
    place = _place_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("plain") and not self.says_something and "text" not in self.errors:
            self.add_error("text", _("やさしい日本語のもとになる内容を書いてください。"))
        return cleaned

    @property
    def says_something(self) -> bool:
        """Whether something was written, or chosen."""
        return bool(self.cleaned_data.get("text") or self.cleaned_data.get("service"))

    def draft(self, section: str) -> PartDraft:
        told = self.cleaned_data
        label = Label(self.person_id(), told["item"])
        return PartDraft(label, section, told["text"], told["plain"], told.get("service", ""))


class ServicePartForm(PartForm):
    """A service that the plan uses: chosen, described, or both."""

    service = CodeChoiceField("service", label=_("サービス・事業"), required=False, empty_label=_("選ばない"))
    field_order = ("about", "item", "service", "text", "plain", "place")


class PlanRoleForm(RoleForm):
    """A proposed commitment; a row that is ticked to go does not count."""

    plain = _plain_field(
        _(
            "本人に渡す紙に、「すること」のかわりに出ます。機関の名前と回数と日は、そのまま出ます。通訳が書いたほかの言葉も、行を変えて続けられます。"
        )
    )
    place = _place_field()
    is_dropped = forms.BooleanField(label=_("この役割を消す"), required=False)

    def draft(self) -> RoleDraft:
        return replace(super().draft(), plain=self.cleaned_data["plain"])

    def has_changed(self) -> bool:
        if self.is_bound and self.data.get(self.add_prefix("is_dropped")):
            return False
        return super().has_changed()


class RowsFormSet(BaseFormSet):
    """Rows of which none has to be there; those shown at first are offered, not kept."""

    def initial_form_count(self) -> int:
        return 0


def _rows(form: type[forms.Form]) -> Any:
    return forms.formset_factory(
        form, formset=RowsFormSet, extra=0, max_num=MOST, absolute_max=MOST, validate_max=True
    )


PartFormSet = _rows(PartForm)
ServicePartFormSet = _rows(ServicePartForm)
PlanRoleFormSet = _rows(PlanRoleForm)


@dataclass
class SectionForms:
    """One block of the sheet as it is written."""

    section: str
    label: str
    help: Any
    rows: Any


class PlanForms:
    """The whole sheet: head, blocks and roles. ``assessments``: the fixed ones, the newest first. ``initial`` is what an empty sheet
    begins with."""

    def __init__(
        self,
        data: Any,
        *,
        people: People,
        assessments: Iterable[Assessment] = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        begun = initial or {}
        self.head = PlanForm(data, initial=begun.get("head"), assessments=assessments)
        self.sections = [
            SectionForms(
                section.value,
                str(section.label),
                HELP[section],
                _formset(
                    ServicePartFormSet if section == Section.SERVICE else PartFormSet,
                    data, section.value, people, begun.get(section.value), SPARE.get(section, 2),
                ),
            )
            for section in Section
        ]  # fmt: skip
        roles = begun.get("roles") or []
        self.roles = _formset(
            PlanRoleFormSet, data, "role", people, roles, max(ROLES - len(roles), SPARE_ROLES)
        )

    @property
    def all(self) -> list[Any]:
        return [self.head, *(each.rows for each in self.sections), self.roles]

    def is_valid(self) -> bool:
        checked = [form.is_valid() for form in self.all]  # every one of them, so that all errors are told
        return all(checked)

    def draft(self) -> PlanDraft:
        told = self.head.cleaned_data
        parts = [
            form.draft(each.section)
            for each in self.sections
            for form in in_places(form for form in each.rows.forms if form.says_something)
        ]
        roles = [form.draft() for form in in_places(form for form in self.roles.forms if form.has_changed())]
        days = (told["period_from"], told["period_to"], told["monitor_on"])
        return PlanDraft(*days, parts, roles, self.head.rests_on())


def _formset(kind: Any, data: Any, prefix: str, people: People, rows: Any, spare: int) -> Any:
    begun = list(rows or [])
    formset = kind(data, prefix=prefix, initial=begun, form_kwargs={"people": people})
    formset.extra = min(len(begun) + spare, MOST)
    return formset


def row_of(part: Any) -> dict[str, Any]:
    """Return what a form for an entry or a role begins with."""
    return written_in(part, ("service", "text", "plain") if hasattr(part, "text") else (*TERMS, "plain"))


class AgreementForm(TypedMixin, OnceForm):
    """To whom a plan was explained, and what they said."""

    person = forms.ChoiceField(label=_("だれに説明したか"))
    answer = forms.ChoiceField(label=_("返事"), choices=AgreementAnswer.choices, widget=forms.RadioSelect)
    own_view = forms.CharField(
        label=_("本人のことば"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("言ったことを、そのまま書きます。「一部に同意」のときは、どこに同意しないかも書きます。"),
    )  # fmt: skip
    explained_on = forms.DateField(label=_("説明した日"), initial=timezone.localdate, widget=DayInput)
    explained_by = forms.ModelChoiceField(
        label=_("説明した人"), queryset=Membership.objects.none(), empty_label=None
    )
    method = forms.ChoiceField(
        label=_("方法"),
        choices=ConsentMethod.choices,
        initial=ConsentMethod.WRITTEN,
        widget=forms.RadioSelect,
    )
    witness = forms.ModelChoiceField(
        label=_("立ち会った職員"), queryset=Membership.objects.none(), required=False, empty_label=_("なし"),
        help_text=_("口頭の返事は、2人の職員で聞きます。"),
    )  # fmt: skip
    giver = forms.ChoiceField(
        label=_("だれが答えたか"), choices=Giver.choices, initial=Giver.SELF, widget=forms.RadioSelect,
        help_text=_("保護者から暴力や虐待を受けているおそれがあるときは、その保護者に尋ねないでください。"),
    )  # fmt: skip
    giver_name = forms.CharField(
        label=_("答えた人の氏名と続柄（本人のほか）"), max_length=100, required=False
    )

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        fields: dict[str, Any] = self.fields
        fields["person"].choices = [(key, person.name) for key, person in self.people.items()]
        staff = Membership.objects.live().filter(agency__is_center=True).select_related("user", "agency")
        for name in ("explained_by", "witness"):
            fields[name].queryset = staff.order_by("agency", "user__last_name", "pk")
            fields[name].label_from_instance = lambda row: f"{name_of(row.user)}（{row.agency.name}）"

    def whose(self) -> Person:
        return self.people[self.cleaned_data["person"]]

    def draft(self) -> AgreementDraft:
        told = self.cleaned_data
        return AgreementDraft(**{each.name: told[each.name] for each in fields(AgreementDraft)})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            for name, words in against(self.whose(), self.draft()).items():
                self.add_error(name, words)
        return cleaned


class ConfirmPlanForm(TypedMixin, OnceForm):
    """What the city did with a decided plan, when, and why it was returned."""

    outcome = forms.ChoiceField(
        label=_("市の決定"), choices=ConfirmationOutcome.choices, widget=forms.RadioSelect
    )
    confirmed_on = forms.DateField(
        label=_("支援決定または差戻しの日"), initial=timezone.localdate, widget=DayInput
    )
    document_number = forms.CharField(
        label=_("文書番号"), max_length=60, required=False,
        help_text=_("決裁した文書の番号。プランを見る機関にも出ます。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("差し戻す理由"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("差し戻すときだけ書きます。センターの職員だけが読みます。"),
    )  # fmt: skip

    def __init__(self, *args: Any, decided_on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decided_on = decided_on

    def draft(self) -> ConfirmationDraft:
        told = self.cleaned_data
        return ConfirmationDraft(**{each.name: told[each.name] for each in fields(ConfirmationDraft)})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            for name, words in against_confirmation(self.draft(), decided_on=self.decided_on).items():
                self.add_error(name, words)
        return cleaned


class DecidePlanForm(TakesPlaceFields, CirculationFields, OnceForm):
    """Where or when the plan was decided, who was there, and what it takes the place of."""

    agenda = forms.ChoiceField(
        label=_("どの会議の議題か"),
        required=False,
        help_text=_(
            "多機関協働のプランは、重層的支援会議で決定します。この議題の議事録も、いっしょに確定します。"
        ),
    )
    decided_on = forms.DateField(
        label=_("決定した日"),
        initial=timezone.localdate,
        required=False,
        widget=DayInput,
        help_text=_("会議の議題を選んだときは、会議の日になります。"),
    )

    def __init__(self, *args: Any, agendas: Iterable[AgendaItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"circulate": True, "until": proposed_until(), **self.initial}
        self.agendas: dict[str, AgendaItem] = {str(each.pk): each for each in agendas}
        fields: dict[str, Any] = self.fields
        fields["agenda"].choices = [
            ("", _("選んでください") if self.agendas else _("議事録を書いた重層的支援会議がありません")),
            *((key, self._words(each)) for key, each in self.agendas.items()),
        ]
        # Of each meeting: which version of its minutes the page showed, and who sat there.
        for key, agenda in self.agendas.items():
            fields[f"seen_{key}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=agenda.draft.version
            )
            fields[f"present_{key}"] = forms.MultipleChoiceField(
                label=_("出席した人"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(str(seat.membership_id), _seat(seat)) for seat in agenda.members.all()],
                initial=[str(seat.membership_id) for seat in agenda.members.all()],
            )

    @staticmethod
    def _words(agenda: AgendaItem) -> str:
        meeting = agenda.meeting
        return f"{meeting.number} {meeting.label} {timezone.localtime(meeting.held_at):%Y-%m-%d}"

    @property
    def tables(self) -> list[tuple[str, Any, Any]]:
        """Return of each meeting its words and its two fields."""
        return [
            (self._words(agenda), self[f"seen_{key}"], self[f"present_{key}"])
            for key, agenda in self.agendas.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("agenda") and not cleaned.get("decided_on") and "decided_on" not in self.errors:
            self.add_error("decided_on", _("会議の議題を選ぶか、決定した日を書いてください。"))
        return cleaned

    def clean_decided_on(self) -> dt.date | None:
        decided_on: dt.date | None = self.cleaned_data["decided_on"]
        if decided_on and decided_on > timezone.localdate():
            raise forms.ValidationError(_("決定した日が、先の日になっています。"))
        return decided_on

    def at(self, also_there: Sequence[AlsoThere] = ()) -> AtMeeting | dt.date:
        """Return where it was decided, with whom beside the members, or on which day."""
        told = self.cleaned_data
        key = told["agenda"]
        if not key:
            day: dt.date = told["decided_on"]
            return day
        present = [int(each) for each in told[f"present_{key}"]]
        return AtMeeting(
            self.agendas[key], told[f"seen_{key}"] or 0, present, self.circulate_until(), also_there
        )


def _seat(seat: Any) -> str:
    return f"{seat.membership.agency.name} {name_of(seat.membership.user)}"


def person_key(value: uuid.UUID | None) -> str:
    """Return how a form names whom something is about."""
    return str(value) if value else HOUSEHOLD


class BringForm(TypedMixin, OnceForm):
    """What the members of an item are given to read of a draft: proposed, and changed by whoever knows the table."""

    text = forms.CharField(
        label=_("会議資料の内容"),
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_(
            "このまま構成員が読みます。出さない行は消し、足りないことは書き加えます。あとから直せません。"
        ),
    )
    is_for_all = forms.BooleanField(
        label=_("民生委員など、見える範囲を小さくした人にも見せる"), required=False
    )
