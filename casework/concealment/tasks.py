"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from permissions.agencies.models import Membership

from .again import clear_places_again


@task()
def mail_opening_task(membership_ids: list[int], case_id: str) -> None:
    """Tell whoever works on a case that a place of it was opened: a link, and nothing of what or whom."""
    told = Membership.objects.live().filter(pk__in=membership_ids).exclude(user__email="")
    place = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('casework:concealment', args=[case_id])}"
    text = _("秘匿している場所が開かれました。ログインして、だれがなぜ開いたかを確かめてください。")
    for address in sorted(set(told.values_list("user__email", flat=True))):
        subject = f"[{settings.WAGTAIL_SITE_NAME}] {_('秘匿している場所')}"
        send_mail(subject, f"{text}\n\n{place}\n", None, [address])


@task()
def look_through_again(case_id: str, membership_id: int) -> None:
    """Look through a concealed case once more, now that who was writing while it hid is done."""
    clear_places_again(uuid.UUID(case_id), membership_id=membership_id)
