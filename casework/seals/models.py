"""Cases that only some people of the center may see (限定). Frozen: the newest row of a case is what holds (decision 015)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

LEAST_MEMBERS = 2  # one person falls ill


class Seal(Walled):
    """Who of the center may see a case from now on. ``members`` are people, not seats; empty: everybody on duty again.

    Nothing changes for agencies: what is shared with them stays what it is.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    members = ArrayField(models.BigIntegerField(), blank=True, default=list, verbose_name=_("見てよい人"))
    reason = models.CharField(_("理由"), max_length=300)
    set_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("見る人の限定")
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="seal_number_once"),
            models.CheckConstraint(name="seal_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="seal_not_of_one", condition=Q(members__len=0) | Q(members__len__gte=LEAST_MEMBERS)
            ),
        )
