"""A register that a city brings along when it moves in (台帳の取り込み), and its rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

TAKEN_ONCE = "registerrow_taken_once"  # the constraint


class RegisterState(models.TextChoices):
    """How far a register has come. What ends in -ing is the worker's doing and goes on after a kill."""

    READ = "read", _("読みこみました")
    CHECKING = "checking", _("確かめています")
    CHECKED = "checked", _("確かめました")
    TAKING = "taking", _("取り込んでいます")
    TAKEN = "taken", _("取り込みました")
    UNDOING = "undoing", _("取り消しています")
    UNDONE = "undone", _("取り消しました")


class RowState(models.TextChoices):
    """What became of a row."""

    NEW = "new", _("まだ確かめていない")
    READY = "ready", _("取り込める")
    ALIKE = "alike", _("取り込めるが、似た人がいる")
    HELD = "held", _("直すところがある")
    KNOWN = "known", _("前に取り込んである")
    TAKEN = "taken", _("取り込んだ")
    UNDONE = "undone", _("取り消した")


class Register(Walled):
    """One file that was read. Holds headings and words of codes, nothing of a person.

    ``name`` is what the city calls the register: a number is taken once from each. ``mapping`` is the file that says what
    the columns are (mapping.py). ``takes_alike``: also those who look like somebody who is here already.
    """

    name = models.CharField(_("台帳の名前"), max_length=60)
    title = models.CharField(_("ファイルの名前"), max_length=100)
    digest = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(
        _("状態"), max_length=8, choices=RegisterState.choices, default=RegisterState.READ
    )
    takes_alike = models.BooleanField(default=False)
    is_cleared = models.BooleanField(default=False)
    undo_reason = models.CharField(_("取り消す理由"), max_length=300, blank=True)
    read_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(default=ClockNow)
    moved_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("台帳")
        constraints = (
            models.CheckConstraint(name="register_state_known", condition=Q(state__in=RegisterState.values)),
            models.CheckConstraint(
                name="register_undone_with_reason",
                condition=~Q(state__in=(RegisterState.UNDOING, RegisterState.UNDONE)) | ~Q(undo_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"register {self.pk}"

    @property
    def is_moving(self) -> bool:
        """Whether the worker has it."""
        return self.state in (RegisterState.CHECKING, RegisterState.TAKING, RegisterState.UNDOING)


class RegisterRow(Walled):
    """One row. Until it is taken, its cells are what the file says; afterwards, what is kept as it was written: [{label, display}].

    The rows of one ``number`` are one household; its first is the ``is_head``, which a register has once among what is taken.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="rows")
    register_name = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    number = models.CharField(_("台帳の番号"), max_length=60, blank=True)
    is_head = models.BooleanField(default=False)
    cells = models.JSONField(default=list)
    state = models.CharField(_("状態"), max_length=6, choices=RowState.choices, default=RowState.NEW)
    findings = models.JSONField(default=list)
    case = models.ForeignKey(
        "casework.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("台帳の行")
        constraints = (
            models.UniqueConstraint(
                fields=("register_name", "number"),
                condition=Q(is_head=True, case__isnull=False),
                name=TAKEN_ONCE,
            ),
            models.CheckConstraint(name="registerrow_state_known", condition=Q(state__in=RowState.values)),
            models.CheckConstraint(
                name="registerrow_case_when_taken",
                condition=Q(state=RowState.TAKEN, case__isnull=False)
                | (~Q(state=RowState.TAKEN) & Q(case__isnull=True)),
            ),
        )
        indexes = (
            models.Index(fields=("register", "state", "number"), name="registerrow_todo"),
            models.Index(fields=("case",), name="registerrow_case"),
            models.Index(
                fields=("number",), condition=Q(is_head=True, case__isnull=False), name="registerrow_number"
            ),
        )
