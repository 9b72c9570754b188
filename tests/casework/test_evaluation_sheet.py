"""評価シート: what one decision led to on one official sheet, in the content its reader may see, on the screen and as PDF."""

import datetime as dt
import re
import subprocess
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.concealment.actions import GroundDraft, conceal
from casework.dates import in_era
from casework.households.actions import StayDraft, add_person
from casework.meetings.minutes import Outcome
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.plans.models import Decision, Direction, RoleRow
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.evaluations import evaluation_sheet_for
from casework.sheets.kinds import DECISION, EVALUATION
from casework.sheets.models import Sheet
from casework.sheets.selectors import sheet_for
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, fixed_item, ordinance, put
from tests.casework.test_evaluation import DEBT, decided, draft, evaluate, of_goals, planned  # noqa: F401 -- fixtures
from tests.worlds import agree

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OF_CENTER = (
    "家がいい",
    "金の整理が残る",
    "連絡が早くなった",
    "終結",
    "第3回",
    "虐待・DVからの安全の確保",
    "まだ危ない",
)
OF_GOALS = ("家で暮らす", "夜は不安がある")
OF_ROLES = ("週に1回の訪問", "できなかった", "人手が足りない")


@pytest.fixture
def evaluated(decided):  # noqa: F811
    """One decision is evaluated in every part; of three agencies one is shown the role, one the goal, one an issue alone."""
    world, home = decided, decided.hazuki
    world.share(home, world.jiritsu, Label(home.mother.pk, "assessment"))
    world.evaluation = evaluate(
        world,
        own_words="家がいい",
        remaining="金の整理が残る",
        cooperation="連絡が早くなった",
        meeting="第3回 5月9日",
    )
    return world


def order(viewer, world, evaluation=None):
    """Return a PDF that a viewer ordered."""
    evaluation = evaluation or world.evaluation
    with acting_for(viewer):
        sheet = request_sheet(
            world.hazuki.case, None, by=viewer, kind=EVALUATION, evaluation_id=evaluation.pk
        )
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        return Sheet.objects.get(pk=sheet.pk)


def told_by(tool, sheet, folder):
    path = folder / f"{sheet.pk}.pdf"
    path.write_bytes(bytes(sheet.pdf))
    words = [tool, path, *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def address(world, name="evaluation", evaluation=None):
    key = (evaluation or world.evaluation).pk
    return reverse(f"casework:{name}", args=[world.hazuki.case.pk, key])


def said(text):
    text = re.sub(r"\s+", "", text)
    return [
        all(word.replace(" ", "") in text for word in words) for words in (OF_CENTER, OF_GOALS, OF_ROLES)
    ], [word for word in OF_CENTER if word in text]


READERS = {
    "chief": ([True, True, True], list(OF_CENTER)),
    "anshin_worker": ([False, False, True], []),
    "kenko_worker": ([False, True, False], []),
    "jiritsu_worker": ([False, False, False], []),
}  # fmt: skip


def test_page_and_pdf_hold_exactly_what_reaches_their_reader(evaluated, client, tmp_path):
    pages, papers = {}, {}
    for name in READERS:
        viewer = getattr(evaluated, name)
        sign_in(client, viewer)
        pages[name] = client.get(address(evaluated)).content.decode()
        papers[name] = told_by("pdftotext", order(viewer, evaluated), tmp_path)

    assert {name: said(text.partition("<main")[2]) for name, text in pages.items()} == READERS
    assert {name: said(text) for name, text in papers.items()} == READERS
    # Who reads of an issue alone has heard of no decision.
    number = evaluated.decision.number
    assert [number in papers[name] for name in READERS] == [True, True, True, False]
    for text in papers.values():
        assert evaluated.hazuki.case.number in text
        assert in_era(timezone.localdate()) in text
    assert "家族" in papers["jiritsu_worker"]
    assert "センターの外に渡さないで" in papers["chief"]
    assert "センターの外に渡さないで" not in papers["anshin_worker"]


def test_nobody_else_finds_it(evaluated, client):
    for viewer in (evaluated.stranger, evaluated.auditor):
        sign_in(client, viewer)
        assert client.get(address(evaluated)).status_code in (403, 404)
        with acting_for(viewer):
            assert evaluation_sheet_for(viewer, evaluated.hazuki.case, evaluated.evaluation.pk) is None
    sign_in(client, evaluated.chief)
    elsewhere = reverse("casework:evaluation", args=[evaluated.tomono.case.pk, evaluated.evaluation.pk])
    nothing = reverse("casework:evaluation_sheet", args=[evaluated.hazuki.case.pk, uuid.uuid4()])
    assert client.get(elsewhere).status_code == 404
    assert client.post(nothing).status_code == 404
    with acting_for(evaluated.chief):
        assert not Sheet.objects.exists()


def test_pdf_is_tagged_and_says_who_made_it_and_under_which_labels(evaluated, tmp_path):
    chief, worker = (order(viewer, evaluated) for viewer in (evaluated.chief, evaluated.anshin_worker))
    assert re.search(r"^Tagged:\s+yes$", told_by("pdfinfo", chief, tmp_path), re.MULTILINE)
    assert evaluated.anshin.name in told_by("pdftotext", worker, tmp_path)
    mother = str(evaluated.hazuki.mother.pk)
    assert {(person, item) for _case, person, item in worker.labels} == {
        (mother, "roles"), (mother, "assessment"),
    }  # fmt: skip
    assert {item for _case, _person, item in chief.labels} >= {"plan", "roles", "basic"}
    with acting_for(evaluated.chief):
        assert (chief.reference, str(chief.title)) == (evaluated.hazuki.case.number, "評価シート")


def test_meeting_is_named_with_number_day_and_kind(evaluated, tmp_path, shift_clock):
    meeting = call(evaluated, ordinance(evaluated), held_at=timezone.now() - dt.timedelta(days=1))
    item = put(evaluated, meeting, evaluated.hazuki)
    newer = evaluate(evaluated, agenda=item, meeting="")
    text = re.sub(r"\s+", "", told_by("pdftotext", order(evaluated.chief, evaluated, newer), tmp_path))
    day = in_era(timezone.localdate(meeting.held_at))
    for word in (meeting.number, "議題1", day, item.get_kind_display()):
        assert word.replace(" ", "") in text
    # The one before it has its own sheet.
    earlier = told_by("pdftotext", order(evaluated.chief, evaluated), tmp_path)
    assert (meeting.number in earlier, "第3回" in earlier) == (False, True)


def test_every_part_is_on_the_paper_whatever_its_length(evaluated, tmp_path):
    """tests/paper.py reads every PDF again; here the texts are as long as they may be, with rare letters."""
    long, rare = "髙﨑𠮷葛󠄀の長い文です。" * 40, "髙﨑𠮷葛󠄀"
    with acting_for(evaluated.coordinator):
        results = [*draft(evaluated).results]
    texts = {"own_words": long * 4, "remaining": long * 4, "cooperation": long * 4, "meeting": rare * 20}
    texts = {name: text[:2000] for name, text in texts.items()} | {"meeting": (rare * 20)[:100]}
    results[0] = type(results[0])(results[0].of, "unmet", long[:500])
    newer = evaluate(evaluated, results=tuple(results), **texts)
    sheet = order(evaluated.chief, evaluated, newer)
    text = re.sub(r"\s+", "", told_by("pdftotext", sheet, tmp_path))
    assert rare in text
    assert text.count("の長い文です。") >= 150
    assert int(re.search(r"^Pages:\s+(\d+)$", told_by("pdfinfo", sheet, tmp_path), re.MULTILINE)[1]) > 1


def test_pdf_ends_with_what_it_was_made_of(evaluated):
    viewer = evaluated.anshin_worker
    sheet = order(viewer, evaluated)
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is not None
    with acting_for(evaluated.chief):
        for line in ShareLine.objects.filter(agency=evaluated.anshin, item="roles"):
            end_line(line, by=evaluated.chief, reason="見本")
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is None


@pytest.mark.parametrize("kind", [DECISION, EVALUATION])
def test_pdf_that_names_somebody_who_lives_elsewhere_ends_with_the_name(evaluated, kind):
    world, home, viewer = evaluated, evaluated.hazuki, evaluated.kenko_worker
    with acting_for(world.coordinator):
        values = {"name": "三栗和江", "relation": "child"}
        away = add_person(home.case, values=values, stay=StayDraft("apart"), by=world.coordinator)
        agree(home.case, away, to=(world.kenko,), by=world.coordinator)
    world.share(
        home,
        world.kenko,
        *(Label(away.pk, item) for item in ("basic", "plan")),
        Label(home.mother.pk, "basic"),
    )
    with acting_for(world.coordinator):
        world.decision = decide(
            home.case, decided_on=timezone.localdate(), by=world.coordinator, roles=[],
            directions=[DirectionDraft(Label(away.pk, "plan"), "娘と話す")],
        )  # fmt: skip
    newer = evaluate(world)
    if kind == EVALUATION:
        sheet = order(viewer, world, newer)
    else:
        with acting_for(viewer):
            sheet = request_sheet(home.case, world.decision, by=viewer)
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)
        with acting_for(viewer):
            sheet = Sheet.objects.get(pk=sheet.pk)
    assert (str(away.pk), "basic") in {(person, item) for _case, person, item in sheet.labels}
    with acting_for(world.chief):
        for line in ShareLine.objects.filter(agency=world.kenko, person=away, item="basic"):
            end_line(line, by=world.chief, reason="見本")
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is None


def test_pdf_from_before_a_household_hid_is_not_opened(evaluated):
    viewer = evaluated.anshin_worker
    sheet = order(viewer, evaluated)
    with acting_for(evaluated.chief):
        home = evaluated.hazuki
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=evaluated.chief)
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is None


def test_nothing_is_made_of_what_ended_before_the_worker_came(evaluated):
    viewer, case = evaluated.kenko_worker, evaluated.hazuki.case
    with acting_for(viewer):
        sheet = request_sheet(case, None, by=viewer, kind=EVALUATION, evaluation_id=evaluated.evaluation.pk)
    # The case still reaches them, and nothing of the evaluation.
    evaluated.share(evaluated.hazuki, evaluated.kenko, Label(evaluated.hazuki.son.pk, "health"))
    with acting_for(evaluated.chief):
        for line in ShareLine.objects.filter(agency=evaluated.kenko, item="plan"):
            end_line(line, by=evaluated.chief, reason="見本")
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        made = Sheet.objects.get(pk=sheet.pk)
    assert (made.failure, made.pdf) == ("nothing_to_show", None)


def test_double_click_orders_one_of_each_evaluation_and_the_way_back_leads_to_it(
    evaluated, client, run_tasks
):
    newer = evaluate(evaluated)
    sign_in(client, evaluated.chief)
    first, second, other = (
        client.post(address(evaluated, "evaluation_sheet", each))["Location"]
        for each in (evaluated.evaluation, evaluated.evaluation, newer)
    )
    run_tasks()
    shown = client.get(first).content.decode()
    file = client.get(f"{first}file/")
    page = client.get(address(evaluated)).content.decode()
    case = client.get(reverse("casework:case", args=[evaluated.hazuki.case.pk])).content.decode()

    assert first == second != other
    assert address(evaluated) in shown
    assert file["Content-Disposition"] == f'attachment; filename="{evaluated.hazuki.case.number}.pdf"'
    assert (first in page, other in page) == (True, False)
    assert (address(evaluated) in case, address(evaluated, evaluation=newer) in case) == (True, True)


def test_log_says_what_was_read_on_the_page(evaluated, client):
    sign_in(client, evaluated.anshin_worker)
    client.get(address(evaluated))
    with acting_for(evaluated.auditor):
        read = AuditEntry.objects.filter(verb="read", user_id=evaluated.anshin_worker.user.pk)
        assert {(entry.person_id, entry.item) for entry in read if entry.item} == {
            (evaluated.hazuki.mother.pk, item) for item in ("roles", "assessment")
        }
        assert Direction.objects.count() + RoleRow.objects.count() == 0


def test_agency_orders_no_sheet_of_what_a_support_meeting_decided(decided, client):  # noqa: F811
    world, home = decided, decided.hazuki
    label = Label(home.mother.pk, "roles")
    outcome = Outcome(
        [DirectionDraft(Label(home.mother.pk, "plan"), "家で暮らす")],
        [RoleDraft(label, world.anshin, "孤立", "週に1回の訪問")],
    )
    item, _minutes = fixed_item(world, world.anshin_worker, outcome=outcome)
    with acting_for(world.coordinator):
        decision = Decision.objects.get(agenda=item)
    kept, other = evaluate(world, decision=decision), evaluate(world)
    found = {}
    for viewer in (world.coordinator, world.anshin_worker):
        sign_in(client, viewer)
        for evaluation in (kept, other):
            page = reverse("casework:evaluation", args=[home.case.pk, evaluation.pk])
            told = client.get(page).content.decode()
            client.post(reverse("casework:evaluation_sheet", args=[home.case.pk, evaluation.pk]))
            with acting_for(viewer):
                made = Sheet.objects.filter(evaluation=evaluation, membership=viewer.membership).count()
            found[viewer, evaluation] = "紙が要るときは" in told, "会議限り</span>" in told, made

    assert found == {
        (world.coordinator, kept): (False, True, 1), (world.coordinator, other): (False, False, 1),
        (world.anshin_worker, kept): (True, True, 0), (world.anshin_worker, other): (False, False, 1),
    }  # fmt: skip


def test_goals_of_the_plan_stand_on_the_sheet_and_directions_where_there_is_none(planned, client, tmp_path):  # noqa: F811
    """Of two goals an agency is shown the one that reaches it."""
    world = planned
    without, newer = evaluate(world), evaluate(world, decision=world.planned, results=of_goals(world))
    found = {}
    for name in ("chief", "kenko_worker"):
        viewer = getattr(world, name)
        sign_in(client, viewer)
        page = client.get(address(world, evaluation=newer)).content.decode().partition("<main")[2]
        paper = told_by("pdftotext", order(viewer, world, newer), tmp_path)
        words = ("週に1回は外に出る", DEBT, "家で暮らす", "目標の達成状況", world.planned.number)
        for text in (page, paper):
            whole = re.sub(r"\s+", "", text)
            found.setdefault(name, []).append([word in whole for word in words])
    assert found == {
        "chief": [[True, True, False, True, True]] * 2, "kenko_worker": [[True, False, False, True, True]] * 2,
    }  # fmt: skip
    sign_in(client, world.chief)
    page = client.get(address(world, evaluation=without)).content.decode()
    assert ("支援方針がどうなったか" in page, "目標の達成状況" in page) == (True, False)
