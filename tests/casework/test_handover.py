"""引き継ぎ: cases go to the next worker, who reads and signs; until then both see what is to be done as theirs."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import create_case
from casework.cases.models import Case
from casework.cases.selectors import Narrowing, case_keys_for
from casework.closing.actions import ClosureDraft, close_case
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.handover.actions import hand_over, sign_handover
from casework.handover.models import Handover, HandoverSign
from casework.handover.selectors import cases_of_worker, givers_for, handover_of, unsigned_for
from casework.models import CaseEvent
from casework.notifications.models import Notification
from casework.seals.actions import seal_case
from casework.sharing.actions import Label, block
from casework.tasks.actions import TaskDraft, add_task, end_task
from casework.tasks.selectors import open_tasks_for
from casework.workspace.board import count_ownerless
from casework.workspace.duties import DutyFilter, duties_for
from permissions.agencies.actions import end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving(world):
    """The coordinator leaves; somebody new takes over."""
    world.newcomer = make_viewer("newcomer", world.center, "coordinator")
    with acting_for(world.coordinator):
        for home in (world.hazuki, world.tomono):
            due = timezone.localdate() + dt.timedelta(days=3)
            task = TaskDraft(
                Label(None, "history"), f"電話 {home.case.number}", due, world.coordinator.membership
            )
            add_task(home.case, task, by=world.coordinator)
    return world


def give(world, *homes, taker=None, giver="coordinator", by=None, **told):
    by = by or world.chief
    giver = getattr(world, giver).membership if giver else None
    cases = [home.case for home in homes or (world.hazuki,)]
    with acting_for(by):
        return hand_over(cases, taker=(taker or world.newcomer).membership, giver=giver, by=by, **told)


def sign(world, row, by=None):
    by = by or world.newcomer
    with acting_for(by):
        return sign_handover(row.pk, row.case, by=by)


def mine(viewer, kind="task"):
    with acting_for(viewer):
        return sorted(duty.number for duty in duties_for(viewer, DutyFilter(who="me", kind=kind)))


def test_until_it_is_signed_it_is_both_peoples_and_then_the_next_ones(leaving):
    world = leaving
    one, other = world.hazuki.case.number, world.tomono.case.number
    assert (mine(world.coordinator), mine(world.newcomer)) == ([one, other], [])

    (row,) = give(world, words="母の通院が続く")

    assert (mine(world.coordinator), mine(world.newcomer)) == ([one, other], [one])
    assert (mine(world.newcomer, "handover"), mine(world.coordinator, "handover")) == ([one], [])
    sign(world, row)
    assert (mine(world.coordinator), mine(world.newcomer)) == ([other], [one])
    assert mine(world.newcomer, "handover") == []
    with acting_for(world.chief):
        case = Case.objects.get(pk=world.hazuki.case.pk)
        assert (case.worker_id, case.holder_id) == (world.newcomer.membership.pk, world.center.pk)
        verbs = set(CaseEvent.objects.filter(case=case).values_list("verb", flat=True))
        (duty,) = [d for d in duties_for(world.chief, DutyFilter(kind="task")) if d.number == one]
        assert (duty.membership, duty.agency) == (world.newcomer.membership.pk, world.center.pk)
        assert "newcomer" in duty.who
    assert {"case_handed_over", "worker_changed", "handover_signed"} < verbs
    with acting_for(world.newcomer):
        assert Notification.objects.filter(kind="holder", case=world.hazuki.case).count() == 1


def test_handed_on_twice_it_is_the_last_ones(leaving, shift_clock):
    world = leaving
    give(world)
    shift_clock(dt.timedelta(seconds=1))
    (second,) = give(world, taker=world.reception, giver="newcomer")
    number = world.hazuki.case.number
    assert [number in mine(who) for who in (world.coordinator, world.newcomer, world.reception)] == [
        True,
        True,
        True,
    ]
    with acting_for(world.chief):
        assert list(unsigned_for(world.chief)) == [second]
    sign(world, second, by=world.reception)
    assert number in mine(world.reception)
    assert [number in mine(who) for who in (world.coordinator, world.newcomer)] == [False, False]


def test_several_at_once_or_none(leaving):
    world = leaving
    with acting_for(world.chief):
        block(world.tomono.case, agency=None, user_id=world.newcomer.user.pk, reason="親戚", by=world.chief)
    with pytest.raises(NotAllowed, match=world.tomono.case.number):
        give(world, world.hazuki, world.tomono)
    with acting_for(world.chief):
        assert not Handover.objects.exists()
        assert Case.objects.get(pk=world.hazuki.case.pk).worker_id == world.coordinator.membership.pk
    assert len(give(world, world.hazuki, world.tomono, taker=world.reception)) == 2


def test_nobody_gets_what_they_must_not_see(leaving):
    world = leaving
    with acting_for(world.coordinator):
        threat = (Threat("親戚", "", None, world.newcomer.user.pk),)
        conceal(
            world.hazuki.case,
            world.hazuki.mother,
            GroundDraft("provisional", "x"),
            threat,
            by=world.coordinator,
        )
    with acting_for(world.chief):
        members = {world.chief.user.pk, world.coordinator.user.pk}
        seal_case(world.tomono.case, members=members, reason="親戚", seen=0, by=world.chief)
    for home in (world.hazuki, world.tomono):
        with pytest.raises(NotAllowed, match="見られない"):
            give(world, home)


def test_only_ones_own_and_only_what_goes_on(leaving):
    world = leaving
    for told in (
        {"taker": world.coordinator}, {"taker": world.anshin_worker}, {"taker": world.editor},
        {"giver": "newcomer", "taker": world.reception}, {"giver": None},
        {"by": world.reception}, {"by": world.anshin_worker},
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            give(world, **told)
    with acting_for(world.coordinator):
        end_task(
            open_tasks_for(world.coordinator).get(case=world.hazuki.case), kind="done", by=world.coordinator
        )
    with acting_for(world.chief):
        Case.objects.filter(pk=world.hazuki.case.pk).update(stage="closed")
    with pytest.raises(NotAllowed, match="終わった"):
        give(world)


@pytest.fixture
def closed(leaving):
    """The coordinator has closed a case, and asks in three months how it went; a colleague's task there is done."""
    world, by = leaving, leaving.coordinator
    with acting_for(by):
        for task in open_tasks_for(by).filter(case=world.hazuki.case):
            end_task(task, kind="done", by=by)
        Case.objects.filter(pk=world.hazuki.case.pk).update(stage="closing", flow="flow3")
        end = {
            "kind": "handed_over", "told": "見本", "lead_words": "見本", "decided_by_words": "内部会議", "signs": "見本",
            "watch": "民生委員", "watch_until": timezone.localdate() + dt.timedelta(days=30),
            "follow_up_on": timezone.localdate() + dt.timedelta(days=90),
        }  # fmt: skip
        close_case(world.hazuki.case, ClosureDraft(**end), by=by)
    return world


def test_what_is_left_after_the_end_goes_on_and_is_signed(closed):
    world = closed
    number = world.hazuki.case.number
    with acting_for(world.chief):
        assert [(m.pk, n) for m, n in givers_for(world.chief)] == [(world.coordinator.membership.pk, 2)]
        cases = cases_of_worker(world.chief, world.coordinator.membership.pk)
        assert [case.pk for case in cases] == [world.tomono.case.pk, world.hazuki.case.pk]

    (row,) = give(world)

    assert mine(world.newcomer) == [number, number]
    assert mine(world.newcomer, "handover") == [number]
    with acting_for(world.chief):
        assert [m.pk for m, _n in givers_for(world.chief)] == [
            world.coordinator.membership.pk, world.newcomer.membership.pk,
        ]  # fmt: skip
        assert handover_of(world.chief, world.hazuki.case) == row
    sign(world, row)
    assert (mine(world.coordinator), mine(world.newcomer)) == ([world.tomono.case.number], [number, number])
    with pytest.raises(NotAllowed, match="替わった"):
        give(world)
    give(world, giver="newcomer", taker=world.reception)


def test_whoever_held_a_case_to_its_end_stays_where_another_has_what_is_left(closed):
    world = closed
    with acting_for(world.chief):
        Case.objects.filter(pk=world.hazuki.case.pk).update(holder=world.anshin, worker=None)

    give(world)

    with acting_for(world.newcomer):
        case = Case.objects.get(pk=world.hazuki.case.pk)
        assert (case.holder_id, case.worker_id) == (world.anshin.pk, None)
        assert Notification.objects.filter(kind="holder", case=case).count() == 1


def test_board_counts_what_is_left_with_people_who_left(closed, client):
    world = closed
    sign_in(client, world.chief)
    assert client.get(reverse("casework:board")).context["left_behind"].count == 0
    end_membership(world.coordinator.membership, by=None)
    page = client.get(reverse("casework:board"))
    assert page.context["left_behind"].count == 1
    assert "いまは所属していない人のもの" in page.content.decode()
    give(world)
    assert client.get(reverse("casework:board")).context["left_behind"].count == 0


def test_once_everything_is_done_nothing_is_left_to_hand_over_or_to_sign(closed):
    world, by = closed, closed.coordinator
    (row,) = give(world)
    with acting_for(by):
        for task in open_tasks_for(by).filter(case=world.hazuki.case):
            end_task(task, kind="done", by=by)
    with acting_for(world.chief):
        assert handover_of(world.chief, row.case) is None
        assert [m.pk for m, _n in givers_for(world.chief)] == [world.coordinator.membership.pk]
    with pytest.raises(NotAllowed, match="終わった"):
        give(world, giver="newcomer", taker=world.reception)


def test_only_the_taker_signs_and_once(leaving):
    world = leaving
    (row,) = give(world)
    for who in (world.chief, world.coordinator, world.anshin_worker):
        with pytest.raises(NotAllowed, match="引き継いだ人だけ"):
            sign(world, row, by=who)
        forged = HandoverSign(handover=row, case=row.case, signed_by=world.newcomer.membership)
        own = HandoverSign(handover=row, case=row.case, signed_by=who.membership)
        for made in (forged, own):
            with acting_for(who), pytest.raises(DatabaseError), transaction.atomic():
                made.save(force_insert=True)
    sign(world, row)
    with pytest.raises(NotAllowed, match="もう署名"):
        sign(world, row)
    with acting_for(world.anshin_worker):
        assert not Handover.objects.exists()
        assert handover_of(world.anshin_worker, row.case) is None


def test_list_says_who_holds_what_and_who_holds_nothing_is_counted(leaving):
    world = leaving
    with acting_for(world.chief):
        create_case(by=world.chief)
        assert [(m.pk, n) for m, n in givers_for(world.chief)] == [
            (world.chief.membership.pk, 1), (world.coordinator.membership.pk, 2),
        ]  # fmt: skip
        assert count_ownerless(world.chief) == 0
        Case.objects.filter(pk=world.hazuki.case.pk).update(worker=None)
    end_membership(world.coordinator.membership, by=None)
    with acting_for(world.chief):
        assert givers_for(world.chief)[0] == (None, 1)
        assert [case.pk for case in cases_of_worker(world.chief, None)] == [world.hazuki.case.pk]
        assert count_ownerless(world.chief) == 2
        listed = {
            key
            for key, _moment in case_keys_for(world.chief, only=Narrowing(is_open=True, is_ownerless=True))
        }
    assert listed == {world.hazuki.case.pk, world.tomono.case.pk}
    with acting_for(world.reception):
        assert givers_for(world.reception) == []
    give(world, giver=None)
    with acting_for(world.chief):
        assert count_ownerless(world.chief) == 1


@pytest.mark.slow
def test_page_hands_over_what_was_ticked_and_the_next_one_signs(leaving, client):
    world = leaving
    sign_in(client, world.chief)
    address = f"{reverse('casework:handovers')}?worker={world.coordinator.membership.pk}"
    page = client.get(address).content.decode()
    for number in (world.hazuki.case.number, world.tomono.case.number):
        assert number in page
    refused = client.post(address, {"words": "よろしく", "taker": ""})
    assert set(refused.context["form"].errors) == {"cases", "taker"}
    assert "よろしく" in refused.content.decode()
    told = {"cases": [str(world.hazuki.case.pk)], "taker": world.newcomer.membership.pk, "words": "よろしく"}
    done = client.post(address, told, follow=True).content.decode()
    assert "1件を、" in done
    assert "署名を待っている引き継ぎ" in done
    with acting_for(world.chief):
        row = Handover.objects.get()
    case_page = reverse("casework:case", args=[row.case_id])
    button = reverse("casework:handover_sign", args=[row.case_id, row.pk])
    assert "よろしく" in client.get(case_page).content.decode()
    assert button not in client.get(case_page).content.decode()
    sign_in(client, world.newcomer)
    assert button in client.get(case_page).content.decode()
    assert "引き継ぎに署名しました" in client.post(button, follow=True).content.decode()
    assert button not in client.get(case_page).content.decode()
    sign_in(client, world.chief)
    with acting_for(world.chief):
        Case.objects.filter(pk=world.tomono.case.pk).update(worker=None)
    board = client.get(reverse("casework:board")).content.decode()
    assert "担当者がいないケース" in board
    listed = client.get(reverse("casework:case_list") + "?open=on&ownerless=on").content.decode()
    assert world.tomono.case.number in listed
    assert world.hazuki.case.number not in listed
