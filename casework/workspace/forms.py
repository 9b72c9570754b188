from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.search.keys import MOST_LETTERS
from permissions.typed import TypedMixin


class SearchForm(TypedMixin, forms.Form):
    """What somebody looks for; sent, never written in an address."""

    words = forms.CharField(label=_("ケースをさがす"), max_length=MOST_LETTERS, required=False)


class SealedForm(forms.Form):
    """The words of a search as its address holds them."""

    w = forms.CharField(max_length=2_000, required=False)
