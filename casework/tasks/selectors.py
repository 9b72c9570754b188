"""Reading what has to be done until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from casework.rounds import Steps, in_rounds
from casework.sharing.selectors import labelled_for
from permissions.agencies.models import Membership
from permissions.roles import ROLES
from permissions.viewer import Viewer

from .models import Task, TaskEnd

if TYPE_CHECKING:
    from casework.cases.models import Case

_DUTY = [code for code, role in ROLES.items() if role.sees_all_cases]


def open_tasks_for(viewer: Viewer) -> QuerySet[Task]:
    """Return the tasks this viewer may see that have not ended, what is due first first."""
    ends = labelled_for(viewer, TaskEnd).filter(task=OuterRef("pk"))
    tasks: QuerySet[Task] = labelled_for(viewer, Task).filter(~Exists(ends))
    return tasks.select_related("owner__user", "owner__agency", "case").order_by("due_on", "made_at", "pk")


@in_rounds
def case_tasks_for(viewer: Viewer, case: Case) -> Steps[list[Task]]:
    """Return the open tasks of a case, each with ``is_late``, what is due first first."""
    today = timezone.localdate()
    (tasks,) = yield [open_tasks_for(viewer).filter(case=case)]
    for task in tasks:
        task.is_late = task.due_on < today
    return tasks


@in_rounds
def ended_tasks_for(viewer: Viewer, case: Case) -> Steps[list[TaskEnd]]:
    """Return how tasks of a case ended, the latest last; each with its task, which reaches the viewer, too."""
    ends = (
        labelled_for(viewer, TaskEnd).filter(case=case).select_related("ended_by__user", "ended_by__agency")
    )
    found, tasks = yield [ends.order_by("ended_at", "pk"), labelled_for(viewer, Task).filter(case=case)]
    known = {task.pk: task for task in tasks}
    for end in found:
        end.task = known.get(end.task_id)
    return [end for end in found if end.task]


def owners() -> QuerySet[Membership]:
    """Return who may be asked to do something: whoever has the center's duty today, in the order of their agencies."""
    live = Membership.objects.live().filter(agency__is_center=True, role__in=_DUTY)
    return live.select_related("user", "agency").order_by("agency__name", "user__last_name", "pk")


def may_own(membership: Membership) -> bool:
    """Return whether something can be asked of this person now."""
    return owners().filter(pk=membership.pk).exists()
