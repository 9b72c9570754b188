"""Closed months: what was counted, kept as it was, and what was counted anew (decision 031)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class MonthClose(Walled):
    """That a month was counted: revision 1 when it was closed, a further one when a recount differs. No content."""

    month = models.DateField(_("月"))  # its first day
    revision = models.PositiveSmallIntegerField()
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("月の締め")
        constraints = (
            models.UniqueConstraint(fields=("month", "revision"), name="monthclose_revision_once"),
            models.CheckConstraint(name="monthclose_first_day", condition=models.Q(month__day=1)),
        )


class MonthFact(Walled):
    """One thing that a revision counts (``weight`` 1) or counts no more (-1): the list behind a number, with its cells.

    For the center, where no block and no seal keeps somebody from the case. Written by the database alone.
    """

    close = models.ForeignKey(MonthClose, on_delete=models.PROTECT, related_name="facts")
    code = models.CharField(max_length=24)
    subject = models.UUIDField()
    # Without a constraint: a ledger can be undone although a month counted its cases. The next recount takes them off.
    case = models.ForeignKey(
        "casework.Case", on_delete=models.DO_NOTHING, related_name="+", null=True, db_constraint=False
    )
    groups = models.JSONField()
    weight = models.SmallIntegerField()

    class Meta:
        verbose_name = _("月の数のもと")
        indexes = (models.Index(fields=("close", "code"), name="monthfact_code"),)


class MonthCount(Walled):
    """A number of a revision, of everybody's cases. Nobody reads the row: the database takes off what a reader may not see.

    ``dimension`` empty: the whole of the count.
    """

    close = models.ForeignKey(MonthClose, on_delete=models.PROTECT, related_name="counts")
    code = models.CharField(max_length=24)
    dimension = models.CharField(max_length=24, blank=True)
    cell = models.CharField(max_length=40, blank=True)
    value = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("月の数")
        constraints = (
            models.UniqueConstraint(fields=("close", "code", "dimension", "cell"), name="monthcount_once"),
        )
