"""The wards of the city, where somebody lives: as far as it is known, and never of a household that is concealed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from casework.codes.read_once import ReadOnce
from permissions.agencies.models import Ward

ELSEWHERE = "elsewhere"

_wards = ReadOnce("wards_read", lambda: dict(Ward.objects.values_list("code", "name")), keeps_nothing=True)


def ward_choices() -> list[tuple[str, str]]:
    """Return what may be chosen: nothing, the wards in the city's order, outside the city."""
    return [("", _("聞いていない")), *_wards().items(), (ELSEWHERE, _("市の外"))]


def ward_label(code: str) -> str:
    """Return a ward in words; the code of one that is gone."""
    return dict(ward_choices()).get(code, code)
