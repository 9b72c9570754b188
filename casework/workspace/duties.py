"""Who has to do what until when, as far as it reaches the reader: tasks, answers, roles, consents, notices, in one list.

Each source is read at its own door and no more than MOST_EACH of it, what is due first first.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.accompanying.selectors import silent_cases_for
from casework.assessments.asking import open_requests_for
from casework.assessments.choices import Section
from casework.cases.models import Case
from casework.concealment.selectors import ending_for
from casework.consent.selectors import consents_for
from casework.handover.models import Handover
from casework.handover.selectors import handovers_for, owners_after, unsigned_for
from casework.intake.selectors import contacts_for
from casework.meetings.selectors import unanswered_preps_for
from casework.notices.models import NoticeReply, StatutoryNotice
from casework.planning.confirmations import unconfirmed_plans_for
from casework.plans.selectors import answered_roles_for
from casework.referrals.models import ReferralAnswer, ReferralRevocation
from casework.referrals.selectors import referral_views_for, referrals_for
from casework.referrals.states import OVER
from casework.sharing.consents import standing_scopes
from casework.sharing.selectors import recalls_for
from casework.tasks.selectors import open_tasks_for
from permissions.agencies.models import Membership
from permissions.people import name_of
from permissions.viewer import Viewer

from .promises import ENDED, declined_roles_for, standing_roles_for

MOST_EACH = 500
CONSENT_DAYS = 30
TALK_DAYS = 7
NO_CASE = uuid.UUID(int=0)  # so that an empty list costs the statements of a full one


class DutyKind(models.TextChoices):
    """What has to be done."""

    TASK = "task", gettext_lazy("ケースの期限")
    REFERRAL = "referral", gettext_lazy("つなぎへの返事")
    ROLE = "role", gettext_lazy("役割")
    DECLINED = "declined", gettext_lazy("引き受けられない役割")
    CONSENT = "consent", gettext_lazy("同意の期限")
    CONCEALMENT = "concealment", gettext_lazy("秘匿の措置の終わり")
    NOTICE = "notice", gettext_lazy("通告・通報への返事")
    HANDOVER = "handover", gettext_lazy("引き継ぎの署名")
    TALK = "talk", gettext_lazy("本人・世帯の人と話すこと")
    RECALL = "recall", gettext_lazy("廃棄の確認")
    PREP = "prep", gettext_lazy("会議の準備シート")
    ASSESSMENT = "assessment", gettext_lazy("頼まれたアセスメント")
    CONFIRMATION = "confirmation", gettext_lazy("支援決定")


@dataclass(frozen=True)
class Duty:
    """One line of the list. ``agency`` and ``membership``: who has to do it; ``due_on`` None: no day was set.

    ``holder`` and ``worker`` are the case's, None where there is no case or it may not be known.
    """

    kind: str
    key: uuid.UUID
    number: str
    url: str
    what: str
    who: str
    agency: int | None
    membership: int | None
    due_on: dt.date | None
    holder: int | None = None
    worker: int | None = None
    case: uuid.UUID | None = None
    # Whose it is, too: of several, or while a hand-over waits for its signature.
    shared_with: frozenset[int] = frozenset()

    def is_of(self, membership: int) -> bool:
        """Return whether a membership has to do it, alone or with another."""
        return membership == self.membership or membership in self.shared_with

    @property
    def label(self) -> str:
        return str(DutyKind(self.kind).label)

    @property
    def days_left(self) -> int | None:
        return (self.due_on - timezone.localdate()).days if self.due_on else None

    @property
    def is_late(self) -> bool:
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True)
class DutyFilter:
    """Which duties are wanted; what is empty does not narrow. ``holder`` and ``worker`` (0: nobody yet) are the case's."""

    kind: str = ""
    due: str = ""
    who: str = ""
    agency: int | None = None
    holder: int | None = None
    worker: int | None = None

    def wants(self, duty: Duty, viewer: Viewer) -> bool:
        return (
            self.kind in ("", duty.kind)
            and self._is_due(duty)
            and self._is_whose(duty, viewer)
            and self.agency in (None, duty.agency)
            and self.holder in (None, duty.holder)
            and (self.worker is None or self.worker == (duty.worker or 0))
        )

    def _is_due(self, duty: Duty) -> bool:
        if not self.due:
            return True
        left = duty.days_left
        if self.due == "none":
            return left is None
        return left is not None and left <= {"late": -1, "today": 0, "week": 7}[self.due]

    def _is_whose(self, duty: Duty, viewer: Viewer) -> bool:
        if self.who == "me":
            return duty.is_of(viewer.membership.pk)
        return self.who != "us" or duty.agency == viewer.agency.pk


EVERYTHING = DutyFilter()


def duties_for(viewer: Viewer, only: DutyFilter = EVERYTHING) -> list[Duty]:
    """Return what has to be done, as far as this viewer may see it, what is due first first, what has no day last."""
    if not viewer.membership.role_rights.reads_cases:
        return []
    wanted = [source for kind, source in SOURCES.items() if only.kind in ("", kind)]
    every = _handed_over(viewer, [duty for source in wanted for duty in source(viewer)])
    found = [duty for duty in every if only.wants(duty, viewer)]
    return sorted(found, key=lambda duty: (duty.due_on is None, duty.due_on or dt.date.max, duty.number))


def _handed_over(viewer: Viewer, duties: list[Duty]) -> list[Duty]:
    """Return the duties as those of whoever has the case now; of both, while a hand-over waits for its signature."""
    cases = {duty.case for duty in duties if duty.case} | {NO_CASE}
    handovers = list(handovers_for(viewer).filter(case__in=cases))
    takers = {row.taker_id: row.taker for row in handovers}
    return [_of_owner(duty, handovers, takers) for duty in duties]


def _of_owner(duty: Duty, handovers: list[Handover], takers: dict[int, Membership]) -> Duty:
    if duty.membership is None or duty.kind == DutyKind.HANDOVER:
        return duty
    last, owners = owners_after(handovers, duty.case, duty.membership)
    if last == duty.membership:
        return replace(duty, shared_with=frozenset(owners))
    taker = takers[last]
    who = f"{taker.agency.name} {name_of(taker.user)}"
    return replace(duty, membership=last, agency=taker.agency_id, who=who, shared_with=frozenset(owners))


def _case_page(case_id: uuid.UUID) -> str:
    return reverse("casework:case", args=[case_id])


def _of(case: Case | None) -> dict[str, Any]:
    return {"holder": case.holder_id, "worker": case.worker_id, "case": case.pk} if case else {}


def _tasks(viewer: Viewer) -> Iterable[Duty]:
    for task in open_tasks_for(viewer)[:MOST_EACH]:
        owner = task.owner
        yield Duty(
            DutyKind.TASK, task.pk, task.case.number, _case_page(task.case_id), task.what,
            f"{owner.agency.name} {name_of(owner.user)}", owner.agency_id, owner.pk, task.due_on, **_of(task.case),
        )  # fmt: skip


def _referrals(viewer: Viewer) -> Iterable[Duty]:
    ended = ReferralAnswer.objects.filter(referral=OuterRef("pk"), kind__in=OVER)
    revoked = ReferralRevocation.objects.filter(referral=OuterRef("pk"))
    rows = referrals_for(viewer).filter(~Exists(ended), ~Exists(revoked)).order_by("sent_at", "number")
    for view in referral_views_for(viewer, rows[:MOST_EACH]):
        for due in view.due[:1]:
            row = view.row
            yield Duty(
                DutyKind.REFERRAL, row.pk, row.number, reverse("casework:referral", args=[row.pk]),
                str(due.clock.label), row.receiver.name, row.receiver_id, None, due.on, **_of(row.case),
            )  # fmt: skip


def _roles(viewer: Viewer) -> Iterable[Duty]:
    """Roles without an answer, and those somebody took on until a day and has not reported a result of."""
    open_rows = (
        standing_roles_for(viewer)
        .filter(Q(last_kind__isnull=True) | Q(until_on__isnull=False) & ~Q(last_kind__in=ENDED))
        .order_by(F("until_on").asc(nulls_last=True), "decision__recorded_at", "pk")
    )
    keys = list(open_rows.values_list("pk", flat=True)[:MOST_EACH])
    for role in answered_roles_for(viewer, Q(pk__in=keys)):
        row = role.row
        may_answer = row.agency_id == viewer.agency.pk and viewer.may("casework.answer_role")
        place = reverse("casework:role_answer", args=[row.case_id, row.pk]) if may_answer else ""
        what = f"{_('未回答')}：{row.what}" if role.is_unanswered else row.what
        yield Duty(
            DutyKind.ROLE, row.pk, row.case.number, place or _case_page(row.case_id), what,
            row.agency.name, row.agency_id, None, row.until_on, **_of(row.case),
        )  # fmt: skip


def _declined(viewer: Viewer) -> Iterable[Duty]:
    """Roles that their agency does not take on: the center's, until a new decision stands or the agency takes them on after all."""
    if not viewer.sees_all_cases:
        return
    rows = declined_roles_for(viewer).select_related("agency", "case__holder", "case__worker__user")
    for row in rows[:MOST_EACH]:
        case = row.case
        what = _("決め直しが必要です：%(what)s（%(agency)s）") % {"what": row.what, "agency": row.agency.name}
        yield Duty(
            DutyKind.DECLINED, row.pk, case.number, reverse("casework:decision", args=[case.pk, row.decision_id]),
            what, _who_works_on(case), case.holder_id, case.worker_id, row.until_on, **_of(case),
        )  # fmt: skip


def _consents(viewer: Viewer) -> Iterable[Duty]:
    last = timezone.localdate() + dt.timedelta(days=CONSENT_DAYS)
    standing = standing_scopes().filter(consent=OuterRef("pk"))
    rows = consents_for(viewer).filter(Exists(standing), valid_until__lte=last)
    rows = rows.select_related("case__worker__user", "case__holder").order_by("valid_until", "number")
    for consent in rows[:MOST_EACH]:
        case = consent.case
        yield Duty(
            DutyKind.CONSENT, consent.pk, case.number, reverse("casework:consents", args=[case.pk]),
            _("同意 %(number)s が終わります") % {"number": consent.number}, _who_works_on(case),
            case.holder_id, case.worker_id, consent.valid_until, **_of(case),
        )  # fmt: skip


def _concealments(viewer: Viewer) -> Iterable[Duty]:
    for view, case in ending_for(viewer)[:MOST_EACH]:
        yield Duty(
            DutyKind.CONCEALMENT, view.row.pk, case.number, reverse("casework:concealment", args=[case.pk]),
            _("措置を延長するか、本人に確かめる"), _who_works_on(case), case.holder_id, case.worker_id,
            view.ground.ends_on if view.ground else None, **_of(case),
        )  # fmt: skip


def _notices(viewer: Viewer) -> Iterable[Duty]:
    """Notices of law to which the authority has not replied: no law sets a day for it."""
    replied = NoticeReply.objects.filter(notice=OuterRef("pk"))
    rows = StatutoryNotice.objects.filter(~Exists(replied), contact__in=contacts_for(viewer))
    for notice in rows.select_related("contact__case", "noticed_by__user")[:MOST_EACH]:
        contact, by = notice.contact, notice.noticed_by
        yield Duty(
            DutyKind.NOTICE, notice.pk, contact.number, reverse("casework:contact", args=[contact.pk]),
            _("返事を確かめて記録する"), name_of(by.user), by.agency_id, by.pk, None, **_of(contact.case),
        )  # fmt: skip


def _recalls(viewer: Viewer) -> Iterable[Duty]:
    rows = recalls_for(viewer).filter(answer__isnull=True)
    if not viewer.sees_all_cases:
        for recall in rows[:MOST_EACH]:
            yield Duty(
                DutyKind.RECALL, recall.pk, recall.case_number, reverse("casework:recall", args=[recall.pk]),
                _("手元に残っていないかを答える"), recall.agency.name, recall.agency_id, None, None,
            )  # fmt: skip
        return
    for recall in rows.select_related("case", "agency")[:MOST_EACH]:
        yield Duty(
            DutyKind.RECALL, recall.pk, recall.case_number, _case_page(recall.case_id),
            _("手元に残っていないかを答える"), recall.agency.name, recall.agency_id, None, None, **_of(recall.case),
        )  # fmt: skip


def _preps(viewer: Viewer) -> Iterable[Duty]:
    for item, agency in unanswered_preps_for(viewer, limit=MOST_EACH):
        meeting = item.meeting
        yield Duty(
            DutyKind.PREP, item.pk, meeting.number, reverse("casework:agenda", args=[meeting.pk, item.pk]),
            _("会議の前に答える"), agency.name, agency.pk, None, timezone.localdate(meeting.held_at),
            **(_of(item.case) if viewer.sees_all_cases else {}),
        )  # fmt: skip


def _requests(viewer: Viewer) -> Iterable[Duty]:
    """What agencies were asked for and have not written: theirs to do, in sight of whoever asked."""
    for row in open_requests_for(viewer).select_related("case__holder")[:MOST_EACH]:
        may_write = row.agency_id == viewer.agency.pk and viewer.may("casework.assess")
        where = urlencode({"about": row.person_id or "", "section": row.section})
        place = f"{reverse('casework:assessment_write', args=[row.case_id])}?{where}"
        yield Duty(
            DutyKind.ASSESSMENT, row.pk, row.case.number,
            place if may_write else reverse("casework:assessment", args=[row.case_id]),
            _("アセスメントの「%(section)s」を書く") % {"section": Section(row.section).label},
            row.agency.name, row.agency_id, None, row.until_on, **_of(row.case),
        )  # fmt: skip


def _talks(viewer: Viewer) -> Iterable[Duty]:
    for case in silent_cases_for(viewer, within_days=TALK_DAYS)[:MOST_EACH]:
        last = (
            timezone.localtime(case.talked_at).date().isoformat() if case.talked_at else _("まだ一度もない")
        )
        yield Duty(
            DutyKind.TALK, case.pk, case.number, _case_page(case.pk),
            _("本人か世帯の人と話す（最後に話した日：%(last)s）") % {"last": last}, _who_works_on(case),
            case.holder_id, case.worker_id, timezone.localtime(case.talk_by).date(), **_of(case),
        )  # fmt: skip


def _handovers(viewer: Viewer) -> Iterable[Duty]:
    for row in unsigned_for(viewer)[:MOST_EACH]:
        taker = row.taker
        yield Duty(
            DutyKind.HANDOVER, row.pk, row.case.number, _case_page(row.case_id), _("引き継ぎを読んで署名する"),
            f"{taker.agency.name} {name_of(taker.user)}", taker.agency_id, taker.pk, None, **_of(row.case),
        )  # fmt: skip


def _confirmations(viewer: Viewer) -> Iterable[Duty]:
    """Decided plans that wait for the city: of everybody who may confirm them. No law sets a day for it."""
    for row in unconfirmed_plans_for(viewer)[:MOST_EACH]:
        days = ngettext(
            "支援プラン %(plan)s を支援決定するか、差し戻す（%(day)sに決定、%(days)d日経過）",
            "支援プラン %(plan)s を支援決定するか、差し戻す（%(day)sに決定、%(days)d日経過）",
            row.days_waiting,
        )
        what = days % {"plan": row.plan, "day": row.decision.decided_on.isoformat(), "days": row.days_waiting}
        yield Duty(
            DutyKind.CONFIRMATION, row.pk, row.case.number,
            reverse("casework:plan_confirm", args=[row.case_id, row.plan_id]), what, viewer.agency.name,
            viewer.agency.pk, None, None, shared_with=frozenset({viewer.membership.pk}), **_of(row.case),
        )  # fmt: skip


def _who_works_on(case: Case) -> str:
    return f"{case.holder.name} {name_of(case.worker.user) if case.worker else ''}".strip()


SOURCES: dict[str, Callable[[Viewer], Iterable[Duty]]] = {
    DutyKind.TASK: _tasks,
    DutyKind.REFERRAL: _referrals,
    DutyKind.ROLE: _roles,
    DutyKind.DECLINED: _declined,
    DutyKind.CONSENT: _consents,
    DutyKind.CONCEALMENT: _concealments,
    DutyKind.NOTICE: _notices,
    DutyKind.HANDOVER: _handovers,
    DutyKind.TALK: _talks,
    DutyKind.RECALL: _recalls,
    DutyKind.PREP: _preps,
    DutyKind.ASSESSMENT: _requests,
    DutyKind.CONFIRMATION: _confirmations,
}
