"""A household that came back (再相談): a new case, and which one went before it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Reopening(Walled):
    """That a case goes on where another one ended. A case that was closed is never opened again (domain.md 2.2).

    Seen by the center's duty where neither case is blocked. Each case has one that went before and one that follows, at most.
    """

    case = models.OneToOneField("casework.Case", on_delete=models.PROTECT, related_name="+")
    before = models.OneToOneField("casework.Case", on_delete=models.PROTECT, related_name="+")
    words = models.CharField(_("何があって、また相談になったか"), max_length=500)
    reopened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("再相談")
        constraints = (
            models.CheckConstraint(name="reopening_two_cases", condition=~Q(case=F("before"))),
            models.CheckConstraint(name="reopening_says_why", condition=~Q(words="")),
        )
