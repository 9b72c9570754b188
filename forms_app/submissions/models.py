"""What citizens sent, exactly as they sent it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.status.models import Receipt
from permissions.agencies.models import Agency
from permissions.walls.models import Walled


class Submission(Walled):
    """One sending of a form (送信内容), pinned to the revision that was shown; never changed.

    The same content under the same idempotency key is one submission. Other content under the same key
    (somebody went back and wrote more) is a second one on the same receipt: nothing that was sent is lost.
    """

    form = models.ForeignKey(ConsultationForm, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(FormRevision, on_delete=models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="submissions")
    destination_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("受け付けた日時"))
    keep_until = models.DateField(_("残す期限"))
    language = models.CharField(_("ことば"), max_length=12)
    source = models.CharField(_("入口"), max_length=16, default="web")
    is_urgent = models.BooleanField(_("急ぎのことばがある"), default=False)
    idempotency_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("-received_at", "id")
        verbose_name = _("送信内容")
        verbose_name_plural = _("送信内容")
        indexes = (
            models.Index(fields=("destination_agency", "-received_at"), name="submission_by_destination"),
        )
        constraints = (
            models.UniqueConstraint(fields=("idempotency_hash", "content_hash"), name="submission_sent_once"),
        )

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Answer(Walled):
    """One answered question: its label as it was shown, the answer as typed, and as a person reads it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    label = models.CharField(max_length=200)
    value = models.JSONField()
    display = models.TextField()

    class Meta:
        ordering = ("submission", "position")
        verbose_name = _("回答")
        verbose_name_plural = _("回答")
        constraints = (
            models.UniqueConstraint(fields=("submission", "key"), name="answer_once_per_question"),
        )

    def __str__(self) -> str:
        return f"answer {self.key} of {self.submission_id}"
