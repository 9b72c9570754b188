from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.cases.selectors import Narrowing
from casework.cases.words import choose_flow, choose_stage
from casework.notifications.kinds import GROUP_LABELS
from casework.search.keys import MOST_LETTERS
from permissions.agencies.models import Agency
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .duties import DutyFilter, DutyKind
from .timeline import Choices, TimelineFilter

MOST_KEY = 2**31 - 1


class KeysForm(forms.Form):
    """Whether single keys open pages."""

    keys = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])
    next = forms.CharField(required=False, max_length=500)


class SearchForm(TypedMixin, forms.Form):
    """What somebody looks for; sent, never written in an address."""

    words = forms.CharField(label=_("ケースをさがす"), max_length=MOST_LETTERS, required=False)


class SealedForm(forms.Form):
    """The words of a search as its address holds them."""

    w = forms.CharField(max_length=2_000, required=False)


class QueryForm(forms.Form):
    """Conditions of a list, as its address has them."""

    def query(self) -> str:
        """Return the conditions as an address has them; nothing when they are not sound or there are none."""
        if not self.is_valid():
            return ""
        told = {
            name: "on" if value is True else value
            for name, value in self.cleaned_data.items()
            if value is not False and value not in ("", None)  # 0 is a worker: nobody yet
        }
        return urlencode(told)

    def told(self) -> list[tuple[str, Any]]:
        """Return the conditions as the hidden fields of another form."""
        return list(parse_qsl(self.query()))


class CaseListForm(QueryForm):
    """The case list, narrowed; lives in the address, which holds codes only."""

    stage = forms.ChoiceField(label=_("段階"), required=False)
    flow = forms.ChoiceField(label=_("流れ"), required=False)
    holder = forms.ChoiceField(label=_("担当する機関"), required=False)
    mine = forms.BooleanField(label=_("自分が担当するものだけ"), required=False)
    open = forms.BooleanField(label=_("終わっていないものだけ"), required=False)
    quiet = forms.BooleanField(label=_("30日以上、担当する機関の動きがないものだけ"), required=False)
    ownerless = forms.BooleanField(label=_("担当者がいないものだけ"), required=False)
    worker = forms.IntegerField(required=False, min_value=0, max_value=MOST_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        every = [("", _("すべて"))]
        fields: dict[str, Any] = self.fields
        fields["stage"].choices = [*every, *choose_stage()]
        fields["flow"].choices = [*every, *choose_flow()]
        fields["holder"].choices = [*every, *_holders(viewer)]
        if not viewer.sees_all_cases:
            # Whoever a case is given to works at the center, and only the center sees who did what in it.
            for name in ("mine", "quiet", "ownerless", "worker"):
                del self.fields[name]

    def narrowing(self) -> Narrowing:
        """Return which cases are wanted; the whole list when the conditions are not sound."""
        if not self.is_valid():
            return Narrowing()
        told = self.cleaned_data
        holder = int(told["holder"]) if told["holder"] else None
        worker = self.viewer.membership.pk if told.get("mine") else told.get("worker")
        flags = (told["open"], bool(told.get("quiet")), bool(told.get("ownerless")))
        return Narrowing(told["stage"], told["flow"], holder, worker, *flags)


class NotificationFilter(QueryForm):
    """What somebody wants to see of what they were told."""

    group = forms.ChoiceField(label=_("種類"), required=False)
    unread = forms.BooleanField(label=_("未読だけ"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group: Any = self.fields["group"]
        group.choices = [("", _("すべて")), *GROUP_LABELS.items()]

    def conditions(self) -> dict[str, Any]:
        """Return the conditions for the selector; none when they are not sound."""
        if not self.is_valid():
            return {}
        return {"group": self.cleaned_data["group"], "is_unread": self.cleaned_data["unread"]}


class MarkForm(forms.Form):
    """Which rows are marked, and how."""

    rows = forms.TypedMultipleChoiceField(coerce=uuid.UUID, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as"] = forms.ChoiceField(choices=[("read", "read"), ("unread", "unread")])
        rows: Any = self.fields["rows"]
        rows.valid_value = _is_key


class MailsForm(forms.Form):
    """Whether somebody wants mails."""

    mails = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])


class DutyForm(QueryForm):
    """Which duties somebody wants to see."""

    kind = forms.ChoiceField(label=_("種類"), required=False, choices=[("", _("すべて")), *DutyKind.choices])
    due = forms.ChoiceField(
        label=_("いつまで"),
        required=False,
        choices=[
            ("", _("すべて")),
            ("late", pgettext_lazy("to do", "期限切れ")),
            ("today", _("今日まで（期限切れをふくむ）")),
            ("week", _("7日以内（期限切れをふくむ）")),
            ("none", _("日が決まっていない")),
        ],
    )
    who = forms.ChoiceField(
        label=_("だれがするか"),
        required=False,
        choices=[("", _("すべて")), ("me", _("自分")), ("us", _("自分の機関"))],
    )
    agency = forms.ChoiceField(label=_("する機関"), required=False)
    holder = forms.ChoiceField(label=_("ケースを担当する機関"), required=False)
    worker = forms.IntegerField(required=False, min_value=0, max_value=MOST_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in ("agency", "holder"):
            fields[name].choices = [("", _("すべて")), *_holders(viewer)]

    def wanted(self) -> DutyFilter:
        """Return which duties are wanted; all of them when the conditions are not sound."""
        if not self.is_valid():
            return DutyFilter()
        told = self.cleaned_data
        agency, holder = (int(told[name]) if told[name] else None for name in ("agency", "holder"))
        return DutyFilter(told["kind"], told["due"], told["who"], agency, holder, told["worker"])


class TimelineForm(QueryForm):
    """What of a timeline somebody wants to see, and in which order."""

    kind = forms.ChoiceField(label=_("種類"), required=False)
    person = forms.ChoiceField(label=_("だれのこと"), required=False)
    agency = forms.ChoiceField(label=_("機関"), required=False)
    issue = forms.ChoiceField(label=_("課題"), required=False)
    method = forms.ChoiceField(label=_("方法"), required=False)
    year = forms.ChoiceField(label=_("年"), required=False)
    order = forms.ChoiceField(
        label=_("並び"), required=False, choices=[("", _("古い順")), ("new", _("新しい順"))]
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        offered = {
            "kind": choices.kinds,
            "person": choices.people,
            "agency": choices.agencies,
            "issue": choices.issues,
            "method": choices.methods,
            "year": choices.years,
        }
        for name, found in offered.items():
            fields[name].choices = [("", _("すべて")), *found]

    def wanted(self) -> TimelineFilter:
        """Return which entries are wanted; all of them when the conditions are not sound."""
        if not self.is_valid():
            return TimelineFilter()
        told = self.cleaned_data
        agency, year = (int(told[name]) if told[name] else None for name in ("agency", "year"))
        return TimelineFilter(
            told["kind"], agency, told["person"], told["method"], year, told["issue"],
            is_newest_first=told["order"] == "new",
        )  # fmt: skip


def _is_key(value: Any) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True


def _holders(viewer: Viewer) -> list[tuple[str, str]]:
    """Return who may hold a case that this viewer sees: for an agency the center and itself."""
    agencies = Agency.objects.open().order_by("-is_center", "name", "pk")
    known = [
        each for each in agencies if viewer.sees_all_cases or each.is_center or each.pk == viewer.agency.pk
    ]
    return [(str(agency.pk), agency.name) for agency in known]
