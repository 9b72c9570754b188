"""The secrets of second factors, in the database and after a change of the key."""

from base64 import urlsafe_b64encode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connection
from django.test.utils import CaptureQueriesContext

from permissions.accounts import vault
from permissions.accounts.clocks import forget_accounts
from permissions.accounts.vault import lock, lock_anew, unlock

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def user(world):
    return world.anshin_worker.user


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        return cursor.fetchone()[0]


def test_secrets_do_not_stand_in_the_database(user):
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user)

    seed = unlock(codes.instance.data["seed"])
    assert (SECRET in stored(), seed in stored(), len(seed)) == (False, False, 80)


def test_after_a_change_of_the_key_codes_go_on_and_are_locked_anew(user, settings):
    codes = RecoveryCodes.activate(user).get_unused_codes()
    before = stored()

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the-key-of-tomorrow", [settings.SECRET_KEY]
    same = Authenticator.objects.get(user=user).wrap().get_unused_codes()
    forget_accounts()
    settings.SECRET_KEY_FALLBACKS = []

    assert same == codes == Authenticator.objects.get(user=user).wrap().get_unused_codes()
    assert (stored() != before, lock_anew()) == (True, 0)


def test_what_was_written_in_the_clear_is_locked(user):
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})

    assert (lock_anew(), SECRET in stored()) == (1, False)
    assert unlock(Authenticator.objects.get().data["secret"]) == SECRET


def test_another_key_opens_nothing(settings):
    locked = lock(SECRET)
    settings.SECRET_KEY = "of-somebody-else"

    with pytest.raises(InvalidToken):
        unlock(locked)


# --- row by row -----------------------------------------------------------------------------------------------


def test_key_is_derived_for_this_purpose_from_the_key_of_the_site(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-key-of-the-site", []
    derived = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"marugoto: secrets of second factors"
    ).derive(b"a-key-of-the-site")
    box = Fernet(urlsafe_b64encode(derived))

    locked = lock("ひみつ")

    assert locked.startswith("f1:")
    assert box.decrypt(locked.removeprefix("f1:")) == "ひみつ".encode()
    assert unlock(f"f1:{box.encrypt(b'x').decode()}") == "x"
    assert unlock("written in the clear") == "written in the clear"


def test_every_former_key_opens_and_the_newest_locks(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "one", []
    of_one = lock("x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "three", ["two", "one"]

    of_three = lock("x")

    assert unlock(of_one) == unlock(of_three) == "x"
    settings.SECRET_KEY_FALLBACKS = []
    assert unlock(of_three) == "x"
    with pytest.raises(InvalidToken):
        unlock(of_one)


def test_each_kind_of_secret_is_locked_anew_and_nothing_else_is_touched(world, settings):
    one, other = world.anshin_worker.user, world.kenko_worker.user
    of_today = lock("seed of today")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the-key-of-tomorrow"
    rows = [
        Authenticator.objects.create(user=one, type="totp", data={"secret": of_today, "last_step": 7}),
        Authenticator.objects.create(user=one, type="recovery_codes", data={"seed": "clear", "used_mask": 3}),
        Authenticator.objects.create(user=one, type="webauthn", data={"secret": of_today, "name": "x"}),
        Authenticator.objects.create(user=other, type="recovery_codes", data={"migrated_codes": ["1"]}),
        Authenticator.objects.create(user=other, type="totp", data={"secret": lock("y")}),
    ]
    before = [dict(row.data) for row in rows]

    assert lock_anew() == 2

    for row in rows:
        row.refresh_from_db()
    settings.SECRET_KEY_FALLBACKS = []
    app, codes, *untouched = [row.data for row in rows]
    assert app | {"secret": unlock(app["secret"])} == {"secret": "seed of today", "last_step": 7}
    assert codes["seed"].startswith("f1:")
    assert codes | {"seed": unlock(codes["seed"])} == {"seed": "clear", "used_mask": 3}
    assert untouched == before[2:]


def test_secret_is_locked_anew_under_the_lock_of_its_row_and_alone(user):
    row = Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})

    with CaptureQueriesContext(connection) as queries:
        assert vault._lock_row_anew(row.pk) is True

    begun, asked, changed, ended = (query["sql"] for query in queries.captured_queries)
    assert begun.startswith("SAVEPOINT")
    assert asked.endswith("FOR UPDATE")
    assert changed.startswith('UPDATE "mfa_authenticator" SET "data" = ')
    assert ("last_used_at" in changed, ended.startswith("RELEASE SAVEPOINT")) == (False, True)


def test_secret_that_was_taken_away_meanwhile_is_none_to_lock(user):
    row = Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    row_key = row.pk
    row.delete()

    assert vault._lock_row_anew(row_key) is False
