"""The tests: as production where it matters, quick and quiet elsewhere."""

import os
from pathlib import Path

# A database server of their own: the tests plant powerful roles, and give up safety on disk for speed.
os.environ.setdefault("MARUGOTO_LOCAL_DIR", str(Path(__file__).resolve().parents[2] / ".local" / "test"))

from marugoto_site.settings.base import *

MARUGOTO_DEMO_ALLOWED = True
MARUGOTO_REQUIRE_MFA = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost
SECRET_KEY = "for-the-tests-only"  # noqa: S105 -- no installation reads this file
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ACCOUNT_RATE_LIMITS = False
# A provider that is nowhere: every URL there can be is under test (tests/permissions/accounts/providing.py).
MARUGOTO_OIDC = {
    "issuer": "https://idp.example.jp/city",
    "client_id": "marugoto",
    "client_secret": "for-the-tests",
}
# Tests move the database's clock by days and stay signed in; the limits have tests of their own.
MARUGOTO_SESSION_IDLE_SECONDS = MARUGOTO_SESSION_ABSOLUTE_SECONDS = SESSION_COOKIE_AGE = 10 * 365 * 24 * 3600
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MARUGOTO_FORM_HUMAN_SECONDS = 0  # a test fills in a form faster than anybody
WHITENOISE_AUTOREFRESH = True
# No connection outlives its request: the test database is put back between tests.
DATABASES["default"]["CONN_MAX_AGE"] = 0
