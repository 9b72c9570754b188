"""見直しの日: a meeting says when what it decided is looked at again, and somebody has to."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import Case
from casework.meetings.minutes import Outcome, fix_item
from casework.meetings.models import AgendaPaper, Minutes
from casework.meetings.selectors import minutes_for, reviews_for
from casework.notifications.models import Notification
from casework.plans.actions import DirectionDraft
from casework.sharing.actions import Label
from casework.tasks.actions import end_task
from casework.tasks.models import Task
from casework.workspace.clocks import remind_deadlines
from casework.workspace.duties import DutyFilter, duties_for
from permissions.errors import NotAllowed
from permissions.paper import pdf_available
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, let_swear, ordinance, put, today_item, write
from tests.paper import said_by

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def fixed(world, *, days=30, kind="shien_kaigi", outcome=None):
    """An item of today whose decision is to be looked at again; fixed by the chief, of a case of the coordinator."""
    if kind == "internal":
        item = put(world, call(world, held_at=timezone.now()), world.hazuki, world.coordinator, kind=kind)
    else:
        item = today_item(world, world.anshin_worker)
    write(world, item)
    decided = outcome or Outcome([DirectionDraft(Label(world.hazuki.mother.pk, "plan"), "見守る")])
    with acting_for(world.chief):
        return fix_item(
            item, decided, seen=1, present=[], review_on=timezone.localdate() + days * DAY, by=world.chief
        )[0]


def test_day_of_review_is_a_deadline_of_whoever_works_on_the_case(world, monkeypatch):
    minutes, by = fixed(world), world.coordinator
    with acting_for(by):
        (duty,) = duties_for(by, DutyFilter(kind="task", who="me"))
        assert (duty.key, duty.due_on, duty.what) == (
            minutes.review_key,
            minutes.review_on,
            "決めたことを見直す",
        )
    with acting_for(world.chief):
        assert duties_for(world.chief, DutyFilter(kind="task", who="me")) == []
    monkeypatch.setattr(timezone, "localdate", lambda *_args: minutes.review_on - DAY)
    remind_deadlines()
    with acting_for(by):
        assert Notification.objects.filter(kind="deadline", task=minutes.review_key).count() == 1


def test_where_nobody_works_on_the_case_it_is_of_whoever_fixed_them(world):
    with acting_for(world.chief):
        Case.objects.filter(pk=world.hazuki.case.pk).update(worker=None)
    minutes = fixed(world, kind="internal")
    with acting_for(world.chief):
        task = Task.objects.get(pk=minutes.review_key)
        assert task.owner_id == world.chief.membership.pk
        assert task.what == f"{minutes.agenda.meeting.number}で決めたことを見直す"


def test_day_that_has_gone_by_fixes_nothing_and_without_a_day_nothing_is_asked(world):
    with pytest.raises(NotAllowed, match="見直しの日が、過ぎた日"):
        fixed(world, days=-1)
    item = put(world, call(world, held_at=timezone.now()), world.hazuki, world.coordinator, kind="internal")
    write(world, item)
    with acting_for(world.chief):
        assert not Minutes.objects.exists()
        fix_item(item, Outcome(), seen=1, present=[], by=world.chief)
        assert not Task.objects.exists()


def test_members_read_the_day_in_the_minutes_and_no_line_brings_the_meeting(world):
    """Whoever has the household's meetings by a line reads the task: it names no 支援会議."""
    world.share(world.hazuki, world.kenko, Label(None, "meeting"))
    minutes = fixed(world)
    with acting_for(world.anshin_worker):
        assert minutes_for(world.anshin_worker).get().review_on == minutes.review_on
    with acting_for(world.kenko_worker):
        assert not Minutes.objects.exists()
        assert list(Task.objects.values_list("what", flat=True)) == ["決めたことを見直す"]


@pytest.mark.parametrize(
    ("names", "kind", "is_told"),
    [
        (["anshin_worker", "coordinator"], "shien_kaigi", True),
        (["anshin_worker", "jiritsu_worker"], "shien_kaigi", False),
        (["jiritsu_worker"], "jusou", False),
        ([], "shien_kaigi", False),
        (["coordinator"], "internal", True),
    ],
)
def test_next_agenda_proposes_the_review_and_tells_it_to_who_sat_there(world, names, kind, is_told):
    minutes, by, case = fixed(world), world.coordinator, world.hazuki.case
    let_swear(world.jiritsu_worker)
    with acting_for(by):
        reviews = tuple(reviews_for(by, case))
        assert [row.pk for row in reviews] == [minutes.pk]
    seats = [getattr(world, name) for name in names]
    item = put(world, call(world, ordinance(world)), world.hazuki, *seats, kind=kind, reviews=reviews)
    line = f"・{minutes.agenda.meeting.number}で決めたことの見直し（{minutes.review_on}）"
    with acting_for(by):
        papers = list(AgendaPaper.objects.filter(agenda=item))
        assert [line in paper.text for paper in papers] == ([True] if is_told else [])
        assert all(paper.kept_from == [minutes.agenda_id] for paper in papers)
        end_task(Task.objects.get(pk=minutes.review_key), kind="done", by=by)
        assert reviews_for(by, case) == []
    with acting_for(world.anshin_worker):
        assert reviews_for(world.anshin_worker, case) == []


@pytest.mark.slow
def test_pages_ask_for_the_day_show_it_and_propose_it(world, client):
    item = put(world, call(world, held_at=timezone.now()), world.hazuki, world.coordinator, kind="internal")
    write(world, item)
    sign_in(client, world.chief)
    keys, day = [item.meeting_id, item.pk], timezone.localdate() + 40 * DAY
    address = reverse("casework:agenda_fix", args=keys)
    blank = {f"{name}-{key}": 0 for name in ("direction", "role") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    typed = {**blank, "seen": 1, "present": [str(world.coordinator.membership.pk)]}
    refused = client.post(address, {**typed, "review_on": "2020-01-01"})
    assert "見直しの日が、過ぎた日" in refused.content.decode()
    assert 'value="2020-01-01"' in refused.content.decode()
    shown = client.post(address, {**typed, "review_on": str(day)}, follow=True).content.decode()
    assert "見直しの日" in shown
    assert str(day) in shown
    add = reverse("casework:agenda_add", args=[world.hazuki.case.pk])
    assert f"{day}：{item.meeting.number}" in client.get(add).content.decode()
    meeting = call(world)
    with acting_for(world.chief):
        minutes = Minutes.objects.get()
    put_on = {
        "meeting": str(meeting.pk), "kind": "internal", "purpose": "evaluation", "purpose_text": "",
        f"about_{world.hazuki.mother.pk}": "on", f"words_{world.hazuki.mother.pk}": "本人",
        "reviews": [str(minutes.pk)], "members": [str(world.coordinator.membership.pk)],
    }  # fmt: skip
    page = client.post(add, put_on, follow=True).content.decode()
    assert f"{item.meeting.number}で決めたことの見直し（{day}）" in page
    if pdf_available():
        pdf = client.post(reverse("casework:agenda_print", args=keys), {}).content
        assert "見直しの日" in said_by(pdf)
