"""What a person of the staff set up for themselves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from permissions.agencies.models import Membership
from permissions.walls.models import Walled


class SavedPage(models.TextChoices):
    """The lists whose conditions can be kept."""

    CASES = "cases", _("支援ケース")
    TASKS = "tasks", pgettext_lazy("to do", "期限")
    NOTIFICATIONS = "notifications", pgettext_lazy("to staff", "お知らせ")


class SavedList(Walled):
    """How somebody wants to find one of their lists: the query of its address, codes only. Seen by themselves."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=16, choices=SavedPage.choices, default=SavedPage.CASES)
    query = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("保存した一覧の条件")
        constraints = (
            models.UniqueConstraint(fields=("membership", "page"), name="savedlist_one_each"),
            models.CheckConstraint(
                name="savedlist_page_known", condition=models.Q(page__in=SavedPage.values)
            ),
        )
