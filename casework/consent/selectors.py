"""Reading consents: for the center's duty. What an agency learns is the basis of its own lines."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.households.models import Living, Person
from casework.households.selectors import stays_for
from casework.households.stays import living_now
from casework.rounds import Steps, ask, in_rounds, read, side_by_side
from casework.sharing.bases import TOLD_WITHOUT_DECISION, Basis
from casework.sharing.consents import standing_scopes
from casework.sharing.items import Item
from casework.sharing.models import NotBlocked, ShareLine
from casework.sharing.selectors import lines_reaching, persons_for
from permissions.agencies.models import Agency
from permissions.viewer import Viewer

from .models import Answer, Consent, ConsentScope, ConsentWithdrawal

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass
class ConsentView:
    """One consent with what of it holds today: agency -> items."""

    row: Consent
    standing: dict[Agency, list[str]] = field(default_factory=dict)
    agreed: dict[Agency, list[str]] = field(default_factory=dict)
    withdrawal: ConsentWithdrawal | None = None  # the last

    @property
    def holds(self) -> bool:
        return bool(self.standing)

    @property
    def standing_names(self) -> list[tuple[Agency, list[str]]]:
        return _with_names(self.standing)

    @property
    def agreed_names(self) -> list[tuple[Agency, list[str]]]:
        return _with_names(self.agreed)


@dataclass
class ConsentState:
    """Where one person stands (domain.md R-CON-8): ``code`` for looks, ``label`` in words, ``on`` the day it dates from."""

    person: Person
    code: str
    label: str
    on: dt.date | None
    consents: list[ConsentView]


def _with_names(scopes: dict[Agency, list[str]]) -> list[tuple[Agency, list[str]]]:
    return [(agency, [str(item.label) for item in Item if item in items]) for agency, items in scopes.items()]


def consents_for(viewer: Viewer) -> QuerySet[Consent]:
    """Return the consents this viewer may see, unordered; none outside the center's duty."""
    if not viewer.sees_all_cases:
        return Consent.objects.none()
    return Consent.objects.filter(NotBlocked("case"))


def withdrawals_for(viewer: Viewer) -> QuerySet[ConsentWithdrawal]:
    """Return what was taken back of consents this viewer may see, unordered; none outside the center's duty."""
    if not viewer.sees_all_cases:
        return ConsentWithdrawal.objects.none()
    return ConsentWithdrawal.objects.filter(NotBlocked("case"))


def consent_for(viewer: Viewer, case: Case, consent_id: uuid.UUID) -> ConsentView | None:
    """Return one consent of a case, or None."""
    found = consents_for(viewer).filter(case=case, pk=consent_id).select_related("person", "case")
    return next(iter(read(_views(found))), None)


@in_rounds
def consent_states_for(viewer: Viewer, case: Case) -> Steps[list[ConsentState]]:
    """Return the state of each person of a case, in the household's order; empty outside the center's duty."""
    if not viewer.sees_all_cases:
        return []
    rows = (
        consents_for(viewer)
        .filter(case=case)
        .select_related("person", "explained_by__user", "witness__user", "recorded_by__user")
    )
    of_meetings = ShareLine.objects.live().filter(case=case, basis=Basis.SUPPORT_MEETING)
    views, stays, (by_meeting, everybody) = yield from side_by_side(
        _views(rows.order_by("-recorded_at", "-number")),
        stays_for.steps(viewer, case),
        ask(
            of_meetings.values_list("person_id", flat=True),
            persons_for(viewer).filter(case=case).order_by("position", "pk"),
        ),
    )
    by_person: dict[uuid.UUID, list[ConsentView]] = defaultdict(list)
    for view in views:
        by_person[view.row.person_id].append(view)
    # Nobody is asked any more who has died; what they said before stays in sight.
    dead = {person for person, found in stays.items() if living_now(found) == Living.DIED}
    people = [person for person in everybody if person.pk not in dead or by_person[person.pk]]
    return [_state(person, by_person[person.pk], person.pk in by_meeting) for person in people]


def _views(which: QuerySet[Consent]) -> Steps[list[ConsentView]]:
    """Put scopes and the last withdrawal beside the consents."""
    (rows,) = yield [which]
    views = {row.pk: ConsentView(row) for row in rows}
    scopes = ConsentScope.objects.filter(consent__in=views).select_related("agency")
    found, standing, withdrawals = yield [
        scopes.order_by("agency__kind", "agency__name", "item"),
        standing_scopes().filter(consent__in=views).values_list("pk", flat=True),
        ConsentWithdrawal.objects.filter(consent__in=views).order_by("recorded_at", "pk"),
    ]
    for withdrawal in withdrawals:
        views[withdrawal.consent_id].withdrawal = withdrawal
    holding = set(standing)
    for scope in found:
        view = views[scope.consent_id]
        view.agreed.setdefault(scope.agency, []).append(scope.item)
        if scope.pk in holding:
            view.standing.setdefault(scope.agency, []).append(scope.item)
    return list(views.values())


def _state(person: Person, consents: list[ConsentView], is_shown_by_meeting: bool) -> ConsentState:
    """The state is what holds; where nothing holds, what was said last."""
    agencies = {agency for view in consents for agency in view.standing}
    newest = consents[0].row if consents else None
    if agencies:
        held = next(view.row for view in consents if view.holds)
        label = ngettext("同意（%(count)d機関）", "同意（%(count)d機関）", len(agencies)) % {
            "count": len(agencies)
        }
        return ConsentState(person, "given", label, held.explained_on, consents)
    if newest is None:
        code, label = ("by_meeting", _("不要（支援会議）")) if is_shown_by_meeting else ("none", _("未説明"))
        return ConsentState(person, code, label, None, consents)
    if newest.answer == Answer.PENDING:
        return ConsentState(person, "pending", _("説明済・保留"), newest.explained_on, consents)
    if newest.answer == Answer.REFUSED:
        return ConsentState(person, "refused", _("拒否"), newest.explained_on, consents)
    last = consents[0].withdrawal
    if last:
        return ConsentState(person, "withdrawn", _("撤回"), last.said_on, consents)
    return ConsentState(person, "run_out", _("期限切れ"), newest.valid_until, consents)


# --- what the person is told ---------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamMember:
    """One agency of somebody's team: what of them it sees, and until when (None: no end is set)."""

    agency: Agency
    items: list[str]
    until: dt.datetime | None


def team_for(viewer: Viewer, case: Case, person: Person) -> list[TeamMember]:
    """Return the agencies that see something of this person now, in the order of kinds and names; for the letter.

    Nothing about anybody else: lines about the household stay out. So do lines of which the person is told only when somebody
    decided so (bases.py).
    """
    if not viewer.sees_all_cases:
        return []
    lines = ShareLine.objects.live().filter(
        NotBlocked("case"), case=case, person=person, basis__in=TOLD_WITHOUT_DECISION
    )
    by_agency: dict[Agency, list[ShareLine]] = defaultdict(list)
    for line in lines.select_related("agency").order_by("agency__kind", "agency__name", "item"):
        by_agency[line.agency].append(line)
    return [_member(agency, lines) for agency, lines in by_agency.items()]


def _member(agency: Agency, lines: list[ShareLine]) -> TeamMember:
    seen = {line.item for line in lines}
    ends = [line.until for line in lines]
    until = None if None in ends else max(end for end in ends if end)
    return TeamMember(agency, [str(item.label) for item in Item if item in seen], until)


@in_rounds
def own_bases_for(viewer: Viewer, case: Case) -> Steps[list[str]]:
    """Return on which bases the acting agency sees something of a case, each once; for itself.

    Of several lines for one thing the oldest counts, as in the log: a second basis is not for the agency to notice.
    """
    if viewer.sees_all_cases:
        return []
    oldest: dict[tuple[uuid.UUID | None, str], ShareLine] = {}
    (lines,) = yield [lines_reaching(viewer).filter(case=case).order_by("added_at", "pk")]
    for line in lines:
        oldest.setdefault((line.person_id, line.item), line)
    return list(dict.fromkeys(str(line.basis_label) for line in oldest.values()))
