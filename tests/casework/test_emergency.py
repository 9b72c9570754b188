"""Break-glass: two items of one person for an hour, told at once, reviewed by somebody else; never past a block."""

import datetime as dt

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from casework.cases.models import CaseEvent
from casework.emergency.actions import open_in_emergency
from casework.households.models import PersonContact, PersonHealth, PersonMoney
from casework.sharing.actions import block
from casework.sharing.models import Basis, PersonGrant, ShareLine
from casework.sharing.selectors import cases_for, persons_for
from permissions.audit.clocks import watch_audit
from permissions.audit.models import AuditAlarm, AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WHY = "本人が倒れていて、持病と連絡先が分からない"


def client_of(viewer):
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client


def open_it(world, viewer=None, **values):
    viewer = viewer or world.stranger
    words = {"number": world.hazuki.case.number, "name": "葉月原 母", "reason": WHY, **values}
    with acting_for(viewer):
        return open_in_emergency(by=viewer, **words)


def seen(viewer):
    with acting_for(viewer):
        items = {
            row.item for model in (PersonContact, PersonHealth, PersonMoney) for row in model.objects.all()
        }
        return set(cases_for(viewer)), {person.name for person in persons_for(viewer)}, items


def log_of(world, viewer):
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(user_id=viewer.user.pk).order_by("number")
        return [row.verb for row in rows]


def test_basics_and_contact_of_one_person_are_opened_and_nothing_else(world):
    assert seen(world.stranger) == (set(), set(), set())

    case = open_it(world)

    assert case == world.hazuki.case
    assert seen(world.stranger) == ({case}, {"葉月原母"}, {"contact"})
    with acting_for(world.stranger):
        assert world.stranger.can("casework.view_person_contact", world.hazuki.mother)
        assert not world.stranger.can("casework.view_person_health", world.hazuki.mother)


def test_others_see_no_more_than_before(world):
    open_it(world)

    assert seen(world.jiritsu_worker) == (set(), set(), set())


def test_hour_ends_by_the_databases_clock(world, shift_clock):
    open_it(world)

    shift_clock(dt.timedelta(minutes=59))
    assert seen(world.stranger)[1] == {"葉月原母"}
    shift_clock(dt.timedelta(minutes=60))
    assert seen(world.stranger) == (set(), set(), set())


def test_reading_is_logged_with_the_emergency_as_ground(world):
    open_it(world)

    client_of(world.stranger).get(reverse("casework:case", args=[world.hazuki.case.pk]))

    with acting_for(world.auditor):
        reads = AuditEntry.objects.filter(user_id=world.stranger.user.pk, verb="read")
        assert {row.basis for row in reads} == {"emergency"}


@pytest.mark.parametrize(
    "values",
    [
        {"number": "K-2026-9999"},
        {"name": "灯野母"},
        {"name": "葉月原"},
        {"name": " "},
        {"name": "%"},
        {"reason": "急ぎ"},
    ],
)
def test_whoever_knows_too_little_gets_nothing_and_it_is_logged(world, values):
    assert open_it(world, **values) is None

    assert seen(world.stranger) == (set(), set(), set())
    assert log_of(world, world.stranger) == ["emergency_refused"]


def test_block_is_never_broken(world):
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.other, user_id=None, reason="加害者の関係", by=world.chief)

    assert open_it(world) is None
    assert seen(world.stranger) == (set(), set(), set())


def test_fourth_try_within_a_day_is_refused(world, shift_clock):
    for _try in range(3):
        open_it(world, name="だれか")
    assert open_it(world) is None

    shift_clock(dt.timedelta(hours=25))
    assert open_it(world) == world.hazuki.case


@pytest.mark.parametrize("name", ["reception", "chief", "anshin_admin", "editor", "auditor", "sysadmin"])
def test_only_staff_of_agencies_may(world, name):
    viewer = getattr(world, name)

    with pytest.raises(NotAllowed):
        open_it(world, viewer)
    with acting_for(viewer), connection.cursor() as cursor:
        cursor.execute(
            "SELECT casework_open_emergency(%s, '葉月原母', %s, gen_random_uuid())",
            [world.hazuki.case.number, WHY],
        )
        assert cursor.fetchone() == (None,)


def test_who_was_told_nothing_opens_nothing(world):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT casework_open_emergency(%s, '葉月原母', %s, gen_random_uuid())",
            [world.hazuki.case.number, WHY],
        )
        assert cursor.fetchone() == (None,)


@pytest.mark.parametrize(
    "function",
    [
        "casework_open_emergency(text, text, text, uuid)",
        "casework_openings(uuid, timestamptz, timestamptz)",
        "audit_make_partitions(integer)",
    ],
)
def test_functions_of_the_owner_are_for_the_application_only(db, function):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT a.grantee) FROM pg_proc p, aclexplode(p.proacl) a"
            " WHERE p.oid = %s::regprocedure AND a.grantee <> p.proowner",
            [function],
        )
        ((grantees,),) = cursor.fetchall()
        cursor.execute("SELECT 'app_web'::regrole::oid")
        assert grantees == [cursor.fetchone()[0]]


def test_center_is_told_at_once_and_reviews_within_three_days(world, run_tasks):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()

    open_it(world)
    run_tasks()

    (sent,) = mail.outbox
    assert sent.to == ["chief@example.org"]
    assert world.hazuki.case.number not in str(sent.message())
    page = client_of(world.chief).get(reverse("audit:alarms")).content.decode()
    assert "緊急時の閲覧" in page
    assert reverse("casework:case", args=[world.hazuki.case.pk]) in page
    assert "審査の期限" in page
    with acting_for(world.chief):
        alarm = AuditAlarm.objects.get()
        event = CaseEvent.objects.get(verb="emergency_opened")
    assert (alarm.user_id, alarm.case_id) == (world.stranger.user.pk, world.hazuki.case.pk)
    assert event.after == {"reason": WHY}


def test_every_line_has_its_grant_and_its_end(world):
    open_it(world)

    with acting_for(world.chief):
        lines = list(ShareLine.objects.filter(basis=Basis.EMERGENCY))
        assert {line.item for line in lines} == {"basic", "contact"}
        assert {line.until - line.starts_at for line in lines} == {dt.timedelta(hours=1)}
        grants = PersonGrant.objects.filter(line__in=lines)
        assert sorted(grants.values_list("permission__codename", flat=True)) == [
            "view_person_basic",
            "view_person_contact",
        ]


def test_line_of_an_emergency_lasts_no_longer(world):
    open_it(world)

    with acting_for(world.chief):
        line = ShareLine.objects.filter(basis=Basis.EMERGENCY).first()
        line.pk, line.until = None, line.starts_at + dt.timedelta(hours=2)
        with pytest.raises(DatabaseError, match="shareline_emergency_ends"), transaction.atomic():
            line.save(force_insert=True)


def test_clerks_are_not_offered_the_basis(world):
    url = reverse("casework:share_add", args=[world.hazuki.case.pk])

    page = client_of(world.coordinator).get(url, {"agency": world.anshin.pk}).content.decode()

    assert "life_safety" in page
    assert 'value="emergency"' not in page


def test_page_opens_the_case_or_says_the_same_for_every_cause(world):
    client = client_of(world.stranger)
    url = reverse("casework:emergency_open")
    words = {"number": world.hazuki.case.number, "name": "葉月原母", "reason": WHY}

    absent = client.post(url, {**words, "number": "K-2026-9999"})
    wrong = client.post(url, {**words, "name": "だれか"})
    opened = client.post(url, words)

    assert (absent.status_code, wrong.status_code) == (422, 422)
    assert opened["Location"] == reverse("casework:case", args=[world.hazuki.case.pk])
    errors = [str(each.context_data["form"].non_field_errors()) for each in (absent, wrong)]
    assert errors[0] == errors[1] != ""
    assert log_of(world, world.stranger).count("emergency_refused") == 2


def test_emergency_that_nobody_reviews_is_overdue_on_the_screen_and_reminded(world, run_tasks, shift_clock):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    open_it(world)
    run_tasks()
    mail.outbox.clear()
    shift_clock(dt.timedelta(days=3, minutes=1))

    watch_audit()
    run_tasks()

    (sent,) = mail.outbox
    assert (sent.to, "警報が1件" in sent.body) == (["chief@example.org"], True)
    assert world.hazuki.case.number not in str(sent.message())
    page = client_of(world.chief).get(reverse("audit:alarms")).content.decode()
    assert "過ぎています" in page
    assert "3日を過ぎても、だれも確かめていない警報が1件あります。" in page


def test_three_tries_that_open_nothing_raise_an_alarm(world):
    client = client_of(world.stranger)
    for name in ("だれか", "葉月原", "灯野母"):
        client.post(
            reverse("casework:emergency_open"),
            {"number": world.hazuki.case.number, "name": name, "reason": WHY},
        )

    watch_audit()

    with acting_for(world.chief):
        alarm = AuditAlarm.objects.get()
    assert (alarm.kind, alarm.user_id, alarm.count) == ("glass_refused", world.stranger.user.pk, 3)
