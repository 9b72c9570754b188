"""The settings in which a node differs from one that does everything."""

from collections.abc import Mapping
from typing import Any

# Middleware that asks who is logged in. A public node does not know accounts.
STAFF_MIDDLEWARE = frozenset(
    {
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "permissions.middleware.ViewerMiddleware",
        "permissions.accounts.middleware.RequireSecondFactor",
        "permissions.middleware.CmsGate",
    }
)
NOBODY = "marugoto_site.middleware.NobodyMiddleware"


def settings_of_node(node: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that differ from ``base`` on this node."""
    if node == "public":
        return _public_settings(base)
    if node == "casework":
        return {"ROOT_URLCONF": "marugoto_site.urls_casework"}
    return {}


def _public_settings(base: Mapping[str, Any]) -> dict[str, Any]:
    kept = [name for name in base["MIDDLEWARE"] if name not in STAFF_MIDDLEWARE]
    place = kept.index("django.middleware.csrf.CsrfViewMiddleware") + 1
    return {
        "ROOT_URLCONF": "marugoto_site.urls_public",
        "MIDDLEWARE": [*kept[:place], NOBODY, *kept[place:]],
        # Of use only for a page behind a password; a row per visitor would need a table that can be written.
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "SESSION_COOKIE_NAME": base["SESSION_COOKIE_NAME"].replace("session", "public"),
        "CACHES": {**base["CACHES"], "default": base["CACHES"].get("public", base["CACHES"]["default"])},
        # The outbox row is enough: the worker of the casework node takes it up (one way).
        "MARUGOTO_DELIVER_AT_ONCE": False,
        "MARUGOTO_CLOCKS": {},
        "MARUGOTO_READY_PROBES": {},
    }
