"""What a search looks into: keys of the people of a case, for whoever they are shared with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.sharing.items import Item
from permissions.walls.models import Walled

CENTER_SCOPE = 0


class SearchRow(Walled):
    """The keys of one label (case, person or household, item) for one agency; ``scope`` 0 is the center's duty.

    The center's row is written with what it is made of (search/actions.py). The rows of agencies follow it and the
    ledger by database triggers; nobody else writes them. ``words`` holds one line per key (search/keys.py).
    """

    scope = models.BigIntegerField()
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        "casework.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    item = models.CharField(max_length=12, choices=Item.choices)
    sorted_at = models.DateTimeField()
    words = models.TextField()
    version = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("検索のかぎ")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "scope", "person", "item"), name="searchrow_one", nulls_distinct=False
            ),
        )
