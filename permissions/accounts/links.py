"""Who is who at the city's identity provider: links that people make themselves.

A person links while freshly signed in here, by signing in there: so both are proved to be theirs in one minute, and
nobody types an identifier of somebody else. There is no match by mail address and no sign-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import ProviderLink
from .tasks import send_notice

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def person_of(subject_hash: str) -> User | None:
    """Return who linked this subject; None for nobody and for an account that is shut, at the same cost."""
    link = (
        ProviderLink.objects.filter(subject_hash=subject_hash, user__is_active=True)
        .select_related("user")
        .first()
    )
    return link.user if link else None


def is_linked(user: User) -> bool:
    """Return whether a person can come in through the provider."""
    return ProviderLink.objects.filter(user_id=user.pk).exists()


@transaction.atomic
def link_provider(subject_hash: str, *, by: Viewer) -> None:
    """Link oneself to a subject, in place of a former one. Raises NotAllowed if it is somebody else's."""
    ProviderLink.objects.filter(user=by.user).delete()
    try:
        with transaction.atomic():
            ProviderLink(user=by.user, subject_hash=subject_hash).save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed("this subject is linked to somebody else") from error
    record(by, "provider_linked", by.user)
    send_notice.enqueue(by.user.pk, "provider_linked")


@transaction.atomic
def unlink_provider(user: User, *, by: Viewer) -> bool:
    """Take the link of a person, if there is one; return whether there was."""
    removed, _each = ProviderLink.objects.filter(user=user).delete()
    if removed:
        record(by, "provider_unlinked", user)
        send_notice.enqueue(user.pk, "provider_unlinked")
    return bool(removed)
