"""Tasks of the worker. Arguments are ids and numbers only."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from permissions.agencies.models import Membership


@task()
def tell_of_emergency(contact_id: str, number: str, membership_id: int) -> None:
    """Tell every chief but the one who wrote it down: the number and the way there, nothing else."""
    chiefs = Membership.objects.live().filter(role="chief", agency__is_center=True, user__is_active=True)
    told = chiefs.exclude(pk=membership_id).exclude(user__email="")
    place = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('casework:contact_emergency', args=[contact_id])}"
    subject = f"[{settings.WAGTAIL_SITE_NAME}] {_('緊急の相談')} {number}"
    text = _("緊急度 A の相談があります。ログインして確かめてください。")
    for address in sorted(set(told.values_list("user__email", flat=True))):
        send_mail(subject, f"{text}\n\n{number}\n{place}\n", None, [address])
