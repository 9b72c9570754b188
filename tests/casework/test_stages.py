"""段階: out of an emergency a case goes to the first talk, or on from where it was."""

import datetime as dt

import pytest

from casework.cases.actions import move_to_stage
from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.demo_assessment import assess
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db


def broken_out(world, stage):
    """Let an emergency break out at a stage; return the case."""
    case = world.hazuki.case
    with acting_for(world.coordinator):
        Case.objects.filter(pk=case.pk).update(stage=stage, flow="flow2")
        move_to_stage(case, stage=Stage.EMERGENCY, by=world.coordinator)
        case.refresh_from_db()
    return case


@pytest.mark.parametrize(
    ("stage", "ways"),
    [
        (Stage.ASSESSMENT, ["flow2_assess", "intake"]),
        (Stage.REPLANNING, ["replanning", "intake"]),
        (Stage.INTAKE, ["intake"]),
        (Stage.SUSPENDED, ["intake"]),
    ],
)
def test_emergency_leads_to_the_first_talk_or_back(world, stage, ways):
    case = broken_out(world, stage)

    with acting_for(world.coordinator):
        assert [code for code, _words in StageForm(case=case).fields["stage"].choices] == ways
        with pytest.raises(NotAllowed):
            move_to_stage(case, stage=Stage.PLANNING, by=world.coordinator)
        move_to_stage(case, stage=ways[0], by=world.coordinator)
        case.refresh_from_db()
        assert (case.stage, case.flow) == (ways[0], "flow2")


def test_second_emergency_leads_back_to_where_it_broke_out(world, shift_clock):
    case = broken_out(world, Stage.ASSESSMENT)
    shift_clock(dt.timedelta(hours=1))  # what one transaction does has one time
    with acting_for(world.coordinator):
        move_to_stage(case, stage=Stage.ASSESSMENT, by=world.coordinator)
        with pytest.raises(NotAllowed, match="アセスメントの版を確定"):
            move_to_stage(case, stage=Stage.PLANNING, by=world.coordinator)
        assess(case, "見本の見立て", world.coordinator)
        move_to_stage(case, stage=Stage.PLANNING, by=world.coordinator)
        move_to_stage(case, stage=Stage.EMERGENCY, by=world.coordinator)
        case.refresh_from_db()

        assert [code for code, _words in StageForm(case=case).fields["stage"].choices] == [
            "flow2_plan",
            "intake",
        ]


def test_support_goes_on_after_an_emergency_only_with_a_day_to_look_again(world):
    case = broken_out(world, Stage.ACTIVE)
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="次のモニタリングの日"):
        move_to_stage(case, stage=Stage.ACTIVE, by=world.coordinator)
