"""An item whose minutes are fixed is changed by nobody, in no role of the database."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from casework.meetings.minutes import Outcome, fix_item
from casework.plans.actions import DirectionDraft
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.tables import call, fixed_item, put, support_item, write

pytestmark = pytest.mark.slow
OF_A_MEETING = (
    *(
        "label = 'x'",
        "held_at = held_at - interval '1 month'",
        "place = 'x'",
        "is_online = true",
        "convener = 'x'",
        "chair = 'x'",
    ),
    *("ordinance_id = NULL", "number = 'x'", "made_at = made_at - interval '1 day'"),
)


@pytest.mark.parametrize("role", ["app_web", "app_owner"])
def test_fixed_item_is_changed_in_no_role_of_the_database(wearing, kept_world, role):
    """An error, not "0 rows"; for what is added as well."""
    world = kept_world
    with wearing("app_web"):
        item, minutes = fixed_item(world, world.anshin_worker)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    by = world.chief.membership.pk
    common = f"gen_random_uuid(), '{item.pk}', '{item.case_id}'"
    statements = [
        f"UPDATE casework_minutes SET facts = '' WHERE id = '{minutes.pk}'",
        "DELETE FROM casework_minutes WHERE false",
        f"UPDATE casework_agendaitem SET purpose_text = '' WHERE id = '{item.pk}'",
        "INSERT INTO casework_minutesdraft (id, agenda_id, case_id, facts, points, reservations, handling, version,"
        f" saved_by_id, saved_at) VALUES ({common}, 'x', '', '', '', 1, {world.coordinator.membership.pk}, now())",
        "INSERT INTO casework_agendapaper (id, agenda_id, case_id, kind, text, is_for_all, added_by_id, added_at)"
        f" VALUES ({common}, 'other', 'x', false, {by}, now())",
        "INSERT INTO casework_agendaremoval (id, agenda_id, case_id, cause, reason, removed_by_id, removed_at)"
        f" VALUES ({common}, 'decided', 'x', {by}, now())",
        "INSERT INTO casework_decision (id, agenda_id, case_id, number, decided_on, decided_by_id, recorded_at)"
        f" VALUES ({common}, 'D-x', now(), {by}, now())",
        f"DELETE FROM casework_agendamember WHERE agenda_id = '{item.pk}'",
        *(f"UPDATE casework_meeting SET {change} WHERE id = '{item.meeting_id}'" for change in OF_A_MEETING),
        f"UPDATE casework_meeting SET writer_id = {by} WHERE id = '{item.meeting_id}'",
    ]
    with wearing(role), acting_for(world.chief):
        for statement in statements:
            with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
            assert refused.value.__cause__.sqlstate == "42501", statement


@pytest.mark.parametrize("role", ["app_web", "app_owner"])
def test_ordinance_of_open_papers_is_changed_in_no_role_of_the_database(wearing, kept_world, role):
    world = kept_world
    with wearing("app_web"):
        item = support_item(world, world.anshin_worker)
    with wearing(role), acting_for(world.chief), connection.cursor() as cursor:
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute("UPDATE casework_meeting SET ordinance_id = NULL WHERE id = %s", [item.meeting_id])
        cursor.execute("UPDATE casework_meeting SET place = 'x' WHERE id = %s", [item.meeting_id])
        assert cursor.rowcount == 1
    assert refused.value.__cause__.sqlstate == "42501"


@pytest.mark.parametrize("role", ["app_web", "app_owner"])
def test_writer_of_an_open_item_changes_beside_a_fixed_one(wearing, kept_world, role):
    world = kept_world
    with wearing("app_web"):
        item, _minutes = fixed_item(world, world.anshin_worker)
        put(world, item.meeting, world.tomono, world.anshin_worker)
    with wearing(role), acting_for(world.chief), connection.cursor() as cursor:
        key = world.chief.membership.pk
        cursor.execute("UPDATE casework_meeting SET writer_id = %s WHERE id = %s", [key, item.meeting_id])
        assert cursor.rowcount == 1
        for change in OF_A_MEETING:
            with pytest.raises(DatabaseError) as refused, transaction.atomic():
                cursor.execute(f"UPDATE casework_meeting SET {change} WHERE id = '{item.meeting_id}'")
            assert refused.value.__cause__.sqlstate == "42501", change


@pytest.mark.parametrize("kind", ["jusou", "chosei"])
@pytest.mark.parametrize("role", ["app_web", "app_owner"])
def test_layered_item_of_the_center_alone_has_no_papers_no_minutes_and_no_decision(
    wearing, kept_world, role, kind
):
    """Also one whose papers were opened before anything refused that."""
    world = kept_world
    with wearing("app_web"):
        item = put(world, call(world, held_at=timezone.now()), world.hazuki, kind=kind)
    by = world.chief.membership.pk
    common = f"gen_random_uuid(), '{item.pk}', '{item.case_id}'"
    naming = (
        "INSERT INTO casework_agendamember (id, agenda_id, case_id, membership_id, is_whole, named_by_id, named_at)"
        f" VALUES ({common}, {world.coordinator.membership.pk}, true, {by}, now())"
    )
    opening = (
        "INSERT INTO casework_paperrelease (id, agenda_id, case_id, released_at, return_by, released_by_id)"
        f" VALUES ({common}, now(), now() + interval '1 day', {by})"
    )
    standing = (
        "INSERT INTO casework_minutes (id, agenda_id, case_id, facts, points, reservations, handling, decided, version, present,"
        f" fixed_by_id, fixed_at) VALUES ({common}, 'x', '', '', '', '', 1, '{{}}', {by}, now())",
        "INSERT INTO casework_decision (id, agenda_id, case_id, number, decided_on, decided_by_id, recorded_at,"
        f" is_meeting_only) VALUES ({common}, 'D-x', now(), {by}, now(), false)",
    )

    def refused(*statements):
        with wearing(role), acting_for(world.chief), connection.cursor() as cursor:
            for statement in statements:
                with (
                    pytest.raises(DatabaseError, match="a member of another agency") as error,
                    transaction.atomic(),
                ):
                    cursor.execute(statement)
                assert error.value.__cause__.sqlstate == "23514", statement

    with acting_for(world.chief), connection.cursor() as cursor:
        cursor.execute(naming)
        refused(opening)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE casework_paperrelease DISABLE TRIGGER papers_may_open")
        cursor.execute(opening)
        cursor.execute("ALTER TABLE casework_paperrelease ENABLE TRIGGER papers_may_open")
    refused(*standing)
    direction = DirectionDraft(Label(world.hazuki.mother.pk, "plan"), "見守る")
    with wearing("app_web"):
        write(world, item)
        with pytest.raises(NotAllowed, match="ほかの機関の構成員が1人は要ります"), acting_for(world.chief):
            fix_item(item, Outcome([direction]), seen=1, present=[], by=world.chief)
