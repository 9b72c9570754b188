"""The second step of a log-in."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest


class SecondFactorStage(AuthenticateStage):
    """Not asked again of those who had to show it before their password was looked at."""

    def _should_handle(self, request: HttpRequest) -> bool:
        shown_by = getattr(request, "second_factor_shown_by", None)
        is_shown = shown_by is not None and self.login.user is not None and shown_by == self.login.user.pk
        return not is_shown and bool(super()._should_handle(request))
