"""What an agency brings to the center by itself (持ちこみ): with the person's consent to be brought, or without."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.intake.models import Urgency
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Brought(Walled):
    """One household that an agency told the center of. The agency's own words; never changed.

    The center works on the contact made of it (``Contact.brought``), of which the agency learns the state alone. Without
    consent it holds what domain.md 1.2.2 asks for, and no signature.
    """

    number = models.CharField(_("相談番号"), max_length=20, unique=True)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("持ちこんだ機関")
    )
    brought_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=ClockNow)
    in_charge = models.CharField(_("担当者"), max_length=60)
    reply_to = models.CharField(_("折り返し先（機関の電話など）"), max_length=200)
    one_line = models.CharField(_("ひとことで"), max_length=200)
    topics = models.JSONField(_("相談の内容"), default=list, blank=True)
    urgency = models.CharField(_("緊急度"), max_length=1, choices=Urgency.choices, default=Urgency.UNCHECKED)
    facts = models.TextField(_("分かっていること"), max_length=2000)
    wishes = models.TextField(_("センターに望むこと"), max_length=1000, blank=True)
    has_consent = models.BooleanField(_("センターに伝えることに、本人の同意がある"))
    consent_words = models.CharField(_("同意をいつ、どのように確かめたか"), max_length=300, blank=True)
    how_known = models.CharField(_("世帯をどのように知ったか"), max_length=500, blank=True)
    why = CodeField(_("同意がない理由"), list_code="no_consent", blank=True)
    tried = models.CharField(_("同意を得るために試したこと"), max_length=500, blank=True)
    next_try = models.CharField(_("次にいつ、どのように試すか"), max_length=300, blank=True)
    basis = CodeField(_("法的根拠"), list_code="basis", blank=True)

    class Meta:
        verbose_name = _("機関が持ちこんだ相談")
        constraints = (
            models.CheckConstraint(
                name="brought_with_consent_or_why_without",
                condition=Q(has_consent=True, why="", tried="", next_try="", how_known="", basis="")
                & ~Q(consent_words="")
                | Q(has_consent=False, consent_words="")
                & ~Q(why="")
                & ~Q(tried="")
                & ~Q(next_try="")
                & ~Q(how_known="")
                & ~Q(basis__in=("", "consent")),
            ),
        )
        indexes = (models.Index(fields=("agency", "brought_at"), name="brought_agency"),)
