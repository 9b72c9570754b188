"""django-allauth by our rules: nobody signs up, the center and agencies invite."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

# Where somebody's work is who reads no case; the first that a role opens counts.
LANDINGS = (
    ("casework.view_case", settings.LOGIN_REDIRECT_URL),
    ("agencies.manage", "accounts:agencies"),
    ("people.manage", "accounts:people"),
    ("casework.view_alarms", "audit:alarms"),
    ("audit.read", "audit:log"),
    ("cms.enter", f"/{settings.MARUGOTO_CMS_PATH}"),
)


class AccountAdapter(DefaultAccountAdapter):
    """Closed for sign-up; tries are counted by us; a new password ends the other sessions."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "短いあいだに何度もまちがえられたため、受け付けを止めています。5分ほど待つか、2段階目の番号も書いてください。パスキーは、今すぐ使えます。"
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: Any) -> str:
        """Lead each role to where its work is."""
        from permissions.viewer import viewer_for_request  # noqa: PLC0415 -- allauth imports us before models

        viewer = viewer_for_request(request)
        for permission, place in LANDINGS:
            if viewer and viewer.may(permission):
                return resolve_url(place)
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """Look at a password unless it was tried too often; a right second factor beside it always counts."""
        from .tries import PasswordTry  # noqa: PLC0415 -- as above

        attempt = PasswordTry(request, credentials.get("username", ""))
        if not attempt.may_be_hashed(request.POST.get("code", "")[:40]):
            request.is_slowed = True
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user is None:
            return None
        attempt.was_right()
        from allauth.mfa.base.internal.flows import post_authentication  # noqa: PLC0415 -- as above

        if attempt.factor is not None and attempt.factor.user_id == user.pk:
            request.second_factor_shown_by = user.pk
            attempt.factor.user = user
            post_authentication(request, attempt.factor)
        return user

    def get_login_stages(self) -> list[str]:
        ours = "permissions.accounts.stages.SecondFactorStage"
        return [
            ours if stage.endswith(".AuthenticateStage") else stage for stage in super().get_login_stages()
        ]

    def post_login(self, request: Any, user: Any, **kwargs: Any) -> Any:
        from .tries import remember_browser  # noqa: PLC0415 -- as above

        response = super().post_login(request, user, **kwargs)
        remember_browser(request, response, user)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        from .sessions import is_fresh  # noqa: PLC0415 -- as above

        return not is_fresh(context.request)

    @transaction.atomic
    def set_password(self, user: Any, password: str) -> None:
        """Change a password: in the same transaction every session but this one ends, and it is noted."""
        from .actions import note_new_password  # noqa: PLC0415 -- as above

        super().set_password(user, password)
        note_new_password(user, keeping=context.request)
