"""Managing people: one's own agency and no other, and no case."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from permissions.accounts.models import Session
from permissions.agencies.actions import add_membership
from permissions.agencies.models import Agency, Membership
from permissions.agencies.years import year_end
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db

ACTS = (
    "membership_end",
    "membership_renew",
    "person_sheet",
    "person_reset",
    "person_end_sessions",
    "person_shut",
    "person_reopen",
)


@pytest.fixture
def kenko_admin(world):
    return make_viewer("kenko-admin", world.kenko, "agency_admin")


def test_list_shows_the_people_of_ones_own_agency(world, signed_in, kenko_admin):
    get_user_model().objects.filter(username="anshin").update(last_name="雨宮")
    get_user_model().objects.filter(username="kenko").update(last_name="朝倉")

    shown = {
        name: signed_in(viewer).get(reverse("accounts:people")).content.decode()
        for name, viewer in {
            "anshin": world.anshin_admin,
            "kenko": kenko_admin,
            "sys": world.sysadmin,
        }.items()
    }

    assert {name: ("雨宮" in html, "朝倉" in html) for name, html in shown.items()} == {
        "anshin": (True, False),
        "kenko": (False, True),
        "sys": (True, True),
    }


def test_system_administrator_chooses_an_agency_and_others_cannot_reach_beyond_theirs(world, signed_in):
    get_user_model().objects.filter(username="anshin").update(last_name="雨宮")
    get_user_model().objects.filter(username="kenko").update(last_name="朝倉")

    shown = {
        viewer.user.username: signed_in(viewer)
        .get(reverse("accounts:people"), {"agency": "kenko"})
        .content.decode()
        for viewer in (world.sysadmin, world.anshin_admin)
    }

    assert {name: ("雨宮" in html, "朝倉" in html) for name, html in shown.items()} == {
        "sysadmin": (False, True),
        "anshin-admin": (True, False),
    }


def test_without_the_libraries_for_pdf_there_is_no_paper(world, signed_in, monkeypatch):
    for module in ("forms", "people_views"):
        monkeypatch.setattr(f"permissions.accounts.{module}.pdf_available", lambda: False)
    client = signed_in(world.anshin_admin)

    page = client.get(reverse("accounts:person_invite")).content.decode()
    sheet = client.post(reverse("accounts:person_sheet", args=[world.anshin_worker.membership.pk]))
    person = client.get(reverse("accounts:person", args=[world.anshin_worker.membership.pk])).content.decode()

    assert ('value="paper"' in page, sheet.status_code, "新しい紙" in person) == (False, 404, False)


def test_people_of_another_agency_are_not_there(world, signed_in):
    client = signed_in(world.anshin_admin)
    theirs = world.kenko_worker.membership

    page = client.get(reverse("accounts:person", args=[theirs.pk]))
    none = client.get(reverse("accounts:person", args=[999_999]))
    acts = [client.post(reverse(f"accounts:{name}", args=[theirs.pk])).status_code for name in ACTS]

    assert (page.status_code, page.content) == (404, none.content)
    assert set(acts) == {404}
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_renewing_all_reaches_nobody_elsewhere(world, signed_in):
    day = year_end(world.kenko_worker.membership.starts_on)
    Membership.objects.update(ends_on=day)
    client = signed_in(world.anshin_admin)
    every = [str(pk) for pk in Membership.objects.values_list("pk", flat=True)]

    client.post(reverse("accounts:memberships_renew"), {"membership": every})

    assert set(Membership.objects.exclude(ends_on=day).values_list("agency__code", flat=True)) <= {"anshin"}


def test_those_left_out_are_not_renewed(world, signed_in):
    today = timezone.localdate()  # the world may have been made before midnight
    Membership.objects.filter(agency=world.anshin).update(ends_on=today)
    client = signed_in(world.anshin_admin)
    page = client.get(reverse("accounts:memberships_renew")).content.decode()

    client.post(
        reverse("accounts:memberships_renew"), {"membership": [str(world.anshin_worker.membership.pk)]}
    )

    ends = dict(Membership.objects.filter(agency=world.anshin).values_list("user__username", "ends_on"))
    assert page.count('name="membership"') == 2
    assert (ends["anshin"] > today, ends["anshin-admin"]) == (True, today)


def test_administrator_reads_no_case(world, signed_in):
    client = signed_in(world.anshin_admin)

    statuses = {client.get(reverse(name)).status_code for name in ("casework:case_list", "casework:inbox")}
    page = client.get(reverse("casework:case", args=[world.hazuki.case.pk]))

    assert (statuses, page.status_code) == ({403}, 403)


def test_ending_a_membership_ends_the_sessions_too(world, signed_in, entries):
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_admin)

    other.post(reverse("accounts:membership_end", args=[world.anshin_worker.membership.pk]))

    assert client.get("/casework/").status_code == 302
    (entry,) = entries(verb="membership_ended")
    assert (entry.user_id, entry.detail) == (world.anshin_admin.user.pk, {"sessions_ended": 1})


def test_ending_the_sessions_of_somebody(world, signed_in):
    signed_in(world.anshin_worker)
    other = signed_in(world.anshin_admin)

    other.post(reverse("accounts:person_end_sessions", args=[world.anshin_worker.membership.pk]))

    assert set(Session.objects.values_list("user_id", flat=True)) == {world.anshin_admin.user.pk}


def test_lost_second_factor_is_taken_away_and_set_up_anew_by_the_person(
    world, signed_in, run_tasks, mailoutbox, settings, entries
):
    user = world.anshin_worker.user
    get_user_model().objects.filter(pk=user.pk).update(email="anshin@mihon.invalid")
    RecoveryCodes.activate(user)
    before = user.password

    signed_in(world.anshin_admin).post(
        reverse("accounts:person_reset", args=[world.anshin_worker.membership.pk])
    )
    run_tasks()

    user.refresh_from_db()
    settings.MARUGOTO_REQUIRE_MFA = True
    assert (Authenticator.objects.filter(user=user).count(), user.password) == (0, before)
    assert signed_in(world.anshin_worker).get("/casework/")["Location"] == "/accounts/2fa/"
    assert [mail.to for mail in mailoutbox] == [["anshin@mihon.invalid"]]
    assert len(entries(verb="factors_reset")) == 1


def test_agencies_are_opened_and_closed_by_the_system_administrator(world, signed_in):
    client = signed_in(world.sysadmin)
    values = {"code": "shokudo", "name": "みほん食堂", "kind": "npo", "legal_type": "private"}

    client.post(reverse("accounts:agencies"), values)
    agency = Agency.objects.get(code="shokudo")
    member = make_viewer("shokudo", agency)
    theirs = signed_in(member)
    client.post(reverse("accounts:agency_close", args=[agency.pk]))

    agency.refresh_from_db()
    assert agency.closed_at is not None
    assert theirs.get("/casework/").status_code == 302


def test_list_asks_as_often_for_many_people_as_for_few(world, signed_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, asked = signed_in(world.anshin_admin), []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("accounts:people"))
        asked.append(len(queries))
        for each in range(3):
            make_viewer(f"more-{number}-{each}", world.anshin)

    assert asked[0] == asked[1]


def test_name_that_is_too_long_is_told_and_kept_whole(world, signed_in):
    long = "長" * 50
    sent = {
        "last_name": long,
        "first_name": "灯",
        "role": "agency_staff",
        "kind": "mail",
        "email": "a@mihon.invalid",
    }

    page = signed_in(world.anshin_admin).post("/accounts/people/invite/", sent).content.decode()

    assert "40文字以内で書いてください（いま50文字です）" in page
    assert long in page
    assert "maxlength" not in page


# --- shutting an account -----------------------------------------------------------------------------------


def shut(client, viewer, name="person_shut"):
    return client.post(reverse(f"accounts:{name}", args=[viewer.membership.pk]))


def test_account_that_is_shut_has_no_session_and_opens_to_nobody(world, signed_in, entries):
    theirs, client = signed_in(world.anshin_worker), signed_in(world.anshin_admin)

    answer = shut(client, world.anshin_worker)

    assert answer["Location"] == reverse("accounts:person", args=[world.anshin_worker.membership.pk])
    assert theirs.get("/casework/").status_code == 302
    typed = {"login": "anshin", "password": "a-long-password-for-tests"}
    assert Client().post("/accounts/login/", typed)["Location"] == "/accounts/inactive/"
    (entry,) = entries(verb="person_disabled")
    assert (entry.user_id, entry.subject_id) == (world.anshin_admin.user.pk, str(world.anshin_worker.user.pk))
    assert entry.detail == {"sessions_ended": 1}
    assert Membership.objects.get(pk=world.anshin_worker.membership.pk).ended_at is None


def test_account_is_opened_again(world, signed_in, entries):
    client = signed_in(world.anshin_admin)
    shut(client, world.anshin_worker)
    page = client.get(reverse("accounts:person", args=[world.anshin_worker.membership.pk])).content.decode()

    shut(client, world.anshin_worker, "person_reopen")

    typed = {"login": "anshin", "password": "a-long-password-for-tests"}
    assert Client().post("/accounts/login/", typed)["Location"] == "/casework/"
    assert ("/reopen/" in page, "/shut/" in page) == (True, False)
    (entry,) = entries(verb="person_enabled")
    assert (entry.user_id, entry.subject_id) == (world.anshin_admin.user.pk, str(world.anshin_worker.user.pk))


@pytest.mark.parametrize("name", ["person_shut", "person_reopen"])
def test_nobody_shuts_or_opens_themselves(world, signed_in, name):
    for viewer in (world.anshin_admin, world.sysadmin):
        client = signed_in(viewer)
        page = client.get(reverse("accounts:person", args=[viewer.membership.pk])).content.decode()

        assert (shut(client, viewer, name).status_code, "/shut/" in page) == (403, False)

    assert set(get_user_model().objects.values_list("is_active", flat=True)) == {True}


@pytest.mark.parametrize("name", ["person_shut", "person_reopen"])
@pytest.mark.parametrize("role", ["sysadmin", "auditor", "privacy_officer", "chief"])
def test_administrator_of_an_agency_shuts_nobody_with_more_than_they_could_give(world, signed_in, name, role):
    if role == "chief":  # elsewhere: of the center
        add_membership(user=world.anshin_worker.user, agency=world.center, role="chief")
        target = world.anshin_worker
    else:
        target = make_viewer("watcher", world.anshin, role)
    client = signed_in(world.anshin_admin)

    answer = shut(client, target, name)
    page = client.get(reverse("accounts:person", args=[target.membership.pk])).content.decode()

    assert (answer.status_code, "/shut/" in page) == (403, False)
    assert get_user_model().objects.get(pk=target.user.pk).is_active
    assert shut(signed_in(world.sysadmin), target, name).status_code == 302


@pytest.mark.parametrize("name", ["person_shut", "person_reopen"])
def test_shutting_asks_who_one_is_unless_that_was_minutes_ago(world, signed_in, shift_clock, name):
    client = signed_in(world.anshin_admin)
    shift_clock(dt.timedelta(minutes=6))

    assert shut(client, world.anshin_worker, name)["Location"].startswith("/accounts/reauthenticate/")
