"""支援決定 (domain.md 1.5): the city confirms a decided plan or returns it; who writes it, who reads it, where it stands."""

import datetime as dt
import io
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from casework.cases.models import CaseEvent
from casework.concealment.actions import GroundDraft, conceal
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.notifications.models import Notification
from casework.planning.confirmations import ConfirmationDraft, confirm_plan, confirmations_for
from casework.planning.models import PlanConfirmation
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.sheets.actions import request_sheet
from casework.sheets.models import Sheet
from casework.sheets.tasks import make_sheet
from casework.tasks.models import Task
from casework.workspace.timeline import timeline_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.test_plan_agreements import insert_at_once
from tests.casework.test_planning import client_of, save, settle
from tests.casework.test_sheets import text_of
from tests.worlds import make_viewer

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
NUMBER = "福調第123号"
WHY = "家計の見通しが書かれていない"


def today():
    return timezone.localdate()


@pytest.fixture
def decided(world):
    """A plan that a meeting decided, read by an agency; ``world.plan`` and ``world.decision``."""
    for agency in (world.anshin, world.kenko):
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "roles"))
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "plan"))
    world.plan = save(world, world.hazuki)
    world.decision = settle(world, world.plan)
    return world


def confirm(world, plan=None, *, by=None, key=None, **more):
    by = by or world.chief
    draft = ConfirmationDraft(**{"outcome": "confirmed", "confirmed_on": today(), **more})
    with acting_for(by):
        return confirm_plan(plan or world.plan, draft, by=by, key=key)


def return_plan(world, **more):
    return confirm(world, outcome="returned", reason=WHY, **more)


def page(world, name="plan", plan=None):
    return reverse(f"casework:{name}", args=[world.hazuki.case.pk, (plan or world.plan).pk])


def typed(**more):
    return {
        "outcome": "confirmed", "confirmed_on": f"{today():%Y-%m-%d}", "document_number": NUMBER, "reason": "",
        "once": str(uuid.uuid4()), **more,
    }  # fmt: skip


def test_city_confirms_a_decided_plan_once_and_whoever_reads_it_reads_that(decided):
    key = uuid.uuid4()
    row = confirm(decided, document_number=f" {NUMBER} ", key=key)

    assert (row.outcome, row.document_number, row.confirmed_by) == (
        "confirmed", NUMBER, decided.chief.membership,
    )  # fmt: skip
    assert confirm(decided, key=key) == row  # the same form sent twice
    with pytest.raises(NotAllowed, match="もう記録されています"):
        return_plan(decided)
    with acting_for(decided.chief):
        event = CaseEvent.objects.get(verb="plan_confirmed")
    assert event.after == {"number": decided.plan.number, "version": 1, "on": today().isoformat()}
    told = {}
    for name in ("chief", "coordinator", "reception", "anshin_worker", "kenko_worker", "stranger", "editor"):
        viewer = getattr(decided, name)
        with acting_for(viewer):
            told[name] = (
                list(confirmations_for(viewer, decided.hazuki.case)) == [row],
                PlanConfirmation.objects.exists(),
            )
    readers = ("chief", "coordinator", "reception", "anshin_worker", "kenko_worker")
    assert told == {name: (name in readers,) * 2 for name in told}


def test_plan_that_is_returned_says_why_to_the_center_and_becomes_a_task_of_the_worker(decided):
    return_plan(decided)

    with acting_for(decided.coordinator):
        task = Task.objects.get(what__contains=str(decided.plan))
        assert Notification.objects.filter(kind="task", task=task).exists()
        assert CaseEvent.objects.filter(verb="plan_returned").count() == 1
    assert (task.owner, task.due_on) == (decided.coordinator.membership, today() + 7 * DAY)
    assert WHY not in task.what
    center, agency = (client_of(viewer) for viewer in (decided.coordinator, decided.anshin_worker))
    ours, theirs = (client.get(page(decided)).content.decode() for client in (center, agency))
    assert (WHY in ours, "市から差し戻されました" in ours) == (True, True)
    assert (WHY in theirs, "差し戻" in theirs, "まだ記録がありません" in theirs) == (False, False, True)
    with acting_for(decided.anshin_worker):
        assert not PlanConfirmation.objects.exists()
    # Decided anew, the next version is confirmed by itself.
    following = save(decided, decided.hazuki, follows=decided.plan)
    settle(decided, following, supersedes=decided.decision)
    assert not confirm(decided, following).is_returned


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"confirmed_on": 1}, "先の日"),
        ({"confirmed_on": -1}, "より前の日"),
        ({"outcome": "returned"}, "差し戻す理由"),
        ({"reason": WHY}, "差し戻すときだけ"),
    ],
    ids=str,
)
def test_what_does_not_bear_it_is_refused_in_words_and_nothing_typed_is_lost(decided, more, words):
    days = {name: today() + value * DAY for name, value in more.items() if name == "confirmed_on"}
    with pytest.raises(NotAllowed, match=words):
        confirm(decided, **{**more, **days})
    sent = {name: f"{value:%Y-%m-%d}" for name, value in days.items()}
    refused = client_of(decided.chief).post(page(decided, "plan_confirm"), typed(**{**more, **sent}))

    assert refused.status_code == 200
    text = refused.content.decode()
    assert (words in text, NUMBER in text, more.get("reason", "") in text) == (True, True, True)
    with acting_for(decided.chief):
        assert not PlanConfirmation.objects.exists()


def test_a_draft_and_an_ended_case_are_not_confirmed(decided):
    draft = save(decided, decided.hazuki, follows=decided.plan)
    with pytest.raises(NotAllowed, match="まだ会議で決定されていません"):
        confirm(decided, draft)
    client = client_of(decided.chief)
    assert client.get(page(decided, "plan_confirm", draft)).url == page(decided, plan=draft)
    with acting_for(decided.chief):
        type(decided.hazuki.case).objects.filter(pk=decided.hazuki.case.pk).update(stage="closed")
    with pytest.raises(NotAllowed, match="もう終わっています"):
        confirm(decided)


def test_only_the_citys_own_chief_confirms(decided):
    contractor = make_viewer("itaku-chief", decided.center_itaku, "chief")
    for viewer in (contractor, decided.coordinator, decided.reception, decided.anshin_worker, decided.editor):
        with pytest.raises((NotAllowed, ProgrammingError)), transaction.atomic():
            confirm(decided, by=viewer)
    away = client_of(contractor).get(page(decided, "plan_confirm"), follow=True)
    assert away.redirect_chain == [(page(decided), 302)]
    assert "市に所属するセンター長だけ" in away.content.decode()
    offered = {
        viewer.user.username: page(decided, "plan_confirm")
        in client_of(viewer).get(page(decided)).content.decode()
        for viewer in (decided.chief, contractor, decided.coordinator, decided.anshin_worker)
    }
    assert offered == {"chief": True, "itaku-chief": False, "coordinator": False, "anshin": False}


def test_database_keeps_a_contractor_a_false_name_another_case_and_a_draft_out(decided):
    contractor = make_viewer("itaku-chief", decided.center_itaku, "chief")
    draft = save(decided, decided.hazuki, follows=decided.plan)
    whole = {
        "plan": decided.plan, "case": decided.hazuki.case, "outcome": "confirmed", "confirmed_on": today(),
        "confirmed_by": decided.chief.membership,
    }  # fmt: skip
    walled = (ProgrammingError, "row-level security")
    for by, more, (kind, words) in (
        (contractor, {"confirmed_by": contractor.membership}, walled),
        (decided.coordinator, {"confirmed_by": decided.coordinator.membership}, walled),
        (decided.chief, {"confirmed_by": decided.coordinator.membership}, walled),
        (decided.chief, {"plan": draft}, walled),
        (decided.chief, {"case": decided.tomono.case}, (IntegrityError, "of_plan")),
        (decided.chief, {"outcome": "returned"}, (IntegrityError, "return_says_why")),
        (decided.chief, {"reason": WHY}, (IntegrityError, "return_says_why")),
        (decided.chief, {"outcome": "x"}, (IntegrityError, "(outcome_known|return_says_why)")),
    ):
        with acting_for(by), pytest.raises(kind, match=words):
            insert_at_once(PlanConfirmation(**{**whole, **more}))
    confirm(decided)
    with acting_for(decided.chief), pytest.raises(IntegrityError, match="plan_id"):
        insert_at_once(PlanConfirmation(**whole))


def test_page_paper_and_spreadsheet_say_when_and_under_which_number(decided, tmp_path):
    home, viewer = decided.hazuki, decided.anshin_worker

    def told():
        with acting_for(viewer):
            sheet = request_sheet(home.case, decided.decision, by=viewer, kind="plan")
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)
        with acting_for(viewer):
            paper = "".join(text_of(Sheet.objects.get(pk=sheet.pk).pdf, tmp_path).split())
        answer = client_of(viewer).get(
            reverse("casework:plan_excel", args=[home.case.pk, decided.decision.pk])
        )
        book = load_workbook(io.BytesIO(answer.content)).active
        cells = [str(cell.value) for row in book.iter_rows() for cell in row if cell.value]
        screen = client_of(viewer).get(page(decided)).content.decode()
        return (NUMBER in paper, NUMBER in cells, NUMBER in screen, "支援決定ずみ" in screen)

    assert told() == (False,) * 4
    kept = client_of(decided.chief).post(page(decided, "plan_confirm"), typed())
    assert (kept.status_code, kept.url) == (302, page(decided))
    assert told() == (True,) * 4


def test_second_sending_is_told_and_keeps_what_was_typed(decided):
    client, sent = client_of(decided.chief), typed()
    first, again = (client.post(page(decided, "plan_confirm"), sent) for _n in range(2))
    another = client.post(page(decided, "plan_confirm"), typed(outcome="returned", reason=WHY))

    assert (first.status_code, again.status_code, another.status_code) == (302, 302, 200)
    assert "もう記録されています" in another.content.decode()
    assert WHY in another.content.decode()


def test_timeline_tells_it_and_a_return_to_the_center_alone(decided):
    def shown():
        found = {}
        for name in ("coordinator", "anshin_worker"):
            viewer = getattr(decided, name)
            with acting_for(viewer):
                rows = timeline_for(viewer, decided.hazuki.case)
                found[name] = [(row.kind, row.title) for row in rows if row.key.startswith("confirmation")]
        return found

    assert shown() == {"coordinator": [], "anshin_worker": []}
    with transaction.atomic():
        return_plan(decided)
        returned = [("plan", f"支援プラン {decided.plan} が市から差し戻された")]
        assert shown() == {"coordinator": returned, "anshin_worker": []}
        transaction.set_rollback(True)
    confirm(decided)
    done = [("plan", f"支援プラン {decided.plan} を市が支援決定した")]
    assert shown() == {"coordinator": done, "anshin_worker": done}


def test_reason_that_tells_a_place_is_hidden_while_the_household_is_and_not_written_again(decided):
    home, by, place = decided.hazuki, decided.coordinator, "青葉区見本町9-8-7"
    confirm(decided, outcome="returned", reason=f"{place}への訪問が足りない")
    later = save(decided, home, follows=decided.plan)
    settle(decided, later, supersedes=decided.decision)
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": place}, seen=fingerprint(row, ["address"]), by=by
        )
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
        assert not PlanConfirmation.objects.exists()
    with pytest.raises(NotAllowed, match="もう記録されています"):
        confirm(decided)
    with pytest.raises(NotAllowed, match="秘匿"):
        confirm(decided, later, document_number=place)
