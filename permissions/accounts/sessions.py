"""The session engine (SESSION_ENGINE): rows that name their person, so that ending them is one statement.

Idle and absolute limits are asked in the database, by its clock. The key is stored as a hash.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from permissions.walls.clock import ClockNow

from .models import Session, hash_of, seconds_ago

# One write per minute says well enough when somebody was last here.
SEEN_EVERY_SECONDS = 60


class SessionStore(SessionBase):
    """Django's interface to the table of sessions."""

    def load(self) -> dict[str, Any]:
        row = Session.objects.live().with_key(self.session_key).values("id", "data").first()
        if row is None:
            self._session_key = None
            return {}
        Session.objects.filter(pk=row["id"], seen_at__lt=seconds_ago(SEEN_EVERY_SECONDS)).update(
            seen_at=ClockNow()
        )
        return self.decode(row["data"])

    def exists(self, session_key: str) -> bool:
        return Session.objects.with_key(session_key).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the session. Raises UpdateError if it was ended meanwhile: it is never made anew."""
        if self.session_key is None:
            self.create()
            return
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        values = {
            "data": self.encode(content),
            "user_id": content.get(SESSION_KEY),
            "expires_at": self.get_expiry_date(),
        }
        if must_create:
            self._insert(values)
        elif not Session.objects.with_key(self.session_key).update(**values):
            raise UpdateError

    def _insert(self, values: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                Session(key_hash=hash_of(self.session_key or ""), **values).save(force_insert=True)
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        Session.objects.with_key(session_key or self.session_key).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.exclude(pk__in=Session.objects.live().values("pk")).delete()


# --- beside the engine -------------------------------------------------------------------------------


def sessions_of(user_id: int) -> Any:
    """Return the live sessions of a person, last used first."""
    return Session.objects.live().filter(user_id=user_id).order_by("-seen_at", "pk")


def end_sessions_of(user_ids: Iterable[int], *, but_key: str | None = None) -> int:
    """End the sessions of these people in the caller's transaction, but for one; return how many."""
    rows = Session.objects.filter(user_id__in=list(user_ids))
    if but_key:
        rows = rows.exclude(key_hash=hash_of(but_key))
    ended, _each = rows.delete()
    return ended


def note_browser(request: HttpRequest, *, agent: str, network: str | None) -> None:
    """Write down with which browser somebody just signed in."""
    Session.objects.with_key(request.session.session_key).update(agent=agent[:200], network=network)


def note_as_stale(request: HttpRequest) -> None:
    """Let a session begin without counting as fresh: its person is asked before what needs it."""
    Session.objects.with_key(request.session.session_key).update(
        fresh_at=seconds_ago(settings.MARUGOTO_FRESH_SECONDS)
    )


@transaction.atomic
def renew_key(request: HttpRequest) -> None:
    """Give a session a new key after its person proved again who they are (ASVS 7.2.4).

    It stays the same session: when it began counts on, so nobody works past the absolute limit.
    """
    kept = Session.objects.with_key(request.session.session_key).values("started_at", "agent", "network")[0]
    request.session.cycle_key()
    Session.objects.with_key(request.session.session_key).update(**kept, fresh_at=ClockNow())


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the person proved who they are within MARUGOTO_FRESH_SECONDS (database clock)."""
    since = seconds_ago(settings.MARUGOTO_FRESH_SECONDS)
    return Session.objects.live().with_key(request.session.session_key).filter(fresh_at__gt=since).exists()
