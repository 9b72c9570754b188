"""Who is asking, for every request; and the gate before Wagtail's admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from permissions.viewer import Viewer, viewer_for_request
from permissions.walls.context import acting_for

GetResponse = Callable[[HttpRequest], HttpResponse]

# Screens of Wagtail that go around Membership, or list what people of other agencies did; nobody may open them.
CLOSED_CMS_SCREENS = ("users/", "groups/", "login/", "password_reset/", "reports/", "failwhale/")


class ViewerMiddleware:
    """Give each request its ``viewer``: a Viewer, or None for anybody without a live membership."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.viewer = None
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """Settle who is asking just before the view."""
        request.viewer = viewer_for_request(request)


class CmsGate:
    """Let into ``/cms/`` only people whose role has ``cms.enter``, and tell the database who they are.

    Their roles reach no case and no submission, so the context shows them none. Must come after
    ViewerMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.prefix = f"/{settings.MARUGOTO_CMS_PATH}"

    def __call__(self, request: Any) -> HttpResponse:
        if not request.path_info.startswith(self.prefix):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        viewer: Viewer | None = viewer_for_request(request)
        if viewer is None or not viewer.may("cms.enter") or self._is_closed(request.path_info):
            raise PermissionDenied
        with acting_for(viewer):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            if self._asks_to_sign_in(response):
                raise PermissionDenied
        return response

    def _asks_to_sign_in(self, response: HttpResponse) -> bool:
        """Wagtail answers so to whoever has none of its rights; who is signed in already would go round for ever."""
        login = resolve_url(settings.WAGTAILADMIN_LOGIN_URL)
        return response.status_code == 302 and response["Location"].partition("?")[0] == login

    def _is_closed(self, path: str) -> bool:
        return path.removeprefix(self.prefix).startswith(CLOSED_CMS_SCREENS)
