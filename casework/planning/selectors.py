"""Reading plans, narrowed by who asks."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from casework.assessments.selectors import assessments_for
from casework.meetings.selectors import agendas_for
from casework.ordinances.models import MeetingKind
from casework.plans.models import RoleEnd, RoleRow
from casework.plans.selectors import standing_decisions_for
from casework.rounds import Steps, in_rounds, read
from casework.sharing.consents import support_for
from casework.sharing.selectors import labelled_for
from casework.versions import Change, Said, changes_of
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .confirmations import confirmations_for
from .models import Plan, PlanConfirmation, PlanDecision, PlanPart, PlanRole, Section

if TYPE_CHECKING:
    from casework.assessments.models import Assessment
    from casework.cases.models import Case
    from casework.households.models import Person
    from casework.meetings.models import AgendaItem
    from casework.plans.models import Decision


@dataclass
class Block:
    """One block of the sheet and its entries."""

    section: str
    label: str
    parts: list[PlanPart]


@dataclass
class PlanView:
    """A version as one viewer sees it. ``decision`` None: a draft; ``is_first``: no version before it was decided.

    ``confirmation``: what the city said to it, as far as the viewer is told.
    """

    plan: Plan
    parts: list[PlanPart]
    roles: list[PlanRole]
    decision: Decision | None
    is_first: bool
    is_newest: bool
    assessment: Assessment | None = None  # on which it rests, where that reaches the viewer
    confirmation: PlanConfirmation | None = None

    @property
    def standing(self) -> list[PlanRole]:
        """The roles but for those that a later decision ended alone: of the plan that holds, what is still done."""
        return [role for role in self.roles if not getattr(role, "is_over", False)]

    @property
    def blocks(self) -> list[Block]:
        return [
            Block(section.value, str(section.label), found)
            for section in Section
            if (found := [part for part in self.parts if part.section == section])
        ]

    def without_wish(self, people: Iterable[Person]) -> list[Person]:
        """Return whose wish the version does not hold: nobody asked them yet, which is another answer than that they said nothing."""
        told = {part.person_id for part in self.parts if part.section == Section.WISH}
        return [person for person in people if person.pk not in told]


def _parts_for(viewer: Viewer, model: type[Any]) -> QuerySet[Any]:
    """Drafts are the center's: an agency reads what was decided."""
    rows = labelled_for(viewer, model)
    if viewer.sees_all_cases:
        return rows
    return rows.filter(Exists(PlanDecision.objects.filter(plan=OuterRef("plan"))))


def goals_for(viewer: Viewer) -> QuerySet[PlanPart]:
    """Return the goals of plans that this viewer sees, unordered."""
    return _parts_for(viewer, PlanPart).filter(section=Section.GOAL)


def goals_of(viewer: Viewer, decision: Decision) -> list[PlanPart] | None:
    """Return the goals of the plan that a decision decided, in their order; None if it decided no plan."""
    plan = PlanDecision.objects.filter(decision=decision).values_list("plan", flat=True).first()
    return list(goals_for(viewer).filter(plan=plan).order_by("position")) if plan else None


def plans_for(viewer: Viewer) -> QuerySet[Plan]:
    """Return the versions of which this viewer sees something, unordered."""
    parts, roles = (
        _parts_for(viewer, model).filter(plan=OuterRef("pk")).order_by() for model in (PlanPart, PlanRole)
    )
    return Plan.objects.filter(Exists(parts) | Exists(roles))


@in_rounds
def plan_views_for(viewer: Viewer, case: Case) -> Steps[list[PlanView]]:
    """Return the versions of a case, the newest first."""
    of_case = Q(case=case)
    plans, parts, roles, decided, assessments, confirmed, ends = yield [
        plans_for(viewer).filter(of_case).select_related("made_by__user").order_by("-version"),
        _parts_for(viewer, PlanPart).filter(of_case).order_by("position"),
        _parts_for(viewer, PlanRole).filter(of_case).select_related("agency").order_by("position"),
        PlanDecision.objects.filter(of_case).select_related("decision"),
        assessments_for(viewer).filter(of_case),
        confirmations_for(viewer, case),
        labelled_for(viewer, RoleEnd)
        .filter(of_case, role__decision__end__isnull=True)
        .select_related("role"),
    ]
    over = {_commitment(end.role, end.role.decision_id) for end in ends}
    assessed = {row.pk: row for row in assessments}
    decisions = {row.plan_id: row.decision for row in decided}
    confirmations = {row.plan_id: row for row in confirmed}
    parts_of, roles_of = defaultdict(list), defaultdict(list)
    for part in parts:
        parts_of[part.plan_id].append(part)
    for role in roles:
        decision = decisions.get(role.plan_id)
        role.is_over = decision is not None and _commitment(role, decision.pk) in over
        roles_of[role.plan_id].append(role)
    shown = list(plans)
    versions = [plan.version for plan in shown if plan.pk in decisions]
    return [
        PlanView(
            plan, parts_of[plan.pk], roles_of[plan.pk], decisions.get(plan.pk),
            is_first=not any(version < plan.version for version in versions), is_newest=plan is shown[0], assessment=assessed.get(plan.assessment_id),
            confirmation=confirmations.get(plan.pk),
        )
        for plan in shown
    ]  # fmt: skip


def _commitment(row: Any, decision_id: uuid.UUID) -> tuple[Any, ...]:
    """What a role of a plan and the role that its decision made of it have in common, and no other of that decision."""
    return decision_id, row.agency_id, row.person_id, row.item, row.position


@in_rounds
def decided_plans_for(viewer: Viewer, case: Case) -> Steps[dict[uuid.UUID, bool]]:
    """Return which decisions of a case made a version the plan, as far as the viewer sees it: whether it is the first such plan."""
    seen = plans_for(viewer).filter(pk=OuterRef("plan"))
    (rows,) = yield [PlanDecision.objects.filter(Exists(seen), case=case).order_by("plan__version")]
    return {row.decision_id: row is rows[0] for row in rows}


def plan_view_for(viewer: Viewer, case: Case, plan_id: uuid.UUID) -> PlanView | None:
    """Return one version as the viewer sees it, or None."""
    views: list[PlanView] = read(plan_views_for.steps(viewer, case))
    return next((view for view in views if view.plan.pk == plan_id), None)


def agendas_to_decide_at(viewer: Viewer, case: Case) -> list[AgendaItem]:
    """Return the items of 重層的支援会議 about a case whose minutes are written and not fixed, the latest first."""
    items = agendas_for(viewer).filter(
        case=case, kind=MeetingKind.LAYERED, removal__isnull=True, minutes__isnull=True, draft__isnull=False
    )
    return list(
        items.select_related("meeting", "draft")
        .prefetch_related("members__membership__user", "members__membership__agency")
        .order_by("-meeting__held_at", "position")
    )


def changed_since(viewer: Viewer, case: Case, view: PlanView) -> list[RoleRow]:
    """Return the standing roles of the decisions that ended single roles of a decided plan: they belong into its next version."""
    if view.decision is None:
        return []
    standing = standing_decisions_for(viewer, case)
    plan = next((each for each in standing if each.decision.pk == view.decision.pk), None)
    later = {role.end.decision_id for role in plan.roles if role.end} if plan else set()
    instead = [each for each in standing if each.decision.pk in later and not each.decision.is_meeting_only]
    return [role.row for each in instead for role in each.roles if role.is_current]


def agreed_since(viewer: Viewer, case: Case, view: PlanView) -> list[RoleRow]:
    """Return the roles of standing 申合せ that a version does not hold yet and that its person has since agreed to share.

    Consent arrives when there is a plan already (domain.md 2.2): what a 支援会議 agreed is carried into the next version then, to
    be confirmed with the person. The center's own roles come along where their person has agreed to anything of the 申合せ.
    """
    held = {(role.agency_id, role.person_id, role.what) for role in view.roles}
    found: list[RoleRow] = []
    for each in standing_decisions_for(viewer, case):
        if not each.decision.is_meeting_only:
            continue
        rows = [role.row for role in each.roles if role.is_current]
        agreed = {row.person_id for row in rows if not row.agency.is_center and _has_support(case, row)}
        found += [
            row
            for row in rows
            if (row.agency_id, row.person_id, row.what) not in held
            and (row.person_id in agreed if row.agency.is_center else _has_support(case, row))
        ]
    return found


def _has_support(case: Case, row: RoleRow) -> bool:
    try:
        support_for(case, agency=row.agency, person_id=row.person_id, item=row.item)
    except NotAllowed:
        return False
    return True


def changes_between(before: PlanView, after: PlanView) -> list[Change]:
    """Compare two versions entry by entry and role by role, in the order of the sheet. Entries know ``who`` they are about."""
    of_head = [_said_of_head(view) for view in (before, after)]
    days = changes_of(dict.fromkeys(heading for side in of_head for heading, _who, _words in side), *of_head)
    headings = [*(str(section.label) for section in Section), str(PlanRole._meta.verbose_name)]
    return [
        *(change for change in days if change.is_changed),
        *changes_of(headings, _said(before), _said(after)),
    ]


def _said_of_head(view: PlanView) -> list[Said]:
    """The days and what the version rests on, as far as it reaches the reader."""
    plan = view.plan
    columns: list[Any] = [plan._meta.get_field(name) for name in ("period_from", "period_to", "monitor_on")]
    named = [(str(column.verbose_name), f"{getattr(plan, column.name):%Y-%m-%d}") for column in columns]
    if view.assessment:
        named.append((str(_("もとにしたアセスメント")), view.assessment.name))
    return [(heading, "", words) for heading, words in named]


def _said(view: PlanView) -> list[Said]:
    rows: list[Any] = list(view.parts)
    roles: list[Any] = list(view.roles)
    return [
        *((str(Section(row.section).label), row.who, _with_plain(row.words, row)) for row in rows),
        *((str(PlanRole._meta.verbose_name), role.who, _with_plain(_sentence(role), role)) for role in roles),
    ]


def _with_plain(words: str, row: Any) -> str:
    """What the person holds in hand differs when only the easy words do."""
    return "\n".join(filter(None, (words, row.plain)))


def _sentence(role: PlanRole) -> str:
    words = [
        role.agency.name, role.worker, role.deputy, role.get_seat_display(), role.issue, role.what,
        role.get_service_display(),  # type: ignore[attr-defined] # made by CodeField
        role.frequency, role.needs, role.reports,
    ]  # fmt: skip
    begins = _("%(day)sから") % {"day": f"{role.starts_on:%Y-%m-%d}"} if role.starts_on else ""
    until = f"{role.until_on:%Y-%m-%d}" if role.until_on else ""
    return " ".join(filter(None, (*words, begins, until)))
