"""Who read or changed what. Rows are added, sealed in batches, and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

# What was refused to somebody. Screens, alarms and one small index look for these.
REFUSALS = ("refused", "sign_in_failed", "emergency_refused")
# Written seldom, looked for by themselves: with the refusals, what the index audit_seldom_at holds.
VERIFIED = "log_verified"
REMINDED = "review_reminded"
SELDOM = (*REFUSALS, VERIFIED, REMINDED)


class AuditEntry(models.Model):
    """One act of one person, with ids only: no name, no answer, no content.

    Added by ``record`` and ``record_reads`` alone: ``number`` and ``at`` (UTC) come from the database, and the
    application may not give them. ``subject`` is ``app_label.model``; ``item`` one item of the label, or empty;
    ``basis`` says on what a read rested ("duty", or a legal basis of the share line ``line_id``); all rows of one
    request share ``request_id``. The table is partitioned by month (migration 0004).
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("日時"))
    request_id = models.UUIDField(null=True)
    address = models.GenericIPAddressField(_("接続元"), null=True)
    user_id = models.BigIntegerField(_("人"), null=True)
    membership_id = models.BigIntegerField(_("所属"), null=True)
    agency_id = models.BigIntegerField(_("機関"), null=True)
    role = models.CharField(_("役割"), max_length=24, blank=True)
    verb = models.CharField(_("したこと"), max_length=40)
    subject = models.CharField(_("対象"), max_length=80)
    subject_id = models.CharField(_("対象の番号"), max_length=64)
    case_id = models.UUIDField(_("ケース"), null=True)
    person_id = models.UUIDField(_("本人・世帯員"), null=True)
    item = models.CharField(_("項目"), max_length=16, blank=True)
    basis = models.CharField(_("根拠"), max_length=16, blank=True)
    line_id = models.UUIDField(null=True)
    detail = models.JSONField(_("補足"), default=dict)

    class Meta:
        verbose_name = _("操作の記録")
        verbose_name_plural = _("操作の記録")
        indexes = (
            models.Index(fields=("case_id", "at"), name="audit_case_at", condition=Q(case_id__isnull=False)),
            models.Index(fields=("user_id", "at"), name="audit_user_at"),
            models.Index(fields=("at",), name="audit_seldom_at", condition=Q(verb__in=SELDOM)),
        )

    def __str__(self) -> str:
        return f"auditentry {self.pk}"


class AuditSeal(models.Model):
    """The seal of one batch: the entries with a number above ``after``, up to and including ``upto``.

    ``rows_digest`` is SHA-256 over the rows as text, in the order of their numbers; ``digest`` is SHA-256 over
    everything else of this row, ``previous`` (the digest of the seal before) included. Hexadecimal.
    """

    number = models.BigIntegerField(primary_key=True)
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    rows = models.IntegerField()
    rows_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("操作の記録の封印")
        constraints = (
            models.CheckConstraint(name="auditseal_in_order", condition=Q(upto__gt=models.F("after"))),
        )
        # From a day to the numbers that were drawn since.
        indexes = (models.Index(fields=("sealed_at",), name="auditseal_sealed_at"),)

    def __str__(self) -> str:
        return f"auditseal {self.pk}"


class AuditArchive(models.Model):
    """A month of the log that stands in a file and no longer in the database."""

    month = models.DateField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    rows = models.BigIntegerField()
    rows_digest = models.CharField(max_length=64)
    archived_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("操作の記録の保管")

    def __str__(self) -> str:
        return f"auditarchive {self.month:%Y-%m}"


class AlarmKind(models.TextChoices):
    """What one person did more often than the work asks for (settings.MARUGOTO_ALARM_LIMITS)."""

    MASS_READ = "mass_read", _("多くのケースを開いた")
    MASS_LIST = "mass_list", _("一覧を大量に見た")
    MASS_DOWNLOAD = "mass_download", _("多くの帳票や書き出しを取り出した")
    BREAK_GLASS = "break_glass", _("緊急時の閲覧")
    GLASS_REFUSED = "glass_refused", _("緊急時の閲覧で、何度も開けなかった")
    REFUSALS = "refusals", _("見られないものを何度も開こうとした")


class AuditAlarm(Walled):
    """An unusual hour of one person. Raised by the clock, never changed; what came of it are reviews."""

    kind = models.CharField(_("種類"), max_length=16, choices=AlarmKind.choices)
    user_id = models.BigIntegerField(_("人"))
    agency_id = models.BigIntegerField(_("機関"), null=True)
    case_id = models.UUIDField(_("ケース"), null=True)
    count = models.IntegerField(_("回数"))
    raised_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("警報")
        indexes = (models.Index(fields=("user_id", "kind", "raised_at"), name="alarm_user_kind"),)


class Outcome(models.TextChoices):
    """What a look at an alarm came to."""

    DUTY = "duty", _("職務として正しい")
    EXPLAINED = "explained", _("本人に確かめ、問題はなかった")
    LEAK = "leak", _("漏えいのおそれがあり、対応を始めた")


class AlarmReview(Walled):
    """Who looked at an alarm, and what came of it. A later look is a row of its own."""

    alarm = models.ForeignKey(AuditAlarm, on_delete=models.PROTECT, related_name="reviews")
    outcome = models.CharField(_("結果"), max_length=12, choices=Outcome.choices)
    words = models.CharField(_("確かめたこと"), max_length=300)
    reviewed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("警報の確認")
        constraints = (models.CheckConstraint(name="alarmreview_has_words", condition=~Q(words="")),)
