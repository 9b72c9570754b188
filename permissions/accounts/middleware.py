"""Second factor: required for staff where the setting says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

GetResponse = Callable[[HttpRequest], HttpResponse]

# What a person without a second factor must still reach, to get one or to leave: allauth's own screens,
# and by name some of ours. Never by path: people are managed below /accounts/, too.
OPEN_PREFIXES = ("account_", "mfa_")
OPEN_VIEWS = frozenset({"set_language", "healthz", "readyz", "accounts:invitation", "accounts:paper"})


class RequireSecondFactor:
    """Send people without a second factor to the page that offers them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name
        if not settings.MARUGOTO_REQUIRE_MFA or name in OPEN_VIEWS or name.startswith(OPEN_PREFIXES):
            return None
        if not request.user.is_authenticated or is_mfa_enabled(request.user):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))
