"""会議後アンケート (domain.md 1.9): once, signed, by whoever reads the fixed minutes; read by the center alone."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.concealment.actions import GroundDraft, conceal
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.meetings.minutes import QuestionnaireDraft, answer_questionnaire, circulate_minutes
from casework.meetings.models import Questionnaire
from casework.meetings.selectors import questionnaires_for
from casework.seen import fingerprint
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import fixed_item, today_item
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.slow

NOTICED = "資料を前の週にほしい"
TYPED = {"role_clear": "yes", "could_talk": "unsure", "noticed": NOTICED}


def answer(item, by, **more):
    with acting_for(by):
        return answer_questionnaire(item, QuestionnaireDraft(**{**TYPED, **more}), by=by)


def pages(item):
    return [
        reverse(f"casework:{name}", args=[item.meeting_id, item.pk]) for name in ("questionnaire", "agenda")
    ]


def test_each_member_answers_once_and_the_center_alone_reads_who_said_what(world):
    viewer, other = world.anshin_worker, world.kenko_worker
    item, _minutes = fixed_item(world, viewer, other)
    mine, theirs = answer(item, viewer, noticed=f" {NOTICED}\n"), answer(item, other, noticed="")
    with pytest.raises(NotAllowed, match="もう答えています"):
        answer(item, viewer, role_clear="no")

    assert mine.noticed == NOTICED
    read = {}
    for name in ("chief", "coordinator", "reception", "anshin_worker", "kenko_worker", "stranger", "editor"):
        by = getattr(world, name)
        with acting_for(by):
            read[name] = (list(questionnaires_for(by, item)), set(Questionnaire.objects.all()))
    both = ([mine, theirs], {mine, theirs})
    assert read == {
        "chief": both, "coordinator": both, "reception": both, "anshin_worker": ([mine], {mine}),
        "kenko_worker": ([theirs], {theirs}), "stranger": ([], set()), "editor": ([], set()),
    }  # fmt: skip
    with acting_for(world.auditor):
        entries = AuditEntry.objects.filter(verb="questionnaire_answered")
        assert {entry.membership_id for entry in entries} == {viewer.membership.pk, other.membership.pk}


def test_only_who_reads_the_minutes_now_answers(world, shift_clock):
    volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    viewer = world.anshin_worker
    before = today_item(world, world.kenko_worker)
    with pytest.raises(NotAllowed, match="議事録を読める"):
        answer(before, world.kenko_worker)  # not fixed yet
    item, _minutes = fixed_item(world, viewer, volunteer)
    for by in (volunteer, world.stranger, world.chief):
        with pytest.raises(NotAllowed, match="議事録を読める"):
            answer(item, by)
    shift_clock(dt.timedelta(days=2))  # the papers were given back
    with pytest.raises(NotAllowed, match="議事録を読める"):
        answer(item, viewer)
    with acting_for(world.coordinator):
        circulate_minutes(item, until=timezone.now() + dt.timedelta(days=7), by=world.coordinator)
    assert answer(item, viewer).membership == viewer.membership


def test_database_lets_nobody_answer_for_another_twice_or_otherwise(world):
    viewer, other = world.anshin_worker, world.kenko_worker
    item, _minutes = fixed_item(world, viewer, other)
    answer(item, viewer)
    walled, once, known = (
        (DatabaseError, "row-level security"),
        (IntegrityError, "once"),
        (IntegrityError, "known"),
    )
    for by, seat, more, (kind, words) in (
        (viewer, other, {}, walled),
        (world.stranger, world.stranger, {}, walled),
        (world.chief, other, {}, walled),
        (world.chief, world.chief, {}, walled),
        (viewer, viewer, {}, once),
        (other, other, {"could_talk": "x"}, known),
    ):
        row = Questionnaire(
            agenda=item, case_id=item.case_id, membership=seat.membership, **{**TYPED, **more}
        )
        with pytest.raises(kind, match=words), transaction.atomic(), acting_for(by):
            row.save(force_insert=True)


def test_pages_ask_the_member_and_list_the_answers_for_the_center(world, client):
    viewer, other = world.anshin_worker, world.kenko_worker
    item, _minutes = fixed_item(world, viewer, other)
    ask, page = pages(item)
    sign_in(client, world.chief)
    assert "まだ答えがありません" in client.get(page).content.decode()
    assert client.get(ask).url == page  # sits not at the table
    sign_in(client, viewer)
    assert ask in client.get(page).content.decode()
    refused = client.post(ask, {**TYPED, "role_clear": ""})
    kept, again = client.post(ask, TYPED), client.post(ask, TYPED, follow=True)
    told = client.get(page).content.decode()

    assert (refused.status_code, NOTICED in refused.content.decode()) == (200, True)
    assert (kept.status_code, kept.url) == (302, page)
    assert "もう答えています" in again.content.decode()
    assert ("会議後アンケートに答えました" in told, ask in told) == (True, False)
    sign_in(client, other)
    assert NOTICED not in client.get(page).content.decode()
    sign_in(client, world.chief)
    listed = client.get(page).content.decode()
    assert (NOTICED in listed, "どちらともいえない" in listed, viewer.agency.name in listed) == (
        True,
        True,
        True,
    )


def test_answer_that_tells_a_place_is_hidden_while_the_household_is_and_stays_the_one(world):
    home, by, place = world.hazuki, world.coordinator, "青葉区見本町9-8-7"
    viewer = world.anshin_worker
    item, _minutes = fixed_item(world, viewer)
    answer(item, viewer, noticed=f"{place}まで遠い")
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        seen = fingerprint(row, ["address"])
        set_item(home.mother, item="contact", values={"address": place}, seen=seen, by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=by)
        assert not Questionnaire.objects.exists()
    with pytest.raises(NotAllowed, match="もう答えています"):
        answer(item, viewer)
