"""When somebody of the center last talked with a household, and until when somebody has to again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Case as Depending
from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest

from casework.cases.states import OPEN_STAGES, Stage
from casework.codes.settings import count_in_query
from casework.monitoring.models import Monitoring
from casework.notes.selectors import talks_for
from casework.rounds import Steps, in_rounds
from casework.sharing.selectors import cases_for
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import ContactInterval

if TYPE_CHECKING:
    from casework.cases.models import Case

# A case that rests is reviewed on its day (suspension/).
WATCHED = tuple(stage for stage in OPEN_STAGES if stage != Stage.SUSPENDED)


def rhythm_of_cases(viewer: Viewer) -> QuerySet[Any]:
    """Return the open cases that the center holds, each with ``talked_at`` (None: never), ``weeks`` (None: the city's) and ``talk_by``.

    ``talk_by`` is the interval after the last talk, or after the case was opened. For the center's duty.
    """
    cases = cases_for(viewer).filter(stage__in=WATCHED, holder__is_center=True)
    if not viewer.sees_all_cases:
        cases = cases.none()
    of_case = OuterRef("pk")
    notes = talks_for(viewer).filter(case=of_case).order_by("-occurred_at").values("occurred_at")[:1]
    looks = Monitoring.objects.filter(case=of_case, has_met=True).order_by("-monitored_on")
    weeks = ContactInterval.objects.filter(case=of_case).order_by("-set_at", "-pk").values("weeks")[:1]
    day_of_look = Subquery(looks.values("monitored_on")[:1])
    days = Depending(
        When(weeks__isnull=False, then=F("weeks") * Value(7)),
        When(stage=Stage.ACCOMPANYING, then=count_in_query("accompany_weeks") * Value(7)),
        default=count_in_query("contact_lost"),
        output_field=IntegerField(),
    )
    return cases.annotate(
        weeks=Subquery(weeks),
        # PostgreSQL leaves out what is null.
        talked_at=Greatest(Subquery(notes), Cast(day_of_look, DateTimeField())),
        talk_by=ExpressionWrapper(
            Coalesce(F("talked_at"), F("opened_at"))
            + ExpressionWrapper(days * Value(dt.timedelta(days=1)), output_field=DurationField()),
            output_field=DateTimeField(),
        ),
    )


def silent_cases_for(viewer: Viewer, *, within_days: int = 0) -> QuerySet[Any]:
    """Return the cases whose household somebody has to talk with by now, or within so many days; the longest silent first."""
    until = ClockNow() + dt.timedelta(days=within_days)
    rows = rhythm_of_cases(viewer).filter(talk_by__lte=until)
    return rows.select_related("holder", "worker__user").order_by("talk_by", "pk")


@in_rounds
def rhythm_of(viewer: Viewer, case: Case) -> Steps[Any]:
    """Return a case with its ``talked_at``, ``weeks`` and ``talk_by``; None where nobody has to talk with the household."""
    if not viewer.sees_all_cases:
        return None
    (found,) = yield [rhythm_of_cases(viewer).filter(pk=case.pk)]
    return found[0] if found else None
