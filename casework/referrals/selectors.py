"""Reading referrals: the center all of its duty, an agency those it received while it may see them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.codes.settings import count_of
from casework.rounds import Steps, in_rounds, read
from casework.sharing.items import Item
from casework.sharing.selectors import labelled_for, persons_for
from forms_app.status.promise import working_day_after
from permissions.viewer import Viewer

from .models import Referral, ReferralAnswer, ReferralItem, ReferralReminder, ReferralRevocation
from .states import (
    CLOCKS,
    NEXT_KINDS,
    OVER,
    RETURNS_THAT_CALL_FOR_COORDINATION,
    ReferralAnswerKind,
    ReferralClock,
)

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True)
class DueAnswer:
    """One clock of a referral that still runs: due at the end of ``on``, a day in Japan."""

    clock: ReferralClock
    on: dt.date
    is_late: bool


@dataclass
class ReferralView:
    """A referral with its answers, oldest first, as one viewer sees it."""

    row: Referral
    answers: list[ReferralAnswer] = field(default_factory=list)
    revocation: ReferralRevocation | None = None
    items: list[ReferralItem] = field(default_factory=list)
    agreed: list[tuple[str, str]] = field(default_factory=list)
    reminders: int = 0

    @property
    def last(self) -> ReferralAnswer | None:
        return self.answers[-1] if self.answers else None

    @property
    def state(self) -> str:
        """Return the kind of the last answer; "unread" for none, "revoked" once it was taken back."""
        if self.revocation:
            return "revoked"
        return self.answers[-1].kind if self.answers else "unread"

    @property
    def label(self) -> str:
        words = {"revoked": _("取り消し"), "unread": _("未読")}
        return words.get(self.state) or str(ReferralAnswerKind(self.state).label)

    @property
    def is_over(self) -> bool:
        return self.state == "revoked" or self.state in OVER

    @property
    def next_kinds(self) -> tuple[str, ...]:
        if self.revocation:
            return ()
        return NEXT_KINDS["" if not self.answers else self.answers[-1].kind]

    @property
    def due(self) -> list[DueAnswer]:
        """Return the clocks that run, the first due first. Days are counted as the center's working days."""
        if self.is_over:
            return []
        said = {answer.kind for answer in self.answers}
        sent_on, today = timezone.localtime(self.row.sent_at).date(), timezone.localdate()
        running = []
        for clock in CLOCKS:
            if said.isdisjoint(clock.met_by):
                on = working_day_after(sent_on, days=clock.working_days)
                running.append(DueAnswer(clock, on, on < today))
        return running

    @property
    def late(self) -> list[DueAnswer]:
        return [due for due in self.due if due.is_late]

    @property
    def is_for_the_chief(self) -> bool:
        return bool(self.late) and self.reminders >= count_of("referral_chief")


def referrals_for(viewer: Viewer) -> QuerySet[Referral]:
    """Return the referrals this viewer may see, unordered: their own agency's only, outside the center's duty."""
    referrals: QuerySet[Referral] = labelled_for(viewer, Referral)
    return referrals if viewer.sees_all_cases else referrals.filter(receiver=viewer.agency)


@in_rounds
def referral_views_for(viewer: Viewer, which: QuerySet[Referral]) -> Steps[list[ReferralView]]:
    """Return referrals with what belongs to them, in the order of ``which``, in three rounds for all of them."""
    views = yield from _views(which.select_related("case", "sender", "receiver", "sent_by__user", "follows"))
    yield from _add_agreed(viewer, views)
    return list(views.values())


def open_views_without_access_check() -> list[ReferralView]:
    """Return every referral that is not over, for the worker that finds what is late; runs in its clock's context."""
    views = read(_views(Referral.objects.select_related("receiver").order_by("sent_at", "number")))
    return [view for view in views.values() if not view.is_over]


def _views(which: QuerySet[Referral]) -> Steps[dict[uuid.UUID, ReferralView]]:
    (rows,) = yield [which]
    views = {row.pk: ReferralView(row) for row in rows}
    answers, revocations, reminders, items = yield [
        ReferralAnswer.objects.filter(referral__in=views)
        .select_related("answered_by__user")
        .order_by("sequence"),
        ReferralRevocation.objects.filter(referral__in=views),
        ReferralReminder.objects.filter(referral__in=views),
        ReferralItem.objects.filter(referral__in=views).order_by("person__position", "item"),
    ]
    for answer in answers:
        views[answer.referral_id].answers.append(answer)
    for revocation in revocations:
        views[revocation.referral_id].revocation = revocation
    for reminder in reminders:
        views[reminder.referral_id].reminders += 1
    for item in items:
        views[item.referral_id].items.append(item)
    return views


def _add_agreed(viewer: Viewer, views: dict[uuid.UUID, ReferralView]) -> Steps[None]:
    items = [row for view in views.values() for row in view.items]
    ids = {row.person_id for row in items if row.person_id}
    (found,) = yield [persons_for(viewer).filter(pk__in=ids).values_list("pk", "name")]
    names: dict[Any, str] = dict(found)
    for row in items:
        who = names.get(row.person_id, _("世帯の人")) if row.person_id else _("世帯全体")
        views[row.referral_id].agreed.append((who, str(Item(row.item).label)))


def referral_for(viewer: Viewer, referral_id: uuid.UUID) -> ReferralView | None:
    """Return one referral, or None if it does not reach the viewer (any more)."""
    return next(iter(referral_views_for(viewer, referrals_for(viewer).filter(pk=referral_id))), None)


@in_rounds
def case_referrals_for(viewer: Viewer, case: Case) -> Steps[list[ReferralView]]:
    """Return the referrals of a case, newest first."""
    of_case = referrals_for(viewer).filter(case=case).order_by("-sent_at", "-number")
    views: list[ReferralView] = yield from referral_views_for.steps(viewer, of_case)
    return views


def open_referrals_for(viewer: Viewer) -> list[ReferralView]:
    """Return the referrals that are not over, what is late first, then the longest waiting.

    An agency: those it received. The center: all of them.
    """
    views = referral_views_for(viewer, referrals_for(viewer).order_by("sent_at", "number"))
    return sorted((view for view in views if not view.is_over), key=lambda view: not view.late)


def unanswered_for(viewer: Viewer) -> list[ReferralView]:
    """Return what the acting agency received and has to say something about: nothing yet, or late."""
    own = referrals_for(viewer).filter(receiver=viewer.agency).order_by("sent_at", "number")
    views = referral_views_for(viewer, own)
    return [view for view in views if not view.is_over and (not view.answers or view.late)]


def late_for(viewer: Viewer) -> dict[str, list[ReferralView]]:
    """Return the late referrals on the lists where they belong (domain.md 2.5): mine, my agency's, the chief's."""
    if not viewer.sees_all_cases:
        return {}
    late = [view for view in open_referrals_for(viewer) if view.late]
    lists: dict[str, list[ReferralView]] = defaultdict(list)
    for view in late:
        if view.row.sent_by_id == viewer.membership.pk:
            lists["sender"].append(view)
        if viewer.may("casework.share"):
            lists["coordinator"].append(view)
        if viewer.role == "chief" and view.is_for_the_chief:
            lists["chief"].append(view)
    return lists


def calls_for_coordination(views: Iterable[ReferralView]) -> str:
    """Return why flow 2 is proposed after hand-backs (domain.md 2.4, 2.5), or an empty text. A proposal, never an act."""
    returns = sum(view.state == ReferralAnswerKind.RETURNED for view in views)
    if returns >= RETURNS_THAT_CALL_FOR_COORDINATION:
        return _("つなぎ戻しが%(count)d回ありました。「②多機関協働」に進めることを勧めます。") % {
            "count": returns
        }
    if returns:
        return _("つなぎ戻しがありました。「②多機関協働」がよいか、考えてください。")
    return ""
