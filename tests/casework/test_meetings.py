"""会議: the law of the meeting decides what may be on the table; who was named reads it, for as long as it is open."""

import datetime as dt
import uuid
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.consent.actions import ConsentDraft, record_consent, withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import StayDraft, record_stay, set_item
from casework.households.models import PersonContact
from casework.households.selectors import name_people
from casework.meetings.actions import (
    MEETING_FIELDS,
    ConsentMissing,
    MeetingDraft,
    PrepDraft,
    answer_prep,
    change_meeting,
    name_members,
    take_off_agenda,
)
from casework.meetings.minutes import Outcome
from casework.meetings.models import (
    AgendaItem,
    AgendaMember,
    AgendaPaper,
    AgendaPerson,
    AgendaRemoval,
    Meeting,
    PaperRelease,
    PrepSheet,
)
from casework.meetings.rules import obstacles
from casework.meetings.selectors import (
    agenda_for,
    agendas_for,
    case_agendas_for,
    meetings_for,
    open_roles_for,
    open_state,
    papers_for,
    prep_sheets_for,
)
from casework.models import CaseEvent
from casework.notifications.models import Notification
from casework.ordinances.actions import OrdinanceDraft, record_paper_oath, write_ordinance
from casework.ordinances.models import Oath
from casework.ordinances.selectors import fiscal_year, ordinances_for
from casework.plans.actions import RoleDraft, answer_role, decide
from casework.plans.models import RoleRow
from casework.seals.actions import seal_case
from casework.seen import fingerprint
from casework.sharing.actions import Label, block
from casework.workspace.duties import DutyFilter, duties_for
from casework.workspace.finding import find_cases_for
from casework.workspace.inbox import inbox_for, inbox_rows_for
from permissions.agencies.actions import close_agency, end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import (
    CANARY,
    HOUR,
    call,
    fixed_item,
    let_swear,
    open_to_all,
    opened,
    ordinance,
    paper,
    put,
    support_item,
    through_the_door,
    two_tables,
)
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db
TABLES = {
    AgendaItem: "id", AgendaPerson: "agenda_id", AgendaMember: "agenda_id", PaperRelease: "agenda_id",
    AgendaPaper: "agenda_id", PrepSheet: "agenda_id",
}  # fmt: skip


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def seen_by(viewer):
    """Return {table: keys of items} that a person's own SQL gets."""
    with acting_for(viewer):
        found = {
            model.__name__: {key for (key,) in sql(f"SELECT {column} FROM {model._meta.db_table}")}
            for model, column in TABLES.items()
        }
    return {name: keys for name, keys in found.items() if keys}


# --- ordinances and oaths ------------------------------------------------------------------------------


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31)))
def test_fiscal_year_begins_in_april(day):
    year = fiscal_year(day)

    assert dt.date(year, 4, 1) <= day <= dt.date(year + 1, 3, 31)


def test_fiscal_year_is_the_same_in_the_database(db):
    days = [
        dt.date(2027, 3, 31),
        dt.date(2027, 4, 1),
        dt.date(2028, 2, 29),
        dt.date(2027, 12, 31),
        dt.date(2027, 1, 1),
    ]

    assert [sql("SELECT casework_fiscal_year(%s)", day)[0][0] for day in days] == [
        fiscal_year(day) for day in days
    ]


def test_version_of_an_ordinance_holds_until_the_next_one_begins(world):
    today = timezone.localdate()
    first = ordinance(world)
    second = ordinance(world, valid_from=today + dt.timedelta(days=1))
    with acting_for(world.chief):
        assert {row.pk: row.holds for row in ordinances_for(world.chief)} == {
            first.pk: True,
            second.pk: False,
        }
    draft = OrdinanceDraft("名", "文", ("jusou",), today)
    with pytest.raises(NotAllowed), acting_for(world.coordinator):
        write_ordinance(draft, by=world.coordinator)


def test_ordinance_is_superseded_once_and_holds_from_its_day(world, shift_clock):
    first = ordinance(world)
    draft = OrdinanceDraft("新", "文", ("shien_kaigi",), timezone.localdate() + dt.timedelta(days=2))
    with acting_for(world.chief):
        second = write_ordinance(draft, supersedes=first, by=world.chief)
        with pytest.raises(NotAllowed):
            write_ordinance(draft, supersedes=first, by=world.chief)
        holds = [{row.pk: row.holds for row in ordinances_for(world.chief)}]
    shift_clock(dt.timedelta(days=3))
    with acting_for(world.chief):
        holds.append({row.pk: row.holds for row in ordinances_for(world.chief)})

    assert holds == [{first.pk: True, second.pk: False}, {first.pk: False, second.pk: True}]


def test_oath_is_given_by_oneself_on_the_screen_and_on_paper_to_the_center(world):
    today, year = timezone.localdate(), fiscal_year(timezone.localdate())
    mine, other = world.anshin_worker, world.kenko_worker
    let_swear(mine, mine)
    with acting_for(world.coordinator):
        record_paper_oath(other.membership, signed_on=today, kept_at="棚", by=world.coordinator)
        assert set(Oath.objects.values_list("membership", "medium")) == {
            (mine.membership.pk, "screen"), (other.membership.pk, "paper"),
        }  # fmt: skip
    for viewer, words in (
        (mine, {"membership": world.jiritsu_worker.membership, "medium": "screen"}),
        (mine, {"membership": mine.membership, "medium": "paper", "kept_at": "棚"}),
        (world.coordinator, {"membership": world.jiritsu_worker.membership, "medium": "screen"}),
        (world.anshin_admin, {"membership": world.anshin_admin.membership, "medium": "screen"}),
    ):
        row = Oath(**words, year=year, signed_on=today, recorded_by=viewer.membership)
        with pytest.raises(DatabaseError, match="row-level security"), acting_for(viewer):
            row.save(force_insert=True)
    with acting_for(world.jiritsu_worker):
        assert not Oath.objects.exists()


# --- what the law of the meeting asks for --------------------------------------------------------------


def without_meeting(world, home, person):
    """Let one person take back what they agreed to about meetings."""
    with acting_for(world.coordinator):
        for consent in Consent.objects.filter(case=home.case, person=person):
            withdraw_consent(
                consent,
                agency=None,
                item="meeting",
                said_on=timezone.localdate(),
                how="電話",
                by=world.coordinator,
            )


def test_layered_meeting_without_the_sons_consent_is_refused_and_a_support_meeting_is_not(world):
    home = world.hazuki
    without_meeting(world, home, home.son)
    meeting = call(world, ordinance(world))

    with pytest.raises(ConsentMissing) as refused:
        put(world, meeting, home, world.anshin_worker, world.kenko_worker, kind="jusou")

    assert str(refused.value) == (
        "重層的支援会議には、出席する機関すべてについて、一人ひとりの同意が要ります。"
        " 葉月原息子さんの同意に、機関 anshinへの「会議」が入っていません。"
        " 葉月原息子さんの同意に、機関 kenkoへの「会議」が入っていません。"
    )
    with acting_for(world.chief):
        assert not AgendaItem.objects.exists()
    mother_alone = put(
        world, meeting, home, world.anshin_worker, kind="jusou", people={home.mother.pk: "本人"}
    )
    about_both = put(world, meeting, home, world.anshin_worker)
    assert [item.position for item in (mother_alone, about_both)] == [1, 2]


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_layered_meeting_with_an_agency_that_no_consent_names_is_refused(world, kind):
    stranger = make_viewer("new-worker", make_agency("new"))

    with pytest.raises(ConsentMissing, match="機関 newへの「会議」"):
        put(world, call(world), world.hazuki, world.anshin_worker, stranger, kind=kind)


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_layered_meeting_of_the_center_alone_is_refused_where_members_are_named_and_papers_open(
    world, client, kind
):
    """Else nobody's consent would be asked for: the son's is taken back, and he is on the table."""
    home, own = world.hazuki, (world.coordinator, world.chief)
    without_meeting(world, home, home.son)
    meeting = call(world)
    with pytest.raises(NotAllowed, match="ほかの機関の構成員が1人は要ります"):
        put(world, meeting, home, *own, kind=kind)
    item = put(world, meeting, home, kind=kind)
    seats = tuple(viewer.membership for viewer in own)
    with pytest.raises(NotAllowed, match="ほかの機関の構成員が1人は要ります"), acting_for(world.coordinator):
        name_members(item, seats, by=world.coordinator)
    with acting_for(world.coordinator):
        AgendaMember.objects.bulk_create(
            AgendaMember(agenda=item, case_id=item.case_id, membership=seat, named_by=seats[0])
            for seat in seats
        )
    with pytest.raises(NotAllowed, match="ほかの機関の構成員が1人は要ります"):
        open_to_all(world, item)
    release = PaperRelease(
        agenda=item, case_id=item.case_id, return_by=timezone.now() + HOUR, released_by=seats[0]
    )
    with (
        pytest.raises(IntegrityError, match="a member of another agency"),
        transaction.atomic(),
        acting_for(world.coordinator),
    ):
        release.save(force_insert=True)
    sign_in(client, world.coordinator)
    keys = [item.meeting_id, item.pk]
    url = reverse("casework:agenda_members", args=keys)
    body = client.post(url, {"members": [str(seat.pk) for seat in seats]}).content.decode()
    assert "ほかの機関の構成員が1人は要ります" in body
    assert (
        "ほかの機関の構成員が1人は要ります"
        in client.get(reverse("casework:agenda", args=keys)).content.decode()
    )


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_members_named_later_are_asked_for_consent_then(world, kind):
    home = world.hazuki
    without_meeting(world, home, home.son)
    item = put(world, call(world), home, kind=kind)
    with pytest.raises(NotAllowed, match="構成員がまだ決まっていません"):
        open_to_all(world, item)
    with pytest.raises(ConsentMissing, match="機関 anshinへの「会議」"), acting_for(world.coordinator):
        name_members(item, (world.anshin_worker.membership,), by=world.coordinator)
    with acting_for(world.chief):
        assert not AgendaMember.objects.exists()


def test_support_meeting_says_why_and_waits_for_ordinance_and_oaths(world):
    home, viewer = world.hazuki, world.anshin_worker
    with pytest.raises(NotAllowed, match="何のために"):
        put(world, call(world), home, viewer, purpose_text=" ")
    item = put(world, call(world), home, viewer, world.coordinator)
    with acting_for(world.coordinator):
        members = [row.membership for row in item.members.order_by("pk")]
        found = obstacles(
            world.coordinator, home.case, item.meeting, kind=item.kind, people=[home.mother], members=members
        )
    assert sorted(found) == sorted([
        "支援会議の、効力のある要綱がこの会議に選ばれていません。",
        "anshinさん（機関 anshin）の今年度の誓約がありません。",
        "coordinatorさん（機関 itaku）の今年度の誓約がありません。",
    ])  # fmt: skip
    with pytest.raises(NotAllowed, match="要綱"):
        open_to_all(world, item)
    release = PaperRelease(
        agenda=item, case=home.case, return_by=timezone.now() + HOUR, released_by=world.coordinator.membership
    )
    with (
        pytest.raises(IntegrityError, match="ordinance in force"),
        transaction.atomic(),
        acting_for(world.coordinator),
    ):
        release.save(force_insert=True)
    with acting_for(world.chief):
        assert not PaperRelease.objects.exists()


def test_internal_meeting_has_no_members_from_outside(world):
    with pytest.raises(NotAllowed, match="センターの職員だけ"):
        put(world, call(world), world.hazuki, world.anshin_worker, kind="internal")


def test_whoever_must_not_see_the_case_is_not_named(world):
    home = world.hazuki
    out = make_viewer("out", world.center, "coordinator")
    with acting_for(world.chief):
        block(home.case, agency=world.anshin, user_id=None, reason="関係者", by=world.chief)
        block(home.case, agency=None, user_id=world.kenko_worker.user.pk, reason="親族", by=world.chief)
        circle = {world.chief.user.pk, world.coordinator.user.pk}
        seal_case(home.case, members=circle, reason="親族", seen=0, by=world.chief)
    for viewer in (world.anshin_worker, world.kenko_worker, out):
        with pytest.raises(NotAllowed, match="見せられません"):
            put(world, call(world), home, viewer)


def test_members_are_fixed_once_the_papers_are_open(world):
    item = support_item(world, world.anshin_worker)
    seat = world.kenko_worker.membership
    with pytest.raises(NotAllowed, match="構成員を変えられません"), acting_for(world.coordinator):
        name_members(item, (seat,), by=world.coordinator)
    late = AgendaMember(
        agenda=item, case_id=item.case_id, membership=seat, named_by=world.coordinator.membership
    )
    with acting_for(world.coordinator):
        for act in (AgendaMember.objects.all().delete, partial(late.save, force_insert=True)):
            with pytest.raises(DatabaseError, match="members are fixed"), transaction.atomic():
                act()
        assert AgendaMember.objects.update(is_whole=True) == 0
    with acting_for(world.chief):
        assert list(AgendaMember.objects.values_list("membership", flat=True)) == [
            world.anshin_worker.membership.pk
        ]


# --- the walls -----------------------------------------------------------------------------------------


@pytest.fixture
def table(world):
    """Two items of one meeting: the first household's, of anshin and a volunteer; the other's, of kenko."""
    return two_tables(world)


def test_before_release_nobody_but_the_center_reads(table):
    world = table

    assert [seen_by(viewer) for viewer in (world.anshin_worker, world.volunteer, world.kenko_worker)] == [
        {}
    ] * 3
    assert seen_by(world.chief)["AgendaPaper"] == {world.first.pk, world.second.pk}


def test_named_people_read_their_item_and_their_colleagues_do_not(table):
    world = opened(table)
    first, second = {world.first.pk}, {world.second.pk}

    assert seen_by(world.anshin_worker) == {model.__name__: first for model in TABLES}
    assert seen_by(world.kenko_worker) == {model.__name__: second for model in TABLES}
    # The smallest view: what is talked about and who sits there.
    assert seen_by(world.volunteer) == dict.fromkeys(
        ("AgendaItem", "AgendaPerson", "AgendaMember", "PaperRelease"), first
    )
    for viewer in (
        world.colleague,
        world.jiritsu_worker,
        world.stranger,
        world.anshin_admin,
        world.editor,
        world.auditor,
    ):
        assert seen_by(viewer) == {}
    assert seen_by(world.chief) == {model.__name__: first | second for model in TABLES}


def test_the_smallest_view_has_what_is_marked_for_it(table):
    world = table
    marked = paper(world, world.first, "だれにでも", is_for_all=True)
    opened(world)

    with acting_for(world.volunteer):
        assert (
            [row.pk for row in papers_for(world.volunteer)]
            == [row.pk for row in AgendaPaper.objects.all()]
            == [marked.pk]
        )
        answer_prep(world.first, PrepDraft(knows="会った"), answered=0, by=world.volunteer)
        assert [row.agency_id for row in prep_sheets_for(world.volunteer)] == [world.volunteer.agency.pk]


def end_of_seat(world):
    end_membership(world.anshin_worker.membership, by=None)


def end_of_agency(world):
    close_agency(world.anshin, by=None)


def blocked_agency(world):
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.anshin, user_id=None, reason="関係者", by=world.chief)


def blocked_person(world):
    with acting_for(world.chief):
        block(
            world.hazuki.case, agency=None, user_id=world.anshin_worker.user.pk, reason="親族", by=world.chief
        )


def taken_off(world):
    with acting_for(world.coordinator):
        take_off_agenda(world.first, reason="見合わせ", by=world.coordinator)


def son_moves_out(world):
    with acting_for(world.coordinator):
        record_stay(world.hazuki.son, StayDraft("apart"), by=world.coordinator)


@pytest.mark.parametrize(
    "act", [end_of_seat, end_of_agency, blocked_agency, blocked_person, taken_off, son_moves_out]
)
def test_what_ends_a_seat_shuts_the_papers_at_once(table, act):
    world = opened(table)
    assert seen_by(world.anshin_worker)

    act(world)

    assert (seen_by(world.anshin_worker), through_the_door(world.anshin_worker)) == ({}, {})
    assert seen_by(world.kenko_worker) == {model.__name__: {world.second.pk} for model in TABLES}


def test_papers_close_at_their_hour_with_no_worker_running(table, shift_clock):
    world = opened(table)

    shift_clock(31 * HOUR)

    assert [seen_by(viewer) for viewer in (world.anshin_worker, world.volunteer, world.kenko_worker)] == [
        {}
    ] * 3
    assert through_the_door(world.anshin_worker) == {}
    assert seen_by(world.chief)["AgendaPaper"] == {world.first.pk, world.second.pk}
    with pytest.raises(NotAllowed), acting_for(world.anshin_worker):
        answer_prep(world.first, PrepDraft(knows="おそい"), answered=1, by=world.anshin_worker)


def test_oath_of_last_year_opens_nothing_after_march(table, shift_clock):
    world = table
    for item in (world.first, world.second):
        open_to_all(world, item, hours=24 * 500)
    assert seen_by(world.anshin_worker)

    today = timezone.localdate()
    shift_clock(dt.date(fiscal_year(today) + 1, 4, 2) - today)

    assert (seen_by(world.anshin_worker), through_the_door(world.anshin_worker)) == ({}, {})


def test_sealed_case_takes_its_item_from_whoever_is_not_in_the_circle(table):
    world = opened(table)
    with acting_for(world.chief):
        circle = {world.chief.user.pk, world.coordinator.user.pk}
        seal_case(world.hazuki.case, members=circle, reason="親族", seen=0, by=world.chief)

    assert seen_by(world.reception)["AgendaItem"] == {world.second.pk}
    assert seen_by(world.coordinator)["AgendaItem"] == {world.first.pk, world.second.pk}
    assert seen_by(world.anshin_worker)["AgendaItem"] == {world.first.pk}


def test_door_and_wall_say_the_same_of_everybody(table):
    world = opened(table)
    for viewer in (
        world.anshin_worker, world.colleague, world.volunteer, world.kenko_worker, world.stranger, world.anshin_admin,
        world.chief, world.reception, world.editor,
    ):  # fmt: skip
        by_wall = {
            name: keys
            for name, keys in seen_by(viewer).items()
            if name in {"AgendaItem", "AgendaPaper", "PrepSheet"}
        }
        assert through_the_door(viewer) == by_wall


def test_member_sees_nothing_else_of_the_case_and_finds_it_nowhere(world, client):
    volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    item = support_item(world, volunteer)
    sign_in(client, volunteer)

    for name in ("casework:case", "casework:consents"):
        assert client.get(reverse(name, args=[world.hazuki.case.pk])).status_code in {403, 404}
    with acting_for(volunteer):
        assert find_cases_for(volunteer, "葉月原").rows == []
        assert (
            sql("SELECT count(*) FROM casework_case") == sql("SELECT count(*) FROM casework_person") == [(0,)]
        )
        assert case_agendas_for(volunteer, world.hazuki.case) == []
        assert agenda_for(volunteer, item.meeting, item.pk).item == item


# --- consent taken back, somebody moves out ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_item_leaves_with_the_consent_it_rests_on_and_its_members_are_told(world, kind):
    home, meeting = world.hazuki, call(world)
    item = put(world, meeting, home, world.anshin_worker, world.kenko_worker, kind=kind)
    other = put(world, meeting, world.tomono, world.anshin_worker, kind=kind)
    open_to_all(world, item)
    with acting_for(world.coordinator):
        consent = Consent.objects.get(case=home.case, person=home.son)
        withdraw_consent(
            consent,
            agency=world.kenko,
            item="",
            said_on=timezone.localdate(),
            how="電話",
            by=world.coordinator,
        )

        removals = list(AgendaRemoval.objects.values_list("agenda", "cause", "removed_by"))
        events = CaseEvent.objects.filter(case=home.case, verb="agenda_removed").count()
    assert removals == [(item.pk, "withdrawn", world.coordinator.membership.pk)]
    assert events == 1
    for viewer in (world.anshin_worker, world.kenko_worker):
        assert seen_by(viewer) == {}
        with acting_for(viewer):
            told = inbox_rows_for(viewer, inbox_for(viewer))
            assert [(row.row.kind, row.number) for row in told if row.row.kind == "agenda_left"] == [
                ("agenda_left", meeting.number)
            ]
    with acting_for(world.chief):
        assert set(agendas_for(world.chief).filter(removal__isnull=True)) == {other}
        assert agenda_for(world.chief, meeting, item.pk).is_gone


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_partial_withdrawal_that_leaves_the_meeting_alone_takes_nothing_off(world, kind):
    home = world.hazuki
    item = put(world, call(world), home, world.anshin_worker, kind=kind)
    with acting_for(world.coordinator):
        consent = Consent.objects.get(case=home.case, person=home.son)
        words = {"said_on": timezone.localdate(), "how": "電話", "by": world.coordinator}
        withdraw_consent(consent, agency=None, item="money", **words)
        withdraw_consent(consent, agency=world.kenko, item="meeting", **words)
        assert not AgendaRemoval.objects.exists()
        withdraw_consent(consent, agency=world.anshin, item="meeting", **words)
        assert list(AgendaRemoval.objects.values_list("agenda", flat=True)) == [item.pk]


def test_support_meeting_stays_when_a_consent_is_taken_back(world):
    item = support_item(world, world.anshin_worker)
    without_meeting(world, world.hazuki, world.hazuki.son)

    assert seen_by(world.anshin_worker)["AgendaItem"] == {item.pk}


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_consent_that_runs_out_shuts_the_papers_of_a_layered_meeting(world, shift_clock, kind):
    home = world.hazuki
    without_meeting(world, home, home.son)
    with acting_for(world.coordinator):
        until = timezone.localdate() + dt.timedelta(days=1)
        draft = ConsentDraft(
            "given", timezone.localdate(), "見本", scopes=((world.anshin, "meeting"),), valid_until=until
        )
        record_consent(home.case, home.son, draft, by=world.coordinator)
    item = put(world, call(world), home, world.anshin_worker, kind=kind)
    open_to_all(world, item, hours=24 * 9)
    assert seen_by(world.anshin_worker)

    shift_clock(dt.timedelta(days=2))

    assert (seen_by(world.anshin_worker), through_the_door(world.anshin_worker)) == ({}, {})


def test_nothing_is_added_to_an_item_that_left(table):
    world = opened(table)
    taken_off(world)
    with pytest.raises(NotAllowed):
        paper(world, world.first)
    row = AgendaPaper(
        agenda=world.first,
        case_id=world.first.case_id,
        kind="other",
        text="見本",
        added_by=world.coordinator.membership,
    )
    with (
        pytest.raises(DatabaseError, match="has left the agenda"),
        transaction.atomic(),
        acting_for(world.coordinator),
    ):
        row.save(force_insert=True)


# --- prep sheets and invitations -----------------------------------------------------------------------


def test_prep_sheet_is_the_agencys_own_and_the_newest_counts(table):
    world, viewer = opened(table), table.anshin_worker
    with acting_for(viewer):
        with pytest.raises(NotAllowed, match="先に答えました"):
            answer_prep(world.first, PrepDraft(knows="二重"), answered=0, by=viewer)
        answer_prep(world.first, PrepDraft(can_do="訪問"), answered=1, by=viewer)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            PrepSheet(
                agenda=world.first, case_id=world.first.case_id, agency=world.kenko, sequence=1, knows="なりすまし",
                answered_by=viewer.membership,
            ).save(force_insert=True)  # fmt: skip
    with acting_for(world.chief):
        view = agenda_for(world.chief, world.first.meeting, world.first.pk)
    assert {(each.agency.code, each.sheet and each.sheet.can_do) for each in view.asked} == {
        ("anshin", "訪問"), ("minsei", None), ("itaku", None),
    }  # fmt: skip
    assert {agency.code for agency in view.unanswered} == {"minsei", "itaku"}


def test_invitation_tells_the_day_and_nothing_of_the_case(world, client):
    item = put(world, call(world, ordinance(world)), world.hazuki, world.anshin_worker)
    sign_in(client, world.anshin_worker)
    with acting_for(world.anshin_worker):
        rows = inbox_rows_for(world.anshin_worker, inbox_for(world.anshin_worker))
        assert [(row.row.kind, row.number, row.line) for row in rows] == [
            ("meeting", item.meeting.number, "第14回 地域ケース会議")
        ]
    with acting_for(world.stranger):
        assert not Notification.objects.exists()
        assert not meetings_for(world.stranger).exists()
        assert sql("SELECT count(*) FROM casework_meeting") == [(0,)]

    page = client.get(reverse("casework:meeting", args=[item.meeting_id])).content.decode()
    calendar = client.get(reverse("casework:meeting_calendar", args=[item.meeting_id])).content.decode()

    for text in (CANARY, "葉月原", world.hazuki.case.number, "会議室2"):
        assert text not in calendar
    for text in (CANARY, "葉月原", world.hazuki.case.number):
        assert text not in page
    assert f"SUMMARY:会議 {item.meeting.number}\r\n" in calendar


# --- screens -------------------------------------------------------------------------------------------


def test_member_reads_with_a_watermark_and_no_number_of_the_case(table, client):
    world = opened(table)
    url = reverse("casework:agenda", args=[world.first.meeting_id, world.first.pk])
    sign_in(client, world.anshin_worker)
    body = client.get(url).content.decode()

    mark = f"anshin {world.first.meeting.number}"
    assert f'data-mark="{mark}"' in body
    assert f"{CANARY} 世帯像" in body
    assert "本人・長男" in body
    for text in (world.hazuki.case.number, "葉月原", "灯野"):
        assert text not in body
    other = client.get(reverse("casework:agenda", args=[world.first.meeting_id, world.second.pk]))
    assert other.status_code == 404
    sign_in(client, world.colleague)
    assert client.get(url).status_code == 404
    sign_in(client, world.chief)
    body = client.get(url).content.decode()
    assert world.hazuki.case.number in body
    assert "data-mark" not in body


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
def test_refused_layered_meeting_offers_a_support_meeting_and_keeps_what_was_typed(world, client, kind):
    home = world.hazuki
    without_meeting(world, home, home.son)
    meeting = call(world, ordinance(world))
    sign_in(client, world.coordinator)
    url = reverse("casework:agenda_add", args=[home.case.pk])
    typed = {
        "meeting": str(meeting.pk), "kind": kind, "purpose": "exchange", "purpose_text": "どう支えるか",
        f"about_{home.son.pk}": "on", f"words_{home.son.pk}": "長男", "members": [str(world.anshin_worker.membership.pk)],
    }  # fmt: skip

    refused = client.post(url, typed)
    body = refused.content.decode()

    assert "葉月原息子さんの同意に、機関 anshinへの「会議」が入っていません。" in body
    assert 'name="instead" value="shien_kaigi"' in body
    assert "どう支えるか" in body
    assert client.post(url, {**typed, "instead": "shien_kaigi"}).status_code == 302
    with acting_for(world.chief):
        assert list(AgendaItem.objects.values_list("kind", flat=True)) == ["shien_kaigi"]


def test_name_is_not_how_somebody_is_called_at_the_table(world):
    home = world.hazuki
    with pytest.raises(NotAllowed, match="氏名は書けません"):
        put(world, call(world), home, world.anshin_worker, people={home.mother.pk: home.mother.name})


def test_meeting_pages_show_who_has_not_answered_and_the_case_lists_its_items(table, client):
    world = opened(table)
    sign_in(client, world.coordinator)
    meeting = client.get(reverse("casework:meeting", args=[world.first.meeting_id])).content.decode()
    case = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()

    assert "準備シートがまだの機関" in meeting
    assert world.first.meeting.number in case
    for name in ("meetings", "meeting_add", "ordinances", "ordinance_add", "oath", "oaths", "oath_record"):
        who = world.chief if name.startswith("ordinance_add") else world.coordinator
        sign_in(client, who)
        assert client.get(reverse(f"casework:{name}")).status_code == 200
    sign_in(client, world.coordinator)
    keys = [world.second.meeting_id, world.second.pk]
    for name in ("agenda_members", "agenda_open", "agenda_take_off", "paper_add"):
        assert client.get(reverse(f"casework:{name}", args=keys)).status_code == 200
    assert client.get(reverse("casework:meeting_edit", args=keys[:1])).status_code == 200


def test_meeting_says_who_convened_it_which_is_the_center_unless_somebody_writes_another(world, client):
    sign_in(client, world.coordinator)
    url = reverse("casework:meeting_add")
    assert client.get(url).context["form"]["convener"].value() == world.center_itaku.name
    typed = {
        "label": "第15回 地域ケース会議", "held_at": "2026-12-24T10:00", "place": "会議室2", "chair": "課長",
        "convener": " 多機関協働事業者 見本会 ", "writer": world.coordinator.membership.pk, "ordinance": "",
        "once": str(uuid.uuid4()),
    }  # fmt: skip
    page = client.post(url, typed, follow=True)
    with acting_for(world.chief):
        meeting = Meeting.objects.get(label=typed["label"])
    before = call(world)

    assert meeting.convener == "多機関協働事業者 見本会"
    assert "招集した人または機関" in page.content.decode()
    assert meeting.convener in page.content.decode()
    old = client.get(reverse("casework:meeting", args=[before.pk])).content.decode()
    assert "招集した人または機関" not in old
    edited = client.get(reverse("casework:meeting_edit", args=[meeting.pk])).context["form"]
    assert edited["convener"].value() == meeting.convener


# --- the next agenda -----------------------------------------------------------------------------------


def test_next_agenda_offers_what_was_decided_and_is_open(world, client):
    home, label = world.hazuki, Label(world.hazuki.mother.pk, "roles")
    for agency in (world.anshin, world.kenko, world.jiritsu):
        world.share(home, agency, label)
    today = timezone.localdate()
    drafts = [
        RoleDraft(label, world.anshin, "孤立", "火曜に訪ねる"),
        RoleDraft(label, world.kenko, "病気", "受診に付き添う", until_on=today - dt.timedelta(days=1)),
        RoleDraft(label, world.jiritsu, "家計", "家計を見る", until_on=today + dt.timedelta(days=9)),
    ]
    with acting_for(world.chief):
        decide(home.case, decided_on=today, directions=[], roles=drafts, by=world.chief)
        rows = {row.agency_id: row for row in RoleRow.objects.select_related("case", "decision")}
    for viewer in (world.kenko_worker, world.jiritsu_worker):
        with acting_for(viewer):
            row = rows[viewer.agency.pk]
            answer_role(row, kind="accepted", text="", answered=0, by=viewer)
    with acting_for(world.coordinator):
        found = open_roles_for(world.coordinator, home.case)
        assert [(role.row.what, open_state(role)) for role in found] == [
            ("火曜に訪ねる", "未回答"), ("受診に付き添う", "期限が過ぎています"),
        ]  # fmt: skip
    with acting_for(world.anshin_worker):
        assert open_roles_for(world.anshin_worker, home.case) == []
    meeting = call(world, ordinance(world))
    sign_in(client, world.coordinator)
    url = reverse("casework:agenda_add", args=[home.case.pk])
    assert "受診に付き添う" in client.get(url).content.decode()
    typed = {
        "meeting": str(meeting.pk), "kind": "shien_kaigi", "purpose": "evaluation", "purpose_text": "前の続き",
        f"about_{home.mother.pk}": "on", f"words_{home.mother.pk}": "本人",
        "open_roles": [str(rows[world.anshin.pk].pk)], "members": [str(world.anshin_worker.membership.pk)],
    }  # fmt: skip
    assert client.post(url, typed).status_code == 302
    with acting_for(world.chief):
        number = rows[world.anshin.pk].decision.number
        assert list(AgendaPaper.objects.values_list("kind", "text")) == [
            ("current", f"前の決定から確かめること\n・機関 anshin：火曜に訪ねる（{number} 未回答）")
        ]


def agreed_in_a_support_meeting(world):
    """A role that anshin and a member of kenko agreed on as 会議限り, and one decided elsewhere."""
    home, label = world.hazuki, Label(world.hazuki.mother.pk, "roles")
    world.share(home, world.anshin, label)
    kept, free = (
        RoleDraft(label, world.anshin, "孤立", what) for what in (f"{CANARY} 申合せ", "ほかで決めた訪問")
    )
    fixed_item(world, world.anshin_worker, world.kenko_worker, outcome=Outcome([], [kept]))
    with acting_for(world.chief):
        decide(home.case, decided_on=timezone.localdate(), directions=[], roles=[free], by=world.chief)
    let_swear(world.jiritsu_worker)
    with acting_for(world.coordinator):
        roles = open_roles_for(world.coordinator, home.case)
        name_people(world.coordinator, [role.row for role in roles])
    assert sorted(role.row.decision.is_meeting_only for role in roles) == [False, True]
    return tuple(roles)


@pytest.mark.parametrize(
    ("members", "kind", "is_told"),
    [
        (("anshin_worker", "kenko_worker", "coordinator"), "shien_kaigi", True),
        (("anshin_worker", "jiritsu_worker"), "shien_kaigi", False),
        (("anshin_worker", "jiritsu_worker"), "jusou", False),
        (("anshin_worker", "jiritsu_worker"), "chosei", False),
        ((), "shien_kaigi", False),
        (("coordinator",), "internal", True),
    ],
)
def test_next_agenda_carries_what_stays_within_a_meeting_to_who_sat_there(world, members, kind, is_told):
    roles = agreed_in_a_support_meeting(world)
    seats = [getattr(world, name) for name in members]
    item = put(world, call(world, ordinance(world)), world.hazuki, *seats, kind=kind, open_roles=roles)
    with acting_for(world.chief):
        (text,) = AgendaPaper.objects.filter(agenda=item).values_list("text", flat=True)
        event = CaseEvent.objects.get(verb="agenda_added", after__meeting=item.meeting.number)
    assert (f"{CANARY} 申合せ" in text, "ほかで決めた訪問" in text) == (is_told, True)
    assert event.after["kept_back"] == (0 if is_told else 1)


def test_whoever_did_not_sit_there_is_not_named_later_for_what_stays_within_that_meeting(world):
    roles = agreed_in_a_support_meeting(world)
    item = put(world, call(world, ordinance(world)), world.hazuki, world.anshin_worker, open_roles=roles)
    seats = tuple(viewer.membership for viewer in (world.anshin_worker, world.jiritsu_worker))
    with pytest.raises(NotAllowed, match="その会議に出ていないjiritsuさん"), acting_for(world.coordinator):
        name_members(item, seats, by=world.coordinator)
    there = (world.kenko_worker.membership, world.chief.membership)
    with acting_for(world.coordinator):
        name_members(item, there, by=world.coordinator)
        assert set(item.members.values_list("membership", flat=True)) == {seat.pk for seat in there}


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["anshin_worker", "jiritsu_worker"], "会議に出ていない人が、構成員にいるためです"),
        ([], "構成員がまだ決まっていないためです"),
        (["anshin_worker"], ""),
    ],
)
def test_page_says_how_much_was_left_out_and_why(world, client, names, why):
    home, roles = world.hazuki, agreed_in_a_support_meeting(world)
    meeting = call(world, ordinance(world))
    sign_in(client, world.coordinator)
    url = reverse("casework:agenda_add", args=[home.case.pk])
    assert "・会議限り）" in client.get(url).content.decode()
    typed = {
        "meeting": str(meeting.pk), "kind": "shien_kaigi", "purpose": "evaluation", "purpose_text": "前の続き",
        f"about_{home.mother.pk}": "on", f"words_{home.mother.pk}": "本人",
        "open_roles": [str(role.row.pk) for role in roles],
        "members": [str(getattr(world, name).membership.pk) for name in names],
    }  # fmt: skip
    body = client.post(url, typed, follow=True).content.decode()
    assert ("会議限りの決定1件は、会議資料に入れませんでした" in body) == bool(why)
    assert why in body


def test_place_of_a_concealed_household_is_neither_where_a_meeting_is_nor_what_is_written_of_it(world):
    home, by = world.tomono, world.coordinator
    place = "見本市東町１丁目２番３号"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        seen = fingerprint(row, ["address"])
        set_item(home.mother, item="contact", values={"address": place}, seen=seen, by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=by)
    rule = ordinance(world)
    with pytest.raises(PlaceWritten):
        put(world, call(world, rule, place="東町1-2-3の家"), home, world.anshin_worker)
    with pytest.raises(PlaceWritten):
        put(world, call(world, rule, convener="東町1-2-3の施設"), home, world.anshin_worker)
    with pytest.raises(PlaceWritten):
        put(world, call(world, rule), home, world.anshin_worker, purpose_text="東町1-2-3を訪ねる")
    item = put(world, call(world, rule), home, world.anshin_worker)
    with pytest.raises(PlaceWritten):
        paper(world, item, "東町1-2-3に住む")
    draft = MeetingDraft("会議", timezone.now(), "課長", by.membership, place="東町1-2-3", ordinance=rule)
    with pytest.raises(PlaceWritten), acting_for(by):
        change_meeting(item.meeting, draft, seen=fingerprint(item.meeting, MEETING_FIELDS), by=by)
    with acting_for(world.chief):
        assert (AgendaItem.objects.count(), AgendaPaper.objects.count()) == (1, 0)


def test_what_was_written_before_the_household_hid_is_seen_by_nobody(world):
    home, by = world.hazuki, world.coordinator
    item = support_item(world, world.anshin_worker)
    told = paper(world, item, "見本市東町1-2-3の家で")
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": "見本市東町１丁目２番３号"},
            seen=fingerprint(row, ["address"]), by=by,
        )  # fmt: skip
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=by)
    for viewer in (world.anshin_worker, world.chief):
        with acting_for(viewer):
            assert told.pk not in set(AgendaPaper.objects.values_list("pk", flat=True))
            assert [row.text for row in papers_for(viewer)] == [f"{CANARY} 世帯像"]


def test_prep_sheets_that_are_missing_are_a_duty_of_the_agency_and_seen_by_the_center(table):
    world = opened(table)
    duties = {}
    for name, viewer in (
        ("minsei", world.volunteer),
        ("anshin", world.anshin_worker),
        ("chief", world.chief),
    ):
        with acting_for(viewer):
            found = duties_for(viewer, DutyFilter(kind="prep"))
            duties[name] = {(duty.number, duty.who, duty.holder is None) for duty in found}
    number = world.first.meeting.number
    assert duties["minsei"] == {(number, "機関 minsei", True)}
    assert duties["anshin"] == set()
    assert {(number_, who) for number_, who, _holder in duties["chief"]} == {
        (number, "機関 minsei"),
        (number, "機関 itaku"),
    }
