"""Whoever approaches the center, by whatever way (相談受付)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.codes.lists import NOT_ASKED, UNKNOWN
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .wards import ward_label


class Urgency(models.TextChoices):
    """How soon somebody has to act (domain.md 2.3)."""

    A = "A", _("A 今すぐ")
    B = "B", _("B 今日のうち")
    C = "C", _("C 3日以内")
    D = "D", _("D 通常")
    UNCHECKED = "-", _("未確認")


class ContactKind(models.TextChoices):
    """Whom the contact is about."""

    CONSULTATION = "consultation", _("本人・家族などの相談")
    AGENCY_CASE = "agency_case", _("機関が持ちこんだ相談")
    ADVICE = "advice", _("相談機関支援（だれのことかを言わない助言）")


class ContactState(models.TextChoices):
    """What became of a contact."""

    NEW = "new", _("未対応")
    TAKEN = "taken", _("対応中")
    CASE = "case", _("ケースにした")
    CLOSED = "closed", _("情報提供で終わり")


class Contact(Walled):
    """One approach by someone (相談受付). Never deleted.

    ``answers`` is the copy of what was sent by form: [{key, label, display}], in the order asked.
    ``submission_id`` makes the take-over from the form exactly once, ``brought`` that of what an agency brought. ``signs`` are what the emergency check found
    (signs.py), ``checked_at`` when somebody looked. ``ward`` is a code of the city's wards, empty for not asked, and is forgotten when the
    household is concealed (domain.md R-DV-8). ``is_informant_hidden`` goes one way: who gave notice is neither
    kept nor asked for again (domain.md 10.F, F3).
    """

    number = models.CharField(_("相談番号"), max_length=20, unique=True)
    received_at = models.DateTimeField(_("受け付けた日時"))
    channel = CodeField(_("方法"), list_code="channel")
    kind = models.CharField(
        _("だれのことか"), max_length=16, choices=ContactKind.choices, default=ContactKind.CONSULTATION
    )
    route = CodeField(_("どのように来たか"), list_code="route", default=NOT_ASKED)
    speaker = CodeField(_("だれから"), list_code="speaker", default=UNKNOWN)
    referrer_type = CodeField(_("機関の種類"), list_code="agency_type", blank=True)
    referrer_name = models.CharField(_("機関と担当者の名前"), max_length=120, blank=True)
    is_informant_hidden = models.BooleanField(_("通報した人を明かさない"), default=False)
    ward = models.CharField(_("住んでいる区"), max_length=50, blank=True)
    one_line = models.CharField(_("ひとことで"), max_length=200)
    reply_to = models.CharField(_("折り返し先"), max_length=200, blank=True)
    urgency = models.CharField(_("緊急度"), max_length=1, choices=Urgency.choices, default=Urgency.UNCHECKED)
    signs = models.JSONField(_("緊急の確認"), default=list, blank=True)
    checked_at = models.DateTimeField(_("緊急の確認をした日時"), null=True, blank=True)
    is_flagged = models.BooleanField(_("急ぎかもしれない"), default=False)
    state = models.CharField(_("状態"), max_length=8, choices=ContactState.choices, default=ContactState.NEW)
    language = models.CharField(_("ことば"), max_length=12, blank=True)
    answers = models.JSONField(default=list)
    form_title = models.CharField(max_length=200, blank=True)
    form_number = models.PositiveIntegerField(null=True, blank=True)
    submission_id = models.UUIDField(null=True, blank=True, unique=True)
    brought = models.OneToOneField(
        "casework.Brought", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    taken_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(
        "casework.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("相談受付")
        verbose_name_plural = _("相談受付")
        constraints = (
            models.CheckConstraint(
                name="contact_case_when_state_case",
                condition=Q(state=ContactState.CASE, case__isnull=False)
                | (~Q(state=ContactState.CASE) & Q(case__isnull=True)),
            ),
            models.CheckConstraint(name="contact_kind_known", condition=Q(kind__in=ContactKind.values)),
            models.CheckConstraint(
                name="contact_advice_names_nobody",
                condition=~Q(kind=ContactKind.ADVICE) | Q(case__isnull=True),
            ),
            models.CheckConstraint(
                name="contact_hidden_informant_not_kept",
                condition=Q(is_informant_hidden=False)
                | Q(reply_to="", referrer_name="", referrer_type="", speaker=UNKNOWN, route=NOT_ASKED),
            ),
        )
        indexes = (
            models.Index("state", F("received_at").desc(), F("id").desc(), name="contact_walk"),
            models.Index(fields=("received_at",), name="contact_received"),
        )

    def get_ward_display(self) -> str:
        """Return the ward in words."""
        return ward_label(self.ward)

    @property
    def needs_check(self) -> bool:
        """Whether the emergency check comes before anything else."""
        return self.checked_at is None and (self.is_flagged or self.state == ContactState.NEW)

    @property
    def language_label(self) -> str:
        """The language in which the form was shown, by its own name; the code of one that is no longer offered."""
        return dict(settings.LANGUAGES).get(self.language, self.language)


class ContactTopic(Walled):
    """One topic of a contact (domain.md 1.2.1). At most one is the most serious (◎)."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="topics")
    topic = CodeField(_("相談の内容"), list_code="topic")
    is_primary = models.BooleanField(_("いちばん困っていること"), default=False)

    class Meta:
        verbose_name = _("相談の内容")
        constraints = (
            models.UniqueConstraint(fields=("contact", "topic"), name="contacttopic_once"),
            models.UniqueConstraint(
                fields=("contact",), condition=Q(is_primary=True), name="contacttopic_one_primary"
            ),
        )


class ContactDraft(Walled):
    """What somebody is writing down and has not recorded yet. Seen by its author alone, gone once it is recorded.

    Its key becomes the contact's. ``data`` is the form as typed; ``revision`` counts the savings, so that a second
    tab does not write over the first.
    """

    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField(default=ClockNow)
    saved_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("書きかけの相談")
        indexes = (models.Index(fields=("author", "saved_at"), name="contactdraft_author"),)


class WithoutConsent(Walled):
    """What an agency told of somebody who has not consented (domain.md 1.2.2). No signature has a place here.

    Never edited: a later row says it anew. For the 支援会議 and nothing else.
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="without_consent")
    agency = models.CharField(_("情報を寄せた機関"), max_length=120)
    in_charge = models.CharField(_("担当者"), max_length=60)
    how_known = models.CharField(_("世帯をどのように知ったか"), max_length=500)
    why = CodeField(_("同意がない理由"), list_code="no_consent")
    tried = models.CharField(_("同意を得るために試したこと"), max_length=500)
    next_try = models.CharField(_("次にいつ、どのように試すか"), max_length=300)
    facts = models.TextField(_("必要最小限の事実"), max_length=2000)
    basis = CodeField(_("法的根拠"), list_code="basis")
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("同意のない情報")
        constraints = (
            models.CheckConstraint(name="withoutconsent_basis", condition=~Q(basis__in=("consent", ""))),
        )
