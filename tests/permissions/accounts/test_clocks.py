"""Reminders of March, and what is forgotten."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django_tasks_db.models import DBTaskResult

from permissions.accounts import clocks
from permissions.accounts.clocks import forget_accounts, remind_renewals
from permissions.accounts.limits import Limit
from permissions.accounts.models import Tally
from permissions.agencies.actions import close_agency, end_membership
from permissions.agencies.models import Agency, Membership
from permissions.agencies.years import today, year_end
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def march(world, shift_clock):
    """Go to a day of March:  march(1)"""
    end = year_end(today())
    get_user_model().objects.filter(username="anshin-admin").update(email="admin@mihon.invalid")

    def go(day):
        shift_clock(dt.timedelta(days=(end.replace(day=day) - today_now).days))

    today_now = today()
    Membership.objects.filter(user__username="anshin").update(ends_on=end)
    return go


def test_administrators_are_reminded_once_a_week_in_march(world, march, run_tasks, mailoutbox):
    sent = []
    for day in (1, 2, 8, 9):
        march(day)
        remind_renewals()
        run_tasks()
        sent.append(len(mailoutbox))

    assert sent == [1, 1, 2, 2]
    (first, *_rest) = mailoutbox
    assert first.to == ["admin@mihon.invalid"]
    assert "/accounts/people/" in first.body
    assert world.anshin.name not in first.subject + first.body


def test_nobody_is_reminded_of_what_was_renewed(world, march, run_tasks, mailoutbox):
    march(1)
    Membership.objects.filter(user__username="anshin").update(ends_on=dt.date.max)

    remind_renewals()
    run_tasks()

    assert mailoutbox == []


def test_nobody_is_reminded_before_march(world, march, shift_clock, run_tasks, mailoutbox):
    end = year_end(today())
    shift_clock(dt.timedelta(days=(end.replace(month=2, day=20) - today()).days))

    assert remind_renewals() == 0


def test_who_may_no_longer_manage_gets_no_mail(world, march, run_tasks, mailoutbox):
    make_viewer("second-admin", world.anshin, "agency_admin")
    march(1)
    remind_renewals()
    Membership.objects.filter(user__username="anshin-admin").update(ended_at=dt.datetime.now(dt.UTC))

    run_tasks()

    assert mailoutbox == []


# --- agency by agency -----------------------------------------------------------------------------------


@pytest.fixture
def two(world, march):
    """Two agencies with administrators and somebody whose membership ends; it is 10 March."""
    world.kenko_admins = [make_viewer(f"kenko-admin-{n}", world.kenko, "agency_admin") for n in range(2)]
    ends(world.kenko_worker, year_end(today()))
    march(10)
    return world


def ends(viewer, day):
    Membership.objects.filter(pk=viewer.membership.pk).update(ends_on=day)


def reminded(*agencies):
    return [Agency.objects.get(pk=agency.pk).renewal_reminded_on for agency in agencies]


def queued():
    return sorted(
        (task.task_path.rpartition(".")[2], *task.args_kwargs["args"]) for task in DBTaskResult.objects.all()
    )


def noted(entries):
    rows = entries(verb="renewal_reminded")
    return sorted((row.user_id, row.subject, row.subject_id, row.detail) for row in rows)


def note_of(agency, mails):
    return (None, "marugoto_permissions.agency", str(agency.pk), {"mails": mails})


def test_each_agency_is_reminded_by_itself(two, entries):
    assert remind_renewals() == 3

    admins = [two.anshin_admin, *two.kenko_admins]
    assert queued() == sorted(("send_renewal_reminder", each.membership.pk) for each in admins)
    assert noted(entries) == sorted([note_of(two.anshin, 1), note_of(two.kenko, 2)])
    assert reminded(two.anshin, two.kenko, two.jiritsu) == [today(), today(), None]
    assert (remind_renewals(), len(queued())) == (0, 3)


@pytest.mark.parametrize(
    "out",
    [
        lambda world: close_agency(world.anshin, by=None),
        lambda world: end_membership(world.anshin_worker.membership, by=None),
        lambda world: ends(world.anshin_worker, year_end(today()) + dt.timedelta(days=1)),
        lambda world: ends(world.anshin_worker, today() - dt.timedelta(days=1)),
        lambda world: get_user_model().objects.filter(username="anshin").update(is_active=False),
    ],
)
def test_agency_without_a_membership_that_ends_is_left_alone(two, out):
    Membership.objects.filter(pk=two.anshin_worker.membership.pk).update(starts_on=dt.date(2020, 4, 1))
    out(two)

    assert remind_renewals() == 2
    assert reminded(two.anshin, two.kenko) == [None, today()]


def test_administrators_who_left_are_not_reminded(two, entries):
    end_membership(two.kenko_admins[0].membership, by=None)
    get_user_model().objects.filter(pk=two.kenko_admins[1].user.pk).update(is_active=False)

    assert remind_renewals() == 1
    assert noted(entries) == sorted([note_of(two.anshin, 1), note_of(two.kenko, 0)])


@pytest.mark.parametrize(("days", "again"), [(6, False), (7, True), (8, True)])
def test_week_is_counted_from_the_last_reminder_under_the_lock_too(two, days, again):
    Agency.objects.filter(pk=two.anshin.pk).update(renewal_reminded_on=today() - dt.timedelta(days=days))
    Agency.objects.filter(pk=two.kenko.pk).update(renewal_reminded_on=today())
    before = reminded(two.anshin)

    sent = clocks._remind(two.anshin.pk, today())

    assert (sent, reminded(two.anshin)) == ((1, [today()]) if again else (0, before))
    assert (clocks._remind(two.kenko.pk, today()), remind_renewals()) == (0, 0)


@pytest.mark.parametrize("days", [6, 7])
def test_agencies_are_asked_for_when_their_week_is_over(two, monkeypatch, days):
    asked = []
    monkeypatch.setattr(clocks, "_remind", lambda *values: asked.append(values) or 5)
    Agency.objects.update(renewal_reminded_on=today())
    Agency.objects.filter(pk=two.anshin.pk).update(renewal_reminded_on=today() - dt.timedelta(days=days))
    Agency.objects.filter(pk=two.kenko.pk).update(renewal_reminded_on=None)

    due = {two.kenko.pk, *([two.anshin.pk] if days == 7 else [])}
    assert remind_renewals() == 5 * len(due)
    assert set(asked) == {(pk, today()) for pk in due}


def test_day_is_not_noted_unless_the_mails_are_queued_and_noted(two, monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(clocks, "record", fails)
    with pytest.raises(RuntimeError):
        clocks._remind(two.anshin.pk, today())

    assert (reminded(two.anshin), queued()) == ([None], [])


def test_worker_forgets_all_there_is_to_forget(monkeypatch):
    done = []
    for name in ("forget_tallies", "forget_lapsed_invitations", "lock_anew"):
        monkeypatch.setattr(clocks, name, lambda name=name: done.append(name))

    assert forget_accounts() is None
    assert done == ["forget_tallies", "forget_lapsed_invitations", "lock_anew"]


def test_counts_are_forgotten_when_their_time_is_over(db, shift_clock):
    Limit("x", allowed=1, seconds=60).take("a")
    Limit("x", allowed=1, seconds=3600).take("a")
    shift_clock(dt.timedelta(minutes=2))

    forget_accounts()

    assert Tally.objects.count() == 1
