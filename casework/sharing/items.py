"""The items of the label: what one piece of case content is about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Item(models.TextChoices):
    """One item of a person (or of the household as a whole). Source: architecture.md 4, Labels."""

    BASIC = "basic", _("基本情報")
    CONTACT = "contact", _("連絡先")
    HEALTH = "health", _("健康")
    MONEY = "money", _("お金")
    HISTORY = "history", _("これまでの経過")
    ASSESSMENT = "assessment", _("アセスメント")
    PLAN = "plan", _("支援方針")
    ROLES = "roles", _("役割分担")
    MEETING = "meeting", _("会議")
    REFERRAL = "referral", _("つなぎ票")


# What somebody may choose to show or to write under. A referral's packet is shown by sending it, and by nothing else.
CHOSEN_ITEMS: tuple[Item, ...] = tuple(item for item in Item if item != Item.REFERRAL)


def case_codename(item: str) -> str:
    """Return guardian's codename for an item of the household as a whole."""
    return f"view_case_{item}"


def person_codename(item: str) -> str:
    """Return guardian's codename for an item of one person."""
    return f"view_person_{item}"
