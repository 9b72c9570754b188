"""What somebody of the center has to do until when (期限)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow


class Task(Labelled):
    """One next action of a case: what, by whom, until when (domain.md 1.4). Frozen; it ends by a row of its own.

    Whoever reads the label reads it, as they read the note under which it was written.
    """

    MAY_BE_HIDDEN = True

    what = models.CharField(_("すること"), max_length=200)
    due_on = models.DateField(_("いつまで"))
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("だれがするか")
    )
    note = models.ForeignKey("casework.Note", on_delete=models.PROTECT, related_name="+", null=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = pgettext_lazy("to do", "期限")
        constraints = (
            models.CheckConstraint(name="task_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="task_says_what", condition=~Q(what="")),
        )
        indexes = (
            models.Index(fields=("case", "due_on"), name="task_case"),
            models.Index(fields=("owner", "due_on"), name="task_owner"),
            models.Index(fields=("due_on",), name="task_due"),
        )


class TaskEndKind(models.TextChoices):
    """How a task ended."""

    DONE = "done", _("すんだ")
    DROPPED = "dropped", _("やめた")


class TaskEnd(Labelled):
    """That a task was done, or dropped and why. With the task's own label; one at most."""

    MAY_BE_HIDDEN = True

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(_("どうなったか"), max_length=12, choices=TaskEndKind.choices)
    words = models.CharField(_("ひとこと"), max_length=200, blank=True)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("期限の終わり")
        constraints = (
            models.CheckConstraint(name="taskend_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="taskend_kind_known", condition=Q(kind__in=TaskEndKind.values)),
            models.CheckConstraint(
                name="taskend_drop_says_why", condition=~Q(kind=TaskEndKind.DROPPED) | ~Q(words="")
            ),
        )
