"""Official sheets made by the worker, kept for the person who asked."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class SheetState(models.TextChoices):
    """Where the making of a sheet stands."""

    WAITING = "waiting", _("作成中")
    READY = "ready", _("できました")
    FAILED = "failed", _("作成できませんでした")


class Sheet(Walled):
    """A sheet of a decision, of an evaluation, of a version of the assessment, or of the case itself (kinds.py), such as 支援方針・役割分担表, as one reader may see it, as PDF.

    ``labels`` lists every label printed on it, [[case, person or null, item]]: the database shows the row only
    while its reader reaches all of them, so a sheet dies with the share it was made from. ``hidings``: the concealments
    that stood when it was read; one that came later may hide what is printed on it. The bytes stand in the row, so that
    job and file cannot part company.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(
        "casework.Decision", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    evaluation = models.ForeignKey(
        "casework.Evaluation", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    assessment = models.ForeignKey(
        "casework.Assessment", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, default="decision", db_default="decision")
    language = models.CharField(max_length=12)
    requested_at = models.DateTimeField(default=ClockNow)
    state = models.CharField(max_length=8, choices=SheetState.choices, default=SheetState.WAITING)
    failure = models.CharField(max_length=60, blank=True)
    labels = models.JSONField(default=list)
    made_at = models.DateTimeField(null=True, blank=True)
    hidings = ArrayField(models.UUIDField(), blank=True, default=list)
    pdf = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = _("帳票")
        constraints = (
            models.CheckConstraint(
                name="sheet_ready_has_file",
                condition=Q(state=SheetState.READY, pdf__isnull=False, made_at__isnull=False)
                | (~Q(state=SheetState.READY) & Q(pdf__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=("case", "decision", "evaluation", "assessment", "membership", "kind"),
                condition=Q(state="waiting"),
                name="sheet_one_waiting",
                nulls_distinct=False,
            ),
        )

    @property
    def reference(self) -> str:
        """The number of what it is a sheet of; evaluations have none of their own."""
        return self.decision.number if self.decision and not self.evaluation_id else self.case.number

    @property
    def title(self) -> Any:
        """Return what kind of sheet this is, in words; its code when nobody registers it any more."""
        from .kinds import sheet_kinds  # noqa: PLC0415 -- kinds read content, which reads models

        kind = sheet_kinds().get(self.kind)
        return kind.label if kind else self.kind
