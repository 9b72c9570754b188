"""An item whose minutes are fixed is changed by nobody, in no role of the database."""

import pytest
from django.db import DatabaseError, connection, transaction

from permissions.walls.context import acting_for
from tests.casework.tables import fixed_item, put, support_item

pytestmark = pytest.mark.slow
OF_A_MEETING = (
    *(
        "label = 'x'",
        "held_at = held_at - interval '1 month'",
        "place = 'x'",
        "is_online = true",
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
