"""Memberships end on 31 March unless they are renewed."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model

from permissions.agencies.actions import add_membership, end_membership, renew_membership
from permissions.agencies.models import Membership
from permissions.agencies.years import renewed_until, today, year_end
from permissions.errors import NotAllowed
from tests.worlds import make_agency

day = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-04-01", "2027-03-31"),
        ("2026-12-31", "2027-03-31"),
        ("2027-03-31", "2027-03-31"),
        ("2027-04-01", "2028-03-31"),
        ("2028-02-29", "2028-03-31"),
    ],
)
def test_year_ends_on_the_last_of_march(now, end):
    assert year_end(day(now)) == day(end)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-04-01", "2027-03-31"),
        ("2027-01-31", "2027-03-31"),
        ("2027-02-01", "2028-03-31"),
        ("2027-03-31", "2028-03-31"),
    ],
)
def test_renewal_reaches_into_the_next_year_from_february(now, until):
    assert renewed_until(day(now)) == day(until)


@pytest.fixture
def member(db):
    return add_membership(
        user=get_user_model().objects.create_user("somebody"), agency=make_agency("a"), role="agency_staff"
    )


def is_live(membership):
    return Membership.objects.live().filter(pk=membership.pk).exists()


def test_new_membership_ends_with_the_fiscal_year(member):
    assert member.ends_on == year_end(today())


def test_it_lives_through_the_last_day_and_not_longer(member, shift_clock):
    left = (member.ends_on - today()).days

    shift_clock(dt.timedelta(days=left))
    last_day = is_live(member)
    shift_clock(dt.timedelta(days=left + 1))

    assert (last_day, is_live(member)) == (True, False)


def test_renewal_in_march_keeps_it_alive_and_asking_twice_gives_no_more(member, shift_clock):
    left = (member.ends_on - today()).days
    shift_clock(dt.timedelta(days=left - 10))

    renew_membership(member, by=None)
    once = member.ends_on
    renew_membership(member, by=None)
    shift_clock(dt.timedelta(days=left + 1))

    assert (member.ends_on, is_live(member)) == (once, True)
    assert once == year_end(once - dt.timedelta(days=1)) != year_end(day("2026-04-01"))


def test_lapsed_membership_comes_back_when_it_is_renewed(member, shift_clock):
    shift_clock(dt.timedelta(days=(member.ends_on - today()).days + 5))
    lapsed = is_live(member)

    renew_membership(member, by=None)

    assert (lapsed, is_live(member)) == (False, True)


def test_membership_that_was_ended_is_not_renewed(member):
    end_membership(member, by=None)

    with pytest.raises(NotAllowed):
        renew_membership(member, by=None)


def test_lapsed_membership_is_not_added_a_second_time(member, shift_clock):
    shift_clock(dt.timedelta(days=(member.ends_on - today()).days + 5))

    with pytest.raises(NotAllowed):
        add_membership(user=member.user, agency=member.agency, role="agency_staff")
