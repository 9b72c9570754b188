"""Writing plans: every saving a new version, and the one act that makes a version the plan that holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.cases.models import Case
from casework.cases.states import Flow
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.households.models import Person
from casework.meetings.actions import add_paper
from casework.meetings.minutes import AlsoThere, Outcome, fix_item
from casework.meetings.models import AgendaPaper, AgendaRemoval, PaperKind
from casework.monitoring.actions import set_next_monitoring
from casework.once import made_before
from casework.ordinances.models import MeetingKind
from casework.plans.actions import NOTHING, DirectionDraft, InPlaceOf, RoleDraft, check_days, decide
from casework.plans.models import Seat
from casework.seen import only_one
from casework.sharing.actions import Label
from casework.sharing.consents import support_for
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Plan, PlanDecision, PlanPart, PlanRole, Section

# A plan is no matter of a 支援会議, which talks without consent (domain.md 2.2: 申合せ).
TALK_OF_PLANS = (MeetingKind.LAYERED, MeetingKind.ADJUSTING, MeetingKind.INTERNAL)

if TYPE_CHECKING:
    from casework.assessments.models import Assessment
    from casework.meetings.models import AgendaItem
    from casework.plans.models import Decision


@dataclass(frozen=True)
class PartDraft:
    """One entry: of which block, about whom, in what words, the same in easy Japanese, and the code of a service that was chosen."""

    label: Label
    section: str
    text: str
    plain: str = ""
    service: str = ""


@dataclass(frozen=True)
class PlanDraft:
    """A whole version. Days are those of Japan; the monitoring lies within the period. ``assessment``: on which it rests."""

    period_from: dt.date
    period_to: dt.date
    monitor_on: dt.date
    parts: Sequence[PartDraft] = field(default_factory=tuple)
    roles: Sequence[RoleDraft] = field(default_factory=tuple)
    assessment: Assessment | None = None


@transaction.atomic
def save_plan(
    case: Case, draft: PlanDraft, *, follows: Plan | None, by: Viewer, key: uuid.UUID | None = None
) -> Plan:
    """Keep a version of the plan that ``follows`` the one the form showed. The same ``key`` gives the same version again.

    Raises ChangedMeanwhile with the version a colleague kept meanwhile, and NotAllowed for a period out of order or a version
    without any entry.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("プランを書く権限がありません。"))
    before: Plan | None = made_before(Plan, key)
    if before:
        return before
    _check(draft)
    with only_one(Plan, case=case, version=(follows.version if follows else 0) + 1):
        plan = Plan(
            id=key or uuid.uuid4(),
            case=case,
            number=follows.number if follows else next_number("P"),
            version=(follows.version if follows else 0) + 1,
            follows=follows,
            period_from=draft.period_from,
            period_to=draft.period_to,
            monitor_on=draft.monitor_on,
            assessment=draft.assessment,
            made_by=by.membership,
        )
        plan.save(force_insert=True)
    add_all(PlanPart, _parts(plan, draft.parts))
    add_all(PlanRole, _roles(plan, draft.roles))
    record_event(
        by, "plan_saved", plan, case_id=case.pk, after={"number": plan.number, "version": plan.version}
    )
    return plan


def _check(draft: PlanDraft) -> None:
    if draft.period_to < draft.period_from:
        raise NotAllowed(_("期間の終わりが、始まりより前になっています。"))
    if not draft.period_from <= draft.monitor_on <= draft.period_to:
        raise NotAllowed(_("次のモニタリングの日は、期間の中の日にしてください。"))
    if not draft.parts and not draft.roles:
        raise NotAllowed(_("内容を1つ以上書いてください。"))
    for role in draft.roles:
        check_days(role)


def _parts(plan: Plan, drafts: Sequence[PartDraft]) -> list[PlanPart]:
    return [
        PlanPart(
            plan=plan, case_id=plan.case_id, person_id=draft.label.person_id, item=draft.label.item,
            section=draft.section, position=position, service=draft.service, text=draft.text.strip(),
            plain=draft.plain.strip(),
        )
        for position, draft in enumerate(drafts)
    ]  # fmt: skip


def _roles(plan: Plan, drafts: Sequence[RoleDraft]) -> list[PlanRole]:
    return [
        PlanRole(
            plan=plan, case_id=plan.case_id, position=position, **draft.columns, plain=draft.plain.strip()
        )
        for position, draft in enumerate(drafts)
    ]


@transaction.atomic
def bring_plan(
    plan: Plan,
    agenda: AgendaItem,
    *,
    text: str,
    kept_from: Collection[uuid.UUID],
    is_for_all: bool,
    by: Viewer,
    key: uuid.UUID | None = None,
) -> AgendaPaper:
    """Give the members of an item a draft to read, in the ``text`` somebody of the center saw (papers.py). The same ``key``: the same again.

    Raises NotAllowed for a version that is not the newest or decided, and for an item that talks of no plans or of another case.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("プランを会議に出す権限がありません。"))
    before: AgendaPaper | None = made_before(AgendaPaper, key)
    if before:
        return before
    _refuse_past(plan)
    if agenda.case_id != plan.case_id or agenda.kind not in TALK_OF_PLANS:
        raise NotAllowed(_("このケースの、プランについて話せる会議の議題を選んでください。"))
    return add_paper(
        agenda, kind=PaperKind.PLAN, text=text, is_for_all=is_for_all, plan_id=plan.pk, kept_from=kept_from, by=by, key=key
    )  # fmt: skip


def lacking(case: Case, parts: Sequence[PlanPart], roles: Sequence[PlanRole]) -> list[str]:
    """Return what still stands between a version and its decision: empty seats, blocks, and missing consents by name."""
    found = [
        _("「%(seat)s」の席が空いています。") % {"seat": seat.label}
        for seat in Seat
        if not any(role.seat == seat for role in roles)
    ]
    sections = {part.section for part in parts}
    found += [
        _("「%(section)s」が書かれていません。") % {"section": section.label}
        for section in (Section.WISH, Section.GOAL, Section.DIRECTION, Section.EXIT)
        if section not in sections
    ]
    refusals = []
    for role in roles:
        if role.agency.is_center:
            continue
        try:
            support_for(case, agency=role.agency, person_id=role.person_id, item=role.item)
        except NotAllowed as refusal:
            refusals.append(str(refusal))
    return found + list(dict.fromkeys(refusals))


def decided_where(
    case: Case, parts: Sequence[PlanPart], roles: Sequence[PlanRole], agenda: AgendaItem | None
) -> str:
    """Return why a version cannot be decided at this item of a meeting; empty if it can.

    Coordination decides in a 重層的支援会議 at which everybody the plan is about is on the table (domain.md 1.5, 3.2).
    """
    if agenda is None:
        needs = case.flow == Flow.COORDINATION
        return (
            _("多機関協働のプランは、重層的支援会議で決定します。会議の議題を選んでください。")
            if needs
            else ""
        )
    if agenda.case_id != case.pk or agenda.kind != MeetingKind.LAYERED:
        return _("このケースの重層的支援会議の議題を選んでください。")
    if AgendaRemoval.objects.filter(agenda=agenda).exists():
        return _("この議題は取り下げられています。")
    return _not_on_the_table(parts, roles, agenda)


def _not_on_the_table(parts: Sequence[PlanPart], roles: Sequence[PlanRole], agenda: AgendaItem) -> str:
    shown = {row.person_id for row in (*parts, *roles) if row.person_id}
    missing = shown - set(agenda.people.values_list("person_id", flat=True))
    names = [person.name for person in Person.objects.filter(pk__in=missing).order_by("position", "pk")]
    if not names:
        return ""
    return _(
        "%(names)sさんは、この議題の人に入っていません。プランから外すか、議題を立て直してください。"
    ) % {"names": _("・").join(names)}


@dataclass(frozen=True)
class AtMeeting:
    """The item at which a plan is decided: its minutes are fixed with it, and passed round if ``circulate_until`` says until when.

    ``seen``: the version of them that was looked at. ``also_there``: who was there beside the members (``present``).
    """

    agenda: AgendaItem
    seen: int
    present: Sequence[int] = ()
    circulate_until: dt.datetime | None = None
    also_there: Sequence[AlsoThere] = ()


@transaction.atomic
def decide_plan(
    plan: Plan,
    *,
    at: AtMeeting | dt.date,
    in_place_of: InPlaceOf = NOTHING,
    by: Viewer,
    key: uuid.UUID | None = None,
) -> Decision:
    """Make a version the plan that holds: its directions and roles become a decision, its roles wait for answers, and the day
    on which somebody looks at it becomes a task.

    ``at``: the item of a meeting, whose minutes are fixed in the same act, or the day outside a meeting. Raises NotAllowed while
    something is ``lacking`` (AT-5), where the meeting does not carry it (``decided_where``, ``fix_item``), for a version that is not
    the newest and for one decided already; ChangedMeanwhile if the minutes were saved since. Whoever withdraws a consent in the
    same moment comes before or after as a whole: both lock the case.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("プランを決定する権限がありません。"))
    before: PlanDecision | None = made_before(PlanDecision, key)
    if before:
        return before.decision
    case = Case.objects.select_for_update(no_key=True).get(pk=plan.case_id)
    decision = _decide(case, _outcome(case, plan, at, in_place_of), at, by)
    link = PlanDecision(id=key or uuid.uuid4(), plan=plan, case=case, decision=decision)
    link.save(force_insert=True)
    if plan.monitor_on >= timezone.localdate():
        set_next_monitoring(case, on=plan.monitor_on, owner=case.worker or by.membership, by=by)
    record_event(
        by, "plan_decided", link, case_id=case.pk, after={"number": plan.number, "version": plan.version}
    )
    return decision


def _refuse_past(plan: Plan) -> None:
    if Plan.objects.filter(follows=plan).exists():
        raise NotAllowed(_("この版のあとに、新しい版が書かれています。新しい版を開いてください。"))
    if PlanDecision.objects.filter(plan=plan).exists():
        raise NotAllowed(_("この版は、もう決定されています。"))


def _outcome(
    case: Case,
    plan: Plan,
    at: AtMeeting | dt.date,
    in_place_of: InPlaceOf,
) -> Outcome:
    """Return what a version decides. Raises NotAllowed while it may not."""
    _refuse_past(plan)
    parts = list(PlanPart.objects.filter(plan=plan).order_by("section", "position"))
    roles = list(PlanRole.objects.filter(plan=plan).select_related("agency").order_by("position"))
    agenda = at.agenda if isinstance(at, AtMeeting) else None
    for missing in (*lacking(case, parts, roles), decided_where(case, parts, roles, agenda)):
        if missing:
            raise NotAllowed(missing)
    return Outcome(
        [
            DirectionDraft(Label(part.person_id, part.item), part.text)
            for part in parts
            if part.section == Section.DIRECTION
        ],
        [RoleDraft.of(role) for role in roles],
        in_place_of,
    )


def _decide(case: Case, outcome: Outcome, at: AtMeeting | dt.date, by: Viewer) -> Decision:
    if isinstance(at, AtMeeting):
        _minutes, decision = fix_item(
            at.agenda, outcome, seen=at.seen, present=at.present, also_there=at.also_there,
            circulate_until=at.circulate_until, by=by,
        )  # fmt: skip
        if decision is None:  # an outcome with directions is a decision
            raise RuntimeError("no decision")
        return decision
    return decide(
        case,
        decided_on=at,
        directions=outcome.directions,
        roles=outcome.roles,
        in_place_of=outcome.in_place_of,
        by=by,
    )
