"""How often a log-in may be tried: slowly for strangers, never shut for the owner.

Before a password reaches the hasher its try is counted: for the account, for the network, for the whole site.
Whoever is over a limit can still come in at once: with a right second factor beside the password, with a
passkey (which has no password to guess), or from a browser that signed in with a second factor before, which
has a count of its own. So nobody can shut somebody else out by typing nonsense (ASVS 6.1.1).
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest, HttpResponse

from permissions.audit.origin import client_address

from .factors import take_code
from .limits import Limit
from .models import hash_of
from .tasks import send_notice

ACCOUNT = (Limit("login, account", allowed=5, seconds=300), Limit("login, account", allowed=20, seconds=3600))
BROWSER = (Limit("login, browser", allowed=10, seconds=300),)
# Wrong codes after a right password, or in place of waiting. A network of its own for each guesser: a count for the
# account alone would let whoever knows the password keep the owner out.
CODE = (Limit("code", allowed=5, seconds=300),)
CODE_ALARM = Limit("code, account", allowed=10, seconds=86_400)
CODE_TOLD = Limit("code, told", allowed=1, seconds=86_400)

DEVICE_SALT = "permissions.accounts.tries.device"
DEVICE_SECONDS = 180 * 24 * 60 * 60
DEVICE_PEOPLE = 8  # an office computer with several people


class PasswordTry:
    """One try of a password: counted when it is made, taken back when it was right."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        self.request = request
        self.username = username.strip().lower()
        self.factor: Authenticator | None = None
        self.counted = list(self._limits())

    def _limits(self) -> list[tuple[Limit, tuple[Any, ...]]]:
        here = known_browser(self.request, self.username)
        if here:
            return [(limit, (self.username, here)) for limit in BROWSER]
        return [
            (
                Limit("login, network", allowed=settings.MARUGOTO_LOGIN_PER_NETWORK, seconds=60),
                (_network(self.request),),
            ),
            (Limit("login, everywhere", allowed=settings.MARUGOTO_LOGIN_EVERYWHERE, seconds=60), ()),
            *((limit, (self.username,)) for limit in ACCOUNT),
        ]

    def may_be_hashed(self, code: str) -> bool:
        """Count the try; return whether the password may be looked at. A right code always lets it through."""
        within = [limit.take(*parts) for limit, parts in self.counted]
        if all(within):
            return True
        self.factor = self._factor_of(code) if code else None
        return self.factor is not None

    def was_right(self) -> None:
        for limit, parts in self.counted:
            limit.give_back(*parts)

    def _factor_of(self, code: str) -> Authenticator | None:
        if not all(limit.take(self.username, _network(self.request)) for limit in CODE):
            return None
        # Nobody has the key 0: an unknown name takes as long as a known one. Capitals say nothing, as in the log-in.
        key = (
            get_user_model()
            .objects.filter(username__iexact=self.username, is_active=True)
            .values_list("pk", flat=True)
        )
        return take_code(key.first() or 0, code)


def code_may_be_tried(request: HttpRequest, user: Any) -> bool:
    """Count one try of the second step; return whether it may be looked at."""
    return all(limit.take(*_place_of_code(request, user)) for limit in CODE)


def code_was_right(request: HttpRequest, user: Any) -> None:
    for limit in CODE:
        limit.give_back(*_place_of_code(request, user))


def code_was_wrong(user: Any) -> None:
    """Tell the owner, once a day, if many codes were wrong: somebody else knows the password."""
    if not CODE_ALARM.take(user.pk) and CODE_TOLD.take(user.pk):
        send_notice.enqueue(user.pk, "code_guessed")


def _place_of_code(request: HttpRequest, user: Any) -> tuple[Any, ...]:
    name = user.get_username().lower()
    return (name, known_browser(request, name) or _network(request))


def _network(request: HttpRequest) -> str:
    return client_address(request) or ""


# --- browsers that signed in with a second factor before -----------------------------------------------


def known_browser(request: HttpRequest, username: str) -> str:
    """Return the mark of a browser that this person used before, or of the session they are in; else empty."""
    user: Any = request.user
    if user.is_authenticated and user.get_username().lower() == username:
        return f"session {hash_of(request.session.session_key or '')}"
    return _marks(request).get(_name(username), "")


def remember_browser(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """Mark a browser in which a second factor was just right. The mark opens nothing: it has its own count."""
    name, marks = _name(user.get_username().lower()), _marks(request)
    used = {record["method"] for record in get_authentication_records(request, user)}
    if "mfa" not in used or name in marks:
        return
    kept = dict(list(marks.items())[-DEVICE_PEOPLE + 1 :])
    response.set_cookie(
        settings.MARUGOTO_DEVICE_COOKIE_NAME,
        signing.dumps({**kept, name: secrets.token_hex(16)}, salt=DEVICE_SALT),
        max_age=DEVICE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> dict[str, str]:
    value = request.COOKIES.get(settings.MARUGOTO_DEVICE_COOKIE_NAME, "")
    try:
        marks: dict[str, str] = signing.loads(value, salt=DEVICE_SALT, max_age=DEVICE_SECONDS)
    except signing.BadSignature:
        return {}
    return marks


def _name(username: str) -> str:
    return hash_of(f"browser of {username}")[:16]
