"""Whoever approaches the center, by whatever way (相談受付)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.codes.lists import UNKNOWN
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Urgency(models.TextChoices):
    """How soon somebody has to act (domain.md 2.3)."""

    A = "A", _("A 今すぐ")
    B = "B", _("B 今日のうち")
    C = "C", _("C 3日以内")
    D = "D", _("D 通常")
    UNCHECKED = "-", _("未確認")


class ContactState(models.TextChoices):
    """What became of a contact."""

    NEW = "new", _("未対応")
    TAKEN = "taken", _("対応中")
    CASE = "case", _("ケースにした")
    CLOSED = "closed", _("情報提供で終わり")


class Contact(Walled):
    """One approach by someone (相談受付). Never deleted.

    ``answers`` is the copy of what was sent by form: [{key, label, display}], in the order asked.
    ``submission_id`` makes the take-over from the form exactly once.
    """

    number = models.CharField(_("相談番号"), max_length=20, unique=True)
    received_at = models.DateTimeField(_("受け付けた日時"))
    channel = CodeField(_("方法"), list_code="channel")
    speaker = CodeField(_("だれから"), list_code="speaker", default=UNKNOWN)
    one_line = models.CharField(_("ひとことで"), max_length=200)
    reply_to = models.CharField(_("折り返し先"), max_length=200, blank=True)
    urgency = models.CharField(_("緊急度"), max_length=1, choices=Urgency.choices, default=Urgency.UNCHECKED)
    is_flagged = models.BooleanField(_("急ぎかもしれない"), default=False)
    state = models.CharField(_("状態"), max_length=8, choices=ContactState.choices, default=ContactState.NEW)
    language = models.CharField(_("ことば"), max_length=12, blank=True)
    answers = models.JSONField(default=list)
    form_title = models.CharField(max_length=200, blank=True)
    form_number = models.PositiveIntegerField(null=True, blank=True)
    submission_id = models.UUIDField(null=True, blank=True, unique=True)
    taken_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(
        "casework.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("相談受付")
        verbose_name_plural = _("相談受付")
        constraints = (
            models.CheckConstraint(
                name="contact_case_when_state_case",
                condition=Q(state=ContactState.CASE, case__isnull=False)
                | (~Q(state=ContactState.CASE) & Q(case__isnull=True)),
            ),
        )
        indexes = (models.Index("state", F("received_at").desc(), F("id").desc(), name="contact_walk"),)
