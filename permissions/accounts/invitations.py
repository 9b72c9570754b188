"""The only writer of invitations: by mail with a link, on paper with a one-time code and printed second factors.

Nobody chooses a password for somebody else: an invitation lets the person choose it. The secret is in the
mail or on the sheet, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from permissions.agencies.actions import add_membership
from permissions.agencies.models import Agency, Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.roles import roles_given_by
from permissions.viewer import Viewer
from permissions.walls import context
from permissions.walls.clock import ClockNow

from .actions import note_new_password
from .codes import code_typed, new_code
from .links import unlink_provider
from .models import Invitation, InvitationKind, hash_of
from .sessions import end_sessions_of
from .tasks import send_invitation, send_notice

if TYPE_CHECKING:
    from django.contrib.auth.models import User

VALID_DAYS = 14


@dataclass(frozen=True)
class Invited:
    """What an administrator says about a person to come."""

    agency: Agency
    role: str
    last_name: str
    first_name: str
    email: str = ""


@dataclass(frozen=True)
class PaperSheet:
    """What is printed once, and kept nowhere: user name, one-time code, printed second factors."""

    username: str
    code: str
    factors: list[str]
    expires_at: dt.datetime
    agency: Agency


def may_give(by: Viewer, agency: Agency, role: str) -> bool:
    """Return whether somebody may give this role in this agency."""
    is_reached = by.may("agencies.manage") or agency.pk == by.agency.pk
    return is_reached and role in roles_given_by(by.role, in_center=agency.is_center)


def may_manage(by: Viewer, user: User) -> bool:
    """Return whether somebody may reset how a person logs in.

    Whoever does can, with the sheet in hand, log in as them: so every membership of the person must be one
    that they could have given themselves.
    """
    held = Membership.objects.filter(user=user, ended_at=None).select_related("agency")
    return by.may("people.manage") and all(may_give(by, each.agency, each.role) for each in held)


# --- giving ------------------------------------------------------------------------------------------


@transaction.atomic
def invite_by_mail(invited: Invited, *, by: Viewer) -> Invitation:
    """Invite a person who has a mail address. The mail is a task of this transaction; it makes the link."""
    _refuse_unless(may_give(by, invited.agency, invited.role))
    invitation = Invitation(
        agency=invited.agency,
        kind=InvitationKind.MAIL,
        role=invited.role,
        last_name=invited.last_name,
        first_name=invited.first_name,
        email=invited.email,
        created_by=by.user,
        expires_at=_end_of_validity(),
    )
    invitation.save(force_insert=True)
    record(by, "person_invited", invitation, detail={"agency": invited.agency.pk, "role": invited.role})
    send_invitation.enqueue(str(invitation.pk))
    return invitation


@transaction.atomic
def invite_on_paper(invited: Invited, *, by: Viewer) -> PaperSheet:
    """Invite a person without mail: the account is made, and opens when its code is typed."""
    _refuse_unless(may_give(by, invited.agency, invited.role))
    user = _new_user(invited.agency, last_name=invited.last_name, first_name=invited.first_name)
    return _issue(user, agency=invited.agency, role=invited.role, by=by)


@transaction.atomic
def issue_new_sheet(membership: Membership, *, by: Viewer) -> PaperSheet:
    """Print a sheet for a person who works here: new codes, and the old ones count no more."""
    _refuse_unless(may_manage(by, membership.user))
    sheet = _issue(membership.user, agency=membership.agency, role="", by=by)
    send_notice.enqueue(membership.user_id, "access_reset")
    return sheet


@transaction.atomic
def reset_second_factor(membership: Membership, *, by: Viewer) -> None:
    """Take every second factor from a person who lost theirs: they set up a new one after the next log-in."""
    user = membership.user
    _refuse_unless(may_manage(by, user))
    removed, _each = Authenticator.objects.filter(user=user).delete()
    unlink_provider(user, by=by)
    ended = end_sessions_of([user.pk])
    record(by, "factors_reset", user, detail={"removed": removed, "sessions_ended": ended})
    send_notice.enqueue(user.pk, "access_reset")


@transaction.atomic
def end_sessions_of_person(membership: Membership, *, by: Viewer) -> int:
    """End every session of a person who works here; return how many."""
    ended = end_sessions_of([membership.user_id])
    record(by, "sessions_ended", membership.user, detail={"sessions_ended": ended})
    return ended


@transaction.atomic
def revoke(invitation: Invitation, *, by: Viewer) -> bool:
    """Take an invitation back: its link or code opens nothing from now on. False if it was used meanwhile."""
    found = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if found is None:
        return False
    _close(found, "revoked_at")
    record(by, "invitation_revoked", found)
    return True


def _issue(user: User, *, agency: Agency, role: str, by: Viewer) -> PaperSheet:
    for older in Invitation.objects.open().filter(user=user):
        _close(older, "revoked_at")
    code = new_code()
    invitation = Invitation(
        agency=agency,
        kind=InvitationKind.PAPER,
        role=role,
        user=user,
        created_by=by.user,
        expires_at=_end_of_validity(),
        token_hash=_paper_hash(user.get_username(), code_typed(code) or ""),
    )
    invitation.save(force_insert=True)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    unlink_provider(user, by=by)
    factors = RecoveryCodes.activate(user).get_unused_codes()
    record(
        by, "sheet_issued", user, detail={"agency": agency.pk, "role": role, "invitation": str(invitation.pk)}
    )
    return PaperSheet(user.get_username(), code, factors, invitation.expires_at, agency)


# --- sending -----------------------------------------------------------------------------------------


def new_link(invitation_id: str) -> tuple[str, str] | None:
    """Return address and secret for the mail of an open invitation, for the worker; None if it is closed.

    The secret is made here, so that it is in no task and no row. A second try of the mail makes another.
    """
    with context.clock("send_invitation"):
        found = Invitation.objects.open().select_for_update().filter(pk=invitation_id).first()
        if found is None or not found.email:
            return None
        secret = secrets.token_urlsafe(24)
        found.token_hash = _link_hash(secret)
        found.save(update_fields=["token_hash"])
        return found.email, secret


# --- taking ------------------------------------------------------------------------------------------


def invitation_of_link(secret: str) -> Invitation | None:
    """Return the open invitation that a link belongs to, if its agency is open."""
    with context.link(_link_hash(secret)):
        found: Invitation | None = _usable(_link_hash(secret)).first()
        return found


def accept_link(secret: str, *, password: str) -> User | None:
    """Make the account of an invited person; None if the link is not good (any more)."""
    with context.link(_link_hash(secret)):
        invitation = _locked(_link_hash(secret))
        if invitation is None:
            return None
        user = _new_user(
            invitation.agency,
            last_name=invitation.last_name,
            first_name=invitation.first_name,
            email=invitation.email,
        )
        user.set_password(password)
        user.save(update_fields=["password"])
        _take(invitation, user)
        return user


def accept_link_as(user: User, secret: str) -> Membership | None:
    """Let a person who has an account join a further agency; None if the link is not good (any more)."""
    with context.link(_link_hash(secret)):
        invitation = _locked(_link_hash(secret))
        return _take(invitation, user) if invitation is not None else None


def accept_code(username: str, typed: str, *, password: str) -> User | None:
    """Let a person choose a password with the code of their sheet; None if it does not fit or is used.

    A first sheet makes the membership, too. An account that was shut stays shut.
    """
    key = _paper_hash(username, code_typed(typed) or "")
    with context.link(key):
        invitation = _locked(key)
        if invitation is None or invitation.user is None or not invitation.user.is_active:
            return None
        user = invitation.user
        user.set_password(password)
        user.save(update_fields=["password"])
        note_new_password(user)
        _take(invitation, user)
        return user


def _take(invitation: Invitation, user: User) -> Membership | None:
    membership = None
    held = Membership.objects.filter(
        user=user, agency=invitation.agency, role=invitation.role, ended_at=None
    ).exists()
    if invitation.role and not held:
        membership = add_membership(user=user, agency=invitation.agency, role=invitation.role)
    _close(invitation, "used_at")
    record(None, "invitation_used", invitation, detail={"user": user.pk})
    return membership


def _usable(token_hash: str) -> QuerySet[Invitation]:
    open_agencies = Agency.objects.open().values("pk")
    return Invitation.objects.open().filter(token_hash=token_hash, agency__in=open_agencies)


def _locked(token_hash: str) -> Invitation | None:
    rows = _usable(token_hash).select_for_update(of=("self",)).select_related("agency", "user")
    found: Invitation | None = rows.first()
    return found


def _close(invitation: Invitation, how: str) -> None:
    """Close it, and keep no name and no address of it: they are the account's now, or nobody's."""
    setattr(invitation, how, timezone.now())
    invitation.last_name = invitation.first_name = invitation.email = ""
    invitation.save(update_fields=[how, "last_name", "first_name", "email"])


def _new_user(agency: Agency, *, last_name: str, first_name: str, email: str = "") -> User:
    """Make an account without a password. Its name is ours, so that none can be tried whether it is taken."""
    people = get_user_model().objects
    while True:
        username = f"{agency.code.split('-')[0][:12]}-{secrets.randbelow(10**6):06d}"
        if not people.filter(username=username).exists():
            break
    user = people.create_user(username, email=email, last_name=last_name, first_name=first_name)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return user


def _end_of_validity() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        now: dt.datetime = cursor.fetchone()[0]
    return now + dt.timedelta(days=VALID_DAYS)


# Bound to their purpose: a link is no code, and a code is of one user name.
def _link_hash(secret: str) -> str:
    return hash_of(f"invitation link {secret}")


def _paper_hash(username: str, signs: str) -> str:
    return hash_of(f"invitation paper {username.strip().lower()} {signs}")


def _refuse_unless(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed("this is beyond what an administrator of this agency may give or reset")


def forget_lapsed_invitations() -> None:
    """Empty names and addresses of invitations that were never used; for the worker."""
    with context.clock("forget_invitations"):
        Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__lte=ClockNow()).exclude(
            last_name="", first_name="", email=""
        ).update(last_name="", first_name="", email="")
