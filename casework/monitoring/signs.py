"""What the record says for an early meeting since somebody last looked (domain.md 2.6): suggestions, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.models import CaseEvent
from casework.cases.states import Stage
from casework.codes.settings import count_of
from casework.dates import in_era
from casework.households.models import Living, Stay
from casework.households.selectors import name_people, stays_for
from casework.issues.selectors import issues_for
from casework.notes.selectors import talks_for
from casework.notices.selectors import case_notices_for
from casework.plans.models import AnswerKind
from casework.plans.selectors import AnsweredRole
from casework.sharing.models import LivesHere
from casework.sharing.selectors import persons_for
from permissions.agencies.models import Membership
from permissions.people import name_of
from permissions.viewer import Viewer

from .models import Monitoring

if TYPE_CHECKING:
    from casework.cases.models import Case

# Reasons of a stay (list stay_reason) that tell of more than a change in who lives there.
HOSPITAL, MISSING, MOVED = (
    "hospital",
    "missing",
    frozenset({"moved", "facility", "escape", "child_protection"}),
)

VIOLENCE = "dv_abuse"  # of the list issue


@dataclass(frozen=True)
class Sign:
    """A code of the list meeting_trigger, why it is proposed, and the row that says so, if it is one with a label."""

    code: str
    reason: str
    row: Any = None


def signs_for(viewer: Viewer, case: Case, roles: list[AnsweredRole]) -> list[Sign]:
    """Return what happened since the last monitoring, or since what holds was decided; for the center's duty."""
    looked = Monitoring.objects.filter(case=case).order_by("-recorded_at")
    since = looked.values_list("recorded_at", flat=True).first()
    if since is None:
        since = min((role.row.decision.recorded_at for role in roles), default=None)
    if since is None or not viewer.sees_all_cases:
        return []
    return [
        *_declined(roles, since),
        *_moved(viewer, case, since),
        *_another_address(viewer, case, since),
        *_new(viewer, case, since),
        *_emergency(case, since),
        *_violence(viewer, case, since),
        *_personnel(roles, since),
        *_silent(viewer, case),
    ]


def _declined(roles: list[AnsweredRole], since: dt.datetime) -> Iterator[Sign]:
    for role in roles:
        said = role.agreement
        if said and said.kind == AnswerKind.DECLINED and said.answered_at > since:
            told = {"agency": role.row.agency.name, "what": role.row.what}
            yield Sign("role_refused", _("%(agency)sが「%(what)s」を断った") % told)


def _moved(viewer: Viewer, case: Case, since: dt.datetime) -> Iterator[Sign]:
    """Stays that were written down since; not the first of a person, which tells how they live and not that it changed."""
    for stays in stays_for(viewer, case).values():
        for before, stay in zip([None, *stays], stays, strict=False):
            if stay.noted_at > since and (before or stay.living != Living.APART):
                name_people(viewer, [stay])
                why = stay.get_reason_display() if stay.reason in {HOSPITAL, MISSING, *MOVED} else ""
                told = {"who": stay.who, "how": why or stay.get_living_display()}
                yield Sign(_trigger_of(before, stay), _("%(who)s：%(how)s") % told, stay)


def _another_address(viewer: Viewer, case: Case, since: dt.datetime) -> Iterator[Sign]:
    """Whose address was written anew since, and was another one before. A first one tells where they live and not that they moved."""
    changed = CaseEvent.objects.filter(case=case, verb="contact_changed", at__gt=since)
    keys = changed.filter(after__changed__contains=["address"]).values("person")
    for person in persons_for(viewer).filter(case=case, pk__in=keys).order_by("position", "pk"):
        yield Sign("address_change", _("%(who)sさんの住所が書き直された") % {"who": person.name})


def _trigger_of(before: Stay | None, stay: Stay) -> str:
    if HOSPITAL in (stay.reason, before.reason if before else ""):
        return "hospital"  # into it or out of it
    if stay.reason == MISSING:
        return "no_contact"
    return "address_change" if stay.reason in MOVED else "new_member"


def _new(viewer: Viewer, case: Case, since: dt.datetime) -> Iterator[Sign]:
    added = CaseEvent.objects.filter(case=case, verb="person_added", at__gt=since).values("person")
    people = persons_for(viewer).filter(case=case, pk__in=added).annotate(lives_here=LivesHere("pk"))
    for person in people.order_by("position", "pk"):
        if person.lives_here:
            yield Sign("new_member", _("%(who)sさんを世帯の人に加えた") % {"who": person.name})


def _emergency(case: Case, since: dt.datetime) -> Iterator[Sign]:
    """A fall, hunger, fire or violence: which of them nobody guesses here."""
    broke_out = CaseEvent.objects.filter(case=case, verb="stage_changed", after__stage=Stage.EMERGENCY)
    for event in broke_out.filter(at__gt=since).order_by("at")[:1]:
        yield Sign("emergency", _("%(day)sから") % {"day": in_era(timezone.localdate(event.at))})


def _violence(viewer: Viewer, case: Case, since: dt.datetime) -> Iterator[Sign]:
    """A notice that the law asks for, an issue: written down since, and for whoever looks to weigh."""
    notices = case_notices_for(viewer, case).filter(written_at__gt=since).order_by("written_at", "pk")
    for law in dict.fromkeys(notice.get_law_display() for notice in notices):
        yield Sign("violence", _("%(law)sの記録がある") % {"law": law})
    noted = issues_for(viewer, case).filter(is_followed=False, noted_at__gt=since, closed_on__isnull=True)
    issues = list(noted.filter(code=VIOLENCE))
    name_people(viewer, issues)
    for issue in issues:
        told = {"who": issue.who, "how": issue.get_code_display()}
        yield Sign("violence", _("%(who)s：%(how)s") % told, issue)


def _personnel(roles: list[AnsweredRole], since: dt.datetime) -> Iterator[Sign]:
    """Who does a role that stands was named anew, or whoever answered it left their agency. Once each, however many roles it is."""
    changed = (_another_in_charge(role, since) for role in roles)
    said = [text for texts in changed for text in texts]
    answers = [(role, answer) for role in roles for answer in role.answers if not answer.is_told]
    live = Membership.objects.live().filter(
        user__in=[answer.answered_by.user_id for _role, answer in answers]
    )
    still = set(live.values_list("user", "agency"))
    for role, answer in answers:
        seat = answer.answered_by
        if seat.ended_at and seat.ended_at > since and (seat.user_id, seat.agency_id) not in still:
            told = {"agency": role.row.agency.name, "who": name_of(seat.user)}
            said.append(_("%(agency)sの%(who)sさんが、もう所属していない") % told)
    for text in dict.fromkeys(said):
        yield Sign("personnel", text)


def _another_in_charge(role: AnsweredRole, since: dt.datetime) -> Iterator[str]:
    before = role.row.worker
    for position, answer in enumerate(role.answers, start=1):
        now = AnsweredRole(role.row, role.answers[:position]).worker
        if before and now and now != before and answer.answered_at > since:
            told = {"agency": role.row.agency.name, "before": before, "now": now}
            yield _("%(agency)sの担当者が「%(before)s」から「%(now)s」に変わった") % told
        before = now or before


def _silent(viewer: Viewer, case: Case) -> Iterator[Sign]:
    days = count_of("contact_lost")
    talked = talks_for(viewer).filter(case=case).order_by("-occurred_at")
    met = Monitoring.objects.filter(case=case, has_met=True).order_by("-monitored_on")
    last = [timezone.localdate(at) for at in talked.values_list("occurred_at", flat=True)[:1]]
    last += met.values_list("monitored_on", flat=True)[:1]
    since = max(last, default=timezone.localdate(case.opened_at))
    if timezone.localdate() - since > dt.timedelta(days=days):
        yield Sign("no_contact", _("%(days)s日をこえて、本人か世帯の人と話した記録がない") % {"days": days})
