"""Which sessions and invitations count, by the clock of the database, and what rows are called."""

import datetime as dt
import uuid
from hashlib import sha256

import pytest
from django.utils import timezone

from permissions.accounts.browsers import browser_named
from permissions.accounts.models import Invitation, ProviderLink, Session, Tally, hash_of
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def kept(world, settings):
    """A session:  kept(idle=29, old=10, ends_in=60), in seconds; of a visitor without ``user``."""
    settings.MARUGOTO_SESSION_IDLE_SECONDS, settings.MARUGOTO_SESSION_ABSOLUTE_SECONDS = 30, 100
    now = timezone.now()

    def make(*, idle=0, old=0, ends_in=60, user=None):
        return Session.objects.create(
            key_hash=uuid.uuid4().hex, user=user, seen_at=now - idle * SECOND,
            started_at=now - old * SECOND, expires_at=now + ends_in * SECOND,
        )  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("values", "of_person", "of_visitor"),
    [
        ({}, True, True),
        ({"idle": 25}, True, True),
        ({"idle": 35}, False, True),
        ({"old": 95}, True, True),
        ({"old": 105}, False, True),
        ({"idle": 35, "old": 105}, False, True),
        ({"ends_in": -5}, False, False),
    ],
)
def test_session_counts_until_it_is_idle_old_or_expired(kept, world, values, of_person, of_visitor):
    rows = [kept(**values, user=world.anshin_worker.user), kept(**values)]

    live = set(Session.objects.live())

    assert [row in live for row in rows] == [of_person, of_visitor]


def test_session_is_found_by_its_key_only(kept):
    row, empty = kept(), kept()
    Session.objects.filter(pk=row.pk).update(key_hash=hash_of("key"))
    Session.objects.filter(pk=empty.pk).update(key_hash=hash_of(""))

    found = [Session.objects.with_key(key).first() for key in ("key", "other", "", None)]

    assert found == [row, None, empty, empty]
    assert hash_of("キー") == sha256("キー".encode()).hexdigest()


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"used_at": timezone.now()}, False),
        ({"revoked_at": timezone.now()}, False),
        ({"expires_at": timezone.now() - 5 * SECOND, "created_at": timezone.now() - 9 * SECOND}, False),
    ],
)
def test_invitation_is_open_until_it_is_used_taken_back_or_lapses(world, changes, is_open):
    values = {"expires_at": timezone.now() + dt.timedelta(minutes=9), **changes}
    with acting_for(world.anshin_admin):
        Invitation(
            agency=world.anshin,
            kind="mail",
            role="agency_staff",
            created_by=world.anshin_admin.user,
            **values,
        ).save(force_insert=True)

        assert Invitation.objects.open().exists() is is_open


def test_rows_are_called_by_their_number(kept):
    number = uuid.UUID(int=7)

    assert [
        str(row) for row in (Session(pk=number), ProviderLink(pk=number), Tally(key_hash="abcdefghij"))
    ] == [
        f"session {number}",
        f"link {number}",
        "tally abcdefgh",
    ]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge・Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140", "Firefox・Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36", "Chrome・Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605", "Safari・Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18 Safari/604", "Safari・iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 18 like Mac OS X) Version/18 Safari/604", "Safari・iPad"),
        ("Firefox/140", "Firefox"),
        ("something on Windows", "Windows"),
        ("curl/8", "不明なブラウザ"),
        ("", "不明なブラウザ"),
    ],
)
def test_browser_is_named_as_people_know_it(agent, name):
    assert browser_named(agent) == Session(agent=agent).browser == name
