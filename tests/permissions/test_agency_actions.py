"""Agencies and memberships: what each act changes, says in the log and refuses; who sees and manages whom."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from permissions.agencies import actions
from permissions.agencies.actions import (
    EDITORS,
    add_membership,
    close_agency,
    disable_person,
    enable_person,
    end_membership,
    open_agency,
    renew_membership,
)
from permissions.agencies.models import Agency, Membership
from permissions.agencies.years import NO_END, renewed_until, today, year_end
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.viewer import viewer_of
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept_world):
    return kept_world


def said(world, verb):
    """Return (who, subject, its number, detail) of the entries with a verb, oldest first."""
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(verb=verb).order_by("number")
        return [(row.user_id, row.subject, row.subject_id, row.detail) for row in rows]


def signed_in_as(client, *viewers):
    """Return a client for each viewer, logged in."""
    clients = [type(client)() for _viewer in viewers]
    for each, viewer in zip(clients, viewers, strict=True):
        sign_in(each, viewer)
    return clients


def is_in(client):
    return client.get(reverse("accounts:sessions")).status_code == 200


# --- Agencies -------------------------------------------------------------------------------------------


def test_an_agency_is_opened_with_a_group_of_its_own(world):
    with acting_for(world.sysadmin):
        agency = open_agency(
            code="npo", name="みほん食堂", kind="npo", legal_type="private", by=world.sysadmin
        )
    center = open_agency(code="c", name="別館", kind="center", legal_type="contractor", is_center=True)

    found = [(row.code, row.name, row.kind, row.legal_type, row.is_center, row.group.name, row.closed_at)
             for row in Agency.objects.filter(pk__in=(agency.pk, center.pk)).order_by("pk")]  # fmt: skip
    assert found == [
        ("npo", "みほん食堂", "npo", "private", False, "agency npo", None),
        ("c", "別館", "center", "contractor", True, "agency c", None),
    ]
    assert said(world, "agency_opened")[-2:] == [
        (world.sysadmin.user.pk, "marugoto_permissions.agency", str(agency.pk), {}),
        (None, "marugoto_permissions.agency", str(center.pk), {}),
    ]


def test_closing_an_agency_ends_the_sessions_of_its_people_and_of_nobody_else(world, client):
    gone = make_viewer("gone", world.anshin)
    end_membership(gone.membership, by=None)
    elsewhere = viewer_of(
        add_membership(user=gone.user, agency=world.kenko, role="agency_staff", ends_on=NO_END)
    )
    editor = make_viewer("editor2", make_agency("center3", is_center=True), "editor")
    one, two, other, former = signed_in_as(
        client, world.anshin_worker, world.anshin_admin, world.chief, elsewhere
    )
    assert all(map(is_in, (one, two, other, former)))
    before = timezone.now()

    with acting_for(world.sysadmin):
        close_agency(world.anshin, by=world.sysadmin)
    close_agency(editor.agency, by=None)

    assert [is_in(each) for each in (one, two, other, former)] == [False, False, True, True]
    row = Agency.objects.get(pk=world.anshin.pk)
    assert before <= row.closed_at <= timezone.now()
    assert not editor.user.groups.exists()
    assert world.editor.user.groups.get().name == EDITORS
    assert said(world, "agency_closed") == [
        (world.sysadmin.user.pk, "marugoto_permissions.agency", str(world.anshin.pk), {"sessions_ended": 2}),
        (None, "marugoto_permissions.agency", str(editor.agency.pk), {"sessions_ended": 0}),
    ]


def test_closing_an_agency_asks_for_its_people_once(world):
    def accounts_asked_for(agency):
        with CaptureQueriesContext(connection) as queries:
            close_agency(agency, by=None)
        return sum('FROM "auth_user" ' in str(query["sql"]) for query in queries)

    # Of two people, and of one: they come with their memberships.
    assert [accounts_asked_for(agency) for agency in (world.anshin, world.kenko)] == [0, 0]


# --- Memberships ----------------------------------------------------------------------------------------


def test_a_membership_begins_today_and_ends_with_the_year_unless_told_otherwise(world):
    user = get_user_model().objects.create_user("new")
    later = today() + dt.timedelta(days=400)
    past = dt.date(2020, 6, 1)

    with acting_for(world.sysadmin):
        usual = add_membership(user=user, agency=world.anshin, role="agency_staff", by=world.sysadmin)
    ahead = add_membership(user=user, agency=world.kenko, role="agency_staff", starts_on=later)
    old = add_membership(user=user, agency=world.jiritsu, role="agency_staff", starts_on=past)
    told = add_membership(user=user, agency=world.other, role="agency_staff", starts_on=past, ends_on=later)

    assert [(row.starts_on, row.ends_on) for row in (usual, ahead, old, told)] == [
        (today(), year_end(today())), (later, year_end(later)), (past, year_end(today())), (past, later),
    ]  # fmt: skip
    assert said(world, "membership_added")[-4] == (
        world.sysadmin.user.pk, "marugoto_permissions.membership", str(usual.pk), {},
    )  # fmt: skip


def test_what_adding_a_membership_refuses(world):
    user = world.anshin_worker.user

    def why(agency, role):
        count = Membership.objects.count()
        with pytest.raises(NotAllowed) as refusal:
            add_membership(user=user, agency=agency, role=role)
        assert Membership.objects.count() == count
        return str(refusal.value)

    assert why(world.anshin, "chief") == "role chief exists in the center only"
    assert why(world.anshin, "agency_staff") == "the person has role agency_staff here already"
    # Another role here, the same elsewhere, the same of somebody else, and the same anew after its end are fine.
    add_membership(user=user, agency=world.anshin, role="agency_admin")
    add_membership(user=user, agency=world.kenko, role="agency_staff")
    add_membership(user=user, agency=world.center, role="chief")
    end_membership(world.anshin_worker.membership, by=None)
    add_membership(user=user, agency=world.anshin, role="agency_staff")


def test_ending_a_membership_ends_the_sessions_of_that_person_only(world, client):
    one, other = signed_in_as(client, world.anshin_worker, world.anshin_admin)

    with acting_for(world.anshin_admin):
        end_membership(world.anshin_worker.membership, by=world.anshin_admin)

    assert (is_in(one), is_in(other)) == (False, True)
    row = Membership.objects.get(pk=world.anshin_worker.membership.pk)
    assert row.ended_at is not None
    assert said(world, "membership_ended") == [
        (world.anshin_admin.user.pk, "marugoto_permissions.membership", str(row.pk), {"sessions_ended": 1})
    ]


def test_a_renewal_is_written_down_with_its_date_and_brings_the_editor_back(world, shift_clock):
    editor = make_viewer("editor2", world.center, "editor")
    Membership.objects.filter(pk=editor.membership.pk).update(ends_on=today() + dt.timedelta(days=1))
    editor.membership.refresh_from_db()
    editor.user.groups.clear()
    shift_clock(dt.timedelta(days=3))

    with acting_for(world.sysadmin):
        renew_membership(editor.membership, by=world.sysadmin)

    until = Membership.objects.get(pk=editor.membership.pk).ends_on
    assert until == year_end(today() + dt.timedelta(days=59))
    assert [group.name for group in editor.user.groups.all()] == [EDITORS]
    assert said(world, "membership_renewed") == [
        (
            world.sysadmin.user.pk, "marugoto_permissions.membership", str(editor.membership.pk),
            {"until": until.isoformat()},
        )
    ]  # fmt: skip


@pytest.mark.parametrize("end", [lambda: None, lambda: NO_END, lambda: renewed_until(today())])
def test_a_membership_that_lasts_as_long_or_longer_is_left_as_it_is(world, end):
    membership, ends_on = world.anshin_worker.membership, end()
    Membership.objects.filter(pk=membership.pk).update(ends_on=ends_on)
    membership.refresh_from_db()

    with acting_for(world.sysadmin):
        renew_membership(membership, by=world.sysadmin)

    assert Membership.objects.get(pk=membership.pk).ends_on == ends_on
    assert said(world, "membership_renewed") == []


def test_what_renewing_refuses_says_why(world):
    end_membership(world.anshin_worker.membership, by=None)

    with pytest.raises(NotAllowed, match=r"^a membership that was ended is not renewed$"):
        renew_membership(world.anshin_worker.membership, by=None)


def test_shutting_an_account_ends_its_sessions_and_opening_it_gives_none_back(world, client):
    one, other = signed_in_as(client, world.anshin_worker, world.kenko_worker)
    user = world.anshin_worker.user

    with acting_for(world.sysadmin):
        disable_person(user, by=world.sysadmin)
    assert (is_in(one), is_in(other), get_user_model().objects.get(pk=user.pk).is_active) == (
        False,
        True,
        False,
    )
    with acting_for(world.sysadmin):
        enable_person(user, by=world.sysadmin)

    assert get_user_model().objects.get(pk=user.pk).is_active
    assert not is_in(one)
    who, what = world.sysadmin.user.pk, ("auth.user", str(user.pk))
    assert said(world, "person_disabled") == [(who, *what, {"sessions_ended": 1})]
    assert said(world, "person_enabled") == [(who, *what, {})]


def test_editors_and_nobody_else_are_in_the_editors_group(world):
    def members():
        return {user.username for user in Group.objects.get(name=EDITORS).user_set.all()}

    assert members() == {"editor"}
    second = add_membership(user=world.chief.user, agency=world.center, role="editor")
    assert members() == {"editor", "chief"}
    end_membership(world.chief.membership, by=None)
    assert members() == {"editor", "chief"}
    end_membership(second, by=None)
    assert members() == {"editor"}
    # Another role is no reason to stay.
    end_membership(add_membership(user=world.reception.user, agency=world.center, role="editor"), by=None)
    assert members() == {"editor"}


@pytest.mark.parametrize(
    "act",
    [
        lambda world: open_agency(code="x", name="x", kind="npo", legal_type="private"),
        lambda world: close_agency(world.anshin, by=None),
        lambda world: add_membership(user=world.anshin_worker.user, agency=world.kenko, role="agency_staff"),
        lambda world: end_membership(world.anshin_worker.membership, by=None),
        lambda world: renew_membership(world.anshin_worker.membership, by=None),
        lambda world: disable_person(world.anshin_worker.user, by=None),
        lambda world: enable_person(world.kenko_worker.user, by=None),
    ],
)
def test_nothing_is_left_when_the_record_of_an_act_fails(world, act, monkeypatch):
    Membership.objects.filter(pk=world.anshin_worker.membership.pk).update(ends_on=today())
    world.anshin_worker.membership.refresh_from_db()
    get_user_model().objects.filter(pk=world.kenko_worker.user.pk).update(is_active=False)

    def state():
        return (
            list(Agency.objects.order_by("pk").values_list("pk", "closed_at")),
            list(Membership.objects.order_by("pk").values_list("pk", "ends_on", "ended_at")),
            list(get_user_model().objects.order_by("pk").values_list("pk", "is_active")),
            Group.objects.count(),
        )

    def fails(*args, **kwargs):
        raise RuntimeError("the log is full")

    before = state()
    monkeypatch.setattr(actions, "record", fails)
    with pytest.raises(RuntimeError):
        act(world)
    assert state() == before


def test_an_act_changes_nothing_beside_what_it_is_for(world):
    """What somebody else has written since the row was read stays."""
    staff, agency, user = world.anshin_worker.membership, world.kenko, world.stranger.user
    renewed = world.jiritsu_worker.membership
    renewed.ends_on = today()
    Membership.objects.filter(pk__in=[staff.pk, renewed.pk]).update(role="agency_admin")
    type(agency).objects.filter(pk=agency.pk).update(name="新しい名前")
    type(user).objects.filter(pk=user.pk).update(last_name="新しい姓")

    end_membership(staff, by=None)
    renew_membership(renewed, by=None)
    close_agency(agency, by=None)
    disable_person(user, by=None)
    enable_person(user, by=None)

    for row in (staff, renewed, agency, user):
        row.refresh_from_db()
    assert [staff.role, renewed.role, agency.name, user.last_name] == [
        "agency_admin", "agency_admin", "新しい名前", "新しい姓",
    ]  # fmt: skip
