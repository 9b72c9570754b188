"""For somebody else's project: ``from marugoto_site.settings.plugin import *``, then its own settings (docs/plugin.md).

What the apps need, taken out of base.py, so that what our own tests prove is what a host gets. Places on disk,
hosts, cookies' names, mail, log and what Wagtail looks like stay the host's. docs/settings.md lists every one.
"""

from marugoto_site.settings import base

# Settings of ours, and of libraries that come with us.
FAMILIES = (
    "MARUGOTO_",
    "ACCOUNT_",
    "MFA_",
    "USERSESSIONS_",
    "SOCIALACCOUNT_",
    "GUARDIAN_",
    "WAGTAILSTREAMFORMS_",
)
# Settings of Django and Wagtail that the apps rely on.
ALSO = {
    "ANONYMOUS_USER_NAME",
    "AUTHENTICATION_BACKENDS",
    "CACHES",
    "CONTENT_SECURITY_POLICY",
    "CSRF_FAILURE_VIEW",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "DATA_UPLOAD_MAX_NUMBER_FILES",
    "LANGUAGES",
    "LANGUAGE_COOKIE_NAME",
    "LOGIN_REDIRECT_URL",
    "LOGIN_URL",
    "SECURE_REFERRER_POLICY",
    "SESSION_COOKIE_AGE",
    "SESSION_ENGINE",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE",
    "TASKS",
    "WAGTAILADMIN_LOGIN_URL",
    "WAGTAILADMIN_PERMITTED_LANGUAGES",
    "WAGTAIL_EMAIL_MANAGEMENT_ENABLED",
    "WAGTAIL_FRONTEND_LOGIN_URL",
    "WAGTAIL_PASSWORD_MANAGEMENT_ENABLED",
    "WAGTAIL_PASSWORD_RESET_ENABLED",
    "X_FRAME_OPTIONS",
}
# Of our families, and the host's all the same: what is read from the environment of a city's own installation,
# and the promise about every URL, which we cannot make for a host's.
NOT = {"MARUGOTO_PRIVATE_ROOT", "MARUGOTO_CHECK_EVERY_URL"}

TAKEN = {
    name: value
    for name, value in vars(base).items()
    if name in ALSO or (name.startswith(FAMILIES) and name not in NOT)
}
# Ours first, so that our templates win over those of the apps they improve. A project may leave out "pages." and
# "casework."; marugoto_site stays the first: it has the design system, the catalogues and the check for clashes.
TAKEN["MARUGOTO_APPS"] = list(base.INSTALLED_APPS)
# The whole order as it was tested, Django's own included; how static files are served is the host's.
TAKEN["MARUGOTO_MIDDLEWARE"] = [name for name in base.MIDDLEWARE if not name.startswith("whitenoise.")]
TAKEN["MARUGOTO_CONTEXT_PROCESSORS"] = base.TEMPLATES[0]["OPTIONS"]["context_processors"]

# Seals of the log go into a file outside the database: where, only the host can say. Empty: none is written.
TAKEN["MARUGOTO_SEAL_FILE"] = ""

globals().update(TAKEN)
__all__ = sorted(TAKEN)  # noqa: PLE0605 -- settings are names that a star import takes
