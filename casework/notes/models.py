"""Progress notes (支援経過記録)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow


class Note(Labelled):
    """One entry of the support record. Never edited; a correction is a new note that names the old one."""

    occurred_at = models.DateTimeField(_("あった日時"))
    method = CodeField(_("方法"), list_code="method")
    title = models.CharField(_("見出し"), max_length=100)
    body = models.TextField(_("内容"), max_length=10000)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("支援経過記録")
        constraints = (models.CheckConstraint(name="note_item_known", condition=Q(item__in=Item.values)),)
        indexes = (models.Index("case", F("occurred_at").desc(), F("id").desc(), name="note_case_walk"),)
