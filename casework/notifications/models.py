"""What people are told of: rows that hold no content, and whether they want mails about it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .kinds import SUBJECTS, NotificationKind


def _subject(model: str) -> Any:
    return models.ForeignKey(model, on_delete=models.PROTECT, related_name="+", null=True)


def _exactly_one_subject() -> Q:
    found = Q()
    for name in SUBJECTS:
        found |= Q(**{f"{each}__isnull": each != name for each in SUBJECTS})
    return found


class Notification(Walled):
    """One thing that one person is told of (お知らせ): what happened, and which row it is about. No content, no name.

    What it says is read when it is shown, through the door. Where the row does not reach the person any more, this one is not
    seen and not counted either: its policy looks whether they see what it names.
    """

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("種類"), max_length=16, choices=NotificationKind.choices)
    contact = _subject(SUBJECTS["contact"])
    referral = _subject(SUBJECTS["referral"])
    role = _subject(SUBJECTS["role"])
    case = _subject(SUBJECTS["case"])
    recall = _subject(SUBJECTS["recall"])
    consent = _subject(SUBJECTS["consent"])
    task = _subject(SUBJECTS["task"])
    meeting = _subject(SUBJECTS["meeting"])
    request = _subject(SUBJECTS["request"])
    at = models.DateTimeField(_("日時"), default=ClockNow)
    read_at = models.DateTimeField(_("読んだ日時"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("to staff", "お知らせ")
        constraints = (
            models.CheckConstraint(name="notification_one_subject", condition=_exactly_one_subject()),
            models.CheckConstraint(
                name="notification_kind_known", condition=Q(kind__in=NotificationKind.values)
            ),
        )
        indexes = (
            models.Index("membership", models.F("at").desc(), name="notification_walk"),
            models.Index(
                fields=("membership",), condition=Q(read_at__isnull=True), name="notification_unread"
            ),
        )


class MailChoice(Walled):
    """Whether somebody wants mails about what stands in their list. No row: yes. The list itself has no switch."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="+")
    is_off = models.BooleanField()

    class Meta:
        verbose_name = _("お知らせのメール")
