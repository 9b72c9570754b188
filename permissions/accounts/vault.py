"""Secrets of second factors, encrypted in the database: a copy of it must not be a second factor.

The key comes from SECRET_KEY. After a change the former keys (SECRET_KEY_FALLBACKS) still open what is there,
and the worker encrypts it anew within the hour.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from permissions.derived_keys import boxes_for, is_locked_today

PURPOSE = b"secrets of second factors"
MARK = "f1:"  # what stands before it was written in the clear
# Where allauth keeps the secret of each kind of factor; a passkey has a public key only.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def lock(text: str) -> str:
    return MARK + boxes_for(PURPOSE).encrypt(text.encode()).decode()


def unlock(text: str) -> str:
    """Return the secret. Raises InvalidToken if neither the key nor a former one fits."""
    return boxes_for(PURPOSE).decrypt(text.removeprefix(MARK)).decode() if text.startswith(MARK) else text


def lock_anew() -> int:
    """Encrypt with today's key what was not; return how many. For the worker."""
    rows = Authenticator.objects.filter(type__in=SECRETS).values_list("pk", flat=True)
    return sum(_lock_row_anew(key) for key in rows.iterator())


@transaction.atomic
def _lock_row_anew(key: int) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=key).first()
    if row is None:  # taken away meanwhile
        return False
    name = SECRETS[Authenticator.Type(row.type)]
    if name not in row.data or _is_of_today(row.data[name]):
        return False
    row.data[name] = lock(unlock(row.data[name]))
    row.save(update_fields=["data"])
    return True


def _is_of_today(text: str) -> bool:
    return text.startswith(MARK) and is_locked_today(PURPOSE, text.removeprefix(MARK))
