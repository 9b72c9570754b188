from __future__ import annotations

from django import forms


class KeysForm(forms.Form):
    """Whether single keys open pages."""

    keys = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])
    next = forms.CharField(required=False, max_length=500)
