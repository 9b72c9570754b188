"""Reminders of March, and what is forgotten."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model

from permissions.accounts.clocks import forget_accounts, remind_renewals
from permissions.accounts.limits import Limit
from permissions.accounts.models import Tally
from permissions.agencies.models import Membership
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


def test_counts_are_forgotten_when_their_time_is_over(db, shift_clock):
    Limit("x", allowed=1, seconds=60).take("a")
    Limit("x", allowed=1, seconds=3600).take("a")
    shift_clock(dt.timedelta(minutes=2))

    forget_accounts()

    assert Tally.objects.count() == 1
