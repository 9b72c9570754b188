"""段階: out of an emergency a case goes to the first talk, or on from where it was."""

import datetime as dt

import pytest
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.demo_assessment import assess
from casework.meetings.actions import take_off_agenda
from casework.meetings.minutes import Outcome, fix_item
from casework.monitoring.actions import set_next_monitoring
from casework.planning.models import Plan
from casework.plans.actions import DirectionDraft, decide
from casework.sharing.actions import Label
from casework.tasks.actions import end_task
from casework.tasks.models import Task
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.tables import call, fixed_item, instead_of, ordinance, plan_of, put, today_item, write

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


# --- what a stage asks for before it is entered ---------------------------------------------------------------

DAY = dt.timedelta(days=1)


def stands(world, stage):
    with acting_for(world.coordinator):
        Case.objects.filter(pk=world.hazuki.case.pk).update(stage=stage, flow="flow2")


def refused(world, stage):
    """Return why the first household's case may not enter a stage; empty if it entered."""
    try:
        with acting_for(world.coordinator):
            move_to_stage(world.hazuki.case, stage=stage, by=world.coordinator)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def look_again(world):
    with acting_for(world.coordinator):
        on, by = timezone.localdate() + 30 * DAY, world.coordinator
        set_next_monitoring(world.hazuki.case, on=on, owner=by.membership, by=by)


def agreed(world, **more):
    with acting_for(world.coordinator):
        return decide(
            world.hazuki.case, decided_on=timezone.localdate(), by=world.coordinator, roles=[],
            directions=[DirectionDraft(Label(None, "plan"), "見守る")], **more,
        )  # fmt: skip


def test_case_comes_to_a_meeting_by_its_agenda(world, shift_clock):
    stands(world, Stage.PLANNING)
    assert "会議の議題にする" in refused(world, Stage.MEETING)
    rule = ordinance(world)
    item = put(world, call(world, rule), world.hazuki)
    with acting_for(world.coordinator):
        take_off_agenda(item, reason="見本", by=world.coordinator)
    assert "会議の議題にする" in refused(world, Stage.MEETING)
    put(world, call(world, rule, held_at=timezone.now() + DAY), world.hazuki)
    assert refused(world, Stage.MEETING) == ""
    # Planned anew after that meeting it comes to another one.
    shift_clock(2 * DAY)
    assert refused(world, Stage.PLANNING) == ""
    assert "会議の議題にする" in refused(world, Stage.MEETING)
    put(world, call(world, rule, held_at=timezone.now() + 3 * DAY), world.hazuki)
    assert refused(world, Stage.MEETING) == ""


def test_agreement_rests_on_a_support_meeting_and_is_looked_at_again(world):
    stands(world, Stage.MEETING)
    agreed(world)
    assert "支援会議で決めた" in refused(world, Stage.AGREED)
    fixed_item(world, world.anshin_worker, outcome=Outcome([DirectionDraft(Label(None, "plan"), "訪ねる")]))
    assert "見直す日" in refused(world, Stage.AGREED)
    look_again(world)
    assert refused(world, Stage.AGREED) == ""


def test_support_rests_on_a_plan_that_stands(world):
    stands(world, Stage.MEETING)
    look_again(world)
    first = agreed(world)
    assert "プランを決定してください" in refused(world, Stage.ACTIVE)
    plan_of(world, first)
    second = agreed(world, in_place_of=instead_of(first))
    assert "プランを決定してください" in refused(world, Stage.ACTIVE)
    plan_of(world, second)
    assert refused(world, Stage.ACTIVE) == ""


@pytest.mark.parametrize("stage", [Stage.MEETING, Stage.AGREED, Stage.ACTIVE])
def test_after_an_emergency_nothing_that_was_there_before_is_asked_for_again(world, stage):
    broken_out(world, stage)
    look_again(world)
    assert refused(world, stage) == ""


def new_version(world):
    """A version of the plan that nothing has decided."""
    by, day = world.coordinator, timezone.localdate()
    with acting_for(by):
        version = Plan.objects.filter(case=world.hazuki.case).count() + 1
        Plan(
            case=world.hazuki.case, number="P-1", version=version, period_from=day, period_to=day,
            monitor_on=day, made_by=by.membership,
        ).save(force_insert=True)  # fmt: skip


def test_plan_is_made_again_by_a_new_version(world, shift_clock):
    new_version(world)
    shift_clock(DAY)
    stands(world, Stage.ACTIVE)
    assert refused(world, Stage.REPLANNING) == ""
    put(world, call(world, held_at=timezone.now() + 2 * DAY), world.hazuki, kind="internal")
    assert "新しい版" in refused(world, Stage.MEETING)
    shift_clock(DAY + dt.timedelta(hours=1))
    new_version(world)
    # An emergency meanwhile takes nothing of it away.
    shift_clock(DAY + dt.timedelta(hours=2))
    assert refused(world, Stage.EMERGENCY) == ""
    shift_clock(DAY + dt.timedelta(hours=3))
    assert refused(world, Stage.REPLANNING) == ""
    assert refused(world, Stage.MEETING) == ""


def test_support_meeting_may_come_to_a_new_plan_without_one(world, shift_clock):
    rule = ordinance(world)
    put(world, call(world, rule, held_at=timezone.now() + DAY), world.hazuki)
    shift_clock(3 * DAY)
    stands(world, Stage.ACTIVE)
    assert refused(world, Stage.REPLANNING) == ""
    put(world, call(world, held_at=timezone.now() + 4 * DAY), world.hazuki, kind="internal")
    assert "新しい版" in refused(world, Stage.MEETING)
    item = put(world, call(world, rule, held_at=timezone.now() + 5 * DAY), world.hazuki)
    with acting_for(world.coordinator):
        take_off_agenda(item, reason="見本", by=world.coordinator)
    assert "新しい版" in refused(world, Stage.MEETING)
    put(world, call(world, rule, held_at=timezone.now() + 5 * DAY), world.hazuki)
    assert refused(world, Stage.MEETING) == ""


def from_support_meeting(world, review_on=None):
    """Let the 支援会議 of today decide something; return its minutes."""
    item = today_item(world, world.anshin_worker)
    write(world, item)
    return fixed(world, item, Outcome([DirectionDraft(Label(None, "plan"), "訪ねる")]), review_on)


def fixed(world, item, outcome, review_on):
    with acting_for(world.chief):
        return fix_item(item, outcome, seen=1, present=[], review_on=review_on, by=world.chief)[0]


def test_agreement_is_looked_at_again_on_the_day_that_its_meeting_set(world):
    stands(world, Stage.MEETING)
    from_support_meeting(world, timezone.localdate() + 30 * DAY)
    plan_of(world, agreed(world))
    assert "次のモニタリングの日" in refused(world, Stage.ACTIVE)
    assert refused(world, Stage.AGREED) == ""


def test_day_of_the_meeting_that_is_over_looks_at_no_agreement(world):
    stands(world, Stage.MEETING)
    minutes = from_support_meeting(world, timezone.localdate() + 30 * DAY)
    with acting_for(world.coordinator):
        end_task(Task.objects.get(pk=minutes.review_key), kind="done", by=world.coordinator)
    assert "見直す日" in refused(world, Stage.AGREED)


def test_day_that_another_meeting_set_looks_at_no_agreement(world):
    stands(world, Stage.MEETING)
    from_support_meeting(world)
    item = put(world, call(world, held_at=timezone.now()), world.hazuki, world.coordinator, kind="internal")
    write(world, item)
    fixed(world, item, Outcome(), timezone.localdate() + DAY)
    assert "見直す日" in refused(world, Stage.AGREED)
