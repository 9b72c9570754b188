"""The clock's job of this room, by the name that the policies let through."""

import datetime as dt

from django.utils import timezone

from casework.sharing.actions import Ground, Label
from casework.sharing.clocks import sweep_lapsed_lines
from casework.sharing.models import PersonGrant
from permissions.walls.context import acting_for

HOUR = dt.timedelta(hours=1)


def test_the_job_takes_away_the_rights_of_what_has_lapsed(kept_world, shift_clock):
    world, label = kept_world, Label(kept_world.hazuki.mother.pk, "basic")
    until = Ground("consent", "書面", until=timezone.now() + HOUR)
    world.share(world.hazuki, world.anshin, label, ground=until)
    world.share(world.hazuki, world.jiritsu, label)

    def holders():
        with acting_for(world.chief):
            return set(PersonGrant.objects.values_list("group", flat=True))

    sweep_lapsed_lines()
    assert holders() == {world.anshin.group_id, world.jiritsu.group_id}
    shift_clock(2 * HOUR)
    sweep_lapsed_lines()
    assert holders() == {world.jiritsu.group_id}
