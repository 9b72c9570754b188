"""評価: what a decision led to, each part under the label of what it is about; the stage after it asks for it."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.concealment.actions import GroundDraft, conceal
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.evaluation.models import Evaluation, EvaluationChange, EvaluationResult, EvaluationRole
from casework.evaluation.selectors import evaluations_for
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.issues.actions import IssueDraft, note_issue
from casework.planning.actions import PartDraft, PlanDraft, decide_plan, save_plan
from casework.planning.models import PlanPart, Section
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.plans.models import Direction, RoleRow, Seat
from casework.seen import fingerprint
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, instead_of, ordinance, put

pytestmark = pytest.mark.django_db
TABLES = (Evaluation, EvaluationResult, EvaluationRole, EvaluationChange)


def make_decision(world, home, **more):
    with acting_for(world.coordinator):
        return decide(
            home.case, decided_on=timezone.localdate(), by=world.coordinator,
            directions=[DirectionDraft(Label(home.mother.pk, "plan"), "家で暮らす")],
            roles=[RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "見守り", "週に1回の訪問")], **more,
        )  # fmt: skip


@pytest.fixture
def decided(world):
    home = world.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "roles"), Label(home.mother.pk, "assessment"))
    world.share(home, world.kenko, Label(home.mother.pk, "plan"))
    world.decision = make_decision(world, home)
    with acting_for(world.coordinator):
        Case.objects.filter(pk=home.case.pk).update(stage=Stage.ACTIVE, flow="flow2")
        draft = IssueDraft("3", "staff", words="見本")
        world.open_issue = note_issue(home.mother, "family", draft, by=world.coordinator)
        world.sealed_issue = note_issue(home.mother, "dv_abuse", draft, by=world.coordinator)
        move_to_stage(home.case, stage=Stage.EVALUATION, by=world.coordinator)
    return world


def draft(world, *, decision=None, **told):
    decision = decision or world.decision
    with acting_for(world.coordinator):
        results = [
            ResultDraft(row, "partly", "夜は不安がある")
            for row in Direction.objects.filter(decision=decision)
        ]
        roles = [
            RoleResultDraft(row, "no", "人手が足りない") for row in RoleRow.objects.filter(decision=decision)
        ]
    results += [ResultDraft(world.open_issue, "met"), ResultDraft(world.sealed_issue, "unmet", "まだ危ない")]
    given = {
        "decision_id": decision.pk, "evaluated_on": timezone.localdate(), "own_words": "家がいい", "outcome": "close",
        "results": tuple(results), "roles": tuple(roles), "changes": ("safety", "none", "safety"),
    }  # fmt: skip
    return EvaluationDraft(**{**given, **told})


def evaluate(world, *, by=None, key=None, **told):
    made = draft(world, **told)
    by = by or world.coordinator
    with acting_for(by):
        return record_evaluation(world.hazuki.case, made, by=by, key=key)


def seen(viewer, case):
    """By the door and past it."""
    with acting_for(viewer):
        views = evaluations_for(viewer, case)
        door = [
            (
                v.row is not None,
                sorted(r.words for r in v.results),
                [r.hindered for r in v.roles],
                len(v.changes),
            )
            for v in views
        ]
        return door, [model.objects.count() for model in TABLES]


def test_each_reads_what_stands_under_their_labels_and_nobody_the_sealed_but_the_center(decided):
    world, case = decided, decided.hazuki.case
    evaluate(world)
    assert seen(world.coordinator, case) == (
        [(True, ["", "まだ危ない", "夜は不安がある"], ["人手が足りない"], 2)], [1, 3, 1, 2],
    )  # fmt: skip
    assert seen(world.anshin_worker, case) == ([(False, [""], ["人手が足りない"], 0)], [0, 1, 1, 0])
    assert seen(world.kenko_worker, case) == ([(False, ["夜は不安がある"], [], 0)], [0, 1, 0, 0])
    for nobody in (world.jiritsu_worker, world.stranger, world.auditor):
        assert seen(nobody, case) == ([], [0, 0, 0, 0])


def test_meeting_that_was_held_about_the_case_is_named_and_no_other(decided, client):
    world, by = decided, decided.coordinator
    rule, day, home = ordinance(world), dt.timedelta(days=1), world.hazuki
    earlier, later = (call(world, rule, held_at=timezone.now() + days * day) for days in (-1, 1))
    held, coming = (put(world, meeting, home) for meeting in (earlier, later))
    with pytest.raises(NotAllowed, match="開かれた会議から"):
        evaluate(world, agenda=coming)
    row = evaluate(world, agenda=held)
    assert row.agenda == held
    where = reverse("casework:agenda", args=[earlier.pk, held.pk])
    page = reverse("casework:case", args=[home.case.pk])
    shown = {}
    for viewer in (by, world.anshin_worker):
        sign_in(client, viewer)
        text = client.get(page).content.decode()
        shown[viewer] = text.count(where), earlier.number in text
    assert shown == {
        by: (2, True),
        world.anshin_worker: (0, False),
    }  # among the meetings, and in the evaluation
    sign_in(client, by)
    form = client.get(
        reverse("casework:evaluation_add", args=[home.case.pk, world.decision.pk])
    ).content.decode()
    assert (form.count(f"{earlier.number}（"), later.number in form) == (1, False)


def test_what_is_said_of_a_sealed_issue_moves_no_agencys_list(decided, shift_clock):
    world = decided

    def moved():
        with connection.cursor() as cursor:
            cursor.execute("SELECT agency_id, last_visible_change_at FROM casework_share ORDER BY 1")
            return dict(cursor.fetchall())

    with acting_for(world.coordinator):
        before = moved()
    shift_clock(dt.timedelta(minutes=1))
    with acting_for(world.coordinator):
        evaluation = Evaluation(
            case=world.hazuki.case, decision=world.decision, evaluated_on=timezone.localdate(), own_words="x",
            outcome="close", recorded_by=world.coordinator.membership,
        )  # fmt: skip
        evaluation.save(force_insert=True)
        issue = world.sealed_issue
        row = {
            "case": world.hazuki.case,
            "person_id": issue.person_id,
            "item": issue.item,
            "evaluation": evaluation,
        }
        row |= {"evaluated_on": evaluation.evaluated_on, "result": "met"}
        for wrong in (
            {},
            {"is_sealed": True, "item": "basic"},
            {"is_sealed": True, "person_id": world.hazuki.son.pk},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                EvaluationResult(**{**row, "issue": issue, **wrong}).save(force_insert=True)
        EvaluationResult(**row, issue=issue, is_sealed=True).save(force_insert=True)
        assert moved() == before
        EvaluationResult(**row, issue=world.open_issue).save(force_insert=True)
        after = moved()
    assert {key for key in after if after[key] != before[key]} == {world.anshin.pk}


@pytest.mark.parametrize("outcome", ["close", "replan", "suspend"])
def test_stage_after_it_is_the_one_it_says(decided, outcome):
    world, case, by = decided, decided.hazuki.case, decided.coordinator
    ways = {"close": Stage.CLOSING, "replan": Stage.REPLANNING, "suspend": Stage.SUSPENDED}
    with acting_for(by):
        for stage in ways.values():
            with pytest.raises(NotAllowed, match="評価してください"):
                move_to_stage(case, stage=stage, by=by, with_sheet=True)
    evaluate(world, outcome=outcome)
    with acting_for(by):
        for name, stage in ways.items():
            if name != outcome:
                with pytest.raises(NotAllowed, match="評価してください"):
                    move_to_stage(case, stage=stage, by=by, with_sheet=True)
        move_to_stage(case, stage=ways[outcome], by=by, with_sheet=True)


def test_every_decision_that_holds_is_evaluated_and_anew_each_time(decided, shift_clock):
    world, case, by = decided, decided.hazuki.case, decided.coordinator
    other = make_decision(world, world.hazuki)
    evaluate(world)
    with acting_for(by), pytest.raises(NotAllowed, match="すべて評価"):
        move_to_stage(case, stage=Stage.CLOSING, by=by)
    evaluate(world, decision=other)
    shift_clock(dt.timedelta(hours=1))
    with acting_for(by):
        Case.objects.filter(pk=case.pk).update(stage=Stage.ACTIVE)
        move_to_stage(case, stage=Stage.EVALUATION, by=by)
        with pytest.raises(NotAllowed, match="すべて評価"):
            move_to_stage(case, stage=Stage.CLOSING, by=by)
    evaluate(world, decision=other, outcome="replan")
    evaluate(world)
    with acting_for(by):
        move_to_stage(case, stage=Stage.CLOSING, by=by)


def test_decision_to_end_needs_no_evaluation_of_itself_and_one_that_replaces_does(decided, shift_clock):
    """The meeting that evaluates decides how it goes on, and its minutes are fixed before anybody writes the sheet."""
    world, case, by = decided, decided.hazuki.case, decided.coordinator
    shift_clock(dt.timedelta(hours=1))
    make_decision(world, world.hazuki)
    with acting_for(by), pytest.raises(NotAllowed, match="すべて評価"):
        move_to_stage(case, stage=Stage.CLOSING, by=by)
    evaluate(world)
    with acting_for(by), transaction.atomic():
        move_to_stage(case, stage=Stage.CLOSING, by=by)
        transaction.set_rollback(True)
    instead = make_decision(world, world.hazuki, in_place_of=instead_of(world.decision))
    with acting_for(by), pytest.raises(NotAllowed, match="すべて評価"):
        move_to_stage(case, stage=Stage.CLOSING, by=by)
    evaluate(world, decision=instead)
    with acting_for(by):
        move_to_stage(case, stage=Stage.CLOSING, by=by)


def test_nothing_is_left_out_and_words_stand_where_they_are_needed(decided):
    world, whole = decided, draft(decided)
    for told, words in (
        ({"results": whole.results[1:]}, "すべての"),
        ({"roles": ()}, "すべての"),
        ({"results": (ResultDraft(whole.results[0].of, "unmet"),)}, "くわしいこと"),
        ({"roles": (RoleResultDraft(whole.roles[0].role, "no"),)}, "妨げ"),
        ({"own_words": " "}, "本人のことば"),
        ({"evaluated_on": timezone.localdate() + dt.timedelta(days=1)}, "先の日"),
        ({"decision_id": uuid.uuid4()}, "新しい決定"),
    ):
        with pytest.raises(NotAllowed, match=words):
            evaluate(world, **told)
    make_decision(world, world.hazuki, in_place_of=instead_of(world.decision))
    with pytest.raises(NotAllowed, match="新しい決定"):
        evaluate(world)
    with acting_for(world.coordinator):
        assert [model.objects.count() for model in TABLES] == [0, 0, 0, 0]


def test_sent_twice_is_one_and_who_may_not_decide_evaluates_nothing(decided):
    key = uuid.uuid4()
    assert evaluate(decided, key=key) == evaluate(decided, key=key)
    for who in (decided.reception, decided.anshin_worker):
        with pytest.raises(NotAllowed):
            evaluate(decided, by=who)
    assert seen(decided.coordinator, decided.hazuki.case)[1][0] == 1


def test_page_keeps_what_was_typed_and_shows_what_was_recorded(decided, client):
    world, case = decided, decided.hazuki.case
    sign_in(client, world.coordinator)
    page = reverse("casework:case", args=[case.pk])
    address = reverse("casework:evaluation_add", args=[case.pk, world.decision.pk])
    assert address in client.get(page).content.decode()
    whole = draft(world)
    goal, role = whole.results[0].of.pk, whole.roles[0].role.pk
    typed = {
        "once": str(uuid.uuid4()), "evaluated_on": str(timezone.localdate()), "meeting": "重層3号", "own_words": "",
        "remaining": "夜のこと", "cooperation": "電話が早かった", "changes": ["worse"], f"choice_{goal}": "unmet",
        f"words_{goal}": "", f"choice_{role}": "", f"words_{role}": "人手", f"choice_{world.sealed_issue.pk}": "",
        f"words_{world.sealed_issue.pk}": "まだ",
    }  # fmt: skip

    refused = client.post(address, typed)

    assert set(refused.context["form"].errors) == {
        *("own_words", "outcome", f"words_{goal}", f"choice_{role}", f"choice_{world.sealed_issue.pk}"),
    }
    assert "電話が早かった" in refused.content.decode()
    told = {"own_words": "家がいい", "outcome": "replan", f"words_{goal}": "転んだ", f"choice_{role}": "no", f"choice_{world.sealed_issue.pk}": "unmet"}  # fmt: skip
    text = client.post(address, {**typed, **told}, follow=True).content.decode()
    for words in (
        "つぎの段階は「再プラン」です",
        "重層3号",
        "家がいい",
        "夜のこと",
        "悪化",
        "転んだ",
        "人手",
        "まだ",
    ):
        assert words in text
    client.post(reverse("casework:case_stage", args=[case.pk]), {"stage": "replanning"})
    with acting_for(world.coordinator):
        assert Case.objects.get(pk=case.pk).stage == Stage.REPLANNING
    sign_in(client, world.anshin_worker)
    text = client.get(page).content.decode()
    assert "人手" in text
    for words in ("転んだ", "重層3号", "家がいい", "夜のこと", "まだ</span>", "悪化", address):
        assert words not in text


# --- goals of a plan ---------------------------------------------------------------------------------------

HOME = "青葉区見本町9-8-7"
DEBT = f"{HOME}の店への借金を返す"


@pytest.fixture
def planned(decided):
    """A plan with a wish, a goal of the daily life, one of the money and a direction was decided after an earlier version."""
    world, mother = decided, decided.hazuki.mother.pk
    world.share(world.hazuki, world.jiritsu, Label(mother, "money"))
    parts = [
        PartDraft(Label(mother, item), section, text)
        for section, item, text in (
            (Section.WISH, "plan", "家にいたい"), (Section.GOAL, "plan", "週に1回は外に出る"),
            (Section.GOAL, "money", DEBT), (Section.DIRECTION, "plan", "家で暮らす"),
            (Section.EXIT, "plan", "一人で出かけられたとき"),
        )
    ]  # fmt: skip
    roles = [
        RoleDraft(Label(mother, "roles"), agency, "見守り", "週に1回の訪問", seat=seat)
        for seat, agency in zip(Seat, (world.center, world.anshin, world.center, world.center), strict=True)
    ]
    today = timezone.localdate()
    written = PlanDraft(today, today + dt.timedelta(days=90), today + dt.timedelta(days=30), parts, roles)
    with acting_for(world.coordinator):
        Case.objects.filter(pk=world.hazuki.case.pk).update(flow="")
        world.draft_plan = save_plan(world.hazuki.case, written, follows=None, by=world.coordinator)
        world.plan = save_plan(world.hazuki.case, written, follows=world.draft_plan, by=world.coordinator)
        world.planned = decide_plan(world.plan, at=today, by=world.coordinator)
        Case.objects.filter(pk=world.hazuki.case.pk).update(flow="flow2")
        world.goals = list(PlanPart.objects.filter(plan=world.plan, section="goal").order_by("position"))
    return world


def of_goals(world, *, results=("partly", "unmet")):
    return tuple(
        ResultDraft(goal, result, f"{goal.item}のこと")
        for goal, result in zip(world.goals, results, strict=False)
    )


def test_goals_of_the_plan_are_evaluated_and_each_is_read_under_its_own_label(planned):
    world, case = planned, planned.hazuki.case
    for results in (None, of_goals(world)[:1], (*of_goals(world), *draft(world).results[:1])):
        told = {} if results is None else {"results": results}
        with pytest.raises(NotAllowed, match="すべての目標"):
            evaluate(world, decision=world.planned, **told)
    row = evaluate(world, decision=world.planned, results=of_goals(world))
    with acting_for(world.coordinator):
        kept = EvaluationResult.objects.filter(evaluation=row).order_by("part__position")
        assert [(each.part, each.direction, each.item) for each in kept] == [
            (world.goals[0], None, "plan"), (world.goals[1], None, "money"),
        ]  # fmt: skip
    both = ["moneyのこと", "planのこと"]
    assert seen(world.coordinator, case)[0][0][1] == both
    assert seen(world.kenko_worker, case) == ([(False, both[1:], [], 0)], [0, 1, 0, 0])
    # Whoever reads of the money alone has heard of no plan; with a role of it they read what became of its goal.
    assert seen(world.jiritsu_worker, case) == ([], [0, 0, 0, 0])
    world.share(world.hazuki, world.jiritsu, Label(world.hazuki.mother.pk, "roles"))
    door, tables = seen(world.jiritsu_worker, case)
    assert (door[0][1], tables[1]) == (both[:1], 1)


def test_database_takes_no_other_entry_than_a_goal_of_the_plan_that_was_decided(planned):
    world = planned
    with acting_for(world.coordinator):
        evaluation = Evaluation(
            case=world.hazuki.case, decision=world.planned, evaluated_on=timezone.localdate(), own_words="x",
            outcome="close", recorded_by=world.coordinator.membership,
        )  # fmt: skip
        evaluation.save(force_insert=True)
        goal, money = world.goals
        row = {
            "case": world.hazuki.case,
            "person_id": goal.person_id,
            "item": "plan",
            "evaluation": evaluation,
        }
        row |= {"evaluated_on": evaluation.evaluated_on, "result": "met"}
        earlier = PlanPart.objects.get(plan=world.draft_plan, section="goal", item="plan")
        wish = PlanPart.objects.get(plan=world.plan, section="wish")
        direction = Direction.objects.get(decision=world.planned)
        for wrong in (
            {"part": wish}, {"part": earlier}, {"part": money}, {"part": goal, "direction": direction},
            {"part": goal, "issue": world.open_issue}, {"part": goal, "is_sealed": True}, {"part": goal, "case": world.tomono.case},
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                EvaluationResult(**{**row, **wrong}).save(force_insert=True)
        EvaluationResult(**row, part=goal).save(force_insert=True)
        with pytest.raises(DatabaseError), transaction.atomic():
            EvaluationResult(**row, part=goal).save(force_insert=True)


def test_what_is_hidden_of_a_plan_hides_what_became_of_it(planned):
    """A goal that tells where a household hides is read by nobody, and nor is its result."""
    world = planned
    evaluate(world, decision=world.planned, results=of_goals(world))
    with acting_for(world.coordinator):
        mother = world.hazuki.mother
        before = fingerprint(PersonContact.objects.get(person=mother), ["address"])
        set_item(mother, item="contact", values={"address": HOME}, seen=before, by=world.coordinator)
    with acting_for(world.chief):
        conceal(world.hazuki.case, mother, GroundDraft("provisional", "見本"), by=world.chief)
    with acting_for(world.chief):
        assert not PlanPart.objects.filter(pk=world.goals[1].pk).exists()
        assert list(EvaluationResult.objects.values_list("part", flat=True)) == [world.goals[0].pk]


def test_form_and_case_show_the_goals_of_the_plan_and_directions_where_there_is_none(planned, client):
    world, case = planned, planned.hazuki.case
    sign_in(client, world.coordinator)
    address = reverse("casework:evaluation_add", args=[case.pk, world.planned.pk])
    shown = client.get(address).content.decode()
    goals = shown[shown.index('id="goals"') : shown.index('id="issues"')]
    assert [word in goals for word in (">目標<", "週に1回は外に出る", DEBT, "家で暮らす", "家にいたい")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    typed = {"once": str(uuid.uuid4()), "evaluated_on": str(timezone.localdate()), "own_words": "家がいい", "outcome": "close"}  # fmt: skip
    for goal, result, words in zip(world.goals, ("met", "changed"), ("", "先に家計簿"), strict=True):
        typed |= {f"choice_{goal.pk}": result, f"words_{goal.pk}": words}
    with acting_for(world.coordinator):
        for role in RoleRow.objects.filter(decision=world.planned):
            typed |= {f"choice_{role.pk}": "yes"}
    text = client.post(address, typed, follow=True).content.decode()
    for words in ("つぎの段階は「終結判断」です", DEBT, "目標変更", "先に家計簿"):
        assert words in text
    without = client.get(reverse("casework:evaluation_add", args=[case.pk, world.decision.pk]))
    text = without.content.decode()
    assert [word in text for word in (">支援方針<", "プランがない", "家で暮らす")] == [True] * 3
