"""How it goes after something was decided (モニタリング): when the center looked, what became of each role, and when it looks again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.plans.models import OfRole, RoleRow
from casework.sharing.items import Item
from casework.tasks.models import Task
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class MonitoringMethod(models.TextChoices):
    """By what the center learned how it goes. Source: domain.md 2.6."""

    VISIT = "visit", _("訪問")
    INTERVIEW = "interview", _("面談")
    PHONE = "phone", _("電話")
    REPORT = "report", _("機関の報告")
    MEETING = "meeting", _("会議")


class Monitoring(Walled):
    """One look at how a case goes, on a day. Frozen; the center's alone: what of it concerns a role is a tick with the role's label."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    monitored_on = models.DateField(_("確かめた日"))
    method = models.CharField(_("方法"), max_length=12, choices=MonitoringMethod.choices)
    has_met = models.BooleanField(_("本人か世帯の人と話した"))
    words = models.TextField(_("世帯のようす"), max_length=2000, blank=True)
    next_on = models.DateField(_("次のモニタリングの日"))
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("モニタリング")
        constraints = (
            models.CheckConstraint(
                name="monitoring_method_known", condition=Q(method__in=MonitoringMethod.values)
            ),
            models.CheckConstraint(name="monitoring_looks_again", condition=Q(next_on__gt=F("monitored_on"))),
        )
        indexes = (models.Index("case", F("monitored_on").desc(), name="monitoring_case"),)


class Tick(models.TextChoices):
    """How a role goes."""

    ON_TRACK = "on_track", _("予定通り")
    LATE = "late", _("遅れている")
    NOT_BEGUN = "not_begun", _("未着手")
    CHANGE = "change", _("変更が必要")


class MonitoringTick(OfRole):
    """How one role goes, with the label of its row: the agency concerned reads its own. Comes with its monitoring."""

    MAY_BE_HIDDEN = True

    monitoring = models.ForeignKey(Monitoring, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(RoleRow, on_delete=models.PROTECT, related_name="+")
    monitored_on = models.DateField(_("確かめた日"))
    tick = models.CharField(_("進みぐあい"), max_length=12, choices=Tick.choices)
    note = models.CharField(_("ようす"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("役割の進みぐあい")
        constraints = (
            models.UniqueConstraint(fields=("monitoring", "role"), name="monitoringtick_one_each"),
            models.CheckConstraint(name="monitoringtick_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="monitoringtick_known", condition=Q(tick__in=Tick.values)),
            models.CheckConstraint(
                name="monitoringtick_change_says_what", condition=~Q(tick=Tick.CHANGE) | ~Q(note="")
            ),
        )
        indexes = (models.Index(fields=("case", "role"), name="monitoringtick_role"),)


class MonitoringTrigger(Walled):
    """Why a meeting may be wanted earlier than planned. The center's alone: one of them is violence."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    monitoring = models.ForeignKey(Monitoring, on_delete=models.PROTECT, related_name="+")
    code = CodeField(_("早めの会議を考えること"), list_code="meeting_trigger")

    class Meta:
        verbose_name = _("早めの会議を考えること")
        constraints = (
            models.UniqueConstraint(fields=("monitoring", "code"), name="monitoringtrigger_one_each"),
            models.CheckConstraint(name="monitoringtrigger_has_code", condition=~Q(code="")),
        )


class MonitoringDate(Walled):
    """When the center looks again: a task. The one whose task has not ended holds; a new one takes its place."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("次のモニタリングの日")
        indexes = (models.Index(fields=("case", "set_at"), name="monitoringdate_case"),)
