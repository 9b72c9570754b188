"""What the shell of the staff pages shows: the way around, and whether there is another agency to act for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from permissions.agencies.selectors import memberships_of
from permissions.viewer import Viewer

from .inbox import COUNT_CAP, count_unread_for

# In the session: a reader who has switched the keys off.
KEYS_OFF = "keys_off"


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return nav_items, acting_choices and where to search; nothing for people without a live membership."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {}
    entries = [
        ("casework:home", _("ホーム"), True),
        ("casework:notifications", pgettext("to staff", "お知らせ"), viewer.may("casework.view_case")),
        ("casework:duties", pgettext("to do", "期限"), viewer.may("casework.view_case")),
        ("casework:inbox", _("受信箱"), viewer.may("casework.view_inbox")),
        ("casework:case_list", _("支援ケース"), viewer.may("casework.view_case")),
        ("casework:referrals", _("つなぎ"), viewer.may("casework.view_case")),
        ("casework:roles", _("役割"), viewer.may("casework.view_case")),
        ("casework:meetings", _("会議"), viewer.may("casework.view_case")),
        ("casework:brought", _("持ちこみ"), viewer.may("casework.bring")),
        ("casework:emergency_open", _("緊急時の閲覧"), viewer.may("casework.break_glass")),
        ("casework:board", _("担当の状況"), viewer.may("casework.view_board")),
        ("casework:reports", _("今月の数"), viewer.may("casework.view_reports")),
        ("casework:code_lists", _("選択肢と決まりごと"), viewer.may("casework.edit_codes")),
        ("audit:alarms", _("警報"), viewer.may("casework.view_alarms")),
        ("audit:log", _("操作の記録"), viewer.may("audit.read")),
        ("wagtailadmin_home", _("ページとフォームの編集"), viewer.may("forms_app.edit_form")),
        ("accounts:people", _("職員"), viewer.may("people.manage")),
        ("accounts:agencies", _("機関"), viewer.may("agencies.manage")),
        ("mfa_index", _("自分のアカウント"), True),
    ]
    here = request.resolver_match.view_name if request.resolver_match else ""
    items = [
        {
            "url": _address(name),
            "label": label,
            "is_current": name == here,
            "count": _unread(viewer) if name == "casework:notifications" else "",
        }
        for name, label, shown in entries
        if shown
    ]
    return {
        "nav_items": items,
        "acting_choices": memberships_of(viewer.user).count() > 1,
        "keys": _keys(request, viewer),
        "find_url": reverse("casework:search") if viewer.may("casework.view_case") else "",
    }


def _unread(viewer: Viewer) -> Callable[[], str]:
    """Return what a template calls where it shows the number: nothing is counted for a page without this header."""

    @cache
    def shown() -> str:
        count = count_unread_for(viewer)
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")

    return shown


def _keys(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """Return the keys that open something from every staff page, and whether they are switched on (WCAG 2.1.4)."""
    entries = [
        ("/", "casework:search", _("ケースをさがす"), viewer.may("casework.view_case")),
        (
            "c",
            "casework:contact_record",
            _("電話を受けた（相談を記録する）"),
            viewer.may("casework.take_contact"),
        ),
    ]
    keys = [
        {"key": key, "url": reverse(name), "label": label} for key, name, label, shown in entries if shown
    ]
    if not keys:
        return {}
    is_on = not getattr(request, "session", {}).get(KEYS_OFF)
    return {"list": keys, "is_on": is_on, "switch_url": reverse("casework:keys_switch")}


def _address(name: str) -> str:
    host = getattr(settings, "MARUGOTO_CMS_HOST", "") if name == "wagtailadmin_home" else ""
    return f"//{host}{reverse(name)}" if host else reverse(name)
