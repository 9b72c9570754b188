"""How often somebody of the center talks with the household (伴走支援)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

MOST_WEEKS = 26


class ContactInterval(Walled):
    """Every how many weeks, from a moment on; the newest of a case counts. Without one the city's numbers hold (selectors.py)."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    weeks = models.PositiveSmallIntegerField(
        _("何週間に1回"), validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)]
    )
    set_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("話す間隔")
        constraints = (
            models.CheckConstraint(
                name="contactinterval_in_bounds", condition=Q(weeks__gte=1, weeks__lte=MOST_WEEKS)
            ),
        )
        indexes = (models.Index("case", F("set_at").desc(), name="contactinterval_case"),)
