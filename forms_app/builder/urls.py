"""The library's own screens, closed. ``shadow_urlpatterns`` stands before Wagtail's admin in the root urls.

They would list, show, change, export and delete forms and answers without asking for an agency (stack.md,
pitfalls 5 to 8). A prefix without an end catches the editor, the chooser and whatever a later release adds.
"""

from __future__ import annotations

from typing import NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import re_path

from permissions.access import public

LIBRARY_PREFIX = "wagtailstreamforms"


@public(reason="always answers 404: wagtailstreamforms' own screens are not used")
def library_screen(request: HttpRequest) -> NoReturn:
    raise Http404


shadow_urlpatterns = [
    re_path(rf"^{settings.MARUGOTO_CMS_PATH}{LIBRARY_PREFIX}", library_screen, name="closed_library_screen"),
]
