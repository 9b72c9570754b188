"""Guardian's rows hold as long as the lines that explain them, whoever forgot to remove them."""

import datetime as dt

from django.utils import timezone

from casework.sharing.actions import Ground, Label, block
from casework.sharing.models import CaseGrant, PersonGrant, ShareLine, live_through
from permissions.walls.context import acting_for

HOUR = dt.timedelta(hours=1)


def test_rows_hold_exactly_as_long_as_their_lines(wearing, kept_world, shift_clock):
    """Asked as the owner, whom no wall narrows."""
    world, now = kept_world, timezone.now()
    home = world.hazuki
    grounds = {
        "always": Ground("consent", "一"),
        "two hours": Ground("consent", "二", until=now + 2 * HOUR),
        "from the second": Ground("consent", "三", starts_at=now + 1.5 * HOUR),
        "ended": Ground("consent", "四"),
    }
    with wearing("app_web"):
        keys = {
            line.pk: name
            for name, ground in grounds.items()
            for line in world.share(
                home, world.anshin, Label(home.mother.pk, "basic"), Label(None, "plan"), ground=ground
            )
        }
        ended = [key for key, name in keys.items() if name == "ended"]
        with acting_for(world.chief):
            ShareLine.objects.filter(pk__in=ended).update(ended_at=now, ended_by=world.chief.membership)

    def held(*, hours):
        shift_clock(hours * HOUR)
        found = [
            sorted(
                keys[grant.line_id]
                for grant in model.objects.filter(live_through("line"))
                if grant.line_id in keys
            )
            for model in (CaseGrant, PersonGrant)
        ]
        living = sorted(keys[line.pk] for line in ShareLine.objects.live() if line.pk in keys)
        assert living == sorted(found[0] + found[1])
        return found

    assert held(hours=0) == [["always", "two hours"]] * 2
    assert held(hours=1.75) == [["always", "from the second", "two hours"]] * 2
    assert held(hours=2.5) == [["always", "from the second"]] * 2


def test_rows_of_a_blocked_case_hold_for_nobody_it_is_blocked_for(wearing, kept_world):
    world, home = kept_world, kept_world.hazuki
    with wearing("app_web"):
        for agency in (world.anshin, world.jiritsu):
            world.share(home, agency, Label(home.mother.pk, "basic"), Label(None, "plan"))
            world.share(world.tomono, agency, Label(None, "plan"))

    def held(viewer):
        with acting_for(viewer):
            return [
                {grant.line.case_id for grant in model.objects.filter(model.live_now())}
                for model in (CaseGrant, PersonGrant)
            ]

    cases = [{home.case.pk, world.tomono.case.pk}, {home.case.pk}]
    assert [held(world.anshin_worker), held(world.jiritsu_worker)] == [cases, cases]
    with wearing("app_web"), acting_for(world.chief):
        block(home.case, agency=world.anshin, user_id=None, reason="勤め先", by=world.chief)
    assert [held(world.anshin_worker), held(world.jiritsu_worker)] == [[{world.tomono.case.pk}, set()], cases]
