"""What the demo's loaders have in common: people, agencies and days before today."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from permissions.agencies.models import Agency, Membership
from permissions.viewer import Viewer, viewer_of


def viewer(username: str) -> Viewer:
    """Return a demo person's viewer."""
    return viewer_of(
        Membership.objects.live().select_related("user", "agency__group").get(user__username=username)
    )


def agency(code: str) -> Agency:
    return Agency.objects.select_related("group").get(code=code)


def days_ago(days: int, hour: int = 10, minute: int = 0) -> dt.datetime:
    day = timezone.localdate() - dt.timedelta(days=days)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def date(days_before_today: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days_before_today)
