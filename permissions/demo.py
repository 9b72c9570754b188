"""The agencies and people of the invented city 見本市. Everything here is 見本: no real person, no real number."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from permissions.agencies.actions import add_membership, open_agency, renew_membership
from permissions.agencies.models import Agency, Membership, Ward

WARDS = (
    ("shinonome", "東雲区"),
    ("wakagi", "若木区"),
    ("minatomi", "港見区"),
    ("midorizaka", "緑坂区"),
    ("kawabe", "川辺区"),
    ("okanoue", "丘上区"),
)


class DemoAgency(NamedTuple):
    code: str
    name: str
    kind: str
    legal_type: str
    wards: tuple[str, ...] = ()
    is_center: bool = False


AGENCIES = (
    DemoAgency(
        "center-city", "福祉まるごとサポートセンター（市直営）", "center", "city_section", is_center=True
    ),
    DemoAgency(
        "center-itaku",
        "福祉まるごとサポートセンター（委託・社会福祉法人みほん会）",
        "center",
        "contractor",
        is_center=True,
    ),
    DemoAgency("anshin-shinonome", "あんしんケアセンター東雲", "elderly_hub", "contractor", ("shinonome",)),
    DemoAgency("anshin-minatomi", "あんしんケアセンター港見", "elderly_hub", "contractor", ("minatomi",)),
    DemoAgency("kenko-shinonome", "東雲区 健康課", "health_office", "city_section", ("shinonome",)),
    DemoAgency("kenko-wakagi", "若木区 健康課", "health_office", "city_section", ("wakagi",)),
    DemoAgency("kaigo-shinonome", "東雲区 介護保険室", "ltci_office", "city_section", ("shinonome",)),
    DemoAgency("engo-shinonome", "東雲区 社会援護課", "welfare_office", "city_section", ("shinonome",)),
    DemoAgency("kodomo-wakagi", "若木区 こども家庭課", "child_office", "city_section", ("wakagi",)),
    DemoAgency("jiritsu", "見本市 生活自立・仕事相談センター", "self_reliance", "contractor"),
    DemoAgency("jiritsu-minami", "見本市 生活自立・仕事相談センター 南", "self_reliance", "contractor"),
    DemoAgency("hikikomori", "見本市 ひきこもり地域支援センター", "hikikomori", "contractor"),
    DemoAgency("shakyo", "見本市社会福祉協議会", "shakyo", "private"),
    DemoAgency("minsei-shinonome", "東雲区 民生委員・児童委員", "minsei", "person", ("shinonome",)),
    DemoAgency("minsei-kawabe", "川辺区 民生委員・児童委員", "minsei", "person", ("kawabe",)),
    DemoAgency("houterasu", "みほん法律相談所", "lawyer", "private"),
    DemoAgency(
        "shougai-kikan", "東雲区 障害者基幹相談支援センター", "disab_hub", "contractor", ("shinonome",)
    ),
    DemoAgency("shokudo", "NPO法人 みほん子ども食堂", "npo", "private"),
    DemoAgency("iryo", "みほん病院 相談室", "hospital", "private"),
    DemoAgency("shohi", "見本市 消費生活センター", "city_section", "city_section"),
    # Of another city, and without an account here.
    DemoAgency("tonari", "となり市 福祉総合相談課", "other", "public_other"),
    DemoAgency("ssw", "見本市教育委員会 スクールソーシャルワーカー", "school", "city_section"),
)


class DemoPerson(NamedTuple):
    username: str
    last_name: str
    first_name: str
    agency: str
    role: str


PEOPLE = (
    DemoPerson("chief", "見本", "長子", "center-city", "chief"),
    DemoPerson("coordinator", "見本", "調", "center-itaku", "coordinator"),
    DemoPerson("coordinator2", "見本", "整", "center-city", "coordinator"),
    DemoPerson("reception", "見本", "受太", "center-city", "reception"),
    DemoPerson("editor", "見本", "編子", "center-city", "editor"),
    DemoPerson("privacy", "見本", "守", "center-city", "privacy_officer"),
    DemoPerson("auditor", "見本", "監", "center-city", "auditor"),
    DemoPerson("sysadmin", "見本", "運平", "center-city", "sysadmin"),
    DemoPerson("anshin", "見本", "安", "anshin-shinonome", "agency_staff"),
    DemoPerson("anshin2", "見本", "心", "anshin-minatomi", "agency_staff"),
    DemoPerson("kenko", "見本", "健", "kenko-shinonome", "agency_staff"),
    DemoPerson("kaigo", "見本", "介", "kaigo-shinonome", "agency_staff"),
    DemoPerson("jiritsu", "見本", "立", "jiritsu", "agency_staff"),
    DemoPerson("hikikomori", "見本", "灯", "hikikomori", "agency_staff"),
    DemoPerson("shakyo", "見本", "結", "shakyo", "agency_staff"),
    DemoPerson("minsei", "見本", "民江", "minsei-shinonome", "agency_staff"),
    DemoPerson("houterasu", "見本", "法子", "houterasu", "agency_staff"),
    DemoPerson("shohi", "見本", "契", "shohi", "agency_staff"),
    DemoPerson("kodomo", "見本", "育", "kodomo-wakagi", "agency_staff"),
    DemoPerson("ssw", "見本", "学", "ssw", "agency_staff"),
    DemoPerson("shokudo", "見本", "食美", "shokudo", "agency_staff"),
    DemoPerson("shokudo2", "見本", "調理", "shokudo", "agency_staff"),
    DemoPerson("admin-jiritsu", "見本", "管", "jiritsu", "agency_admin"),
    DemoPerson("outsider", "見本", "外", "jiritsu-minami", "agency_staff"),
)


def refuse_outside_demo() -> None:
    """Stop unless the settings are those of the demo or of the tests."""
    if not getattr(settings, "MARUGOTO_DEMO_ALLOWED", False):
        raise ImproperlyConfigured("The demo world may be loaded with demo or test settings only.")


@transaction.atomic
def load(*, password: str | None = None) -> None:
    """Create wards, agencies, people. Running it again adds what is missing and keeps the rest."""
    refuse_outside_demo()
    for position, (code, name) in enumerate(WARDS):
        Ward.objects.get_or_create(code=code, defaults={"name": name, "position": position})
    for agency in AGENCIES:
        _load_agency(agency)
    for person in PEOPLE:
        _load_person(person, password)


def _load_agency(row: DemoAgency) -> None:
    if Agency.objects.filter(code=row.code).exists():
        return
    agency = open_agency(
        code=row.code, name=row.name, kind=row.kind, legal_type=row.legal_type, is_center=row.is_center
    )
    agency.wards.set(Ward.objects.filter(code__in=row.wards))


def _load_person(row: DemoPerson, password: str | None) -> None:
    user, created = get_user_model().objects.get_or_create(
        username=row.username,
        defaults={
            "last_name": row.last_name,
            "first_name": row.first_name,
            "email": f"{row.username}@mihon.invalid",
        },
    )
    if created:
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(update_fields=["password"])
    agency = Agency.objects.get(code=row.agency)
    found = Membership.objects.filter(user=user, agency=agency, role=row.role, ended_at=None).first()
    if found is None:
        add_membership(user=user, agency=agency, role=row.role, starts_on=dt.date(2026, 4, 1))
    else:
        renew_membership(found, by=None)  # a demo that was loaded last year lets its people in, too
