"""Codes that stand in other tables, with the words that people read (decision 008)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from permissions.walls.models import Walled

from .lists import LISTS, CodeList

CODE_LENGTH = 24


class Code(Walled):
    """One entry of a list. Its code never changes and it is never deleted: ``valid_to`` is its last day as a choice."""

    list_code = models.CharField(max_length=CODE_LENGTH, db_column="list", editable=False)
    code = models.SlugField(_("コード"), max_length=CODE_LENGTH)
    label = models.CharField(_("表示"), max_length=60)
    plain_label = models.CharField(_("やさしい日本語での表示"), max_length=60, blank=True)
    label_en = models.CharField(_("英語での表示"), max_length=80, blank=True)
    valid_from = models.DateField(_("選べる最初の日"))
    valid_to = models.DateField(_("選べる最後の日"), null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    report_code = models.CharField(_("国への報告での区分"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("選択肢")
        constraints = (
            models.UniqueConstraint(fields=("list_code", "code"), name="code_once_in_list"),
            models.CheckConstraint(name="code_has_label", condition=~Q(label="") & ~Q(code="")),
            models.CheckConstraint(
                name="code_in_order", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.list_code}/{self.code}"

    @property
    def words(self) -> str:
        """The label in the reader's language; Japanese where English is missing."""
        if (get_language() or "ja").startswith("ja"):
            return self.label
        return self.label_en or self.label

    @property
    def plain(self) -> str:
        """The label in easy Japanese; the ordinary one where there is none."""
        return self.plain_label or self.label

    @property
    def code_list(self) -> CodeList:
        return LISTS[self.list_code]

    @property
    def may_be_retired(self) -> bool:
        """Whether the program gets on without it as a choice."""
        allowed = self.code_list.may_retire
        return allowed is None or self.code in allowed


class Setting(Walled):
    """What the city decided otherwise than we propose (settings.py): a number, or a text of a letter. No case content."""

    key = models.SlugField(max_length=40, unique=True, editable=False)
    value = models.TextField(max_length=4000)

    class Meta:
        verbose_name = _("決まりごと")
        constraints = (models.CheckConstraint(name="setting_has_value", condition=~Q(value="")),)

    def __str__(self) -> str:
        return self.key
