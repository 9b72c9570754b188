"""Attending online (domain.md R-MTG-7): who does says that they are alone, for themselves or by mouth; the minutes show who did not."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.meetings.actions import take_off_agenda
from casework.meetings.minutes import Outcome, fix_item
from casework.meetings.models import AloneDeclaration
from casework.meetings.online import declare_alone
from casework.meetings.selectors import declarations_for
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.paper import pdf_available
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, let_swear, open_to_all, ordinance, put, write
from tests.worlds import make_viewer

DAY = dt.timedelta(days=1)


def online(world, *members, held_at=None, opens=True, **told):
    let_swear(*members)
    when = {"held_at": held_at or timezone.now(), "is_online": True, "place": "", **told}
    item = put(world, call(world, ordinance(world), **when), world.hazuki, *members)
    if opens:
        open_to_all(world, item)
    return item


def says(item, viewer, of=None):
    with acting_for(viewer):
        return declare_alone(item, (of or viewer).membership.pk, by=viewer)


def seen_by(viewer):
    with acting_for(viewer):
        door = set(declarations_for(viewer).values_list("membership", flat=True))
        assert set(AloneDeclaration.objects.values_list("membership", flat=True)) == door
    return door


@pytest.mark.django_db
def test_each_says_it_for_themselves_and_the_center_by_mouth(world):
    anshin, kenko, by = world.anshin_worker, world.kenko_worker, world.coordinator
    item = online(world, anshin, kenko)

    own = says(item, anshin)
    assert says(item, anshin).pk == own.pk
    assert says(item, by, of=kenko).taken_by == by.membership
    with pytest.raises(NotAllowed, match="かわり"):
        says(item, kenko, of=anshin)
    with pytest.raises(NotAllowed, match="構成員ではありません"):
        says(item, by)

    mine, theirs = anshin.membership.pk, kenko.membership.pk
    colleague = make_viewer("anshin-colleague", world.anshin)
    assert {viewer: seen_by(viewer) for viewer in (by, anshin, kenko, colleague, world.stranger, world.auditor)} == {
        by: {mine, theirs}, anshin: {mine}, kenko: {theirs}, colleague: set(), world.stranger: set(), world.auditor: set(),
    }  # fmt: skip
    with acting_for(world.auditor):
        kept = AuditEntry.objects.filter(verb="alone_declared").order_by("number")
        assert [entry.detail["member"] for entry in kept] == [mine, theirs]


def before_its_day(world):
    return online(world, world.anshin_worker, held_at=timezone.now() + 2 * DAY), "日になってから"


def in_a_room(world):
    return online(world, world.anshin_worker, is_online=False, place="会議室2"), "日になってから"


def not_named(world):
    return online(world, world.kenko_worker), "構成員ではありません"


def not_open(world):
    return online(world, world.anshin_worker, opens=False), "構成員ではありません"


def taken_off(world):
    item = online(world, world.anshin_worker)
    with acting_for(world.coordinator):
        take_off_agenda(item, reason="見本", by=world.coordinator)
    return item, "構成員ではありません"


@pytest.mark.django_db
@pytest.mark.parametrize("when", [before_its_day, in_a_room, not_named, not_open, taken_off])
def test_nobody_says_it_where_it_is_not_asked(world, when):
    item, why = when(world)
    viewer = world.anshin_worker

    with pytest.raises(NotAllowed, match=why):
        says(item, viewer)

    if when is not before_its_day:  # the day is the action's to know, all else the database's too
        row = AloneDeclaration(
            agenda=item, case_id=item.case_id, membership=viewer.membership, taken_by=viewer.membership
        )
        with pytest.raises(DatabaseError), transaction.atomic(), acting_for(viewer):
            row.save(force_insert=True)


@pytest.mark.django_db
def test_nothing_is_said_of_fixed_minutes_and_nobody_in_anothers_name(world):
    anshin, kenko = world.anshin_worker, world.kenko_worker
    item = online(world, anshin, kenko)
    words = {"agenda": item, "case_id": item.case_id}
    forged = (
        {"membership": anshin.membership, "taken_by": anshin.membership},
        {"membership": anshin.membership, "taken_by": kenko.membership},
    )
    for row in forged:
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
            acting_for(kenko),
        ):
            AloneDeclaration(**words, **row).save(force_insert=True)
    says(item, anshin)
    with pytest.raises(IntegrityError), transaction.atomic(), acting_for(anshin):
        AloneDeclaration(**words, membership=anshin.membership, taken_by=anshin.membership).save(
            force_insert=True
        )
    write(world, item)
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[anshin.membership.pk], by=world.chief)

    with pytest.raises(NotAllowed, match="もう答えられません"):
        says(item, kenko)


@pytest.mark.django_db
def test_pages_ask_tell_the_writer_and_print_who_did_not_say_it(world, client, monkeypatch):
    anshin, kenko = world.anshin_worker, world.kenko_worker
    item = online(world, anshin, kenko)
    keys = [item.meeting_id, item.pk]
    page, post = reverse("casework:agenda", args=keys), reverse("casework:alone_declare", args=keys)
    asked, answered = "はい、ひとりで閉めた部屋にいます", "ひとりで閉めた部屋にいると答えました"
    sign_in(client, anshin)

    before = client.get(page).content.decode()
    assert (
        client.post(post, {"member": kenko.membership.pk}, follow=True).content.decode().count("かわりに")
        == 1
    )
    client.post(post)
    after = client.get(page).content.decode()

    assert (asked in before, answered in before) == (True, False)
    assert (asked in after, answered in after) == (False, True)
    sign_in(client, world.chief)
    write(world, item)
    body = client.get(page).content.decode()
    assert (body.count("オンライン・ひとりの部屋"), body.count("ひとりの部屋：未確認"), asked in body) == (
        1,
        1,
        False,
    )
    form = client.get(reverse("casework:agenda_fix", args=keys)).content.decode()
    assert (form.count("（オンライン・ひとりの部屋"), form.count("（ひとりの部屋：未確認）")) == (1, 1)
    with acting_for(world.chief):
        present = [anshin.membership.pk, kenko.membership.pk]
        fix_item(item, Outcome(), seen=1, present=present, by=world.chief)
    if pdf_available():
        printed = {}
        monkeypatch.setattr(
            "casework.meetings.minutes_views.pdf_of",
            lambda name, context, **rest: printed.update(context) or b"",
        )
        client.post(reverse("casework:agenda_print", args=keys))
        assert {row.membership_id: row.word is not None for row in printed["present"]} == {
            anshin.membership.pk: True, kenko.membership.pk: False,
        }  # fmt: skip


@pytest.mark.slow
def test_the_door_alone_gives_each_their_own(wearing, kept_world):
    with wearing("app_web"):
        item = online(kept_world, kept_world.anshin_worker, kept_world.kenko_worker)
        for viewer in (kept_world.anshin_worker, kept_world.kenko_worker):
            says(item, viewer)
    # As the owner, whom every policy lets through.
    shown = {
        viewer: set(_door(viewer))
        for viewer in (kept_world.anshin_worker, kept_world.chief, kept_world.stranger, kept_world.editor)
    }
    mine, theirs = kept_world.anshin_worker.membership.pk, kept_world.kenko_worker.membership.pk
    assert list(shown.values()) == [{mine}, {mine, theirs}, set(), set()]


def _door(viewer):
    with acting_for(viewer):
        return list(declarations_for(viewer).values_list("membership", flat=True))
