"""What was done in an emergency: who was called, and the notices that the law asks for (通告・通報)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.intake.models import Contact
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class EmergencyCall(Walled):
    """One call of the checklist for level A: whom, when, by whom, what came of it. Never edited."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="calls")
    whom = CodeField(_("どこへ"), list_code="emergency_call")
    called_at = models.DateTimeField(_("連絡した日時"))
    outcome = models.CharField(_("どうなったか"), max_length=500)
    called_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("連絡した人")
    )
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("緊急の連絡")
        indexes = (models.Index(fields=("contact", "called_at"), name="emergencycall_contact"),)


class Law(models.TextChoices):
    """The law on which a notice rests. None of them asks for consent (domain.md 2.3)."""

    CHILD = "child", _("児童虐待防止法6条（通告）")
    ELDER = "elder", _("高齢者虐待防止法7条（通報）")
    DISABILITY = "disability", _("障害者虐待防止法7条（通報）")
    SPOUSE = "spouse", _("DV防止法6条（通報。本人の意思を尊重する）")


class StatutoryNotice(Walled):
    """One notice to an authority (通告・通報). Never edited; a reply is a row of its own."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="notices")
    law = models.CharField(_("根拠の法律"), max_length=12, choices=Law.choices)
    recipient = models.CharField(_("通告・通報した先"), max_length=120)
    noticed_at = models.DateTimeField(_("通告・通報した日時"))
    content = models.TextField(_("伝えた内容"), max_length=4000)
    noticed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("通告・通報した人")
    )
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("通告・通報")
        constraints = (
            models.CheckConstraint(name="statutorynotice_law_known", condition=Q(law__in=Law.values)),
        )
        indexes = (models.Index(fields=("contact", "noticed_at"), name="statutorynotice_contact"),)


class NoticeReply(Walled):
    """What the authority answered. Never edited."""

    notice = models.ForeignKey(StatutoryNotice, on_delete=models.PROTECT, related_name="replies")
    replied_at = models.DateTimeField(_("返事があった日時"))
    text = models.TextField(_("返事の内容"), max_length=4000)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("通告・通報への返事")
