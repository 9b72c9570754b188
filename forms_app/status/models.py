"""What the holder of a receipt may see: states and short messages, kept apart from what was written."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from forms_app.definitions.models import ConsultationForm
from permissions.agencies.models import Agency
from permissions.walls.models import Walled

MESSAGE_LENGTH = 2000


class Receipt(Walled):
    """The state of what one person sent (受付の控え). Code and pass-phrase are kept as hashes only."""

    form = models.ForeignKey(ConsultationForm, on_delete=models.PROTECT, related_name="+")
    destination_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reference_hash = models.CharField(max_length=64, unique=True)
    phrase_hash = models.CharField(max_length=200)
    hint = models.CharField(_("受付番号のはじめの3文字"), max_length=3)
    received_at = models.DateTimeField(_("受け付けました"))
    read_at = models.DateTimeField(_("読みました"), null=True)
    assigned_at = models.DateTimeField(_("担当が決まりました"), null=True)
    contacted_at = models.DateTimeField(_("ご連絡しました"), null=True)

    class Meta:
        verbose_name = _("受付の控え")
        verbose_name_plural = _("受付の控え")

    def __str__(self) -> str:
        return f"receipt {self.hint}-…"


class Author(models.TextChoices):
    CITIZEN = "citizen", _("送った人")
    CENTER = "center", _("センター")


class Message(Walled):
    """One message of the thread on a receipt; never changed. Who of the staff wrote it is not shown there."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="messages")
    author = models.CharField(max_length=8, choices=Author.choices)
    body = models.TextField(max_length=MESSAGE_LENGTH)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("written_at", "id")
        verbose_name = _("やりとり")
        verbose_name_plural = _("やりとり")
        constraints = (
            models.CheckConstraint(
                name="message_author_known",
                condition=models.Q(author=Author.CITIZEN, written_by__isnull=True)
                | models.Q(author=Author.CENTER, written_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"
