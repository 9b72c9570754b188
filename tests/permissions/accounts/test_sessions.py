"""Sessions: what ends them, by whose clock, and that nobody ends another person's."""

import datetime as dt
import uuid

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from permissions.accounts.actions import note_new_password
from permissions.accounts.models import Session, hash_of
from permissions.accounts.sessions import (
    SessionStore,
    end_sessions_of,
    is_fresh,
    note_as_stale,
    note_browser,
    renew_key,
    sessions_of,
)
from permissions.agencies.actions import close_agency, disable_person, end_membership
from tests.permissions.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def _limits(settings):
    settings.MARUGOTO_SESSION_IDLE_SECONDS = 30 * 60
    settings.MARUGOTO_SESSION_ABSOLUTE_SECONDS = 10 * 3600
    settings.SESSION_COOKIE_AGE = 365 * 24 * 3600


def is_in(client):
    return client.get(reverse("casework:home")).status_code == 200


@pytest.mark.usefixtures("_limits")
def test_session_ends_when_idle_by_the_clock_of_the_database(world, signed_in, shift_clock):
    client = signed_in(world.anshin_worker)

    shift_clock(29 * MINUTE)
    before = is_in(client)
    shift_clock(58 * MINUTE)
    used_meanwhile = is_in(client)
    shift_clock(89 * MINUTE)

    assert (before, used_meanwhile, is_in(client)) == (True, True, False)


@pytest.mark.slow
@pytest.mark.usefixtures("_limits")
def test_session_that_is_used_all_day_ends_too(world, signed_in, shift_clock):
    client = signed_in(world.anshin_worker)
    seen = []
    for minutes in range(0, 620, 20):
        shift_clock(minutes * MINUTE)
        seen.append(is_in(client))

    assert seen == [True] * 30 + [False]


@pytest.mark.usefixtures("_limits")
def test_nobody_tells_the_limits_by_the_clock_of_a_web_node(world, signed_in, monkeypatch):
    client = signed_in(world.anshin_worker)

    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2020, 1, 1, tzinfo=dt.UTC))

    assert is_in(client)


def test_key_is_not_in_the_table(world, signed_in):
    client = signed_in(world.anshin_worker)
    key = client.session.session_key

    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM marugoto_permissions_session s")
        rows = [text for (text,) in cursor.fetchall()]

    assert len(rows) == 1
    assert key not in rows[0]


def test_sign_in_gives_a_new_key(client, world):
    client.get("/accounts/login/")
    store = SessionStore()
    store["planted"] = 1
    store.save()
    client.cookies["marugoto_session"] = store.session_key

    client.post("/accounts/login/", {"login": "anshin", "password": PASSWORD})

    assert client.session.session_key != store.session_key
    assert client.session["_auth_user_id"] == str(world.anshin_worker.user.pk)
    assert not store.exists(store.session_key)


# --- what ends them, in the same transaction ---------------------------------------------------------


ENDINGS = {
    "person": lambda world: disable_person(world.anshin_worker.user, by=None),
    "membership": lambda world: end_membership(world.anshin_worker.membership, by=None),
    "agency": lambda world: close_agency(world.anshin, by=None),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_sessions_end_with_what_gave_the_right(world, signed_in, ending):
    client, other = signed_in(world.anshin_worker), signed_in(world.kenko_worker)

    ENDINGS[ending](world)

    assert (Session.objects.filter(user=world.anshin_worker.user).count(), is_in(client)) == (0, False)
    assert is_in(other)


@pytest.mark.parametrize("ending", ENDINGS)
def test_sessions_go_on_if_the_ending_is_taken_back(world, signed_in, ending):
    client = signed_in(world.anshin_worker)

    with transaction.atomic():
        ENDINGS[ending](world)
        transaction.set_rollback(True)

    assert is_in(client)


def test_new_password_ends_the_other_sessions_and_tells_by_mail(
    world, signed_in, run_tasks, mailoutbox, entries
):
    user = world.anshin_worker.user
    user.email = "anshin@mihon.invalid"
    user.save()
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_worker)

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "ひかりの道をゆく八十八歩",
            "password2": "ひかりの道をゆく八十八歩",
        },
    )
    run_tasks()

    assert (is_in(client), is_in(other)) == (True, False)
    (mail,) = mailoutbox
    assert mail.to == ["anshin@mihon.invalid"]
    assert "パスワードが変わりました" in mail.body
    (entry,) = entries(verb="password_changed")
    assert (entry.subject_id, entry.detail) == (str(user.pk), {"sessions_ended": 1})


@pytest.mark.parametrize("asks", ["anshin_worker", "kenko_worker", "nobody", None])
def test_new_password_keeps_the_session_of_the_person_themselves_only(world, request_in, asks):
    user = world.anshin_worker.user
    here, _other = request_in(world.anshin_worker), request_in(world.anshin_worker)
    theirs = request_in(world.kenko_worker)
    keeping = here if asks else None
    if keeping:
        keeping.user = getattr(world, asks).user if asks != "nobody" else AnonymousUser()

    note_new_password(user, keeping=keeping)

    own = [here.session.session_key] if asks == "anshin_worker" else []
    left = {row.key_hash for row in Session.objects.all()}
    assert left == {hash_of(key) for key in (*own, theirs.session.session_key)}


def test_session_that_was_ended_meanwhile_is_not_made_anew(world, signed_in):
    client = signed_in(world.anshin_worker)
    store = SessionStore(client.session.session_key)
    store["kept"] = 1

    end_membership(world.anshin_worker.membership, by=None)

    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.filter(user=world.anshin_worker.user).count() == 0


def test_command_deletes_the_sessions_that_are_over(world, signed_in, settings, shift_clock):
    settings.MARUGOTO_SESSION_IDLE_SECONDS = 60
    signed_in(world.anshin_worker)
    shift_clock(2 * MINUTE)
    live = signed_in(world.kenko_worker)

    call_command("clearsessions")

    assert list(Session.objects.values_list("user_id", flat=True)) == [world.kenko_worker.user.pk]
    assert is_in(live)


# --- the engine, alone -------------------------------------------------------------------------------


@pytest.fixture
def kept(db):
    """A visitor's session that is in the table: its store."""
    store = SessionStore()
    store["kept"] = 1
    store.save()
    return store


def row_of(store):
    return Session.objects.get(key_hash=hash_of(store.session_key))


def test_key_that_opens_nothing_is_not_taken_over(kept):
    store = SessionStore("a-key-that-somebody-planted-here")

    assert (store.load(), store.session_key) == ({}, None)
    store["mine"] = 2
    store.save()

    assert store.session_key not in {kept.session_key, "a-key-that-somebody-planted-here", None}
    assert [SessionStore(each.session_key).load() for each in (kept, store)] == [{"kept": 1}, {"mine": 2}]


def test_last_use_is_written_once_a_minute(kept, shift_clock):
    other = SessionStore()
    other.save()
    began, seen = row_of(kept).seen_at, []
    for seconds in (59, 60, 61, 120, 122):
        shift_clock(dt.timedelta(seconds=seconds))
        SessionStore(kept.session_key).load()
        seen.append(round((row_of(kept).seen_at - began).total_seconds()))

    assert seen == [0, 0, 61, 61, 122]
    assert row_of(other).seen_at - began < MINUTE


def test_key_exists_if_it_is_in_the_table(kept):
    assert [kept.exists(key) for key in (kept.session_key, "another", "")] == [True, False, False]


def test_key_that_is_taken_is_drawn_again(kept, monkeypatch):
    drawn = iter([kept.session_key, kept.session_key, "n" * 32])
    monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda self: next(drawn))
    store = SessionStore()

    store.create()

    assert (store.session_key, store.modified, SessionStore("n" * 32).load()) == ("n" * 32, True, {})
    assert SessionStore(kept.session_key).load() == {"kept": 1}
    with pytest.raises(CreateError):
        store.save(must_create=True)


@pytest.mark.usefixtures("_limits")
def test_row_says_whose_session_it_is_what_it_holds_and_when_it_ends(world, settings):
    settings.SESSION_COOKIE_AGE = 1000
    user = world.anshin_worker.user
    store = SessionStore()
    store.create()
    of_nobody = row_of(store).user_id
    store[SESSION_KEY] = str(user.pk)
    store.save()

    row = row_of(store)
    assert (of_nobody, row.user_id, store.decode(row.data)) == (None, user.pk, {SESSION_KEY: str(user.pk)})
    assert abs((row.expires_at - row.started_at).total_seconds() - 1000) < 10
    store.set_expiry(5000)
    store.save()
    assert abs((row_of(store).expires_at - row.started_at).total_seconds() - 5000) < 10


def test_new_row_begins_empty_whatever_its_store_was_told(kept):
    """As Django's own engines do: what a new row holds is what was set, never what another key has."""
    store = SessionStore(kept.session_key)
    store._session_key = "n" * 32
    store.save(must_create=True)

    assert store.decode(row_of(store).data) == {}


def test_named_session_is_deleted_or_the_stores_own(kept):
    own, third = SessionStore(), SessionStore()
    own.save()
    third.save()

    own.delete(kept.session_key)
    left = [own.exists(each.session_key) for each in (kept, own, third)]
    own.delete()

    assert (left, own.exists(own.session_key)) == ([False, True, True], False)
    assert own.exists(third.session_key)


def test_sessions_of_a_person_come_last_used_first(world):
    user, other = world.anshin_worker.user, world.kenko_worker.user
    now = timezone.now()
    rows = [
        Session.objects.create(
            id=uuid.UUID(int=9 - number), key_hash=str(number), user=whose, seen_at=seen, expires_at=expires
        )
        for number, (whose, seen, expires) in enumerate(
            [
                (user, now - 2 * MINUTE, now + MINUTE),
                (user, now - MINUTE, now + MINUTE),
                (other, now, now + MINUTE),
                (user, now, now - MINUTE),
                (user, now - 2 * MINUTE, now + MINUTE),
            ]
        )
    ]

    assert list(sessions_of(user.pk)) == [rows[1], rows[4], rows[0]]


def test_sessions_of_several_people_end_but_for_one(world):
    people = [world.anshin_worker.user, world.kenko_worker.user, world.chief.user]
    expires = timezone.now() + MINUTE
    for number, user in enumerate([*people, *people]):
        Session.objects.create(key_hash=hash_of(f"key {number}"), user=user, expires_at=expires)

    ended = end_sessions_of((user.pk for user in people[:2]), but_key="key 3")

    assert ended == 3
    left = {row.key_hash for row in Session.objects.all()}
    assert left == {hash_of(f"key {number}") for number in (2, 3, 5)}
    assert end_sessions_of([people[0].pk]) == 1


@pytest.fixture
def request_in(rf, world):
    """A request in a session of a person that began a while ago:  request_in(world.anshin_worker)"""

    def make(viewer, **values):
        request = rf.get("/")
        request.session, request.user = SessionStore(), viewer.user
        request.session[SESSION_KEY] = str(viewer.user.pk)
        request.session.save()
        values = {"started_at": timezone.now() - 9 * MINUTE, "fresh_at": timezone.now() - 9 * MINUTE} | values
        Session.objects.with_key(request.session.session_key).update(**values)
        return request

    return make


def test_browser_is_noted_with_its_own_session_and_cut_to_what_fits(world, request_in):
    here, other = request_in(world.anshin_worker), request_in(world.anshin_worker)

    note_browser(here, agent="x" * 200 + "y", network="198.51.100.7")

    assert [(row_of(each.session).agent, row_of(each.session).network) for each in (here, other)] == [
        ("x" * 200, "198.51.100.7"),
        ("", None),
    ]


def test_session_is_fresh_for_as_long_as_the_setting_says(world, request_in, settings, shift_clock):
    settings.MARUGOTO_FRESH_SECONDS = 100
    here, other = request_in(world.anshin_worker), request_in(world.anshin_worker)
    renew_key(here)

    fresh = [is_fresh(each) for each in (here, other)]
    shift_clock(dt.timedelta(seconds=99))
    still = is_fresh(here)
    note_as_stale(here)
    stale = is_fresh(here)
    renew_key(here)
    again = is_fresh(here)
    shift_clock(dt.timedelta(seconds=199))

    assert (fresh, still, stale, again, is_fresh(here)) == ([True, False], True, False, True, False)


def test_new_session_counts_as_fresh_and_a_stale_one_does_not(world, request_in, settings):
    settings.MARUGOTO_FRESH_SECONDS = 100
    here, other = (request_in(world.anshin_worker, fresh_at=timezone.now()) for _each in range(2))

    note_as_stale(here)

    assert [is_fresh(each) for each in (here, other)] == [False, True]


@pytest.mark.usefixtures("_limits")
def test_session_that_is_over_is_not_fresh(world, request_in):
    here = request_in(world.anshin_worker, fresh_at=timezone.now(), seen_at=timezone.now() - 31 * MINUTE)

    assert not is_fresh(here)


def test_new_key_keeps_beginning_browser_and_place(world, request_in):
    noted = {"agent": "Firefox/140", "network": "198.51.100.7", "started_at": timezone.now() - 7 * MINUTE}
    here, other = request_in(world.anshin_worker, **noted), request_in(world.anshin_worker)
    key, others = here.session.session_key, list(Session.objects.with_key(other.session.session_key).values())

    renew_key(here)

    row = row_of(here.session)
    assert (row.user_id, row.agent, row.network, row.started_at) == (
        world.anshin_worker.user.pk, *noted.values(),
    )  # fmt: skip
    assert row.fresh_at - noted["started_at"] > 6 * MINUTE
    assert (here.session.session_key != key, here.session.exists(key)) == (True, False)
    assert list(Session.objects.with_key(other.session.session_key).values()) == others


def test_key_stays_if_its_renewal_is_broken_off(world, request_in, monkeypatch):
    here = request_in(world.anshin_worker)
    key = here.session.session_key

    def fails():
        raise RuntimeError("the clock stands still")

    monkeypatch.setattr("permissions.accounts.sessions.ClockNow", fails)
    with pytest.raises(RuntimeError):
        renew_key(here)
    monkeypatch.undo()

    assert SessionStore(key).load() == {SESSION_KEY: str(world.anshin_worker.user.pk)}
    assert Session.objects.count() == 1


# --- one's own list ------------------------------------------------------------------------------------


def test_list_shows_ones_own_sessions_only(world, signed_in):
    client = signed_in(world.anshin_worker)
    client.post("/accounts/logout/")
    agents = (
        "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Edg/140",
        "Mozilla/5.0 (iPhone) Version/18 Safari/604",
    )
    first, _second = (_sign_in_with(world.anshin_worker, agent) for agent in agents)
    _sign_in_with(world.kenko_worker, "Mozilla/5.0 (X11; Linux) Firefox/140")

    html = first.get(reverse("accounts:sessions")).content.decode()

    assert [word in html for word in ("Edge・Windows", "Safari・iPhone", "Firefox")] == [True, True, False]
    assert html.count("この端末</span>") == 1


def _sign_in_with(viewer, agent):
    from django.test import Client

    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": viewer.user.username, "password": PASSWORD})
    return client


def test_another_persons_session_cannot_be_ended(world, signed_in):
    client, other = signed_in(world.anshin_worker), signed_in(world.kenko_worker)
    theirs = Session.objects.get(user=world.kenko_worker.user)

    response = client.post(reverse("accounts:session_end", args=[theirs.pk]))

    assert (response.status_code, is_in(other)) == (404, True)


def test_ones_own_other_session_is_ended_and_noted(world, signed_in, entries):
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_worker)
    theirs = Session.objects.with_key(other.session.session_key).get()

    client.post(reverse("accounts:session_end", args=[theirs.pk]))

    assert (is_in(client), is_in(other)) == (True, False)
    assert [entry.subject_id for entry in entries(verb="session_ended")] == [str(theirs.pk)]


# --- proving anew who one is --------------------------------------------------------------------------


def test_ending_all_others_asks_who_one_is_and_goes_on_afterwards(world, signed_in, settings, shift_clock):
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_worker)
    shift_clock(6 * MINUTE)

    asked = client.post(reverse("accounts:sessions_end_others"))
    meanwhile = is_in(other)
    done = client.post(asked["Location"], {"password": PASSWORD}, follow=True)

    assert (asked.status_code, asked["Location"].partition("?")[0]) == (302, "/accounts/reauthenticate/")
    assert (meanwhile, is_in(other), is_in(client)) == (True, False, True)
    assert "1個のログインを終わりに" in done.content.decode()


def test_wrong_password_does_not_go_on(world, signed_in, shift_clock):
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_worker)
    shift_clock(6 * MINUTE)

    asked = client.post(reverse("accounts:sessions_end_others"))
    client.post(asked["Location"], {"password": "not-it-at-all"})

    assert is_in(other)


@pytest.mark.usefixtures("_limits")
def test_proof_gives_a_new_key_and_no_longer_session(world, signed_in, shift_clock):
    client = signed_in(world.anshin_worker, **{"User-Agent": "Firefox/140"})
    key = client.session.session_key
    (before,) = Session.objects.filter(user=world.anshin_worker.user).values("started_at", "agent")
    shift_clock(6 * MINUTE)

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    (after,) = Session.objects.filter(user=world.anshin_worker.user).values("started_at", "agent")
    assert (client.session.session_key != key, SessionStore().exists(key)) == (True, False)
    assert (after, is_in(client)) == (before, True)


def test_who_just_signed_in_is_not_asked(world, signed_in):
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_worker)

    client.post(reverse("accounts:sessions_end_others"))

    assert not is_in(other)


# --- when it is over -----------------------------------------------------------------------------------


def test_log_out_lets_the_browser_forget(world, signed_in):
    client = signed_in(world.anshin_worker)
    page = client.get(reverse("casework:home"))

    left = client.post("/accounts/logout/")

    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in page.headers
    assert Session.objects.filter(user=world.anshin_worker.user).count() == 0


def test_page_after_the_session_ended_leads_to_the_log_in_and_back(world, signed_in):
    client = signed_in(world.anshin_worker)
    end_membership(world.anshin_worker.membership, by=None)

    response = client.get(reverse("accounts:sessions"), follow=True)

    assert response.redirect_chain == [("/accounts/login/?next=/accounts/sessions/", 302)]
    assert "ログインの時間が切れたか" in response.content.decode()


def test_what_was_written_is_given_back_when_the_session_is_over(world, signed_in):
    client = signed_in(world.reception)
    Session.objects.all().delete()
    text = "母の通院に付き添ってほしい <b>とのこと</b>"

    response = client.post(
        reverse("casework:contact_record"),
        {"one_line": text, "password": "ひみつのことばをかく場所", "csrfmiddlewaretoken": "x" * 64},
    )
    html = response.content.decode()

    assert (response.status_code, response.headers["Cache-Control"]) == (403, "no-store")
    assert "母の通院に付き添ってほしい &lt;b&gt;" in html
    assert ("ひみつのことば" in html, "xxxxxxxx" in html) == (False, False)


def test_visitor_without_a_session_is_not_told_that_one_ended(client, world):
    response = client.post(reverse("casework:contact_record"), {"one_line": "だれかが書いた長い文章です"})

    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/accounts/login/")
