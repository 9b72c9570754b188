"""What each act about an invitation leaves, whole: rows, log, tasks, and nothing when its record fails."""

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from permissions.accounts import actions, invitations
from permissions.accounts.codes import code_typed
from permissions.accounts.invitations import Invited
from permissions.accounts.links import is_linked
from permissions.accounts.models import Invitation, ProviderLink, Session, hash_of
from permissions.agencies.actions import add_membership, end_membership
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.walls import context
from permissions.walls.context import acting_for, clock
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db

ROW = "marugoto_permissions.invitation"
BEYOND = "this is beyond what an administrator of this agency may give or reset"
PASSWORD = "ひかりの道をゆく八十八歩"


@pytest.fixture
def admin(world):
    return world.anshin_admin


@pytest.fixture
def invited(world):
    return Invited(world.anshin, "agency_staff", "雨宮", "灯", "amamiya@mihon.invalid")


def as_admin(world, act, *arguments, **options):
    with acting_for(world.anshin_admin):
        return act(*arguments, by=world.anshin_admin, **options)


def rows_of(world):
    with acting_for(world.sysadmin):
        return list(Invitation.objects.order_by("created_at", "pk"))


def row_of(world):
    (row,) = rows_of(world)
    return row


def told(rows):
    return [(row.user_id, row.verb, row.subject, row.subject_id, row.detail) for row in rows]


def queued():
    return sorted(
        (task.task_path.rpartition(".")[2], *task.args_kwargs["args"]) for task in DBTaskResult.objects.all()
    )


def in_two_weeks():
    return timezone.now() + dt.timedelta(days=14)


def is_close(moment, other):
    return abs(moment - other) < dt.timedelta(minutes=5)


@pytest.fixture
def link(world, invited):
    """The secret of an invitation by mail."""
    row = as_admin(world, invitations.invite_by_mail, invited)
    _address, secret = invitations.new_link(str(row.pk))
    DBTaskResult.objects.all().delete()
    return secret


# --- giving ---------------------------------------------------------------------------------------------


def test_invitation_by_mail_is_one_row_one_entry_and_one_task(world, admin, invited, entries):
    made = as_admin(world, invitations.invite_by_mail, invited)

    row = row_of(world)
    assert made == row
    assert (row.agency, row.kind, row.role, row.last_name, row.first_name, row.email) == (
        world.anshin, "mail", "agency_staff", "雨宮", "灯", "amamiya@mihon.invalid",
    )  # fmt: skip
    assert (row.user, row.created_by, row.used_at, row.revoked_at, row.token_hash) == (
        None,
        admin.user,
        *[None] * 3,
    )
    assert is_close(row.expires_at, in_two_weeks())
    detail = {"agency": world.anshin.pk, "role": "agency_staff"}
    assert told(entries(verb="person_invited")) == [
        (admin.user.pk, "person_invited", ROW, str(row.pk), detail)
    ]
    assert queued() == [("send_invitation", str(row.pk))]


def test_invitation_on_paper_makes_an_account_that_is_shut_until_its_code_is_typed(
    world, admin, invited, entries
):
    sheet = as_admin(world, invitations.invite_on_paper, invited)

    user, row = get_user_model().objects.get(last_name="雨宮"), row_of(world)
    assert re.fullmatch(r"anshin-\d{6}", user.username)
    assert (user.first_name, user.email, user.has_usable_password(), user.is_active) == (
        "灯",
        "",
        False,
        True,
    )
    assert not Membership.objects.filter(user=user).exists()
    assert (row.agency, row.kind, row.role, row.user, row.created_by) == (
        world.anshin, "paper", "agency_staff", user, admin.user,
    )  # fmt: skip
    assert (row.last_name, row.first_name, row.email) == ("", "", "")
    assert row.token_hash == hash_of(f"invitation paper {user.username} {code_typed(sheet.code)}")
    factors = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    assert (sheet.username, sheet.factors, sheet.expires_at, sheet.agency) == (
        user.username, factors, row.expires_at, world.anshin,
    )  # fmt: skip
    assert is_close(row.expires_at, in_two_weeks())
    detail = {"agency": world.anshin.pk, "role": "agency_staff", "invitation": str(row.pk)}
    assert told(entries(verb="sheet_issued")) == [
        (admin.user.pk, "sheet_issued", "auth.user", str(user.pk), detail)
    ]
    assert queued() == []


@pytest.fixture
def worker(world):
    """A person with an app, printed codes, a link to the provider, a session and an open sheet; and another such."""
    for viewer in (world.anshin_worker, world.kenko_worker):
        Authenticator.objects.create(user=viewer.user, type="totp", data={"secret": "x"})
        RecoveryCodes.activate(viewer.user)
        ProviderLink(user=viewer.user, subject_hash=f"{viewer.user.pk}").save(force_insert=True)
        Session(key_hash=f"{viewer.user.pk}", user=viewer.user, expires_at=in_two_weeks()).save()
    return world.anshin_worker


def kinds_of(viewer):
    return sorted(Authenticator.objects.filter(user=viewer.user).values_list("type", flat=True))


def test_new_sheet_closes_the_old_one_and_tells_the_person(world, admin, worker, entries):
    as_admin(world, invitations.issue_new_sheet, worker.membership)
    old_codes = Authenticator.objects.get(user=worker.user, type="recovery_codes").pk
    DBTaskResult.objects.all().delete()

    sheet = as_admin(world, invitations.issue_new_sheet, worker.membership)

    first, second = sorted(rows_of(world), key=lambda row: row.revoked_at is None)
    assert is_close(first.revoked_at, timezone.now())
    assert (second.revoked_at, second.role, second.user, second.agency) == (
        None,
        "",
        worker.user,
        world.anshin,
    )
    assert second.token_hash == hash_of(f"invitation paper anshin {code_typed(sheet.code)}")
    assert kinds_of(worker) == ["recovery_codes", "totp"]
    assert Authenticator.objects.get(user=worker.user, type="recovery_codes").pk != old_codes
    assert (kinds_of(world.kenko_worker), is_linked(world.kenko_worker.user)) == (
        ["recovery_codes", "totp"],
        True,
    )
    assert queued() == [("send_notice", worker.user.pk, "access_reset")]
    assert [entry.detail for entry in entries(verb="sheet_issued")][1] == {
        "agency": world.anshin.pk,
        "role": "",
        "invitation": str(second.pk),
    }
    assert [entry.user_id for entry in entries(verb="provider_unlinked")] == [admin.user.pk]


def test_reset_takes_every_factor_link_and_session_of_one_person(world, admin, worker, entries):
    as_admin(world, invitations.reset_second_factor, worker.membership)

    assert (kinds_of(worker), is_linked(worker.user)) == ([], False)
    assert (kinds_of(world.kenko_worker), is_linked(world.kenko_worker.user)) == (
        ["recovery_codes", "totp"],
        True,
    )
    assert list(Session.objects.values_list("user", flat=True)) == [world.kenko_worker.user.pk]
    who = (admin.user.pk, "factors_reset", "auth.user", str(worker.user.pk))
    assert told(entries(verb="factors_reset")) == [(*who, {"removed": 2, "sessions_ended": 1})]
    assert [entry.user_id for entry in entries(verb="provider_unlinked")] == [admin.user.pk]
    assert queued() == [
        ("send_notice", worker.user.pk, "access_reset"),
        ("send_notice", worker.user.pk, "provider_unlinked"),
    ]


def test_ending_somebodys_sessions_is_counted_and_noted(world, admin, worker, entries):
    assert as_admin(world, invitations.end_sessions_of_person, worker.membership) == 1

    assert list(Session.objects.values_list("user", flat=True)) == [world.kenko_worker.user.pk]
    who = (admin.user.pk, "sessions_ended", "auth.user", str(worker.user.pk))
    assert told(entries(verb="sessions_ended")) == [(*who, {"sessions_ended": 1})]


def test_what_was_taken_back_keeps_no_name(world, admin, link, entries):
    assert as_admin(world, invitations.revoke, row_of(world)) is True

    row = row_of(world)
    assert is_close(row.revoked_at, timezone.now())
    assert (row.used_at, row.last_name, row.first_name, row.email) == (None, "", "", "")
    assert told(entries(verb="invitation_revoked")) == [
        (admin.user.pk, "invitation_revoked", ROW, str(row.pk), {})
    ]


@pytest.mark.parametrize("act", ["invite_by_mail", "invite_on_paper"])
def test_what_an_administrator_may_not_give_is_refused_in_words(world, act):
    invited = Invited(world.kenko, "agency_staff", "雨宮", "灯", "amamiya@mihon.invalid")

    with pytest.raises(NotAllowed) as refusal:
        as_admin(world, getattr(invitations, act), invited)

    assert str(refusal.value) == BEYOND
    assert not get_user_model().objects.filter(last_name="雨宮").exists()


@pytest.mark.parametrize("act", ["issue_new_sheet", "reset_second_factor"])
def test_who_has_more_elsewhere_is_reset_by_nobody_here_until_that_ended(world, worker, act):
    more = add_membership(user=worker.user, agency=world.center, role="chief")

    with pytest.raises(NotAllowed) as refusal:
        as_admin(world, getattr(invitations, act), worker.membership)
    assert (str(refusal.value), kinds_of(worker)) == (BEYOND, ["recovery_codes", "totp"])

    end_membership(more, by=None)
    as_admin(world, getattr(invitations, act), worker.membership)


def test_who_may_manage_whom(world):
    ended = make_viewer("ended", world.anshin)
    end_membership(ended.membership, by=None)
    whom = (world.anshin_worker, world.anshin_admin, world.kenko_worker, world.chief)

    def may(by):
        return [invitations.may_manage(by, viewer.user) for viewer in whom]

    assert may(world.anshin_admin) == [True, True, False, False]
    assert may(world.sysadmin) == [True] * 4
    assert may(world.anshin_worker) == may(world.chief) == [False] * 4
    assert invitations.may_manage(world.anshin_admin, ended.user) is True


def test_who_may_manage_is_asked_in_one_question(world, django_assert_num_queries):
    user = world.anshin_worker.user
    add_membership(user=user, agency=world.kenko, role="agency_staff")
    add_membership(user=user, agency=world.jiritsu, role="agency_staff")

    with django_assert_num_queries(1):
        assert invitations.may_manage(world.sysadmin, user)


# --- sending --------------------------------------------------------------------------------------------


def test_link_is_made_for_open_invitations_by_mail_only(world, invited):
    row = as_admin(world, invitations.invite_by_mail, invited)
    as_admin(world, invitations.invite_on_paper, invited)
    paper = next(each for each in rows_of(world) if each.kind == "paper")

    first, second = invitations.new_link(str(row.pk)), invitations.new_link(str(row.pk))

    assert (first[0], second[0], len(first[1])) == ("amamiya@mihon.invalid", "amamiya@mihon.invalid", 32)
    assert first[1] != second[1]
    with acting_for(world.sysadmin):
        row.refresh_from_db()
    assert row.token_hash == hash_of(f"invitation link {second[1]}")
    assert invitations.invitation_of_link(first[1]) is None
    assert invitations.invitation_of_link(second[1]) == row
    assert invitations.new_link(str(paper.pk)) is None
    as_admin(world, invitations.revoke, row)
    assert invitations.new_link(str(row.pk)) is None


# --- taking ---------------------------------------------------------------------------------------------


def test_account_of_a_link_is_what_the_invitation_said(world, link, entries):
    user = invitations.accept_link(link, password=PASSWORD)

    assert re.fullmatch(r"anshin-\d{6}", user.username)
    found = get_user_model().objects.get(pk=user.pk)
    assert (found.last_name, found.first_name, found.email) == ("雨宮", "灯", "amamiya@mihon.invalid")
    assert found.check_password(PASSWORD)
    assert list(Membership.objects.filter(user=user).values_list("agency", "role")) == [
        (world.anshin.pk, "agency_staff")
    ]
    row = row_of(world)
    assert is_close(row.used_at, timezone.now())
    assert (row.revoked_at, row.last_name, row.first_name, row.email) == (None, "", "", "")
    assert told(entries(verb="invitation_used")) == [
        (None, "invitation_used", ROW, str(row.pk), {"user": user.pk})
    ]
    assert invitations.accept_link(link, password=PASSWORD) is None
    assert invitations.accept_link_as(user, link) is None
    assert get_user_model().objects.filter(last_name="雨宮").count() == 1


def test_who_joins_gets_the_role_once(world, link, entries):
    user = world.kenko_worker.user

    membership = invitations.accept_link_as(user, link)

    assert (membership.user, membership.agency, membership.role) == (user, world.anshin, "agency_staff")
    assert is_close(row_of(world).used_at, timezone.now())
    assert [entry.detail for entry in entries(verb="invitation_used")] == [{"user": user.pk}]


def test_who_has_the_role_already_uses_the_invitation_up_and_gets_no_second(world, link):
    assert invitations.accept_link_as(world.anshin_worker.user, link) is None

    assert Membership.objects.filter(user=world.anshin_worker.user).count() == 1
    assert is_close(row_of(world).used_at, timezone.now())


@pytest.mark.parametrize("other", ["agency", "role", "ended", "person"])
def test_another_role_place_time_or_person_is_not_the_same_membership(world, link, other):
    user = get_user_model().objects.create_user("joining")
    if other == "agency":
        add_membership(user=user, agency=world.kenko, role="agency_staff")
    if other == "role":
        add_membership(user=user, agency=world.anshin, role="agency_admin")
    if other == "ended":
        end_membership(add_membership(user=user, agency=world.anshin, role="agency_staff"), by=None)

    assert invitations.accept_link_as(user, link).user == user


def test_code_of_a_sheet_sets_the_password_and_ends_what_was(world, invited, entries):
    sheet = as_admin(world, invitations.invite_on_paper, invited)
    user = get_user_model().objects.get(username=sheet.username)
    Session(key_hash="x", user=user, expires_at=in_two_weeks()).save()

    wrong = [
        invitations.accept_code(sheet.username, "", password=PASSWORD),
        invitations.accept_code("anshin", sheet.code, password=PASSWORD),
    ]
    found = invitations.accept_code(f" {sheet.username.upper()} ", sheet.code.lower(), password=PASSWORD)

    assert (wrong, found) == ([None, None], user)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert list(Membership.objects.filter(user=user).values_list("agency", "role")) == [
        (world.anshin.pk, "agency_staff")
    ]
    assert is_close(row_of(world).used_at, timezone.now())
    assert [entry.detail for entry in entries(verb="password_changed")] == [{"sessions_ended": 1}]
    assert [entry.detail for entry in entries(verb="invitation_used")] == [{"user": user.pk}]
    assert queued() == [("send_notice", user.pk, "password_changed")]


def test_sheet_of_somebody_who_works_here_gives_no_second_membership(world, worker):
    sheet = as_admin(world, invitations.issue_new_sheet, worker.membership)

    invitations.accept_code(sheet.username, sheet.code, password=PASSWORD)

    assert Membership.objects.filter(user=worker.user).count() == 1


# --- names and ends -------------------------------------------------------------------------------------


def test_name_that_is_taken_is_drawn_again(world, monkeypatch):
    drawn = iter([7, 7, 7, 12])
    asked = []
    monkeypatch.setattr(invitations.secrets, "randbelow", lambda most: asked.append(most) or next(drawn))
    agency, kita = make_agency("abcdefghijklmnop-east"), make_agency("kita-east")

    names = [
        invitations._new_user(kita, last_name="a", first_name="b").username,
        invitations._new_user(agency, last_name="a", first_name="b").username,
        invitations._new_user(agency, last_name="a", first_name="b").username,
    ]

    assert names == ["kita-000007", "abcdefghijkl-000007", "abcdefghijkl-000012"]
    assert asked == [1_000_000] * 4


def test_only_open_invitations_that_lapsed_are_forgotten(world, invited, shift_clock):
    kept = {"last_name": "雨宮", "first_name": "灯", "email": "amamiya@mihon.invalid"}
    made = [as_admin(world, invitations.invite_by_mail, invited) for _each in range(5)]
    end = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    changes = [
        {"last_name": "", "first_name": ""},
        {"used_at": timezone.now()},
        {"revoked_at": timezone.now()},
        {"expires_at": end},
        {"first_name": "", "email": ""},
    ]
    with clock("forget_invitations"):
        for row, change in zip(made, changes, strict=True):
            Invitation.objects.filter(pk=row.pk).update(**change)
    shift_clock(dt.timedelta(days=14, minutes=1))

    invitations.forget_lapsed_invitations()

    with acting_for(world.sysadmin):
        names = {row.pk: (row.last_name, row.first_name, row.email) for row in Invitation.objects.all()}
    whole = tuple(kept.values())
    assert [names[row.pk] for row in made] == [("", "", ""), whole, whole, whole, ("", "", "")]


def test_each_word_about_a_person_is_forgotten_and_what_is_empty_is_not_written_again(
    world, invited, shift_clock
):
    names = ("last_name", "first_name", "email")
    made = [as_admin(world, invitations.invite_by_mail, invited) for _each in range(4)]
    with clock("forget_invitations"):
        for row, kept in zip(made, (*names, None), strict=True):
            empty = dict.fromkeys((name for name in names if name != kept), "")
            Invitation.objects.filter(pk=row.pk).update(**empty)
    shift_clock(dt.timedelta(days=14, minutes=1))
    before = places_of(world, made)

    invitations.forget_lapsed_invitations()

    assert {(row.last_name, row.first_name, row.email) for row in rows_of(world)} == {("", "", "")}
    moved = [place != old for place, old in zip(places_of(world, made), before, strict=True)]
    assert moved == [True, True, True, False]


def places_of(world, rows):
    """Return where each row stands in its table: a row that is written again stands elsewhere."""
    with acting_for(world.sysadmin), connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM marugoto_permissions_invitation")
        found = dict(cursor.fetchall())
    return [found[row.pk] for row in rows]


@pytest.mark.parametrize("kind", ["mail", "paper"])
def test_password_is_written_beside_what_happens_to_the_account_meanwhile(world, invited, monkeypatch, kind):
    user_model = get_user_model()
    set_password = user_model.set_password

    def meanwhile(user, password):
        user_model.objects.filter(pk=user.pk).update(is_active=False)
        set_password(user, password)

    if kind == "mail":
        row = as_admin(world, invitations.invite_by_mail, invited)
        _address, secret = invitations.new_link(str(row.pk))
        monkeypatch.setattr(user_model, "set_password", meanwhile)
        user = invitations.accept_link(secret, password=PASSWORD)
    else:
        sheet = as_admin(world, invitations.invite_on_paper, invited)
        monkeypatch.setattr(user_model, "set_password", meanwhile)
        user = invitations.accept_code(sheet.username, sheet.code, password=PASSWORD)

    user.refresh_from_db()
    assert (user.is_active, user.check_password(PASSWORD)) == (False, True)


def test_invitation_that_is_used_is_read_in_one_question_under_its_lock(world, invited):
    sheet = as_admin(world, invitations.invite_on_paper, invited)
    key = invitations._paper_hash(sheet.username, code_typed(sheet.code))

    with context.link(key), CaptureQueriesContext(connection) as queries:
        row = invitations._locked(key)
        assert (row.agency.code, row.user.username) == ("anshin", sheet.username)

    (query,) = queries.captured_queries
    assert query["sql"].endswith('FOR UPDATE OF "marugoto_permissions_invitation"')


def test_invitation_that_was_used_meanwhile_is_not_taken_back(world, link, entries):
    shown = row_of(world)
    invitations.accept_link(link, password=PASSWORD)
    used = row_of(world)

    assert as_admin(world, invitations.revoke, shown) is False

    row = row_of(world)
    assert (row.used_at, row.revoked_at) == (used.used_at, None)
    assert entries(verb="invitation_revoked") == []


def test_end_of_an_invitation_is_written_beside_what_happens_to_it_meanwhile(world, admin, link):
    shown = row_of(world)
    with clock("forget_invitations"):
        Invitation.objects.filter(pk=shown.pk).update(token_hash="of another mail")

    with acting_for(admin):
        invitations._close(shown, "revoked_at")

    row = row_of(world)
    assert (row.token_hash, row.last_name, is_close(row.revoked_at, timezone.now())) == (
        "of another mail",
        "",
        True,
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda who, by, invited, row: invitations.invite_by_mail(invited, by=by),
        lambda who, by, invited, row: invitations.invite_on_paper(invited, by=by),
        lambda who, by, invited, row: invitations.issue_new_sheet(who.membership, by=by),
        lambda who, by, invited, row: invitations.reset_second_factor(who.membership, by=by),
        lambda who, by, invited, row: invitations.end_sessions_of_person(who.membership, by=by),
        lambda who, by, invited, row: invitations.revoke(row, by=by),
        lambda who, by, invited, row: actions.note_new_password(who.user),
        lambda who, by, invited, row: actions.end_other_sessions(by=who, but_key=None),
    ],
)
def test_nothing_is_left_when_the_record_of_an_act_fails(
    world, admin, worker, link, invited, act, monkeypatch
):
    """Neither in a transaction that goes on: who caught the failure commits the rest."""

    def state():
        return (
            [(row.pk, row.revoked_at, row.last_name) for row in rows_of(world)],
            list(get_user_model().objects.order_by("pk").values_list("pk", "password")),
            list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)),
            list(ProviderLink.objects.order_by("pk").values_list("pk", flat=True)),
            list(Session.objects.order_by("pk").values_list("pk", flat=True)),
            queued(),
        )

    def fails(*arguments, **options):
        raise RuntimeError("the log is full")

    before, row = state(), row_of(world)
    for module in (invitations, actions):
        monkeypatch.setattr(module, "record", fails)
    with acting_for(admin), pytest.raises(RuntimeError):
        act(worker, admin, invited, row)
    assert state() == before


def test_session_that_cannot_be_ended_is_not_noted_as_ended(world, worker, entries, monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("the table is locked")

    monkeypatch.setattr(Session, "delete", fails)
    with acting_for(worker), pytest.raises(RuntimeError):
        actions.end_session(Session.objects.get(user=worker.user), by=worker)

    assert entries(verb="session_ended") == []
