"""Naming the meeting in which something was said or decided: an item that was on the table, of the same case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.ordinances.models import ON_CONSENT
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import AgendaItem, AgendaMember
from .selectors import agendas_for, left_before

if TYPE_CHECKING:
    from casework.cases.models import Case


def held_items_for(viewer: Viewer, case: Case) -> list[AgendaItem]:
    """Return the items about a case whose meeting has begun and that were not taken off before it, the latest first.

    A meeting of agencies that had none but the center is none (rules.lacks_agencies).
    """
    if not viewer.sees_all_cases:
        return []
    outside = AgendaMember.objects.filter(agenda=OuterRef("pk"), membership__agency__is_center=False)
    rows = agendas_for(viewer).filter(~left_before(), case=case, meeting__held_at__lte=timezone.now())
    rows = rows.filter(~Q(kind__in=ON_CONSENT) | Exists(outside))
    return list(rows.select_related("meeting").order_by("-meeting__held_at", "position"))


def refuse_not_held(case: Case, item: AgendaItem, by: Viewer) -> None:
    """Raise NotAllowed unless a meeting was held about this case with this item."""
    if item.pk not in {each.pk for each in held_items_for(by, case)}:
        raise NotAllowed(_("このケースについて開かれた会議から選んでください。"))


def item_words(item: Any) -> str:
    """Return how an item is called where one is chosen: number of the meeting, day, kind, purpose."""
    told = {
        "number": item.meeting.number, "day": f"{timezone.localdate(item.meeting.held_at):%Y-%m-%d}",
        "kind": item.get_kind_display(), "purpose": item.get_purpose_display(),
    }  # fmt: skip
    return _("%(number)s（%(day)s %(kind)s・%(purpose)s）") % told


class HeldItemField(forms.ChoiceField):
    """The item of a meeting, or none; ``offer`` says which. Its value is the item."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.items: dict[str, AgendaItem] = {}

    def offer(self, items: list[AgendaItem]) -> None:
        self.items = {str(item.pk): item for item in items}
        self.choices = [
            ("", _("一覧にない会議、または会議ではない")),
            *((key, item_words(item)) for key, item in self.items.items()),
        ]

    def clean(self, value: Any) -> AgendaItem | None:
        return self.items.get(super().clean(value))
