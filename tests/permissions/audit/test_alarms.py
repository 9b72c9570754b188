"""Whoever opens, lists, takes out or tries too much is noticed within a minute, and looked at by somebody else."""

import datetime as dt
import re
import uuid

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from permissions.agencies.actions import add_membership, end_membership
from permissions.audit.actions import record
from permissions.audit.alarms import (
    alarm_views_for,
    alarms_for,
    count_overdue_for,
    mail_alarm,
    raise_alarms,
    remind_reviews,
    review_alarm,
    window_of,
)
from permissions.audit.clocks import watch_audit
from permissions.audit.models import AlarmKind, AlarmReview, AuditAlarm, AuditEntry
from permissions.audit.origin import coming_from
from permissions.errors import NotAllowed
from permissions.viewer import viewer_of
from permissions.walls.context import acting_for, clock
from permissions.walls.own import WATCH_JOB
from tests.worlds import make_viewer

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def act(viewer, verb, times, **what):
    """Do one thing in as many requests."""
    with acting_for(viewer):
        for _each in range(times):
            with coming_from("192.0.2.7"):
                record(viewer, verb, None, **what)


def alarms_of(world):
    with acting_for(world.chief):
        return [
            (alarm.kind, alarm.user_id, alarm.count) for alarm in AuditAlarm.objects.order_by("raised_at")
        ]


@pytest.mark.parametrize(
    ("verb", "what", "allowed", "kind"),
    [
        ("read", {"case": uuid.UUID(int=1)}, 100, "mass_read"),
        ("listed", {"detail": {"list": "cases", "shown": 50}}, 60, "mass_list"),
        ("sheet_opened", {"case": uuid.UUID(int=1)}, 20, "mass_download"),
        ("refused", {}, 50, "refusals"),
    ],
)
def test_one_more_than_allowed_raises_one_alarm(world, verb, what, allowed, kind):
    viewer = world.anshin_worker
    act(viewer, verb, allowed, **what)
    assert raise_alarms() == []

    act(viewer, verb, 1, **what)
    raise_alarms()
    act(viewer, verb, 1, **what)
    raise_alarms()

    ((found, user, count),) = alarms_of(world)
    assert (found, user) == (kind, viewer.user.pk)
    assert count > allowed


def test_many_rows_of_one_page_are_one_read(world):
    with acting_for(world.chief), coming_from(None):
        for _item in range(150):
            record(world.chief, "read", None, case=uuid.uuid4())

    assert raise_alarms() == []


def test_hour_before_the_last_does_not_count(world, shift_clock):
    act(world.anshin_worker, "refused", 51)
    shift_clock(dt.timedelta(minutes=61))

    assert raise_alarms() == []


def test_next_hour_raises_anew(world, shift_clock):
    for _hour in range(2):
        act(world.anshin_worker, "refused", 51)
        raise_alarms()
        shift_clock(dt.timedelta(minutes=61))

    assert len(alarms_of(world)) == 2


def test_limit_can_be_set_and_left_out(world, settings):
    settings.MARUGOTO_ALARM_LIMITS = {"refusals": 1}
    act(world.anshin_worker, "refused", 2)
    act(world.anshin_worker, "sheet_opened", 200)

    assert [alarm.kind for alarm in raise_alarms()] == ["refusals"]


def test_mail_says_that_there_is_one_and_not_about_whom(world, run_tasks):
    for viewer in (world.chief, world.anshin_worker, world.reception):
        viewer.user.email = f"{viewer.user.username}@example.org"
        viewer.user.save()
    act(world.anshin_worker, "refused", 51)

    raise_alarms()
    run_tasks()

    (sent,) = mail.outbox
    assert sent.to == ["chief@example.org"]
    text = str(sent.message())
    assert reverse("audit:alarms") in sent.body
    for word in ("anshin", "機関"):
        assert word not in text
    numbers = re.findall(r"\d+", sent.subject + sent.body.replace("localhost:8000", ""))
    assert numbers == []


def test_whom_it_is_about_gets_no_mail(world, run_tasks):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    act(world.chief, "refused", 51)

    raise_alarms()
    run_tasks()

    assert mail.outbox == []


@pytest.fixture
def mailed(monkeypatch):
    """What is given to Django to be sent: it would leave out who has no address."""
    sent = []
    monkeypatch.setattr("permissions.audit.alarms.send_mail", lambda *words: sent.append(words))
    return sent


def test_mail_is_whole_and_one_for_each_address_that_may_look(world, mailed, settings):
    def one(name, agency, role, **values):
        viewer = make_viewer(name, agency, role)
        for key, value in {"email": f"{name}@example.org", **values}.items():
            setattr(viewer.user, key, value)
        viewer.user.save()
        return viewer

    one("b-officer", world.center, "privacy_officer")
    one("a-chief", world.center_itaku, "chief")
    one("again", world.center, "privacy_officer", email="a-chief@example.org")
    one("shut", world.center, "privacy_officer", is_active=False)
    one("nobody", world.center, "privacy_officer", email="")
    end_membership(one("gone", world.center, "privacy_officer").membership, by=None)
    one("other", world.anshin, "agency_admin")
    act(world.anshin_worker, "refused", 51)
    (alarm,) = raise_alarms()

    mail_alarm(alarm.pk)

    text = "操作の記録に、ふだんと違う動きがあります。内容は、ログインして確かめてください。"
    body = f"{text}\n\nhttp://localhost:8000/audit/alarms/\n"
    assert mailed == [
        (f"[{settings.WAGTAIL_SITE_NAME}] 警報", body, None, [f"{name}@example.org"])
        for name in ("a-chief", "b-officer")
    ]


def test_each_person_agency_and_kind_raises_an_alarm_of_its_own(world):
    here, other = world.anshin_worker, world.kenko_worker
    there = viewer_of(add_membership(user=here.user, agency=world.other, role="agency_staff"))
    second = make_viewer("anshin-2", world.anshin)
    raised = []
    for viewer, verb, times in (
        (here, "refused", 51), (second, "refused", 51), (here, "sheet_opened", 21), (there, "refused", 51), (other, "refused", 51),
        (here, "refused", 1), (there, "refused", 1),
    ):  # fmt: skip
        act(viewer, verb, times)
        raised.append([(alarm.kind, alarm.user_id, alarm.agency_id) for alarm in raise_alarms()])

    me = here.user.pk
    assert raised == [
        [("refusals", me, world.anshin.pk)],
        [("refusals", second.user.pk, world.anshin.pk)],
        [("mass_download", me, world.anshin.pk)],
        [("refusals", me, world.other.pk)],
        [("refusals", other.user.pk, world.kenko.pk)],
        [],
        [],
    ]


# --- looking --------------------------------------------------------------------------------------------


@pytest.fixture
def alarm(world):
    act(world.anshin_worker, "refused", 51)
    (found,) = raise_alarms()
    return found


def review_of(world, alarm, words="確かめた"):
    with acting_for(world.chief):
        return review_alarm(alarm, by=world.chief, outcome="duty", words=words)


def client_of(viewer):
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client


def send(viewer, alarm, **values):
    data = {f"{alarm.pk}-{name}": value for name, value in values.items()}
    return client_of(viewer).post(reverse("audit:alarm_review", args=[alarm.pk]), data)


def test_chief_sees_it_until_somebody_wrote_what_came_of_it(world, alarm):
    page = client_of(world.chief).get(reverse("audit:alarms")).content.decode()
    assert "見られないものを何度も開こうとした" in page
    assert "確かめたことを記録する" in page

    answer = send(world.chief, alarm, outcome="explained", words="上司に電話で確かめた")

    page = client_of(world.chief).get(reverse("audit:alarms")).content.decode()
    assert answer.status_code == 302
    assert "上司に電話で確かめた" in page
    assert "確かめたことを記録する" not in page


def test_review_needs_words_and_a_known_outcome(world, alarm):
    for values in ({"outcome": "explained", "words": " "}, {"outcome": "fine", "words": "x"}, {}):
        assert send(world.chief, alarm, **values).status_code == 422
    with acting_for(world.chief):
        assert not AlarmReview.objects.exists()


def test_nobody_looks_at_their_own(world):
    act(world.chief, "refused", 51)
    (alarm,) = raise_alarms()

    with acting_for(world.chief):
        with pytest.raises(NotAllowed):
            review_alarm(alarm, by=world.chief, outcome="duty", words="私です")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            AlarmReview(alarm=alarm, outcome="duty", words="私です", reviewed_by=world.chief.membership).save(
                force_insert=True
            )
    assert send(world.chief, alarm, outcome="duty", words="私です").status_code == 422


def test_review_says_who_found_what_and_is_kept_with_its_row_of_the_log_or_not_at_all(
    world, alarm, monkeypatch
):
    def said(by, words="x"):
        with acting_for(by), pytest.raises(NotAllowed) as refusal:
            review_alarm(alarm, by=by, outcome="duty", words=words)
        return str(refusal.value)

    assert said(world.coordinator) == "警報を確かめる権限がありません。"
    assert said(world.chief, " 　\n") == "確かめたことを書いてください。"
    own = AuditAlarm(user_id=world.chief.user.pk)
    with pytest.raises(NotAllowed) as refusal:
        review_alarm(own, by=world.chief, outcome="duty", words="x")
    assert str(refusal.value) == "自分についての警報は、ほかの人が確かめます。"
    with monkeypatch.context() as patch, acting_for(world.chief):
        patch.setattr("permissions.audit.alarms.record", lambda *args, **words: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            review_alarm(alarm, by=world.chief, outcome="leak", words="x")
        assert not AlarmReview.objects.exists()

    with acting_for(world.chief):
        made = review_alarm(alarm, by=world.chief, outcome="leak", words="対応を始めた")
        (row,) = AlarmReview.objects.values_list("pk", "alarm", "outcome", "words", "reviewed_by")
    assert row == (made.pk, alarm.pk, "leak", "対応を始めた", world.chief.membership.pk)
    with acting_for(world.auditor):
        entry = AuditEntry.objects.get(verb="alarm_reviewed")
    assert (entry.user_id, entry.subject, entry.subject_id, entry.detail) == (
        world.chief.user.pk, "marugoto_permissions.auditalarm", str(alarm.pk), {"outcome": "leak"},
    )  # fmt: skip


def test_privacy_officer_looks_too(world, alarm):
    officer = make_viewer("officer", world.center, "privacy_officer")

    assert send(officer, alarm, outcome="leak", words="対応を始めた").status_code == 302


@pytest.mark.parametrize("name", ["reception", "coordinator", "anshin_worker", "auditor", "sysadmin"])
def test_others_see_and_add_none(world, alarm, name):
    viewer = getattr(world, name)

    assert client_of(viewer).get(reverse("audit:alarms")).status_code == 403
    with acting_for(viewer):
        assert not AuditAlarm.objects.exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            AuditAlarm(kind="refusals", user_id=1, count=1).save(force_insert=True)


# --- guesses at the emergency door ----------------------------------------------------------------------


def test_third_try_of_an_emergency_that_opened_nothing_raises_an_alarm(world, shift_clock):
    act(world.anshin_worker, "emergency_refused", 2)
    act(world.kenko_worker, "emergency_refused", 1)
    shift_clock(dt.timedelta(hours=23))
    assert raise_alarms() == []

    act(world.anshin_worker, "emergency_refused", 1)
    (alarm,) = raise_alarms()

    assert (alarm.kind, alarm.user_id, alarm.agency_id, alarm.count, alarm.case_id) == (
        "glass_refused",
        world.anshin_worker.user.pk,
        world.anshin.pk,
        3,
        None,
    )
    page = client_of(world.chief).get(reverse("audit:alarms")).content.decode()
    assert "緊急時の閲覧で、何度も開けなかった" in page
    assert "までの24時間" in page


def test_tries_of_yesterday_do_not_count_and_one_day_raises_once(world, shift_clock):
    act(world.anshin_worker, "emergency_refused", 3)
    assert len(raise_alarms()) == 1
    shift_clock(dt.timedelta(hours=23))
    assert raise_alarms() == []
    shift_clock(dt.timedelta(hours=24))
    assert raise_alarms() == []

    act(world.anshin_worker, "emergency_refused", 3)
    assert len(raise_alarms()) == 1


def test_other_alarms_look_back_an_hour(world):
    act(world.anshin_worker, "refused", 51)
    raise_alarms()

    assert "までの1時間" in client_of(world.chief).get(reverse("audit:alarms")).content.decode()
    assert {kind: window_of(kind) for kind in AlarmKind.values} == {
        kind: dt.timedelta(days=1) if kind == "glass_refused" else dt.timedelta(hours=1)
        for kind in AlarmKind.values
    }


# --- nobody looks -----------------------------------------------------------------------------------------


def alarms_page(viewer):
    return client_of(viewer).get(reverse("audit:alarms")).content.decode()


OVERDUE = "3日を過ぎても、だれも確かめていない警報が1件あります。"


def test_alarm_is_overdue_after_three_days_and_the_screen_says_so(world, alarm, shift_clock):
    shift_clock(dt.timedelta(days=3))
    page = alarms_page(world.chief)
    assert "審査の期限" in page
    assert "過ぎています" not in page
    assert OVERDUE not in page

    shift_clock(dt.timedelta(days=3, seconds=1))
    page = alarms_page(world.chief)
    assert "過ぎています" in page
    assert OVERDUE in page

    send(world.chief, alarm, outcome="explained", words="上司に電話で確かめた")
    page = alarms_page(world.chief)
    assert "過ぎています" not in page
    assert OVERDUE not in page
    assert "審査の期限" not in page


def test_due_time_is_three_days_after_the_alarm(world, alarm):
    with acting_for(world.chief):
        (view,) = alarm_views_for(world.chief, limit=5)

    assert view.due_at == view.alarm.raised_at + dt.timedelta(days=3)
    assert (view.is_overdue, view.is_about_viewer, view.reviews) == (False, False, [])
    assert (view.who, view.agency) == ("anshin", "機関 anshin")


def test_names_are_asked_for_by_their_number_and_once_for_all_alarms(world, alarm):
    def asked():
        with acting_for(world.chief), CaptureQueriesContext(connection) as queries:
            views = alarm_views_for(world.chief, limit=5)
            names = {
                (view.who, view.agency, *(row.reviewed_by.user.username for row in view.reviews))
                for view in views
            }
        return names, [query["sql"] for query in queries]

    review_of(world, alarm)
    names, first = asked()
    assert names == {("anshin", "機関 anshin", "chief")}
    assert [sql for sql in first if "WHERE" not in sql and " FROM " in sql] == []
    for viewer in (world.kenko_worker, world.stranger):
        act(viewer, "refused", 51)
        (other,) = raise_alarms()
        review_of(world, other)
    names, more = asked()
    assert len(names) == 3
    assert len(more) == len(first)


def test_alarm_about_an_account_that_is_gone_has_no_name(world):
    with clock(WATCH_JOB):
        AuditAlarm(kind="refusals", user_id=987654, count=51).save()

    with acting_for(world.chief):
        (view,) = alarm_views_for(world.chief, limit=5)
    assert (view.who, view.agency) == ("", "")


def test_reviews_stand_in_the_order_of_their_days(world, alarm, shift_clock):
    for hours in (5, 1, 3):
        shift_clock(dt.timedelta(hours=hours))
        review_of(world, alarm, f"{hours}時間後")

    with acting_for(world.chief):
        (view,) = alarm_views_for(world.chief, limit=5)
    assert [row.words for row in view.reviews] == ["1時間後", "3時間後", "5時間後"]


def test_alarm_that_nobody_looked_at_is_never_pushed_off_the_screen(world, alarm, shift_clock):
    shift_clock(dt.timedelta(hours=2))
    act(world.kenko_worker, "refused", 51)
    raise_alarms()
    shift_clock(dt.timedelta(hours=4))
    act(world.stranger, "refused", 51)
    raise_alarms()
    with acting_for(world.chief):
        old, middle, new = AuditAlarm.objects.order_by("raised_at")
        for each in (middle, new):
            review_alarm(each, by=world.chief, outcome="duty", words="確かめた")

        assert [view.alarm for view in alarm_views_for(world.chief, limit=3)] == [old, new, middle]
        assert [view.alarm for view in alarm_views_for(world.chief, limit=1)] == [old]


def test_who_looks_is_reminded_once_a_day_until_somebody_looked(
    world, alarm, shift_clock, run_tasks, settings
):
    run_tasks()
    mail.outbox.clear()
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    officer = make_viewer("officer", world.center, "privacy_officer")
    officer.user.email = "officer@example.org"
    officer.user.save()

    def reminded(**later):
        mail.outbox.clear()
        shift_clock(dt.timedelta(**later))
        count = remind_reviews()
        run_tasks()
        return count, [sent.to for sent in mail.outbox]

    both = [["chief@example.org"], ["officer@example.org"]]
    assert reminded(days=3) == (0, [])
    assert reminded(days=3, seconds=1) == (1, both)
    (sent, _other) = mail.outbox
    assert sent.subject == f"[{settings.WAGTAIL_SITE_NAME}] 確かめていない警報"
    assert sent.body == (
        "3日を過ぎても、だれも確かめていない警報が1件あります。ログインして確かめてください。\n\n"
        "http://localhost:8000/audit/alarms/\n"
    )
    for word in ("anshin", "機関", str(alarm.pk)):
        assert word not in str(sent.message())
    assert reminded(days=3, hours=23) == (0, [])
    assert reminded(days=4, seconds=2) == (1, both)

    send(world.chief, alarm, outcome="explained", words="電話で確かめた")
    assert reminded(days=6) == (0, [])
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(verb="review_reminded").order_by("number")
        assert [(row.user_id, row.subject, row.detail) for row in rows] == [(None, "", {"alarms": 1})] * 2


def test_other_rows_of_the_day_are_no_reminder(world, alarm, shift_clock):
    shift_clock(dt.timedelta(days=4))
    act(world.chief, "read", 1)

    assert remind_reviews() == 1


def test_nobody_is_reminded_of_an_alarm_about_themselves(world, alarm, shift_clock, run_tasks):
    act(world.chief, "refused", 51)
    assert len(raise_alarms()) == 1
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    officer = make_viewer("officer", world.center, "privacy_officer")
    officer.user.email = "officer@example.org"
    officer.user.save()
    shift_clock(dt.timedelta(days=4))
    run_tasks()
    mail.outbox.clear()

    assert remind_reviews() == 2
    run_tasks()

    assert {sent.to[0]: sent.body.partition("件")[0][-1] for sent in mail.outbox} == {
        "chief@example.org": "1",
        "officer@example.org": "2",
    }


def test_chief_with_only_an_alarm_about_themselves_gets_no_mail(world, shift_clock, run_tasks):
    act(world.chief, "refused", 51)
    raise_alarms()
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    shift_clock(dt.timedelta(days=4))

    assert remind_reviews() == 1
    run_tasks()

    assert mail.outbox == []


def test_clock_raises_and_reminds(world, alarm, shift_clock):
    act(world.kenko_worker, "refused", 51)
    shift_clock(dt.timedelta(minutes=30))
    watch_audit()
    with acting_for(world.chief):
        assert AuditAlarm.objects.count() == 2
    shift_clock(dt.timedelta(days=4))

    watch_audit()

    with acting_for(world.auditor):
        assert AuditEntry.objects.get(verb="review_reminded").detail == {"alarms": 2}


@pytest.mark.parametrize("name", ["coordinator", "auditor", "anshin_worker"])
def test_others_are_told_of_no_overdue_alarm(world, alarm, shift_clock, name):
    shift_clock(dt.timedelta(days=4))
    viewer = getattr(world, name)

    with acting_for(world.chief):
        assert count_overdue_for(world.chief) == 1
        assert count_overdue_for(viewer) == 0
        assert list(alarms_for(viewer)) == []


def test_who_cannot_be_reached_or_is_shut_gets_no_mail(world, alarm, shift_clock, run_tasks):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    make_viewer("no-mail", world.center, "privacy_officer")
    shut = make_viewer("shut", world.center, "privacy_officer")
    shut.user.email, shut.user.is_active = "shut@example.org", False
    shut.user.save()
    shift_clock(dt.timedelta(days=4))

    remind_reviews()
    run_tasks()

    # The first is the alarm's own, the second reminds.
    assert [sent.to for sent in mail.outbox] == [["chief@example.org"]] * 2
