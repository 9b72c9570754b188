"""Links by which an agency without an account answers a referral, once, in the state in which it was given (domain.md 2.5).

The secret stands in the link and on the card that the person carries, and nowhere here. Behind it is no content: what the
agency has to know it gets on paper.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.codes.settings import count_of
from casework.events import record_event
from permissions.accounts.models import hash_of
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls import context

from .actions import AnswerDraft, answer_referral, who_may_share
from .models import AnswerLink, Referral
from .selectors import ReferralView, referral_for
from .states import BY_LINK, Medium


@dataclass(frozen=True)
class HeldLink:
    """What the holder of a secret may do: answer one referral in one of these ways, in the name of whom."""

    referral: Referral
    answered: int
    kinds: tuple[str, ...]
    viewer: Viewer


@transaction.atomic
def make_link(view: ReferralView, *, by: Viewer) -> str:
    """Make a link for the state in which the referral is now; return its address, which is kept nowhere.

    Raises NotAllowed without the right to share, and where nothing can be answered by a link.
    """
    if not by.may("casework.share"):
        raise NotAllowed(_("返事のリンクを作る権限がありません。"))
    referral = view.row
    if not BY_LINK & set(view.next_kinds):
        raise NotAllowed(_("いまの状態では、リンクで答えられることがありません。"))
    secret = secrets.token_urlsafe(24)
    row = AnswerLink(
        referral=referral, secret_hash=_hash(secret), answered=len(view.answers), made_by=by.membership,
        until=timezone.now() + dt.timedelta(days=count_of("referral_link")),
    )  # fmt: skip
    row.save(force_insert=True)
    record_event(
        by, "answer_link_made", referral, case_id=referral.case_id, person_id=referral.person_id,
        item=referral.item, after={"answered": row.answered},
    )  # fmt: skip
    return f"{settings.WAGTAILADMIN_BASE_URL}{reverse('casework:referral_by_link', args=[secret])}"


def holder_of(secret: str) -> HeldLink | None:
    """Return what a secret opens now; None for one that is wrong, over, used or of another state: nobody is told which."""
    with context.link(_hash(secret)):
        found = AnswerLink.objects.filter(secret_hash=_hash(secret)).first()
    viewer = who_may_share(found.made_by_id, referral_id=found.referral_id) if found else None
    if found is None or viewer is None:
        return None
    with context.acting_for(viewer):
        view = referral_for(viewer, found.referral_id)
    if view is None or len(view.answers) != found.answered:
        return None
    kinds = tuple(kind for kind in view.next_kinds if kind in BY_LINK)
    return HeldLink(view.row, found.answered, kinds, viewer) if kinds else None


def answer_by_link(secret: str, *, kind: str, words: str, contact_person: str) -> str:
    """Record what the holder of a link answers; return the number of the referral. Raises NotAllowed as answer_referral does."""
    held = holder_of(secret)
    if held is None:
        raise NotAllowed(_("このリンクは、もう使えません。"))
    draft = AnswerDraft(kind, words=words, contact_person=contact_person, medium=Medium.LINK)
    with context.acting_for(held.viewer):
        answer_referral(held.referral, draft, answered=held.answered, by=held.viewer)
    return held.referral.number


def _hash(secret: str) -> str:
    return hash_of(f"answer link {secret}")
