"""経過の一覧: for each reader exactly what the doors of its rooms give, and nothing more; gaps for the center alone."""

import datetime as dt
import random
import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.accompanying.actions import set_interval
from casework.assessments.models import AssessedPart
from casework.cases.actions import hand_over_case
from casework.cases.models import Case, CaseEvent
from casework.cases.selectors import QUIET_DAYS
from casework.closing.models import Closure
from casework.codes.selectors import label_of
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.evaluation.models import Evaluation, EvaluationResult, EvaluationRole
from casework.files.models import CaseFile
from casework.handover.actions import hand_over, sign_handover
from casework.households.models import Stay
from casework.intake.actions import open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.meetings.actions import take_off_agenda
from casework.meetings.held import held_items_for
from casework.meetings.minutes import Outcome, fix_item
from casework.meetings.models import AgendaItem, AgendaRemoval, Meeting
from casework.models import ShareLine
from casework.monitoring.models import Monitoring, MonitoringTick
from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notes.models import Note
from casework.planning.actions import PartDraft, PlanDraft, decide_plan, save_plan
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import Direction, RoleAnswer, RoleRow, Seat
from casework.sharing.actions import Ground, Label, end_line, share_items
from casework.suspension.actions import SuspensionDraft, resume_case, suspend_case
from casework.suspension.models import Suspension
from casework.tasks.models import TaskEnd
from casework.workspace.timeline import Gap, TimelineFilter, issue_key, rows_of, timeline_for
from casework.workspace.timeline_entries import Entry, TimelineKind
from permissions.walls.context import acting_for
from tests.casework.canaries import canaries_in
from tests.casework.pages import sign_in
from tests.casework.tables import call, instead_of, open_to_all, ordinance, put, write
from tests.statements import Asked
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db
LAW = Ground("law", "見本")
# What of a case the page of the timeline shows in words, by table of the canaries.
SHOWN = {"note", "attendee", "rolerow", "task", "casefile"}


def labelled(family, labels, is_center):
    """The keys there must be, from the tables themselves and the labels that reach somebody. In the name of the center."""
    case, keys = family.case, set()
    for prefix, model in (
        ("note", Note), ("role", RoleAnswer), ("stay", Stay), ("task", TaskEnd), ("file", CaseFile), ("closure", Closure),
    ):  # fmt: skip
        rows = model.objects.filter(case=case).values_list("pk", "person_id", "item")
        keys |= {f"{prefix}:{pk}" for pk, person, item in rows if is_center or (person, item) in labels}
    decided = {
        row
        for model in (Direction, RoleRow)
        for row in model.objects.filter(case=case).values_list("decision_id", "person_id", "item")
    }
    for prefix, models in (
        ("monitoring", (MonitoringTick,)),
        ("evaluation", (EvaluationResult, EvaluationRole)),
    ):
        for model in models:
            rows = model.objects.filter(case=case).values_list(f"{prefix}_id", "person_id", "item")
            keys |= {f"{prefix}:{pk}" for pk, person, item in rows if is_center or (person, item) in labels}
    keys |= {f"decision:{pk}" for pk, person, item in decided if is_center or (person, item) in labels}
    fixed = AssessedPart.objects.filter(case=case)
    keys |= {
        f"assessment:{pk}"
        for pk, person, item in fixed.values_list("assessment_id", "part__person_id", "part__item")
        if is_center or (person, item) in labels
    }
    if is_center:
        for prefix, model in (
            ("monitoring", Monitoring),
            ("evaluation", Evaluation),
            ("suspension", Suspension),
        ):
            keys |= {f"{prefix}:{pk}" for pk in model.objects.filter(case=case).values_list("pk", flat=True)}
        keys |= {f"consent:{pk}" for pk in Consent.objects.filter(case=case).values_list("pk", flat=True)}
        keys |= {
            f"event:{pk}"
            for pk in CaseEvent.objects.filter(
                case=case,
                verb__in=(
                    *("case_opened", "stage_changed", "case_handed_over"),
                    *("handover_signed", "case_resumed", "contact_interval_set"),
                ),
            ).values_list("pk", flat=True)
        }
        lines = ShareLine.objects.filter(case=case, starts_at__lte=timezone.now())
        keys |= {f"begun:{line.agency_id}:{line.starts_at.isoformat()}" for line in lines}
        keys |= {
            f"ended:{line.agency_id}:{line.ended_at.isoformat()}" for line in lines.exclude(ended_at=None)
        }
    return keys


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_each_reader_is_shown_exactly_what_reaches_them(canaries, seed):
    world, draw = canaries, random.Random(seed)
    people = {"anshin": world.anshin_worker, "kenko": world.kenko_worker}
    reached = {name: set() for name in people}
    with acting_for(world.coordinator):
        for name, viewer in people.items():
            for family in world.families.values():
                chosen = draw.sample(family.labels(), draw.randint(0, 8))
                asked = [Label(family.person_id(who), item) for who, item in chosen if item != "referral"]
                if not asked:
                    continue
                lines = share_items(
                    family.case, agency=viewer.agency, labels=asked, ground=LAW, by=world.coordinator
                )
                ended = draw.sample(lines, draw.randint(0, len(lines)))
                for line in ended:
                    end_line(line, by=world.coordinator, reason="見本")
                reached[name] |= {
                    (family.case.pk, line.person_id, line.item) for line in lines if line not in ended
                }
    readers = {**people, "chief": world.chief, "stranger": world.stranger, "auditor": world.auditor}
    for name, viewer in readers.items():
        for family in world.families.values():
            mine = {(person, item) for case, person, item in reached.get(name, ()) if case == family.case.pk}
            with acting_for(world.chief):
                expected = labelled(family, mine, viewer.sees_all_cases)
            with acting_for(viewer):
                found = timeline_for(viewer, family.case)
            keys = [entry.key for entry in found]
            assert len(keys) == len(set(keys))
            assert set(keys) == expected, name
            assert bool(keys) == (bool(mine) or name == "chief")


@pytest.mark.slow
def test_page_shows_no_word_of_what_does_not_reach(canaries, client):
    world = canaries
    family = world.families["hazuki"]
    asked = [Label(family.person_id("mother"), "history"), Label(None, "plan")]
    with acting_for(world.coordinator):
        share_items(family.case, agency=world.anshin, labels=asked, ground=LAW, by=world.coordinator)
    url = reverse("casework:timeline", args=[family.case.pk])
    sign_in(client, world.anshin_worker)

    for query in ("", "?paper=on", "?order=new", "?kind=note", "?year=2026"):
        body = client.get(url + query).content.decode()
        words = {canary.split("/")[1:3] == ["mother", "history"] or canary.split("/")[1:3] == ["", "plan"]
                 for canary in canaries_in(body)}  # fmt: skip
        assert words == {True}, query
        assert "記録なし" not in body
    sign_in(client, world.coordinator)
    seen = canaries_in(client.get(url + "?paper=on").content.decode())
    assert {canary.rsplit("/", 1)[1] for canary in seen} == SHOWN
    assert {canary.split("/")[0] for canary in seen} == {"hazuki"}
    sign_in(client, world.stranger)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "anshin_worker"])
def test_timeline_asks_at_most_twelve_times(canaries, client, who):
    world = canaries
    labels = [Label(world.hazuki.mother.pk, item) for item in ("history", "plan", "roles", "basic")]
    world.share(world.hazuki, world.anshin, *labels)
    sign_in(client, getattr(world, who))
    url = reverse("casework:timeline", args=[world.hazuki.case.pk])
    client.get(url)

    with Asked(connection) as asked:
        response = client.get(url)

    assert response.status_code == 200
    assert len(asked.statements) <= 12, "\n\n".join(sql[:200] for sql in asked.statements)


def note(world, day, title, item="history"):
    about = world.hazuki.mother.pk
    draft = NoteDraft(Label(about, item), day, "visit", title, (ParagraphDraft("fact", "observed", "見本"),))
    return write_note(world.hazuki.case, draft, by=world.coordinator)


def test_correction_stands_in_place_of_what_it_corrects(world):
    by, at = world.coordinator, timezone.now() - dt.timedelta(days=2)
    with acting_for(by):
        first = note(world, at, "まちがい")
        said = (ParagraphDraft("fact", "observed", "見本"),)
        second = correct_note(first, CorrectionDraft("ただしい", said, "日付"), by=by)
        titles = {entry.key: entry.title for entry in timeline_for(by, world.hazuki.case)}
    assert titles[f"note:{second.pk}"] == "ただしい"
    assert f"note:{first.pk}" not in titles


def test_meetings_that_were_held_stand_there_for_the_center_alone(world):
    world.share(world.hazuki, world.anshin, Label(None, "plan"))
    ahead = put(world, call(world, ordinance(world)), world.hazuki, world.anshin_worker)
    with acting_for(world.coordinator):
        before = timezone.now() - dt.timedelta(hours=1)
        Meeting.objects.filter(pk=ahead.meeting_id).update(held_at=before)
        gone = put(world, call(world), world.hazuki, world.coordinator, kind="internal")
        take_off_agenda(gone, reason="見本", by=world.coordinator)
        Meeting.objects.filter(pk=gone.meeting_id).update(held_at=timezone.now())
    coming = put(world, call(world), world.hazuki, world.coordinator, kind="internal")
    found = {}
    for name in ("coordinator", "anshin_worker"):
        viewer = getattr(world, name)
        with acting_for(viewer):
            entries = timeline_for(viewer, world.hazuki.case)
        found[name] = [(entry.key, entry.title) for entry in entries if entry.kind == "meeting"]
    assert found == {
        "coordinator": [(f"agenda:{ahead.pk}", "支援会議（社会福祉法106条の6）（情報共有）")],
        "anshin_worker": [],
    }
    assert coming.pk != ahead.pk


@pytest.mark.parametrize(
    ("order", "stays"),
    [("held withdrawn fixed", True), ("held fixed withdrawn", True), ("withdrawn held", False)],
)
def test_meeting_that_took_place_stays_when_the_consent_it_rested_on_is_withdrawn(world, order, stays):
    by, home = world.coordinator, world.hazuki
    item = put(world, call(world), home, world.anshin_worker, kind="jusou")
    open_to_all(world, item)

    for step in order.split():
        with acting_for(by):
            if step == "held":
                # By the database's clock a test happens at one moment.
                held_at = timezone.now() - dt.timedelta(hours=order.startswith("held"))
                Meeting.objects.filter(pk=item.meeting_id).update(held_at=held_at)
                item = AgendaItem.objects.select_related("meeting", "case").get()
            elif step == "fixed":
                write(world, item)
                fix_item(item, Outcome(), seen=1, present=[], by=by)
            else:
                consent = Consent.objects.get(case=home.case, person=home.son)
                withdraw_consent(
                    consent, agency=None, item="", said_on=timezone.localdate(), how="電話", by=by
                )
    with acting_for(by):
        found = [entry.key for entry in timeline_for(by, home.case) if entry.kind == "meeting"]
        named = [each.pk for each in held_items_for(by, home.case)]
        has_left = AgendaRemoval.objects.filter(agenda=item).exists()

    assert (found, named) == (([f"agenda:{item.pk}"], [item.pk]) if stays else ([], []))
    assert has_left == (order != "held fixed withdrawn")


def test_contact_and_what_followed_stand_in_the_order_in_which_they_happened(world, client):
    by, at = world.coordinator, timezone.now() - dt.timedelta(days=80)
    with acting_for(by):
        contact = record_contact(
            channel="phone", speaker="self", one_line="CANARY 電話の声", reply_to="", urgency="C", received_at=at, by=by
        )  # fmt: skip
        case = open_case(
            contact, household_name="見本世帯", household_kind="unknown", by=by,
            person={"name": "見本 母", "relation": "self"},
        )  # fmt: skip
        found = timeline_for(by, case)
    assert [(entry.kind, entry.title) for entry in found] == [
        ("contact", "CANARY 電話の声"),
        ("holder", "ケースを作った。担当は機関 itaku"),
    ]
    sign_in(client, by)
    url = reverse("casework:timeline", args=[case.pk])
    body = client.get(url).content.decode()
    assert body.index("CANARY") < body.index("79日間、記録なし") < body.index("ケースを作った")
    newest = client.get(url, {"order": "new"}).content.decode()
    assert newest.index("ケースを作った") < newest.index("79日間、記録なし") < newest.index("CANARY")
    assert "記録なし" not in client.get(url, {"kind": "contact"}).content.decode()


def test_filters_leave_what_was_asked_for_and_pages_what_fits(world, client):
    by = world.coordinator
    with acting_for(by):
        for number in range(120):
            note(world, timezone.now() - dt.timedelta(minutes=number), f"訪問{number}")
    sign_in(client, by)
    url = reverse("casework:timeline", args=[world.hazuki.case.pk])

    def titles(**query):
        return re.findall(r">訪問(\d+)<", client.get(url, query).content.decode())

    assert len(titles(kind="note")) == 50
    assert len(titles(kind="note", page=3)) == 20
    assert titles(kind="note", order="new")[:2] == ["0", "1"]
    assert len(titles(paper="on")) == 120
    assert titles(person=str(world.hazuki.son.pk), kind="note") == []
    assert len(titles(method="visit", person=str(world.hazuki.mother.pk))) == 50
    assert len(titles(kind="no-such-kind")) + len(titles(year="1999; --")) > 0  # unsound: nothing is narrowed


# --- who has the case, how it rests, how often somebody talks -----------------------------------------------


def titles(world, viewer, *kinds):
    with acting_for(viewer):
        found = timeline_for(viewer, world.hazuki.case)
    return [entry.title for entry in found if entry.kind in kinds]


def test_next_worker_and_the_signature_stand_there(world):
    colleague, newcomer = (
        make_viewer(name, world.center_itaku, "coordinator") for name in ("colleague", "newcomer")
    )
    case = world.hazuki.case
    with acting_for(world.chief):
        hand_over_case(case, to=world.center_itaku, worker=colleague.membership, by=world.chief)
        (row,) = hand_over([case], taker=newcomer.membership, giver=colleague.membership, by=world.chief)
        case.refresh_from_db()
    with acting_for(newcomer):
        sign_handover(row.pk, case, by=newcomer)
    with acting_for(world.chief):
        hand_over_case(case, to=world.center, worker=world.chief.membership, by=world.chief)
        hand_over_case(case, to=world.center, worker=None, by=world.chief)

    # In a test it all happens at one moment.
    assert set(titles(world, world.chief, "holder")) == {
        "ケースを作った。担当は機関 itaku", "担当者がcolleagueに替わった", "担当者がnewcomerに替わった", "引き継ぎを読んで署名した",
        "担当が機関 center chiefに変わった", "担当者がいなくなった",
    }  # fmt: skip


def test_end_of_a_rest_and_the_interval_of_talks_stand_there(world):
    by, case = world.chief, world.hazuki.case
    with acting_for(by):
        Case.objects.filter(pk=case.pk).update(stage="outreach_track", flow="flow2")
        draft = SuspensionDraft("hospital", timezone.localdate() + dt.timedelta(days=9), by.membership)
        suspend_case(case, draft, by=by)
        resume_case(case, stage="outreach_track", words="退院した", by=by)
        set_interval(case, weeks=4, by=by)

    told = titles(world, by, "suspension")
    assert len(told) == 2
    assert "中断を終えた。次の段階：アウトリーチ" in told
    assert titles(world, by, "rhythm") == ["4週間に1回、話すことにした"]
    world.share(world.hazuki, world.anshin, Label(None, "plan"))
    assert titles(world, world.anshin_worker, "suspension", "rhythm", "holder") == []


# --- plans, agencies, issues --------------------------------------------------------------------------------


def plan_of(world, issue, *, follows=None, supersedes=None):
    """Decide a plan with a role of anshin for an issue; the other seats are the center's."""
    mother, today = world.hazuki.mother.pk, timezone.localdate()
    by = world.coordinator
    label = Label(mother, "roles")
    parts = [
        PartDraft(Label(mother, "plan"), section, "見本") for section in ("wish", "goal", "direction", "exit")
    ]
    agencies = (world.center, world.anshin, world.center, world.center)
    issues = ("全体", issue, "全体", "全体")
    roles = [
        RoleDraft(label, agency, about, "訪問", seat=seat)
        for agency, about, seat in zip(agencies, issues, Seat.values, strict=True)
    ]
    day = dt.timedelta(days=1)
    with acting_for(by):
        draft = PlanDraft(today, today + 90 * day, today + 30 * day, parts=parts, roles=roles)
        plan = save_plan(world.hazuki.case, draft, follows=follows, by=by)
        return plan, decide_plan(plan, at=today, in_place_of=instead_of(supersedes), by=by)


def agreed_on(world, agency, issue, item="roles", person=None):
    """A decision outside any plan that gives one agency a role."""
    by, who = world.coordinator, person or world.hazuki.mother
    with acting_for(by):
        return decide(
            world.hazuki.case, decided_on=timezone.localdate(), directions=[DirectionDraft(Label(None, "plan"), "方針")],
            roles=[RoleDraft(Label(who.pk, item), agency, issue, "見守り")], by=by,
        )  # fmt: skip


@pytest.fixture
def decided(world):
    """A first plan and the one after it, and an agreement with kenko about a debt under the item money."""
    mother = world.hazuki.mother.pk
    world.share(world.hazuki, world.anshin, Label(mother, "roles"), Label(mother, "plan"))
    world.share(world.hazuki, world.kenko, Label(mother, "roles"), Label(mother, "money"))
    world.first, before = plan_of(world, "転倒")
    world.second, world.after = plan_of(world, "骨折", follows=world.first, supersedes=before)
    agreed_on(world, world.kenko, "債務", item="money")
    return world


def test_plans_are_told_from_decisions_and_the_first_from_those_after_it(decided):
    world = decided

    def told(viewer, *kinds):
        return sorted(title.split("（")[0] for title in titles(world, viewer, *kinds))

    assert told(world.chief, "plan") == ["再プランを決めた", "初回プランを決めた"]
    assert told(world.chief, "decision") == ["支援方針と役割を決めた"]
    assert told(world.anshin_worker, "plan", "decision") == ["再プランを決めた", "初回プランを決めた"]
    assert f"再プランを決めた（{world.after.number}、役割4件）" in titles(world, world.anshin_worker, "plan")


def test_what_an_agency_has_a_part_in_is_found_by_it(decided, client):
    world = decided
    with acting_for(world.kenko_worker):
        role = RoleRow.objects.select_related("case").get(agency=world.kenko)
        answer_role(role, kind="accepted", text="", answered=0, by=world.kenko_worker)

    def found(viewer, agency):
        with acting_for(viewer):
            entries = rows_of(timeline_for(viewer, world.hazuki.case), TimelineFilter(agency=agency.pk))
        return [entry.kind for entry in entries if entry.kind in ("plan", "decision", "role")]

    assert found(world.chief, world.kenko) == ["decision", "role"]
    assert found(world.chief, world.anshin) == ["plan", "plan"]
    assert found(world.anshin_worker, world.kenko) == []
    sign_in(client, world.anshin_worker)
    page = client.get(reverse("casework:timeline", args=[world.hazuki.case.pk]))
    offered = [name for _key, name in page.context["filter"].fields["agency"].choices[1:]]
    assert world.kenko.name not in offered
    assert world.anshin.name in offered


def test_issues_are_asked_for_by_a_key_and_named_only_to_whom_they_reach(decided, client):
    world = decided
    url = reverse("casework:timeline", args=[world.hazuki.case.pk])
    offered = {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        sign_in(client, getattr(world, name))
        choices = client.get(url).context["filter"].fields["issue"].choices[1:]
        offered[name] = [words for _key, words in choices]
        assert all(words not in key and len(key) == 16 for key, words in choices)

    assert offered == {
        "chief": sorted(["全体", "債務", "転倒", "骨折"]),
        "anshin_worker": sorted(["全体", "転倒", "骨折"]),
        "kenko_worker": sorted(["全体", "債務", "転倒", "骨折"]),
    }
    sign_in(client, world.chief)
    only = client.get(url, {"issue": issue_key("骨折")})
    assert [row.kind for row in only.context["page"].object_list] == ["plan"]
    assert "骨折" not in only.wsgi_request.get_full_path()
    with acting_for(world.anshin_worker):
        mine = timeline_for(world.anshin_worker, world.hazuki.case)
    assert rows_of(mine, TimelineFilter(issue=issue_key("債務"))) == []


def test_evaluated_issue_is_found_and_a_sealed_one_by_the_center_alone(decided):
    world, by = decided, decided.coordinator
    mother = world.hazuki.mother
    world.share(world.hazuki, world.jiritsu, Label(mother.pk, "assessment"))
    decision = agreed_on(world, world.kenko, "家賃", item="money")
    with acting_for(by):
        codes = ("isolation", "dv_abuse")
        open_, sealed = (note_issue(mother, code, IssueDraft("2", "staff"), by=by) for code in codes)
        goal = Direction.objects.get(decision=decision)
        draft = EvaluationDraft(
            decision.pk, timezone.localdate(), "よかった", "close",
            results=tuple(ResultDraft(each, "met") for each in (goal, open_, sealed)),
            roles=(RoleResultDraft(RoleRow.objects.get(decision=decision), "yes"),),
        )  # fmt: skip
        record_evaluation(world.hazuki.case, draft, by=by)
    found = {}
    for name in ("chief", "jiritsu_worker"):
        viewer = getattr(world, name)
        with acting_for(viewer):
            entries = timeline_for(viewer, world.hazuki.case)
        found[name] = [set(entry.issues) for entry in entries if entry.kind == "evaluation"]

    with acting_for(by):
        words = {code: label_of("issue", code) for code in codes}
    assert words["isolation"] != words["dv_abuse"]
    assert found["jiritsu_worker"] == [{words["isolation"]}]
    assert found["chief"] == [{*words.values(), "家賃"}]


# --- gaps: pure -----------------------------------------------------------------------------------------

FIRST = dt.date(2026, 1, 1)


def entry(day):
    return Entry(TimelineKind.NOTE, f"note:{day}", FIRST + dt.timedelta(days=day), "見本", "/")


@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    today=st.integers(400, 500),
    newest=st.booleans(),
)
def test_gaps_are_the_silent_days_and_nothing_else(days, today, newest):
    found = sorted((entry(day) for day in days), key=lambda each: each.order)
    until = FIRST + dt.timedelta(days=today)

    rows = rows_of(found, TimelineFilter(is_newest_first=newest), gaps_until=until)

    silent = set(range(min(days), today + 1)) - set(days)
    runs = [each.days for each in rows if isinstance(each, Gap)]
    assert [each for each in rows if isinstance(each, Entry)] == (found[::-1] if newest else found)
    assert sorted(runs) == sorted(run for run in _runs(silent) if run >= QUIET_DAYS)


def _runs(days):
    runs, last = [], None
    for day in sorted(days):
        if last is not None and day == last + 1:
            runs[-1] += 1
        else:
            runs.append(1)
        last = day
    return runs


def test_where_something_is_left_out_no_gap_is_told():
    found = [entry(0), entry(100)]
    until = FIRST + dt.timedelta(days=300)
    for only in (TimelineFilter(kind="note"), TimelineFilter(person="all"), TimelineFilter(method="visit")):
        assert not [row for row in rows_of(found, only, gaps_until=until) if isinstance(row, Gap)]
    assert not [row for row in rows_of(found, TimelineFilter()) if isinstance(row, Gap)]
    assert [
        row.days for row in rows_of(found, TimelineFilter(), gaps_until=until) if isinstance(row, Gap)
    ] == [99, 200]
