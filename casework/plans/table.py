"""The role table (役割分担表, domain.md 1.6 and 7.5): who does what until when, by agency, issue, week or case."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.selectors import is_open
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import AnswerKind, RoleAnswer, RoleRow
from .selectors import AnsweredRole, answered_roles_for, has_ended

PAGE_SIZE = 50
_OVER = (AnswerKind.RESULT, AnswerKind.DECLINED)
_DUE_FIRST = (F("until_on").asc(nulls_last=True), "decision__recorded_at", "position", "pk")


class GroupedBy(models.TextChoices):
    """By what the rows are put together."""

    WEEK = "week", gettext_lazy("週")
    AGENCY = "agency", gettext_lazy("機関")
    ISSUE = "issue", gettext_lazy("課題")
    CASE = "case", gettext_lazy("ケース")


class RoleState(models.TextChoices):
    """Where a commitment stands. What is past its day and not done is late, whatever was said of it."""

    UNANSWERED = "unanswered", gettext_lazy("未回答")
    RUNNING = "running", gettext_lazy("進んでいる")
    LATE = "late", gettext_lazy("遅れている")
    DECLINED = "declined", gettext_lazy("引き受けられない")
    DONE = "done", gettext_lazy("結果の報告あり")


@dataclass(frozen=True)
class RoleFilter:
    """Which rows are wanted; what is empty does not narrow."""

    by: str = GroupedBy.WEEK
    state: str = ""
    agency: int | None = None
    case: uuid.UUID | None = None


@dataclass(frozen=True)
class RoleGroup:
    """Rows under one heading."""

    heading: str
    roles: list[AnsweredRole]

    @property
    def is_meeting_only(self) -> bool:
        """Whether nothing of it may be taken away by an agency, its heading neither (domain.md R-MTG-6)."""
        return all(role.row.decision.is_meeting_only for role in self.roles)


def role_rows_for(viewer: Viewer, only: RoleFilter) -> QuerySet[RoleRow]:
    """Return the rows that stand today in open cases, ordered by their group, then by what is due first."""
    rows = labelled_for(viewer, RoleRow)
    last = labelled_for(viewer, RoleAnswer).filter(role=OuterRef("pk")).order_by("-sequence")
    wanted = is_open("case__") & ~Q(has_ended(viewer))
    if only.agency:
        wanted &= Q(agency=only.agency)
    if only.case:
        wanted &= Q(case=only.case)
    found = rows.annotate(last_kind=last.values("kind")[:1]).filter(wanted, _is_in(only.state))
    return found.order_by(*_ORDERS[GroupedBy(only.by)])


_ORDERS: dict[GroupedBy, tuple[Any, ...]] = {
    GroupedBy.WEEK: _DUE_FIRST,
    GroupedBy.AGENCY: ("-agency__is_center", "agency__name", "agency_id", *_DUE_FIRST),
    GroupedBy.ISSUE: ("issue", *_DUE_FIRST),
    GroupedBy.CASE: ("case__number", *_DUE_FIRST),
}


def _is_in(state: str) -> Q:
    past = Q(until_on__lt=timezone.localdate())
    said = Q(last_kind__isnull=False) & ~Q(last_kind__in=_OVER)
    late = said & (Q(last_kind=AnswerKind.LATE) | past)
    return {
        "": Q(),
        RoleState.UNANSWERED: Q(last_kind__isnull=True),
        RoleState.RUNNING: said & ~Q(last_kind=AnswerKind.LATE) & (Q(until_on__isnull=True) | ~past),
        RoleState.LATE: late,
        RoleState.DECLINED: Q(last_kind=AnswerKind.DECLINED),
        RoleState.DONE: Q(last_kind=AnswerKind.RESULT),
    }[state]


def role_groups_for(viewer: Viewer, keys: Sequence[uuid.UUID], *, by: str) -> list[RoleGroup]:
    """Return these rows with their answers under their headings, in the order of ``keys``."""
    answered = {role.row.pk: role for role in answered_roles_for(viewer, Q(pk__in=list(keys)))}
    ordered = [answered[key] for key in keys if key in answered]
    heading = _HEADINGS[GroupedBy(by)]
    return [RoleGroup(words, list(roles)) for words, roles in groupby(ordered, key=lambda r: heading(r.row))]


def _week_of(row: RoleRow) -> str:
    if row.until_on is None:
        return _("日が決まっていない")
    monday = row.until_on - dt.timedelta(days=row.until_on.weekday())
    return _("%(day)s の週") % {"day": date_format(monday, "Y-m-d")}


_HEADINGS: dict[GroupedBy, Any] = {
    GroupedBy.WEEK: _week_of,
    GroupedBy.AGENCY: lambda row: row.agency.name,
    GroupedBy.ISSUE: lambda row: row.issue,
    GroupedBy.CASE: lambda row: row.case.number,
}
