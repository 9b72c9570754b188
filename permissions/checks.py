"""System checks: every URL declares its access, and the project around us is one that the walls can stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import connection, models
from django.urls import NoReverseMatch, get_script_prefix, reverse

from permissions.url_map import mapped_urls

# What screens, commands and walls read of a person.
USER_FIELDS = ("username", "first_name", "last_name", "email", "is_active", "groups")
WALL_TIME_ZONE = "Asia/Tokyo"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
# In this order, the first before Django's own.
MIDDLEWARE = (
    "permissions.audit.origin.AuditOrigin",
    "permissions.middleware.ViewerMiddleware",
    "permissions.accounts.middleware.RequireSecondFactor",
    "permissions.middleware.CmsGate",
)


@register(Tags.security)
def every_url_declares_access(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a URL of ours that nobody said anything about; with MARUGOTO_CHECK_EVERY_URL any such URL.

    Source: architecture.md 4, wall 1. A host's own views have no context, so walled tables show them nothing.
    """
    every = getattr(settings, "MARUGOTO_CHECK_EVERY_URL", False)
    return [
        Error(
            f"URL {url.route!r} ({url.name or 'no name'}) does not say who may open it.",
            hint="Decorate the view with @public, @signed_in or @requires from permissions.access; for a library's"
            " URL add a line to MARUGOTO_LIBRARY_URLS.",
            id="marugoto_permissions.E001",
        )
        for url in mapped_urls()
        if not url.is_declared and (every or url.is_ours)
    ]


@register(Tags.security)
def user_model_fits(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a user model that the walls cannot compare: their functions know people by integer keys."""
    return [
        Error(
            f"AUTH_USER_MODEL {settings.AUTH_USER_MODEL}: {problem}",
            hint=USER_HINT,
            id="marugoto_permissions.E002",
        )
        for problem in _user_problems(get_user_model())
    ]


USER_HINT = "Supported is a subclass of django.contrib.auth.models.AbstractUser with an integer primary key."


def _user_problems(model: type[models.Model]) -> Iterator[str]:
    key = model._meta.pk
    if not isinstance(key, models.IntegerField):
        yield f"its primary key is a {type(key).__name__}, not an integer."
    known = {field.name for field in model._meta.get_fields()}
    if missing := [name for name in USER_FIELDS if name not in known]:
        yield f"it has no {', '.join(missing)}."


@register(Tags.security)
def editor_is_behind_the_gate(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a Wagtail admin that stands elsewhere than where CmsGate looks."""
    try:
        found = reverse("wagtailadmin_home").removeprefix(get_script_prefix())
    except NoReverseMatch:
        return []
    if found == settings.MARUGOTO_CMS_PATH:
        return []
    hint = f'Set MARUGOTO_CMS_PATH = "{found}".'
    text = f"Wagtail's admin stands at /{found}, the gate before it at /{settings.MARUGOTO_CMS_PATH}."
    return [Error(text, hint=hint, id="marugoto_permissions.E003")]


@register(Tags.security)
def database_has_walls(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a database without row-level security."""
    if connection.vendor == "postgresql":
        return []
    hint = "Take DATABASES from marugoto_site.database.choice.database_settings (docs/plugin.md)."
    return [
        Error(f"{connection.vendor} has no row-level security.", hint=hint, id="marugoto_permissions.E004")
    ]


@register(Tags.security)
def middleware_asks_who(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a project that leaves out, or puts in another order, what finds out who is asking."""
    if AUTHENTICATION not in settings.MIDDLEWARE:
        return []  # nobody can log in here
    missing = [name for name in MIDDLEWARE if name not in settings.MIDDLEWARE]
    order = [name for name in settings.MIDDLEWARE if name in (AUTHENTICATION, *MIDDLEWARE)]
    if not missing and order == [*MIDDLEWARE[:1], AUTHENTICATION, *MIDDLEWARE[1:]]:
        return []
    text = f"MIDDLEWARE lacks {', '.join(missing)}." if missing else "MIDDLEWARE has ours in another order."
    hint = "Take MARUGOTO_MIDDLEWARE of marugoto_site.settings.plugin (docs/plugin.md)."
    return [Error(text, hint=hint, id="marugoto_permissions.E005")]


@register(Tags.security)
def design_system_is_installed(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a project without the package that has base templates, translations, worker and the check for clashes."""
    if apps.is_installed("marugoto_site"):
        return []
    hint = "Put marugoto_site.apps.MarugotoSiteConfig first (docs/plugin.md)."
    return [Error("marugoto_site is not in INSTALLED_APPS.", hint=hint, id="marugoto_permissions.E006")]


# What MARUGOTO_OIDC may say; the first three it must.
PROVIDER_KEYS = ("issuer", "client_id", "client_secret", "name", "second_factor_acr", "second_factor_amr")


@register(Tags.security)
def provider_is_whole(**kwargs: Any) -> list[CheckMessage]:
    """Refuse an identity provider that is set by half, or that would be asked without TLS."""
    oidc = settings.MARUGOTO_OIDC
    if not oidc:
        return []
    problems = [f"{name} is missing" for name in PROVIDER_KEYS[:3] if not oidc.get(name)]
    problems += [f"{name} is unknown" for name in sorted(set(oidc) - set(PROVIDER_KEYS))]
    problems += [
        f"{name} is not a tuple" for name in PROVIDER_KEYS[4:] if not isinstance(oidc.get(name, ()), tuple)
    ]
    if not str(oidc.get("issuer") or "https://").startswith("https://"):
        problems.append("issuer does not begin with https://")
    hint = "Set issuer, client_id and client_secret, or None (docs/accounts.md)."
    return [Error(f"MARUGOTO_OIDC: {each}.", hint=hint, id="marugoto_permissions.E007") for each in problems]


@register(Tags.translation)
def days_are_counted_alike(**kwargs: Any) -> list[CheckMessage]:
    """Warn where screens and policies would disagree on when a day ends."""
    if settings.TIME_ZONE == WALL_TIME_ZONE:
        return []
    text = (
        f"TIME_ZONE is {settings.TIME_ZONE}; contracts and memberships end with the day in {WALL_TIME_ZONE}."
    )
    hint = "Set TIME_ZONE = 'Asia/Tokyo', or silence this if you know that the two may differ by hours."
    return [CheckWarning(text, hint=hint, id="marugoto_permissions.W001")]
