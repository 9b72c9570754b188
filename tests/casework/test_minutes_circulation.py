"""議事録の回覧: fixed minutes are passed round, alone, to who was named, until then; and they are received on paper as well."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.meetings.actions import PrepDraft, answer_prep, open_papers, take_off_agenda
from casework.meetings.minutes import (
    Outcome,
    circulate_minutes,
    fix_item,
    receive_minutes,
    record_paper_receipts,
)
from casework.meetings.models import (
    AgendaItem,
    AgendaMember,
    AgendaPaper,
    AgendaPerson,
    Minutes,
    MinutesCirculation,
    MinutesReceipt,
    PaperRelease,
    PrepSheet,
)
from casework.meetings.selectors import (
    agendas_for,
    circulations_for,
    members_for,
    minutes_for,
    papers_for,
    prep_sheets_for,
    receipts_for,
)
from casework.models import CaseEvent
from casework.notifications.models import Notification
from casework.sharing.actions import block
from permissions.agencies.actions import end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import CANARY, HOUR, call, let_swear, ordinance, paper, put, write
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db

DAY = 24 * HOUR
# What a member reads of an item whose minutes are passed round, and what they do not.
READ = {AgendaItem, AgendaPerson, AgendaMember, Minutes, MinutesCirculation}
SHUT = {AgendaPaper, PrepSheet, PaperRelease}


def held(world, shift_clock, *members, kind="jusou"):
    """An item of today with a paper and prep sheets, its minutes fixed after its papers were given back."""
    world.volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    world.colleague = make_viewer("anshin-colleague", world.anshin)
    members = members or (world.anshin_worker, world.kenko_worker)
    seats = (*members, world.volunteer) if kind == "shien_kaigi" else members
    let_swear(*seats)
    rule = ordinance(world) if kind == "shien_kaigi" else None
    item = put(world, call(world, rule, held_at=timezone.now()), world.hazuki, *seats, kind=kind)
    paper(world, item, f"{CANARY} 世帯像", is_for_all=True)
    with acting_for(world.coordinator):
        open_papers(item, return_by=timezone.now() + HOUR, by=world.coordinator)
    for viewer in members:
        with acting_for(viewer):
            answer_prep(
                item, PrepDraft(knows=f"{CANARY} 知っている {viewer.agency.code}"), answered=0, by=viewer
            )
    write(world, item)
    shift_clock(2 * HOUR)
    return item


def fix(world, item, **told):
    with acting_for(world.chief):
        minutes, _decision = fix_item(item, Outcome(), seen=1, present=[], by=world.chief, **told)
    return minutes


def circulate(world, item, days=7, by=None):
    by = by or world.coordinator
    with acting_for(by):
        return circulate_minutes(item, until=timezone.now() + days * DAY, by=by)


def reads(viewer):
    """Return the tables in which a person's own SQL finds a row; the door says the same where it has a word."""
    with acting_for(viewer):
        found = {model for model in READ | SHUT if model.objects.exists()}
        doors = {
            AgendaItem: agendas_for, AgendaMember: members_for, Minutes: minutes_for, AgendaPaper: papers_for,
            PrepSheet: prep_sheets_for, MinutesCirculation: circulations_for,
        }  # fmt: skip
        assert {model for model, door in doors.items() if door(viewer).exists()} == found & set(doors)
    return found


def told(viewer):
    with acting_for(viewer):
        return Notification.objects.filter(kind="papers").count()


def page(client, viewer, item):
    sign_in(client, viewer)
    return client.get(reverse("casework:agenda", args=[item.meeting_id, item.pk]))


def test_minutes_fixed_after_the_papers_closed_are_passed_round_alone(world, client, shift_clock):
    viewer, other = world.anshin_worker, world.kenko_worker
    item = held(world, shift_clock)
    before = told(viewer)
    fix(world, item)
    assert (reads(viewer), told(viewer) - before, page(client, viewer, item).status_code) == (set(), 0, 404)

    circulate(world, item)

    assert (reads(viewer), told(viewer) - before) == (READ, 1)
    body = page(client, viewer, item).content.decode()
    assert [text in body for text in (f"{CANARY} 事実", "議事録だけを", f"{CANARY} 世帯像", f"{CANARY} 知っている")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert "data-mark" in body
    listed = client.get(reverse("casework:meeting", args=[item.meeting_id])).content.decode()
    assert ("議事録の回覧（" in listed, "準備シートがまだの機関" in listed, "公開前" in listed) == (
        True,
        False,
        False,
    )
    assert client.get(reverse("casework:prep_answer", args=[item.meeting_id, item.pk])).status_code == 302
    with pytest.raises(NotAllowed), acting_for(viewer):
        answer_prep(item, PrepDraft(knows="おそい"), answered=1, by=viewer)
    assert (
        client.post(reverse("casework:minutes_receive", args=[item.meeting_id, item.pk])).status_code == 302
    )
    assert "に受け取りました" in page(client, viewer, item).content.decode()
    with acting_for(world.chief):
        assert set(receipts_for(world.chief, item)) == {viewer.membership.pk}
    with acting_for(other):
        assert receipts_for(other, item) == {}

    shift_clock(8 * DAY)

    for each in (viewer, other):
        assert (reads(each), page(client, each, item).status_code) == (set(), 404)
    with pytest.raises(NotAllowed), acting_for(other):
        receive_minutes(Minutes(agenda=item, case_id=item.case_id), by=other)


def test_minutes_fixed_while_papers_are_open_are_read_and_told_without_being_passed_round(world, shift_clock):
    item = held(world, shift_clock, kind="shien_kaigi")
    shift_clock(dt.timedelta())
    before = {each: told(each) for each in (world.anshin_worker, world.volunteer)}
    fix(world, item)
    assert {each: told(each) - count for each, count in before.items()} == {
        world.anshin_worker: 1, world.volunteer: 0,
    }  # fmt: skip
    assert reads(world.anshin_worker) == READ - {MinutesCirculation} | SHUT


def test_nobody_else_reads_what_is_passed_round_and_only_who_can_is_told(world, client, shift_clock):
    item = held(world, shift_clock, kind="shien_kaigi")
    outsiders = (world.colleague, world.volunteer, world.jiritsu_worker, world.stranger, world.anshin_admin)
    with acting_for(world.chief):
        block(item.case, agency=None, user_id=world.kenko_worker.user.pk, reason="親族", by=world.chief)
    before = {each: told(each) for each in (*outsiders, world.kenko_worker, world.anshin_worker)}
    minutes = fix(world, item)
    circulate(world, item)
    for each in (*outsiders, world.kenko_worker, world.editor, world.auditor):
        assert reads(each) == set(), each
    for each in (*outsiders[:4], world.kenko_worker):
        assert page(client, each, item).status_code == 404
    assert {each for each, count in before.items() if told(each) > count} == {world.anshin_worker}
    # A list may hide what was sent, and a mail goes out all the same.
    with acting_for(world.chief):
        event = CaseEvent.objects.get(verb="minutes_circulated")
    assert event.after["members"] == [world.anshin_worker.membership.pk]
    for each in (world.colleague, world.volunteer, world.kenko_worker):
        row = MinutesReceipt(agenda=item, case_id=item.case_id, membership=each.membership)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_for(each):
            row.save(force_insert=True)
        with pytest.raises(NotAllowed), acting_for(each):
            receive_minutes(minutes, by=each)


def consent_is_taken_back(world, item):
    with acting_for(world.coordinator):
        consent = Consent.objects.get(case=item.case, person=world.hazuki.son)
        words = {"said_on": timezone.localdate(), "how": "電話", "by": world.coordinator}
        withdraw_consent(consent, agency=world.anshin, item="meeting", **words)


def person_is_shut_out(world, item):
    with acting_for(world.chief):
        block(item.case, agency=None, user_id=world.anshin_worker.user.pk, reason="親族", by=world.chief)


def agency_is_shut_out(world, item):
    with acting_for(world.chief):
        block(item.case, agency=world.anshin, user_id=None, reason="関係者", by=world.chief)


def seat_ends(world, item):
    end_membership(world.anshin_worker.membership, by=None)


@pytest.mark.parametrize("act", [consent_is_taken_back, person_is_shut_out, agency_is_shut_out, seat_ends])
def test_what_ends_a_seat_ends_the_reading_at_once(world, client, shift_clock, act):
    item = held(world, shift_clock)
    fix(world, item)
    circulate(world, item)
    assert (reads(world.anshin_worker), reads(world.kenko_worker)) == (READ, READ)
    act(world, item)
    assert (reads(world.anshin_worker), reads(world.kenko_worker)) == (set(), READ)
    if act is not seat_ends:
        assert page(client, world.anshin_worker, item).status_code == 404
    assert page(client, world.kenko_worker, item).status_code == 200


@pytest.mark.parametrize(("kind", "found"), [("shien_kaigi", set()), ("jusou", READ), ("chosei", READ)])
def test_oath_of_last_year_reads_no_minutes_of_a_support_meeting(world, shift_clock, kind, found):
    item = held(world, shift_clock, kind=kind)
    fix(world, item)
    today = timezone.localdate()
    spring = dt.date(today.year + (today.month > 3), 4, 2) - today
    shift_clock(spring)
    until = timezone.now() + spring + 5 * DAY
    with acting_for(world.coordinator):
        MinutesCirculation(
            agenda=item, case_id=item.case_id, until=until, circulated_by=world.coordinator.membership
        ).save(force_insert=True)

    assert reads(world.anshin_worker) == found


@pytest.mark.parametrize("kind", ["jusou", "chosei", "shien_kaigi"])
def test_form_of_fixing_proposes_it_by_the_law_of_the_meeting(world, client, shift_clock, kind):
    item = held(world, shift_clock, kind=kind)
    sign_in(client, world.chief)
    keys = [item.meeting_id, item.pk]
    url = reverse("casework:agenda_fix", args=keys)
    shown = client.get(url)
    body = shown.content.decode()
    is_support = kind == "shien_kaigi"
    assert shown.context["form"]["circulate"].value() is not is_support
    assert ("議事録も紙で渡し" in body) == is_support
    empty = {
        f"{prefix}-{name}": "0"
        for prefix in ("direction", "role")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    until = timezone.localtime() + 3 * DAY
    typed = {**empty, "seen": "1", "circulate": "on", "until": ""}
    for wrong, words in (
        ("", "議事録を読める期限を書いてください"),
        (f"{until - 9 * DAY:%Y-%m-%dT%H:%M}", "過ぎた時刻"),
        (f"{until + 40 * DAY:%Y-%m-%dT%H:%M}", "31日以内"),
    ):
        body = client.post(url, {**typed, "until": wrong}).content.decode()
        assert words in body
        assert f'value="{wrong}"' in body or not wrong
    with acting_for(world.chief):
        assert not Minutes.objects.exists()
    assert client.post(url, {**typed, "until": f"{until:%Y-%m-%dT%H:%M}"}).status_code == 302
    assert reads(world.anshin_worker) == READ
    with acting_for(world.chief):
        events = set(CaseEvent.objects.filter(case=item.case).values_list("verb", flat=True))
    assert {"minutes_fixed", "minutes_circulated"} <= events


def test_item_is_passed_round_once_more_from_its_page(world, client, shift_clock):
    item = held(world, shift_clock)
    keys = [item.meeting_id, item.pk]
    url = reverse("casework:agenda_circulate", args=keys)
    sign_in(client, world.coordinator)
    assert client.get(url).status_code == 302
    with pytest.raises(NotAllowed, match="議事録を確定してから"):
        circulate(world, item)
    fix(world, item)
    assert url in client.get(reverse("casework:agenda", args=keys)).content.decode()
    once = client.get(url).context["form"].initial["once"]
    until = timezone.localtime() + 3 * DAY
    typed = {"until": f"{until:%Y-%m-%dT%H:%M}", "once": str(once)}
    for _twice in range(2):
        assert client.post(url, typed).status_code == 302
    with acting_for(world.chief):
        assert MinutesCirculation.objects.count() == 1
    refused = client.post(url, {"until": f"{until + 40 * DAY:%Y-%m-%dT%H:%M}"})
    assert "31日以内" in refused.content.decode()
    shift_clock(4 * DAY)
    assert reads(world.anshin_worker) == set()
    circulate(world, item, days=10)
    assert reads(world.anshin_worker) == READ
    assert "回覧中" in page(client, world.coordinator, item).content.decode()


def test_item_that_left_after_the_meeting_is_passed_round_to_nobody(world, shift_clock):
    item = held(world, shift_clock)
    with acting_for(world.coordinator):
        take_off_agenda(item, reason="見本", by=world.coordinator)
    fix(world, item)
    with pytest.raises(NotAllowed, match="取り下げた議題"):
        circulate(world, item)
    row = MinutesCirculation(
        agenda=item,
        case_id=item.case_id,
        until=timezone.now() + DAY,
        circulated_by=world.coordinator.membership,
    )
    with (
        pytest.raises(IntegrityError, match="fixed minutes"),
        transaction.atomic(),
        acting_for(world.coordinator),
    ):
        row.save(force_insert=True)
    with pytest.raises(NotAllowed, match="確定した議題だけ"), acting_for(world.coordinator):
        record_paper_receipts(item, [world.anshin_worker.membership], by=world.coordinator)


def test_database_passes_round_fixed_minutes_for_a_month_at_most_by_who_opens_papers(world, shift_clock):
    item = held(world, shift_clock)
    by = world.coordinator

    def row(who, days=7, **told):
        words = {"until": timezone.now() + days * DAY, "circulated_by": who.membership, **told}
        return MinutesCirculation(agenda=item, case_id=item.case_id, **words)

    def refused(match, who, made):
        with pytest.raises(DatabaseError, match=match), transaction.atomic(), acting_for(who):
            made.save(force_insert=True)

    refused("fixed minutes", by, row(by))
    fix(world, item)
    refused("minutescirculation_in_order", by, row(by, days=32))
    refused("minutescirculation_in_order", by, row(by, days=-1))
    refused("from now on", by, row(by, days=50, circulated_at=timezone.now() + 30 * DAY))
    for who, made in (
        (world.reception, row(world.reception)),
        (world.anshin_worker, row(world.anshin_worker)),
        (by, row(world.chief)),
    ):
        refused("row-level security", who, made)
    with pytest.raises(NotAllowed, match="権限"):
        circulate(world, item, by=world.reception)


def test_minutes_handed_over_on_paper_are_received_there(world, client, shift_clock):
    viewer, other, by = world.anshin_worker, world.kenko_worker, world.coordinator
    item = held(world, shift_clock, kind="shien_kaigi")
    with pytest.raises(NotAllowed, match="確定した議題だけ"), acting_for(by):
        record_paper_receipts(item, [viewer.membership], by=by)
    fix(world, item)
    sign_in(client, by)
    url = reverse("casework:copies", args=[item.meeting_id, item.pk])
    answer = client.post(url, {"receivers": [str(viewer.membership.pk)], "received": "1"})
    assert answer.status_code == 302
    body = client.get(url).content.decode()
    assert ("紙で渡した（記録：coordinator）" in body, body.count("未受領</span>")) == (True, 1)
    assert "構成員を選んでください" in client.post(url, {"received": "1"}).content.decode()
    with acting_for(by):
        assert record_paper_receipts(item, [viewer.membership], by=by) == 0
        row = MinutesReceipt.objects.get()
        assert (row.membership, row.medium, row.recorded_by) == (viewer.membership, "paper", by.membership)
        for seat in (world.stranger.membership, world.volunteer.membership):
            with pytest.raises(NotAllowed):
                record_paper_receipts(item, [seat], by=by)
    forged = (
        (viewer, {"membership": other.membership, "medium": "paper", "recorded_by": viewer.membership}),
        (by, {"membership": other.membership, "medium": "paper", "recorded_by": world.chief.membership}),
        (by, {"membership": world.volunteer.membership, "medium": "paper", "recorded_by": by.membership}),
        (by, {"membership": world.stranger.membership, "medium": "paper", "recorded_by": by.membership}),
        (by, {"membership": other.membership}),
    )
    for who, words in forged:
        row = MinutesReceipt(agenda=item, case_id=item.case_id, **words)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_for(who):
            row.save(force_insert=True)
