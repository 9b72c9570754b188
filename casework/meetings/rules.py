"""What the law of the meeting asks for before a case may be on the table (domain.md 3.2, R-MTG-1 to 3), asked in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.concealment.models import ConcealmentThreat
from casework.ordinances.models import ON_CONSENT, MeetingKind
from casework.ordinances.selectors import oaths_of_this_year, ordinances_for, seats
from casework.seals.selectors import newest_seal
from casework.sharing.consents import standing_scopes, unwanted_labels
from casework.sharing.items import Item
from casework.sharing.models import Block
from permissions.agencies.models import Agency, AgencyKind, LegalType, Membership
from permissions.people import name_of
from permissions.viewer import Viewer

from .models import AgendaItem, AgendaPerson, Meeting

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.households.models import Person

MEETING_FIELDS = ["label", "held_at", "place", "is_online", "convener", "chair", "writer_id", "ordinance_id"]


def what_stands(meeting: Meeting) -> frozenset[str]:
    """Return the columns of a meeting that nobody changes any more (sql.py). For the center.

    An item of a case that is out of sight here counts, too, which the database knows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_standing_of(%s)", [meeting.pk])
        state = cursor.fetchone()[0]
    if state == "over":
        return frozenset(MEETING_FIELDS)
    if state == "fixed":
        return frozenset(MEETING_FIELDS) - {"writer_id"}
    return frozenset({"ordinance_id"} if state == "opened" and meeting.ordinance_id else ())


def why_it_stands(columns: Iterable[str]) -> str:
    """Say why these columns are not changed; empty if there are none."""
    named = set(columns)
    if not named:
        return ""
    if named == {"ordinance_id"}:
        return _("資料を公開した議題があるため、よりどころの要綱は変えられません。")
    if named == {"writer_id"}:
        return _("議題の議事録がすべて確定しているため、議事録を書く人は代われません。")
    return _(
        "議事録が確定した議題があるため、会議の名前・日時・場所・招集した人・議長・要綱は直せません。ほかの議題を別の日に移すときは、"
        "その議題を取り下げて、新しい会議の議題にしてください。"
    )


def reads_least(agency: Agency) -> bool:
    """Return whether people of this agency get the smallest view unless somebody decides otherwise (R-MTG-8)."""
    return agency.legal_type == LegalType.PERSON or agency.kind in (AgencyKind.MINSEI, AgencyKind.NPO)


def lacks_agencies(kind: str, members: Iterable[Membership]) -> list[str]:
    """Say that a meeting of agencies (ON_CONSENT) has nobody from another agency; empty if it has.

    The agencies are what consent is asked for (domain.md 3.2): without one, none would be.
    """
    if kind not in ON_CONSENT or any(not seat.agency.is_center for seat in members):
        return []
    return [
        _(
            "%(kind)sには、センターのほかの機関の構成員が1人は要ります。センターの職員だけで話すときは、所内の会議にしてください。"
        )
        % {"kind": MeetingKind(kind).label}
    ]


def consent_gaps(case: Case, people: Iterable[Person], members: Iterable[Membership]) -> list[str]:
    """Say for whom and which agency a consent to the item 会議 is missing; empty if all is agreed.

    Consent is per person (R-CON-1), and names the agency. What the person asked not to show there is no consent either.
    """
    outside = {seat.agency_id: seat.agency for seat in members if not seat.agency.is_center}
    scopes = standing_scopes().filter(consent__case=case, item=Item.MEETING, agency__in=outside)
    agreed = set(scopes.values_list("consent__person", "agency"))
    gaps = []
    for agency in outside.values():
        unwanted = unwanted_labels(case, agency=agency)
        for person in people:
            if (person.pk, Item.MEETING) in unwanted:
                text = _("%(name)sさんは、%(agency)sに会議のことを見せないでほしいと言っています。")
            elif (person.pk, agency.pk) not in agreed:
                text = _("%(name)sさんの同意に、%(agency)sへの「会議」が入っていません。")
            else:
                continue
            gaps.append(text % {"name": person.name, "agency": agency.name})
    return gaps


def shut_out(case: Case, members: Iterable[Membership]) -> list[str]:
    """Say who of these must not see the case: blocked, connected with a threat, or outside its seal."""
    seats = list(members)
    agencies, users = [seat.agency_id for seat in seats], [seat.user_id for seat in seats]
    either = Q(agency__in=agencies) | Q(user_id__in=users)
    pairs = set(
        Block.objects.filter(either, case=case, lifted_at__isnull=True).values_list("agency", "user_id")
    )
    threats = ConcealmentThreat.objects.filter(either, case=case, concealment__lift__isnull=True)
    pairs |= set(threats.values_list("agency", "user_id"))
    no_agency, no_user = (
        {agency for agency, _user in pairs} - {None},
        {user for _agency, user in pairs} - {None},
    )
    seal = newest_seal(case.pk)
    circle = set(seal.members) if seal else set()
    return [
        _("%(name)sさん（%(agency)s）には、このケースを見せられません。") % _named(seat)
        for seat in seats
        if seat.agency_id in no_agency
        or seat.user_id in no_user
        or (circle and seat.agency.is_center and seat.user_id not in circle)
    ]


def who_may_read(item: AgendaItem) -> list[Membership]:
    """Return the members whom the law of an item lets read its fixed minutes now (sql.py says the same of whoever asks)."""
    case, people = item.case, [row.person for row in item.people.select_related("person")]
    named = item.members.filter(is_whole=True).select_related("membership__user", "membership__agency")
    active = set(seats().filter(pk__in=named.values("membership")).values_list("pk", flat=True))
    found = [row.membership for row in named if row.membership_id in active]
    found = [seat for seat in found if not shut_out(case, [seat])]
    if item.kind == MeetingKind.SUPPORT:
        silent = {seat.pk for seat in without_oath(found)}
        return [seat for seat in found if seat.pk not in silent]
    if item.kind in ON_CONSENT:
        return [seat for seat in found if seat.agency.is_center or not consent_gaps(case, people, [seat])]
    return found


def without_oath(members: Iterable[Membership]) -> list[Membership]:
    """Return who has not sworn for this fiscal year."""
    sworn = set(oaths_of_this_year().values_list("membership", flat=True))
    return [seat for seat in members if seat.pk not in sworn]


def obstacles(
    viewer: Viewer,
    case: Case,
    meeting: Meeting,
    *,
    kind: str,
    people: list[Person],
    members: list[Membership],
) -> list[str]:
    """Say everything that stands between an item and the opening of its papers; empty: they may open."""
    found = []
    if not members:
        found.append(_("構成員がまだ決まっていません。"))
    else:
        found += lacks_agencies(kind, members)
    found += shut_out(case, members)
    if kind == MeetingKind.SUPPORT:
        in_force = ordinances_for(viewer).filter(pk=meeting.ordinance_id, holds=True, kinds__contains=[kind])
        if not in_force.exists():
            found.append(_("支援会議の、効力のある要綱がこの会議に選ばれていません。"))
        found += [
            _("%(name)sさん（%(agency)s）の今年度の誓約がありません。") % _named(seat)
            for seat in without_oath(members)
        ]
    if kind in ON_CONSENT:
        found += consent_gaps(case, people, members)
    if kind == MeetingKind.INTERNAL:
        found += [
            _("所内の会議に、%(agency)sの%(name)sさんは出られません。") % _named(seat)
            for seat in members
            if not seat.agency.is_center
        ]
    return found


def words_at_table(called: Iterable[AgendaPerson], people: Iterable[Person]) -> list[tuple[str, str]]:
    """Return (name, word) of each of these people in their order: how they are called at the table, else only that they belong."""
    words = {row.person_id: row.words for row in called}
    return [(person.name, words.get(person.pk) or _("世帯の人")) for person in people]


def _named(seat: Membership) -> dict[str, str]:
    return {"name": name_of(seat.user), "agency": seat.agency.name}
