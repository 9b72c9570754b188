"""中断: a case rests for a reason and until a day, by the chief's word or a meeting's, and goes back to where it was."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.states import NEXT_STAGES, Stage
from casework.meetings.held import held_items_for
from casework.models import CaseEvent
from casework.monitoring.actions import set_next_monitoring
from casework.monitoring.selectors import dates_for
from casework.sharing.actions import Label
from casework.suspension.actions import SuspensionDraft, lacking, resume_case, suspend_case
from casework.suspension.models import Suspension, SuspensionEnd
from casework.suspension.selectors import suspension_of, ways_on
from casework.tasks.actions import TaskDraft, add_task
from casework.tasks.selectors import open_tasks_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, ordinance
from tests.casework.tables import put as put_item

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
RESTING = [stage for stage, following in NEXT_STAGES.items() if Stage.SUSPENDED in following]


def put(world, stage, home=None):
    with acting_for(world.coordinator):
        case = (home or world.hazuki).case
        Case.objects.filter(pk=case.pk).update(stage=stage, flow="flow2")


def draft(world, days=30, **told):
    given = {
        "reason": "hospital",
        "reviewer": world.coordinator.membership,
        "decided_in": "重層4号",
        "words": "骨折",
    }
    return SuspensionDraft(review_on=timezone.localdate() + days * DAY, **{**given, **told})


def rest(world, *, by=None, days=30, key=None, **told):
    by = by or world.coordinator
    with acting_for(by):
        return suspend_case(world.hazuki.case, draft(world, days, **told), by=by, key=key)


def resume(world, stage, **told):
    by = world.coordinator
    with acting_for(by):
        resume_case(world.hazuki.case, **{"stage": stage, "words": "退院した", "by": by, **told})


def stage_of(world):
    with acting_for(world.coordinator):
        return Case.objects.get(pk=world.hazuki.case.pk).stage


def tasks(world):
    with acting_for(world.coordinator):
        rows = open_tasks_for(world.coordinator).filter(case=world.hazuki.case)
        return [(task.what, task.due_on) for task in rows]


@pytest.mark.parametrize("stage", RESTING)
def test_it_goes_back_to_where_it_was_or_towards_the_end(world, stage):
    put(world, stage)
    rest(world)
    assert stage_of(world) == Stage.SUSPENDED
    assert tasks(world) == [("中断の見直し", timezone.localdate() + 30 * DAY)]
    with acting_for(world.coordinator):
        assert ways_on(world.coordinator, Case.objects.get(pk=world.hazuki.case.pk)) == [stage, Stage.CLOSING]
    for other in {*RESTING, Stage.INTAKE} - {stage}:
        with pytest.raises(NotAllowed, match="前の段階"):
            resume(world, other)
    with pytest.raises(NotAllowed, match="理由"):
        resume(world, stage, words=" ")
    again = {"next_on": timezone.localdate() + DAY, "next_owner": world.chief.membership}
    looked_at = stage in (Stage.ACTIVE, Stage.AGREED)
    resume(world, stage, **again if looked_at else {})
    assert stage_of(world) == stage
    assert [what for what, _due in tasks(world)] == (["モニタリング"] if looked_at else [])
    with pytest.raises(NotAllowed, match="いま中断していません"):
        resume(world, stage)


def test_its_end_may_be_talked_about_and_support_begins_again_with_a_day(world):
    put(world, Stage.ACTIVE)
    with acting_for(world.coordinator):
        on = timezone.localdate() + DAY
        by = world.coordinator
        set_next_monitoring(world.hazuki.case, on=on, owner=by.membership, by=by)
    rest(world)
    with acting_for(world.coordinator):
        assert list(dates_for(world.coordinator, world.hazuki.case)) == []
    with pytest.raises(NotAllowed, match="次のモニタリングの日"):
        resume(world, Stage.ACTIVE)
    assert stage_of(world) == Stage.SUSPENDED
    resume(world, Stage.CLOSING)
    with acting_for(world.coordinator):
        verbs = CaseEvent.objects.filter(case=world.hazuki.case).values_list("verb", flat=True)
        assert {"case_suspended", "case_resumed"} < set(verbs)
        assert list(SuspensionEnd.objects.values_list("stage", "words")) == [("closing", "退院した")]


def test_it_rests_on_until_another_day_and_keeps_where_it_was(world):
    put(world, Stage.OUTREACH)
    rest(world)
    rest(world, by=world.chief, days=60, decided_in="")
    assert tasks(world) == [("中断の見直し", timezone.localdate() + 60 * DAY)]
    with acting_for(world.coordinator):
        rows = list(
            Suspension.objects.order_by("decided_at", "review_on").values_list("stage_before", "is_chiefs")
        )
    assert rows == [("outreach_track", False), ("outreach_track", True)]


def test_no_way_in_and_none_out_without_the_sheet_but_an_emergency(world):
    by = world.coordinator
    for stage in RESTING:
        put(world, stage)
        with acting_for(by):
            case = Case.objects.get(pk=world.hazuki.case.pk)
            assert "suspended" not in dict(StageForm(case=case).fields["stage"].choices)
            with pytest.raises(NotAllowed, match=r"見直しの日|評価してください"):
                move_to_stage(case, stage=Stage.SUSPENDED, by=by)
    put(world, Stage.OUTREACH)
    rest(world)
    with acting_for(by):
        case = Case.objects.get(pk=world.hazuki.case.pk)
        assert list(dict(StageForm(case=case).fields["stage"].choices)) == ["emergency"]
        with pytest.raises(NotAllowed, match="中断を終える"):
            move_to_stage(case, stage=Stage.CLOSING, by=by)
        move_to_stage(case, stage=Stage.EMERGENCY, by=by)
        assert suspension_of(by, Case.objects.get(pk=case.pk)) is None


def test_case_that_rested_before_reasons_were_kept_goes_wherever_the_table_says(world):
    put(world, Stage.SUSPENDED)
    with acting_for(world.coordinator):
        case = Case.objects.get(pk=world.hazuki.case.pk)
        assert ways_on(world.coordinator, case) == list(NEXT_STAGES[Stage.SUSPENDED])
    resume(world, Stage.ASSESSMENT)
    assert stage_of(world) == Stage.ASSESSMENT


def test_chief_or_a_meeting_decides_and_a_day_lies_ahead(world):
    put(world, Stage.OUTREACH)
    assert list(lacking(world.coordinator, draft(world, decided_in=" "))) == ["decided_in"]
    assert lacking(world.chief, draft(world, decided_in="")) == {}
    assert list(lacking(world.chief, draft(world, 0))) == ["review_on"]
    for told in ({"decided_in": ""}, {"days": 0}, {"by": world.reception}, {"by": world.anshin_worker}):
        with pytest.raises(NotAllowed):
            rest(world, **told)
    put(world, Stage.CLOSED)
    with pytest.raises(NotAllowed):
        rest(world)
    with acting_for(world.coordinator):
        assert not Suspension.objects.exists()


def test_meeting_that_was_held_about_the_case_is_named_and_no_other(world, client):
    put(world, Stage.OUTREACH)
    rule, by = ordinance(world), world.coordinator
    home, other = world.hazuki, world.tomono
    earlier, later = (call(world, rule, held_at=timezone.now() + days * DAY) for days in (-1, 1))
    held = put_item(world, earlier, home)
    wrong = [put_item(world, later, home), put_item(world, earlier, other, people={other.mother.pk: "本人"})]
    # A meeting of agencies at which the center sat alone is none.
    wrong += [put_item(world, earlier, home, kind=kind) for kind in ("jusou", "chosei")]
    with acting_for(by):
        assert [item.pk for item in held_items_for(by, home.case)] == [held.pk]
    for item in wrong:
        with pytest.raises(NotAllowed, match="開かれた会議から"):
            rest(world, agenda=item, decided_in="")

    row = rest(world, agenda=held, decided_in="")

    assert row.agenda == held
    sign_in(client, by)
    text = client.get(reverse("casework:case", args=[home.case.pk])).content.decode()
    assert reverse("casework:agenda", args=[earlier.pk, held.pk]) in text
    form = client.get(reverse("casework:suspension", args=[home.case.pk])).content.decode()
    assert form.count(f"{earlier.number}（") == 1
    assert later.number not in form
    # Of another case not even by the database, whose check comes with the commit.
    with acting_for(by):
        what = TaskDraft(Label(None, "plan"), "見本", row.review_on, by.membership)
        task = add_task(home.case, what, by=by)
    bare = Suspension(
        case=home.case, stage_before="intake", reason="other", review_on=row.review_on, is_chiefs=False,
        agenda=wrong[1], task=task, decided_by=by.membership,
    )  # fmt: skip
    with transaction.atomic(), acting_for(by), connection.cursor() as cursor:
        bare.save(force_insert=True)
        with pytest.raises(IntegrityError, match="of_agenda"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_sent_twice_is_one(world):
    put(world, Stage.OUTREACH)
    key = uuid.uuid4()
    assert rest(world, key=key) == rest(world, key=key)
    assert len(tasks(world)) == 1


def test_database_lets_nobody_but_a_chief_say_that_a_chief_decided(world):
    put(world, Stage.OUTREACH)
    row = rest(world)
    values = {
        "case": world.tomono.case, "stage_before": "intake", "reason": "other", "review_on": row.review_on, "task": row.task,
    }  # fmt: skip
    for wrong in (
        {"is_chiefs": True},
        {"is_chiefs": False, "decided_by": world.chief.membership, "decided_in": "x"},
        {"is_chiefs": False, "decided_in": ""},
        {"is_chiefs": False, "decided_in": "x", "reason": "no such"},
        {"is_chiefs": False, "decided_in": "x", "stage_before": "suspended"},
    ):
        given = Suspension(**{"decided_by": world.coordinator.membership, **values, **wrong})
        with acting_for(world.coordinator), pytest.raises(DatabaseError), transaction.atomic():
            given.save(force_insert=True)


def test_why_it_rests_is_the_centers_alone(world, client):
    put(world, Stage.OUTREACH)
    world.share(world.hazuki, world.anshin, Label(None, "plan"), Label(world.hazuki.mother.pk, "health"))
    rest(world)
    page = reverse("casework:case", args=[world.hazuki.case.pk])
    sign_in(client, world.anshin_worker)
    text = client.get(page).content.decode()
    for words in ("骨折", "長期の入院", "重層4号"):
        assert words not in text
    with acting_for(world.anshin_worker):
        assert not Suspension.objects.exists()
    sign_in(client, world.coordinator)
    text = client.get(page).content.decode()
    for words in ("骨折", "長期の入院", "重層4号"):
        assert words in text


def test_pages_keep_what_was_typed(world, client):
    put(world, Stage.ACTIVE)
    case = world.hazuki.case
    sign_in(client, world.coordinator)
    page = reverse("casework:case", args=[case.pk])
    begin, end = (reverse(f"casework:{name}", args=[case.pk]) for name in ("suspension", "suspension_end"))
    assert begin in client.get(page).content.decode()
    typed = {"once": str(uuid.uuid4()), "reason": "", "words": "骨折した", "review_on": "", "reviewer": world.chief.membership.pk, "decided_in": ""}  # fmt: skip
    refused = client.post(begin, typed)
    assert set(refused.context["form"].errors) == {"reason", "review_on", "decided_in"}
    assert "骨折した" in refused.content.decode()
    day = str(timezone.localdate() + DAY)
    done = client.post(
        begin, {**typed, "reason": "hospital", "review_on": day, "decided_in": "重層4号"}, follow=True
    )
    assert end in done.content.decode()
    refused = client.post(end, {"stage": "flow2_active", "words": "退院", "next_on": ""})
    assert set(refused.context["form"].errors) == {"next_on"}
    client.post(
        end,
        {"stage": "flow2_active", "words": "退院", "next_on": day, "next_owner": world.chief.membership.pk},
    )
    assert stage_of(world) == Stage.ACTIVE
    assert client.get(end, follow=True).redirect_chain == [(page, 302)]
