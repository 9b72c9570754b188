"""What still has to be taken up by whoever works with submissions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forms_app.submissions.models import Submission
from permissions.walls.models import Walled


class OutboxRow(Walled):
    """One submission on its way, written in the same transaction; taken exactly once."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="outbox")
    queued_at = models.DateTimeField(_("置いた日時"))
    taken_at = models.DateTimeField(_("渡した日時"), null=True)
    attempts = models.PositiveIntegerField(_("試した回数"), default=0)
    last_error = models.CharField(_("最後の失敗の種類"), max_length=100, blank=True)
    next_try_at = models.DateTimeField(_("次に試す日時"))
    alarmed_at = models.DateTimeField(_("知らせた日時"), null=True)

    class Meta:
        ordering = ("queued_at",)
        verbose_name = _("引き渡し待ち")
        verbose_name_plural = _("引き渡し待ち")
        indexes = (
            models.Index(fields=("next_try_at",), condition=Q(taken_at__isnull=True), name="outbox_waiting"),
        )

    def __str__(self) -> str:
        return f"outbox {self.pk}"
