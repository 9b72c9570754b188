"""Somebody said that two records are about one person, or that they are not after all."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class SameMark(Walled):
    """A person of the center said whether two people of two cases are one (同じ人). The newest of a pair counts.

    Added only; the database refuses a change. Nothing is merged: each case keeps what is its own. Seen by the
    center's duty where neither case is blocked, and by nobody else.
    """

    one = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    one_case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    other_case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    is_same = models.BooleanField(_("同じ人"))
    reason = models.CharField(_("理由"), max_length=300)
    marked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=ClockNow)
    sequence = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("同じ人の印")
        constraints = (
            models.CheckConstraint(name="samemark_in_order", condition=Q(one__lt=F("other"))),
            models.CheckConstraint(name="samemark_two_cases", condition=~Q(one_case=F("other_case"))),
            models.CheckConstraint(name="samemark_has_reason", condition=~Q(reason="")),
            models.UniqueConstraint(fields=("one", "other", "sequence"), name="samemark_one_each"),
        )
