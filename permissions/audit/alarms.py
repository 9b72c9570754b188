"""Alarms: two questions to the log, asked every half minute (assurance.md A7, A16)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from permissions.agencies.models import Agency, Membership
from permissions.errors import NotAllowed
from permissions.people import name_of
from permissions.roles import ROLES
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow
from permissions.walls.context import clock
from permissions.walls.own import WATCH_JOB

from .actions import record
from .models import REMINDED, AlarmReview, AuditAlarm, AuditEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LOOK = "casework.view_alarms"
WINDOW = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
REVIEW_WITHIN = dt.timedelta(days=3)

# Each question gives one row per person and agency; the columns after them are kinds of
# settings.MARUGOTO_ALARM_LIMITS. One asks about the last hour ...
_LAST_HOUR = """
SELECT user_id, agency_id,
       count(DISTINCT request_id) FILTER (WHERE verb = 'read' AND case_id IS NOT NULL),
       coalesce(sum(greatest((detail->>'shown')::bigint, (detail->>'counts')::bigint))
                FILTER (WHERE verb = 'listed'), 0),
       count(DISTINCT request_id) FILTER (WHERE verb IN ('sheet_opened', 'letter_made', 'exported')),
       count(*) FILTER (WHERE verb = 'refused')
  FROM marugoto_permissions_auditentry
 WHERE at > clock_now() - %s::interval AND user_id IS NOT NULL
 GROUP BY user_id, agency_id
"""
# ... and one about the last day: three tries of emergency access are all that anybody has (casework/walls.py), so
# whoever guesses does it slowly. An index holds these rows (models.SELDOM).
_LAST_DAY = """
SELECT user_id, agency_id, count(*)
  FROM marugoto_permissions_auditentry
 WHERE at > clock_now() - %s::interval AND verb = 'emergency_refused' AND user_id IS NOT NULL
 GROUP BY user_id, agency_id
"""
HOURLY = ("mass_read", "mass_list", "mass_download", "refusals")
DAILY = ("glass_refused",)


def window_of(kind: str) -> dt.timedelta:
    """Return how long a time an alarm of this kind looks back on, and how long it is not raised again."""
    return DAY if kind in DAILY else WINDOW


def raise_alarms() -> list[AuditAlarm]:
    """Add an alarm for everybody who went past a limit, once within its window; tell who looks at them."""
    from .tasks import tell_of_alarm  # noqa: PLC0415 -- the task imports this module

    raised = []
    with clock(WATCH_JOB):
        for alarm in (*_past_the_limits(_LAST_HOUR, HOURLY), *_past_the_limits(_LAST_DAY, DAILY)):
            known = AuditAlarm.objects.filter(
                kind=alarm.kind,
                user_id=alarm.user_id,
                agency_id=alarm.agency_id,
                raised_at__gt=ClockNow() - window_of(alarm.kind),
            )
            if not known.exists():
                alarm.save(force_insert=True)
                tell_of_alarm.enqueue(str(alarm.pk))
                raised.append(alarm)
    return raised


def _past_the_limits(question: str, kinds: tuple[str, ...]) -> list[AuditAlarm]:
    with connection.cursor() as cursor:
        cursor.execute(question, [f"{window_of(kinds[0]).total_seconds():.0f} seconds"])
        rows = cursor.fetchall()
    limits = settings.MARUGOTO_ALARM_LIMITS
    return [
        AuditAlarm(kind=kind, user_id=user, agency_id=agency, count=int(count))
        for user, agency, *counts in rows
        for kind, count in zip(kinds, counts, strict=True)
        if kind in limits and count > limits[kind]
    ]


def mail_alarm(alarm_id: uuid.UUID) -> None:
    """Tell everybody who looks at alarms, but not whom it is about. The mail says that there is one, and where."""
    with clock(WATCH_JOB):
        alarm = AuditAlarm.objects.get(pk=alarm_id)
    told = _lookers().exclude(user=alarm.user_id)
    text = _("操作の記録に、ふだんと違う動きがあります。内容は、ログインして確かめてください。")
    for address in sorted(set(told.values_list("user__email", flat=True))):
        _mail(address, _("警報"), text)


def _lookers() -> QuerySet[Membership]:
    roles = [code for code, role in ROLES.items() if LOOK in role.permissions]
    return Membership.objects.live().filter(role__in=roles).exclude(user__email="")


def _mail(address: str, subject: str, text: str) -> None:
    place = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('audit:alarms')}"
    send_mail(f"[{settings.WAGTAIL_SITE_NAME}] {subject}", f"{text}\n\n{place}\n", None, [address])


# --- nobody looked ----------------------------------------------------------------------------------


def remind_reviews() -> int:
    """Once a day, remind of alarms that nobody looked at within REVIEW_WITHIN; return how many there are."""
    from .tasks import tell_of_overdue_alarms  # noqa: PLC0415 -- the task imports this module

    with clock(WATCH_JOB):
        count = _overdue().count()
        if not count or AuditEntry.objects.filter(verb=REMINDED, at__gt=ClockNow() - DAY).exists():
            return 0
        record(None, REMINDED, None, detail={"alarms": count})
        tell_of_overdue_alarms.enqueue()
    return count


def mail_overdue() -> None:
    """Tell everybody who looks at alarms how many wait for them past their time. Not those about themselves."""
    with clock(WATCH_JOB):
        about = list(_overdue().values_list("user_id", flat=True))
    waiting = {
        email: sum(each != user for each in about)
        for user, email in _lookers().values_list("user_id", "user__email").order_by("user__email")
    }
    for address, count in waiting.items():
        if count:
            text = ngettext(
                "3日を過ぎても、だれも確かめていない警報が%(count)s件あります。ログインして確かめてください。",
                "3日を過ぎても、だれも確かめていない警報が%(count)s件あります。ログインして確かめてください。",
                count,
            )
            _mail(address, _("確かめていない警報"), text % {"count": count})


def _overdue() -> QuerySet[AuditAlarm]:
    return AuditAlarm.objects.filter(raised_at__lt=ClockNow() - REVIEW_WITHIN, reviews=None)


# --- looking at them --------------------------------------------------------------------------------


@dataclass
class AlarmView:
    """An alarm with the names of whom it is about and of who looked at it."""

    alarm: AuditAlarm
    who: str
    agency: str
    reviews: list[AlarmReview]
    is_about_viewer: bool
    is_overdue: bool

    @property
    def due_at(self) -> dt.datetime:
        return self.alarm.raised_at + REVIEW_WITHIN

    @property
    def hours(self) -> int:
        return window_of(self.alarm.kind) // dt.timedelta(hours=1)


def alarms_for(viewer: Viewer) -> QuerySet[AuditAlarm]:
    """Return the alarms, in no order; none for roles that do not look at them."""
    return AuditAlarm.objects.all() if viewer.may(LOOK) else AuditAlarm.objects.none()


def count_overdue_for(viewer: Viewer) -> int:
    """Return how many alarms nobody looked at within REVIEW_WITHIN."""
    return _overdue().count() if viewer.may(LOOK) else 0


def alarm_views_for(viewer: Viewer, *, limit: int) -> list[AlarmView]:
    """Return alarms with names, those nobody looked at first, so that none of them is lost; then the newest."""
    open_first = alarms_for(viewer).annotate(
        is_reviewed=Exists(AlarmReview.objects.filter(alarm=OuterRef("pk"))),
        is_old=Q(raised_at__lt=ClockNow() - REVIEW_WITHIN),
    )
    ordered = open_first.order_by("is_reviewed", "-raised_at", "pk")
    alarms = list(ordered.prefetch_related("reviews__reviewed_by__user")[:limit])
    users: dict[int, User] = get_user_model().objects.in_bulk({alarm.user_id for alarm in alarms})
    agencies: dict[int | None, Agency] = Agency.objects.in_bulk({alarm.agency_id for alarm in alarms})
    views = []
    for alarm in alarms:
        user, agency = users.get(alarm.user_id), agencies.get(alarm.agency_id)
        reviews = sorted(alarm.reviews.all(), key=lambda review: review.reviewed_at)
        views.append(
            AlarmView(
                alarm,
                name_of(user) if user else "",
                agency.name if agency else "",
                reviews,
                alarm.user_id == viewer.user.pk,
                alarm.is_old and not reviews,
            )
        )
    return views


@transaction.atomic
def review_alarm(alarm: AuditAlarm, *, by: Viewer, outcome: str, words: str) -> AlarmReview:
    """Write down what came of an alarm. Raises NotAllowed for one's own, and without words."""
    if not by.may(LOOK):
        raise NotAllowed(_("警報を確かめる権限がありません。"))
    if alarm.user_id == by.user.pk:
        raise NotAllowed(_("自分についての警報は、ほかの人が確かめます。"))
    if not words.strip():
        raise NotAllowed(_("確かめたことを書いてください。"))
    review = AlarmReview(alarm=alarm, outcome=outcome, words=words, reviewed_by=by.membership)
    review.save(force_insert=True)
    record(by, "alarm_reviewed", alarm, detail={"outcome": outcome})
    return review
