"""Without the walls the door of meetings gives the same: each is tried alone."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from casework.meetings import sql
from casework.meetings.actions import take_off_agenda
from casework.meetings.models import AgendaItem, AgendaPaper
from casework.ordinances.selectors import fiscal_year
from casework.sharing.actions import block
from permissions.walls.context import acting_for
from tests.casework.tables import open_to_all, opened, through_the_door, two_tables

pytestmark = pytest.mark.slow


def test_the_door_alone_gives_each_their_own(wearing, kept_world):
    with wearing("app_web"):
        world = opened(two_tables(kept_world))
    first, second = {world.first.pk}, {world.second.pk}
    everything = ("AgendaItem", "AgendaPaper", "PrepSheet")

    # As the owner, whom every policy lets through.
    with acting_for(world.stranger):
        assert AgendaPaper.objects.count() == 2
    expected = {
        world.anshin_worker: dict.fromkeys(everything, first),
        world.kenko_worker: dict.fromkeys(everything, second),
        world.volunteer: {"AgendaItem": first},
        world.chief: {
            "AgendaItem": first | second,
            "AgendaPaper": first | second,
            "PrepSheet": first | second,
        },
        **{
            each: {}
            for each in (world.colleague, world.stranger, world.anshin_admin, world.editor, world.auditor)
        },
    }
    assert {viewer: through_the_door(viewer) for viewer in expected} == expected


# --- what each condition of the wall is there for ------------------------------------------------------


def after_its_hour(world, shift_clock):
    shift_clock(dt.timedelta(days=501))
    return world.kenko_worker


def after_march(world, shift_clock):
    today = timezone.localdate()
    shift_clock(dt.date(fiscal_year(today) + 1, 4, 2) - today)
    return world.anshin_worker


def taken_off(world, shift_clock):
    with acting_for(world.coordinator):
        take_off_agenda(world.first, reason="見本", by=world.coordinator)
    return world.anshin_worker


def blocked(world, shift_clock):
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.anshin, user_id=None, reason="見本", by=world.chief)
    return world.anshin_worker


def not_named(world, shift_clock):
    return world.colleague


CONDITIONS = {
    "AND r.released_at <= clock_now() AND clock_now() < r.return_by": after_its_hour,
    "AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))": after_march,
    "AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)": taken_off,
    "AND NOT (a.case_id = ANY (wall_blocked()))": blocked,
    "m.membership_id = wall_membership() AND": not_named,
}


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda text: CONDITIONS[text].__name__)
def test_each_condition_keeps_somebody_out(wearing, kept_world, shift_clock, condition):
    """With it nothing is seen; without it something is, so that the tests of the walls would notice."""
    with wearing("app_web"):
        world = two_tables(kept_world)
        for item in (world.first, world.second):
            open_to_all(world, item, hours=24 * 500)
        viewer = CONDITIONS[condition](world, shift_clock)
    body = (
        "CREATE FUNCTION casework_agendas_of_mine"
        + sql.READ.split("CREATE FUNCTION casework_agendas_of_mine")[1]
    )
    without = body.split("$$;")[0].replace(condition, "") + "$$;"
    assert without.count("AND") < body.split("$$;")[0].count("AND")

    seen = [_items(wearing, viewer)]
    if condition.startswith("AND r.released_at"):  # after so long the oath is of another year, too
        without = without.replace("AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))", "")
    with connection.cursor() as cursor:
        cursor.execute(without.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    seen.append(_items(wearing, viewer))

    assert seen[0] == 0
    assert seen[1] > 0


def _items(wearing, viewer):
    with wearing("app_web"), acting_for(viewer):
        return AgendaItem.objects.count()
