"""What the center is shown before it shares is what the agency sees afterwards, and nothing is left of looking."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.sharing.actions import Ground, Label, share_items
from casework.sharing.items import Item
from casework.walls import WALLS
from casework.workspace.previews import pieces_of, preview_of
from casework.workspace.selectors import case_record_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.nights import examples

LAW = Ground("law", "見本")
labels = st.lists(
    st.tuples(st.sampled_from(("", "mother", "son")), st.sampled_from(Item.values)), min_size=1, max_size=4
)


def _rows():
    with connection.cursor() as cursor:
        counts = ", ".join(f"(SELECT count(*) FROM {wall.table})" for wall in WALLS)
        cursor.execute(f"SELECT {counts}")
        return cursor.fetchone()


@pytest.mark.slow
@settings(
    max_examples=examples(day=6, night=60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=labels, wanted=labels)
def test_preview_is_what_the_agency_will_see(canaries, before, wanted):
    world, family = canaries, canaries.families["hazuki"]
    by, case = world.coordinator, family.case

    def asked(pairs):
        return [Label(family.person_id(who), item) for who, item in pairs]

    with acting_for(by):
        share_items(case, agency=world.jiritsu, labels=asked(before), ground=LAW, by=by)
        counted = _rows()
        rows = preview_of(case, agency=world.jiritsu, labels=asked(wanted), ground=LAW, by=by)
        assert _rows() == counted
    with acting_for(world.jiritsu_worker):
        seen = pieces_of(case_record_for(world.jiritsu_worker, case))
    assert {row.label: row.now for row in rows if row.now} == seen

    with acting_for(by):
        share_items(case, agency=world.jiritsu, labels=asked(wanted), ground=LAW, by=by)
    with acting_for(world.jiritsu_worker):
        seen = pieces_of(case_record_for(world.jiritsu_worker, case))
    assert {row.label: row.after for row in rows} == seen
    assert {row.label for row in rows if row.is_new} == {
        (label.person_id, label.item) for label in {*asked(wanted)} - {*asked(before)}
    } - _seen_before(rows)


def _seen_before(rows):
    """Labels of earlier examples: the agency of this test is shown more and more."""
    return {row.label for row in rows if row.now}


def test_preview_refuses_what_the_share_would(canaries):
    world, case = canaries, canaries.hazuki.case

    with acting_for(world.coordinator), pytest.raises(NotAllowed):
        preview_of(case, agency=world.center, labels=[Label(None, "basic")], ground=LAW, by=world.coordinator)
