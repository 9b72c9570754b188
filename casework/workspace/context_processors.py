"""What the shell of the staff pages shows: the way around, and whether there is another agency to act for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from permissions.agencies.selectors import memberships_of

# Single keys may be turned off (WCAG 2.1.4); a choice of this browser, like the language.
KEYS_OFF = "off"


def keys_cookie(request: HttpRequest) -> str:
    """Return the name of the cookie that remembers it, bound to TLS where there is TLS."""
    return f"{'__Host-' if request.is_secure() else ''}marugoto_keys"


def finds_by_key(request: HttpRequest) -> bool:
    return request.COOKIES.get(keys_cookie(request)) != KEYS_OFF


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return nav_items, acting_choices and where to search; nothing for people without a live membership."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {}
    entries = [
        ("casework:home", _("ホーム"), True),
        ("casework:inbox", _("受信箱"), viewer.may("casework.view_inbox")),
        ("casework:case_list", _("支援ケース"), viewer.may("casework.view_case")),
        ("casework:referrals", _("つなぎ"), viewer.may("casework.view_case")),
        ("casework:emergency_open", _("緊急時の閲覧"), viewer.may("casework.break_glass")),
        ("audit:alarms", _("警報"), viewer.may("casework.view_alarms")),
        ("audit:log", _("操作の記録"), viewer.may("audit.read")),
        ("wagtailadmin_home", _("ページとフォームの編集"), viewer.may("forms_app.edit_form")),
        ("accounts:people", _("職員"), viewer.may("people.manage")),
        ("accounts:agencies", _("機関"), viewer.may("agencies.manage")),
        ("mfa_index", _("自分のアカウント"), True),
    ]
    here = request.resolver_match.view_name if request.resolver_match else ""
    items = [
        {"url": _address(name), "label": label, "is_current": name == here}
        for name, label, shown in entries
        if shown
    ]
    return {
        "nav_items": items,
        "acting_choices": memberships_of(viewer.user).count() > 1,
        "find_url": reverse("casework:search") if viewer.may("casework.view_case") else "",
        "find_by_key": finds_by_key(request),
    }


def _address(name: str) -> str:
    host = getattr(settings, "MARUGOTO_CMS_HOST", "") if name == "wagtailadmin_home" else ""
    return f"//{host}{reverse(name)}" if host else reverse(name)
