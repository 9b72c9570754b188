"""What a person of the staff set up for themselves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.models import Walled


class SavedList(Walled):
    """How somebody wants to find their case list: the query of its address, codes only. Seen by themselves."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="+")
    query = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("保存した一覧の条件")
