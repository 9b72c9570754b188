"""Roles of standing decisions by what their agency said last: what was refused, and what was promised and is late."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet

from casework.cases.selectors import is_open
from casework.plans.models import AnswerKind, RoleAnswer, RoleRow
from casework.plans.selectors import has_ended
from casework.sharing.selectors import labelled_for
from permissions.agencies.years import today
from permissions.viewer import Viewer

# What ends a promise: it was kept, or it is none any more.
ENDED = (AnswerKind.RESULT, AnswerKind.DECLINED)


def standing_roles_for(viewer: Viewer) -> QuerySet[Any]:
    """Return the roles that nothing took the place of, unordered, each with its ``last_kind`` (None: 未回答) and ``last_at``."""
    last = labelled_for(viewer, RoleAnswer).filter(role=OuterRef("pk")).order_by("-sequence")
    rows = labelled_for(viewer, RoleRow).filter(~has_ended(viewer))
    return rows.annotate(last_kind=last.values("kind")[:1], last_at=last.values("answered_at")[:1])


def declined_roles_for(viewer: Viewer) -> QuerySet[Any]:
    """Return the standing roles of open cases that their agency does not take on, the oldest decision first."""
    rows = standing_roles_for(viewer).filter(is_open("case__"), last_kind=AnswerKind.DECLINED)
    return rows.order_by("decision__recorded_at", "position", "pk")


def overdue_roles_for(viewer: Viewer) -> QuerySet[Any]:
    """Return the standing roles of open cases that an agency took on until a day that has come, without a result; the latest first."""
    rows = standing_roles_for(viewer).filter(is_open("case__"), until_on__lte=today())
    return rows.filter(last_kind__isnull=False).exclude(last_kind__in=ENDED).order_by("until_on", "pk")
