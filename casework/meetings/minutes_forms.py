from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.forms import MomentInput, this_minute
from casework.once import OnceForm
from casework.ordinances.models import MeetingKind
from casework.plans.forms import TakesPlaceFields
from permissions.days import DayInput
from permissions.people import name_of
from permissions.typed import TypedMixin

from .minutes import TEXTS, AlsoThere, MinutesText, QuestionnaireDraft
from .models import AgendaItem, AgendaMember, Agreed, Minutes

OTHERS = (1, 2, 3)  # as many who are no members and not of the household fit on the page


def proposed_until() -> dt.datetime:
    """Return until when minutes are passed round if nobody says otherwise: a week, to the end of office hours."""
    return (this_minute() + dt.timedelta(days=7)).replace(hour=17, minute=0)


class MinutesForm(TypedMixin, forms.Form):
    """The minutes of one item; ``seen`` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helps = {
            "facts": _("だれが、何を知っていたか。見たこと・聞いたこと。"),
            "points": _("何を話し合ったか。"),
            "reservations": _("賛成できないこと、条件、あとで確かめること。"),
            "handling": _("資料を返したか、だれに何を伝えてよいか。"),
        }
        for name in TEXTS:
            field: Any = Minutes._meta.get_field(name)
            self.fields[name] = forms.CharField(
                label=field.verbose_name, max_length=field.max_length, required=False, help_text=helps[name],
                widget=forms.Textarea(attrs={"rows": 6}),
            )  # fmt: skip

    def text(self) -> MinutesText:
        return MinutesText(**{name: self.cleaned_data[name] for name in TEXTS})


class CirculationFields(forms.Form):
    """Whether the minutes that are fixed are passed round to the members, and until when they read them."""

    circulate = forms.BooleanField(
        label=_("確定した議事録を構成員に回覧する"),
        required=False,
        help_text=_(
            "構成員は期限まで議事録だけを読み、受け取ったことを答えます。資料と準備シートは開きません。"
        ),
    )
    until = forms.DateTimeField(
        label=_("議事録を読める期限"),
        widget=MomentInput,
        required=False,
        help_text=_("いまから31日以内です。"),
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("circulate") and not told.get("until") and "until" not in self.errors:
            self.add_error("until", gettext("議事録を読める期限を書いてください。"))
        return told

    def circulate_until(self) -> dt.datetime | None:
        """Return until when the minutes are passed round; None: they are not."""
        until: dt.datetime | None = self.cleaned_data.get("until")
        return until if self.cleaned_data.get("circulate") else None


class FixForm(TakesPlaceFields, CirculationFields):
    """Who was there, and what the new decision takes the place of."""

    field_order = ("seen", "present", "supersedes", "ends", "review_on", "circulate", "until")

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    present = forms.MultipleChoiceField(
        label=_("出席した人"), required=False, widget=forms.CheckboxSelectMultiple
    )
    review_on = forms.DateField(
        label=_("見直しの日"),
        required=False,
        widget=DayInput,
        help_text=_("決めたことを見直す日。ケースの担当者の期限になり、次に議題にするときにも出ます。"),
    )

    def __init__(
        self,
        *args: Any,
        item: AgendaItem,
        members: Iterable[AgendaMember],
        is_online: bool = False,
        may_circulate: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        is_support = item.kind == MeetingKind.SUPPORT
        self.initial = {"circulate": not is_support, "until": proposed_until(), **self.initial}
        if is_support:
            self.fields["circulate"].help_text = _(
                "支援会議の資料は、期限を過ぎると閉じたままです。議事録も紙で渡し、番号を付けて回収します。選んだときだけ、構成員が画面で議事録を読めます。"
            )
        if not may_circulate:
            del self.fields["circulate"], self.fields["until"]
        fields: dict[str, Any] = self.fields
        word = _with_word if is_online else _member
        fields["present"].choices = [(str(row.membership_id), word(row)) for row in members]

    def present_keys(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["present"]]


class AttendeesForm(TypedMixin, forms.Form):
    """Who was there beside the members: of the household by how they are called at the table, others by name and capacity."""

    def __init__(
        self, *args: Any, item: AgendaItem, people: Iterable[Any], called: Mapping[Any, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(people)
        # Without the person is how a 支援会議 is held; there it is asked on demand.
        self.is_open = item.kind != MeetingKind.SUPPORT or self.is_bound
        for person in self.people:
            words = called.get(person.pk, person.called)
            self.fields[f"there_{person.pk}"] = forms.BooleanField(label=person.name, required=False)
            self.fields[f"called_{person.pk}"] = forms.CharField(
                label=_("%(name)sの呼び方") % {"name": person.name},
                max_length=20,
                required=False,
                initial=words,
            )
        for number in OTHERS:
            told = {"number": number}
            self.fields[f"other_{number}_name"] = forms.CharField(
                label=_("その他の人%(number)dの氏名") % told, max_length=60, required=False
            )
            self.fields[f"other_{number}_capacity"] = forms.CharField(
                label=_("その他の人%(number)dの立場") % told, max_length=60, required=False,
                help_text=_("例：通訳、叔母、成年後見人"),
            )  # fmt: skip

    def people_fields(self) -> list[tuple[Any, Any]]:
        return [(self[f"there_{person.pk}"], self[f"called_{person.pk}"]) for person in self.people]

    def other_fields(self) -> list[tuple[Any, Any]]:
        return [(self[f"other_{number}_name"], self[f"other_{number}_capacity"]) for number in OTHERS]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for number in OTHERS:
            name, capacity = f"other_{number}_name", f"other_{number}_capacity"
            if bool(told.get(name)) != bool(told.get(capacity)) and not {name, capacity} & set(self.errors):
                self.add_error(
                    capacity if told.get(name) else name, gettext("氏名と立場の両方を書いてください。")
                )
        for person in self.people:
            if told.get(f"there_{person.pk}") and not told.get(f"called_{person.pk}"):
                self.add_error(f"called_{person.pk}", gettext("会議での呼び方を書いてください。"))
        return told

    def also_there(self) -> list[AlsoThere]:
        told = self.cleaned_data
        found = [
            AlsoThere(told[f"called_{person.pk}"], person.pk)
            for person in self.people
            if told[f"there_{person.pk}"]
        ]
        others = [(told[f"other_{n}_name"], told[f"other_{n}_capacity"]) for n in OTHERS]
        return found + [AlsoThere(name, capacity=capacity) for name, capacity in others if name]


class CirculateForm(OnceForm):
    """Until when the members read the fixed minutes."""

    until = forms.DateTimeField(
        label=_("議事録を読める期限"), widget=MomentInput, help_text=_("いまから31日以内です。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"until": proposed_until(), **self.initial}


class QuestionnaireForm(TypedMixin, forms.Form):
    """What a member says of the meeting afterwards."""

    role_clear = forms.ChoiceField(
        label=_("自分の機関の役割がはっきりしましたか"), choices=Agreed.choices, widget=forms.RadioSelect
    )
    could_talk = forms.ChoiceField(
        label=_("必要なことを話し合えましたか"), choices=Agreed.choices, widget=forms.RadioSelect
    )
    noticed = forms.CharField(
        label=_("気づいたこと"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("会議の進め方、時間、資料など。世帯の人の名前や住所は書かないでください。"),
    )  # fmt: skip

    def draft(self) -> QuestionnaireDraft:
        return QuestionnaireDraft(**self.cleaned_data)


class ReceiptsForm(forms.Form):
    """Who has the fixed minutes on paper."""

    receivers = forms.MultipleChoiceField(
        label=_("紙の議事録を受け取った構成員"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, members: Iterable[AgendaMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {str(row.membership_id): row.membership for row in members}
        field: Any = self.fields["receivers"]
        field.choices = [(str(row.membership_id), _member(row)) for row in members]

    def chosen(self) -> list[Any]:
        return [self.seats[key] for key in self.cleaned_data["receivers"]]


class CopiesForm(forms.Form):
    """To whom a copy on paper is handed."""

    members = forms.MultipleChoiceField(
        label=_("紙の資料を渡す構成員"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, members: Iterable[AgendaMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {str(row.membership_id): row.membership for row in members}
        field: Any = self.fields["members"]
        field.choices = [(str(row.membership_id), _member(row)) for row in members]

    def chosen(self) -> list[Any]:
        return [self.seats[key] for key in self.cleaned_data["members"]]


class ReturnsForm(forms.Form):
    """Which copies came back."""

    copies = forms.MultipleChoiceField(
        label=_("返された資料"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, copies: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.out = {str(row.pk): row for row in copies if row.returned_at is None}
        field: Any = self.fields["copies"]
        field.choices = [(key, f"{row.number} {_member(row)}") for key, row in self.out.items()]

    def chosen(self) -> list[Any]:
        return [self.out[key] for key in self.cleaned_data["copies"]]


class PrintForm(forms.Form):
    """Which numbered copy is printed; none: for the center's own file. ``large``: in large letters."""

    copy = forms.UUIDField(required=False)
    large = forms.BooleanField(required=False)


def _with_word(row: AgendaMember) -> str:
    """Return a member of an online meeting, and whether they said that they are alone (domain.md R-MTG-7)."""
    if row.word is None:
        return gettext("%(member)s（ひとりの部屋：未確認）") % {"member": _member(row)}
    told = {"member": _member(row), "at": f"{timezone.localtime(row.word.declared_at):%H:%M}"}
    return gettext("%(member)s（オンライン・ひとりの部屋 %(at)s）") % told


def _member(row: Any) -> str:
    return f"{row.membership.agency.name} {name_of(row.membership.user)}"
