"""Progress notes (支援経過記録)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow


class Method(models.TextChoices):
    """How the contact happened (domain.md 1.4)."""

    PHONE = "phone", _("電話")
    VISIT = "visit", _("訪問")
    ACCOMPANY = "accompany", _("同行")
    INTERVIEW = "interview", _("面談（来所）")
    ONLINE = "online", _("オンライン")
    LETTER = "letter_fax_mail", _("文書・ファクス・メール")
    INTERNAL = "internal", _("所内会議")
    AGENCY = "agency_contact", _("機関との連絡調整")
    NO_CONTACT = "outreach_nocontact", _("訪問したが会えず")


class Note(Labelled):
    """One entry of the support record. Never edited; a correction is a new note that names the old one."""

    occurred_at = models.DateTimeField(_("あった日時"))
    method = models.CharField(_("方法"), max_length=20, choices=Method.choices)
    title = models.CharField(_("見出し"), max_length=100)
    body = models.TextField(_("内容"), max_length=10000)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("支援経過記録")
        constraints = (models.CheckConstraint(name="note_item_known", condition=Q(item__in=Item.values)),)
        indexes = (models.Index("case", F("occurred_at").desc(), F("id").desc(), name="note_case_walk"),)
