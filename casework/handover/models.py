"""A case that goes from one worker to the next (引き継ぎ), and that the next one has read it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Handover(Walled):
    """That a case was given to another worker of the center; from nobody, if it had none. Until it is signed both work on it."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    taker = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(_("引き継ぐこと"), max_length=500, blank=True)
    handed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("引き継ぎ")
        constraints = (
            models.CheckConstraint(
                name="handover_to_another", condition=Q(giver__isnull=True) | ~Q(giver=F("taker"))
            ),
        )
        indexes = (
            models.Index(fields=("case", "handed_at"), name="handover_case"),
            models.Index(fields=("taker",), name="handover_taker"),
        )


class HandoverSign(Walled):
    """That whoever took a case over has read it. In their own name."""

    handover = models.OneToOneField(Handover, on_delete=models.PROTECT, related_name="sign")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("引き継ぎの署名")
