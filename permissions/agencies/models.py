"""Agencies (tenants) and who belongs to them in which role."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.roles import ROLE_CHOICES, ROLES, Role
from permissions.walls.clock import ClockToday


class Ward(models.Model):
    """A ward of the city."""

    code = models.SlugField(_("記号"), unique=True)
    name = models.CharField(_("名前"), max_length=40)
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("区")
        verbose_name_plural = _("区")

    def __str__(self) -> str:
        return self.name


class AgencyKind(models.TextChoices):
    """What an agency does (domain.md 1.3.9)."""

    CENTER = "center", _("福祉まるごとサポートセンター")
    ELDERLY_HUB = "elderly_hub", _("あんしんケアセンター")
    LTCI_OFFICE = "ltci_office", _("区介護保険室")
    ELDER_DISABILITY_OFFICE = "elder_disab_office", _("区高齢障害支援課")
    HEALTH_OFFICE = "health_office", _("区健康課")
    WELFARE_OFFICE = "welfare_office", _("区社会援護課")
    CHILD_OFFICE = "child_office", _("区こども家庭課")
    DISABILITY_HUB = "disab_hub", _("障害者基幹相談支援センター")
    HIKIKOMORI = "hikikomori", _("ひきこもり地域支援センター")
    SELF_RELIANCE = "self_reliance", _("生活自立・仕事相談センター")
    DV_CENTER = "dv_center", _("配偶者暴力相談支援センター")
    SCHOOL = "school", _("学校・スクールソーシャルワーカー")
    HOSPITAL = "hospital", _("医療機関")
    LAWYER = "lawyer", _("弁護士・法テラス")
    SHAKYO = "shakyo", _("社会福祉協議会")
    MINSEI = "minsei", _("民生委員・児童委員")
    NPO = "npo", _("NPO・市民団体")
    CITY_SECTION = "city_section", _("市の担当課")
    OTHER = "other", _("その他の機関")


class LegalType(models.TextChoices):
    """Under which law an agency holds personal data (domain.md 3.4, R-ORG-1)."""

    CITY_SECTION = "city_section", _("市の部署")
    CONTRACTOR = "contractor", _("市の委託先")
    PRIVATE = "private", _("民間の機関")
    PUBLIC_OTHER = "public_other", _("ほかの公的機関")
    PERSON = "person", _("民生委員など個人")


class AgencyQuerySet(models.QuerySet["Agency"]):
    def open(self) -> AgencyQuerySet:
        """Return the agencies that work today: not closed, contract begun and not over (database clock)."""
        today = ClockToday()
        return self.filter(
            Q(contract_starts_on__isnull=True) | Q(contract_starts_on__lte=today),
            Q(contract_ends_on__isnull=True) | Q(contract_ends_on__gte=today),
            closed_at__isnull=True,
        )


class Agency(models.Model):
    """An organisation that receives, holds or supports cases; a tenant (支援関係機関).

    The center is every agency with ``is_center``: 市直営 and 委託 are two organisations under two laws.
    """

    code = models.SlugField(_("記号"), unique=True)
    name = models.CharField(_("名前"), max_length=80, unique=True)
    kind = models.CharField(_("種類"), max_length=24, choices=AgencyKind.choices)
    legal_type = models.CharField(_("法的な立場"), max_length=16, choices=LegalType.choices)
    is_center = models.BooleanField(_("センター"), default=False)
    wards = models.ManyToManyField(Ward, verbose_name=_("担当する区"), blank=True)
    contract_starts_on = models.DateField(_("契約の始まり"), null=True, blank=True)
    contract_ends_on = models.DateField(_("契約の終わり"), null=True, blank=True)
    closed_at = models.DateTimeField(_("閉じた日時"), null=True, blank=True)
    renewal_reminded_on = models.DateField(_("更新を知らせた日"), null=True, editable=False)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ("-is_center", "kind", "code")
        verbose_name = _("支援関係機関")
        verbose_name_plural = _("支援関係機関")
        constraints = (
            models.CheckConstraint(
                name="agency_contract_in_order",
                condition=Q(contract_starts_on__isnull=True)
                | Q(contract_ends_on__isnull=True)
                | Q(contract_ends_on__gte=F("contract_starts_on")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> MembershipQuerySet:
        """Return the memberships that count today (database clock).

        The person is active, the membership has begun and not ended, the agency is open. The database says
        the same in wall_agency(); a test compares the two.
        """
        today = ClockToday()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            Q(agency__contract_starts_on__isnull=True) | Q(agency__contract_starts_on__lte=today),
            Q(agency__contract_ends_on__isnull=True) | Q(agency__contract_ends_on__gte=today),
            user__is_active=True,
            starts_on__lte=today,
            ended_at__isnull=True,
            agency__closed_at__isnull=True,
        )


class Membership(models.Model):
    """One person in one agency in one role (所属). A person with several acts as one at a time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("役割"), max_length=24, choices=ROLE_CHOICES)
    starts_on = models.DateField(_("始まり"), default=dt.date.today)
    ends_on = models.DateField(_("終わり"), null=True, blank=True)
    ended_at = models.DateTimeField(_("終了した日時"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("所属")
        verbose_name_plural = _("所属")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "agency", "role"),
                condition=Q(ended_at__isnull=True),
                name="membership_one_open_per_role",
            ),
            models.CheckConstraint(
                name="membership_in_order", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=list(ROLES))),
        )

    def __str__(self) -> str:
        return f"membership {self.pk}"

    @property
    def role_rights(self) -> Role:
        return ROLES[self.role]
