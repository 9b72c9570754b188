"""期限: what is to be done until when, who may ask it of whom, and one list of everything that is due."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.concealment.actions import GroundDraft, conceal
from casework.consent.actions import ConsentDraft, record_consent
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.intake.actions import record_contact
from casework.notices.actions import record_notice, record_reply
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import RoleRow
from casework.referrals.actions import AnswerDraft, ReferralDraft, answer_referral, send_referral
from casework.referrals.models import Referral
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, block, end_line
from casework.tasks.actions import TaskDraft, add_task, add_task_ahead, end_task
from casework.tasks.models import Task, TaskEnd
from casework.tasks.selectors import case_tasks_for, open_tasks_for
from casework.workspace.duties import DutyFilter, duties_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow


LAW = Ground("law", "見本の法律")


def ask(world, *, days=1, owner=None, label=None, by=None, home=None, what="家に電話", key=None):
    by = by or world.coordinator
    due = timezone.localdate() + dt.timedelta(days=days)
    with acting_for(by):
        draft = TaskDraft(label or Label(None, "history"), what, due, (owner or by).membership)
        return add_task((home or world.hazuki).case, draft, by=by, key=key)


def listed(viewer, **only):
    with acting_for(viewer):
        return [(duty.kind, duty.what) for duty in duties_for(viewer, DutyFilter(**only))]


# --- tasks -----------------------------------------------------------------------------------------------


def test_task_stands_until_it_is_done_or_dropped_with_a_reason(world):
    by = world.coordinator
    done, dropped, stands = (ask(world, what=f"その{number}") for number in range(3))
    with acting_for(by):
        end_task(done, kind="done", by=by)
        with pytest.raises(NotAllowed, match="理由"):
            end_task(dropped, kind="dropped", by=by)
        end_task(dropped, kind="dropped", words="転居", by=by)

        assert [task.what for task in case_tasks_for(by, world.hazuki.case)] == [stands.what]
        assert sorted(TaskEnd.objects.values_list("kind", flat=True)) == ["done", "dropped"]


def test_task_ends_once(world):
    task = ask(world)
    with acting_for(world.chief):
        end_task(task, kind="done", by=world.chief)
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="先に終えました"):
        end_task(task, kind="done", by=world.coordinator)


def test_double_click_asks_once(world):
    key = uuid.uuid4()
    tasks = [ask(world, key=key) for _click in range(2)]

    assert tasks[0] == tasks[1]
    with acting_for(world.chief):
        assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "expected"), [(74, [14, 44, 60, 74]), (20, [6, 20]), (60, [30, 46, 60]), (14, [14])]
)
def test_day_that_takes_preparing_is_a_task_before_as_well(world, days, expected):
    by, key, today = world.coordinator, uuid.uuid4(), timezone.localdate()
    draft = TaskDraft(
        Label(None, "history"), "在留カード" * 39, today + dt.timedelta(days=days), by.membership
    )
    with acting_for(by):
        for _twice in range(2):
            add_task_ahead(world.hazuki.case, draft, by=by, key=key)
        found = [(task.due_on - today).days for task in open_tasks_for(by)]

    assert sorted(found) == expected


def test_only_the_center_asks_and_only_of_the_center(world):
    with pytest.raises(NotAllowed, match="権限"):
        ask(world, by=world.anshin_worker)
    for owner in (world.anshin_worker, world.editor):
        with pytest.raises(NotAllowed, match="センターの職員"):
            ask(world, owner=owner)


def test_place_that_is_concealed_is_not_written_into_a_task(world):
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": "見本市東雲区見本町一丁目二番三号"}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
    with pytest.raises(NotAllowed, match="秘匿"):
        ask(world, what="見本市東雲区見本町一丁目二番三号へ訪問")


def test_end_has_the_case_and_item_of_its_task(world):
    task = ask(world)
    end = TaskEnd(
        task=task, case=world.tomono.case, item="history", kind="done", ended_by=world.chief.membership
    )
    with acting_for(world.chief):
        end.save(force_insert=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_agency_sees_the_tasks_of_what_is_shared_and_no_others(world):
    ask(world, what="見える", label=Label(None, "history"))
    ask(world, what="見えない", label=Label(world.hazuki.son.pk, "health"))
    ask(world, what="よその世帯", home=world.tomono)
    world.share(world.hazuki, world.anshin, Label(None, "history"))

    with acting_for(world.anshin_worker):
        assert [task.what for task in open_tasks_for(world.anshin_worker)] == ["見える"]
    assert listed(world.anshin_worker) == [("task", "見える")]
    assert listed(world.stranger) == []


def test_screens_add_show_and_end(world, client):
    case = world.hazuki.case
    sign_in(client, world.coordinator)
    url = reverse("casework:task_add", args=[case.pk])
    typed = {
        "what": "家に電話",
        "owner": world.reception.membership.pk,
        "about": "household",
        "item": "history",
    }
    half = client.post(url, typed)
    assert set(half.context["form"].errors) == {"due_on"}
    assert "家に電話" in half.content.decode()
    typed |= {"due_on": (timezone.localdate() - dt.timedelta(days=1)).isoformat(), "once": str(uuid.uuid4())}
    assert client.post(url, typed).status_code == client.post(url, typed).status_code == 302

    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    with acting_for(world.chief):
        (task,) = Task.objects.all()
    end = reverse("casework:task_end", args=[case.pk, task.pk])
    assert "期限切れ" in page
    assert end in page
    assert set(client.post(end, {"kind": "dropped"}).context["form"].errors) == {"words"}
    assert client.post(end, {"kind": "done"}).status_code == 302
    assert client.get(end).status_code == 404
    assert "家に電話" not in client.get(reverse("casework:case", args=[case.pk])).content.decode()


def test_task_of_another_case_is_not_there(world, client):
    task = ask(world, home=world.tomono)
    sign_in(client, world.coordinator)

    url = reverse("casework:task_end", args=[world.hazuki.case.pk, task.pk])
    assert client.get(url).status_code == client.post(url, {"kind": "done"}).status_code == 404


def test_next_step_of_a_note_becomes_a_task_with_its_label(world, client):
    case, son = world.hazuki.case, world.hazuki.son
    sign_in(client, world.coordinator)
    url = reverse("casework:note_add", args=[case.pk])
    shown = client.get(url).context
    typed = {
        "about": str(son.pk), "item": "health", "title": "訪問", "method": "visit", "fact_1": "会えた",
        "fact_1_source": "observed", "occurred_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "readers": shown["mark"], "next_what": "受診に同行", "next_owner": world.reception.membership.pk,
        "once": str(uuid.uuid4()),
    }  # fmt: skip
    half = client.post(url, typed)
    due = timezone.localdate() + dt.timedelta(days=7)
    done = client.post(url, {**typed, "next_due_on": due.isoformat()})

    assert set(half.context["form"].errors) == {"next_due_on"}
    assert done.status_code == 302
    with acting_for(world.chief):
        (task,) = Task.objects.select_related("note")
        assert (task.what, task.due_on, task.person_id, task.item) == ("受診に同行", due, son.pk, "health")
        assert (task.owner_id, task.note.title) == (world.reception.membership.pk, "訪問")


# --- everything that is due ------------------------------------------------------------------------------


def everything(world):
    """Return the world with one duty of each kind on the first case; the agency anshin sees some of them."""
    mother, today = world.hazuki.mother, timezone.localdate()
    world.share(world.hazuki, world.anshin, Label(mother.pk, "roles"))
    line = world.share(world.hazuki, world.kenko, Label(mother.pk, "money"))[0]
    ask(world, days=-1, what="期限")
    by = world.coordinator
    with acting_for(by):
        send_referral(
            world.hazuki.case,
            ReferralDraft(world.jiritsu, mother.pk, "聞いた", "課題", "同行", LAW, today),
            by=by,
        )
        decide(
            world.hazuki.case,
            decided_on=today,
            directions=[DirectionDraft(Label(mother.pk, "plan"), "方針")],
            roles=[RoleDraft(Label(mother.pk, "roles"), world.anshin, "課題", "役割", until_on=today)],
            by=by,
        )
        soon = today + dt.timedelta(days=20)
        scopes = ((world.anshin, "roles"),)
        record_consent(
            world.hazuki.case,
            mother,
            ConsentDraft("given", today, "見本", scopes=scopes, valid_until=soon),
            by=by,
        )
        conceal(
            world.tomono.case, world.tomono.mother, GroundDraft("measure", "裁判所", ends_on=soon), (), by=by
        )
        end_line(line, by=by, reason="見本")
    return _noticed(world)


def _noticed(world):
    by, now = world.reception, timezone.now()
    with acting_for(by):
        contact = record_contact(
            channel="phone", speaker="self", one_line="見本", urgency="B", received_at=now, by=by
        )
        told = {"law": "child", "recipient": "児童相談所", "noticed_at": now, "content": "見本"}
        return record_notice(contact, values=told, hides_informant=False, by=by)


def test_one_list_of_everything_that_is_due_by_its_day(world):
    everything(world)

    every = {"task", "role", "referral", "consent", "concealment", "notice", "recall"}
    assert {kind for kind, _what in listed(world.chief)} == every
    with acting_for(world.chief):
        days = [duty.due_on for duty in duties_for(world.chief)]
    assert days == sorted([day for day in days if day]) + [None] * days.count(None)


def test_agencies_list_what_reaches_them(world):
    everything(world)

    assert listed(world.anshin_worker) == [("role", "未回答：役割")]
    assert [kind for kind, _what in listed(world.jiritsu_worker)] == ["referral"]
    assert [kind for kind, _what in listed(world.kenko_worker)] == ["recall"]
    for name in ("stranger", "editor", "auditor", "sysadmin", "anshin_admin"):
        assert listed(getattr(world, name)) == []


def test_what_is_done_is_not_due_any_more(world):
    notice = everything(world)
    with acting_for(world.anshin_worker):
        role, by = RoleRow.objects.get(), world.anshin_worker
        answer_role(role, kind="accepted", text="", answered=0, by=by)
    accepted = listed(world.chief, kind="role")
    with acting_for(world.anshin_worker):
        answer_role(role, kind="result", text="すんだ", answered=1, by=by)
    with acting_for(world.jiritsu_worker):
        said = AnswerDraft("declined", words="空きがない")
        answer_referral(Referral.objects.get(), said, answered=0, by=world.jiritsu_worker)
    with acting_for(world.reception):
        record_reply(notice, values={"replied_at": timezone.now(), "text": "見本"}, by=world.reception)

    assert accepted == [("role", "役割")]
    left = {kind for kind, _what in listed(world.chief)}
    assert left == {"task", "consent", "concealment", "recall"}


def test_block_takes_every_duty_of_the_case_away(world):
    everything(world)
    with acting_for(world.chief):
        for agency in (world.anshin, world.jiritsu, world.kenko):
            block(world.hazuki.case, agency=agency, user_id=None, reason="見本", by=world.chief)
        block(
            world.hazuki.case, agency=None, user_id=world.coordinator.user.pk, reason="見本", by=world.chief
        )

    for worker in (world.anshin_worker, world.jiritsu_worker, world.kenko_worker):
        assert listed(worker) == []
    assert {kind for kind, _what in listed(world.coordinator)} == {"concealment", "notice"}


def test_filters_narrow_by_kind_day_and_whom(world):
    everything(world)
    ask(world, days=3, owner=world.reception, what="受付の")

    me = world.coordinator
    assert listed(me, kind="task", due="late") == [("task", "期限")]
    assert listed(me, kind="task", due="week") == [("task", "期限"), ("task", "受付の")]
    assert listed(me, who="me", kind="task") == [("task", "期限")]
    assert listed(me, agency=world.anshin.pk) == [("role", "未回答：役割")]
    assert {kind for kind, _what in listed(me, due="none")} == {"notice", "recall"}
    assert listed(me, worker=0) == [("notice", "返事を確かめて記録する")]


def test_list_by_its_screen_with_filters_in_the_address(world, client):
    everything(world)
    sign_in(client, world.chief)
    url = reverse("casework:duties")

    late = client.get(url, {"due": "late"})
    page = late.content.decode()
    unsound = client.get(url, {"due": "x", "agency": "y", "worker": "z"})

    assert world.hazuki.case.number in page
    assert [duty.kind for duty in late.context["page"].object_list] == ["task"]
    assert "期限切れ" in page
    assert unsound.status_code == 200
    assert len(unsound.context["page"].object_list) == 7
