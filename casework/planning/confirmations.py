"""支援決定: the city confirms a decided plan or returns it. Writing it down, and reading it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.guards import refuse_ended
from casework.cases.models import Case, CaseEvent
from casework.cases.selectors import is_open
from casework.events import record_event
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import workers_of
from casework.once import made_before
from casework.plans.models import DecisionEnd
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.sharing.models import NotBlocked, NotHidden
from casework.sharing.selectors import cases_for
from casework.tasks.actions import TaskDraft, add_task
from casework.tasks.selectors import may_own
from permissions.agencies.models import LegalType
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import ConfirmationOutcome, Plan, PlanConfirmation, PlanDecision

# Until then the worker has looked at a plan that came back.
RETURN_DAYS = 7


@dataclass(frozen=True)
class ConfirmationDraft:
    """What the city did and on which day of Japan, under which number of its register of documents; why, for a return."""

    outcome: str
    confirmed_on: dt.date
    document_number: str = ""
    reason: str = ""


def against(draft: ConfirmationDraft, *, decided_on: dt.date) -> dict[str, str]:
    """Return what stands against it, by field."""
    found: dict[str, str] = {}
    if draft.confirmed_on > timezone.localdate():
        found["confirmed_on"] = _("先の日になっています。")
    if draft.confirmed_on < decided_on:
        found["confirmed_on"] = _("プランを決定した日（%(day)s）より前の日になっています。") % {
            "day": decided_on
        }
    is_returned, has_reason = draft.outcome == ConfirmationOutcome.RETURNED, bool(draft.reason.strip())
    if is_returned and not has_reason:
        found["reason"] = _("差し戻す理由を書いてください。")
    if has_reason and not is_returned:
        found["reason"] = _(
            "理由は、差し戻すときだけ書きます。支援決定についての覚えは、記録に書いてください。"
        )
    return found


def is_of_the_city(viewer: Viewer) -> bool:
    """Return whether the viewer acts for the city itself: the center may be a contractor, too, whose act is no 支援決定."""
    return viewer.agency.legal_type == LegalType.CITY_SECTION


def may_confirm(viewer: Viewer) -> bool:
    """Return whether the viewer records what the city did with a plan."""
    return viewer.may("casework.confirm_plan") and is_of_the_city(viewer)


@transaction.atomic
def confirm_plan(
    plan: Plan, draft: ConfirmationDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> PlanConfirmation:
    """Write down that the city confirms a decided plan, of which the worker is told, or returns it: they are asked to look at it again.

    The same ``key`` gives the same row again. Raises NotAllowed for a plan that was not decided or was confirmed or returned
    before, where something stands ``against`` it, for whoever is not of the city, and in a case that has ended.
    """
    if not may_confirm(by):
        raise NotAllowed(_("支援決定を記録できるのは、市に所属するセンター長だけです。"))
    before: PlanConfirmation | None = made_before(PlanConfirmation, key)
    if before:
        return before
    case = Case.objects.select_for_update(no_key=True).get(pk=plan.case_id)
    refuse_ended(case)
    _check(plan, draft)
    row = PlanConfirmation(
        id=key or uuid.uuid4(), plan=plan, case=case, outcome=draft.outcome, confirmed_on=draft.confirmed_on,
        document_number=draft.document_number.strip(), reason=draft.reason.strip(), confirmed_by=by.membership,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # one that is out of sight here, as it tells a place
        raise NotAllowed(_("このプランについては、支援決定か差戻しがもう記録されています。")) from error
    after = {"number": plan.number, "version": plan.version, "on": draft.confirmed_on.isoformat()}
    if row.is_returned:
        record_event(by, "plan_returned", row, case_id=case.pk, after=after)
        _ask_again(case, plan, by)
    else:
        record_event(by, "plan_confirmed", row, case_id=case.pk, after=after)
        notify(NotificationKind.PLAN_CONFIRMED, case, to=workers_of(case), by=by)
    return row


def _check(plan: Plan, draft: ConfirmationDraft) -> None:
    decided = PlanDecision.objects.filter(plan=plan).select_related("decision").first()
    if decided is None:
        raise NotAllowed(_("このプランは、まだ会議で決定されていません。"))
    if PlanConfirmation.objects.filter(plan=plan).exists():
        raise NotAllowed(_("このプランについては、支援決定か差戻しがもう記録されています。"))
    for words in against(draft, decided_on=decided.decision.decided_on).values():
        raise NotAllowed(words)


def _ask_again(case: Case, plan: Plan, by: Viewer) -> None:
    """Give the worker the plan back. An agency may read a task by its label: it says neither who returned it nor why."""
    what = _("支援プラン %(plan)s を見直し、決め直す") % {"plan": plan}
    owner = case.worker if case.worker and may_own(case.worker) else by.membership
    due = timezone.localdate() + dt.timedelta(days=RETURN_DAYS)
    add_task(case, TaskDraft(Label(None, Item.PLAN), what, due, owner), by=by)


def confirmations_for(viewer: Viewer, case: Case) -> QuerySet[PlanConfirmation]:
    """Return what the city said to the plans of a case, unordered; what it returned for the center alone."""
    rows = PlanConfirmation.objects.filter(NotBlocked("case"), NotHidden("pk"), case=case)
    if not viewer.sees_all_cases:
        decided = Exists(PlanDecision.objects.filter(plan=OuterRef("plan")))
        rows = rows.filter(Q(outcome=ConfirmationOutcome.CONFIRMED), decided)
    return rows.select_related("plan", "confirmed_by__user", "confirmed_by__agency")


def unconfirmed_plans_for(viewer: Viewer) -> QuerySet[PlanDecision]:
    """Return the decided plans to which the city has said nothing yet, the longest waiting first; none for who may not confirm.

    Of open cases, and only while their decision stands: a plan that was decided anew waits no longer.
    """
    if not may_confirm(viewer):
        return PlanDecision.objects.none()
    # By the events: the row itself is out of sight while it tells the place of a household that hides.
    said = CaseEvent.objects.annotate(version=Cast(KT("after__version"), IntegerField())).filter(
        case=OuterRef("case"), verb__in=("plan_confirmed", "plan_returned"), version=OuterRef("plan__version")
    )
    ended = DecisionEnd.objects.filter(ended=OuterRef("decision"))
    rows = PlanDecision.objects.filter(
        ~Exists(said), ~Exists(ended), is_open("case__"), case__in=cases_for(viewer)
    )
    waiting: QuerySet[PlanDecision] = rows.select_related("plan", "decision", "case").order_by(
        "decision__decided_on", "case__number", "pk"
    )
    return waiting
