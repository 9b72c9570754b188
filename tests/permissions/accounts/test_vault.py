"""The secrets of second factors, in the database and after a change of the key."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import InvalidToken
from django.db import connection

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
