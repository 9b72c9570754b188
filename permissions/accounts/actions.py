"""What people do with their own accounts, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpRequest

from permissions.audit.actions import record
from permissions.viewer import Viewer

from .models import Session
from .sessions import end_sessions_of
from .tasks import send_notice

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def note_new_password(user: User, *, keeping: HttpRequest | None = None) -> None:
    """End the sessions of a person whose password changed, but for the one that changed it; tell them."""
    key = None
    if keeping is not None and keeping.user.pk == user.pk:
        key = keeping.session.session_key
    ended = end_sessions_of([user.pk], but_key=key)
    record(None, "password_changed", user, detail={"sessions_ended": ended})
    send_notice.enqueue(user.pk, "password_changed")


@transaction.atomic
def end_session(session: Session, *, by: Viewer) -> None:
    """End one session of oneself, at once."""
    record(by, "session_ended", session)
    session.delete()


@transaction.atomic
def end_other_sessions(*, by: Viewer, but_key: str | None) -> int:
    """End every session of oneself but this one; return how many."""
    ended = end_sessions_of([by.user.pk], but_key=but_key)
    record(by, "sessions_ended", by.user, detail={"sessions_ended": ended})
    return ended
