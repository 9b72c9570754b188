from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.selectors import Narrowing
from casework.cases.words import choose_flow, choose_stage
from casework.search.keys import MOST_LETTERS
from permissions.agencies.models import Agency
from permissions.typed import TypedMixin
from permissions.viewer import Viewer


class KeysForm(forms.Form):
    """Whether single keys open pages."""

    keys = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])
    next = forms.CharField(required=False, max_length=500)


class SearchForm(TypedMixin, forms.Form):
    """What somebody looks for; sent, never written in an address."""

    words = forms.CharField(label=_("ケースをさがす"), max_length=MOST_LETTERS, required=False)


class SealedForm(forms.Form):
    """The words of a search as its address holds them."""

    w = forms.CharField(max_length=2_000, required=False)


class CaseListForm(forms.Form):
    """The case list, narrowed; lives in the address, which holds codes only."""

    stage = forms.ChoiceField(label=_("段階"), required=False)
    flow = forms.ChoiceField(label=_("流れ"), required=False)
    holder = forms.ChoiceField(label=_("担当する機関"), required=False)
    mine = forms.BooleanField(label=_("自分が担当するものだけ"), required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        every = [("", _("すべて"))]
        fields: dict[str, Any] = self.fields
        fields["stage"].choices = [*every, *choose_stage()]
        fields["flow"].choices = [*every, *choose_flow()]
        fields["holder"].choices = [*every, *_holders(viewer)]
        if not viewer.sees_all_cases:
            del self.fields["mine"]  # Whoever a case is given to works at the center.

    def query(self) -> str:
        """Return the conditions as an address has them; nothing when they are not sound or there are none."""
        if not self.is_valid():
            return ""
        told = {name: "on" if value is True else value for name, value in self.cleaned_data.items() if value}
        return urlencode(told)

    def narrowing(self) -> Narrowing:
        """Return which cases are wanted; the whole list when the conditions are not sound."""
        if not self.is_valid():
            return Narrowing()
        told = self.cleaned_data
        holder = int(told["holder"]) if told["holder"] else None
        worker = self.viewer.membership.pk if told.get("mine") else None
        return Narrowing(told["stage"], told["flow"], holder, worker)


def _holders(viewer: Viewer) -> list[tuple[str, str]]:
    """Return who may hold a case that this viewer sees: for an agency the center and itself."""
    agencies = Agency.objects.open().order_by("-is_center", "name", "pk")
    known = [
        each for each in agencies if viewer.sees_all_cases or each.is_center or each.pk == viewer.agency.pk
    ]
    return [(str(agency.pk), agency.name) for agency in known]
