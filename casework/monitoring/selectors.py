"""Reading how a case goes: all of it for the center, of each role what its label shows for everybody else."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.plans.selectors import AnsweredRole, answered_roles_for
from casework.rounds import Steps, in_rounds
from casework.sharing.items import Item
from casework.sharing.models import NotBlocked, NotHidden
from casework.sharing.selectors import labelled_for
from casework.tasks.models import TaskEnd
from permissions.audit.actions import Read
from permissions.viewer import Viewer

from .models import Monitoring, MonitoringDate, MonitoringTick, MonitoringTrigger

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass
class MonitoringView:
    """One look at a case as one viewer sees it; ``row`` and ``triggers`` for the center alone."""

    monitored_on: dt.date
    ticks: list[Any] = field(default_factory=list)
    row: Monitoring | None = None
    triggers: list[MonitoringTrigger] = field(default_factory=list)


@dataclass
class Monitorings:
    """What was looked at, newest first, and when somebody looks again."""

    views: list[MonitoringView]
    next: MonitoringDate | None


@in_rounds
def monitorings_for(viewer: Viewer, case: Case) -> Steps[Monitorings]:
    """Return how a case went, newest first. ``next`` is for the center; who sees its task's label sees the task."""
    ticks = labelled_for(viewer, MonitoringTick).filter(case=case).select_related("role__agency")
    asked: list[QuerySet[Any]] = [ticks.order_by("-monitored_on", "role__position", "pk")]
    if viewer.sees_all_cases:
        rows = Monitoring.objects.filter(NotBlocked("case"), NotHidden("pk"), case=case)
        asked += [
            rows.select_related("recorded_by__user").order_by("-monitored_on", "-recorded_at"),
            MonitoringTrigger.objects.filter(NotBlocked("case"), case=case).order_by("code"),
            dates_for(viewer, case).select_related("task__owner__user"),
        ]
    found, *rest = yield asked
    headers, triggers, dates = rest or ([], [], [])
    views = {row.pk: MonitoringView(row.monitored_on, row=row) for row in headers}
    for tick in found:
        views.setdefault(tick.monitoring_id, MonitoringView(tick.monitored_on)).ticks.append(tick)
    for trigger in triggers:
        if trigger.monitoring_id in views:
            views[trigger.monitoring_id].triggers.append(trigger)
    return Monitorings(
        sorted(views.values(), key=lambda view: view.monitored_on, reverse=True), dates[0] if dates else None
    )


def dates_for(viewer: Viewer, case: Case) -> QuerySet[MonitoringDate]:
    """Return the dates of a case whose task stands, the newest first; for the center's duty."""
    if not viewer.sees_all_cases:
        return MonitoringDate.objects.none()
    ended = TaskEnd.objects.filter(task=OuterRef("task"))
    rows = MonitoringDate.objects.filter(NotBlocked("case"), ~Exists(ended), case=case)
    return rows.select_related("task").order_by("-set_at", "-pk")


def current_roles_for(viewer: Viewer, case: Case) -> list[AnsweredRole]:
    """Return the roles that hold now, in the order of their decisions."""
    return [role for role in answered_roles_for(viewer, Q(case=case)) if role.is_current]


def reads_of_monitorings(monitorings: Monitorings, case_id: uuid.UUID) -> list[Read]:
    """Return what a page that shows them logs: the center's part as the household's plan, each tick under its label."""
    rows: list[Read] = [(view.row, case_id, None, Item.PLAN) for view in monitorings.views if view.row]
    ticks = [tick for view in monitorings.views for tick in view.ticks]
    return rows + [(tick, case_id, tick.person_id, tick.item) for tick in ticks]
