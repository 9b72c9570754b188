"""What each try counts under, what knows a browser again, and what its mark holds: each function alone."""

import datetime as dt
import time

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpResponse
from django_tasks_db.models import DBTaskResult

from permissions.accounts import tries
from permissions.accounts.limits import Limit
from permissions.accounts.models import Tally, hash_of
from permissions.accounts.sessions import SessionStore
from permissions.accounts.tries import PasswordTry

pytestmark = pytest.mark.django_db

HERE, THERE = "198.51.100.7", "198.51.100.8"
COOKIE = "marugoto_device"


@pytest.fixture
def user(world):
    return world.anshin_worker.user


@pytest.fixture
def coming(rf):
    """A request from somewhere:  coming(HERE, marks={"anshin": "mark"}, user=somebody)"""

    def make(address=HERE, *, marks=None, user=None):
        request = rf.post("/", REMOTE_ADDR=address)
        request.session, request.user = SessionStore(), user or AnonymousUser()
        if user is not None:
            request.session[SESSION_KEY] = str(user.pk)
            request.session.save()
        if marks is not None:
            kept = {hash_of(f"browser of {name}")[:16]: mark for name, mark in marks.items()}
            request.COOKIES[COOKIE] = signing.dumps(kept, salt=tries.DEVICE_SALT)
        return request

    return make


def count_of(limit, *parts):
    return Tally.objects.filter(key_hash=limit.key(*parts)).values_list("count", flat=True).first() or 0


def use_up(limit, *parts):
    for _try in range(limit.allowed):
        assert limit.take(*parts)


# --- what a password counts under -----------------------------------------------------------------------


def test_strangers_are_counted_by_network_site_and_account(coming, settings):
    settings.MARUGOTO_LOGIN_PER_NETWORK, settings.MARUGOTO_LOGIN_EVERYWHERE = 7, 11

    attempt = PasswordTry(coming(), " AnShin\t")

    assert attempt.counted == [
        (Limit("login, network", allowed=7, seconds=60), (HERE,)),
        (Limit("login, everywhere", allowed=11, seconds=60), ()),
        (Limit("login, account", allowed=5, seconds=300), ("anshin",)),
        (Limit("login, account", allowed=20, seconds=3600), ("anshin",)),
    ]
    assert PasswordTry(coming("no address"), "x").counted[0][1] == ("",)
    assert (attempt.username, attempt.factor) == ("anshin", None)


def test_known_browsers_are_counted_by_themselves(coming, user):
    limit = Limit("login, browser", allowed=10, seconds=300)
    marked = coming(marks={"anshin": "the mark", "kenko": "another"})

    assert PasswordTry(marked, " Anshin ").counted == [(limit, ("anshin", "the mark"))]
    assert PasswordTry(marked, "kenko").counted == [(limit, ("kenko", "another"))]
    assert len(PasswordTry(marked, "jiritsu").counted) == 4
    signed_in = coming(user=user)
    mark = f"session {hash_of(signed_in.session.session_key)}"
    assert PasswordTry(signed_in, "ANSHIN").counted == [(limit, ("anshin", mark))]


def test_every_count_is_made_even_if_the_first_is_over_and_given_back_when_right(coming, settings):
    settings.MARUGOTO_LOGIN_PER_NETWORK = 1
    first, second = PasswordTry(coming(), "anshin"), PasswordTry(coming(), "anshin")

    within = [first.may_be_hashed(""), second.may_be_hashed("")]
    counted = [count_of(limit, *parts) for limit, parts in second.counted]
    second.was_right()

    assert (within, counted) == ([True, False], [2, 2, 2, 2])
    assert [count_of(limit, *parts) for limit, parts in second.counted] == [1, 1, 1, 1]
    assert (first.factor, second.factor) == (None, None)
    assert count_of(tries.CODE[0], "anshin", HERE) == 0  # no code was typed


@pytest.mark.parametrize("which", range(4))
def test_each_count_alone_is_enough_to_wait(coming, which):
    limit, parts = PasswordTry(coming(), "anshin").counted[which]
    use_up(limit, *parts)

    assert not PasswordTry(coming(), "anshin").may_be_hashed("")


# --- a second factor in place of waiting ------------------------------------------------------------------


@pytest.fixture
def slowed(user):
    """Whose account is tried too often; the codes they have on paper."""
    use_up(tries.ACCOUNT[0], "anshin")
    return RecoveryCodes.activate(user).get_unused_codes()


@pytest.mark.parametrize("stored", ["anshin", "Anshin"])
def test_right_code_lets_a_password_through_however_the_name_is_written(coming, user, slowed, stored):
    get_user_model().objects.filter(pk=user.pk).update(username=stored)
    attempt, again = PasswordTry(coming(), " ANSHIN"), PasswordTry(coming(), "anshin")

    assert (attempt.may_be_hashed(slowed[0]), attempt.factor.user_id) == (True, user.pk)
    assert (again.may_be_hashed(slowed[0]), again.factor) == (False, None)
    assert count_of(tries.CODE[0], "anshin", HERE) == 2


def test_code_is_not_looked_at_while_the_password_may_be(coming, user, slowed):
    attempt = PasswordTry(coming(marks={"anshin": "mark"}), "anshin")

    assert (attempt.may_be_hashed(slowed[0]), attempt.factor) == (True, None)
    assert count_of(tries.CODE[0], "anshin", HERE) == 0


def test_codes_in_place_of_waiting_are_counted_for_each_network(coming, slowed):
    use_up(tries.CODE[0], "anshin", HERE)

    within = [PasswordTry(coming(place), "anshin").may_be_hashed(slowed[0]) for place in (HERE, THERE)]

    assert within == [False, True]


def test_code_of_who_is_shut_or_of_another_lets_nothing_through(coming, world, user, slowed):
    other = RecoveryCodes.activate(world.kenko_worker.user).get_unused_codes()[0]
    of_another = PasswordTry(coming(), "anshin").may_be_hashed(other)
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)

    assert (of_another, PasswordTry(coming(), "anshin").may_be_hashed(slowed[0])) == (False, False)


def test_name_of_nobody_asks_for_the_codes_of_nobody(coming, monkeypatch):
    asked = []
    monkeypatch.setattr(tries, "take_code", lambda *arguments: asked.append(arguments))
    use_up(tries.ACCOUNT[0], "nobody")

    assert not PasswordTry(coming(), "nobody").may_be_hashed("12345678")
    assert asked == [(0, "12345678")]


# --- codes of the second step -----------------------------------------------------------------------------


def test_codes_are_counted_for_each_network_or_known_browser(coming, user):
    strange, known, session = coming(), coming(marks={"anshin": "mark"}), coming(user=user)
    places = (HERE, "mark", f"session {hash_of(session.session.session_key)}")

    for request in (strange, known, session):
        assert [tries.code_may_be_tried(request, user) for _try in range(6)] == [True] * 5 + [False]
    counts = [count_of(tries.CODE[0], "anshin", place) for place in places]
    tries.code_was_right(known, user)

    assert counts == [6, 6, 6]
    assert [count_of(tries.CODE[0], "anshin", place) for place in places] == [6, 5, 6]
    assert tries.code_may_be_tried(coming("no address"), user)
    assert count_of(tries.CODE[0], "anshin", "") == 1


def test_name_counts_in_small_letters(coming, user):
    get_user_model().objects.filter(pk=user.pk).update(username="AnShin")
    user.refresh_from_db()

    assert tries.code_may_be_tried(coming(marks={"anshin": "mark"}), user)

    assert count_of(tries.CODE[0], "anshin", "mark") == 1


def test_owner_is_told_of_many_wrong_codes_once_a_day(world, user, shift_clock):
    def told():
        return [
            (task.task_path.rpartition(".")[2], *task.args_kwargs["args"])
            for task in DBTaskResult.objects.all()
        ]

    other = world.kenko_worker.user

    def guess(times, whom=user):
        for _try in range(times):
            tries.code_was_wrong(whom)
        return len(told())

    seen = [guess(10), guess(1), guess(5)]
    shift_clock(dt.timedelta(hours=23))
    seen.append(guess(5))
    shift_clock(dt.timedelta(hours=25))
    seen += [guess(10), guess(1), guess(11, other)]

    assert seen == [0, 1, 1, 1, 1, 2, 3]
    assert told() == [("send_notice", pk, "code_guessed") for pk in (user.pk, user.pk, other.pk)]


# --- browsers that are known ------------------------------------------------------------------------------


def test_browser_is_known_by_its_mark_or_its_session(coming, world, user):
    marked, session = coming(marks={"anshin": "mark"}), coming(user=user)

    assert [tries.known_browser(marked, name) for name in ("anshin", "kenko")] == ["mark", ""]
    assert tries.known_browser(session, "anshin") == f"session {hash_of(session.session.session_key)}"
    assert [tries.known_browser(session, "kenko"), tries.known_browser(coming(), "anshin")] == ["", ""]
    both = coming(marks={"anshin": "mark"}, user=world.kenko_worker.user)
    assert tries.known_browser(both, "anshin") == "mark"
    get_user_model().objects.filter(pk=user.pk).update(username="AnShin")
    user.refresh_from_db()
    assert tries.known_browser(coming(user=user), "anshin").startswith("session ")


def test_session_without_a_key_has_a_mark_of_its_own(coming, user):
    request = coming()
    request.user = user

    assert tries.known_browser(request, "anshin") == f"session {hash_of('')}"


@pytest.mark.parametrize(
    ("value", "is_known"),
    [
        (lambda kept: signing.dumps(kept, salt="permissions.accounts.tries.device"), True),
        (lambda kept: signing.dumps(kept, salt="another"), False),
        (signing.dumps, False),
        (lambda kept: signing.dumps(kept, salt="permissions.accounts.tries.device") + "x", False),
        (lambda kept: "", False),
    ],
)
def test_mark_counts_with_our_signature_only(coming, value, is_known):
    request = coming()
    request.COOKIES[COOKIE] = value({hash_of("browser of anshin")[:16]: "mark"})

    assert tries.known_browser(request, "anshin") == ("mark" if is_known else "")


@pytest.mark.parametrize(("days", "is_known"), [(179.9, True), (180.1, False)])
def test_mark_counts_for_half_a_year(coming, monkeypatch, days, is_known):
    request, now = coming(marks={"anshin": "mark"}), time.time()
    monkeypatch.setattr(time, "time", lambda: now + days * 24 * 60 * 60)

    assert tries.known_browser(request, "anshin") == ("mark" if is_known else "")


def marks_in(response):
    """Return name -> mark as the cookie of an answer has them, or None without one."""
    cookie = response.cookies.get(COOKIE)
    return signing.loads(cookie.value, salt=tries.DEVICE_SALT) if cookie else None


def remembered(request, user, *methods):
    for method in methods:
        record_authentication(request, user, method)
    response = HttpResponse()
    tries.remember_browser(request, response, user)
    return response


@pytest.mark.parametrize("is_secure", [True, False])
def test_browser_is_marked_once_a_second_factor_was_right(coming, user, settings, monkeypatch, is_secure):
    settings.SESSION_COOKIE_SECURE = is_secure
    monkeypatch.setattr(tries.secrets, "token_hex", lambda size: f"{size} bytes of chance")
    get_user_model().objects.filter(pk=user.pk).update(username="AnShin")
    user.refresh_from_db()

    response = remembered(coming(), user, "password", "mfa")

    assert marks_in(response) == {hash_of("browser of anshin")[:16]: "16 bytes of chance"}
    cookie = response.cookies[COOKIE]
    assert {name: value for name, value in cookie.items() if value and name != "expires"} == {
        "path": "/", "max-age": 180 * 24 * 60 * 60, "httponly": True, "samesite": "Lax",
        **({"secure": True} if is_secure else {}),
    }  # fmt: skip


def test_browser_is_not_marked_without_a_second_factor_nor_twice(coming, world, user):
    marked = coming(marks={"anshin": "mark"})
    of_another = coming()
    record_authentication(of_another, world.kenko_worker.user, "mfa")

    assert marks_in(remembered(coming(), user, "password")) is None
    assert marks_in(remembered(coming(), user)) is None
    assert marks_in(remembered(of_another, user, "password")) is None
    assert marks_in(remembered(marked, user, "password", "mfa")) is None


@pytest.mark.parametrize("others", [0, 3, 7, 8, 12])
def test_browser_knows_the_last_eight_people(coming, user, others):
    names = [f"person-{number}" for number in range(others)]

    marks = marks_in(remembered(coming(marks={name: name for name in names}), user, "mfa"))

    kept = names[-7:]
    assert list(marks) == [hash_of(f"browser of {name}")[:16] for name in (*kept, "anshin")]
    assert list(marks.values())[:-1] == kept
    assert len(list(marks.values())[-1]) == 32
