"""Log-in, log-out and failed log-in go to the audit log, with ids only."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver

from permissions.audit.actions import record
from permissions.audit.origin import client_address

from .sessions import note_as_stale, note_browser, renew_key
from .tasks import send_notice


@receiver(user_logged_in)
def record_login(user: Any, request: Any = None, **kwargs: Any) -> None:
    steps = _steps_of(request, user) if hasattr(request, "session") else []
    by_provider = steps[:1] == ["provider"]
    record(None, "signed_in", user, detail={"door": "provider"} if by_provider else None)
    if request is not None and hasattr(request, "session"):
        note_browser(request, agent=request.META.get("HTTP_USER_AGENT", ""), network=client_address(request))
        if by_provider and "mfa" not in steps:
            note_as_stale(request)  # they may have been signed in there since the morning


def _steps_of(request: Any, user: Any) -> list[str]:
    """Return how somebody signed in: the door, then the second factor; an attempt they gave up does not count."""
    methods = [step["method"] for step in get_authentication_records(request, user)]
    doors = [place for place, method in enumerate(methods) if method != "mfa"]
    return methods[doors[-1] :] if doors else methods


@receiver(user_logged_out)
def record_logout(user: Any, **kwargs: Any) -> None:
    if user is not None:
        record(None, "signed_out", user)


@receiver(user_login_failed)
def record_failure(**kwargs: Any) -> None:
    # The name that was typed is left out: people type passwords into that field.
    record(None, "sign_in_failed", None)


@receiver(authentication_step_completed)
def note_proof(request: Any, user: Any, **kwargs: Any) -> None:
    """A step of a log-in in progress proves nothing yet: only who is signed in can be fresh."""
    if request.user.is_authenticated and request.user.pk == user.pk:
        renew_key(request)


@receiver(authenticator_added)
def record_added_factor(user: Any, authenticator: Any, **kwargs: Any) -> None:
    _note_factor("factor_added", user, authenticator)


@receiver(authenticator_removed)
def record_removed_factor(user: Any, authenticator: Any, **kwargs: Any) -> None:
    _note_factor("factor_removed", user, authenticator)


@receiver(authenticator_reset)
def record_renewed_codes(user: Any, authenticator: Any, **kwargs: Any) -> None:
    _note_factor("codes_renewed", user, authenticator)


@transaction.atomic
def _note_factor(kind: str, user: Any, authenticator: Any) -> None:
    record(None, kind, user, detail={"type": authenticator.type})
    send_notice.enqueue(user.pk, kind)
