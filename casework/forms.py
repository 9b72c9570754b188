"""What forms of casework have in common: moments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone


class MomentInput(forms.DateTimeInput):
    """The browser's own field for date and time, to the minute."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


def this_minute() -> dt.datetime:
    return timezone.localtime().replace(second=0, microsecond=0)
