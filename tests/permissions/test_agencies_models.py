"""What makes a membership count and an agency work today: each condition alone, and the day on which it turns."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import memberships_of, viewer_for_membership
from permissions.agencies.years import today

DAY = dt.timedelta(days=1)

# What is changed, from which day on, and whether the membership counts and the agency works then.
MEMBERSHIP, AGENCY, PERSON = "membership", "agency", "person"
CASES = {
    "nothing changed": (MEMBERSHIP, dict, True, True),
    "begins tomorrow": (MEMBERSHIP, lambda: {"starts_on": today() + DAY}, False, True),
    "begins today": (MEMBERSHIP, lambda: {"starts_on": today()}, True, True),
    "ended yesterday": (MEMBERSHIP, lambda: {"starts_on": today() - DAY, "ends_on": today() - DAY}, False, True),
    "ends today": (MEMBERSHIP, lambda: {"ends_on": today()}, True, True),
    "has no end": (MEMBERSHIP, lambda: {"ends_on": None}, True, True),
    "was ended": (MEMBERSHIP, lambda: {"ended_at": timezone.now()}, False, True),
    "contract begins tomorrow": (AGENCY, lambda: {"contract_starts_on": today() + DAY}, False, False),
    "contract begins today": (AGENCY, lambda: {"contract_starts_on": today()}, True, True),
    "contract ended yesterday": (AGENCY, lambda: {"contract_ends_on": today() - DAY}, False, False),
    "contract ends today": (AGENCY, lambda: {"contract_ends_on": today()}, True, True),
    "agency was closed": (AGENCY, lambda: {"closed_at": timezone.now()}, False, False),
    "account was shut": (PERSON, lambda: {"is_active": False}, False, True),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_alone_ends_a_membership_or_an_agency_and_nobody_elses(kept_world, name):
    what, values, is_live, is_open = CASES[name]
    member = kept_world.jiritsu_worker.membership
    rows = {
        MEMBERSHIP: Membership.objects.filter(pk=member.pk),
        AGENCY: Agency.objects.filter(pk=member.agency_id),
        PERSON: get_user_model().objects.filter(pk=member.user_id),
    }
    if values():
        assert rows[what].update(**values()) == 1

    others = set(Membership.objects.exclude(pk=member.pk))
    assert set(Membership.objects.live()) == (others | {member} if is_live else others)
    assert list(memberships_of(member.user)) == ([member] if is_live else [])
    assert (viewer_for_membership(member.pk) is not None) == is_live
    assert viewer_for_membership(kept_world.stranger.membership.pk) is not None
    others = set(Agency.objects.exclude(pk=member.agency_id))
    assert set(Agency.objects.open()) == (others | {member.agency} if is_open else others)
