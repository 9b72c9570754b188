from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.forms import MomentInput
from casework.once import OnceForm
from casework.ordinances.models import MeetingKind
from casework.ordinances.selectors import ordinances_for, seats
from casework.plans.selectors import AnsweredRole
from casework.seen import fingerprint
from casework.tasks.selectors import owners
from permissions.agencies.models import Membership
from permissions.people import name_of
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import AgendaDraft, MeetingDraft, PrepDraft
from .models import Meeting, Minutes, PaperKind, PrepSheet
from .rules import MEETING_FIELDS, reads_least
from .selectors import open_state

_SAID = ("label", "held_at", "place", "is_online", "convener", "chair")


class MeetingForm(TypedMixin, OnceForm):
    """When and where, who leads, who writes, on which ordinance. ``stands``: the columns that are not changed any more."""

    label = forms.CharField(
        label=_("会議の名前"),
        max_length=60,
        help_text=_("例：第14回 地域ケース会議。構成員に見えます。人の名前は書かないでください。"),
    )
    held_at = forms.DateTimeField(label=_("日時"), widget=MomentInput)
    place = forms.CharField(
        label=_("場所"),
        max_length=100,
        required=False,
        help_text=_("例：市役所 3階 会議室2。構成員に見えます。"),
    )
    is_online = forms.BooleanField(label=_("オンラインで参加できる"), required=False)
    convener = forms.CharField(
        label=_("招集した人または機関"),
        max_length=100,
        required=False,
        help_text=_("会議を招集した人の役職か、機関の名前。構成員に見え、議事録に出ます。"),
    )
    chair = forms.CharField(label=_("議長"), max_length=60, help_text=_("例：支援課 課長"))
    writer = forms.ChoiceField(
        label=_("議事録を書く人"), help_text=_("1人だけです。途中で代わることができます。")
    )
    ordinance = forms.ChoiceField(
        label=_("よりどころの要綱"),
        required=False,
        help_text=_("支援会議の議題があるときは、効力のある要綱を選びます。"),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        viewer: Viewer,
        meeting: Meeting | None = None,
        stands: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now: dict[str, Any] = {}
        self.writers = {str(seat.pk): seat for seat in owners()}
        if meeting and str(meeting.writer_id) not in self.writers:
            self.writers[str(meeting.writer_id)] = meeting.writer
        self.ordinances = {str(row.pk): row for row in ordinances_for(viewer).filter(holds=True)}
        if meeting and meeting.ordinance and str(meeting.ordinance_id) not in self.ordinances:
            self.ordinances[str(meeting.ordinance_id)] = meeting.ordinance
        fields: dict[str, Any] = self.fields
        fields["writer"].choices = [(key, _seat(seat)) for key, seat in self.writers.items()]
        fields["ordinance"].choices = [
            ("", _("選ばない") if self.ordinances else _("効力のある要綱がありません")),
            *((key, row.title) for key, row in self.ordinances.items()),
        ]
        if meeting:
            now = {name: getattr(meeting, name) for name in _SAID}
            keys = {"writer": str(meeting.writer_id), "ordinance": str(meeting.ordinance_id or "")}
            self.now = {**now, **keys}
            self.initial = {**self.now, "seen": fingerprint(meeting, MEETING_FIELDS), **self.initial}
        else:
            begun = {"writer": str(viewer.membership.pk), "convener": viewer.agency.name}
            self.initial = {**begun, **self.initial}
        closed = {name.removesuffix("_id") for name in stands}
        # A page from before still sends them: it is answered in words, and keeps what was typed.
        if not any(self.add_prefix(name) in self.data for name in closed):
            for name in closed:
                del self.fields[name]

    def draft(self) -> MeetingDraft:
        told = {**self.now, **self.cleaned_data}
        return MeetingDraft(
            writer=self.writers[told["writer"]],
            ordinance=self.ordinances.get(told["ordinance"]),
            **{name: told[name] for name in _SAID},
        )


def _seat(seat: Membership) -> str:
    return f"{seat.agency.name} {name_of(seat.user)}"


class MembersForm(forms.Form):
    """Who sits at the table, and who of those who would see least sees everything."""

    members = forms.MultipleChoiceField(
        label=_("構成員"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("資料は、ここで選んだ人だけが見ます。同じ機関のほかの人には見えません。"),
    )
    whole = forms.MultipleChoiceField(
        label=_("すべての資料を見せる民生委員など"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("選ばないと、話すことと、その人たちにも見せると決めた資料だけが見えます。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {str(seat.pk): seat for seat in seats()}
        fields: dict[str, Any] = self.fields
        fields["members"].choices = [(key, self._words(seat)) for key, seat in self.seats.items()]
        least = [(key, _seat(seat)) for key, seat in self.seats.items() if reads_least(seat.agency)]
        fields["whole"].choices = least
        if not least:
            del self.fields["whole"]

    @staticmethod
    def _words(seat: Any) -> str:
        return _seat(seat) if seat.has_oath else _("%(who)s（今年度の誓約なし）") % {"who": _seat(seat)}

    def chosen(self) -> tuple[Membership, ...]:
        return tuple(self.seats[key] for key in self.cleaned_data["members"])

    def chosen_whole(self) -> frozenset[int]:
        return frozenset(self.seats[key].pk for key in self.cleaned_data.get("whole", ()))


class AgendaForm(TypedMixin, OnceForm, MembersForm):
    """A case on the table. The law of the meeting decides what may be there."""

    meeting = forms.ChoiceField(label=_("会議"))
    kind = forms.ChoiceField(
        label=_("会議の種類"),
        choices=MeetingKind.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "重層的支援会議と支援調整会議は、話に出る人みんなの同意が要ります。同意がまだのときは、支援会議にします。支援調整会議では、多機関協働のプランは決められません。"
        ),
        error_messages={"required": _("会議の種類を選んでください。")},
    )
    purpose = CodeChoiceField("meeting_purpose", label=_("目的"), empty_label=_("選んでください"))
    purpose_text = forms.CharField(
        label=_("この会議で話すこと"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("支援会議では、必ず書きます。構成員が読みます。"),
    )

    open_roles = forms.MultipleChoiceField(
        label=_("前の決定から確かめること"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "選ぶと、会議資料になり、構成員が読みます。健康やお金の内容は、知らせてよいかを確かめてください。会議限りの決定は、構成員がみなその会議に出ていたときだけ入ります。"
        ),
    )

    reviews = forms.MultipleChoiceField(
        label=_("見直しの日がある決定"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("選ぶと、見直すことが会議資料に入ります。"),
    )

    def __init__(
        self,
        *args: Any,
        meetings: QuerySet[Meeting],
        people: list[Any],
        roles: list[AnsweredRole],
        reviews: list[Minutes],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.minutes = {str(row.pk): row for row in reviews}
        self.roles = {str(role.row.pk): role for role in roles}
        self.meetings = {str(row.pk): row for row in meetings}
        self.people = people
        fields: dict[str, Any] = self.fields
        fields["meeting"].choices = [
            ("", _("選んでください") if self.meetings else _("これからの会議がありません")),
            *(
                (key, f"{row.number} {timezone.localtime(row.held_at):%Y-%m-%d %H:%M} {row.label}")
                for key, row in self.meetings.items()
            ),
        ]
        for person in people:
            fields[f"about_{person.pk}"] = forms.BooleanField(label=person.name, required=False)
            fields[f"words_{person.pk}"] = forms.CharField(
                label=_("%(name)sの呼び方") % {"name": person.name},
                max_length=20,
                required=False,
                initial=person.called,
            )
        fields["open_roles"].choices = [(key, _open_role(role)) for key, role in self.roles.items()]
        if not roles:
            del self.fields["open_roles"]
        fields["reviews"].choices = [(key, _review(row)) for key, row in self.minutes.items()]
        if not reviews:
            del self.fields["reviews"]
        order = ("meeting", "kind", *(name for name in fields if name.startswith(("about_", "words_"))))
        self.order_fields([*order, "purpose", "purpose_text", "reviews", "open_roles", "members", "whole"])

    def people_fields(self) -> list[tuple[Any, Any]]:
        return [(self[f"about_{person.pk}"], self[f"words_{person.pk}"]) for person in self.people]

    def draft(self) -> AgendaDraft:
        told = self.cleaned_data
        people: dict[uuid.UUID, str] = {
            person.pk: told[f"words_{person.pk}"] for person in self.people if told[f"about_{person.pk}"]
        }
        names = ("kind", "purpose", "purpose_text")
        follow_up = tuple(self.roles[key] for key in told.get("open_roles", ()))
        return AgendaDraft(
            open_roles=follow_up,
            reviews=tuple(self.minutes[key] for key in told.get("reviews", ())),
            people=people,
            members=self.chosen(),
            whole=self.chosen_whole(),
            **{name: told[name] for name in names},
        )


def _review(row: Minutes) -> str:
    told = {"day": row.review_on, "number": row.agenda.meeting.number, "kind": row.agenda.get_kind_display()}
    return gettext("%(day)s：%(number)s（%(kind)s）で決めたこと") % told


def _open_role(role: AnsweredRole) -> str:
    row: Any = role.row
    marks = [row.who, row.get_item_display(), open_state(role)]
    if row.decision.is_meeting_only:
        marks.append(gettext("会議限り"))
    return f"{row.agency.name}：{row.what}（{'・'.join(marks)}）"


class OpenPapersForm(forms.Form):
    """Until when the members may read."""

    return_by = forms.DateTimeField(
        label=_("資料を見られる期限"),
        widget=MomentInput,
        help_text=_("この時刻を過ぎると、センターのほかはだれも見られません。"),
    )


class TakeOffForm(TypedMixin, forms.Form):
    """Why an item leaves the agenda."""

    reason = forms.CharField(
        label=_("取り下げる理由"),
        max_length=300,
        help_text=_("センターの中にだけ残ります。構成員には見えません。"),
    )


class PaperForm(TypedMixin, OnceForm):
    """One text that the members are given to read."""

    kind = forms.ChoiceField(
        label=_("資料の種類"), choices=[choice for choice in PaperKind.choices if choice[0] != PaperKind.PLAN]
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("氏名や住所は、なるべく書かず、会議での呼び方で書きます。あとから直せません。"),
    )
    is_for_all = forms.BooleanField(
        label=_("民生委員など、見える範囲を小さくした人にも見せる"), required=False
    )


class PrepForm(TypedMixin, forms.Form):
    """What an agency says before the meeting."""

    answered = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helps = {
            "knows": _("この世帯について、そちらの機関が知っていること。"),
            "can_do": _("そちらの機関が、いまできること。"),
            "cannot_do": _("できないことと、その理由。"),
            "needs": _("ほかの機関にしてほしいこと、必要な情報。"),
        }
        for name, text in helps.items():
            field: Any = PrepSheet._meta.get_field(name)
            self.fields[name] = forms.CharField(
                label=field.verbose_name, max_length=2000, required=False, help_text=text,
                widget=forms.Textarea(attrs={"rows": 4}),
            )  # fmt: skip

    def draft(self) -> PrepDraft:
        return PrepDraft(
            **{name: self.cleaned_data[name] for name in ("knows", "can_do", "cannot_do", "needs")}
        )


class AloneForm(forms.Form):
    """Of whom it is said that they are alone; nobody named: of oneself."""

    member = forms.IntegerField(required=False, min_value=1)
